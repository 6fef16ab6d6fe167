from collections import defaultdict
from datetime import timedelta

from babel.dates import format_skeleton
from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import babel_locale_parse, get_lang

from .sale_return_rate_report import AGES

# The sales of the first of these are old enough for all ages.
COHORT_MONTHS = 5
TOP = 5


class SaleReturnDashboardRateMixin(models.AbstractModel):
    """How much comes back, and whether it gets better."""

    _name = "sale.return.dashboard.rate.mixin"
    _description = "Return Rates on the Dashboard"

    @api.model
    def _get_rates(self, options, period):
        """Rates of the period, of the one before, over time and by product.

        :return: dict of ``figures``, ``trend``, ``products``, ``rises`` and
            ``delivered``, the quantity
        """
        report = self.env["sale.return.rate.report"]
        current = self._get_rate_domain(options, period["days"])
        before = self._get_rate_domain(options, period["before"])
        goods = ["quantity_delivered:sum", "quantity_returned:sum"]
        by_day, by_product, [total] = report._read_grouping_sets(
            current, [["date:day"], ["product_id"], []], goods
        )
        earlier_by_product, [earlier] = report._read_grouping_sets(
            before, [["product_id"], []], goods
        )
        figures = [
            self._get_rate_figure(
                "quantity", self.env._("Return Rate"), total, earlier, current
            )
        ]
        orders = ["orders_delivered:count_distinct", "orders_returned:count_distinct"]
        figures.append(
            self._get_rate_figure(
                "orders",
                self.env._("Orders with Returns"),
                *(
                    report._read_group(domain, [], orders)[0]
                    for domain in (current, before)
                ),
                current,
            )
        )
        if self._has_money():
            values = ["amount_invoiced:sum", "amount_credited:sum"]
            figures.append(
                self._get_rate_figure(
                    "value",
                    self.env._("Value Return Rate"),
                    *(
                        report._read_group(domain, [], values)[0]
                        for domain in (current, before)
                    ),
                    current,
                )
            )
        earlier_rates = {
            product: self._ratio(returned, delivered)
            for product, delivered, returned in earlier_by_product
        }
        return {
            "delivered": total[0] or 0.0,
            "figures": figures,
            "trend": self._get_trend(options, period, by_day),
            "products": self._get_top_products(by_product, current),
            "rises": self._get_rises(by_product, earlier_rates, current),
        }

    @api.model
    def _get_trend(self, options, period, by_day):
        """The rate in each part of the period, also where nothing was sold."""
        by_day = [(moment.date(), *sums) for moment, *sums in by_day]
        trend = []
        for first, last in self._cut(*period["days"], period["interval"]):
            delivered, returned = self._add_up(by_day, (first, last), 2)
            trend.append(
                {
                    "label": self._format_day(first, period["interval"]),
                    "rate": self._ratio(returned or 0.0, delivered),
                    "open": self._open(
                        "sale.return.rate.report",
                        self._get_rate_domain(options, (first, last)),
                        self.env._("Return Rates"),
                    ),
                }
            )
        return trend

    @api.model
    def _cut(self, first, last, interval):
        """The months, weeks or days that ``first`` to ``last`` are of; weeks so that
        the last of them is whole."""
        parts = []
        while first <= last:
            begin = (
                last.replace(day=1)
                if interval == "month"
                else last - timedelta(days=6 if interval == "week" else 0)
            )
            parts.insert(0, (max(first, begin), last))
            last = begin - timedelta(days=1)
        return parts

    @api.model
    def _ratio(self, part, whole):
        """A rate, or ``None`` where nothing was sold."""
        return part / whole if whole and part is not None else None

    @api.model
    def _get_rate_figure(self, key, name, sums, sums_before, domain):
        """:param sums: what was sold and what of it came back"""
        return {
            "key": key,
            "name": name,
            "rate": self._ratio(sums[1] or 0.0, sums[0]),
            "before": self._ratio(sums_before[1] or 0.0, sums_before[0]),
            "open": self._open("sale.return.rate.report", domain, name),
        }

    @api.model
    def _format_day(self, day, interval):
        parts = "yMMM" if interval == "month" else "MMMd"
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton(parts, day, locale=locale)

    @api.model
    def _get_top_products(self, by_product, domain):
        """Those of which most came back, with their rates."""
        rows = sorted(
            (row for row in by_product if row[0] and (row[2] or 0) > 0),
            key=lambda row: -row[2],
        )[:TOP]
        return [
            {
                "id": product.id,
                "name": product.display_name,
                "quantity": returned,
                "rate": self._ratio(returned, delivered),
                "open": self._open_product(product, domain),
            }
            for product, delivered, returned in rows
        ]

    @api.model
    def _get_rises(self, by_product, earlier_rates, domain):
        """Products whose rate rose most, of those that enough was sold of."""
        least = self.env.company.sale_return_rate_min_quantity
        rises = []
        for product, delivered, returned in by_product:
            earlier = earlier_rates.get(product)
            if not product or earlier is None or (delivered or 0.0) < least:
                continue
            rate = self._ratio(returned or 0.0, delivered)
            if rate > earlier:
                rises.append((rate - earlier, product, rate, earlier))
        rises.sort(key=lambda rise: -rise[0])
        return [
            {
                "id": product.id,
                "name": product.display_name,
                "rate": rate,
                "before": earlier,
                "open": self._open_product(product, domain),
            }
            for _rise, product, rate, earlier in rises[:TOP]
        ]

    @api.model
    def _open_product(self, product, domain):
        return self._open(
            "sale.return.rate.report",
            domain & Domain("product_id", "=", product.id),
            product.display_name,
        )

    @api.model
    def _get_cohorts(self, options, period):
        """What came back of each month's sales within 30, 60 and 90 days. An age that
        is not over for all of the month is ``None``."""
        last = period["days"][1]
        first = last.replace(day=1) - relativedelta(months=COHORT_MONTHS - 1)
        domain = self._get_rate_domain(options, (first, last))
        rows = defaultdict(dict)
        names = ["quantity_delivered", *(f"quantity_returned_{age}" for age in AGES)]
        for begin, *values in self.env["sale.return.rate.report"]._read_group(
            domain, ["date:month"], [f"{name}:sum" for name in names]
        ):
            rows[begin.date()] = dict(zip(names, values, strict=True))
        cohorts = []
        for month, sums in sorted(rows.items()):
            if not sums["quantity_delivered"]:
                continue
            end = month + relativedelta(months=1)
            cohorts.append(
                {
                    "name": self._format_day(month, "month"),
                    "delivered": sums["quantity_delivered"],
                    "rates": [
                        self._ratio(
                            sums[f"quantity_returned_{age}"] or 0.0,
                            sums["quantity_delivered"],
                        )
                        if end + timedelta(days=age) <= last
                        else None
                        for age in AGES
                    ],
                    "open": self._open(
                        "sale.return.rate.report",
                        self._get_rate_domain(
                            options, (month, end - timedelta(days=1))
                        ),
                        self.env._("Return Rates"),
                    ),
                }
            )
        return cohorts
