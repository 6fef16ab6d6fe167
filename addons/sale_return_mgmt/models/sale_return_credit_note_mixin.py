from odoo import fields, models
from odoo.fields import Command


class SaleReturnCreditNoteMixin(models.AbstractModel):
    """How the open credit of a return's credit note gets back to the customer."""

    _name = "sale.return.credit.note.mixin"
    _description = "Credit Notes That Are Paid Back"

    return_payment_ids = fields.One2many(
        "account.payment", "return_credit_note_id", readonly=True
    )
    return_transaction_ids = fields.One2many(
        "payment.transaction", "return_credit_note_id", readonly=True
    )

    def _plan_refund_payments(self):
        """Record how what is left open of credit notes is given back. Where all of it
        is under way nothing is done."""
        # sudo: whoever settles a return needs no rights on payments
        refunds_sudo = self.sudo().filtered(
            lambda move: (
                move.state == "posted"
                and move.return_order_id.refund_method in ("original", "transfer")
                and not move.return_order_id._is_credit_spoken_for()
            )
        )
        refunds_sudo._set_off_payments_made()
        for method, refunds in refunds_sudo.grouped(
            lambda move: move.return_order_id.refund_method
        ).items():
            getattr(refunds, f"_plan_refund_by_{method}")()

    def _set_off_payments_made(self):
        """What was paid back of a credit note before it was reset to draft is paid back
        of the one that is posted again."""
        for refund in self:
            made = refund.matched_payment_ids.filtered(
                lambda payment: payment.state in ("in_process", "paid")
            )
            made._reconcile_with(refund)

    def _get_amount_unplanned(self):
        """What is open of this credit note, and nobody has begun to give back; below
        zero where more is on its way than is open."""
        self.ensure_one()
        # Without a journal entry of theirs payments leave it open.
        payments = self.matched_payment_ids.filtered(
            lambda payment: (
                payment.state == "draft"
                or (payment.state in ("in_process", "paid") and not payment.move_id)
            )
        )
        underway = self.return_transaction_ids.filtered(
            lambda tx: tx._is_return_refund_underway()
        )
        return self.currency_id.round(
            self.amount_residual
            - sum(payments.mapped("amount"))
            + sum(underway.mapped("amount"))
        )

    def _plan_refund_by_transfer(self):
        """Draft payments, for an accountant to make."""
        Payment = self.env["account.payment"]
        for company, refunds in self.grouped("company_id").items():
            Payment.with_company(company).create(
                [
                    Payment._prepare_return_payment_vals(refund, amount)
                    for refund in refunds
                    if (amount := refund._get_amount_unplanned()) > 0
                ]
            )

    def _plan_refund_by_original(self):
        """Refunds through the providers that were charged, the last payment first."""
        planned = self.env["payment.transaction"]
        for refund in self:
            left = max(0.0, refund._get_amount_unplanned())
            paid = refund.reversed_entry_id.transaction_ids.filtered(
                lambda tx, currency=refund.currency_id: tx.currency_id == currency
            )
            for source in paid.sorted("id", reverse=True):
                amount = source._cap_refund(left)
                if refund.currency_id.compare_amounts(amount, 0) > 0:
                    planned |= source._create_child_transaction(
                        amount,
                        is_refund=True,
                        invoice_ids=[Command.set(refund.ids)],
                        return_credit_note_id=refund.id,
                        return_refund_state="waiting",
                    )
                    left = refund.currency_id.round(left - amount)
            if left:
                refund.return_order_id.message_post(
                    body=self.env._(
                        "Not all of credit note %s can be given back through a payment "
                        "provider: the rest stays open credit.",
                        refund.name,
                    )
                )
        if planned:
            self.env.ref("sale_return_mgmt.ir_cron_send_refunds")._trigger()

    def _drop_planned_refund_payments(self):
        """What was not sent yet of credit notes that are not posted any more."""
        drafts = self.return_payment_ids.filtered(
            lambda payment: payment.state == "draft"
        )
        if drafts:
            drafts.action_cancel()
        for tx in self.return_transaction_ids:
            if tx.return_refund_state == "waiting":
                tx._drop_return_refund()
