from odoo import api, fields, models
from odoo.fields import Domain

# Which field an alert of each kind has its subject in.
SUBJECTS = {
    "product": "product_id",
    "vendor": "partner_id",
    "reason": "reason_id",
    "customer": "partner_id",
    "serial": "partner_id",
}


class SaleReturnAlert(models.Model):
    """That too much comes back of a product or vendor, for a reason or from a customer.

    An alert begins when the rate is above the threshold and enough was sold to tell,
    and ends by itself when the rate is well below it. While it is open its figures are
    brought up to date; nobody is asked again.
    """

    _name = "sale.return.alert"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Return Alert"
    _order = "is_open desc, rate desc, id desc"
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("product", "Product"),
            ("vendor", "Vendor"),
            ("reason", "Reason"),
            ("customer", "Customer"),
            ("serial", "Serial Returner"),
        ],
        "Alert About",
        required=True,
        readonly=True,
    )
    product_id = fields.Many2one(
        "product.product", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer or Vendor",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
    )
    reason_id = fields.Many2one(
        "sale.return.reason", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    is_open = fields.Boolean("Open", default=True, readonly=True)
    date_open = fields.Date("Since", default=fields.Date.context_today, readonly=True)
    date_cleared = fields.Date("Cleared On", readonly=True)
    rate = fields.Float("Return Rate", aggregator=None, readonly=True)
    threshold = fields.Float(
        aggregator=None, readonly=True, help="What the rate was compared with."
    )
    sold = fields.Float(
        digits="Product Unit",
        aggregator=None,
        readonly=True,
        help="Units that were delivered; of serial returners, orders.",
    )
    returned = fields.Float(
        digits="Product Unit",
        aggregator=None,
        readonly=True,
        help="Units that came back; of serial returners, orders with returns.",
    )
    recent_returns = fields.Integer(
        "Returns in 90 Days", aggregator=None, readonly=True
    )

    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(product_id, partner_id, reason_id) = 1)",
        "An alert is about one product, partner or reason.",
    )
    _open_once = models.UniqueIndex(
        "(company_id, kind, COALESCE(product_id, partner_id, reason_id)) WHERE is_open",
        "There is an open alert about this already.",
    )

    @api.depends("kind", "product_id", "partner_id", "reason_id")
    def _compute_name(self):
        for alert in self:
            alert.name = alert._get_subject().display_name

    def _get_subject(self):
        return self[SUBJECTS[self.kind]]

    # === FROM DAY TO DAY === #

    @api.model
    def _cron_update(self):
        """Begin and end alerts, one company after the other."""
        companies = self.env["res.company"].search(
            [("sale_return_rate_threshold", ">", 0)]
        )
        IrCron = self.env["ir.cron"]
        IrCron._commit_progress(remaining=len(companies))
        for company in companies:
            alerts = self.with_context(allowed_company_ids=company.ids)
            alerts.with_company(company)._update_company()
            if not IrCron._commit_progress(processed=1):
                break

    @api.model
    def _update_company(self):
        """What is told of the current company's subjects, today."""
        company = self.env.company
        verdicts = self.env["sale.return.alert.source"]._get_verdicts()
        known = self.search([("company_id", "=", company.id), ("is_open", "=", True)])
        alerts = {(alert.kind, alert._get_subject().id): alert for alert in known}
        begun = [
            {
                "company_id": company.id,
                "kind": kind,
                SUBJECTS[kind]: subject_id,
                **verdict.figures,
            }
            for (kind, subject_id), verdict in verdicts.items()
            if verdict.is_high and (kind, subject_id) not in alerts
        ]
        for key, alert in alerts.items():
            verdict = verdicts.get(key)
            if verdict and verdict.figures != {
                name: alert[name] for name in verdict.figures
            }:
                alert.write(verdict.figures)
            if not verdict or verdict.is_low:
                alert._clear()
        self.create(begun)._notify()

    def _clear(self):
        self.write({"is_open": False, "date_cleared": fields.Date.context_today(self)})
        self.activity_unlink(["sale_return_mgmt_report.mail_activity_type_alert"])

    def _notify(self):
        """Ask one user each to look into it. A serial returner is a hint to those who
        decide on his next return: nobody is asked."""
        for alert in self.filtered(lambda alert: alert.kind != "serial"):
            user = alert._get_user()
            if not user:
                continue
            # Without a text, which others would read in this user's language.
            alert.activity_schedule(
                "sale_return_mgmt_report.mail_activity_type_alert", user_id=user.id
            )

    def _get_user(self):
        """Who looks into it: whose product or customer it is, else whom the settings
        name, else a manager of returns; always one who may read it."""
        self.ensure_one()
        company = self.company_id
        owners = {
            "product": self.product_id.with_company(company).responsible_id,
            "customer": self.partner_id.user_id,
        }
        managers = self.env.ref("sale_return_mgmt.group_sale_return_manager").user_ids
        candidates = [
            owners.get(self.kind, self.env.user.browse()),
            company.sale_return_alert_user_id,
            *managers.sorted("id"),
        ]
        for user in candidates:
            if user and user.active and not user._is_superuser():
                reader = self.with_user(user).with_context(allowed_company_ids=None)
                if company in user.company_ids and reader.has_access("read"):
                    return user
        return self.env["res.users"]

    # === WHAT IS BEHIND IT === #

    @api.readonly
    def action_open_figures(self):
        """What was sold and what came back of it, in the time that the rate is of."""
        self.ensure_one()
        self.check_access("read")
        model, domain = self.env["sale.return.alert.source"]._get_figures(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": model,
            "views": [(False, "pivot"), (False, "graph"), (False, "list")],
            "domain": list(Domain(domain)),
        }
