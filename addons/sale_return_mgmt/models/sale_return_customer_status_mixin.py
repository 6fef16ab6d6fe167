from odoo import models
from odoo.tools import format_date, format_list

from .sale_return_settlement_mixin import SETTLED


class SaleReturnCustomerStatusMixin(models.AbstractModel):
    """Where a return stands, in words for its customer.

    There are no amounts in them: they may be written where the warehouse reads.
    """

    _name = "sale.return.customer.status.mixin"
    _description = "Return Status in Words"

    def _get_customer_status(self):
        """What happened, what happens next, and by when.

        :return: dict with ``code`` (that of ``_get_customer_code``), ``title``, a few
            words, ``text`` and ``next``, sentences, and ``color`` of Bootstrap
        """
        self.ensure_one()
        order_sudo = self.sudo()  # sudo: customers may read few fields only
        code = order_sudo._get_customer_code()
        title, text, following = getattr(order_sudo, f"_tell_{code}")()
        return {
            "code": code,
            "title": title,
            "text": text,
            "next": following,
            "color": {
                "send": "warning",
                "rejected": "danger",
                "cancelled": "secondary",
                "done": "success",
            }.get(code, "info"),
        }

    def _get_customer_code(self):
        """One of: draft, submitted, rejected, cancelled, send, sent, partial, checked,
        accepted, done."""
        if self.state != "approved":
            return self.state
        if self.receipt_status == "pending":
            return "sent" if self.carrier_tracking_ref else "send"
        if self.receipt_status == "partial":
            return "partial"
        return "checked" if self._is_inspection_pending() else "accepted"

    # === EACH STATUS: TITLE, WHAT HAPPENED, WHAT IS NEXT === #

    def _tell_draft(self):
        if self.channel == "portal" and not self.round:
            return (
                self.env._("Not Sent Yet"),
                self.env._("You have not sent this request yet."),
                self.env._("Complete and send it, or cancel it."),
            )
        return (
            self.env._("In Preparation"),
            self.env._("We are preparing your return."),
            self.env._("You do not have to do anything: we tell you what comes next."),
        )

    def _tell_submitted(self):
        following = [self._tell_result_day()]
        if self._expects_goods():
            following.insert(0, self.env._("Please do not send the goods yet."))
        return (
            self.env._("Being Decided"),
            self.env._("We have your request and look at it."),
            " ".join(following),
        )

    def _tell_rejected(self):
        return (
            self.env._("Not Accepted"),
            self.env._("We cannot accept this return."),
            self.env._("If you see it otherwise, or can tell us more, write to us."),
        )

    def _tell_cancelled(self):
        return (
            self.env._("Cancelled"),
            self.env._("This return was cancelled."),
            self.env._("Please do not send the goods."),
        )

    def _tell_send(self):
        text = self.env._("Your return is approved.")
        if self.date_send_before:
            following = self.env._(
                "Pack the goods with the return slip and send them to the address on "
                "it before %s.",
                format_date(self.env, self.date_send_before),
            )
        else:
            following = self.env._(
                "Pack the goods with the return slip and send them to the address on "
                "it."
            )
        return self.env._("Send the Goods"), text, following

    def _tell_sent(self):
        return (
            self.env._("On the Way to Us"),
            self.env._("The goods are on their way: %s.", self.carrier_tracking_ref),
            self.env._("We tell you when they have arrived."),
        )

    def _tell_partial(self):
        if self.date_send_before:
            following = self.env._(
                "Please send the rest before %s.",
                format_date(self.env, self.date_send_before),
            )
        else:
            following = self.env._("Please send the rest.")
        return (
            self.env._("Partly Arrived"),
            self.env._("Some of the goods have arrived."),
            following,
        )

    def _tell_checked(self):
        return (
            self.env._("Being Checked"),
            self.env._("Your goods have arrived."),
            f"{self.env._('We check them.')} {self._tell_result_day()}",
        )

    def _tell_accepted(self):
        following = []
        if self._has_replacement_pending():
            following.append(self.env._("We send you the replacement."))
        if self._has_money_pending():
            following.append(self.env._("We make out your credit note."))
        if self._is_sending_back():
            following.append(self.env._("We send back what we could not accept."))
        return (
            self.env._("Being Settled"),
            self.env._("Your goods have arrived and were checked.")
            if self.receipt_status != "none"
            else self.env._(
                "Your return is approved. You do not have to send anything."
            ),
            " ".join(following or [self._tell_result_day()]),
        )

    def _tell_done(self):
        """What came of it; titles as on the timeline."""
        titles, texts = [], []
        if self._get_posted_refunds():
            titles.append(self.env._("Credited"))
            texts.append(self._tell_refund())
        if self.replacement_status in ("partial", "done"):
            titles.append(self.env._("Replaced"))
            tracking = self._get_replacement_tracking()
            texts.append(
                self.env._("Your replacement is on its way: %s.", tracking)
                if tracking
                else self.env._("Your replacement is on its way.")
            )
        if any(line.quantity_rejected > 0 for line in self.line_ids):
            texts.append(self.env._("What we could not accept is not credited."))
        return (
            " · ".join(titles) or self.env._("Closed"),
            self.env._("Your return is complete.")
            if titles
            else self.env._("Your return is closed."),
            " ".join(texts),
        )

    def _tell_refund(self):
        """How the money comes, or came; the mail of the credit says it too."""
        # The prefetch is that of all returns of a list.
        prefetch_ids = self.refund_ids._prefetch_ids
        refunds = self._get_posted_refunds().with_prefetch(prefetch_ids)
        if all(move.payment_state in SETTLED for move in refunds):
            return self._tell_how_settled(refunds)
        return {
            "transfer": self.env._("We transfer it to your bank account."),
            "original": self.env._("It goes back the way you paid."),
        }.get(
            self.refund_method,
            self.env._("It stands to your credit: deduct it from your next payment."),
        )

    def _tell_how_settled(self, refunds):
        texts = []
        set_off = refunds.line_ids.matched_debit_ids.debit_move_id.move_id
        invoices = set_off.filtered(lambda move: move.is_invoice()).sorted("id")
        if invoices:
            numbers = format_list(self.env, invoices.mapped("name"))
            texts.append(self.env._("It was set off against %s.", numbers))
        if refunds.reconciled_payment_ids:
            texts.append(self.env._("It was paid back to you."))
        return " ".join(texts) or self.env._("The amount is settled.")

    def _tell_result_day(self):
        if self.date_deadline:
            return self.env._(
                "You will have a result by %s at the latest.",
                format_date(self.env, self.date_deadline),
            )
        return self.env._("We tell you the result.")

    # === TIMELINE === #

    def _get_customer_timeline(self):
        """The way of this return from the request to the money or goods for it.

        :return: list of dicts with ``title``, ``date`` (or False) and ``state``:
            ``done``, ``current``, ``open`` or ``failed``
        """
        self.ensure_one()
        order_sudo = self.sudo()  # sudo: as above
        steps = order_sudo._get_customer_steps()
        if order_sudo.state in ("rejected", "cancelled"):
            # What was done, then the end of it.
            steps = [step for step in steps if step["state"] == "done"]
            steps.append(order_sudo._get_failed_step())
        elif order_sudo.state == "done":
            # What did not happen will not any more.
            steps = [step for step in steps if step["state"] == "done"]
            if not order_sudo._has_outcome():
                steps.append(
                    {
                        "title": self.env._("Closed"),
                        "date": order_sudo.date_done,
                        "state": "done",
                    }
                )
        else:
            for step in steps:
                if step["state"] == "open":
                    step["state"] = "current"
                    break
        return steps

    def _get_customer_steps(self):
        """Each step of the way, ``done`` or ``open``."""
        decided = self.state in ("approved", "done") or bool(
            self.state == "cancelled" and self.date_approved
        )
        arrived = self.receipt_status in ("full", "short") and bool(self.date_received)
        steps = [
            self._get_step(self.env._("Requested"), self.round > 0, self.date_request),
            self._get_step(self.env._("Approved"), decided, self.date_approved),
        ]
        if self._expects_goods():
            steps.append(
                self._get_step(self.env._("Goods Arrived"), arrived, self.date_received)
            )
            if self.inspection_ids or any(self.line_ids.mapped("inspection_required")):
                steps.append(
                    self._get_step(
                        self.env._("Checked"),
                        arrived and self.inspection_status == "done",
                        max(self.inspection_ids.mapped("date"), default=False),
                    )
                )
        resolutions = set(self._get_lines_to_tell().mapped("resolution"))
        if "refund" in resolutions or self._get_posted_refunds():
            steps.append(
                self._get_step(
                    self.env._("Credited"),
                    self.refund_status in ("refunded", "paid"),
                    self.date_refunded,
                )
            )
        if "replace" in resolutions and not all(
            self._get_lines_to_tell().mapped("is_replacement_given_up")
        ):
            sent = self.line_ids.replacement_move_ids.filtered(
                lambda move: move.state == "done"
            )
            steps.append(
                self._get_step(
                    self.env._("Replaced"),
                    self.replacement_status == "done",
                    max(sent.mapped("date"), default=False),
                )
            )
        return steps

    def _get_step(self, title, is_done, date):
        return {
            "title": title,
            "date": is_done and date,
            "state": "done" if is_done else "open",
        }

    def _get_failed_step(self):
        event = self.event_ids.filtered(lambda event: event.type == self.state)[:1]
        return {
            "title": self._get_customer_status()["title"],
            "date": event.date,
            "state": "failed",
        }

    def _has_outcome(self):
        return bool(self._get_posted_refunds()) or self.replacement_status == "done"
