import statistics
from collections import Counter
from datetime import datetime, time, timedelta

from odoo.fields import Date
from odoo.tests import tagged

from .common_figures import BOOKED, COHORT, MOVED, NOW, FiguresCommon


@tagged("post_install", "-at_install")
class TestDashboardFigures(FiguresCommon):
    """Each figure on the dashboard is what the documents say."""

    def test_all_figures_are_those_of_the_documents(self):
        self._make()
        self.assertTrue(self.native)
        self.assertGreater(len(self.returns), 8)
        for days in (30, 90):
            last = NOW.date()
            first = last - timedelta(days=days - 1)
            before = first - timedelta(days=days), first - timedelta(days=1)
            self.env.flush_all()
            dashboard = self.env["sale.return.dashboard"].with_user(
                self.users["manager"]
            )
            told = dashboard.get_dashboard({"period": str(days), "team": self.team.id})
            with self.subTest(days):
                self._assert_rates(told, (first, last), before)
                self._assert_money(told, (first, last), before)
                self._assert_groups(told, first, last)
                self._assert_days(told, first, last)
                self._assert_products(told, first, last)
        self._assert_cohorts(told)

    def _assert_near(self, value, expected, text=None):
        if expected is None:
            self.assertIsNone(value, text)
        else:
            self.assertAlmostEqual(value, expected, 2, text)

    def _assert_rates(self, told, days, before):
        rates = {figure["key"]: figure for figure in told["rates"]}
        for key, period in (("rate", days), ("before", before)):
            delivered, back, orders, returned = self._read(MOVED, *period)
            invoiced, credited = self._read(BOOKED, *period)
            for name, part, whole in (
                ("quantity", back, delivered),
                ("orders", returned, orders),
                ("value", credited, invoiced),
            ):
                expected = part / whole if whole else None
                self._assert_near(rates[name][key], expected, (name, key))
        trend = [point for point in told["trend"] if point["rate"] is not None]
        self.assertTrue(trend)

    def _assert_money(self, told, days, before):
        for key, period in (("value", days), ("before", before)):
            expected = self._get_costs(*period)
            for figure in told["costs"]:
                value = figure[key] or 0.0
                self._assert_near(value, expected[figure["key"]], figure["key"])

    def _assert_groups(self, told, first, last):
        native = self.env.ref("sale_return_mgmt_report.sale_return_reason_not_recorded")
        for name, of_return, of_move in (
            ("reasons", lambda line: line.reason_id, lambda move: native),
            (
                "customers",
                lambda line: line.order_id.partner_id,
                lambda move: move.sale_line_id.order_id.partner_id,
            ),
            (
                "vendors",
                lambda line: line.product_id.seller_ids.partner_id,
                lambda move: move.product_id.seller_ids.partner_id,
            ),
        ):
            counted = self._count_by(first, last, of_return, of_move)
            whole, cumulated = sum(counted.values()), 0.0
            rows = told[name]
            self.assertEqual({row["id"] for row in rows}, {one.id for one in counted})
            by_id = {one.id: quantity for one, quantity in counted.items()}
            for row in rows:
                self._assert_near(row["quantity"], by_id[row["id"]], name)
                self._assert_near(row["share"], by_id[row["id"]] / whole, name)
                if name == "reasons":
                    self.assertEqual(row["is_vital"], cumulated < 0.8)
                    cumulated += by_id[row["id"]] / whole
                    self._assert_near(row["cumulated"], cumulated)
        found = Counter()
        for inspection in self._returned(first, last).sudo().inspection_ids:
            found[inspection.disposition_id.id] += self._units(inspection)
        self.assertEqual(
            {row["id"]: row["quantity"] for row in told["dispositions"]}, dict(found)
        )

    def _assert_days(self, told, first, last):
        returns = self._returned(first, last).sudo()
        taken = {"approve": [], "receive": [], "inspect": [], "refund": []}
        for returned in returns:
            came = min(returned.picking_ids.mapped("date_done"))
            found = max(returned.inspection_ids.mapped("date"))
            for key, start, end in (
                ("approve", returned.date_submitted, returned.date_approved),
                ("receive", returned.date_approved, came),
                ("inspect", returned.date_received, found),
                (
                    "refund",
                    datetime.combine(returned.date_received, time()),
                    datetime.combine(Date.to_date(returned.date_refunded), time()),
                ),
            ):
                taken[key].append(max(0, (end - start).total_seconds() / 86400))
        for step in told["days"]:
            values = taken[step["key"]]
            self.assertEqual(len(values), len(returns))
            self._assert_near(step["median"], statistics.median(values), step["key"])
            if len(values) > 1:
                p90 = statistics.quantiles(values, n=10, method="inclusive")[-1]
                self._assert_near(step["p90"], p90, step["key"])

    def _assert_products(self, told, first, last):
        expected = {}
        for ware in self.wares:
            delivered, back, *_orders = self._read(MOVED, first, last, product=ware.id)
            if back:
                expected[ware.id] = (back, back / delivered if delivered else None)
        self.assertEqual({row["id"] for row in told["products"]}, expected.keys())
        for row in told["products"]:
            quantity, rate = expected[row["id"]]
            self._assert_near(row["quantity"], quantity)
            self._assert_near(row["rate"], rate)

    def _assert_cohorts(self, told):
        checked = 0
        for cohort in told["cohorts"]:
            first, last = self._get_month(cohort["name"])
            delivered, *_rest = self._read(MOVED, first, last)
            self._assert_near(cohort["delivered"], delivered, cohort["name"])
            for age, rate in zip((30, 60, 90), cohort["rates"], strict=True):
                if rate is None:
                    self.assertGreater(last + timedelta(days=age), NOW.date())
                    continue
                [back] = self._read(COHORT, first, last, age=age)
                self._assert_near(rate, back / delivered, (cohort["name"], age))
                checked += 1
        self.assertGreater(checked, 3)

    def _get_month(self, name):
        first = datetime.strptime(name, "%b %Y").date()
        after = (first + timedelta(days=31)).replace(day=1)
        return first, after - timedelta(days=1)
