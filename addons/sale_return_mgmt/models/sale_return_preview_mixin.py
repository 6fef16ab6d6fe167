from odoo import api, fields, models
from odoo.tools import format_list

from .sale_return_approval_mixin import APPROVER_GROUP
from .sale_return_line_price_mixin import MONEY_GROUPS

SHOWN_APPROVERS = 3


class SaleReturnPreviewMixin(models.AbstractModel):
    """What will become of a draft if it is submitted now, in words: who decides, which
    fee is kept back and why, which file is missing.

    Computed together with the verdict of the policies, which all of it follows from.
    """

    _name = "sale.return.preview.mixin"
    _description = "Return Preview"

    approval_preview = fields.Text(
        "Approval",
        compute="_compute_policy_warning",
        groups=MONEY_GROUPS,
        help="Who will decide on the draft once it is submitted.",
    )
    attachment_warning = fields.Text(compute="_compute_policy_warning")
    amount_explanation = fields.Text(
        compute="_compute_policy_warning",
        groups=MONEY_GROUPS,
        help="Why the customer gets more or less than what was paid for the goods.",
    )

    @api.depends(
        "amount_total",
        "attachment_ids",
        "named_approver_ids",
        "line_ids.reason_id",
        "line_ids.fee_percent",
        "line_ids.policy_id",
    )
    @api.depends_context("lang")
    def _compute_policy_warning(self):
        return super()._compute_policy_warning()

    def _preview(self, verdicts):
        """Fill in what follows from the policies.

        :param dict verdicts: line of a draft to ``(policy, code, message)``, in
            ``sudo``
        """
        # sudo: what will happen does not depend on who reads it
        drafts_sudo = self.sudo().filtered(lambda order: order.state == "draft")
        approvals = drafts_sudo._preview_approvals(verdicts)
        for order in self:
            order_sudo = order.sudo()  # as above
            policies = {
                line: verdicts[line][0] if line in verdicts else line.policy_id
                for line in order_sudo.line_ids
                if line.product_id
            }
            order.approval_preview = approvals.get(order_sudo, False)
            order.attachment_warning = (
                order_sudo._get_missing_files_text(policies)
                if order.state == "draft" and not order.attachment_ids
                else False
            )
            order.amount_explanation = "\n".join(order_sudo._explain_amounts(policies))

    # === WHO DECIDES === #

    def _preview_approvals(self, verdicts):
        """:return: dict of draft to a sentence; without those that are refused"""
        by_draft = {
            order: [verdicts[line] for line in order.line_ids if line in verdicts]
            for order in self
        }
        by_draft = {order: told for order, told in by_draft.items() if told}
        drafts = self.browse().concat(*by_draft)
        if not drafts:
            return {}
        in_policy = {
            order: not any(code for _policy, code, _message in told)
            for order, told in by_draft.items()
        }
        Rule = self.env["sale.return.approval.rule"]
        levels = Rule._get_applicable(drafts, in_policy)
        amounts = drafts._get_amounts_at_stake()
        sentences = {}
        for order, told in by_draft.items():
            policies = [policy for policy, _code, _message in told]
            if order._is_automatic(amounts[order], in_policy[order], policies):
                sentences[order] = self.env._(
                    "Approved by itself once it is submitted."
                )
            elif not order.is_policy_refusing:
                sentences[order] = order._get_levels_text(levels[order] or [Rule])
        return sentences

    def _get_levels_text(self, rules):
        """Who decides, level by level."""
        self.ensure_one()
        barred = self._get_barred_users()
        if not self._origin and self.company_id.sale_return_four_eyes:
            barred |= self.env.user
        levels = []
        for rule in rules:
            group = rule.group_id if rule else self.env.ref(APPROVER_GROUP)
            users = self.env["sale.return.approval"]._filter_approvers(
                rule.user_ids | group.all_user_ids | self.named_approver_ids,
                self.company_id,
            )
            levels.append(self._get_deciders_text(users - barred))
        return self.env._(
            "Needs approval by %s.", self.env._(", then by ").join(levels)
        )

    @api.model
    def _get_deciders_text(self, users):
        names = users.sudo().sorted("name").mapped("name")  # sudo: only who it is
        if not names:
            return self.env._("nobody who has not worked on it")
        if len(names) > SHOWN_APPROVERS:
            rest = self.env._("%s others", len(names) - SHOWN_APPROVERS + 1)
            names = [*names[: SHOWN_APPROVERS - 1], rest]
        return format_list(self.env, names, style="or")

    # === WHAT IS MISSING === #

    def _get_missing_files_text(self, policies):
        """Which reason or policy asks for a file, as sentences."""
        self.ensure_one()
        demands = {
            policy._get_attachment_demand(line): line
            for line, policy in policies.items()
        }
        return "\n".join(
            self.env._(
                "Add a photo or another file: reason “%s” asks for one.", demand.name
            )
            if demand == line.reason_id
            else self.env._(
                "Add a photo or another file: policy “%s” asks for one.", demand.name
            )
            for demand, line in demands.items()
            if demand
        )

    # === WHAT IS CREDITED === #

    def _explain_amounts(self, policies):
        """Sentences that say what is kept back of the price, or given beside it.

        :param dict policies: of each line, the policy that decides on it
        """
        self.ensure_one()
        kept, waived = {}, []
        for line, policy in policies.items():
            if line.fee_percent:
                is_of_policy = line.fee_percent == policy.fee_percent
                key = (line.fee_percent, policy if is_of_policy else policy.browse())
                kept.setdefault(key, []).append(line.product_id.display_name)
            elif policy.fee_percent:
                waived.append(line._get_fee_obstacle())
        texts = [
            self.env._(
                "%(percent)s %% fee on %(products)s: policy “%(policy)s”.",
                percent=f"{percent:g}",
                products=self._join_some(products),
                policy=policy.name,
            )
            if policy
            else self.env._(
                "%(percent)s %% fee on %(products)s: set by a manager.",
                percent=f"{percent:g}",
                products=self._join_some(products),
            )
            for (percent, policy), products in kept.items()
        ]
        return (
            texts + [text for text in dict.fromkeys(waived) if text][:SHOWN_APPROVERS]
        )
