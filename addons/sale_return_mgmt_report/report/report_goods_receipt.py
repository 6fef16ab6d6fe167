from collections import defaultdict

from odoo import api, fields, models

from .sale_return_paper_mixin import Column, Table


class ReportGoodsReceipt(models.AbstractModel):
    """What the customer has in hand: that his goods arrived, which and when."""

    _name = "report.sale_return_mgmt_report.report_goods_receipt"
    _inherit = "sale.return.paper.mixin"
    _description = "Receipt of Returned Goods"

    @api.model
    def _prepare_paper(self, doc):
        # sudo: who reads the return may know what came of it, and of which order
        order_sudo = doc.sudo()
        rows, transfers = [], order_sudo.env["stock.picking"]
        for line in order_sudo.line_ids:
            for day, (quantity, lots) in self._get_arrived(line).items():
                rows.append(
                    [
                        line.product_id.default_code or "",
                        self._name_of(line.product_id),
                        ", ".join(lots.mapped("name")),
                        self._date(day),
                        self._quantity(quantity, line.product_uom_id),
                    ]
                )
            transfers |= line.move_ids._filter_inbound().picking_id
        done = transfers.filtered(lambda picking: picking.state == "done")
        return {
            "title": self.env._("Receipt of Returned Goods"),
            "number": order_sudo.name,
            "address": order_sudo.partner_id,
            "facts": [
                (self.env._("Request Date"), self._date(order_sudo.date_request)),
                (
                    self.env._("Order"),
                    ", ".join(order_sudo.sale_order_ids.mapped("name")),
                ),
                (self.env._("Received With"), ", ".join(done.mapped("name"))),
                (self.env._("Your Reference"), order_sudo.customer_reference),
            ],
            "nothing": self.env._("Nothing was received yet."),
            "tables": [Table("", self._get_columns(), rows)],
            "signatures": [self.env._("Received By")] if rows else [],
        }

    @api.model
    def _get_columns(self):
        return [
            Column(self.env._("Article"), 15, 12),
            Column(self.env._("Description"), 36, 32),
            Column(self.env._("Lot/Serial Number"), 17, 14),
            Column(self.env._("Received On"), 14, 11),
            Column(self.env._("Quantity"), 18, 14, True),
        ]

    @api.model
    def _get_arrived(self, line):
        """What of a line came on which day, without what was undone, in its unit: dict
        of day to quantity and lots."""
        arrived = defaultdict(lambda: [0.0, line.env["stock.lot"]])
        inbound = line.move_ids._filter_inbound()
        for moves, sign in (
            (inbound, 1),
            (line.move_ids._filter_receipt_reversals(), -1),
        ):
            for move in moves.filtered(lambda move: move.state == "done"):
                came = move if sign > 0 else move.origin_returned_move_id
                day = fields.Datetime.context_timestamp(self, came.date).date()
                entry = arrived[day]
                entry[0] += sign * move.product_uom._compute_quantity(
                    move.quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
                entry[1] |= move.lot_ids
        return {
            day: entry
            for day, entry in sorted(arrived.items())
            if line.product_uom_id.compare(entry[0], 0) > 0
        }
