from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import return_error
from ..tools.api_payload import is_id
from .sale_return_approval_mixin import APPROVER_GROUP

# Events whose users have worked on the return.
AUTHOR_EVENTS = ("created", "edited", "submitted")


class SaleReturnApproverMixin(models.AbstractModel):
    """Who may decide on a return order; how they learn of it is in
    :class:`SaleReturnAskMixin`."""

    _name = "sale.return.approver.mixin"
    _description = "Return Approvers"

    can_approve = fields.Boolean(
        "Waiting for My Approval",
        compute="_compute_can_approve",
        search="_search_can_approve",
    )
    named_approver_ids = fields.Many2many(
        "res.users",
        string="Named Approvers",
        readonly=True,
        copy=False,
        help="A manager let them decide on this return, at any one of its levels.",
    )

    @api.depends(
        "state",
        "approval_ids.state",
        "named_approver_ids",
        "company_id.sale_return_four_eyes",
    )
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for order in self:
            order.can_approve = not order._get_cannot_decide_error()

    def _search_can_approve(self, operator, value):
        """The same as ``_get_cannot_decide_error``, for all returns at once."""
        if operator != "in":
            return NotImplemented
        user = self.env.user
        user_sudo = user.sudo()  # one's own companies and groups, and who is on leave
        if not user.has_group(APPROVER_GROUP):
            return Domain.FALSE
        for model in ("order", "approval", "event"):
            self.env[f"sale.return.{model}"].flush_model()
        self.env["res.company"].flush_model(["sale_return_four_eyes"])
        absent_sudo = user_sudo._get_represented_users().filtered(
            lambda absent: absent.active and absent.has_group(APPROVER_GROUP)
        )
        theirs = [
            SQL(
                "(%s AND %s)",
                self._get_free_condition(absent),
                self._get_asked_condition(absent),
            )
            for absent in absent_sudo
        ]
        query = SQL(
            """(
            SELECT turn.order_id
              FROM (SELECT DISTINCT ON (order_id) id, order_id, group_id
                      FROM sale_return_approval
                     WHERE state = 'pending'
                  ORDER BY order_id, sequence, id) AS turn
              JOIN sale_return_order AS ret ON ret.id = turn.order_id
              JOIN res_company AS company ON company.id = ret.company_id
             WHERE ret.state = 'submitted' AND %s AND (%s)
            )""",
            self._get_free_condition(user_sudo),
            SQL(" OR ").join([self._get_asked_condition(user_sudo), *theirs]),
        )
        return Domain("id", "in", query)

    def _get_asked_condition(self, user_sudo):
        """The level is one of the user's."""
        named = self.env["sale.return.approval"]._fields["user_ids"]
        order_named = self._fields["named_approver_ids"]
        return SQL(
            """(turn.group_id IN %(groups)s
                OR EXISTS (SELECT FROM %(level_users)s AS named
                            WHERE named.%(level_column)s = turn.id
                              AND named.res_users_id = %(user)s)
                OR EXISTS (SELECT FROM %(order_users)s AS named
                            WHERE named.%(order_column)s = ret.id
                              AND named.res_users_id = %(user)s))""",
            user=user_sudo.id,
            groups=tuple(user_sudo.all_group_ids.ids),
            level_users=SQL.identifier(named.relation),
            level_column=SQL.identifier(named.column1),
            order_users=SQL.identifier(order_named.relation),
            order_column=SQL.identifier(order_named.column1),
        )

    def _get_free_condition(self, user_sudo):
        """The user works in the company, has decided no other level and is not kept
        away by four eyes."""
        return SQL(
            """(ret.company_id IN %(companies)s
                AND NOT EXISTS (SELECT FROM sale_return_approval AS decided
                                 WHERE decided.order_id = ret.id
                                   AND decided.round = ret.round
                                   AND %(user)s IN
                                       (decided.user_id, decided.for_user_id))
                AND NOT (company.sale_return_four_eyes
                         AND (ret.create_uid = %(user)s
                              OR EXISTS (SELECT FROM sale_return_event AS event
                                          WHERE event.order_id = ret.id
                                            AND event.user_id = %(user)s
                                            AND event.type IN %(author_events)s))))""",
            user=user_sudo.id,
            companies=tuple(user_sudo.company_ids.ids),
            author_events=AUTHOR_EVENTS,
        )

    def action_name_approver(self, user_id=None, reason=None):
        """Let one more user decide on drafts or submitted returns; a manager's answer
        to approvers who have left or have worked on the return themselves.

        :param int user_id: somebody else with the approver role
        :param str reason: why, for the log; without both a dialog asks
        """
        if not user_id or not reason:
            return self._open_explain("name_approver")
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        self._check_state("draft", "submitted")
        # sudo: managers may not read users' groups; only who it is matters
        Users = self.env["res.users"].sudo()
        approver_sudo = Users.browse(user_id if is_id(user_id) else []).exists()
        for order in self:
            order._check_can_be_named(approver_sudo)
        # sudo: who may decide is a workflow field
        new_sudo = self.sudo().filtered(
            lambda order: approver_sudo not in order.named_approver_ids
        )
        for order in new_sudo:
            order.named_approver_ids |= approver_sudo
        new = new_sudo.sudo(False)
        self.env["sale.return.event"]._log(
            new,
            "approver_named",
            note=reason,
            payloads={order: {"user": approver_sudo.id} for order in new},
        )
        waiting = new.filtered(
            lambda order: (
                order.state == "submitted"
                and approver_sudo in order._get_pending_approval()._get_approvers()
            )
        )
        waiting._close_approval_activities(approver_sudo)
        waiting._create_approval_activities(
            [(order, approver_sudo) for order in waiting]
        )
        waiting._mail_approver(approver_sudo)
        return True

    def _check_can_be_named(self, approver_sudo):
        self.ensure_one()
        Approval = self.env["sale.return.approval"]
        if not Approval._filter_approvers(approver_sudo, self.company_id):
            raise return_error(
                "INVALID",
                self.env._(
                    "%(user)s is no approver in %(company)s: give them the role first, "
                    "or name somebody else.",
                    user=approver_sudo.name or self.env._("Nobody"),
                    company=self.company_id.name,
                ),
            )
        if approver_sudo == self.env.user or approver_sudo in self._get_barred_users():
            raise return_error(
                "SELF_APPROVAL",
                self.env._(
                    "%(user)s cannot be named for %(order)s: name somebody else who "
                    "has not worked on it.",
                    user=approver_sudo.name,
                    order=self.name,
                ),
            )

    def _get_barred_users(self):
        """Who may not decide, as four eyes are to see it and it is their own work."""
        self.ensure_one()
        # sudo: the setting binds whoever asks
        four_eyes = self.sudo().company_id.sale_return_four_eyes
        return self._get_authors() if four_eyes else self.env["res.users"]

    def _get_authors(self):
        """Users who created, edited or ever submitted the return."""
        self.ensure_one()
        order_sudo = self.sudo()  # every author counts, whatever the reader may see
        events_sudo = order_sudo.event_ids.filtered(
            lambda event: event.type in AUTHOR_EVENTS
        )
        return (events_sudo.user_id | order_sudo.create_uid).sudo(False)
