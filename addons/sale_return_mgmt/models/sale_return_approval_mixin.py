from odoo import fields, models
from odoo.exceptions import AccessError

from ..exceptions import return_error

APPROVER_GROUP = "sale_return_mgmt.group_sale_return_approver"


class SaleReturnApprovalMixin(models.AbstractModel):
    """How a submitted return order is decided, level by level.

    Who may decide is in :class:`SaleReturnApproverMixin`, how much they grant in
    :class:`SaleReturnGrantMixin`.
    """

    _name = "sale.return.approval.mixin"
    _description = "Return Approval Steps"

    def action_approve(self, comment=None, grants=None):
        """Decide the level whose turn it is; the last one approves the return.

        :param list grants: what is granted where that is less than was asked, see
            ``_read_grants``. A return of which nothing is granted is rejected.
        """
        self = self._prepare_step(APPROVER_GROUP)
        orders = self.filtered(lambda order: order.state != "approved")
        orders._check_can_decide()
        granted = self._read_grants(grants, comment)
        refused = orders._filter_nothing_granted(granted)
        if refused:
            refused._do_reject(comment)
        orders -= refused
        orders._decide_level("approved", comment, granted)
        approved = orders.filtered(lambda order: not order._get_pending_approval())
        undecided = orders - approved
        undecided._ask_approvers()
        self.env["sale.return.event"]._log(
            undecided,
            "level_approved",
            note=comment,
            payloads=undecided._prepare_decision_payloads(),
        )
        if approved:
            approved._do_approve(comment)
        return True

    def action_approve_with_changes(self):
        """Open the dialog that grants less."""
        self.ensure_one()
        self._prepare_step(APPROVER_GROUP)._check_can_decide()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approve with Changes"),
            "res_model": "sale.return.order.grant",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_send_back(self, note=None):
        """Return to draft for the clerk to mend; the customer is not told."""
        if not note:
            return self._open_explain("send_back")
        self = self._prepare_step(APPROVER_GROUP)
        orders = self.filtered(lambda order: order.state != "draft")
        orders._check_can_decide()
        payloads = orders._prepare_substitute_payloads()
        orders._do_return_to_draft("sent_back", note=note, payloads=payloads)
        for order in orders:
            order.message_post(
                body=self.env._("Sent back: %s", note),
                # sudo: the clerk is told, whatever the approver may read of users
                partner_ids=order.sudo()._get_user_to_mend().partner_id.ids,
            )
        return True

    def _get_user_to_mend(self):
        """Whoever submitted, unless it was the customer."""
        self.ensure_one()
        submitter = self.submitted_by_id
        return self._get_responsible_user() if submitter.share else submitter

    def action_reject(self, reason=None):
        """Refuse the return with a reason that the customer reads."""
        if not reason:
            return self._open_explain("reject")
        self = self._prepare_step(APPROVER_GROUP)
        orders = self.filtered(lambda order: order.state != "rejected")
        orders._check_can_decide()
        orders._do_reject(reason)
        return True

    def _do_reject(self, reason):
        payloads = self._prepare_substitute_payloads()
        self._decide_level("rejected", reason)
        self._drop_pending_approvals()
        self._transition(
            "rejected",
            "rejected",
            note=reason,
            payloads=payloads,
            rejection_reason=reason,
        )

    def _do_approve(self, comment=False, event_type="approved"):
        self._write_grants()
        self._transition(
            "approved",
            event_type,
            note=comment,
            payloads=self._prepare_decision_payloads(),
            date_approved=fields.Datetime.now(),
        )
        self._create_receipts()
        self._set_send_deadline()
        # sudo: as after a receipt, whoever approved
        orders_sudo = self.sudo()
        orders_sudo._receive_parcels()
        orders_sudo._settle_automatically("approval")
        # Nothing will arrive for these.
        orders_sudo.filtered(lambda order: order.receipt_status == "none")._check_done()

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
        if user in approval._get_approvers():
            return None
        if user in self._get_barred_users():
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
                    level=approval._get_level_name(),
                    order=self.name,
                ),
                AccessError,
            )
        return return_error(
            "ACCESS_DENIED",
            self.env._("You are not an approver of %(order)s.", order=self.name),
            AccessError,
        )

    # === LEVELS === #

    def _get_current_approvals(self):
        """Levels of the present submission, in order."""
        self.ensure_one()
        # sudo: rights are those of the return
        approvals_sudo = self.sudo().approval_ids
        # What is read of one return's levels is read for those of all.
        return approvals_sudo.filtered(
            lambda approval: approval.round == self.round
        ).with_prefetch(approvals_sudo._prefetch_ids)

    def _get_pending_approval(self):
        """The level whose turn it is."""
        approvals_sudo = self._get_current_approvals()
        return approvals_sudo.filtered(lambda approval: approval.state == "pending")[
            :1
        ].with_prefetch(approvals_sudo._prefetch_ids)

    def _create_approvals(self):
        """Write the levels that apply, and refuse where nobody could decide."""
        # sudo: the amounts decide, whoever may see them; clerks cannot read rules
        orders_sudo = self.sudo()
        Rule = orders_sudo.env["sale.return.approval.rule"]
        levels = Rule._get_applicable(orders_sudo)
        approvals = orders_sudo.env["sale.return.approval"].create(
            [
                {
                    **rule._prepare_approval_vals(),
                    "order_id": order.id,
                    "round": order.round,
                    "sequence": sequence,
                }
                for order in orders_sudo
                # Where no rule applies there is one level all the same, without a rule.
                for sequence, rule in enumerate(levels[order] or [Rule], start=1)
            ]
        )
        for approval in approvals:
            if not approval._get_approvers():
                raise return_error(
                    "INVALID",
                    self.env._(
                        "Nobody can approve %(order)s: every approver of level "
                        "“%(level)s” is archived or has worked on it. Ask a manager "
                        "to name another approver.",
                        order=approval.order_id.name,
                        level=approval._get_level_name(),
                    ),
                )
        self._ask_approvers()

    def _decide_level(self, state, comment, granted=None):
        for order in self:
            approval = order._get_pending_approval()
            represented = approval.with_user(self.env.user)._get_represented_user()
            # sudo: the decision is recorded by the step that checked it
            approval.sudo().write(
                {
                    "state": state,
                    "user_id": self.env.uid,
                    "for_user_id": represented.id,
                    "to_mail": False,
                    "date": fields.Datetime.now(),
                    "comment": comment or False,
                    "grants": order._prepare_grants(granted) if granted else False,
                }
            )
        self._close_approval_activities()

    def _prepare_substitute_payloads(self):
        """For whom the user is about to decide, for the log: dict of order to its
        payload."""
        payloads = {}
        for order in self:
            approval = order._get_pending_approval().with_user(self.env.user)
            represented = approval._get_represented_user()
            if represented:
                payloads[order] = {"for": represented.id}
        return payloads

    def _prepare_decision_payloads(self):
        """What the log says of the level that was just decided."""
        payloads = self._prepare_grant_payloads()
        for order in self:
            decided = order._get_current_approvals().filtered("user_id")[-1:]
            if decided.for_user_id:
                payloads.setdefault(order, {})["for"] = decided.for_user_id.id
        return payloads

    def _drop_pending_approvals(self):
        for order in self:
            pending = order._get_current_approvals().filtered(
                lambda approval: approval.state == "pending"
            )
            pending.sudo().unlink()  # nobody decided them: no trace but the event
        self._close_approval_activities()
