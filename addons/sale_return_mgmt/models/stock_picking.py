from odoo import api, fields, models


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = [
        "stock.picking",
        "sale.return.link.mixin",
        "sale.return.source.mixin",
    ]

    return_order_id = fields.Many2one(
        "sale.return.order",
        compute="_compute_return_order_id",
        store=True,
        index="btree_not_null",
    )

    replaced_return_id = fields.Many2one(
        "sale.return.order",
        compute="_compute_replaced_return_id",
        help="The return that these goods are sent for.",
    )
    return_tracking_ref = fields.Char(
        "Parcel Number",
        index="trigram",
        copy=False,
        help="The carrier's number on a parcel that a customer sent.",
    )
    return_date_expected = fields.Date(
        "Expected Until", related="return_order_id.date_send_before"
    )
    return_warehouse_id = fields.Many2one(
        "stock.warehouse", "To Warehouse", related="picking_type_id.warehouse_id"
    )
    is_return_receipt = fields.Boolean(compute="_compute_is_return_receipt")

    @api.depends("picking_type_id")
    def _compute_is_return_receipt(self):
        for picking in self:
            picking_type = picking.picking_type_id
            picking.is_return_receipt = (
                picking_type
                and picking_type == picking_type.warehouse_id.sale_return_type_id
            )

    @api.depends("move_ids.return_line_id")
    def _compute_return_order_id(self):
        for picking in self:
            picking.return_order_id = picking.move_ids.return_line_id.order_id[:1]

    @api.depends("move_ids.replacement_line_id")
    def _compute_replaced_return_id(self):
        for picking in self:
            # sudo: only those who may read returns are shown which one it is
            lines_sudo = picking.sudo().move_ids.replacement_line_id
            picking.replaced_return_id = lines_sudo.order_id[:1].sudo(False)

    def action_view_replaced_return(self):
        return self.replaced_return_id._get_records_action()

    def action_open_dock(self):
        """Receive this transfer on the dock's screen."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sale_return_mgmt.sale_return_dock_action"
        )
        picking = self[:1]
        action["params"] = {
            "return_id": picking.return_order_id.id,
            "transfer_id": picking.id,
        }
        return action

    def action_view_return_order(self):
        return self.return_order_id._get_records_action()

    def _get_returns(self):
        """Those that these goods came with, were sent for, or were taken from."""
        moves = self.move_ids
        lines = (
            moves.return_line_id
            | moves.replacement_line_id
            | moves.returned_move_ids.return_line_id
        )
        if self.picking_type_code in ("outgoing", "dropship"):
            # Of what is not decided nobody knows yet which delivery it came from.
            lines |= moves.sale_line_id.return_line_ids.filtered(
                lambda line: not line.move_ids
            )
        return lines.order_id
