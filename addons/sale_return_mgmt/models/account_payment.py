from odoo import fields, models
from odoo.fields import Command

from ..exceptions import return_error


class AccountPayment(models.Model):
    """A transfer that gives a customer the credit of a return back."""

    _name = "account.payment"
    _inherit = ["account.payment", "sale.return.link.mixin"]

    return_credit_note_id = fields.Many2one(
        "account.move",
        "Paid Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The credit note that the return made this payment for.",
    )
    return_order_id = fields.Many2one(
        "sale.return.order", "Return", compute="_compute_return_order_id"
    )
    return_proof_date = fields.Datetime(
        "Proof Sent On",
        readonly=True,
        copy=False,
        help="When the customer was last sent the proof of this payment.",
    )

    def _compute_return_order_id(self):
        for payment in self:
            payment.return_order_id = payment.invoice_ids.return_order_id[:1]

    def write(self, vals):
        res = super().write(vals)
        if "state" in vals:
            # sudo: accountants may only read returns
            self.sudo().return_credit_note_id.return_order_id._queue_turns()
        return res

    def unlink(self):
        # sudo: as above
        orders_sudo = self.sudo().return_credit_note_id.return_order_id
        res = super().unlink()
        orders_sudo._queue_turns()
        return res

    def action_post(self):
        ours = self.filtered("return_credit_note_id")
        ours._check_is_still_open()
        res = super().action_post()
        ours._follow_return_refunds()
        return True if res is None else res  # XML-RPC carries no None

    def _check_is_still_open(self):
        """Nobody gets money for a credit that was used otherwise meanwhile."""
        for payment in self.filtered(lambda payment: payment.state == "draft"):
            refund = payment.return_credit_note_id
            left = 0.0
            if refund.state == "posted":
                left = max(0.0, refund._get_amount_unplanned() + payment.amount)
            if payment.currency_id.compare_amounts(payment.amount, left) > 0:
                raise return_error(
                    "INVALID",
                    self.env._(
                        "%(amount)s are to be paid back, but only %(left)s of credit "
                        "note %(refund)s are still open. Lower the amount, or cancel "
                        "the payment.",
                        amount=payment.currency_id.format(payment.amount),
                        left=payment.currency_id.format(left),
                        refund=refund.display_name,
                    ),
                )

    def _follow_return_refunds(self):
        for refund, payments in self.grouped("return_credit_note_id").items():
            payments._reconcile_with(refund)
        # sudo: accountants may only read returns
        self_sudo = self.sudo()
        payments_by_order = self_sudo.grouped("return_order_id")
        self.env["sale.return.event"]._log(
            self_sudo.return_order_id,
            "refund_paid",
            payloads={
                order: {"by": payments.mapped("name")}
                for order, payments in payments_by_order.items()
            },
        )

    def _reconcile_with(self, refund):
        for payment in self:
            lines = (payment.move_id | refund).line_ids.filtered(
                lambda line, account=payment.destination_account_id: (
                    line.account_id == account and not line.reconciled
                )
            )
            if len(lines.move_id) > 1:
                lines.reconcile()

    def action_send_return_proof(self):
        """Dialog that sends the customer the proof of this payment."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Proof of Payment"),
            "res_model": "sale.return.payment.proof",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payment_id": self.id},
        }

    def action_view_return_order(self):
        return self.return_order_id._get_records_action()

    def _prepare_return_payment_vals(self, refund, amount):
        """Values of the transfer that pays ``amount`` of a credit note back."""
        order = refund.return_order_id
        term_lines = refund.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        return {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": refund.commercial_partner_id.id,
            "partner_bank_id": order.partner_bank_id.id,
            "amount": amount,
            "currency_id": refund.currency_id.id,
            "company_id": refund.company_id.id,
            "journal_id": refund.company_id._get_return_payment_journal().id,
            "destination_account_id": term_lines[:1].account_id.id,
            "memo": order.name,
            "invoice_ids": [Command.set(refund.ids)],
            "return_credit_note_id": refund.id,
        }
