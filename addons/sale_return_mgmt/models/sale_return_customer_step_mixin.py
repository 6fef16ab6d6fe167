import re

from odoo import models
from odoo.exceptions import UserError

# As long as the longest that carriers print, with room.
MAX_TRACKING = 64
MAX_TEXT = 2000


class SaleReturnCustomerStepMixin(models.AbstractModel):
    """What the customer himself does to a return; called in ``sudo`` by routes that
    checked his access."""

    _name = "sale.return.customer.step.mixin"
    _description = "Return Steps of Customers"

    def _can_customer_cancel(self):
        """Until anything moved: once the goods are on their way, a person helps."""
        self.ensure_one()
        if (
            self.state not in ("draft", "submitted", "approved")
            or self.carrier_tracking_ref
        ):
            return False
        try:
            self._check_nothing_moved()
        except UserError:
            return False
        return True

    def _cancel_by_customer(self, note=""):
        """Give the return up, and say so to those who follow it.

        :raise UserError: if it is too late
        """
        self.ensure_one()
        if not self._can_customer_cancel():
            raise UserError(
                self.env._(
                    "%s can no longer be cancelled here: write to us.", self.name
                )
            )
        self.action_cancel()
        self._post_as_customer(
            " ".join(filter(None, [self.env._("I cancel this return."), note.strip()]))
        )

    def _awaits_goods(self):
        self.ensure_one()
        return self.state == "approved" and self.receipt_status in (
            "pending",
            "partial",
        )

    def _report_tracking(self, number):
        """Note by which parcel the goods come.

        :raise UserError: if none are awaited, or if it is no such number
        """
        self.ensure_one()
        if not self._awaits_goods():
            raise UserError(self.env._("%s awaits no goods.", self.name))
        number = " ".join(number.split())
        if len(number) > MAX_TRACKING or not re.fullmatch(
            r"[A-Za-z0-9][A-Za-z0-9 ./_-]*", number
        ):
            raise UserError(
                self.env._(
                    "A tracking number has letters, digits and dashes, at most "
                    "%(count)s.",
                    count=MAX_TRACKING,
                )
            )
        if number != self.carrier_tracking_ref:
            self.carrier_tracking_ref = number
            self._post_as_customer(
                self.env._("The goods are on their way: %s.", number)
            )

    def _post_as_customer(self, text):
        """:param str text: plain, whatever it looks like"""
        self.message_post(
            body=text[:MAX_TEXT],
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
