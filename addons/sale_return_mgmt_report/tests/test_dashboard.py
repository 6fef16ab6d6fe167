import json
from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from odoo.addons.sale_return_mgmt.tests.common_inspection import (
    SaleReturnInspectionCommon,
)
from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon

from .common import SaleReturnReportCommon

NOW = datetime(2026, 6, 15, 12)


@tagged("post_install", "-at_install")
class TestDashboard(SaleReturnReportCommon, SaleReturnInspectionCommon, ReceiptCommon):
    """One call tells it all, and each figure leads to the records it is made of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.team = cls.env["crm.team"].create({"name": "Of this test"})
        cls.product.standard_price = 40.0
        cls.lamps = cls._sell([(cls.product, 30)], team_id=cls.team.id)
        cls.chairs = cls._sell([(cls.product_on_order, 20)], team_id=cls.team.id)
        cls.split = cls._approved(cls.lamps, {cls.product: 9})
        cls._receive(cls.split)
        line = cls.split.line_ids
        cls._as("warehouse", cls.split)._inspect(
            [
                {
                    "line": line,
                    "lot": cls.env["stock.lot"],
                    "quantity": quantity,
                    "disposition": cls.dispositions[kind],
                }
                for kind, quantity in (("restock", 6), ("scrap", 3))
            ]
        )
        cls.waiting = cls._request(cls.chairs, {cls.product_on_order: 1})
        cls.waiting.action_submit()

    def _dashboard(self, role="manager", **options):
        self.env.flush_all()
        dashboard = self.env["sale.return.dashboard"].with_user(self.users[role])
        return dashboard.get_dashboard({"team": self.team.id, **options})

    def _count(self, figure, measure, role="manager"):
        """What a measure of the records behind a figure adds up to."""
        report = self.env[figure["open"]["model"]].with_user(self.users[role])
        domain = json.loads(json.dumps(figure["open"]["domain"]))
        [(total,)] = report._read_group(domain, [], [measure])
        return total

    def _deliver_on(self, date, orders):
        """As if the goods of those orders had left then."""
        moves = orders.picking_ids.move_ids.filtered(
            lambda move: move.location_dest_id.usage == "customer"
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET date = %s WHERE id IN %s", [date, tuple(moves.ids)]
        )
        self.env.invalidate_all()

    def test_it_tells_how_much_why_and_what_it_costs(self):
        told = self._dashboard()
        rates = {figure["key"]: figure for figure in told["rates"]}
        self.assertAlmostEqual(rates["quantity"]["rate"], 9 / 50)
        self.assertAlmostEqual(rates["orders"]["rate"], 1 / 2)
        self.assertAlmostEqual(rates["value"]["rate"], 900 / 5000)
        self.assertIsNone(rates["quantity"]["before"])
        self.assertEqual(self._count(rates["quantity"], "quantity_returned:sum"), 9)
        [reason] = told["reasons"]
        self.assertEqual(
            (reason["id"], reason["quantity"], reason["share"], reason["is_vital"]),
            (self.reason.id, 9, 1, True),
        )
        self.assertEqual(self._count(reason, "quantity_received:sum"), 9)
        self.assertEqual(
            [(row["id"], row["quantity"]) for row in told["dispositions"]],
            [
                (self.dispositions["restock"].id, 6),
                (self.dispositions["scrap"].id, 3),
            ],
        )
        costs = {cost["key"]: cost["value"] for cost in told["costs"]}
        self.assertEqual(
            costs,
            {
                "amount_returned": 900,
                "amount_goods": 360,
                "amount_recovered": 240,
                "amount_written_off": 120,
                "amount_cost": None,
                "amount_fee": 0,
                "amount_loss": 900 + 120 - 360,
            },
        )
        [product] = told["products"]
        self.assertEqual(
            (product["id"], product["quantity"], product["rate"]),
            (self.product.id, 9, 0.3),
        )
        [customer] = told["customers"]
        self.assertEqual((customer["id"], customer["quantity"]), (self.customer.id, 9))
        self.assertEqual(told["threshold"], 0.05)
        self.assertFalse(told["is_empty"])
        json.dumps(told)

    def test_it_tells_who_must_act(self):
        rows = self._dashboard()["to_do"]
        names = {row["name"]: row["count"] for row in rows}
        self.assertEqual(names["Approvers: to approve"], 1)
        for row in rows:
            orders = self.env["sale.return.order"].with_user(self.users["manager"])
            self.assertEqual(orders.search_count(row["open"]["domain"]), row["count"])

    def test_reasons_are_marked_up_to_four_fifths(self):
        for reason, quantity in ((self.reason_note, 5), (self.reason, 2)):
            return_order = self._request(self.chairs, {self.product_on_order: quantity})
            return_order.line_ids.write({"reason_id": reason.id, "note": "Worn."})
            return_order.action_submit()
            self._as("approver", return_order).action_approve()
            self._receive(return_order)
        rows = self._dashboard()["reasons"]
        self.assertEqual(
            [(row["id"], row["is_vital"]) for row in rows],
            [(self.reason.id, True), (self.reason_note.id, True)],
        )
        self.assertEqual([row["quantity"] for row in rows], [11, 5])
        self.assertAlmostEqual(rows[-1]["cumulated"], 1)

    def test_the_largest_rise_is_of_what_enough_was_sold_of(self):
        self._deliver_on(datetime(2026, 2, 15), self.lamps | self.chairs)
        again = self._sell([(self.product, 25)], team_id=self.team.id)
        few = self._sell([(self.product_on_order, 4)], team_id=self.team.id)
        for order, product in ((again, self.product), (few, self.product_on_order)):
            self._receive(self._approved(order, {product: 4}))
        [rise] = self._dashboard(period="90")["rises"]
        self.assertEqual(rise["id"], self.product.id)
        self.assertEqual(rise["before"], 0)
        self.assertAlmostEqual(rise["rate"], (9 + 4) / 25)
        self.assertEqual(self._count(rise, "quantity_delivered:sum"), 25)

    def test_cohorts_that_are_not_over_have_no_rate(self):
        self._deliver_on(datetime(2026, 3, 10), self.lamps)
        march, june = self._dashboard()["cohorts"]
        # What came in June came after more than 90 days.
        self.assertEqual(march["rates"], [0, 0, None])
        self.assertEqual((march["delivered"], june["delivered"]), (30, 20))
        self.assertEqual(june["rates"], [None, None, None])

    def test_the_line_of_time_has_no_gaps_and_ends_today(self):
        trend = self._dashboard()["trend"]
        self.assertEqual(
            [point["label"] for point in trend],
            ["May 17", "May 19", "May 26", "Jun 2", "Jun 9"],
        )
        self.assertEqual([point["rate"] for point in trend], [None] * 4 + [9 / 50])
        self.assertEqual(self._count(trend[-1], "quantity_returned:sum"), 9)
        self.env["res.lang"]._activate_lang("zh_CN")
        self.users["manager"].lang = "zh_CN"
        dashboard = self.env["sale.return.dashboard"].with_user(self.users["manager"])
        trend = dashboard.with_context(lang="zh_CN").get_dashboard()["trend"]
        self.assertEqual(trend[-1]["label"], "6月9日")
        months = self._dashboard(period="365")["trend"]
        self.assertEqual(len(months), 13)
        self.assertEqual(months[-1]["label"], "Jun 2026")

    def test_filters_leave_the_rest_out(self):
        other = self.env["product.category"].create({"name": "Chairs"})
        self.product_on_order.categ_id = other
        told = self._dashboard(category=other.id)
        self.assertFalse(told["reasons"])
        self.assertEqual(told["rates"][0]["rate"], 0)
        empty = self.env["crm.team"].create({"name": "Nobody"})
        told = self._dashboard(team=empty.id)
        self.assertTrue(told["is_empty"])
        self.assertIsNone(told["rates"][0]["rate"])

    def test_odd_options_are_left_out(self):
        for options in (
            {"period": "1; DROP TABLE"},
            {"period": None, "warehouse": "x"},
            {"company": -1, "category": [1], "team": True},
            {"unknown": object},
            {"period": {}},
            [],
            "90",
            7,
            None,
        ):
            told = self.env["sale.return.dashboard"].with_user(self.users["manager"])
            told = told.get_dashboard(options)
            self.assertEqual(told["options"]["period"], "30")

    def test_the_warehouse_sees_no_money(self):
        told = self._dashboard("warehouse")
        self.assertFalse(told["has_money"])
        self.assertFalse(told["costs"])
        self.assertEqual(
            [figure["key"] for figure in told["rates"]], ["quantity", "orders"]
        )
        self.assertNotIn("refund", [step["key"] for step in told["days"]])

    def test_others_are_refused(self):
        self.users["portal"] = new_test_user(
            self.env, login="return_dashboard_portal", groups="base.group_portal"
        )
        for role in ("employee", "storekeeper", "portal"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._dashboard(role)

    def test_other_companies_do_not_count(self):
        other = self.setup_other_company()["company"]
        self.users["manager"].company_ids |= other
        dashboard = self.env["sale.return.dashboard"].with_user(self.users["manager"])
        both = dashboard.with_context(allowed_company_ids=(self.company | other).ids)
        told = both.get_dashboard({"company": other.id})
        self.assertEqual(told["options"]["company"], other.id)
        self.assertFalse(told["reasons"])
        foreign = dashboard.with_context(allowed_company_ids=self.company.ids)
        told = foreign.get_dashboard({"company": other.id})
        self.assertFalse(told["options"]["company"])

    def test_days_are_those_of_the_returns(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_return_order SET date_submitted = '2026-06-01 08:00', "
            "date_approved = '2026-06-02 20:00' WHERE id = %s",
            [self.split.id],
        )
        self.env.invalidate_all()
        days = {step["key"]: step for step in self._dashboard()["days"]}
        self.assertAlmostEqual(days["approve"]["median"], 1.5)
        self.assertAlmostEqual(days["approve"]["p90"], 1.5)

    def test_its_queries_do_not_grow_with_the_returns(self):
        self._dashboard()
        with self.assertQueryCount(27):
            self._dashboard()
        for _number in range(3):
            self._receive(self._approved(self.lamps, {self.product: 1}))
        self._dashboard()
        with self.assertQueryCount(27):
            self._dashboard()

    def test_each_figure_opens_records_that_the_reader_may_read(self):
        told = self._dashboard("viewer")
        figures = [
            *told["rates"],
            *told["trend"],
            *told["reasons"],
            *told["dispositions"],
            *told["costs"],
            *told["days"],
            *told["products"],
            *told["customers"],
            *told["cohorts"],
            *told["to_do"],
        ]
        self.assertGreater(len(figures), 15)
        for figure in figures:
            model = self.env[figure["open"]["model"]].with_user(self.users["viewer"])
            model.search(Domain(figure["open"]["domain"]), limit=1)
