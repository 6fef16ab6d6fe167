from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementUndone(SettlementCommon):
    """Credit notes in the hands of others, and those that fail."""

    # === UNDONE BY AN ACCOUNTANT === #

    def _assert_credit_is_due_again(self, return_order, order):
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "full",
                    "refund_status": "to_refund",
                    "amount_refunded": 0.0,
                }
            ],
        )
        self.assertRecordValues(
            return_order.line_ids, [{"quantity_refunded": 0, "quantity_to_refund": 2}]
        )
        events = return_order.event_ids.sorted("sequence").mapped("type")
        self.assertIn("credit_undone", events)
        self.assertEqual(events[-1], "reopened")
        self.assertEqual(events.count("credit_posted"), 1)
        self.assertEqual(order.order_line.qty_invoiced, 5)

    def _assert_settled_again(self, return_order, order):
        self._settle(return_order)
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [{"state": "done", "refund_status": "paid", "amount_refunded": 230.0}],
        )
        self.assertEqual(order.order_line.qty_invoiced, 3)
        # Not a piece more can be credited on this return.
        self._settle(return_order)
        self.assertEqual(return_order.amount_refunded, 230.0)

    def test_a_credit_note_reset_to_draft_is_posted_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        refund.button_draft()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "to_refund", "amount_refunded": 0}],
        )
        self._settle(return_order)
        self.assertEqual(
            return_order.sudo().refund_count, 1, "the draft is still there"
        )
        refund.action_post()
        self.assertRecordValues(
            return_order, [{"state": "done", "amount_refunded": 230.0}]
        )

    def test_a_cancelled_credit_note_is_due_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        refund.button_draft()
        refund.button_cancel()
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "to_refund", "amount_refunded": 0}],
        )
        self._assert_settled_again(return_order, order)

    def test_a_deleted_credit_note_is_due_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        refund.button_draft()
        refund.unlink()
        self.env.invalidate_all()
        self.assertFalse(return_order.sudo().refund_ids)
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "to_refund", "amount_refunded": 0}],
        )
        self._assert_settled_again(return_order, order)

    def test_a_deleted_draft_credit_note_is_due_again(self):
        self.company.sale_return_post_refund = False
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        self._refunds(return_order).unlink()
        self.assertEqual(return_order.refund_status, "to_refund")
        self.company.sale_return_post_refund = True
        self._assert_settled_again(return_order, order)

    def test_a_reversed_credit_note_is_due_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        origin = refund.invoice_line_ids.sudo().return_origin_line_id
        reversal = self._reverse(refund)
        self.assertEqual(reversal.move_type, "out_invoice")
        self.assertRecordValues(
            reversal.invoice_line_ids.sudo(),
            [
                {
                    "return_line_id": return_order.line_ids.id,
                    "return_origin_line_id": origin.id,
                }
            ],
        )
        self._assert_credit_is_due_again(return_order, order)
        self._assert_settled_again(return_order, order)

    def test_a_partly_reversed_credit_note_is_partly_due_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        self._reverse(self._refunds(return_order), quantity=1)
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "partial", "amount_refunded": 115}],
        )
        self._assert_settled_again(return_order, order)

    def test_a_lower_draft_credit_note_leaves_the_rest_due(self):
        """The accountant corrects our draft before posting it."""
        self.company.sale_return_post_refund = False
        return_order = self._returned(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        refund = self._refunds(return_order)
        with Form(refund) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 1
        refund.action_post()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "partial", "amount_refunded": 115}],
        )

    # === WHO MAY WHAT === #

    def test_accountants_cannot_write_the_links(self):
        self.company.sale_return_post_refund = False
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        line = refund.invoice_line_ids
        invoice = (order.invoice_ids - refund.sudo()).with_user(
            self.users["accountant"]
        )
        with self.assertRaises(AccessError):
            refund.return_order_id = False
        with self.assertRaises(AccessError):
            invoice.return_order_id = return_order.id
        with self.assertRaises(AccessError):
            line.return_line_id = False
        with self.assertRaises(AccessError):
            line.return_origin_line_id = False
        with self.assertRaises(AccessError):
            refund.write(
                {
                    "invoice_line_ids": [
                        Command.update(line.id, {"return_line_id": False})
                    ]
                }
            )
        for name, value in (
            ("return_line_id", return_order.line_ids.id),
            ("return_origin_line_id", invoice.invoice_line_ids.id),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.env["account.move"].with_user(self.users["accountant"]).create(
                    {
                        "move_type": "out_refund",
                        "partner_id": self.customer.id,
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "product_id": self.product.id,
                                    "quantity": 1,
                                    "price_unit": 1,
                                    name: value,
                                }
                            )
                        ],
                    }
                )

    def test_a_copied_credit_note_belongs_to_no_return(self):
        return_order = self._returned(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        copied = self._refunds(return_order).copy()
        self.assertFalse(copied.return_order_id)
        self.assertFalse(copied.invoice_line_ids.sudo().return_line_id)
        self.assertEqual(return_order.state, "done")

    def test_only_managers_settle_by_hand(self):
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._returned(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        for role in ("viewer", "clerk", "approver", "warehouse", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_settle()
        self.assertFalse(return_order.sudo().refund_ids)
        self._settle(return_order)
        self.assertEqual(return_order.sudo().refund_count, 1)

    # === WHEN IT FAILS === #

    def _assert_receipt_stands_without_credit(self, return_order, reason):
        self.assertEqual(return_order.sudo().picking_ids.state, "done")
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "full",
                    "refund_status": "to_refund",
                }
            ],
        )
        self.assertFalse(return_order.sudo().refund_ids)
        event = return_order.event_ids.filtered(lambda event: event.type == "failed")
        self.assertIn(reason, event.note)
        self.assertEqual(event.user_id, self.users["storekeeper"])
        activity = return_order.sudo().activity_ids
        self.assertEqual(activity.user_id, self.users["clerk"])
        self.assertFalse(
            self.env["sale.return.event"].sudo()._find_broken_links(return_order)
        )

    def _assert_settles(self, return_order):
        self._settle(return_order)
        self.assertRecordValues(
            return_order,
            [{"state": "done", "refund_status": "paid", "amount_refunded": 230.0}],
        )

    def test_a_credit_refused_by_its_journal_does_not_undo_the_receipt(self):
        order = self._sell([(self.product, 5)])
        journal = order.invoice_ids.journal_id
        return_order = self._approved(order, {self.product: 2})
        journal.active = False
        self._receive(return_order)
        self._assert_receipt_stands_without_credit(return_order, journal.name)
        journal.active = True
        self._assert_settles(return_order)

    def test_a_credit_refused_by_closed_books_does_not_undo_the_receipt(self):
        order = self._sell([(self.product, 5)])
        today = fields.Date.context_today(order)
        self.company.sale_lock_date = today + timedelta(days=10)
        return_order = self._returned(order, {self.product: 2})
        self._assert_receipt_stands_without_credit(return_order, "Lock Date")
        # Whoever settles by hand is told at once.
        with self.assertRaises(UserError) as refusal:
            self._settle(return_order)
        self.assertIn("Lock Date", str(refusal.exception))
        self.company.sale_lock_date = False
        self._assert_settles(return_order)

    def test_books_closed_before_today_do_not_hold_up_the_credit(self):
        order = self._sell([(self.product, 5)], invoice=False)
        invoice = order._create_invoices()
        today = fields.Date.context_today(order)
        invoice.invoice_date = today - timedelta(days=60)
        invoice.action_post()
        self.company.sale_lock_date = today - timedelta(days=1)
        return_order = self._returned(order, {self.product: 2})
        self.assertEqual(return_order.state, "done")
        self.assertEqual(self._refunds(return_order).date, today)
