from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..exceptions import return_error


class SaleReturnApprovalMixin(models.AbstractModel):
    """Who decides on a return order: its levels, their order, four eyes."""

    _name = "sale.return.approval.mixin"
    _description = "Return Approval Steps"

    can_approve = fields.Boolean(
        "Waiting for My Approval",
        compute="_compute_can_approve",
        search="_search_can_approve",
    )

    @api.depends_context("uid")
    def _compute_can_approve(self):
        for order in self:
            order.can_approve = not order._get_cannot_decide_error()

    def _search_can_approve(self, operator, value):
        if operator != "in":
            return NotImplemented
        if not self.env.user.has_group("sale_return_mgmt.group_sale_return_approver"):
            return [(0, "=", 1)]
        orders = self.search([("state", "=", "submitted")])
        return [("id", "in", orders.filtered("can_approve").ids)]

    def action_approve(self, comment=None):
        """Decide the level whose turn it is; the last one approves the return."""
        self = self._prepare_step("sale_return_mgmt.group_sale_return_approver")
        orders = self.filtered(lambda order: order.state != "approved")
        orders._check_can_decide()
        orders._decide_level("approved", comment)
        approved = orders.filtered(lambda order: not order._get_pending_approval())
        (orders - approved)._ask_approvers()
        self.env["sale.return.event"]._log(orders - approved, "level_approved")
        if approved:
            approved._do_approve(comment)
        return True

    def action_send_back(self, note=None):
        """Return to draft for the clerk to mend; the customer is not told."""
        if not note:
            return self._open_explain("send_back")
        self = self._prepare_step("sale_return_mgmt.group_sale_return_approver")
        orders = self.filtered(lambda order: order.state != "draft")
        orders._check_can_decide()
        orders._do_return_to_draft("sent_back", note=note)
        for order in orders:
            order.message_post(
                body=self.env._("Sent back: %s", note),
                # sudo: the clerk is told, whatever the approver may read of users
                partner_ids=order.sudo().submitted_by_id.partner_id.ids,
            )
        return True

    def action_reject(self, reason=None):
        """Refuse the return with a reason that the customer reads."""
        if not reason:
            return self._open_explain("reject")
        self = self._prepare_step("sale_return_mgmt.group_sale_return_approver")
        orders = self.filtered(lambda order: order.state != "rejected")
        orders._check_can_decide()
        orders._decide_level("rejected", reason)
        orders._drop_pending_approvals()
        orders._transition("rejected", "rejected", note=reason, rejection_reason=reason)
        return True

    def _do_approve(self, comment=False):
        for order in self:
            for line in order.line_ids.sudo():  # the grant is a workflow field
                line.quantity_approved = line.quantity
        self._transition(
            "approved", "approved", note=comment, date_approved=fields.Datetime.now()
        )
        self._create_receipts()
        self._set_send_deadline()
        # sudo: as after a receipt, whoever approved
        orders_sudo = self.sudo()
        orders_sudo._settle_automatically("approval")
        # Nothing will arrive for these: what a receipt triggers follows at once.
        kept_sudo = orders_sudo.filtered(lambda order: order.receipt_status == "none")
        kept_sudo._settle_automatically("receipt")
        kept_sudo._check_done()

    def _check_can_decide(self):
        self._check_state("submitted")
        for order in self:
            error = order._get_cannot_decide_error()
            if error:
                raise error

    def _get_cannot_decide_error(self):
        """Why the user may not decide now: an exception to raise, or None."""
        self.ensure_one()
        user = self.env.user
        approval = self._get_pending_approval()
        if self.state != "submitted" or not approval:
            return return_error(
                "INVALID_STATE",
                self.env._("%(order)s awaits no approval.", order=self.name),
            )
        if self.env.su and self.env.uid == self.env.ref("base.user_root").id:
            return None  # a policy decides, not a person
        if user in approval._get_approvers():
            return None
        if self.company_id.sale_return_four_eyes and user in self._get_authors():
            return return_error(
                "SELF_APPROVAL",
                self.env._(
                    "%(order)s is your own work: somebody who did not create, edit or "
                    "submit it has to decide.",
                    order=self.name,
                ),
                AccessError,
            )
        later = self._get_current_approvals() - approval
        if any(user in level._get_approvers() for level in later) or (
            user in self._get_current_approvals().user_id
        ):
            return return_error(
                "LEVEL_ORDER",
                self.env._(
                    "It is the turn of level “%(level)s” to decide on %(order)s.",
                    # sudo: only the name of the level is shown
                    level=approval.sudo().rule_id.name,
                    order=self.name,
                ),
                AccessError,
            )
        return return_error(
            "ACCESS_DENIED",
            self.env._("You are not an approver of %(order)s.", order=self.name),
            AccessError,
        )

    def _get_authors(self):
        """Users who created, edited or ever submitted the return."""
        self.ensure_one()
        order_sudo = self.sudo()  # every author counts, whatever the reader may see
        events_sudo = order_sudo.event_ids.filtered(
            lambda event: event.type in ("created", "edited", "submitted")
        )
        return (events_sudo.user_id | order_sudo.create_uid).sudo(False)

    def _get_current_approvals(self):
        """Levels of the present submission, in order."""
        self.ensure_one()
        # sudo: rights are those of the return
        return self.sudo().approval_ids.filtered(
            lambda approval: approval.round == self.round
        )

    def _get_pending_approval(self):
        """The level whose turn it is."""
        return self._get_current_approvals().filtered(
            lambda approval: approval.state == "pending"
        )[:1]

    def _create_approvals(self):
        """Write the levels that apply, and refuse where nobody could decide."""
        Rule = self.env["sale.return.approval.rule"].sudo()  # clerks cannot read rules
        vals_list = []
        for order in self:
            # sudo: the amount decides, whoever may see it
            rules = Rule._get_applicable(order.sudo())
            # Where no rule applies there is one level all the same, without a rule.
            for sequence, rule in enumerate(rules or [Rule.browse()], start=1):
                vals_list.append(
                    {
                        "order_id": order.id,
                        "rule_id": rule.id,
                        "round": order.round,
                        "sequence": sequence,
                    }
                )
        # sudo: levels are written by the submission, never by a person
        approvals = self.env["sale.return.approval"].sudo().create(vals_list)
        for approval in approvals:
            if not approval._get_approvers():
                raise return_error(
                    "INVALID",
                    self.env._(
                        "Nobody can approve %(order)s: every approver of level "
                        "“%(level)s” is archived or has worked on it. Ask a manager "
                        "to name another approver.",
                        order=approval.order_id.name,
                        level=approval.rule_id.name or self.env._("Approvers"),
                    ),
                )
        self._ask_approvers()

    def _decide_level(self, state, comment):
        for order in self:
            # sudo: the decision is recorded by the step that checked it
            order._get_pending_approval().sudo().write(
                {
                    "state": state,
                    "user_id": self.env.uid,
                    "date": fields.Datetime.now(),
                    "comment": comment or False,
                }
            )
        self._close_approval_activities()

    def _drop_pending_approvals(self):
        for order in self:
            # sudo: levels nobody decided leave no trace but the event
            order._get_current_approvals().filtered(
                lambda approval: approval.state == "pending"
            ).sudo().unlink()
        self._close_approval_activities()

    def _ask_approvers(self):
        """One activity for each approver of the level whose turn it is."""
        activity_type = self.env.ref("sale_return_mgmt.mail_activity_type_approval")
        # sudo: clerks ask approvers whatever they may write on the return. All
        # approvers of a level see the activity at once: a mail to each would be noise.
        activities_sudo = self.env["mail.activity"].sudo()
        activities_sudo.with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": order.id,
                    "user_id": user.id,
                    "automated": True,
                }
                for order in self
                for user in order._get_pending_approval()._get_approvers()
            ]
        )

    def _close_approval_activities(self):
        # sudo: the activities belong to several users
        self.sudo().activity_unlink(["sale_return_mgmt.mail_activity_type_approval"])
