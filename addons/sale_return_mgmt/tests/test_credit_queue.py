from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..models.sale_return_credit_queue_mixin import QUEUED
from .common import GROUPS
from .common_settlement import SettlementCommon

# What one more return of a batch may cost, in queries.
QUERIES_PER_RETURN = 40


@tagged("post_install", "-at_install")
class TestCreditQueue(SettlementCommon):
    """Many returns are credited in one go."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_refund_trigger = "manual"

    def _due(self, count, **order_vals):
        """``count`` returns of an order each, of goods that the customers keep."""
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                    **order_vals,
                }
                for _index in range(count)
            ]
        )
        orders.action_confirm()
        orders.picking_ids.button_validate()
        orders._create_invoices(grouped=True).action_post()
        # Autovacuum may have seen these tables empty, as rolled back by other tests:
        # PostgreSQL would then join them all with all.
        self.env.flush_all()
        self.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_partial_reconcile"
        )
        return_orders = (
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .create(
                [
                    {
                        "partner_id": self.customer.id,
                        "line_ids": [
                            Command.create(
                                {
                                    "sale_line_id": order.order_line.id,
                                    "reason_id": self.reason.id,
                                    "goods_return": "keep",
                                }
                            )
                        ],
                    }
                    for order in orders
                ]
            )
        )
        return_orders.action_submit()
        self._as("approver", return_orders).action_approve()
        return return_orders.sudo()

    def _run_job(self, seconds=1000.0):
        """Let the job run; it stops after a chunk where ``seconds`` is 0.

        :return: how many returns each chunk had
        """
        chunks = []

        def commit_progress(*_args, processed=0, **_kwargs):
            self.env.flush_all()
            self.env.invalidate_all()
            chunks.append(processed)
            return seconds

        root = self.env.ref("base.user_root")
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", commit_progress
        ):
            self.env["sale.return.order"].with_user(root)._cron_settle_queue()
        return chunks[1:]

    @contextmanager
    def _few_at_once(self, count):
        path = "odoo.addons.sale_return_mgmt.models.sale_return_credit_queue_mixin"
        with patch(f"{path}.AT_ONCE", count):
            yield

    def _get_queue(self):
        return self.env["sale.return.order"].sudo().search(QUEUED)

    def test_a_hundred_and_twenty_returns_one_of_them_bad(self):
        journal = self.company_data["default_journal_sale"].copy({"code": "OLD"})
        bad = self._due(1, journal_id=journal.id)
        good = self._due(119)
        return_orders = (good[:70] | bad | good[70:]).with_env(good.env)
        journal.active = False
        action = self._as("manager", return_orders).action_settle_selected()
        self.assertIn("120", action["params"]["message"])
        self.assertEqual(self._get_queue(), return_orders.sorted())
        self.assertEqual(
            return_orders.credit_queued_by_id, self.users["manager"].sudo()
        )
        self.assertFalse(return_orders.refund_ids)

        self.assertEqual(self._run_job(), [50, 50, 20])
        self.assertFalse(self._get_queue())
        self.assertEqual(set(good.mapped("state")), {"done"})
        self.assertEqual(set(good.mapped("refund_count")), {1})
        self.assertEqual(set(good.mapped("amount_refunded")), {115.0})
        self.assertEqual(good.refund_ids.create_uid, self.users["manager"])
        self.assertFalse(good.activity_ids)
        self.assertRecordValues(
            bad,
            [{"state": "approved", "refund_count": 0, "has_exception": True}],
        )
        self.assertIn(journal.name, bad.exception_message)
        self.assertEqual(bad.activity_ids.user_id, self.users["clerk"])
        events = good[0].event_ids.sorted("sequence")
        self.assertIn("credit_queued", events.mapped("type"))
        credited = events.filtered(lambda event: event.type == "credited")
        self.assertEqual(credited.user_id, self.users["manager"])
        told = (
            self.env["mail.message"]
            .sudo()
            .search(
                [("notified_partner_ids", "in", self.users["manager"].partner_id.ids)]
            )
        )
        self.assertEqual(told.mapped("subject"), ["Your returns are settled"])

        # Run again, or asked for again, it makes nothing more.
        self._as("manager", good).action_queue_settlement()
        self.assertEqual(self._run_job(), [])
        self.assertFalse(self._get_queue())
        self.assertEqual(set(good.mapped("refund_count")), {1})
        journal.active = True
        self._as("manager", bad).action_retry()
        self.assertEqual((bad.state, bad.refund_count), ("done", 1))
        self._run_job()
        self.assertEqual(bad.refund_count, 1)
        self.assertFalse(return_orders.credit_queued_by_id)

    def test_few_are_settled_while_the_user_waits(self):
        return_orders = self._due(3)
        self.assertIs(self._as("manager", return_orders).action_settle_selected(), True)
        self.assertEqual(set(return_orders.mapped("state")), {"done"})

    def test_the_job_goes_on_where_it_stopped(self):
        return_orders = self._due(4)
        with self._few_at_once(3):
            self._as("manager", return_orders).action_settle_selected()
            self.assertEqual(self._run_job(seconds=0), [3])
            self.assertEqual(len(self._get_queue()), 1)
            # Somebody settles the last one by hand meanwhile.
            self._settle(self._get_queue())
            self.assertEqual(self._run_job(), [1])
        self.assertFalse(self._get_queue())
        self.assertEqual(set(return_orders.mapped("refund_count")), {1})

    def test_an_unexpected_error_is_reported_on_its_return(self):
        first, broken, last = return_orders = self._due(3)
        SaleReturnOrder = type(self.env["sale.return.order"])
        prepare = SaleReturnOrder._prepare_refund_vals

        def fail(self, *args):
            if self.id == broken.id:
                raise ValueError("broken record")
            return prepare(self, *args)

        self._as("manager", return_orders).action_queue_settlement()
        with (
            patch.object(SaleReturnOrder, "_prepare_refund_vals", fail),
            self.assertLogs("odoo.addons.sale_return_mgmt", "WARNING"),
        ):
            self._run_job()
        self.assertEqual((first.state, last.state), ("done", "done"))
        self.assertIn("broken record", broken.failure)
        self.assertFalse(self._get_queue())
        # Given to the queue again it is tried again.
        self._as("manager", broken).action_queue_settlement()
        self._run_job()
        self.assertEqual((broken.state, broken.refund_count), ("done", 1))

    def test_a_closed_period_is_asked_for_before_the_job(self):
        return_orders = self._due(2)
        today = fields.Date.context_today(return_orders)
        self.env.flush_all()
        self.company.sale_lock_date = today
        manager = self._as("manager", return_orders)
        with self._few_at_once(1):
            action = manager.action_settle_selected()
            self.assertFalse(self._get_queue())
            wizard = Form.from_action(manager.env, action).save()
            self.assertEqual(wizard.date, fields.Date.add(today, days=1))
            wizard.action_apply()
            self.assertEqual(self._get_queue(), return_orders.sorted())
            self._run_job()
        self.assertEqual(set(return_orders.refund_ids.mapped("date")), {wizard.date})

    def test_only_managers_queue_and_nobody_writes_the_queue(self):
        return_orders = self._due(1)
        for role in GROUPS.keys() - {"manager"}:
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_orders).action_queue_settlement()
        draft = self._request(self._sell([(self.product, 1)]))
        for role in ("clerk", "manager"):
            for name, value in (
                ("credit_queued_by_id", self.users["manager"].id),
                ("credit_queued_day", "2099-01-01"),
            ):
                with (
                    self.subTest(role=role, field=name),
                    self.assertRaises(AccessError),
                ):
                    self._as(role, draft).write({name: value})
        self.assertFalse(self._get_queue())
        self.assertFalse(return_orders.refund_ids)

    def test_drafts_are_refused(self):
        draft = self._request(self._sell([(self.product, 1)]))
        with self.assertRaises(UserError) as refusal:
            self._as("manager", draft).action_queue_settlement()
        self.assertEqual(refusal.exception.sale_return_code, "INVALID_STATE")

    def test_one_more_return_costs_little(self):
        counts = []
        for count in (1, 1, 11):  # the first fills the caches that all share
            return_orders = self._due(count)
            self._as("manager", return_orders).action_queue_settlement()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            return_orders._settle_queued()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
            self.assertEqual(set(return_orders.mapped("state")), {"done"})
        self.assertLessEqual((counts[2] - counts[1]) / 10, QUERIES_PER_RETURN, counts)
