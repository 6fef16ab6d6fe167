import logging

from psycopg2 import OperationalError
from requests.exceptions import RequestException

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..exceptions import return_error

_logger = logging.getLogger(__name__)


def _is_an_answer(error):
    """Whether the provider refused. Where the connection or the provider broke down
    nobody knows what it did with the request."""
    while error and not isinstance(error, RequestException):
        error = error.__context__
    if not error:
        return True
    return error.response is not None and error.response.status_code < 500


class PaymentTransaction(models.Model):
    """A refund through the payment provider that was charged.

    Settling a return only records what is to be given back. A job commits that the
    provider is about to be asked, asks it, and commits its answer: killed in between,
    it is not known whether money went out, and nobody but a person asks again.

    ========= =====================================================================
    waiting   recorded; the provider was not asked
    sending   the provider is being asked, or was when the job ended
    unknown   the job ended without an answer: a person looks it up at the provider
    answered  the provider said yes, or will say so later: ``state`` tells
    refused   the provider said no: a person tries again, or pays another way
    dropped   never sent: the credit note is not open any more
    ========= =====================================================================
    """

    _name = "payment.transaction"
    _inherit = ["payment.transaction", "sale.return.link.mixin"]

    return_credit_note_id = fields.Many2one(
        "account.move",
        "Refunded Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    return_refund_state = fields.Selection(
        [
            ("waiting", "To Be Sent"),
            ("sending", "Being Sent"),
            ("unknown", "Outcome Unknown"),
            ("answered", "Answered"),
            ("refused", "Refused"),
            ("dropped", "Dropped"),
        ],
        "Refund Status",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    return_refund_failure = fields.Char(readonly=True, copy=False)

    _return_refund_uniq = models.UniqueIndex(
        "(return_credit_note_id, source_transaction_id)"
        " WHERE return_refund_state IN ('waiting', 'sending', 'unknown')",
        "This credit note is already being refunded through that payment.",
    )

    def write(self, vals):
        res = super().write(vals)
        if "state" in vals:
            asked = ("sending", "unknown", "answered", "refused")
            self.filtered(
                lambda tx: tx.return_refund_state in asked
            )._on_return_refund_answered()
        return res

    # === WHAT CAN BE GIVEN BACK === #

    def _get_refundable_amount(self):
        """What the provider can still give back of this payment, all at once."""
        self.ensure_one()
        method = self.payment_method_id.primary_payment_method_id
        support = {
            self.provider_id.support_refund,
            (method or self.payment_method_id).support_refund,
        }
        if (
            self.state != "done"
            or not self.payment_id
            or self.operation in ("refund", "validation")
            or self.provider_id.state == "disabled"
            or not support <= {"partial", "full_only"}
        ):
            return 0.0
        refunds = self.child_transaction_ids.filtered(
            lambda tx: tx.operation == "refund" and tx.state not in ("error", "cancel")
        )
        if "full_only" in support and refunds:
            return 0.0
        return self.currency_id.round(self.amount + sum(refunds.mapped("amount")))

    def _cap_refund(self, amount):
        """``amount`` as far as this payment can give it back."""
        self.ensure_one()
        possible = min(amount, self._get_refundable_amount())
        method = self.payment_method_id.primary_payment_method_id
        support = (method or self.payment_method_id).support_refund
        is_full_only = "full_only" in (self.provider_id.support_refund, support)
        return 0.0 if is_full_only and possible != self.amount else possible

    def _is_return_refund_underway(self):
        """Whether the money may be on its way, without a payment in the books."""
        self.ensure_one()
        return self.state in ("draft", "pending", "authorized") or (
            self.state == "done" and not self.payment_id
        )

    # === THE JOB === #

    @api.model
    def _cron_send_return_refunds(self):
        IrCron = self.env["ir.cron"]
        # Only one job runs at a time: what is being sent was left by one that ended.
        self.search([("return_refund_state", "=", "sending")])._report_unknown_refund()
        waiting = self.search([("return_refund_state", "=", "waiting")], order="id")
        IrCron._commit_progress(remaining=len(waiting))
        for tx_id in waiting.ids:  # each read anew after the commit before it
            tx = self.browse(tx_id)._start_return_refund()
            if tx:
                # From here on the provider may have been asked.
                IrCron._commit_progress()
                tx._ask_for_return_refund()
            if not IrCron._commit_progress(processed=1):
                break

    def _start_return_refund(self):
        """Decide to ask the provider, unless the credit note was paid otherwise.

        :return: the transaction to be sent, or none
        """
        tx = self.try_lock_for_update().filtered_domain(
            [("return_refund_state", "=", "waiting")]
        )
        if not tx:
            return tx
        refund = tx.return_credit_note_id
        if refund.state != "posted" or refund._get_amount_unplanned() < 0:
            tx._drop_return_refund()
            refund._plan_refund_payments()
            return self.browse()
        tx.return_refund_state = "sending"
        return tx

    def _ask_for_return_refund(self):
        """Ask the provider, once."""
        if self.provider_id.state == "disabled":
            self._set_error(self.env._("The payment provider is disabled."))
            return
        try:
            with self.env.cr.savepoint():
                self._log_sent_message()
                self._send_refund_request()
                if self.return_refund_state == "sending":  # it will tell later
                    self.return_refund_state = "answered"
        except OperationalError:  # its answer came another way meanwhile
            raise
        except ValidationError as error:
            if _is_an_answer(error):
                self._set_error(str(error))
            else:
                self._report_unknown_refund(str(error))
        except Exception as error:
            _logger.warning("Refund %s failed", self.reference, exc_info=True)
            self._report_unknown_refund(repr(error))

    def _drop_return_refund(self):
        """Nothing was sent, and nothing will be."""
        self.return_refund_state = "dropped"
        self.flush_recordset()  # before the next one takes its place
        self._set_canceled()

    # === WHAT BECAME OF IT === #

    def _on_return_refund_answered(self):
        """The provider said what it did, now or by a notification."""
        for tx in self:
            if tx.state in ("error", "cancel"):
                tx._report_failed_refund(
                    "refused",
                    self.env._(
                        "%(provider)s refused the refund %(reference)s: %(why)s",
                        provider=tx.provider_id.name,
                        reference=tx.reference,
                        why=tx.state_message or "",
                    ),
                )
            elif tx.state != "draft":
                tx.return_refund_state = "answered"
                if tx.state == "done":
                    order = tx.return_credit_note_id.return_order_id
                    self.env["sale.return.event"]._log(
                        order, "refund_paid", payloads={order: {"by": [tx.reference]}}
                    )
                    order._close_failure_activities()
                    self.env.ref("payment.cron_post_process_payment_tx")._trigger()

    def _report_unknown_refund(self, why=""):
        for tx in self:
            tx._report_failed_refund(
                "unknown",
                self.env._(
                    "%(provider)s was asked for the refund %(reference)s and did not "
                    "answer: look there whether the money went out, then say so in the "
                    "tab Settlement. %(why)s",
                    provider=tx.provider_id.name,
                    reference=tx.reference,
                    why=why,
                ),
            )

    def _report_failed_refund(self, state, message):
        """:param message: without amounts, the warehouse reads it on the return"""
        self.write({"return_refund_state": state, "return_refund_failure": message})
        self.return_credit_note_id.return_order_id._tell_failure(
            message, self.env._("See what became of a refund"), "refund_failed"
        )

    def action_return_refund_was_paid(self):
        """An accountant saw at the provider that the money went out."""
        self._resolve_unknown_refund()._set_done()
        return True

    def action_return_refund_was_not_paid(self):
        """An accountant saw at the provider that it did not: it is asked again."""
        txs = self._resolve_unknown_refund()
        txs._drop_return_refund()
        txs.return_credit_note_id._plan_refund_payments()
        txs.return_credit_note_id.return_order_id._close_failure_activities()
        return True

    def _resolve_unknown_refund(self):
        """:return: the same records in ``sudo``, if the user may say what happened"""
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Only accounting can say whether a refund went out.")
            )
        self.check_access("write")
        self.lock_for_update()
        # sudo: accountants may only read returns
        txs_sudo = self.sudo()
        if any(tx.return_refund_state != "unknown" for tx in txs_sudo):
            raise return_error(
                "INVALID_STATE",
                self.env._("The outcome of this refund is known: reload the page."),
            )
        return txs_sudo
