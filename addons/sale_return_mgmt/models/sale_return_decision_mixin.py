from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models

from .sale_return_line_price_mixin import MONEY_GROUPS

OPEN_STATES = ("submitted", "approved")
ASKED_STATES = (*OPEN_STATES, "done", "rejected")
SHOWN_RETURNS = 10


class SaleReturnDecisionMixin(models.AbstractModel):
    """What an approver has to know of a return, on one screen.

    Nothing of it is stored. What else the customer returned is counted among the
    returns that the reader may see.
    """

    _name = "sale.return.decision.mixin"
    _description = "Facts for the Decision"

    currency_id = fields.Many2one("res.currency")
    amount_asked = fields.Monetary(
        compute="_compute_amount_asked",
        groups=MONEY_GROUPS,
        help="What the goods are worth before a fee is kept back, taxes included.",
    )
    decision_line_ids = fields.Many2many(
        "sale.return.order.line",
        compute="_compute_decision_line_ids",
        groups=MONEY_GROUPS,
        help="The lines again, as approvers see them.",
    )
    decision_summary = fields.Html(
        "Earlier Decisions",
        compute="_compute_decision_summary",
        groups=MONEY_GROUPS,
    )
    other_return_ids = fields.Many2many(
        "sale.return.order",
        string="Other Returns",
        compute="_compute_other_returns",
        groups=MONEY_GROUPS,
        help="The newest ones that this customer asked for.",
    )
    other_return_count = fields.Integer(
        "Number of Other Returns",
        compute="_compute_other_returns",
        groups=MONEY_GROUPS,
    )
    other_return_summary = fields.Char(
        "Returns of This Customer",
        compute="_compute_other_returns",
        groups=MONEY_GROUPS,
    )
    is_decided_by_user = fields.Boolean(
        compute="_compute_is_decided_by_user",
        groups=MONEY_GROUPS,
        help="Their screen stays as it is when they go on to the next return.",
    )

    @api.depends("approval_ids.user_id")
    @api.depends_context("uid")
    def _compute_is_decided_by_user(self):
        for order in self:
            order.is_decided_by_user = self.env.user in order.approval_ids.user_id

    @api.depends("amount_total", "amount_fee")
    def _compute_amount_asked(self):
        for order in self:
            order.amount_asked = order.amount_total + order.amount_fee

    @api.depends("line_ids")
    def _compute_decision_line_ids(self):
        """Those that are saved: a form must not hold a new line twice."""
        for order in self:
            order.decision_line_ids = order.line_ids._origin

    @api.depends("approval_ids.state")
    @api.depends_context("lang", "tz")
    def _compute_decision_summary(self):
        for order in self:
            decided = order._get_current_approvals().filtered("user_id")
            order.decision_summary = Markup("").join(
                Markup("<p>%s</p>") % approval._get_decision_text()
                for approval in decided
            )

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang", "uid")
    def _compute_other_returns(self):
        """A few reads for all, however many returns the customers had."""
        counted, newest = self._count_returns_of_customers()
        for order in self:
            key = order._get_customer_key()
            # A return that was asked for is one of those that are counted.
            asked = order._origin.state in ASKED_STATES
            counts = counted.get(key, {})
            number = {
                state: sum(count for count, _amount in counts.get(state, {}).values())
                - (asked and order._origin.state == state)
                for state in ASKED_STATES
            }
            order.other_return_count = sum(number.values())
            order.other_return_ids = newest.get(key, self.browse()).filtered(
                lambda other, order=order: other != order._origin
            )[:SHOWN_RETURNS]
            order.other_return_summary = order._get_other_returns_text(
                number, order._get_worth_of_others(counts)
            )

    def _get_customer_key(self):
        return self.partner_id.commercial_partner_id.id, self.company_id.id

    def _count_returns_of_customers(self):
        """What the customers of these returns asked for so far, these included.

        :return: two dicts by customer and company: of state to currency to number and
            worth in the last twelve months, and the newest returns
        """
        counted, newest = {}, {}
        domain = [
            (
                "partner_id.commercial_partner_id",
                "in",
                self.partner_id.commercial_partner_id.ids,
            ),
            ("company_id", "in", self.company_id.ids),
            ("state", "in", ASKED_STATES),
        ]
        groupby = ["partner_id", "company_id", "state", "currency_id"]
        since = fields.Date.context_today(self) - timedelta(365)
        Return = self.with_context(active_test=False)
        groups = Return._read_group(domain, groupby, ["__count", "id:recordset"])
        recent = {
            tuple(key): amount
            for *key, amount in Return._read_group(
                [*domain, ("date_request", ">=", since)], groupby, ["amount_total:sum"]
            )
        }
        for partner, company, state, currency, count, returns in groups:
            key = partner.commercial_partner_id.id, company.id
            by_currency = counted.setdefault(key, {}).setdefault(state, {})
            before, worth = by_currency.get(currency, (0, 0))
            amount = recent.get((partner, company, state, currency), 0)
            by_currency[currency] = (before + count, worth + amount)
            newest[key] = newest.get(key, self.browse()) | returns
        for key, returns in newest.items():
            ids = sorted(returns.ids, reverse=True)[: SHOWN_RETURNS + 1]
            newest[key] = self.browse(ids)
        return counted, newest

    def _get_worth_of_others(self, counts):
        """In the currency of the return: what was not rejected."""
        today = fields.Date.context_today(self)
        worth = sum(
            currency._convert(amount, self.currency_id, self.company_id, today)
            for state in counts
            if state != "rejected"
            for currency, (_count, amount) in counts[state].items()
        )
        own = self._origin
        is_counted = own.state in ASKED_STATES and own.state != "rejected"
        if is_counted and own.date_request >= today - timedelta(365):
            worth -= own.amount_total
        return worth

    def _get_other_returns_text(self, number, worth):
        total = sum(number.values())
        if not total:
            return self.env._("This customer asked for no other return.")
        facts = {
            "open": sum(number[state] for state in OPEN_STATES),
            "rejected": number["rejected"],
            "amount": (self.currency_id or self.company_id.currency_id).format(worth),
        }
        if total == 1:
            return self.env._(
                "1 other return: %(open)s open, %(rejected)s rejected, worth "
                "%(amount)s in the last 12 months.",
                **facts,
            )
        return self.env._(
            "%(count)s other returns: %(open)s open, %(rejected)s rejected, worth "
            "%(amount)s in the last 12 months.",
            count=total,
            **facts,
        )

    def action_view_other_returns(self):
        """The other returns of the customer that the user may see."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_return_mgmt.sale_return_order_action"
        )
        customer = self.partner_id.commercial_partner_id
        action["domain"] = [
            ("partner_id", "child_of", customer.ids),
            ("id", "!=", self.id),
            ("state", "in", list(ASKED_STATES)),
        ]
        action["context"] = {"active_test": False}
        action["name"] = self.env._("Returns of This Customer")
        return action
