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
            "title": self.env._("Return Analysis"),
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
        percent = self._percent

        def money(value):
            if value is None:
                return self.env._("not recorded")
            return self._amount(value, currency)

        rates = [
            [each["name"], percent(each["rate"]), percent(each["before"])]
            for each in parts["rates"]
        ]
        costs = [
            [each["name"], money(each["value"]), money(each["before"])]
            for each in parts["costs"]
        ]
        days = [
            [each["name"], self._days(each["median"]), self._days(each["p90"])]
            for each in parts["days"]
        ]
        tables = [
            self._compare(self.env._("Return Rates"), rates),
            self._compare(self.env._("What It Costs"), costs),
            Table(
                self.env._("Days from Step to Step"),
                self._columns(self.env._("Median"), self.env._("90 % Took at Most")),
                days,
            ),
            Table(
                self.env._("Alerts: Rate and Threshold"),
                self._columns(self.env._("Return Rate"), self.env._("Threshold")),
                [
                    [each["name"], percent(each["rate"]), percent(each["threshold"])]
                    for each in parts["alerts"]
                ],
            ),
            Table(
                self.env._("Products Most Returned"),
                self._columns(self.env._("Quantity"), self.env._("Return Rate")),
                [
                    [
                        each["name"],
                        self._quantity(each["quantity"]),
                        percent(each["rate"]),
                    ]
                    for each in parts["products"]
                ],
            ),
        ]
        for key, title in {
            "dispositions": self.env._("What Became of the Goods"),
            "customers": self.env._("Customers Who Return Most"),
            "vendors": self.env._("Vendors of What Came Back"),
        }.items():
            tables.append(
                Table(
                    title,
                    self._columns(self.env._("Quantity"), self.env._("Share")),
                    [
                        [
                            each["name"],
                            self._quantity(each["quantity"]),
                            percent(each["share"]),
                        ]
                        for each in parts[key]
                    ],
                )
            )
        return [
            *tables,
            Table(
                self.env._("Who Must Act"),
                self._columns("", self.env._("Returns")),
                [[each["name"], "", str(each["count"])] for each in parts["to_do"]],
            ),
        ]

    @api.model
    def _days(self, days):
        return "–" if days is None else self._number(days, 1)

    @api.model
    def _columns(self, *names):
        return [
            Column("", 56, 50),
            *(Column(name, 22, 18, is_number=True) for name in names),
        ]

    @api.model
    def _compare(self, title, rows):
        columns = self._columns(self.env._("Now"), self.env._("Before"))
        return Table(title, columns, rows)
