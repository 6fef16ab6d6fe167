from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command, Datetime
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon

from .common import SaleReturnReportCommon

KINDS = ("product", "vendor", "reason", "customer")


class AlertCommon(SaleReturnReportCommon, ReceiptCommon):
    def _run(self):
        """Run the job, as every day."""
        self.env.flush_all()
        progress = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_kw: 1000.0
        )
        with progress:
            root = self.env.ref("base.user_root")
            self.env["sale.return.alert"].with_user(root)._cron_update()


@tagged("post_install", "-at_install")
class TestAlert(AlertCommon):
    """What is above its threshold is told once, and is over by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_rate_min_quantity = 20
        cls.owner = new_test_user(
            cls.env,
            login="return_alert_owner",
            groups="stock.group_stock_user,sale_return_mgmt.group_sale_return_viewer",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.vendor = cls.env["res.partner"].create({"name": "Weaver"})
        cls.product.write(
            {
                "responsible_id": cls.owner.id,
                "seller_ids": [Command.create({"partner_id": cls.vendor.id})],
            }
        )
        # Sold by others and before are of no company of this test.
        cls.sold = cls._sell([(cls.product, 100)])

    def _alerts(self, kind=None):
        domain = [("company_id", "=", self.company.id)]
        alerts = self.env["sale.return.alert"].sudo().search(domain)
        return alerts.filtered(lambda alert: alert.kind == kind) if kind else alerts

    def _return(self, quantity):
        self._receive(self._approved(self.sold, {self.product: quantity}))

    def test_below_the_threshold_nobody_is_asked(self):
        self._return(5)
        self._run()
        self.assertFalse(self._alerts())

    def test_above_it_one_user_is_asked_once(self):
        self._return(6)
        for _day in range(3):
            self._run()
        for kind in KINDS:
            with self.subTest(kind):
                alert = self._alerts(kind)
                self.assertEqual(len(alert), 1)
                self.assertTrue(alert.is_open)
                self.assertAlmostEqual(alert.rate, 0.06)
                self.assertAlmostEqual(alert.threshold, 0.05)
                self.assertEqual((alert.sold, alert.returned), (100, 6))
                self.assertEqual(len(alert.activity_ids), 1)
        self.assertEqual(self._alerts("product").product_id, self.product)
        self.assertEqual(self._alerts("product").activity_ids.user_id, self.owner)
        self.assertEqual(self._alerts("vendor").partner_id, self.vendor)
        self.assertEqual(self._alerts("reason").reason_id, self.reason)
        self.assertEqual(self._alerts("customer").partner_id, self.customer)

    def test_whom_the_settings_name_is_asked_of_what_nobody_owns(self):
        self.company.sale_return_alert_user_id = self.users["approver"]
        self.sold.partner_id.user_id = False
        self._return(6)
        self._run()
        for kind in ("vendor", "reason", "customer"):
            self.assertEqual(
                self._alerts(kind).activity_ids.user_id, self.users["approver"]
            )

    def test_who_may_not_read_it_is_not_asked(self):
        self.product.responsible_id = self.users["employee"]
        self.company.sale_return_alert_user_id = self.users["employee"]
        self._return(6)
        self._run()
        for kind in ("product", "reason"):
            [user] = self._alerts(kind).activity_ids.user_id
            self.assertTrue(
                user.has_group("sale_return_mgmt.group_sale_return_manager")
            )

    def test_about_the_threshold_it_is_one_alert(self):
        self._return(6)
        self._run()
        more = self._sell([(self.product, 30)])  # 6 of 130 are 4.6 %
        self._run()
        alert = self._alerts("product")
        self.assertTrue(alert.is_open)
        self.assertAlmostEqual(alert.rate, 6 / 130)
        self._receive(self._approved(more, {self.product: 2}))
        self._run()
        self.assertEqual(self._alerts("product"), alert)
        self.assertEqual(len(alert.activity_ids), 1)

    def test_well_below_it_is_over_and_may_begin_again(self):
        self._return(6)
        self._run()
        alert = self._alerts("product")
        more = self._sell([(self.product, 60)])  # 6 of 160 are 3.75 %
        self._run()
        self.assertFalse(alert.is_open)
        self.assertTrue(alert.date_cleared)
        self.assertFalse(alert.activity_ids)
        self._receive(self._approved(more, {self.product: 10}))
        self._run()
        [again] = self._alerts("product") - alert
        self.assertTrue(again.is_open)
        self.assertEqual(len(again.activity_ids), 1)

    def test_too_little_sold_tells_nothing(self):
        few = self._sell([(self.product_on_order, 19)])
        self._receive(self._approved(few, {self.product_on_order: 10}))
        self._run()
        self.assertNotIn(self.product_on_order, self._alerts("product").product_id)

    def test_what_is_sold_no_more_is_over(self):
        self._return(6)
        self._run()
        alert = self._alerts("product")
        later = Datetime.now() + timedelta(days=120)
        with patch.object(
            type(self.env["sale.return.alert.source"]),
            "_get_since",
            lambda source, days: later.date() - timedelta(days=days),
        ):
            self._run()
        self.assertFalse(alert.is_open)

    def test_a_category_has_its_own_threshold(self):
        parent = self.env["product.category"].create({"name": "Goods"})
        child = self.env["product.category"].create(
            {"name": "Shoes", "parent_id": parent.id}
        )
        self.product.categ_id = child
        parent.with_company(self.company).sale_return_rate_threshold = 30
        self._return(20)
        self._run()
        self.assertFalse(self._alerts("product"))
        self.assertTrue(self._alerts("vendor"))
        child.with_company(self.company).sale_return_rate_threshold = 10
        self._run()
        self.assertAlmostEqual(self._alerts("product").threshold, 0.1)

    def test_other_companies_have_their_own(self):
        other = self.setup_other_company()["company"]
        self._return(6)
        self._run()
        self.assertFalse(
            self.env["sale.return.alert"].sudo().search([("company_id", "=", other.id)])
        )
        stranger = new_test_user(
            self.env,
            login="return_alert_stranger",
            groups="sale_return_mgmt.group_sale_return_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self.env["sale.return.alert"].with_user(stranger).search([]))

    def test_a_native_return_counts_and_is_no_reason(self):
        picking = self._return_natively(self.sold.picking_ids, 10)
        picking.button_validate()
        self._run()
        self.assertTrue(self._alerts("product"))
        self.assertFalse(self._alerts("reason"))

    # === RIGHTS === #

    def test_nobody_writes_alerts(self):
        self._return(6)
        self._run()
        alert = self._alerts("product")
        for role in ("clerk", "approver", "manager", "warehouse"):
            mine = alert.with_user(self.users[role])
            with self.subTest(role):
                self.assertTrue(mine.read(["rate"]))
                for attempt in (
                    lambda mine=mine: mine.write({"is_open": False}),
                    lambda mine=mine: mine.unlink(),
                    lambda mine=mine: mine.copy(),
                ):
                    with self.assertRaises(AccessError):
                        attempt()

    def test_the_warehouse_reads_nothing_of_customers(self):
        self._return(6)
        self._run()
        mine = self._alerts().with_user(self.users["warehouse"]).search([])
        self.assertEqual(
            {alert.kind for alert in mine if alert.company_id == self.company},
            {"product", "vendor", "reason"},
        )

    @mute_logger("odoo.http")
    def test_others_read_none(self):
        self._return(6)
        self._run()
        self.users["portal"] = new_test_user(
            self.env, login="return_alert_portal", groups="base.group_portal"
        )
        for role in ("employee", "storekeeper", "portal"):
            alert = self._alerts("product").with_user(self.users[role])
            with self.subTest(role), self.assertRaises(AccessError):
                alert.action_open_figures()

    def test_its_figures_add_up(self):
        self._return(6)
        self._run()
        for kind, measure in {
            **dict.fromkeys(KINDS, "quantity_returned:sum"),
            "reason": "quantity_received:sum",
        }.items():
            alert = self._alerts(kind).with_user(self.users["manager"])
            action = alert.action_open_figures()
            report = self.env[action["res_model"]].with_user(self.users["manager"])
            [(returned,)] = report._read_group(action["domain"], [], [measure])
            self.assertEqual(returned, alert.returned, kind)


@tagged("post_install", "-at_install")
class TestSerialReturner(AlertCommon):
    """Who returns often is pointed out to those who decide; nothing is refused."""

    def _orders(self, count, returned):
        orders = [self._sell([(self.product, 1)]) for _number in range(count)]
        for order in orders[:returned]:
            self._receive(self._approved(order, {self.product: 1}))
        return orders

    def _flag(self):
        self.env.invalidate_all()
        customer = self.customer.with_user(self.users["approver"])
        return customer.with_context(
            allowed_company_ids=self.company.ids
        ).is_serial_returner

    def test_four_tenths_of_five_orders(self):
        self.company.sale_return_serial_count = 50
        orders = self._orders(4, 2)
        self._run()
        self.assertFalse(self._flag())
        orders += self._orders(1, 0)
        self._run()
        self.assertTrue(self._flag())
        hinted = self._request(orders[-1], {self.product: 1})
        hint = hinted.with_user(self.users["approver"]).serial_returner_hint
        self.assertIn("2 of 5 orders", hint)
        hinted.action_submit()
        self._as("approver", hinted).action_approve()
        self.assertEqual(hinted.state, "approved")
        orders += self._orders(1, 0)
        self._run()
        self.assertFalse(self._flag())

    def test_many_returns_in_a_short_time(self):
        self.company.sale_return_serial_count = 3
        orders = self._orders(20, 2)
        self._run()
        self.assertFalse(self._flag())
        draft = self._request(orders[-1], {self.product: 1})
        self.assertIs(
            draft.with_user(self.users["approver"]).serial_returner_hint, False
        )
        self._orders(1, 1)
        self._run()
        self.assertTrue(self._flag())

    def test_nobody_is_asked_about_it(self):
        self.company.sale_return_serial_count = 1
        self._orders(1, 1)
        self._run()
        alert = (
            self.env["sale.return.alert"]
            .sudo()
            .search([("kind", "=", "serial"), ("company_id", "=", self.company.id)])
        )
        self.assertEqual(alert.partner_id, self.customer)
        self.assertFalse(alert.activity_ids)

    def test_customers_are_found_by_it(self):
        self.company.sale_return_serial_count = 1
        self._orders(1, 1)
        self._run()
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        partners = self.env["res.partner"].with_user(self.users["approver"])
        partners = partners.with_context(allowed_company_ids=self.company.ids)
        found = partners.search([("is_serial_returner", "=", True)])
        self.assertLessEqual(self.customer | contact, found)
        others = partners.search([("is_serial_returner", "=", False)])
        self.assertFalse(others & (self.customer | contact))
        self.assertTrue(others)

    def test_the_hint_is_for_those_who_decide(self):
        self.company.sale_return_serial_count = 1
        [order] = self._orders(1, 0)
        return_order = self._request(order, {self.product: 1})
        for role in ("clerk", "warehouse", "viewer"):
            with self.subTest(role):
                mine = return_order.with_user(self.users[role])
                self.assertNotIn("serial_returner_hint", mine.fields_get())
                with self.assertRaises(AccessError):
                    mine.read(["serial_returner_hint"])
