from odoo import api, models

from .sale_return_paper_mixin import Column, Table


class ReportSettlement(models.AbstractModel):
    """What the customer gets for what he returned, and what he got of it, as the
    return's settlement shows it."""

    _name = "report.sale_return_mgmt_report.report_settlement"
    _inherit = "sale.return.paper.mixin"
    _description = "Settlement Statement"

    @api.model
    def _prepare_paper(self, doc):
        # As the user: who may not see amounts is refused.
        lines = doc.settlement_line_ids
        lines.check_access("read")
        rows = [self._prepare_row(line) for line in lines]
        currency = doc.currency_id
        sums = [
            sum(lines.mapped(name))
            for name in ("fee_due", "amount_due", "amount_credited", "amount_paid")
        ]
        totals = [
            self.env._("Total"),
            "",
            "",
            *(self._amount(amount, currency) for amount in sums),
            self._amount(sum(lines.mapped("amount_open")), currency),
        ]
        # sudo: the customer's own order, by name
        orders_sudo = doc.sudo().sale_order_ids
        return {
            "title": self.env._("Settlement Statement"),
            "number": doc.name,
            "address": doc.partner_id,
            "facts": [
                (self.env._("Request Date"), self._date(doc.date_request)),
                (self.env._("Order"), ", ".join(orders_sudo.mapped("name"))),
                (self.env._("Currency"), currency.name),
                (self.env._("Your Reference"), doc.customer_reference),
            ],
            "nothing": self.env._("Nothing is due."),
            "tables": [
                Table("", self._get_columns(), rows, totals),
                self._get_credit_notes(doc),
            ],
            "signatures": [],
        }

    @api.model
    def _get_columns(self):
        return [
            Column(self.env._("Description"), 25, 22),
            Column(self.env._("Accepted"), 11, 9, True),
            Column(self.env._("Unit Price"), 11, 9, True),
            Column(self.env._("Fee"), 9, 8, True),
            Column(self.env._("Due"), 11, 10, True),
            Column(self.env._("Credited"), 11, 10, True),
            Column(self.env._("Settled"), 11, 10, True),
            Column(self.env._("Still Open"), 11, 10, True),
        ]

    @api.model
    def _prepare_row(self, line):
        currency = line.currency_id
        return [
            line.product_id.display_name,
            self._quantity(line.quantity_accepted, line.product_uom_id),
            self._amount(line.price_unit, currency),
            *(
                self._amount(line[name], currency)
                for name in (
                    "fee_due",
                    "amount_due",
                    "amount_credited",
                    "amount_paid",
                    "amount_open",
                )
            ),
        ]

    @api.model
    def _get_credit_notes(self, doc):
        """The customer's documents: what each credit note gave, and how it stands."""
        # sudo: who reads what was credited may name the credit notes it is on
        notes_sudo = doc.sudo().refund_ids.filtered(lambda move: move.state == "posted")
        states = dict(
            notes_sudo._fields["payment_state"]._description_selection(self.env)
        )
        return Table(
            self.env._("Credit Notes"),
            [
                Column(self.env._("Number"), 30, 26),
                Column(self.env._("Date"), 20, 16),
                Column(self.env._("Status"), 25, 22),
                Column(self.env._("Total"), 25, 22, True),
            ],
            [
                [
                    note.name,
                    self._date(note.invoice_date),
                    states.get(note.payment_state, ""),
                    self._amount(note.amount_total, note.currency_id),
                ]
                for note in notes_sudo.sorted("id")
            ],
        )
