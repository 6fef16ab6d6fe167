from odoo import api, models

from .sale_return_paper_mixin import Column, Table

SUMS = ("amount_due", "amount_credited", "amount_paid", "amount_open")


class ReportStatement(models.AbstractModel):
    """A customer's returns in a period, with their money, a table for each currency."""

    _name = "report.sale_return_mgmt_report.report_statement"
    _inherit = "sale.return.paper.mixin"
    _description = "Customer Return Statement"

    _paper_model = "sale.return.statement"

    @api.model
    def _prepare_paper(self, doc):
        returns = doc.with_context(lang=self.env.lang)._get_returns()
        by_currency = returns.grouped("currency_id").items()
        return {
            "title": self.env._("Customer Return Statement"),
            "number": self.env._(
                "%(from)s to %(to)s",
                **{"from": self._date(doc.date_from), "to": self._date(doc.date_to)},
            ),
            "address": doc.partner_id.commercial_partner_id,
            "facts": [
                (self.env._("Company"), doc.company_id.name),
                (self.env._("Returns"), str(len(returns))),
            ],
            "nothing": self.env._("Nothing was returned."),
            "tables": [
                self._get_table(currency, orders) for currency, orders in by_currency
            ],
            "signatures": [],
        }

    @api.model
    def _get_table(self, currency, orders):
        states = dict(orders._fields["state"]._description_selection(self.env))
        rows, totals = [], dict.fromkeys(SUMS, 0.0)
        for order in orders:
            # As the user: who may not see amounts is refused.
            sums = {name: sum(order.settlement_line_ids.mapped(name)) for name in SUMS}
            totals = {name: totals[name] + sums[name] for name in SUMS}
            # sudo: the customer's own order, by name
            orders_sudo = order.sudo().sale_order_ids
            rows.append(
                [
                    order.name,
                    self._date(order.date_request),
                    ", ".join(orders_sudo.mapped("name")),
                    states[order.state],
                    *(self._amount(sums[name], currency) for name in SUMS),
                ]
            )
        return Table(
            currency.name,
            [
                Column(self.env._("Return"), 17, 16),
                Column(self.env._("Request Date"), 12, 11),
                Column(self.env._("Order"), 13, 12),
                Column(self.env._("Status"), 10, 9),
                Column(self.env._("Due"), 12, 11, True),
                Column(self.env._("Credited"), 12, 11, True),
                Column(self.env._("Settled"), 12, 11, True),
                Column(self.env._("Still Open"), 12, 11, True),
            ],
            rows,
            [
                self.env._("Total"),
                "",
                "",
                "",
                *(self._amount(totals[name], currency) for name in SUMS),
            ],
        )
