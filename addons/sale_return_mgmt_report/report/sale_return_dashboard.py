from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

# Periods that are offered, in days.
PERIODS = ("30", "90", "365")


class SaleReturnDashboard(models.AbstractModel):
    """What management asks at a glance: how much comes back, why, what it costs, if
    it gets better, and who must act. All in one call, each figure with the records
    behind it."""

    _name = "sale.return.dashboard"
    _inherit = [
        "sale.return.dashboard.rate.mixin",
        "sale.return.dashboard.return.mixin",
    ]
    _description = "Returns Dashboard"

    @api.model
    @api.readonly
    def get_dashboard(self, options=None):
        """All that the dashboard shows.

        :param dict options: ``period`` in days (``30``, ``90``, ``365``); ids of
            ``company``, ``warehouse``, ``team`` and ``category``; all optional
        :return: dict of the parts below; figures come with ``open``, what an action
            needs to show their records: ``model``, ``domain`` and ``name``
        """
        self.env["sale.return.report"].check_access("read")
        self.env["sale.return.rate.report"].check_access("read")
        self._tune()
        choices = self._get_choices()
        options = self._clean_options(options, choices)
        if options["company"]:
            self = self.with_context(allowed_company_ids=[options["company"]])
        last = fields.Date.context_today(self)
        first = last - timedelta(days=int(options["period"]) - 1)
        return self._get_parts(options, self._get_period(first, last)) | {
            "options": options,
            "choices": choices,
        }

    @api.model
    def _get_parts(self, options, period):
        """What there is to say of a period, as of :meth:`_get_period`."""
        rates = self._get_rates(options, period)
        received = self._get_received(options, period)
        parts = {
            "period": [fields.Date.to_string(day) for day in period["days"]],
            "currency": self.env.company.currency_id.id,
            "has_money": self._has_money(),
            "threshold": self.env.company.sale_return_rate_threshold / 100,
            "rates": rates["figures"],
            "trend": rates["trend"],
            "reasons": received["reason_id"],
            "dispositions": self._get_dispositions(options, period),
            "costs": self._get_costs(options, period),
            "days": self._get_days(options, period),
            "products": rates["products"],
            "rises": rates["rises"],
            "customers": received["partner_id"],
            "vendors": received["vendor_id"],
            "cohorts": self._get_cohorts(options, period),
            "to_do": self._get_to_do(options),
            "alerts": self._get_alerts(),
        }
        parts["is_empty"] = not any(
            (rates["delivered"], parts["reasons"], parts["to_do"])
        )
        return parts

    @api.model
    def _tune(self):
        """Have PostgreSQL answer as for a report, until the transaction ends."""
        # What a period asks for lies together, and is sorted in one go. To compile
        # questions of so many parts takes longer than to answer them.
        self.env.cr.execute(
            "SET LOCAL random_page_cost = 1.1; SET LOCAL work_mem = '32MB'; "
            "SET LOCAL jit = off"
        )

    # === WHAT IS ASKED === #

    @api.model
    def _clean_options(self, options, choices):
        """Options as they are used: what is unknown or of no use is left out."""
        options = options if isinstance(options, dict) else {}
        period = str(options.get("period"))
        cleaned = {"period": period if period in PERIODS else "30"}
        for name, offered in choices.items():
            value = options.get(name)
            is_known = type(value) is int and value in dict(offered)
            cleaned[name] = value if is_known else False
        return cleaned

    @api.model
    def _get_choices(self):
        """What the filters offer: dict of filter to list of ``(id, name)``."""
        # sudo: who reads returns reads these names in them
        warehouses_sudo = self.env["stock.warehouse"].sudo()
        teams_sudo = self.env["crm.team"].sudo()  # sudo: as above
        categories_sudo = self.env["product.category"].sudo()  # sudo: as above
        of_companies = [("company_id", "in", [*self.env.companies.ids, False])]
        return {
            "company": [(each.id, each.name) for each in self.env.companies],
            "warehouse": [
                (each.id, each.name) for each in warehouses_sudo.search(of_companies)
            ],
            "team": [(each.id, each.name) for each in teams_sudo.search(of_companies)],
            "category": [
                (each.id, each.complete_name) for each in categories_sudo.search([])
            ],
        }

    @api.model
    def _get_period(self, first, last):
        """Both days, as many before them, and how the line of time is cut."""
        length = last - first + timedelta(days=1)
        interval = "day" if length.days <= 14 else "week"
        return {
            "days": (first, last),
            "before": (first - length, first - timedelta(days=1)),
            "both": (first - length, last),
            "interval": interval if length.days <= 120 else "month",
        }

    @api.model
    def _get_moment(self, day):
        """When a day begins where the reader is, in UTC."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        begins = zone.localize(datetime.combine(day, time()))
        return fields.Datetime.to_string(
            begins.astimezone(pytz.utc).replace(tzinfo=None)
        )

    @api.model
    def _get_filter(self, options):
        domain = Domain.TRUE
        if options["warehouse"]:
            domain &= Domain("warehouse_id", "=", options["warehouse"])
        if options["team"]:
            domain &= Domain("team_id", "=", options["team"])
        if options["category"]:
            domain &= Domain("categ_id", "child_of", options["category"])
        return domain

    @api.model
    def _get_rate_domain(self, options, days):
        first, last = days
        return (
            Domain("date", ">=", self._get_moment(first))
            & Domain("date", "<", self._get_moment(last + timedelta(days=1)))
            & self._get_filter(options)
        )

    @api.model
    def _get_report_domain(self, options, days):
        first, last = days
        return (
            Domain("date_request", ">=", fields.Date.to_string(first))
            & Domain("date_request", "<=", fields.Date.to_string(last))
            & Domain("state", "in", ("approved", "done"))
            & self._get_filter(options)
        )

    @api.model
    def _add_up(self, by_day, days, count):
        """What measures add up to in some days, ``None`` where nothing is known of one.

        :param by_day: rows of a date and the measures on it
        :param days: the first and the last
        :param count: how many measures there are
        """
        first, last = days
        rows = [values for day, *values in by_day if first <= day <= last]
        sums = []
        for number in range(count):
            known = [
                row[number]
                for row in rows
                if row[number] is not None and row[number] is not False
            ]
            sums.append(sum(known) if known else None)
        return sums

    @api.model
    def _has_money(self):
        report = self.env["sale.return.report"]
        return report._has_field_access(report._fields["amount_returned"], "read")

    @api.model
    def _open(self, model, domain, name):
        """What the web client needs to show the records behind a figure."""
        return {"model": model, "domain": list(Domain(domain)), "name": name}
