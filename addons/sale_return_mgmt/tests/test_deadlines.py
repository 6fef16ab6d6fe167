from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestDeadlines(SaleReturnCommon):
    """Goods that never come do not block their quantities for ever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "sale_return_result_days": 10,
                "sale_return_send_days": 20,
                "sale_return_reminder_days": 5,
            }
        )
        cls.today = fields.Date.context_today(cls.env.user)
        cls.order = cls._sell([(cls.product, 5)])

    def _after(self, days):
        """Let ``days`` pass, as the scheduled job sees them, and run it."""
        today = self.today + timedelta(days)
        root = self.env.ref("base.user_root")
        returns = self.env["sale.return.order"].with_user(root)
        with (
            patch.object(fields.Date, "context_today", lambda *_args: today),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_kw: 1000.0
            ),
        ):
            returns._cron_follow_send_deadlines()
        self.env.flush_all()

    def _events(self, return_order):
        return return_order.sudo().event_ids.sorted("sequence").mapped("type")

    def _reminders(self, return_order):
        return return_order.sudo().activity_ids.filtered(
            lambda activity: activity.summary == "The goods have not come"
        )

    def test_deadlines_come_from_the_settings(self):
        return_order = self._request(self.order, {self.product: 2})
        self.assertFalse(return_order.date_deadline)
        return_order.action_submit()
        self.assertEqual(return_order.date_deadline, self.today + timedelta(10))
        self.assertFalse(return_order.date_send_before)
        self._as("approver", return_order).action_approve()
        self.assertEqual(return_order.date_send_before, self.today + timedelta(20))

    def test_a_date_that_was_promised_stays(self):
        promised = self.today + timedelta(3)
        return_order = self._request(self.order, {self.product: 2})
        return_order.write({"date_deadline": promised, "date_send_before": promised})
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self.assertRecordValues(
            return_order, [{"date_deadline": promised, "date_send_before": promised}]
        )

    def test_no_days_no_deadline(self):
        self.company.write({"sale_return_result_days": 0, "sale_return_send_days": 0})
        return_order = self._approved(self.order, {self.product: 2})
        self.assertRecordValues(
            return_order, [{"date_deadline": False, "date_send_before": False}]
        )

    def test_goods_that_the_customer_keeps_are_not_awaited(self):
        return_order = self._request(self.order, {self.product: 2})
        return_order.line_ids.goods_return = "keep"
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self.assertFalse(return_order.date_send_before)

    def test_reminded_once_then_closed_short(self):
        return_order = self._approved(self.order, {self.product: 2})
        self._after(14)
        self.assertNotIn("reminded", self._events(return_order))
        self._after(15)
        self._after(16)
        reminder = self._reminders(return_order)
        self.assertEqual(len(reminder), 1)
        self.assertEqual(reminder.user_id, self.users["clerk"])
        self.assertEqual(self._events(return_order).count("reminded"), 1)
        self._after(20)
        self.assertEqual(return_order.state, "approved")
        self._after(21)
        self.assertRecordValues(
            return_order, [{"state": "done", "receipt_status": "short"}]
        )
        self.assertEqual(
            set(return_order.sudo().picking_ids.mapped("state")), {"cancel"}
        )
        self.assertEqual(self._events(return_order)[-1], "closed_short")
        self.assertEqual(self.order.order_line.quantity_returnable, 5)
        self._after(22)
        self.assertEqual(self._events(return_order).count("closed_short"), 1)

    def _give_more_time(self, return_order):
        self._as("manager", return_order).date_send_before = self.today + timedelta(60)

    def test_a_reminder_goes_when_it_is_settled(self):
        for way, end in (
            ("goods", self._receive),
            ("time", self._give_more_time),
            ("given up", lambda order: order.action_cancel()),
        ):
            with self.subTest(way):
                return_order = self._approved(self._sell([(self.product, 1)]))
                self._after(15)
                self.assertTrue(self._reminders(return_order))
                end(return_order)
                self.assertFalse(self._reminders(return_order))

    def test_nobody_is_closed_without_a_reminder_before(self):
        return_order = self._approved(self.order, {self.product: 2})
        self._after(40)
        self.assertEqual(return_order.state, "approved")
        self.assertEqual(self._events(return_order)[-1], "reminded")
        self._after(41)
        self.assertEqual(return_order.state, "done")

    def test_a_manager_gives_more_time(self):
        return_order = self._approved(self.order, {self.product: 2})
        self._after(15)
        later = self.today + timedelta(60)
        with Form(self._as("manager", return_order)) as form:
            form.date_send_before = later
        self._after(21)
        self.assertEqual(return_order.state, "approved")
        self._after(55)
        self.assertEqual(self._events(return_order).count("reminded"), 2)
        self._after(61)
        self.assertEqual(return_order.state, "done")

    def test_nobody_else_gives_more_time(self):
        return_order = self._approved(self.order, {self.product: 2})
        for role in ("clerk", "approver", "viewer", "warehouse", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(UserError):
                self._as(role, return_order).date_send_before = self.today

    def test_what_came_in_is_not_closed(self):
        return_order = self._approved(self.order, {self.product: 2})
        self._receive(return_order, {self.product: 1})
        self._after(15)
        self._after(30)
        self.assertRecordValues(
            return_order, [{"state": "approved", "receipt_status": "partial"}]
        )

    def test_credit_given_before_the_goods_is_left_to_a_person(self):
        self.company.sale_return_refund_trigger = "approval"
        return_order = self._approved(self.order, {self.product: 2})
        self._after(15)
        self._after(30)
        self.assertEqual(return_order.state, "approved")

    def test_one_that_fails_does_not_stop_the_rest(self):
        returns = [self._approved(self.order, {self.product: 1}) for _i in range(3)]
        first, broken, last = returns
        self._after(15)
        SaleReturnOrder = type(self.env["sale.return.order"])
        close = SaleReturnOrder._do_close_short

        def fail(self, reason):
            close(self, reason)
            if self.id == broken.id:
                raise ValueError("broken record")

        with (
            patch.object(SaleReturnOrder, "_do_close_short", fail),
            self.assertLogs("odoo.addons.sale_return_mgmt", "WARNING"),
        ):
            self._after(21)
        self.assertEqual([r.state for r in returns], ["done", "approved", "done"])
        self.assertEqual(self._events(broken)[-1], "failed")
        self.assertTrue(broken.has_exception)
        self.assertIn("broken record", broken.exception_message)
        self._after(22)  # a person has to look at it, the log does not fill up
        self.assertEqual(self._events(broken).count("failed"), 1)
        self.assertEqual(broken.state, "approved")
        self._as("manager", broken).action_retry()
        self._after(23)
        self.assertEqual(broken.state, "done")

    def test_nobody_writes_when_it_was_reminded(self):
        return_order = self._approved(self.order, {self.product: 2})
        with self.assertRaises(UserError):
            self._as("manager", return_order).date_reminded = self.today

    def test_days_are_set_in_the_settings(self):
        with Form(self.env["res.config.settings"].sudo()) as settings:
            settings.sale_return_send_days = 25
        self.assertEqual(self.company.sale_return_send_days, 25)
