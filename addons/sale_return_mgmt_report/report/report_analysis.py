from odoo import api, models

from ..tools import charts
from .sale_return_paper_mixin import Column, Table

# Of paper, for a pixel of a chart: rather too many.
MILLIMETRES = 0.22


class ReportAnalysis(models.AbstractModel):
    """What came back in a period, why, what it cost and whether it gets better."""

    _name = "report.sale_return_mgmt_report.report_analysis"
    _inherit = "sale.return.paper.mixin"
    _description = "Return Analysis"

    _paper_model = "sale.return.analysis"

    @api.model
    def _prepare_paper(self, doc):
        parts = doc.with_context(lang=self.env.lang)._get_parts()
        return {
            "title": self._get_title(),
            "number": self.env._(
                "%(from)s to %(to)s",
                **{"from": self._date(doc.date_from), "to": self._date(doc.date_to)},
            ),
            "address": None,
            "facts": [(self.env._("Company"), doc.company_id.name)],
            "charts": self._get_charts(parts),
            "nothing": self.env._("Nothing was sold or returned."),
            "tables": self._get_tables(parts, doc.company_id.currency_id),
            "signatures": [],
        }

    @api.model
    def _get_title(self):
        return self.env._("Return Analysis")

    @api.model
    def _get_room(self, paper):
        first, rest = super()._get_room(paper)
        drawn = sum(chart["height"] for chart in paper["charts"]) * MILLIMETRES
        return first - drawn - 10.0 * len(paper["charts"]), rest

    @api.model
    def _percent(self, rate):
        if rate is None:
            return "–"
        return f"{self._number(100 * rate, 1)} %"

    @api.model
    def _get_charts(self, parts):
        """What is drawn, each with a title and its height in pixels."""
        drawn = []
        if any(point["rate"] is not None for point in parts["trend"]):
            points = [(point["label"], point["rate"]) for point in parts["trend"]]
            drawn.append(
                (
                    self.env._("Return rate over time, and its threshold"),
                    charts.line(points, parts["threshold"], self._percent),
                )
            )
        if parts["reasons"]:
            rows = [
                (
                    reason["name"],
                    reason["share"],
                    self._percent(reason["share"]),
                    reason["is_vital"],
                )
                for reason in parts["reasons"]
            ]
            drawn.append(
                (
                    self.env._("Reasons: the dark ones make up 80 %"),
                    charts.bars(rows),
                )
            )
        return [
            {"title": title, "svg": svg, "height": height}
            for title, (svg, height) in drawn
        ]

    @api.model
    def _get_tables(self, parts, currency):
        return [
            *self._get_headline_tables(parts, currency),
            self._get_days_table(parts),
            self._get_alerts_table(parts),
            self._get_rises_table(parts),
            self._get_quantity_table(
                self.env._("Products Most Returned"),
                parts["products"],
                "rate",
                self.env._("Return Rate"),
            ),
            *(
                self._get_quantity_table(
                    title, parts[key], "share", self.env._("Share")
                )
                for key, title in {
                    "dispositions": self.env._("What Became of the Goods"),
                    "customers": self.env._("Customers Who Return Most"),
                    "vendors": self.env._("Vendors of What Came Back"),
                }.items()
            ),
            self._get_to_do_table(parts),
        ]

    @api.model
    def _get_headline_tables(self, parts, currency):
        """The rates and what returns cost, each with what it was before."""

        def money(value):
            if value is None:
                return self.env._("not recorded")
            return self._amount(value, currency)

        return [
            self._compare(self.env._("Return Rates"), parts["rates"], "rate"),
            self._compare(self.env._("What It Costs"), parts["costs"], "value", money),
        ]

    @api.model
    def _compare(self, title, figures, key, say=None):
        """:param say: how a figure is written, else in percent"""
        say = say or self._percent
        return Table(
            title,
            self._columns(self.env._("Now"), self.env._("Before")),
            [[each["name"], say(each[key]), say(each["before"])] for each in figures],
        )

    @api.model
    def _get_days_table(self, parts):
        return Table(
            self.env._("Days from Step to Step"),
            self._columns(self.env._("Median"), self.env._("90 % Took at Most")),
            [
                [each["name"], self._days(each["median"]), self._days(each["p90"])]
                for each in parts["days"]
            ],
        )

    @api.model
    def _get_alerts_table(self, parts):
        return Table(
            self.env._("Alerts: Rate and Threshold"),
            self._columns(self.env._("Return Rate"), self.env._("Threshold")),
            [
                [
                    each["name"],
                    self._percent(each["rate"]),
                    self._percent(each["threshold"]),
                ]
                for each in parts["alerts"]
            ],
        )

    @api.model
    def _get_rises_table(self, parts):
        return self._compare(self.env._("Largest Rise in Rate"), parts["rises"], "rate")

    @api.model
    def _get_quantity_table(self, title, figures, key, heading):
        """What came back, and of each the part that ``key`` says."""
        return Table(
            title,
            self._columns(self.env._("Quantity"), heading),
            [
                [
                    each["name"],
                    self._quantity(each["quantity"]),
                    self._percent(each[key]),
                ]
                for each in figures
            ],
        )

    @api.model
    def _get_to_do_table(self, parts):
        return Table(
            self.env._("Who Must Act"),
            self._columns("", self.env._("Returns")),
            [[each["name"], "", str(each["count"])] for each in parts["to_do"]],
        )

    @api.model
    def _days(self, days):
        return "–" if days is None else self._number(days, 1)

    @api.model
    def _columns(self, *names):
        return [
            Column("", 56, 50),
            *(Column(name, 22, 18, is_number=True) for name in names),
        ]
