from collections import defaultdict

from odoo import api, fields, models

from ..exceptions import return_error

# Returns that others asked for and that count against a limit, the finished ones too:
# else many small ones, one after the other, would get under it.
COUNTED_STATES = ("submitted", "approved", "done")


class SaleReturnPolicyMixin(models.AbstractModel):
    """What the return policies say about a return order, and what follows from it
    without a person."""

    _name = "sale.return.policy.mixin"
    _description = "Return Policy Verdict"

    in_policy = fields.Boolean(readonly=True, copy=False, default=True)
    policy_message = fields.Text(
        readonly=True,
        copy=False,
        help="Which policies decided at submission, and why.",
    )
    policy_warning = fields.Text(
        compute="_compute_policy_warning",
        help="What the policies will object to when the draft is submitted.",
    )
    is_policy_refusing = fields.Boolean(compute="_compute_policy_warning")

    @api.depends(
        "state",
        "date_request",
        "partner_id",
        "partner_shipping_id",
        "line_ids.sale_line_id",
        "line_ids.product_id",
    )
    def _compute_policy_warning(self):
        # sudo: the verdict does not depend on who reads it
        drafts_sudo = self.sudo().filtered(lambda order: order.state == "draft")
        lines_sudo = drafts_sudo.line_ids.filtered("product_id")
        verdicts = lines_sudo.env["sale.return.policy"]._judge(lines_sudo)
        for order in self:
            objections = [
                verdicts[line]
                for line in order.sudo().line_ids  # sudo: as above
                if line in verdicts and verdicts[line][1]
            ]
            order.policy_warning = "\n".join(
                dict.fromkeys(message for _policy, _code, message in objections)
            )
            order.is_policy_refusing = any(
                policy.out_of_policy == "refuse"
                for policy, _code, _message in objections
            )
        self._preview(verdicts)

    def action_override_policy(self, reason=None):
        """Submit drafts that a policy refuses: an approver decides instead.

        Whoever overrides submits, and so does not decide on the return.
        """
        if not reason:
            return self._open_explain("override_policy")
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        orders = self.filtered(lambda order: order.state != "submitted")
        orders._check_state("draft")
        orders._do_submit(override_reason=reason)
        return True

    def _freeze_policy(self, override_reason=False):
        """Write the policies' verdict to orders and lines, or refuse the return.

        :param override_reason: why a manager lets approvers decide on what a policy
            refuses
        """
        overridden = self._write_verdicts(override_reason)
        self.env["sale.return.event"]._log(
            overridden, "policy_overridden", note=override_reason
        )

    def _write_verdicts(self, override_reason=False, has_files=False):
        """The part of ``_freeze_policy`` that touches nothing but these returns, which
        may be new ones.

        :param bool has_files: files come with these returns
        :return: returns that the policies would have refused
        """
        # sudo: the verdict is the policies', not the clerk's
        orders_sudo = self.sudo()
        verdicts = orders_sudo.env["sale.return.policy"]._judge(orders_sudo.line_ids)
        if not has_files:
            orders_sudo._check_attachments(verdicts)
        overridden = self.browse()
        for order in orders_sudo:
            messages = {}
            for line in order.line_ids:
                policy, code, message = verdicts[line]
                if code and policy.out_of_policy == "refuse":
                    if not override_reason:
                        raise return_error(
                            code, self._get_refusal_text(message), line=line
                        )
                    overridden |= order
                line.write(
                    {
                        "policy_id": policy.id,
                        "in_policy": not code,
                        "inspection_required": policy._is_inspection_required(line),
                        "refund_trigger": policy.refund_trigger
                        or line.company_id.sale_return_refund_trigger,
                        "fee_percent": line._get_fee_of_policy(policy),
                    }
                )
                messages[message] = True
            if order in overridden:
                messages[
                    self.env._(
                        "Overridden by %(user)s: %(reason)s",
                        user=self.env.user.name,
                        reason=override_reason,
                    )
                ] = True
            order.in_policy = all(order.line_ids.mapped("in_policy"))
            order.policy_message = "\n".join(messages)
        return overridden.sudo(False)

    def _get_refusal_text(self, message):
        if self.env.user.share:  # managers are no customer's business
            return message
        return self.env._("%s Only a manager can override the policy.", message)

    def _check_attachments(self, verdicts):
        """Refuse returns without the file that a reason or a policy asks for."""
        lines = self.line_ids.filtered(
            lambda line: verdicts[line][0]._get_attachment_demand(line)
        )
        if not lines:
            return
        # sudo: whether there is a file, not what is in it
        attachments_sudo = self.env["ir.attachment"].sudo()
        groups = attachments_sudo._read_group(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", lines.order_id.ids),
                ("res_field", "=", False),
            ],
            ["res_id"],
        )
        attached_ids = {order_id for (order_id,) in groups}
        for line in lines:
            if line.order_id.id not in attached_ids:
                raise return_error(
                    "ATTACHMENT_REQUIRED",
                    self.env._(
                        "%(order)s: attach a file, for instance a photo, for "
                        "%(product)s.",
                        order=line.order_id.name,
                        product=line.product_id.display_name,
                    ),
                    line=line,
                )

    # === AUTOMATIC APPROVAL === #

    def _filter_automatic(self):
        """Returns that their policies approve without a person."""
        # sudo: amounts and policies decide, whoever may see them
        orders_sudo = self.sudo()
        amounts = orders_sudo._get_amounts_at_stake()
        return orders_sudo.filtered(
            lambda order: order._is_automatic(
                amounts[order],
                order.in_policy,
                [line.policy_id for line in order.line_ids],
            )
        ).sudo(False)

    def _is_automatic(self, amount, in_policy, policies):
        """:param amount: what the approvers would decide on
        :param list policies: those of the lines"""
        self.ensure_one()
        limits = [policy.auto_approve_limit for policy in policies]
        return (
            in_policy
            # Whether a request that was dated back is in time is for a person to say.
            and self.date_request >= self.company_id._get_local_date(self.create_date)
            # Without an order or a policy there is nothing to go by.
            and all(line.sale_line_id for line in self.line_ids)
            and all(policies)
            and all(limits)
            and self.company_id.currency_id.compare_amounts(amount, min(limits)) <= 0
        )

    def _get_amounts_at_stake(self):
        """What the approvers of each return decide on: its amount, the value of what it
        exchanges and what else was asked of the same sales orders, in the currency of
        the company. As it is before fees: these must not bring a return under a
        limit."""
        asked = defaultdict(dict)
        for sale_order, order, *parts in (
            self.env["sale.return.order.line"]
            .sudo()  # returns the user may not see count as well
            ._read_group(
                [
                    ("sale_line_id.order_id", "in", self.sale_order_ids.ids),
                    ("state", "in", COUNTED_STATES),
                ],
                ["sale_line_id.order_id", "order_id"],
                ["price_total:sum", "price_fee:sum", "exchange_total:sum"],
            )
        ):
            asked[sale_order.id][order.id] = sum(parts)
        amounts = {}
        for order in self:
            others = sum(
                amount
                for sale_order in order.sale_order_ids
                for order_id, amount in asked[sale_order.id].items()
                if order_id != order.id
            )
            # sudo: what is at stake does not depend on who submits
            order_sudo = order.sudo()
            amounts[order] = order.currency_id._convert(
                order_sudo._get_amount_at_stake() + others,
                order.company_id.currency_id,
                order.company_id,
                order.company_id._get_local_date(),
            )
        return amounts

    def _get_amount_at_stake(self):
        self.ensure_one()
        return self.amount_total + self.amount_fee + self.amount_exchanged

    def _approve_by_policy(self):
        """Approve for good what :meth:`_filter_automatic` found."""
        now = fields.Datetime.now()
        # sudo: nobody decided, so nobody's rights count
        self.env["sale.return.approval"].sudo().create(
            [
                {
                    "order_id": order.id,
                    "round": order.round,
                    "sequence": 1,
                    "state": "approved",
                    "date": now,
                    "comment": self.env._("Approved by the return policy."),
                }
                for order in self
            ]
        )
        self._do_approve(event_type="auto_approved")
