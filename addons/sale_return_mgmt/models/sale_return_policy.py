from datetime import timedelta
from math import inf

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .res_company import REFUND_TRIGGERS
from .sale_return_line_price_mixin import MONEY_GROUPS

# What a policy may be narrowed to, the most specific first.
CRITERIA = ("product_ids", "category_ids", "partner_tag_ids", "country_ids")


class SaleReturnPolicy(models.Model):
    """What may come back, until when, and who decides.

    A policy fits a line that meets all of its criteria; one without criteria fits all.
    Of the policies that fit, the first decides in this order:

    1. the most specific: by product, then by category (the nearer one first), then by
       customer tag, then by country; equal in one, the next criterion decides
    2. the lowest ``sequence``
    3. the company's own before those of all companies
    4. the oldest
    """

    _name = "sale.return.policy"
    _description = "Return Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10,
        help="Decides between policies that are equally specific, the lowest first.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the policy applies in all companies."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    # What they name cannot be deleted: a policy that lost its only product would
    # decide on everything.
    product_ids = fields.Many2many(
        "product.product", string="Products", ondelete="restrict"
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Product Categories",
        ondelete="restrict",
        help="Categories below them are covered as well.",
    )
    partner_tag_ids = fields.Many2many(
        "res.partner.category",
        string="Customer Tags",
        ondelete="restrict",
        help="Tags of the customer or of the company that they belong to.",
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        ondelete="restrict",
        help="Where the goods were delivered.",
    )

    returnable = fields.Boolean(
        "Can Be Returned",
        default=True,
        help="Unticked: what this policy covers is never returnable.",
    )
    window_days = fields.Integer(
        "Return Window",
        default=30,
        help="Days in which a return may be requested. 0 means without limit.",
    )
    window_from = fields.Selection(
        [
            ("delivery", "Last Delivery"),
            ("invoice", "First Invoice"),
            ("order", "Order Confirmation"),
        ],
        "Window Starts At",
        required=True,
        default="delivery",
    )
    out_of_policy = fields.Selection(
        [("refuse", "Refuse"), ("approver", "The Approver Decides")],
        "If Out of Policy",
        required=True,
        default="approver",
    )
    auto_approve_limit = fields.Monetary(
        "Approve by Itself Up To",
        groups=MONEY_GROUPS,
        help="A return within the policy is approved without a person up to this "
        "amount, taxes included, in the currency of the company. What else was asked "
        "of the same sales orders counts. 0 means never.",
    )
    fee_percent = fields.Float(
        "Fee (%)",
        digits=(5, 2),
        help="Part of the credit that is kept back. Never where the company, a carrier "
        "or a vendor is liable, on a statutory withdrawal, or where the customer keeps "
        "the goods.",
    )
    return_freight = fields.Selection(
        [
            ("liable", "Who Is Liable"),
            ("company", "Our Company"),
            ("customer", "The Customer"),
        ],
        "Freight of the Return",
        required=True,
        default="liable",
        help="Who pays for the way back; customers are told so. Who is liable: the "
        "customer, unless the return reason names somebody else.",
    )
    requires_attachment = fields.Boolean(
        help="Returns need an attached file, for instance a photo, before they are "
        "submitted."
    )
    inspection_instructions = fields.Html(
        translate=True, help="Shown to whoever inspects the goods."
    )
    customer_text = fields.Html(
        "Text for Customers",
        translate=True,
        help="Shown to customers who want to return what this policy covers.",
    )

    refund_trigger = fields.Selection(
        REFUND_TRIGGERS,
        "Create Credit Notes",
        help="Empty: as the company's settings say.",
    )
    requires_inspection = fields.Selection(
        [("yes", "Always"), ("no", "Never")],
        "Inspection",
        help="Whether the goods are inspected before they are accepted. Empty: as the "
        "company's settings say.",
    )

    _window_days_check = models.Constraint(
        "CHECK (window_days >= 0 AND window_days <= 36500)",
        "The return window must be between 0 and 36,500 days.",
    )
    _auto_approve_limit_check = models.Constraint(
        "CHECK (auto_approve_limit >= 0 AND auto_approve_limit <= 1000000000000)",
        "The limit of automatic approval must not be negative.",
    )

    _fee_percent_check = models.Constraint(
        "CHECK (fee_percent >= 0 AND fee_percent <= 100)",
        "The fee must be between 0 and 100 %.",
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for policy in self:
            policy.currency_id = (policy.company_id or self.env.company).currency_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: lines of other companies count as well
        lines_sudo = self.env["sale.return.order.line"].sudo()
        if lines_sudo.search_count([("policy_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "A return policy in use cannot be deleted: archive it instead."
                )
            )

    # === WHICH POLICY DECIDES === #

    @api.model
    def _match(self, lines):
        """The policy that decides on each line.

        :param lines: ``sale.return.order.line`` records
        :return: dict of line to policy; the empty policy where none applies
        """
        policies = self.with_context(active_test=True).search(
            [("company_id", "in", [False, *lines.company_id.ids])]
        )
        criteria = policies._get_criteria()
        matches = {}
        for line in lines:
            facts = self._get_match_facts(line)
            ranks = {
                policy: policy._get_rank(criteria[policy], facts)
                for policy in policies
                if policy.company_id in (self.env["res.company"], line.company_id)
            }
            fitting = [policy for policy, rank in ranks.items() if rank]
            matches[line] = min(fitting, key=ranks.get, default=self.browse())
        return matches

    def _get_criteria(self):
        """What each policy is narrowed to: dict of policy to a list of id sets.

        Archived products count: a policy for one that is no longer sold is not one for
        everything.
        """
        all_self = self.with_context(active_test=False)
        return {
            policy: [set(all_policy[name].ids) for name in CRITERIA]
            for policy, all_policy in zip(self, all_self, strict=True)
        }

    @api.model
    def _get_match_facts(self, line):
        """What a line is compared by, in the order of ``CRITERIA``.

        :return: list of dicts of id to distance, 0 being an exact match
        """
        order, sale_order = line.order_id, line.sale_line_id.order_id
        customer = order.partner_id
        address = sale_order.partner_shipping_id or order.partner_shipping_id
        path = (line.product_id.categ_id.parent_path or "").split("/")[:-1]
        tags = customer.category_id | customer.commercial_partner_id.category_id
        return [
            {line.product_id.id: 0},
            {int(id_): distance for distance, id_ in enumerate(reversed(path))},
            dict.fromkeys(tags.ids, 0),
            {(address or customer).country_id.id: 0},
        ]

    def _get_rank(self, criteria, facts):
        """Place of the policy among those that fit, to be sorted by; None where it
        does not fit."""
        self.ensure_one()
        distances = []
        for wanted, known in zip(criteria, facts, strict=True):
            met = [distance for id_, distance in known.items() if id_ in wanted]
            if wanted and not met:
                return None
            distances.append(min(met, default=inf))
        return *distances, self.sequence, not self.company_id, self.id

    # === WHAT IT SAYS === #

    @api.model
    def _judge(self, lines):
        """Which policy decides on each line, and what it says.

        :return: dict of line to ``(policy, code, message)``, see :meth:`_get_verdict`
        """
        return {
            line: (policy, *policy._get_verdict(line))
            for line, policy in self._match(lines).items()
        }

    def _get_verdict(self, line):
        """Judge one return line.

        :return: ``(code, message)``; the code is empty where the line is in policy,
            else ``NOT_RETURNABLE`` or ``WINDOW_EXPIRED``
        """
        product = line.product_id.display_name
        if not self:
            return "", self.env._("%s: no return policy applies.", product)
        policy = self._describe()
        if not self.returnable:
            return "NOT_RETURNABLE", self.env._(
                "%(product)s is not returnable (%(policy)s).",
                product=product,
                policy=policy,
            )
        start = self.window_days and self._get_window_start(line)
        last_day = start and start + timedelta(days=self.window_days)
        if not last_day:
            return "", self.env._(
                "%(product)s: in policy, without a last day (%(policy)s).",
                product=product,
                policy=policy,
            )
        if line.order_id.date_request <= last_day:
            return "", self.env._(
                "%(product)s: in policy, returnable until %(date)s (%(policy)s).",
                product=product,
                date=format_date(self.env, last_day),
                policy=policy,
            )
        return "WINDOW_EXPIRED", self._get_expired_text(line, start, last_day)

    def _get_expired_text(self, line, start, last_day):
        """How late a return is asked for, in words."""
        facts = {
            "product": line.product_id.display_name,
            "date": format_date(self.env, last_day),
            "days": (line.order_id.date_request - start).days,
            "window": self.window_days,
            "policy": self._describe(),
        }
        if self.window_from == "invoice":
            return self.env._(
                "%(product)s could be returned until %(date)s: invoiced %(days)s days "
                "before this request, the window is %(window)s days (%(policy)s).",
                **facts,
            )
        if self.window_from == "order":
            return self.env._(
                "%(product)s could be returned until %(date)s: bought %(days)s days "
                "before this request, the window is %(window)s days (%(policy)s).",
                **facts,
            )
        return self.env._(
            "%(product)s could be returned until %(date)s: delivered %(days)s days "
            "before this request, the window is %(window)s days (%(policy)s).",
            **facts,
        )

    def _describe(self):
        """The policy and why it is the one that decides, in words."""
        self.ensure_one()
        all_self = self.with_context(active_test=False)
        narrowest = next((name for name in CRITERIA if all_self[name]), False)
        scopes = {
            "product_ids": self.env._("for the product"),
            "category_ids": self.env._("for its category"),
            "partner_tag_ids": self.env._("for such customers"),
            "country_ids": self.env._("for the country of delivery"),
            False: self.env._("for all goods"),
        }
        return self.env._(
            "policy “%(policy)s”, %(scope)s", policy=self.name, scope=scopes[narrowest]
        )

    def _get_attachment_demand(self, line):
        """:return: the reason or the policy that asks for a file, if one does"""
        reason = line.reason_id.filtered("requires_attachment")
        return reason or self.filtered("requires_attachment")

    def _is_inspection_required(self, line):
        """Whether the goods of a return line must be inspected."""
        if line.goods_return == "keep" or line.order_id.send_to == "vendor":
            return False
        if self.requires_inspection:
            return self.requires_inspection == "yes"
        return line.company_id.sale_return_inspection_required

    def _get_last_day(self, line):
        """The last day on which a return line may be asked for, or False."""
        start = self.window_days and self._get_window_start(line)
        return start and start + timedelta(days=self.window_days)

    def _get_window_start(self, line):
        """Day from which the window counts, where the company is, or False."""
        return getattr(self, f"_get_window_start_{self.window_from}")(line)

    def _get_window_start_delivery(self, line):
        return line.sale_line_id._get_delivery_day()

    def _get_window_start_invoice(self, line):
        dates = line.sale_line_id._get_posted_invoice_lines().mapped("invoice_date")
        return min(dates, default=False)

    def _get_window_start_order(self, line):
        moment = line.sale_line_id.order_id.date_order
        return moment and line.company_id._get_local_date(moment)
