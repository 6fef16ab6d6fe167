from odoo import api, fields, models

from ..exceptions import return_error

# When the customer is credited: the earliest first, by a person last.
REFUND_TRIGGERS = [
    ("approval", "When the return is approved"),
    ("receipt", "When the goods are received"),
    ("inspection", "When the goods are inspected"),
    ("manual", "By hand"),
]

# When other goods leave for the customer.
REPLACEMENT_TRIGGERS = REFUND_TRIGGERS[:-1]


# By law, outside the European Union, which has 14.
WITHDRAWAL_DAYS = {"CN": 7, "GB": 14, "IS": 14, "LI": 14, "NO": 14}


class ResCompany(models.Model):
    _inherit = "res.company"

    sale_return_refund_trigger = fields.Selection(
        REFUND_TRIGGERS,
        "Create Credit Notes",
        required=True,
        default="inspection",
        help="Goods that need no inspection are credited when they are received.",
    )
    sale_return_replacement_trigger = fields.Selection(
        REPLACEMENT_TRIGGERS,
        "Send Replacements",
        required=True,
        default="inspection",
        help="For goods that need no inspection they leave when those are received.",
    )
    sale_return_inspection_required = fields.Boolean(
        "Inspect Returned Goods",
        default=True,
        help="Returned goods wait in the return location until somebody has inspected "
        "them. Otherwise they go to stock and receiving them is accepting them.",
    )
    sale_return_result_days = fields.Integer(
        "Days Until Result",
        default=14,
        help="How long after the request the customer is owed a result. 0: no limit.",
    )
    sale_return_send_days = fields.Integer(
        "Days to Send Goods",
        default=30,
        help="How long after the approval the customer may send the goods. Past it a "
        "return that nothing was received of is closed short. 0: no deadline.",
    )
    sale_return_reminder_days = fields.Integer(
        "Reminder Days",
        default=7,
        help="How long before that the responsible person is reminded of the goods.",
    )
    sale_return_post_refund = fields.Boolean("Post Credit Notes", default=True)
    sale_return_fee_product_id = fields.Many2one(
        "product.product",
        "Product of Return Fees",
        domain=[("type", "=", "service")],
        default=lambda self: self.env.ref(
            "sale_return_mgmt.product_return_fee", raise_if_not_found=False
        ),
        help="Its name is on the credit notes, its income account gets the fees.",
    )
    sale_return_payment_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Refund Payments",
        check_company=True,
        domain=[("type", "in", ("bank", "cash"))],
        help="Where transfers to customers are prepared. Empty: the first bank "
        "journal.",
    )
    sale_return_accountant_id = fields.Many2one(
        "res.users",
        "Accountant of Returns",
        check_company=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("account.group_account_invoice").ids)
        ],
        help="Gets an activity where credit notes wait to be posted, refunds to be "
        "paid, or money of a return is stuck.",
    )
    sale_return_allow_unreferenced = fields.Boolean(
        "Returns Without an Order",
        help="Take goods back that no sales order is known for. A person always "
        "approves them, at a price that was asked for.",
    )
    sale_return_notify_received = fields.Boolean("Mail: Request Received", default=True)
    sale_return_notify_authorised = fields.Boolean("Mail: Authorised", default=True)
    sale_return_notify_rejected = fields.Boolean("Mail: Rejected", default=True)
    sale_return_notify_discrepancy = fields.Boolean(
        "Mail: Not What Was Agreed", default=True
    )
    sale_return_notify_arrived = fields.Boolean("Mail: Goods Arrived", default=True)
    sale_return_notify_refunded = fields.Boolean("Mail: Refunded", default=True)
    sale_return_notify_replaced = fields.Boolean("Mail: Replacement Sent", default=True)
    sale_return_notify_rating = fields.Boolean("Mail: How Did We Do?", default=True)
    sale_return_alias_id = fields.Many2one(
        "mail.alias", "Alias of Return Requests", readonly=True, copy=False
    )
    sale_return_alias_name = fields.Char(
        "Address for Return Requests",
        compute="_compute_sale_return_alias_name",
        inverse="_inverse_sale_return_alias_name",
        help="What is mailed there becomes a draft return. Empty: no returns by mail.",
    )
    sale_return_mail_user_id = fields.Many2one(
        "res.users",
        "Responsible for Requests by Mail",
        check_company=True,
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("sale_return_mgmt.group_sale_return_clerk").ids,
            )
        ],
        help="Gets the mails. Empty: they wait as drafts from mail, of nobody.",
    )
    sale_return_four_eyes = fields.Boolean(
        "Four-Eyes Principle",
        default=True,
        help="Nobody approves a return that they created, submitted or edited.",
    )

    sale_return_ask_by_mail = fields.Boolean(
        "Mails to Approvers",
        default=True,
        help="Approvers are told by mail what waits for them. Off: by activities only.",
    )
    sale_return_approval_days = fields.Integer(
        "Days to Decide",
        default=2,
        help="After so many days approvers are reminded, once a day. 0: never.",
    )

    _sale_return_days_check = models.Constraint(
        "CHECK (sale_return_result_days BETWEEN 0 AND 36500"
        " AND sale_return_send_days BETWEEN 0 AND 36500"
        " AND sale_return_reminder_days BETWEEN 0 AND 36500"
        " AND sale_return_approval_days BETWEEN 0 AND 36500)",
        "The days of a return must be between 0 and 36,500.",
    )

    @api.depends("sale_return_alias_id.alias_name")
    def _compute_sale_return_alias_name(self):
        for company in self:
            company.sale_return_alias_name = company.sale_return_alias_id.alias_name

    def _inverse_sale_return_alias_name(self):
        for company in self:
            name = company.sale_return_alias_name
            # sudo: whoever may set up the company may set up its address
            company_sudo = company.sudo()
            if not name:
                company_sudo.sale_return_alias_id.unlink()
            elif company_sudo.sale_return_alias_id:
                company_sudo.sale_return_alias_id.alias_name = name
            else:
                company_sudo.sale_return_alias_id = company_sudo._create_return_alias(
                    name
                )

    def _create_return_alias(self, name):
        return self.env["mail.alias"].create(
            {
                "alias_name": name,
                "alias_domain_id": self.alias_domain_id.id,
                "alias_model_id": self.env["ir.model"]._get_id("sale.return.order"),
                "alias_defaults": str({"company_id": self.id}),
            }
        )

    def write(self, vals):
        res = super().write(vals)
        if "alias_domain_id" in vals:
            for company_sudo in self.sudo():  # sudo: as above
                alias_sudo = company_sudo.sale_return_alias_id
                alias_sudo.alias_domain_id = company_sudo.alias_domain_id
        return res

    def _get_withdrawal_days(self):
        """For how many days after delivery consumers may withdraw from a purchase by
        law, where the company is; 0 where we know of no such law."""
        self.ensure_one()
        country = self.sudo().country_id  # sudo: where the company is, is no secret
        if country in self.env.ref("base.europe").sudo().country_ids:  # sudo: as above
            return 14
        return WITHDRAWAL_DAYS.get(country.code, 0)

    def _get_return_fee_product(self):
        """Product of the credit note lines that keep fees back."""
        self.ensure_one()
        if not self.sale_return_fee_product_id:
            raise return_error(
                "INVALID",
                self.env._(
                    "%s has no product for return fees: choose one in the settings.",
                    self.name,
                ),
            )
        return self.sale_return_fee_product_id

    def _get_return_payment_journal(self):
        self.ensure_one()
        Journal = self.env["account.journal"]
        journal = self.sale_return_payment_journal_id or Journal.search(
            [*Journal._check_company_domain(self), ("type", "=", "bank")], limit=1
        )
        if not journal:
            raise return_error(
                "INVALID",
                self.env._(
                    "%s has no bank journal to pay refunds from: choose one in the "
                    "settings of returns.",
                    self.name,
                ),
            )
        return journal

    def _get_local_date(self, moment=None):
        """The day at ``moment`` (now, if empty) where the company is."""
        self.ensure_one()
        # sudo: only the time zone is read
        company_tz = self.sudo().partner_id.tz or "UTC"
        return fields.Datetime.context_timestamp(
            self.with_context(tz=company_tz), moment or fields.Datetime.now()
        ).date()
