from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command

from ..exceptions import return_error


class SaleReturnReceiptMixin(models.AbstractModel):
    """How the goods of a return order come back: Odoo's own transfers.

    Receipt moves are made with ``to_refund`` off: what the sales order counts as
    returned is what was accepted (``sale.order.line._prepare_qty_delivered``), not
    whatever arrives.
    """

    _name = "sale.return.receipt.mixin"
    _description = "Return Receipts"

    send_to = fields.Selection(
        [("warehouse", "Our Warehouse"), ("vendor", "The Vendor")],
        "Goods Go To",
        required=True,
        default="warehouse",
        help="Goods that a vendor sent to the customer may go straight back to him: "
        "we never see them, so that they are not inspected.",
    )
    is_sent_by_vendor = fields.Boolean(compute="_compute_is_sent_by_vendor")
    picking_ids = fields.One2many(
        "stock.picking", "return_order_id", "Transfers", readonly=True
    )
    picking_count = fields.Integer(compute="_compute_picking_count")
    receipt_status = fields.Selection(
        [
            ("none", "Nothing to Receive"),
            ("pending", "Awaiting Goods"),
            ("partial", "Partially Received"),
            ("full", "Received"),
            ("short", "Closed Short"),
        ],
        compute="_compute_receipt_status",
        store=True,
        index=True,
    )
    is_closed_short = fields.Boolean(readonly=True, copy=False)
    date_received = fields.Datetime(
        "Received On", compute="_compute_receipt_status", store=True
    )

    @api.depends("line_ids.sale_line_id")
    def _compute_is_sent_by_vendor(self):
        for order in self:
            senders = order.line_ids.sale_line_id._get_delivered_moves().location_id
            order.is_sent_by_vendor = "supplier" in senders.mapped("usage")

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        for order in self:
            order.picking_count = len(order.picking_ids)

    @api.depends(
        "state",
        "is_closed_short",
        "line_ids.goods_return",
        "line_ids.quantity_approved",
        "line_ids.quantity_received",
        "line_ids.move_ids.date",
    )
    def _compute_receipt_status(self):
        for order in self:
            lines = order.line_ids.filtered(
                lambda line: (
                    line.goods_return == "return"
                    and not line.product_uom_id.is_zero(line.quantity_approved)
                )
            ).with_prefetch(order.line_ids._prefetch_ids)
            order.date_received = max(
                lines._get_received_moves().mapped("date"), default=False
            )
            if order.state not in ("approved", "done") or not lines:
                order.receipt_status = "none"
            elif all(line._is_fully_received() for line in lines):
                order.receipt_status = "full"
            elif order.is_closed_short:
                order.receipt_status = "short"
            elif any(
                not line.product_uom_id.is_zero(line.quantity_received)
                for line in lines
            ):
                order.receipt_status = "partial"
            else:
                order.receipt_status = "pending"

    def action_view_receipts(self):
        """What comes from the customer, without what is sent to him in its place."""
        return self.picking_ids._get_records_action(name=self.env._("Transfers"))

    def _create_receipts(self):
        """Make the receipts of approved returns in one batch.

        One transfer per return, warehouse, address and customer location.

        :return: ``stock.picking`` records, ready to be received
        """
        # sudo: approvers need no rights on transfers
        lines_sudo = self.line_ids.sudo()
        pieces_by_key = defaultdict(list)
        for line, move, quantity in lines_sudo._allocate_to_deliveries():
            key = line.order_id._get_receipt_key(line, move)
            pieces_by_key[key].append((line, move, quantity))
        if not pieces_by_key:
            return self.env["stock.picking"]
        pickings = lines_sudo.env["stock.picking"].create(
            [order._prepare_receipt_vals(*key) for order, *key in pieces_by_key]
        )
        move_vals_list = [
            line.order_id._prepare_receipt_move_vals(picking, line, move, quantity)
            for picking, pieces in zip(pickings, pieces_by_key.values(), strict=True)
            for line, move, quantity in pieces
        ]
        moves = lines_sudo.env["stock.move"].create(move_vals_list)
        # Two return lines of one delivery move must not be merged into one.
        moves._action_confirm(merge=False)._action_assign()
        return pickings

    def _get_receipt_key(self, line, move):
        """What goes into one receipt: ``(order, operation type, partner, location,
        destination)``."""
        self.ensure_one()
        partner = (
            self.partner_shipping_id
            or line.sale_line_id.order_id.partner_shipping_id
            or self.partner_id
        )
        location = move.location_dest_id or partner.property_stock_customer
        if self.send_to == "vendor":
            return self, move.picking_type_id, partner, location, move.location_id
        warehouse = (
            self.warehouse_id
            or move.picking_type_id.warehouse_id
            or line.sale_line_id.order_id.warehouse_id
            or self.env["stock.warehouse"].search(
                [("company_id", "=", self.company_id.id)], limit=1
            )
        )
        picking_type = warehouse.sale_return_type_id
        if not picking_type:
            raise return_error(
                "INVALID",
                self.env._(
                    "Warehouse %(warehouse)s has no operation type for returns: choose "
                    "one in the warehouse's settings.",
                    warehouse=warehouse.display_name,
                ),
            )
        # What is inspected waits in the return location, the rest takes the
        # warehouse's own way into stock.
        reception = picking_type if line.inspection_required else warehouse.in_type_id
        destination = reception.default_location_dest_id
        return self, picking_type, partner, location, destination

    def _check_send_to(self):
        """Refuse to send to a vendor what he did not send to the customer."""
        orders = self.filtered(lambda order: order.send_to == "vendor")
        for line in orders.line_ids:
            senders = line.sale_line_id._get_delivered_moves().location_id
            if set(senders.mapped("usage")) != {"supplier"}:
                raise return_error(
                    "INVALID",
                    self.env._(
                        "%(product)s was not sent by a vendor: let it come back to our "
                        "warehouse.",
                        product=line.product_id.display_name,
                    ),
                    line=line,
                )

    def _prepare_receipt_vals(self, picking_type, partner, location, destination):
        self.ensure_one()
        return {
            "picking_type_id": picking_type.id,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "origin": self.name,
            "user_id": False,
            "location_id": location.id,
            "location_dest_id": destination.id,
        }

    def _prepare_receipt_move_vals(self, picking, line, move, quantity):
        """Values of the move that takes ``quantity`` of a delivered ``move`` back.

        :param move: empty for goods without an order
        :param quantity: in the UoM of ``move``, else of ``line``
        """
        self.ensure_one()
        vals = {
            "picking_id": picking.id,
            "picking_type_id": picking.picking_type_id.id,
            "warehouse_id": picking.picking_type_id.warehouse_id.id,
            "partner_id": picking.partner_id.id,
            "origin": self.name,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
            "product_uom_qty": quantity,
            "date": fields.Datetime.now(),
            "procure_method": "make_to_stock",
            "to_refund": False,
            "return_line_id": line.id,
        }
        if not move:
            return vals | {
                "company_id": self.company_id.id,
                "product_id": line.product_id.id,
                "product_uom": line.product_uom_id.id,
            }
        vals = move.copy_data(
            {
                **vals,
                "location_final_id": False,
                "state": "draft",
                "origin_returned_move_id": move.id,
                "move_orig_ids": [Command.link(move.id)],
                "reference_ids": [Command.set(move.reference_ids.ids)],
                "rule_id": False,
                "value": 0,
                # What comes back of a replacement was sold by the order all the same.
                "sale_line_id": line.sale_line_id.id,
                "replacement_line_id": False,
            }
        )[0]
        vals["description_picking_manual"] = (
            move.description_picking_manual or move.product_id.display_name
        )
        vals["move_line_ids"] = [
            Command.create(
                {
                    **lot_vals,
                    "picking_id": picking.id,
                    "company_id": self.company_id.id,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
            for lot_vals in line._prepare_lot_move_lines(move, quantity)
        ]
        return vals

    def _cancel_open_receipts(self):
        # sudo: clerks have no rights on transfers
        open_sudo = self.sudo().picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        # What already came in goes on its way through the warehouse, or back.
        open_sudo.filtered(
            lambda picking: picking.location_id._is_outgoing()
        ).action_cancel()

    def _log_discrepancies(self):
        """What came that was not agreed: the customer is told of it once."""
        payloads = {
            order: {
                "lines": [
                    {
                        "line": line.id,
                        "kind": line.discrepancy,
                        "quantity": line.quantity_received,
                    }
                    for line in order.line_ids.filtered("discrepancy")
                ]
            }
            for order in self
        }
        self.env["sale.return.event"]._log(self, "discrepancy", payloads=payloads)

    def _on_goods_moved(self, event_type, moves):
        """What follows when ``moves`` of receipts are done; called in ``sudo``."""
        self._log_moves(event_type, moves, "return_line_id")
        if event_type == "received":
            lines = moves.return_line_id
            # What came elsewhere than planned is no longer awaited there.
            lines.filtered(
                lambda line: line._is_fully_received()
            )._get_planned_moves()._action_cancel()
            lines.filtered("discrepancy").order_id._log_discrepancies()
            self.filtered("date_reminded")._drop_reminders()
        self._settle_automatically("receipt")
        self._check_done()
