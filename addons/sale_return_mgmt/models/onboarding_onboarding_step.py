from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

MANAGER_GROUP = "sale_return_mgmt.group_sale_return_manager"

# What each step of the set-up is about, and the action that opens it.
TOPICS = {
    "roles": "sale_return_mgmt.sale_return_role_holder_action",
    "reasons": "sale_return_mgmt.sale_return_reason_action",
    "policy": "sale_return_mgmt.sale_return_policy_action",
    "approval_rule": "sale_return_mgmt.sale_return_approval_rule_action",
}


class OnboardingOnboardingStep(models.Model):
    """The four steps in which a manager sets returns up, green by what is there.

    A step is done where the data say so, or where the manager keeps what the addon
    came with; the latter is Odoo's progress of the step, one per company. What would
    stop returns altogether is told whatever was confirmed.
    """

    _inherit = "onboarding.onboarding.step"

    sale_return_topic = fields.Selection(
        [
            ("roles", "Roles"),
            ("reasons", "Reasons"),
            ("policy", "Policy"),
            ("approval_rule", "Approval Level"),
        ],
        "Set-up of Returns",
        readonly=True,
    )
    sale_return_done = fields.Boolean(
        "Ready for Returns", compute="_compute_sale_return_done"
    )
    sale_return_can_keep = fields.Boolean(
        "Can Be Kept as Shipped", compute="_compute_sale_return_done"
    )
    sale_return_message = fields.Char(
        "State of the Set-up", compute="_compute_sale_return_done"
    )

    @api.depends_context("company", "lang", "uid")
    @api.depends("sale_return_topic")
    def _compute_sale_return_done(self):
        for step in self:
            if not step.sale_return_topic:
                step.sale_return_done = step.sale_return_can_keep = False
                step.sale_return_message = False
                continue
            # sudo: managers of returns have no right on Odoo's progress
            kept = step.sudo().current_step_state in ("just_done", "done")
            get_gap = getattr(step, f"_get_sale_return_{step.sale_return_topic}_gap")
            gap, can_keep = get_gap(self.env.company)
            step.sale_return_done = not gap or (can_keep and kept)
            step.sale_return_can_keep = can_keep and not step.sale_return_done
            step.sale_return_message = gap if not step.sale_return_done else False

    # === WHAT IS MISSING === #

    def _get_sale_return_roles_gap(self, company):
        """What the company's roles lack. Administrators do not count: they hold every
        role from the start.

        :return: ``(text, can_keep)``, as of all these methods; the text is empty where
            nothing is missing, ``can_keep`` says whether one can do without
        """
        # sudo: only managers get here by the actions; who holds what is only counted
        holders = self.env["sale.return.role.holder"].sudo()
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        holders = holders.search(
            Domain("user_id.company_ids", "in", company.ids)
            & Domain("user_id", "!=", admin and admin.id)
        )
        texts = [
            self.env._("Nobody may ask for returns yet."),
            self.env._("Nobody may approve yet."),
            self.env._("Nobody may receive goods yet."),
        ]
        names = ("is_clerk", "is_approver", "is_warehouse")
        missing = [
            text
            for name, text in zip(names, texts, strict=True)
            if not any(holders.mapped(name))
        ]
        clerks = holders.filtered("is_clerk")
        if (
            not missing
            and company.sale_return_four_eyes
            and len(clerks | holders.filtered("is_approver")) == 1
        ):
            missing.append(
                self.env._(
                    "%s would have to approve their own returns: name one more person.",
                    clerks.user_id.name,
                )
            )
        return " ".join(missing), True

    def _get_sale_return_reasons_gap(self, company):
        reasons, touched = self._get_sale_return_records("sale.return.reason", company)
        if not reasons:
            return self.env._("There is no reason to choose."), False
        return not touched and self.env._(
            "%s reasons came with the addon. Are they yours?", len(reasons)
        ), True

    def _get_sale_return_policy_gap(self, company):
        policies, touched = self._get_sale_return_records("sale.return.policy", company)
        if touched:
            return False, True
        return self.env._(
            "Policies that came with the addon: %s. Are they yours?",
            ", ".join(policies.mapped("name")),
        ), True

    def _get_sale_return_approval_rule_gap(self, company):
        rules, touched = self._get_sale_return_records(
            "sale.return.approval.rule", company
        )
        Approval = self.env["sale.return.approval"]
        for rule in rules.sudo():  # sudo: managers may not read groups
            users = rule.user_ids | rule.group_id.all_user_ids
            if not Approval._filter_approvers(users, company):
                return self.env._("Nobody may decide at level “%s”.", rule.name), False
        return not touched and self.env._(
            "One level came with the addon: any approver decides, on every amount. Is "
            "that so?"
        ), True

    @api.model
    def _get_sale_return_records(self, model, company):
        """What decides in a company, and whether anybody had a hand in it.

        :return: the active records; whether one is not as our addons brought it
        """
        Model = self.env[model]
        records = Model.with_context(active_test=False).search(
            Domain("company_id", "in", [False, company.id])
        )
        # sudo: where records came from is nobody's secret
        shipped = self.env["ir.model.data"].sudo()
        shipped = shipped.search(
            [("module", "=like", "sale_return_mgmt%"), ("model", "=", model)]
        )
        touched = records.filtered(lambda record: record.write_uid.id != SUPERUSER_ID)
        touched |= records - Model.browse(shipped.mapped("res_id"))
        return records.filtered("active"), bool(touched)

    # === ACTIONS === #

    def _check_sale_return_manager(self):
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only managers of returns set them up."))

    @api.model
    def _open_sale_return_topic(self, topic):
        self._check_sale_return_manager()
        return self.env["ir.actions.act_window"]._for_xml_id(TOPICS[topic])

    @api.model
    def action_open_sale_return_roles(self):
        """Who holds which role."""
        return self._open_sale_return_topic("roles")

    @api.model
    def action_open_sale_return_reasons(self):
        """The reasons that clerks choose from."""
        return self._open_sale_return_topic("reasons")

    @api.model
    def action_open_sale_return_policy(self):
        """The policies that decide what may come back."""
        return self._open_sale_return_topic("policy")

    @api.model
    def action_open_sale_return_approval_rule(self):
        """The levels that decide on returns."""
        return self._open_sale_return_topic("approval_rule")

    def action_open_sale_return_step(self):
        """The list that a step of the set-up is about."""
        self.ensure_one()
        if not self.sale_return_topic:
            raise UserError(self.env._("This step is not one of returns."))
        return self._open_sale_return_topic(self.sale_return_topic)

    def action_keep_sale_return_step(self):
        """Take what the addon came with, in this company: the steps are done.

        :return: True
        """
        self._check_sale_return_manager()
        if not all(self.mapped("sale_return_topic")):
            raise UserError(self.env._("This step is not one of returns."))
        for step in self:
            if not step.sale_return_done and not step.sale_return_can_keep:
                raise UserError(step.sale_return_message)
        # sudo: managers of returns have no right on Odoo's progress
        self.sudo().action_set_just_done()
        return True
