from unittest.mock import patch

import psycopg2.errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SaleReturnCommon
from .common_cursors import TwoCursorsCase


@tagged("post_install", "-at_install")
class TestExceptions(SaleReturnCommon):
    """Returns that stopped are found and taken up again, and nothing is made twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])

    def _exceptions(self, role="viewer"):
        self.env.flush_all()
        return (
            self.env["sale.return.order"]
            .with_user(self.users[role])
            .search([("has_exception", "=", True)])
            .sudo(False)
        )

    def _open_receipts(self, return_order):
        return return_order.sudo().picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    def _retry(self, return_order, times=20):
        for _time in range(times):
            self._as("manager", return_order).action_retry()

    def _fail_to_settle(self):
        """Nothing can be credited, as in closed books."""
        return patch.object(
            type(self.env["account.move"]),
            "_post",
            side_effect=UserError("The books are closed."),
        )

    def test_an_ordinary_return_is_no_exception(self):
        return_order = self._approved(self.order, {self.product: 2})
        self.assertFalse(return_order.has_exception)
        self._receive(return_order, {self.product: 1})
        self.assertFalse(return_order.has_exception)
        self._receive(return_order)
        self.assertFalse(return_order.has_exception)
        self.assertEqual(return_order.state, "done")
        events = return_order.sudo().event_ids
        self._retry(return_order, times=1)
        self.assertEqual(return_order.sudo().event_ids, events)

    def test_a_cancelled_receipt_is_made_again_once(self):
        return_order = self._approved(self.order, {self.product: 2})
        receipt = self._open_receipts(return_order)
        self._as("storekeeper", receipt).action_cancel()
        self.assertEqual(self._exceptions(), self._as("viewer", return_order))
        self.assertIn("Lamp", return_order.exception_message)
        self.assertRecordValues(
            return_order, [{"state": "approved", "receipt_status": "pending"}]
        )
        self._retry(return_order)
        self.assertEqual(len(return_order.sudo().picking_ids), 2)
        self.assertEqual(
            self._open_receipts(return_order).move_ids.mapped("product_uom_qty"), [2]
        )
        self.assertFalse(self._exceptions())
        self.assertEqual(self.order.order_line.quantity_returnable, 3)
        self._receive(return_order)
        self.assertRecordValues(
            return_order, [{"state": "done", "receipt_status": "full"}]
        )
        self.assertEqual(return_order.sudo().refund_ids.invoice_line_ids.quantity, 2)

    def test_a_receipt_done_without_backorder(self):
        return_order = self._approved(self.order, {self.product: 4})
        self._receive(return_order, {self.product: 1}, backorder=False)
        self.assertEqual(self._exceptions(), self._as("viewer", return_order))
        self.assertEqual(return_order.receipt_status, "partial")
        self._retry(return_order)
        self.assertEqual(
            self._open_receipts(return_order).move_ids.mapped("product_uom_qty"), [3]
        )
        self.assertFalse(return_order.has_exception)
        self._receive(return_order)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(
            sum(return_order.sudo().refund_ids.invoice_line_ids.mapped("quantity")), 4
        )

    def _to_dos(self, return_order):
        activity_type = self.env.ref("sale_return_mgmt.mail_activity_type_failure")
        return return_order.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == activity_type
        )

    def test_a_failed_credit_is_made_again_once(self):
        return_order = self._approved(self.order, {self.product: 2})
        with self._fail_to_settle():
            self._receive(return_order)
            self.assertRecordValues(
                return_order,
                [
                    {
                        "state": "approved",
                        "receipt_status": "full",
                        "has_exception": True,
                    }
                ],
            )
            self.assertIn("books are closed", return_order.exception_message)
            answer = self._as("manager", return_order).action_retry()
            self.assertEqual(answer["params"]["type"], "danger")
            self.assertTrue(return_order.has_exception)
        self._retry(return_order)
        refunds = return_order.sudo().refund_ids
        self.assertEqual(refunds.mapped("state"), ["posted"])
        self.assertEqual(refunds.invoice_line_ids.quantity, 2)
        self.assertRecordValues(
            return_order,
            [{"state": "done", "refund_status": "paid", "has_exception": False}],
        )
        self.assertFalse(return_order.failure)

    def test_a_credit_by_hand_ends_the_exception_too(self):
        return_order = self._approved(self.order, {self.product: 2})
        with self._fail_to_settle():
            self._receive(return_order)
        self.assertEqual(len(self._to_dos(return_order)), 1)
        self._as("manager", return_order).action_settle()
        self.assertRecordValues(
            return_order, [{"state": "done", "has_exception": False}]
        )
        self.assertFalse(self._to_dos(return_order))

    def test_a_deleted_draft_credit_note_is_no_exception(self):
        self.company.sale_return_post_refund = False
        return_order = self._approved(self.order, {self.product: 2})
        self._receive(return_order)
        return_order.sudo().refund_ids.unlink()
        self.assertRecordValues(
            return_order, [{"refund_status": "to_refund", "has_exception": False}]
        )

    def test_goods_that_others_took_back_meanwhile_are_not_awaited_twice(self):
        return_order = self._approved(self.order, {self.product: 2})
        self._as("storekeeper", self._open_receipts(return_order)).action_cancel()
        self._as("manager", return_order).action_close_short("They keep them")
        self.assertFalse(self._exceptions())
        self._retry(return_order)
        self.assertFalse(self._open_receipts(return_order))

    def test_only_managers_retry(self):
        return_order = self._approved(self.order, {self.product: 2})
        self._open_receipts(return_order).action_cancel()
        for role in ("clerk", "approver", "viewer", "warehouse", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_retry()

    def test_the_warehouse_sees_that_but_not_why(self):
        """What failed may tell amounts."""
        return_order = self._approved(self.order, {self.product: 2})
        self._open_receipts(return_order).action_cancel()
        warehouse = self._as("warehouse", return_order)
        self.assertTrue(warehouse.has_exception)
        for name in ("failure", "exception_message"):
            with self.assertRaises(AccessError):
                warehouse.read([name])

    def test_each_step_is_in_the_log(self):
        return_order = self._approved(self.order, {self.product: 2})
        self._as("storekeeper", self._open_receipts(return_order)).action_cancel()
        self._retry(return_order)
        events = return_order.sudo().event_ids.sorted("sequence")
        self.assertEqual(
            [(event.type, event.user_id) for event in events[-2:]],
            [
                ("receipt_cancelled", self.users["storekeeper"]),
                ("retried", self.users["manager"]),
            ],
        )
        self.assertEqual(
            events[-2].payload,
            {
                "transfers": return_order.sudo()
                .picking_ids.sorted("id")[:1]
                .mapped("name")
            },
        )


@tagged("post_install", "-at_install", "database_breaking")
class TestTwoRetries(TwoCursorsCase):
    """Two managers press Retry at once: one receipt is made."""

    def test_the_later_one_finds_nothing_left_to_make(self):
        with self.registry.cursor() as cr:
            return_order = self._request(cr)
            admin = return_order.env.ref("base.user_admin")
            return_order.with_user(admin).action_approve()
            return_order.picking_ids.action_cancel()
            return_id = return_order.id

        def retry(cr):
            env = self._env(cr)
            env["sale.return.order"].browse(return_id).action_retry()
            env.flush_all()

        with self.registry.cursor() as late:
            late.execute("SELECT 1")  # pins the snapshot
            with self.registry.cursor() as early:
                retry(early)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                retry(late)
            late.rollback()
            retry(late)
        with self.registry.cursor() as cr:
            pickings = self._env(cr)["sale.return.order"].browse(return_id).picking_ids
            self.assertEqual(sorted(pickings.mapped("state")), ["assigned", "cancel"])
