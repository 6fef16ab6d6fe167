from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.http import serialize_exception
from odoo.tests import Form, tagged

from .common import GROUPS
from .common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestLockDates(SettlementCommon):
    """Where the books are closed a person agrees to the day of the credit note."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.closed_until = cls.today + timedelta(days=10)
        cls.open_day = cls.today + timedelta(days=11)
        cls.env["res.lang"]._lang_get("en_US").date_format = "%Y-%m-%d"

    def _due(self, quantity=2, **order_vals):
        """A return of which nothing was credited yet, while the books were open."""
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 5)], **order_vals)
        return self._returned(order, {self.product: quantity})

    def _close_books(self, lock="sale_lock_date", until=None):
        self.env.flush_all()  # the transfers were done before
        self.company[lock] = until or self.closed_until

    def _get_facts(self, return_order):
        return (
            return_order.sudo().refund_count,
            len(return_order.sudo().event_ids),
            return_order.sudo().write_date,
            return_order.state,
        )

    def _assert_refused(self, return_orders, date=None, role="manager"):
        facts = [self._get_facts(order) for order in return_orders]
        with self.assertRaises(UserError) as refusal:
            self._as(role, return_orders).action_settle(date)
        self.assertEqual([self._get_facts(order) for order in return_orders], facts)
        self.assertEqual(refusal.exception.sale_return_code, "PERIOD_LOCKED")
        self.assertEqual(
            refusal.exception.sale_return_details,
            {"proposed_date": fields.Date.to_string(self.open_day)},
        )
        self.assertEqual(
            serialize_exception(refusal.exception)["context"],
            {
                "code": "PERIOD_LOCKED",
                "details": refusal.exception.sale_return_details,
            },
        )
        return str(refusal.exception)

    def _assert_settled_on(self, return_order, day):
        refund = self._refunds(return_order)
        self.assertRecordValues(
            refund,
            [
                {
                    "state": "posted",
                    "date": day,
                    "invoice_date": day,
                    "invoice_date_due": day,
                    "amount_total": 230.0,
                }
            ],
        )
        self.assertEqual(return_order.date_refunded, day)

    # === REFUSED, THEN AGREED TO === #

    def test_each_lock_is_named_with_the_first_open_day(self):
        for lock, label in (
            ("sale_lock_date", "Sales Lock Date"),
            ("tax_lock_date", "Tax Return Lock Date"),
            ("fiscalyear_lock_date", "Global Lock Date"),
            ("hard_lock_date", "Hard Lock Date"),  # the last: it is never opened again
        ):
            with self.subTest(lock=lock):
                return_order = self._due()
                self._close_books(lock)
                message = self._assert_refused(return_order)
                self.assertIn(f"{label} ({self.closed_until})", message)
                self.assertIn(return_order.name, message)
                self.assertIn(str(self.today), message)
                self.assertIn(f"Settle on {self.open_day}", message)
                day = fields.Date.to_string(self.open_day)
                self.assertTrue(
                    self._as("manager", return_order).action_settle(date=day)
                )
                self._assert_settled_on(return_order, self.open_day)
                self.assertEqual(return_order.state, "done")
                # Repeated, as a caller does who got no answer: nothing more is made.
                self._as("manager", return_order).action_settle(date=day)
                self.assertEqual(return_order.sudo().refund_count, 1)
                if lock != "hard_lock_date":
                    self.company[lock] = False

    def test_the_latest_of_several_locks_decides(self):
        return_order = self._due()
        self._close_books("tax_lock_date")
        self._close_books("fiscalyear_lock_date", until=self.today)
        message = self._assert_refused(return_order)
        self.assertIn("Tax Return Lock Date", message)
        self.assertIn(f"Global Lock Date ({self.today})", message)

    def test_another_day_than_the_first_open_one_is_refused(self):
        return_order = self._due()
        self._close_books()
        for days in (-400, 0, 10, 12, 400):
            with self.subTest(days=days):
                self._assert_refused(return_order, self.today + timedelta(days=days))

    def test_no_day_can_be_chosen_while_the_books_are_open(self):
        return_order = self._due()
        self.company.sale_lock_date = self.today - timedelta(days=1)
        for date in ("1999-12-31", self.open_day, "tomorrow", 5, ["2026-01-01"]):
            with self.subTest(date=date), self.assertRaises(UserError) as refusal:
                self._as("manager", return_order).action_settle(date)
            self.assertEqual(refusal.exception.sale_return_code, "INVALID")
        self._as("manager", return_order).action_settle(self.today)
        self._assert_settled_on(return_order, self.today)

    def test_several_returns_are_refused_or_settled_together(self):
        return_orders = self._due() | self._due()
        self._close_books()
        message = self._assert_refused(return_orders)
        for return_order in return_orders:
            self.assertIn(return_order.name, message)
        self._as("manager", return_orders).action_settle(self.open_day)
        for return_order in return_orders:
            self._assert_settled_on(return_order, self.open_day)

    def test_in_another_currency_the_rate_of_the_invoice_stays(self):
        euro = self.setup_other_currency(
            "EUR", rates=[(self.today, 0.8), (self.open_day, 0.5)]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        return_order = self._due(pricelist_id=pricelist.id)
        self._close_books()
        self._as("manager", return_order).action_settle(self.open_day)
        refund = self._refunds(return_order)
        self.assertEqual(refund.date, self.open_day)
        self.assertEqual(
            refund.invoice_currency_rate, refund.reversed_entry_id.invoice_currency_rate
        )

    # === NOT CLOSED === #

    def test_drafts_need_no_open_period(self):
        return_order = self._due()
        self.company.sale_return_post_refund = False
        self._close_books()
        self._settle(return_order)
        self.assertRecordValues(
            self._refunds(return_order),
            [{"state": "draft", "invoice_date": self.today}],
        )

    def test_a_tax_lock_holds_up_no_credit_without_tax(self):
        self.product.taxes_id = False
        return_order = self._due()
        self._close_books("tax_lock_date")
        self._settle(return_order)
        self.assertEqual(self._refunds(return_order).date, self.today)

    def test_a_lock_on_purchases_holds_up_nothing(self):
        return_order = self._due()
        self._close_books("purchase_lock_date")
        self._settle(return_order)
        self._assert_settled_on(return_order, self.today)

    def test_whom_accounting_made_an_exception_for_is_not_refused(self):
        return_order = self._due()
        self._close_books()
        self.env["account.lock_exception"].sudo().create(
            {
                "company_id": self.company.id,
                "user_id": self.users["manager"].id,
                "sale_lock_date": False,
                "end_datetime": False,
            }
        )
        self._settle(return_order)
        self._assert_settled_on(return_order, self.today)

    def test_nothing_due_is_no_matter_of_days(self):
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._approved(self._sell([(self.product, 5)]))
        self._close_books()
        for date in (None, self.open_day):
            self.assertTrue(self._as("manager", return_order).action_settle(date))
        self.assertFalse(return_order.sudo().refund_ids)

    # === IN THE WEB CLIENT === #

    def test_the_button_asks_and_posts_on_the_agreed_day(self):
        return_order = self._due()
        self._close_books()
        facts = self._get_facts(return_order)
        action = self._as("manager", return_order).action_settle_selected()
        self.assertEqual(self._get_facts(return_order), facts)
        wizard = Form.from_action(
            return_order.with_user(self.users["manager"]).env, action
        )
        self.assertIn("Sales Lock Date", wizard.message)
        self.assertEqual(wizard.date, self.open_day)
        self.assertTrue(wizard.save().action_apply())
        self._assert_settled_on(return_order, self.open_day)

    def test_the_dialog_asks_again_where_the_books_were_closed_further(self):
        return_order = self._due()
        self._close_books()
        env = self._as("manager", return_order).env
        action = self._as("manager", return_order).action_settle_selected()
        wizard = Form.from_action(env, action).save()
        self.company.sale_lock_date = self.open_day
        wizard = Form.from_action(env, wizard.action_apply()).save()
        self.assertFalse(return_order.sudo().refund_ids)
        self.assertEqual(wizard.date, self.open_day + timedelta(days=1))
        wizard.action_apply()
        self._assert_settled_on(return_order, wizard.date)

    def test_the_button_settles_at_once_where_the_books_are_open(self):
        return_order = self._due()
        self.assertIs(self._as("manager", return_order).action_settle_selected(), True)
        self._assert_settled_on(return_order, self.today)

    def test_only_managers_agree_to_a_day(self):
        return_order = self._due()
        self._close_books()
        facts = self._get_facts(return_order)
        for role in GROUPS.keys() - {"manager"}:
            for step in ("action_settle", "action_settle_selected"):
                with self.subTest(role=role, step=step), self.assertRaises(AccessError):
                    getattr(self._as(role, return_order), step)(self.open_day)
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.env["sale.return.order.period"].with_user(self.users[role]).create(
                    {"order_ids": return_order.ids, "date": self.open_day}
                )
        self.assertEqual(self._get_facts(return_order), facts)

    # === BY ITSELF === #

    def test_an_automatic_credit_waits_for_a_person(self):
        order = self._sell([(self.product, 5)])
        self._close_books()
        return_order = self._returned(order, {self.product: 2})
        self.assertRecordValues(
            return_order,
            [{"receipt_status": "full", "has_exception": True, "state": "approved"}],
        )
        self.assertIn("Sales Lock Date", return_order.sudo().exception_message)
        self.assertEqual(return_order.sudo().activity_ids.user_id, self.users["clerk"])
        self._as("manager", return_order).action_retry()
        self.assertFalse(return_order.sudo().refund_ids)
        self.assertTrue(return_order.has_exception)
        self.company.sale_lock_date = False
        self._as("manager", return_order).action_retry()
        self._assert_settled_on(return_order, self.today)
        self.assertRecordValues(
            return_order, [{"state": "done", "has_exception": False}]
        )

    def test_what_failed_by_itself_is_settled_on_the_agreed_day(self):
        order = self._sell([(self.product, 5)])
        self._close_books()
        return_order = self._returned(order, {self.product: 2})
        self._as("manager", return_order).action_settle(self.open_day)
        self._assert_settled_on(return_order, self.open_day)
        self.assertFalse(return_order.has_exception)

    def test_credit_at_approval_does_not_undo_the_approval(self):
        self.company.sale_return_refund_trigger = "approval"
        order = self._sell([(self.product, 5)])
        self._close_books()
        return_order = self._approved(order, {self.product: 2})
        self.assertEqual(return_order.state, "approved")
        self.assertTrue(return_order.has_exception)
        self.assertEqual(len(return_order.sudo().picking_ids), 1)
