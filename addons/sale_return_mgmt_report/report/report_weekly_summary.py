from odoo import api, models


class ReportWeeklySummary(models.AbstractModel):
    """What managers must know of a week: whether it got better, why, what it cost and
    who must act. The rest is in the return analysis."""

    _name = "report.sale_return_mgmt_report.report_weekly_summary"
    _inherit = "report.sale_return_mgmt_report.report_analysis"
    _description = "Weekly Summary of Returns"

    @api.model
    def _get_title(self):
        return self.env._("Weekly Summary of Returns")

    @api.model
    def _get_tables(self, parts, currency):
        return [
            *self._get_headline_tables(parts, currency),
            self._get_to_do_table(parts),
            self._get_rises_table(parts),
            self._get_alerts_table(parts),
        ]
