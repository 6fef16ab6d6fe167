from odoo import api, fields, models
from odoo.exceptions import ValidationError

APPROVER_GROUP = "sale_return_mgmt.group_sale_return_approver"


class SaleReturnApprovalRule(models.Model):
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
        "in the currency of the company.",
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

    @api.model
    def _get_applicable(self, order):
        """The levels that a return order has to pass, in order."""
        amount = order.currency_id._convert(
            order.amount_total,
            order.company_id.currency_id,
            order.company_id,
            order.date_request,
        )
        rules = self.search([("company_id", "in", [False, order.company_id.id])])
        currency = order.company_id.currency_id
        return rules.filtered(
            lambda rule: currency.compare_amounts(amount, rule.min_amount) >= 0
        )

    def _get_approvers(self, company):
        """Active users who may decide at this level in ``company``.

        Without a level it is the approver group.
        """
        # sudo: clerks may not read groups; only the people are used
        rule_sudo = self.sudo()
        group_sudo = rule_sudo.group_id
        if not self:
            group_sudo = rule_sudo.env.ref(APPROVER_GROUP)
        users_sudo = rule_sudo.user_ids | group_sudo.all_user_ids
        # Naming someone at a level does not make them an approver: the group does.
        return users_sudo.filtered(
            lambda user: (
                user.active
                and company in user.company_ids
                and user.has_group(APPROVER_GROUP)
            )
        ).sudo(False)
