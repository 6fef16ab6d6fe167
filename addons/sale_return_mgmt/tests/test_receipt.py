from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common_receipt import ReceiptCommon


@tagged("post_install", "-at_install")
class TestReceipt(ReceiptCommon):
    """Less, more and other than approved, and in another unit."""

    # === LESS THAN APPROVED === #

    def test_partial_receipt_with_backorder_goes_from_partial_to_full(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 3})
        receipt = self._receive(return_order, {self.product: 1})
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "partial",
                    "refund_status": "paid",
                    "amount_refunded": 115.0,
                }
            ],
        )
        backorder = self._open_receipt(return_order)
        self.assertRecordValues(
            backorder,
            [
                {
                    "state": "assigned",
                    "backorder_id": receipt.id,
                    "location_dest_id": self.reception.id,
                }
            ],
        )
        self.assertEqual(backorder.sudo().return_order_id, return_order)
        self.assertRecordValues(
            backorder.move_ids.sudo(),
            [
                {
                    "return_line_id": return_order.line_ids.id,
                    "product_uom_qty": 2,
                    "to_refund": False,
                }
            ],
        )
        self._receive(return_order)
        self.assertRecordValues(
            return_order,
            [{"state": "done", "receipt_status": "full", "amount_refunded": 345.0}],
        )
        self.assertEqual(return_order.sudo().refund_count, 2)
        self.assertEqual(order.order_line.qty_delivered, 2)

    def test_what_is_closed_short_can_be_asked_for_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 3})
        self._receive(return_order, {self.product: 1}, backorder=False)
        self.assertFalse(self._open_receipt(return_order))
        self.assertRecordValues(
            return_order, [{"state": "approved", "receipt_status": "partial"}]
        )
        self.assertEqual(order.order_line.quantity_returnable, 2)

        self._close_short(return_order)
        self.assertRecordValues(
            return_order, [{"state": "done", "receipt_status": "short"}]
        )
        event = return_order.event_ids.sorted("sequence")[-1]
        self.assertRecordValues(
            event, [{"type": "closed_short", "note": "The customer lost it"}]
        )
        self.assertEqual(event.user_id, self.users["manager"])
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 4)
        again = self._approved(order, {self.product: 4})
        self._receive(again)
        self.assertEqual(again.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_closing_short_cancels_the_open_receipt(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        self._receive(return_order, {self.product: 1})
        self._close_short(return_order)
        self.assertEqual(
            self._receipts(return_order).mapped("state"), ["done", "cancel"]
        )
        self.assertEqual(return_order.receipt_status, "short")

    def test_a_transfer_duplicated_after_closing_short_is_not_accepted(self):
        """Its quantity was given free and may be on another return by then."""
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 3})
        receipt = self._open_receipt(return_order)
        self._close_short(return_order)
        self._receive(self._approved(order, {self.product: 5}))
        with suppress(AccessError):  # refusing the copy is as good
            duplicate = receipt.copy()
            duplicate.action_confirm()
            duplicate.button_validate()
        self.env.invalidate_all()
        self.assertEqual(return_order.line_ids.quantity_accepted, 0)
        self.assertRecordValues(
            order.order_line, [{"qty_delivered": 0, "qty_invoiced": 0}]
        )

    def test_only_managers_close_short(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        for role in ("clerk", "approver", "warehouse", "viewer", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_close_short("I want to")
        self.assertEqual(return_order.state, "approved")

    def test_closing_short_waits_for_the_credit(self):
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        self._receive(return_order, {self.product: 1}, backorder=False)
        with self.assertRaises(UserError):
            self._as("manager", return_order).action_close_short("The rest is lost")
        self._as("manager", return_order).action_settle()
        self._as("manager", return_order).action_close_short("The rest is lost")
        self.assertEqual(return_order.receipt_status, "short")

    # === MORE AND OTHER THAN APPROVED === #

    def test_goods_that_the_dock_adds_do_not_touch_the_order(self):
        other = self._create_goods("Other")
        waiting = self.warehouse.sale_return_location_id
        for added, on_order in ((other, False), (self.product_on_order, True)):
            with self.subTest(on_order=on_order):
                order = self._sell([(self.product, 5), (self.product_on_order, 5)])
                return_order = self._approved(order, {self.product: 2})
                receipt = self._open_receipt(return_order)
                self.env.invalidate_all()
                receipt.write(
                    {
                        "move_ids": [
                            Command.create(
                                {
                                    "product_id": added.id,
                                    "product_uom": added.uom_id.id,
                                    "product_uom_qty": 3,
                                    "quantity": 3,
                                    "location_id": receipt.location_id.id,
                                    "location_dest_id": receipt.location_dest_id.id,
                                }
                            )
                        ]
                    }
                )
                receipt.move_ids.picked = True
                receipt.button_validate()
                self.assertEqual(receipt.state, "done")
                self.env.invalidate_all()
                self.assertRecordValues(
                    order.order_line,
                    [
                        {"product_id": self.product.id, "qty_delivered": 3},
                        {"product_id": self.product_on_order.id, "qty_delivered": 5},
                    ],
                )
                # What nobody asked for waits to be inspected.
                self.assertRecordValues(
                    return_order, [{"state": "approved", "amount_refunded": 230.0}]
                )
                self.assertEqual(
                    added.with_context(location=waiting.id).qty_available, 3
                )

    def test_goods_added_in_the_detailed_operations_do_not_touch_the_order(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        receipt = self._open_receipt(return_order)
        self.env["stock.move.line"].with_user(self.users["storekeeper"]).create(
            {
                "picking_id": receipt.id,
                "product_id": self.product_on_order.id,
                "quantity": 3,
                "location_id": receipt.location_id.id,
                "location_dest_id": receipt.location_dest_id.id,
            }
        )
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.env.invalidate_all()
        self.assertRecordValues(
            order.order_line, [{"product_id": self.product.id, "qty_delivered": 3}]
        )
        # What nobody asked for is inspected before the return is done.
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "receipt_status": "full", "refund_status": "paid"}],
        )
        self.assertEqual(
            return_order.line_ids.mapped("discrepancy"), [False, "wrong_product"]
        )

    def test_the_dock_cannot_make_the_order_count_a_receipt_twice(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self._open_receipt(return_order).move_ids.to_refund = True
        self._receive(return_order)
        self.env.invalidate_all()
        self.assertEqual(order.order_line.qty_delivered, 3)

    # === UNITS OF MEASURE === #

    def _request_in(self, uom, order, quantity):
        """A draft return counted in another unit than the order."""
        self.users["clerk"].group_ids += self.env.ref("uom.group_uom")
        return_order = self._request(order)
        form = Form(return_order)
        with form.line_ids.edit(0) as line:
            line.product_uom_id = uom
            line.quantity = quantity
        return form.save()

    def test_sold_by_the_dozen_and_returned_by_the_piece(self):
        self.product.uom_ids = self.uom_dozen
        order = self._sell(
            [
                (
                    self.product,
                    2,
                    {"product_uom_id": self.uom_dozen.id, "price_unit": 120},
                )
            ]
        )
        line = order.order_line
        self.assertEqual(line.quantity_returnable, 2)
        return_order = self._request_in(self.uom_unit, order, 6)
        self.assertEqual(return_order.line_ids.quantity_returnable, 24)
        self.assertRecordValues(
            return_order.line_ids, [{"price_unit": 10.0, "price_subtotal": 60.0}]
        )
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self.assertEqual(self._open_receipt(return_order).move_ids.product_uom_qty, 6)
        self._receive(return_order)
        self.assertRecordValues(
            return_order.line_ids,
            [{"quantity_received": 6, "quantity_accepted": 6, "quantity_refunded": 6}],
        )
        self.assertRecordValues(
            return_order, [{"state": "done", "amount_refunded": 69.0}]
        )
        self.assertRecordValues(
            line, [{"qty_delivered": 1.5, "qty_invoiced": 1.5, "qty_to_invoice": 0}]
        )

    def test_a_single_piece_of_a_dozen_is_credited_to_the_cent(self):
        self.product.uom_ids = self.uom_dozen
        order = self._sell(
            [
                (
                    self.product,
                    1,
                    {"product_uom_id": self.uom_dozen.id, "price_unit": 120},
                )
            ]
        )
        return_order = self._request_in(self.uom_unit, order, 1)
        self.assertEqual(return_order.amount_total, 11.5)
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertRecordValues(
            return_order,
            [{"state": "done", "refund_status": "paid", "amount_refunded": 11.5}],
        )
        self.assertEqual(return_order.line_ids.quantity_refunded, 1)

    def test_single_pieces_make_a_dozen(self):
        self.product.uom_ids = self.uom_dozen
        order = self._sell(
            [
                (
                    self.product,
                    1,
                    {"product_uom_id": self.uom_dozen.id, "price_unit": 120},
                )
            ]
        )
        for pieces in (1, 1, 1, 9):
            return_order = self._request_in(self.uom_unit, order, pieces)
            return_order.action_submit()
            self._as("approver", return_order).action_approve()
            self._receive(return_order)
        self.env.invalidate_all()
        self.assertRecordValues(
            order.order_line,
            [
                {
                    "qty_delivered": 0,
                    "qty_invoiced": 0,
                    "qty_to_invoice": 0,
                    "quantity_returnable": 0,
                }
            ],
        )
        self.assertEqual(order.invoice_ids[:1].reversed_entry_id.amount_residual, 0)
        self.assertEqual(
            sum(order.invoice_ids.mapped("amount_untaxed_signed")), 0, "all is credited"
        )

    def test_sold_by_the_piece_and_returned_by_the_dozen(self):
        self.product.uom_ids = self.uom_dozen
        order = self._sell([(self.product, 24)])
        return_order = self._request_in(self.uom_dozen, order, 1)
        self.assertRecordValues(
            return_order.line_ids,
            [
                {
                    "quantity_returnable": 2,
                    "price_unit": 1200.0,
                    "price_subtotal": 1200.0,
                }
            ],
        )
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self.assertEqual(order.order_line.quantity_returnable, 12)
        self._receive(return_order)
        self.assertRecordValues(
            return_order.line_ids,
            [{"quantity_received": 1, "quantity_accepted": 1, "quantity_refunded": 1}],
        )
        self.assertRecordValues(
            return_order, [{"state": "done", "amount_refunded": 1380.0}]
        )
        self.assertEqual(order.order_line.qty_delivered, 12)
