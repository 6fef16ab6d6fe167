from odoo import api, models

from .sale_return_paper_mixin import Column, Table


class ReportInspection(models.AbstractModel):
    """What came back, why, in which state, and what was decided of it, with photos:
    for the file, and for the vendor or carrier who answers for it. Without amounts."""

    _name = "report.sale_return_mgmt_report.report_inspection"
    _inherit = "sale.return.paper.mixin"
    _description = "Return and Inspection Report"

    @api.model
    def _prepare_paper(self, doc):
        # sudo: who reads the return reads what was found of it, and its order's number
        order_sudo = doc.sudo()
        found_sudo = order_sudo.line_ids.inspection_ids.filtered(
            lambda found: not found.is_undone and not found.reversed_id
        ).sorted("id")
        return {
            "title": self.env._("Return and Inspection Report"),
            "number": order_sudo.name,
            "address": order_sudo.partner_id,
            "facts": [
                (self.env._("Request Date"), self._date(order_sudo.date_request)),
                (
                    self.env._("Order"),
                    ", ".join(order_sudo.sale_order_ids.mapped("name")),
                ),
                (self.env._("Received On"), self._date(order_sudo.date_received)),
                (
                    self.env._("Inspected By"),
                    ", ".join(found_sudo.inspector_id.mapped("name")),
                ),
            ],
            "nothing": "",
            "tables": [
                self._get_lines(order_sudo.line_ids),
                self._get_findings(found_sudo),
                self._photos(order_sudo.attachment_ids | found_sudo.attachment_ids),
            ],
            "signatures": [self.env._("Inspected By")] if found_sudo else [],
        }

    @api.model
    def _get_lines(self, lines):
        return Table(
            self.env._("Returned Goods"),
            [
                Column(self.env._("Product"), 30, 27),
                Column(self.env._("Reason"), 20, 17),
                Column(self.env._("Note"), 20, 17),
                Column(self.env._("Asked"), 10, 8, True),
                Column(self.env._("Received"), 10, 8, True),
                Column(self.env._("Accepted"), 10, 8, True),
            ],
            [
                [
                    line.product_id.display_name,
                    line.reason_id.name or "",
                    line.note or "",
                    self._quantity(line.quantity),
                    self._quantity(line.quantity_received),
                    self._quantity(line.quantity_accepted),
                ]
                for line in lines
            ],
        )

    @api.model
    def _get_findings(self, found):
        conditions = dict(found._fields["condition"]._description_selection(self.env))
        return Table(
            self.env._("Inspection"),
            [
                Column(self.env._("Product"), 26, 23),
                Column(self.env._("Lot/Serial Number"), 14, 12),
                Column(self.env._("Condition"), 12, 10),
                Column(self.env._("Disposition"), 16, 13),
                Column(self.env._("Note"), 20, 17),
                Column(self.env._("Quantity"), 12, 10, True),
            ],
            [
                [
                    each.product_id.display_name,
                    each.lot_id.name or "",
                    conditions.get(each.condition, ""),
                    each.disposition_id.name,
                    each.note or "",
                    self._quantity(each.quantity, each.product_uom_id),
                ]
                for each in found
            ],
        )
