from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import plaintext2html

from .sale_return_line_price_mixin import MONEY_GROUPS

ACCOUNTING = "account.group_account_invoice"


class SaleReturnRefundPaymentMixin(models.AbstractModel):
    """How the customer gets what credit notes leave open: as credit, by the way he
    paid, or as a transfer."""

    _name = "sale.return.refund.payment.mixin"
    _description = "Refund Payments of Returns"

    refund_method = fields.Selection(
        [
            ("credit", "Open Credit"),
            ("original", "The Way It Was Paid"),
            ("transfer", "Bank Transfer"),
        ],
        "Refund By",
        required=True,
        default="credit",
        groups=MONEY_GROUPS,
        help="How the customer gets what is left of the credit once the invoice is "
        "settled. “The way it was paid” asks the payment provider that was charged; "
        "what that cannot give back stays open credit.",
    )
    partner_bank_id = fields.Many2one(
        "res.partner.bank",
        "Customer Account",
        check_company=True,
        ondelete="restrict",
        domain="[('partner_id', '=', commercial_partner_id)]",
        groups=MONEY_GROUPS,
        help="The customer's bank account that the money is sent to.",
    )
    refund_payment_ids = fields.Many2many(
        "account.payment", compute="_compute_refund_payments", groups=ACCOUNTING
    )
    refund_payment_count = fields.Integer(
        compute="_compute_refund_payments", groups=ACCOUNTING
    )
    refund_transaction_ids = fields.Many2many(
        "payment.transaction", compute="_compute_refund_payments", groups=ACCOUNTING
    )
    refund_payment_summary = fields.Text(
        "Refund Payments",
        compute="_compute_refund_payment_summary",
        groups=MONEY_GROUPS,
    )
    refund_proof_ids = fields.Many2many(
        "ir.attachment",
        string="Proof of Payment",
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
        help="What accounting showed the customer of a payment.",
    )

    @api.depends(
        "refund_ids.matched_payment_ids",
        "refund_ids.return_transaction_ids.return_refund_state",
    )
    def _compute_refund_payments(self):
        for order in self:
            order.refund_payment_ids = order.refund_ids.matched_payment_ids
            order.refund_payment_count = len(order.refund_payment_ids)
            order.refund_transaction_ids = (
                order.refund_ids.return_transaction_ids.filtered(
                    lambda tx: tx.return_refund_state != "dropped" and not tx.payment_id
                )
            )

    @api.depends(
        "refund_ids.matched_payment_ids.state",
        "refund_ids.return_transaction_ids.return_refund_state",
    )
    @api.depends_context("lang")
    def _compute_refund_payment_summary(self):
        for order in self:
            # sudo: readers of returns see what was paid back, not the payments
            order_sudo = order.sudo()
            order.refund_payment_summary = "\n".join(
                order_sudo._describe_refund_payments()
            )

    def _describe_refund_payments(self):
        """A line for each, for those who cannot open them."""
        for record, amount, name in (
            *((each, each.amount, "state") for each in self.refund_payment_ids),
            *(
                (each, -each.amount, "return_refund_state")
                for each in self.refund_transaction_ids
            ),
        ):
            labels = dict(record._fields[name]._description_selection(self.env))
            yield self.env._(
                "%(payment)s: %(amount)s, %(status)s",
                payment=record.display_name,
                amount=record.currency_id.format(amount),
                status=labels[record[name]],
            )

    @api.constrains("partner_bank_id", "partner_id")
    def _check_partner_bank(self):
        for order in self.sudo():  # sudo: whoever may write the return
            owner = order.partner_bank_id.partner_id.commercial_partner_id
            if owner and owner != order.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Account %(account)s belongs to %(owner)s, not to the customer "
                        "of %(order)s: choose another one.",
                        account=order.partner_bank_id.acc_number,
                        owner=owner.display_name,
                        order=order.name,
                    )
                )

    def action_view_refund_payments(self):
        return self.refund_payment_ids._get_records_action(
            name=self.env._("Refund Payments")
        )

    def _get_failed_refunds(self):
        """Refunds through a provider that wait for a person."""
        # sudo: payments are not shown to all who see that something is wrong
        return self.sudo().refund_ids.return_transaction_ids.filtered(
            lambda tx: tx.return_refund_state in ("refused", "unknown")
        )

    def _retry_refunds(self):
        """Ask for what was refused again; never for what may have been paid."""
        refused = self._get_failed_refunds().filtered(
            lambda tx: tx.return_refund_state == "refused"
        )
        refused.return_refund_state = "dropped"
        refused.return_credit_note_id._plan_refund_payments()
        refused.return_credit_note_id.return_order_id._close_failure_activities()

    def _send_payment_proof(self, payment, attachments, note):
        """Tell the customer that the money is on its way, with copies of the files.

        On the credit note: the warehouse reads the messages and files of the return.
        """
        self.ensure_one()
        refund = (payment.invoice_ids & self.refund_ids)[-1:]
        copies = attachments.copy({"res_model": refund._name, "res_id": refund.id})
        self.refund_proof_ids |= copies
        translate = self.with_context(lang=self.partner_id.lang).env._
        text = translate(
            "We have paid you %(amount)s for return %(order)s. The proof of payment is "
            "attached.",
            amount=payment.currency_id.format(payment.amount),
            order=self.name,
        )
        refund.message_post(
            subject=translate("%s: your refund is paid", self.name),
            body=Markup("<p>%s</p>") % text + plaintext2html(note or ""),
            attachment_ids=copies.ids,
            partner_ids=self.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
        )
