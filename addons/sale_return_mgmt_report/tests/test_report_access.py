from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import AMOUNTS, SaleReturnReportCommon

MONEY = [
    *AMOUNTS,
    "amount_returned",
    "amount_fee",
    "amount_delivery",
    "amount_cost",
    "amount_goods",
    "amount_recovered",
    "amount_written_off",
    "amount_retained",
    "amount_loss",
    "recovery_rate",
    "days_to_refund",
]
MONEY_OF_RATES = [
    "amount_invoiced",
    "amount_credited",
    "amount_credited_sold",
    "value_rate",
    "value_rate_sold",
]


@tagged("native", "post_install", "-at_install")
class TestReportAccess(SaleReturnReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role, group in {
            "salesman": "sales_team.group_sale_salesman",
            "sales_leader": "sales_team.group_sale_salesman_all_leads",
        }.items():
            cls.users[role] = new_test_user(
                cls.env,
                login=f"return_report_{role}",
                groups=group,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
        cls.return_order = cls._request(cls._sell([(cls.product, 5)]))
        cls.order = cls.return_order.sale_order_ids.sudo()

    def _can_read(self, role):
        domain = [("order_id", "=", self.return_order.id)]
        return bool(self._report(role).search(domain))

    def test_readers_of_returns_read_rows_and_amounts(self):
        for role in ("viewer", "clerk", "approver", "manager", "accountant"):
            with self.subTest(role=role):
                self.assertTrue(self._can_read(role))
                [row] = self._report(role).search_read(
                    [("order_id", "=", self.return_order.id)], AMOUNTS
                )
                self.assertEqual(row["amount_total"], 575)

    def test_the_warehouse_reads_quantities_and_no_money(self):
        self.users["warehouse"].group_ids |= self.env.ref("base.group_allow_export")
        self._receive(self._approved(self.order, {self.product: 2}))
        for model, quantity, fields in (
            ("sale.return.report", "quantity_received", MONEY),
            ("sale.return.rate.report", "quantity_returned", MONEY_OF_RATES),
        ):
            self.env.flush_all()
            report = self.env[model].with_user(self.users["warehouse"])
            domain = [("sale_order_id", "=", self.order.id)]
            self.assertEqual(
                report._read_group(domain, [], [f"{quantity}:sum"]), [(2,)]
            )
            self.assertTrue(report.search(domain).read([quantity]))
            self.assertFalse(set(fields) & set(report.fields_get()))
            for name in fields:
                aggregator = report._fields[name].aggregator
                with self.subTest(name):
                    with self.assertRaises(AccessError):
                        report.formatted_read_group(
                            domain, [], [f"{name}:{aggregator}"]
                        )
                    with self.assertRaises(AccessError):
                        report.search(domain).read([name])
                    with self.assertRaises(AccessError):
                        report.search(domain).export_data([name])
                    with self.assertRaises(AccessError):
                        report.search([(name, ">", 0)])

    def test_the_warehouse_reads_what_it_sees_of_returns(self):
        """Neither what nobody approved, nor that and when something was invoiced."""
        self.assertTrue(self._can_read("viewer"))
        self.assertFalse(self._can_read("warehouse"))
        self.return_order.action_submit()
        self.assertFalse(self._can_read("warehouse"))
        self._as("approver", self.return_order).action_approve()
        self.assertTrue(self._can_read("warehouse"))
        self.env.flush_all()
        rates = self.env["sale.return.rate.report"]
        domain = [("sale_order_id", "=", self.order.id)]
        for role, seen in {
            "viewer": {"delivered", "invoiced"},
            "warehouse": {"delivered"},
        }.items():
            rows = rates.with_user(self.users[role]).search(domain)
            self.assertEqual(set(rows.mapped("row_type")), seen, role)

    def test_employees_storekeepers_and_customers_are_refused(self):
        self.users["portal"] = new_test_user(
            self.env, login="return_report_portal", groups="base.group_portal"
        )
        for role in ("storekeeper", "employee", "portal"):
            for model in ("sale.return.report", "sale.return.rate.report"):
                report = self.env[model].with_user(self.users[role])
                for ask in (
                    lambda report: report.search([]),
                    lambda report: report.formatted_read_group([], [], ["__count"]),
                    lambda report: report.browse(1).read(["company_id"]),
                ):
                    with self.subTest((role, model)), self.assertRaises(AccessError):
                        ask(report)

    def test_rates_follow_the_same_rules(self):
        def orders(role, **context):
            self.env.flush_all()
            report = self.env["sale.return.rate.report"].with_user(self.users[role])
            return report.with_context(**context).search([]).sale_order_id.sudo()

        self.order.user_id = self.users["accountant"]
        own = self._sell([(self.product, 2)], user_id=self.users["salesman"].id)
        self.assertIn(own, orders("salesman").sudo(False))
        self.assertNotIn(self.order, orders("salesman").sudo(False))
        self.assertIn(self.order, orders("sales_leader").sudo(False))
        other = self.setup_other_company()["company"]
        self.users["viewer"].company_ids |= other
        self.assertFalse(orders("viewer", allowed_company_ids=other.ids))
        self.assertTrue(orders("viewer", allowed_company_ids=self.company.ids))

    def test_salesman_reads_the_returns_of_own_orders_only(self):
        self.order.user_id = self.users["accountant"]
        self.assertFalse(self._can_read("salesman"))
        self.assertTrue(self._can_read("sales_leader"))
        for owner in (self.users["salesman"], self.env["res.users"]):
            self.order.user_id = owner
            self.assertTrue(self._can_read("salesman"))

    def test_salesman_totals_leave_out_the_orders_of_others(self):
        self.order.user_id = self.users["accountant"]
        own = self._sell([(self.product, 2)], user_id=self.users["salesman"].id)
        own_return = self._request(own)
        groups = self._report("salesman")._read_group(
            [("order_id", "in", (self.return_order | own_return).ids)],
            ["order_id"],
            ["amount_total:sum"],
        )
        self.assertEqual(groups, [(own_return.with_env(groups[0][0].env), 230.0)])

    def test_returns_of_other_companies_are_invisible(self):
        other = self.setup_other_company()["company"]
        foreigner = new_test_user(
            self.env,
            login="return_report_foreigner",
            groups="sale_return_mgmt.group_sale_return_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.users["foreigner"] = foreigner
        domain = [("order_id", "=", self.return_order.id)]
        report = self._report("foreigner")
        self.assertFalse(report.search(domain))
        with self.assertRaises(AccessError):
            report.with_context(allowed_company_ids=self.company.ids).search(domain)
        row = report.browse(self.return_order.line_ids.id * 4)
        with self.assertRaises(AccessError):
            row.read(["amount_total"])

        foreigner.company_ids |= self.company
        self.assertFalse(
            report.with_context(allowed_company_ids=other.ids).search(domain)
        )
        both = (other | self.company).ids
        self.assertTrue(report.with_context(allowed_company_ids=both).search(domain))

    def test_companies_of_other_currencies_are_added_up_in_the_current_one(self):
        euro = self.setup_other_currency("EUR")
        other = self.setup_other_company(currency_id=euro.id)["company"]
        for currency, rate in ((euro, 1.0), (self.company.currency_id, 0.5)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": currency.id,
                    "company_id": other.id,
                    "name": "2020-01-01",
                    "rate": rate,
                }
            )
        manager = self.users["manager"]
        manager.company_ids |= other
        report = self._report("manager").with_context(
            allowed_company_ids=(other | self.company).ids
        )
        row = report.search([("order_id", "=", self.return_order.id)])
        self.assertRecordValues(
            row, [{"currency_id": euro.id, "amount_total": 575 * 2.0}]
        )

    def test_nobody_writes_the_analysis(self):
        row = self._report("manager").search([("order_id", "=", self.return_order.id)])
        with self.assertRaises(AccessError):
            row.write({"quantity": 1})
        with self.assertRaises(AccessError):
            row.unlink()

    def test_menu_is_seen_by_readers_of_returns(self):
        menu = self.env.ref("sale_return_mgmt_report.sale_return_report_menu")
        parent = self.env.ref("sale.menu_sale_report")
        sales = self.env.ref("sale.menu_reporting_sales")
        for role, seen in {
            "viewer": True,
            "accountant": True,
            "employee": False,
        }.items():
            visible = menu.with_user(self.users[role])._visible_menu_ids()
            self.assertEqual({menu.id, parent.id} <= visible, seen, role)
            self.assertNotIn(sales.id, visible, role)

    def test_row_opens_its_return_order(self):
        row = self._report().search([("order_id", "=", self.return_order.id)])
        action = row.action_open_order()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("sale.return.order", self.return_order.id),
        )
