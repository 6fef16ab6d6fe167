from odoo import api, models

from .sale_return_paper_mixin import Column, Table


class ReportUncredited(models.AbstractModel):
    """The list of what is back and not credited, with its value."""

    _name = "report.sale_return_mgmt_report.report_uncredited"
    _inherit = "sale.return.paper.mixin"
    _description = "Goods Received and Not Credited"

    _paper_model = "sale.return.uncredited"

    @api.model
    def _prepare_paper(self, doc):
        currency = doc.company_id.currency_id
        found = list(doc._find_uncredited())
        rows = [
            [
                each.line.order_id.name,
                each.line.order_id.partner_id.display_name,
                each.line.product_id.display_name,
                self._quantity(each.received, each.line.product_uom_id),
                self._quantity(each.credited),
                self._quantity(each.quantity),
                self._amount(each.value, currency),
            ]
            for each in found
        ]
        total = self._amount(sum(each.value for each in found), currency)
        return {
            "title": self.env._("Goods Received and Not Credited"),
            "number": self.env._("As of %s", self._date(doc.date)),
            "address": None,
            "facts": [
                (self.env._("Company"), doc.company_id.name),
                (self.env._("Lines"), str(len(rows))),
                (self.env._("Value, Untaxed"), total),
            ],
            "nothing": self.env._("All goods are credited."),
            "tables": [
                Table(
                    "",
                    [
                        Column(self.env._("Return"), 17, 16),
                        Column(self.env._("Customer"), 18, 16),
                        Column(self.env._("Product"), 21, 19),
                        Column(self.env._("Received"), 12, 10, True),
                        Column(self.env._("Credited"), 9, 8, True),
                        Column(self.env._("To Credit"), 9, 8, True),
                        Column(self.env._("Value, Untaxed"), 14, 12, True),
                    ],
                    rows,
                    [self.env._("Total"), "", "", "", "", "", total],
                )
            ],
            "signatures": [],
        }
