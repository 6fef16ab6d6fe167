from odoo import api, fields, models

from ..models.sale_return_inspection import CONDITIONS


class SaleReturnOrderInspectLine(models.TransientModel):
    _name = "sale.return.order.inspect.line"
    _description = "Row of Inspected Goods"

    inspect_id = fields.Many2one(
        "sale.return.order.inspect", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="inspect_id.company_id")
    line_id = fields.Many2one("sale.return.order.line", "Return Line", required=True)
    product_id = fields.Many2one(related="line_id.product_id")
    tracking = fields.Selection(related="product_id.tracking")
    product_uom_id = fields.Many2one(related="line_id.product_uom_id")
    allowed_lot_ids = fields.Many2many("stock.lot", compute="_compute_waiting")
    lot_id = fields.Many2one(
        "stock.lot", "Lot/Serial Number", domain="[('id', 'in', allowed_lot_ids)]"
    )
    quantity_waiting = fields.Float(
        "To Inspect", digits="Product Unit", compute="_compute_waiting"
    )
    # Unrounded: what is no quantity is refused where the goods are inspected.
    quantity = fields.Float(required=True)
    condition = fields.Selection(CONDITIONS)
    disposition_id = fields.Many2one(
        "sale.return.disposition",
        compute="_compute_disposition_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('company_id', 'in', [False, company_id])]",
    )
    kind = fields.Selection(related="disposition_id.kind")
    location_id = fields.Many2one(
        "stock.location",
        "Destination",
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        help="Empty: the usual place.",
    )
    credit_percent = fields.Float(
        "Credited (%)",
        compute="_compute_credit_percent",
        store=True,
        readonly=False,
        precompute=True,
        help="Part of the price of the whole line: lower it where the goods have lost "
        "value, and say why in the note.",
    )
    note = fields.Char()
    attachment_ids = fields.Many2many("ir.attachment", string="Photos")

    @api.depends("line_id", "lot_id")
    def _compute_waiting(self):
        # sudo: quantities of lines that the user may see
        waiting_sudo = self.line_id.sudo()._get_quantities_to_inspect()
        for row in self:
            quantities = waiting_sudo.get(row.line_id, {})
            row.allowed_lot_ids = [lot.id for lot in quantities if lot]
            row.quantity_waiting = quantities.get(row.lot_id, 0.0)

    @api.depends("line_id")
    def _compute_disposition_id(self):
        for row in self:
            row.disposition_id = (
                row.disposition_id or row.line_id._get_usual_disposition()
                if row.line_id
                else False
            )

    @api.depends("line_id")
    def _compute_credit_percent(self):
        for row in self:
            row.credit_percent = row.line_id.credit_percent

    def _prepare_row(self):
        """The row as ``sale.return.order._inspect`` takes it."""
        self.ensure_one()
        return {
            "line": self.line_id,
            "lot": self.lot_id,
            "quantity": self.quantity,
            "disposition": self.disposition_id,
            "condition": self.condition,
            "location": self.location_id,
            "credit_percent": self.credit_percent,
            "note": self.note,
            "attachments": self.attachment_ids,
        }
