from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from .sale_return_approval_mixin import APPROVER_GROUP


class SaleReturnApprovalRule(models.Model):
    """One level of approval: which returns have to pass it, and who decides."""

    _name = "sale.return.approval.rule"
    _description = "Return Approval Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="Levels are decided in this order, the lowest first."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the level applies in all companies."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    min_amount = fields.Monetary(
        "From Amount",
        help="The level is asked for returns worth at least this much, taxes included, "
        "in the currency of the company. What else was asked of the same sales orders "
        "counts.",
    )
    out_of_policy_only = fields.Boolean(
        help="The level is asked only where a return is out of policy."
    )
    reason_ids = fields.Many2many(
        "sale.return.reason",
        string="Reasons",
        help="The level is asked only where a line has one of these reasons.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Approvers",
        domain="[('share', '=', False)]",
        help="Who may decide at this level; together with the group's members.",
    )
    group_id = fields.Many2one("res.groups", "Approver Group")

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for rule in self:
            rule.currency_id = (rule.company_id or self.env.company).currency_id

    @api.constrains("user_ids", "group_id")
    def _check_approvers(self):
        for rule in self:
            if not rule.user_ids and not rule.group_id:
                raise ValidationError(
                    self.env._(
                        "Name the approvers of level “%s”: users or a group.", rule.name
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: levels of other companies count as well
        approvals_sudo = self.env["sale.return.approval"].sudo()
        if approvals_sudo.search_count([("rule_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("An approval level in use cannot be deleted: archive it.")
            )

    @api.model
    def _get_applicable(self, orders, in_policy=None):
        """The levels that each return order has to pass, in order.

        :param dict in_policy: what the policies say of orders that are not submitted
        :return: dict of order to rules
        """
        rules = self.with_context(active_test=True).search(
            [("company_id", "in", [False, *orders.company_id.ids])]
        )
        amounts = orders._get_amounts_at_stake()
        return {
            order: rules.filtered(
                lambda rule, order=order: rule._applies_to(
                    order, amounts[order], (in_policy or {}).get(order, order.in_policy)
                )
            )
            for order in orders
        }

    def _applies_to(self, order, amount, in_policy):
        """:param amount: what the approvers decide on, in the company's currency"""
        self.ensure_one()
        # Reasons that were archived since still ask for the level.
        reasons = self.with_context(active_test=False).reason_ids
        return (
            self.company_id in (self.env["res.company"], order.company_id)
            and order.company_id.currency_id.compare_amounts(amount, self.min_amount)
            >= 0
            and not (self.out_of_policy_only and in_policy)
            and (not reasons or bool(reasons & order.line_ids.reason_id))
        )

    def _prepare_approval_vals(self):
        """Who may decide, to be kept with one submission. Without a rule it is the
        approver group."""
        if not self:
            return {"group_id": self.env.ref(APPROVER_GROUP).id}
        return {
            "rule_id": self.id,
            "user_ids": [Command.set(self.user_ids.ids)],
            "group_id": self.group_id.id,
        }
