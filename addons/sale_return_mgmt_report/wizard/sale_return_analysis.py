import base64
import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)


class SaleReturnAnalysis(models.TransientModel):
    """The dashboard of a period on paper, to print or to send."""

    _name = "sale.return.analysis"
    _inherit = ["sale.return.print.mixin"]
    _description = "Return Analysis"

    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: (
            fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)
        ),
    )
    date_to = fields.Date(
        "To",
        required=True,
        default=lambda self: (
            fields.Date.context_today(self).replace(day=1) - timedelta(days=1)
        ),
    )

    file = fields.Binary(readonly=True, attachment=False)

    _dates_check = models.Constraint(
        "CHECK (date_from <= date_to AND date_to - date_from < 1100)",
        "The period ends after it begins, and is at most three years long.",
    )

    def action_print(self):
        self.ensure_one()
        return self._print("sale_return_analysis_report")

    def action_export(self):
        """Download the figures as a workbook."""
        self.ensure_one()
        reader = self._get_reader()
        file = reader.env["sale.return.workbook"]._make(reader)
        # sudo: the file alone, of what the user was allowed to read
        self.sudo().file = base64.b64encode(file)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self._get_file_name()}"
            "?download=true",
            "target": "download",
        }

    def _get_file_name(self):
        return f"returns-{self.date_from}-{self.date_to}.xlsx"

    def _get_reader(self):
        """This analysis in its company alone."""
        self.env["sale.return.report"].check_access("read")
        self.env["sale.return.rate.report"].check_access("read")
        return self.with_context(allowed_company_ids=self.company_id.ids)

    def _get_rate_domain(self):
        options, days = self._get_options(), (self.date_from, self.date_to)
        return self.env["sale.return.dashboard"]._get_rate_domain(options, days)

    def _get_report_domain(self):
        options, days = self._get_options(), (self.date_from, self.date_to)
        return self.env["sale.return.dashboard"]._get_report_domain(options, days)

    def _get_options(self):
        """The dashboard's options without any choice."""
        dashboard = self.env["sale.return.dashboard"]
        return dashboard._clean_options({}, dashboard._get_choices())

    def _get_question(self):
        """The dashboard in the company of this, and what to ask it."""
        self.ensure_one()
        reader = self._get_reader()
        dashboard = reader.env["sale.return.dashboard"]
        dashboard._tune()
        period = dashboard._get_period(self.date_from, self.date_to)
        return dashboard, reader._get_options(), period

    def _get_parts(self):
        """What the dashboard says of the period: see ``get_dashboard``."""
        dashboard, options, period = self._get_question()
        return dashboard._get_parts(options, period)

    # === EVERY WEEK === #

    @api.model
    def _cron_send_weekly(self):
        """Send last week's summary to those who want it and did not get it yet."""
        today = fields.Date.context_today(self)
        monday = today - timedelta(days=today.weekday())
        users = self.env["res.users"].search(
            Domain("sale_return_weekly_summary", "=", True)
            & Domain("share", "=", False)
            & (
                Domain("sale_return_date_summary", "=", False)
                | Domain("sale_return_date_summary", "<", monday)
            )
        )
        IrCron = self.env["ir.cron"]
        IrCron._commit_progress(remaining=len(users))
        for user in users:
            user.sale_return_date_summary = monday
            self._try_send_weekly(user, monday - timedelta(days=7))
            if not IrCron._commit_progress(processed=1):
                break

    @api.model
    def _try_send_weekly(self, user, first):
        """One user's mail; where it fails the others get theirs."""
        try:
            with self.env.cr.savepoint():
                self._send_weekly(user, first)
        except OperationalError:  # two at once: the job runs again by itself
            raise
        except Exception:
            _logger.warning(
                "Weekly summary of returns for %s failed", user.login, exc_info=True
            )

    @api.model
    def _send_weekly(self, user, first):
        """What that user may read of his company, in his language."""
        reader = self.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=user.company_id.ids
        )
        if not reader.env["sale.return.report"].has_access("read"):
            return
        analysis = reader.create(
            {
                "date_from": first,
                "date_to": first + timedelta(days=6),
                "company_id": user.company_id.id,
            }
        )
        template = reader.env.ref(
            "sale_return_mgmt_report.mail_template_weekly_summary"
        )
        template.send_mail(analysis.id)

    def _get_headlines(self):
        """The rates, each with that of the week before, as texts: list of dicts."""
        report = self.env["report.sale_return_mgmt_report.report_analysis"]
        dashboard, options, period = self._get_question()
        return [
            {
                "name": rate["name"],
                "rate": report._percent(rate["rate"]),
                "before": report._percent(rate["before"]),
            }
            for rate in dashboard._get_rates(options, period)["figures"]
        ]
