from odoo import fields, models
from odoo.exceptions import AccessError

from ..exceptions import return_error


class SaleReturnSubmissionMixin(models.AbstractModel):
    """How a draft is frozen and handed to the approvers, and how it comes back to be
    mended."""

    _name = "sale.return.submission.mixin"
    _description = "Return Submission Steps"

    def action_submit(self):
        """Freeze drafts, reserve their quantities and ask the approvers."""
        self = self._prepare_step("sale_return_mgmt.group_sale_return_clerk")
        orders = self.filtered(lambda order: order.state != "submitted")
        orders._check_state("draft")
        orders.check_access("write")
        orders._do_submit()
        return True

    def action_withdraw(self):
        """Take back the own submission while no level is decided."""
        self = self._prepare_step("sale_return_mgmt.group_sale_return_clerk")
        orders = self.filtered(lambda order: order.state != "draft")
        orders._check_state("submitted")
        for order in orders:
            if order.submitted_by_id != self.env.user and not self._is_manager():
                raise AccessError(
                    self.env._(
                        "Only %(user)s, who submitted %(order)s, can withdraw it.",
                        user=order.submitted_by_id.name,
                        order=order.name,
                    )
                )
            if order._get_current_approvals().filtered("user_id"):
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(order)s is partly approved: ask the approver to send it "
                        "back.",
                        order=order.name,
                    ),
                )
        orders._do_return_to_draft("withdrawn")
        return True

    def action_reset_to_draft(self):
        """Mend a rejected return and submit it again."""
        self = self._prepare_step("sale_return_mgmt.group_sale_return_clerk")
        orders = self.filtered(lambda order: order.state != "draft")
        orders._check_state("rejected")
        orders._do_return_to_draft("reset")
        return True

    def _do_submit(self, override_reason=False):
        """Reserve, judge and route drafts.

        :param override_reason: see ``_freeze_policy``
        """
        self._check_complete()
        lines = self.line_ids
        sale_lines = lines.sale_line_id
        # The first line stands for its order: amounts asked of one order add up.
        sale_lines |= sale_lines.order_id._get_first_lines()
        sale_lines._bump_return_guard()
        lines.lot_ids._bump_return_guard()
        lines._check_returnable()
        lines._check_lot_quantities()
        self._freeze_policy(override_reason)
        for order in self.sudo():  # the round is a workflow field
            order.round += 1
        self._transition(
            "submitted",
            "submitted",
            payloads=self._prepare_submission_payloads(),
            submitted_by_id=self.env.uid,
            date_submitted=fields.Datetime.now(),
            rejection_reason=False,
        )
        user = self.env.user
        if user.active and user._is_internal():
            self.message_subscribe(user.partner_id.ids)  # to hear what comes of it
        self._set_result_deadline()
        automatic = self._filter_automatic()
        (self - automatic)._create_approvals()
        if automatic:
            automatic._approve_by_policy()

    def _prepare_submission_payloads(self):
        """Facts for the log, by return."""
        return {}

    def _check_complete(self):
        """Refuse drafts that leave open what comes back, why, or from where."""
        for order in self:
            if not order.line_ids:
                raise return_error(
                    "INVALID",
                    self.env._(
                        "%(order)s has no lines: add what comes back.", order=order.name
                    ),
                )
        self.line_ids._check_complete()
        self._check_send_to()

    def _do_return_to_draft(self, event_type, note=False, payloads=None):
        self._drop_pending_approvals()
        self._transition(
            "draft", event_type, note=note, payloads=payloads, date_approved=False
        )
