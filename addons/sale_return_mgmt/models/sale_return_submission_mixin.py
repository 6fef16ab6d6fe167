from odoo import fields, models
from odoo.exceptions import AccessError

from ..exceptions import return_error


class SaleReturnSubmissionMixin(models.AbstractModel):
    """How a draft is frozen, judged by policy and handed to the approvers, and how it
    comes back to be mended."""

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

    def _do_submit(self):
        """Reserve, judge and route drafts; see ``design`` in the architecture page."""
        for order in self:
            if not order.line_ids:
                raise return_error(
                    "INVALID",
                    self.env._(
                        "%(order)s has no lines: add what comes back.", order=order.name
                    ),
                )
        lines = self.line_ids
        lines._check_complete()
        lines.sale_line_id._bump_return_guard()
        lines._check_returnable()
        self._freeze_policy()
        for order in self.sudo():  # the round is a workflow field
            order.round += 1
        self._transition(
            "submitted",
            "submitted",
            submitted_by_id=self.env.uid,
            date_submitted=fields.Datetime.now(),
            rejection_reason=False,
        )
        self._set_result_deadline()
        self._create_approvals()

    def _freeze_policy(self):
        """Write the policy's verdict to orders and lines, or refuse the return."""
        # sudo: the verdict is the policy's, not the clerk's
        orders_sudo = self.sudo()
        policies = self.env["sale.return.policy"].sudo()._match(orders_sudo.line_ids)
        for order in orders_sudo:
            messages = {}
            for line in order.line_ids:
                code, message = policies[line]._get_verdict(line)
                if code and policies[line].out_of_policy == "refuse":
                    raise return_error(code, message, line=line)
                line.write(
                    {
                        "policy_id": policies[line].id,
                        "in_policy": not code,
                        "inspection_required": policies[line]._is_inspection_required(
                            line
                        ),
                        "refund_trigger": line.company_id.sale_return_refund_trigger,
                    }
                )
                messages[message] = True
            order.in_policy = all(order.line_ids.mapped("in_policy"))
            order.policy_message = "\n".join(messages)

    def _do_return_to_draft(self, event_type, note=False):
        self._drop_pending_approvals()
        self._transition("draft", event_type, note=note, date_approved=False)
