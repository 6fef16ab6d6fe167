from odoo import models

from ..tools.amounts import Amounts


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_amounts_by_line(self):
        """What each line stands for in the books, rounded as the whole document is.

        An early-payment discount that was taken off the taxes when it was invoiced is
        in the amounts of the lines that gave it.

        :return: dict of ``account.move.line`` to ``Amounts``
        """
        self.ensure_one()
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        amounts, off = {}, []
        for base_line in base_lines:
            if base_line["special_type"] != "early_payment":
                amounts[base_line["record"]] = Amounts.of(base_line)
            elif base_line["tax_ids"]:
                off.append(base_line)
        for base_line in off:
            lines = [line for line in amounts if line.tax_ids == base_line["tax_ids"]]
            total = sum(amounts[line].untaxed for line in lines)
            taken_off = Amounts.of(base_line).part(lambda kind: "_amount" in kind)
            start = part = 0.0
            for line in lines if total else ():
                part += amounts[line].untaxed / total
                rounding = (self.currency_id, self.company_currency_id)
                amounts[line] += (taken_off * part).rounded(*rounding) - (
                    taken_off * start
                ).rounded(*rounding)
                start = part
        return amounts

    def _get_shared_out_lines(self):
        """Lines that belong to all others: discounts on the order, what the total was
        rounded by, discounts taken for paying early. Down payments are none: they were
        invoiced by themselves."""
        return (
            self.line_ids.filtered(
                lambda line: (
                    (line.display_type == "rounding" and not line.tax_line_id)
                    or (
                        line.display_type == "product"
                        and line.price_subtotal < 0
                        and not line.is_downpayment
                    )
                )
            )
            | self._get_payment_discount_lines()
        )

    def _get_payment_discount_lines(self):
        """What payments of this invoice booked as discounts for paying early."""
        account = self.company_id.account_journal_early_pay_discount_loss_account_id
        if not self.invoice_payment_term_id.early_discount or not account:
            return self.line_ids.browse()
        return self._get_payment_moves().line_ids.filtered(
            lambda line: (
                line.account_id == account and line.currency_id == self.currency_id
            )
        )

    def _get_payment_moves(self):
        receivables = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        return receivables.matched_credit_ids.credit_move_id.move_id.filtered(
            lambda move: move.move_type == "entry"
        )

    def _get_part_of_payment(self, payment_move):
        """Which part of a payment is for this invoice."""
        invoices = payment_move.line_ids.matched_debit_ids.debit_move_id.move_id
        total = sum(invoices.mapped("amount_total"))
        return self.amount_total / total if total else 0.0

    def _get_reversed_moves(self):
        """What this document reverses, and what that reverses in turn."""
        return self.reversed_entry_id | self.reversed_entry_id.reversed_entry_id

    def _get_sharers(self, shared):
        """The lines that a line of this document is shared out to: those with its
        taxes, if there are any; discounts have no fixed ones."""
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.price_subtotal > 0
        )
        return (
            lines.filtered(
                lambda line: (
                    line.tax_ids.filtered(lambda tax: tax.amount_type != "fixed")
                    == shared.tax_ids
                )
            )
            or lines
        )
