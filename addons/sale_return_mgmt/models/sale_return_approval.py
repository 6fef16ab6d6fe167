from odoo import api, fields, models
from odoo.tools import format_date

from .sale_return_approval_mixin import APPROVER_GROUP


class SaleReturnApproval(models.Model):
    """One level of one submission: written at submit, decided once.

    Who may decide is copied from the rule, so that a rule that is changed or archived
    afterwards changes nothing here. Who is in the group, has the role and works in the
    company is asked at the moment of the decision.
    """

    _name = "sale.return.approval"
    _inherit = "sale.return.protected.mixin"
    _description = "Return Approval"
    _order = "order_id, round, sequence, id"

    order_id = fields.Many2one(
        "sale.return.order",
        "Return Order",
        readonly=True,
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    rule_id = fields.Many2one("sale.return.approval.rule", "Level", readonly=True)
    user_ids = fields.Many2many("res.users", string="Named Approvers", readonly=True)
    group_id = fields.Many2one("res.groups", "Approver Group", readonly=True)
    round = fields.Integer(readonly=True, help="Counts the submissions of the return.")
    sequence = fields.Integer("Step", readonly=True)
    state = fields.Selection(
        [("pending", "Pending"), ("approved", "Approved"), ("rejected", "Rejected")],
        readonly=True,
        required=True,
        default="pending",
    )
    user_id = fields.Many2one("res.users", "Decided By", readonly=True)
    for_user_id = fields.Many2one(
        "res.users",
        "In Place Of",
        readonly=True,
        help="The approver on leave whose substitute decided.",
    )
    date = fields.Datetime("Decided On", readonly=True)
    date_asked = fields.Datetime(
        "Asked On", readonly=True, help="When it became the turn of this level."
    )
    to_mail = fields.Boolean(
        "Mail to Send", readonly=True, help="Its approvers have not been told by mail."
    )
    comment = fields.Char(readonly=True)
    grants = fields.Json(
        readonly=True,
        help="What is granted after this level: a list of line, quantity and percent, "
        "empty where that is all.",
    )
    grant_summary = fields.Char("Granted", compute="_compute_grant_summary")

    _to_mail_idx = models.Index("(id) WHERE to_mail")
    _turn_idx = models.Index("(order_id, sequence, id) WHERE state = 'pending'")

    @api.depends("grants")
    def _compute_grant_summary(self):
        for approval in self:
            lines = {line.id: line for line in approval.order_id.line_ids}
            approval.grant_summary = "; ".join(
                self.env._(
                    "%(product)s: %(granted)s of %(asked)s, %(percent)s %%",
                    product=lines[grant["line"]].product_id.display_name,
                    granted=lines[grant["line"]]._format_quantity(grant["quantity"]),
                    asked=lines[grant["line"]]._format_quantity(
                        lines[grant["line"]].quantity
                    ),
                    percent=f"{grant['percent']:g}",
                )
                for grant in approval.grants or []
                if grant["line"] in lines
            )

    def _get_approvers(self):
        """Who may decide this level: authors of the return left out, substitutes of
        those on leave included."""
        self.ensure_one()
        own = self._get_own_approvers()
        return own | self._get_substitutes(own)

    def _get_own_approvers(self):
        """Who may decide this level in their own right."""
        # sudo: clerks may not read groups; only the people are used
        approval_sudo, order_sudo = self.sudo(), self.sudo().order_id
        approvers = self._filter_approvers(
            approval_sudo.user_ids
            | approval_sudo.group_id.all_user_ids
            | order_sudo.named_approver_ids,
            order_sudo.company_id,
        )
        return approvers - self._get_excluded_users()

    def _get_substitutes(self, approvers):
        """Who stands in for those of ``approvers`` who are on leave.

        Substitutes may do no more than they could if the level were theirs. Nobody
        stands in for a substitute.
        """
        # sudo: who is on leave is nobody's business, who decides for them is ours
        substitutes = approvers.sudo()._filter_absent().sale_return_substitute_id
        if not substitutes:
            return substitutes
        company = self.sudo().order_id.company_id  # sudo: as above
        return self._filter_approvers(substitutes, company) - self._get_excluded_users()

    def _get_excluded_users(self):
        """Whom four eyes keep away, and those who decided another level, or for whom
        somebody did."""
        levels = self.order_id._get_current_approvals()
        decided = levels.user_id | levels.for_user_id
        return self.order_id._get_barred_users() | decided

    def _get_represented_user(self):
        """For whom the user decides this level; nobody, if in their own right."""
        own = self._get_own_approvers()
        if self.env.user in own:
            return self.env["res.users"]
        absent_sudo = own.sudo()._filter_absent()  # sudo: as above
        return absent_sudo.filtered(
            lambda user: user.sale_return_substitute_id == self.env.user
        ).sorted("id")[:1]

    def _get_asked_users(self):
        """Who is told by mail: not those on leave, if somebody stands in for them."""
        own = self._get_own_approvers()
        substitutes = self._get_substitutes(own)
        absent_sudo = own.sudo()._filter_absent()  # sudo: as above
        replaced = absent_sudo.filtered(
            lambda user: user.sale_return_substitute_id in substitutes
        )
        return (own - replaced) | substitutes

    def _group_by_asked_user(self):
        """Whom to tell of these levels: dict of user to return orders."""
        waiting = {}
        for approval in self:
            order = approval.order_id
            if order.state != "submitted" or order._get_pending_approval() != approval:
                continue
            for user in approval._get_asked_users():
                waiting[user] = waiting.get(user, order.browse()) | order
        return {
            user: orders.with_prefetch(self.order_id.ids)
            for user, orders in waiting.items()
        }

    @api.model
    def _filter_approvers(self, users, company):
        """Those of ``users`` who may decide in ``company``: naming somebody does not
        make them an approver, the role does."""
        Group_sudo = self.env["res.groups"].sudo()  # sudo: as above
        group_id = self.env["ir.model.data"]._xmlid_to_res_id(APPROVER_GROUP)
        members_sudo = Group_sudo.browse(group_id).all_user_ids
        users_sudo = users.sudo() & members_sudo  # sudo: as above
        return users_sudo.filtered(
            lambda user: user.active and company in user.company_ids
        ).sudo(False)

    def _get_decision_text(self):
        """What this level said, by whom and why, in the reader's language."""
        self.ensure_one()
        facts = {
            "level": self._get_level_name(),
            # sudo: whoever reads the return reads who decided on it
            "user": self.sudo()._get_decider_name(),
            "date": format_date(self.env, self.date),
        }
        if self.state == "approved":
            text = self.env._("%(level)s: approved by %(user)s on %(date)s", **facts)
        else:
            text = self.env._("%(level)s: rejected by %(user)s on %(date)s", **facts)
        return " – ".join(filter(None, [text, self.grant_summary, self.comment]))

    def _get_decider_name(self):
        if not self.for_user_id:
            return self.user_id.name
        return self.env._(
            "%(user)s (for %(absent)s)",
            user=self.user_id.name,
            absent=self.for_user_id.name,
        )

    def _get_level_name(self):
        """What to call the level."""
        self.ensure_one()
        # sudo: clerks may not read rules, only be told their name
        return self.sudo().rule_id.name or self.env._("Approvers")
