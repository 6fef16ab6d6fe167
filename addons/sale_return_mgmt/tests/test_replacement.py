from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacement(ReplacementCommon):
    """The same goods again: no money, and the sales order stays as it was.

    Progress is state, status, (received, accepted, replaced, for credit), planned.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.line = cls.order.order_line

    def test_order_stays_as_it_was_under_both_policies(self):
        for product in (self.product, self.product_on_order):
            with self.subTest(policy=product.invoice_policy):
                order = self._sell([(product, 5)])
                line = order.order_line
                return_order = self._exchange(order, {product: 2})
                self._check_counts(line, 5, 5)
                self._check_progress(return_order, "approved", "pending", (0, 0, 0, 0))
                self._receive(return_order)
                self._check_counts(line, 5, 5)
                self._check_progress(
                    return_order, "approved", "pending", (2, 2, 0, 0), 2
                )
                self._ship(return_order)
                self._check_counts(line, 5, 5)
                self._check_progress(return_order, "done", "done", (2, 2, 2, 0))
                self.assertRecordValues(
                    return_order, [{"refund_status": "none", "amount_total": 0.0}]
                )
                self.assertEqual(order.invoice_status, "invoiced")
                self.assertFalse(return_order.sudo().refund_ids)
                self.assertEqual(len(order.picking_ids), 2, "delivery and receipt")

    def test_transfer_is_the_returns_own(self):
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        delivery = self._open_replacements(return_order)
        self.assertRecordValues(
            delivery,
            [
                {
                    "partner_id": self.order.partner_shipping_id.id,
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "origin": return_order.name,
                    "sale_id": False,
                    "return_order_id": False,
                    "replaced_return_id": return_order.id,
                    "state": "assigned",
                }
            ],
        )
        self.assertRecordValues(
            delivery.move_ids, [{"product_uom_qty": 2, "sale_line_id": False}]
        )
        reference = delivery.sudo().reference_ids
        self.assertEqual(reference.mapped("name"), [return_order.name])
        self.assertFalse(reference.sale_ids)

    def test_approval_ships_before_the_goods_come(self):
        self.company.sale_return_replacement_trigger = "approval"
        return_order = self._exchange(self.order, {self.product: 2})
        self._check_progress(return_order, "approved", "pending", (0, 2, 0, 0), 2)
        self._ship(return_order)
        self._check_progress(return_order, "approved", "done", (0, 2, 2, 0))
        self._check_counts(self.line, 5, 5)
        self.assertEqual(self.line.quantity_returnable, 5)
        self._receive(return_order)
        self._check_progress(return_order, "done", "done", (2, 2, 2, 0))
        self._check_counts(self.line, 5, 5)
        self.assertEqual(self.line.quantity_returnable, 5)

    def test_receipt_ships_before_inspection(self):
        self.company.sale_return_inspection_required = True
        self.company.sale_return_replacement_trigger = "receipt"
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 2)
        self._ship(return_order)
        self._check_progress(return_order, "approved", "done", (2, 2, 2, 0))
        self._as("warehouse", return_order).action_inspect_all()
        self._check_progress(return_order, "done", "done", (2, 2, 2, 0))
        self._check_counts(self.line, 5, 5)

    def test_inspection_ships_what_is_accepted(self):
        self.company.sale_return_inspection_required = True
        return_order = self._exchange(self.order, {self.product: 3})
        self._receive(return_order)
        self._check_progress(return_order, "approved", "pending", (3, 0, 0, 0))
        line = return_order.line_ids
        self._inspect(return_order, (line, "restock", 1))
        self._check_progress(return_order, "approved", "pending", (3, 1, 0, 0), 1)
        self._inspect(return_order, (line, "return_to_customer", 1))
        self._inspect(return_order, (line, "restock", 1))
        self._check_progress(return_order, "approved", "pending", (3, 2, 0, 0), 2)
        self._ship(return_order)
        self._check_progress(return_order, "approved", "done", (3, 2, 2, 0))
        self._check_counts(self.line, 5, 5)
        sent_back = return_order.sudo().inspection_ids.move_ids.picking_id.filtered(
            lambda picking: picking.state == "assigned"
        )
        sent_back.move_ids.picked = True
        sent_back.button_validate()
        self._check_progress(return_order, "done", "done", (3, 2, 2, 0))
        self.assertEqual(self.line.quantity_returnable, 5)

    def test_rejected_goods_are_not_replaced(self):
        self.company.sale_return_inspection_required = True
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        scrap = self.dispositions["scrap"]
        scrap.sudo().accepts = False
        self._inspect(return_order, (return_order.line_ids, "scrap", 2))
        self._check_progress(return_order, "done", "none", (2, 0, 0, 0))
        self._check_counts(self.line, 5, 5)
        self.assertEqual(self.line.quantity_returnable, 3)

    def test_partial_receipts_ship_in_parts(self):
        return_order = self._exchange(self.order, {self.product: 3})
        self._receive(return_order, {self.product: 1})
        self._check_progress(return_order, "approved", "pending", (1, 1, 0, 0), 1)
        self._ship(return_order)
        self._check_progress(return_order, "approved", "partial", (1, 1, 1, 0))
        self._receive(return_order)
        self._check_progress(return_order, "approved", "partial", (3, 3, 1, 0), 2)
        self._ship(return_order, 1)
        self._check_progress(return_order, "approved", "partial", (3, 3, 2, 0), 1)
        self._ship(return_order)
        self._check_progress(return_order, "done", "done", (3, 3, 3, 0))
        self._check_counts(self.line, 5, 5)

    def test_parts_that_wait_leave_together(self):
        return_order = self._exchange(self.order, {self.product: 3})
        self._receive(return_order, {self.product: 1})
        self._receive(return_order)
        delivery = self._open_replacements(return_order)
        self.assertRecordValues(delivery.move_ids, [{"product_uom_qty": 3}])

    def test_deliveries_in_steps(self):
        for steps in ("pick_ship", "pick_pack_ship"):
            with self.subTest(steps=steps):
                self.warehouse.delivery_steps = steps
                order = self._sell([(self.product, 5)], deliver=False, invoice=False)
                self._deliver_steps(order)
                order._create_invoices().action_post()
                line = order.order_line
                return_order = self._exchange(order, {self.product: 2})
                self._receive(return_order)
                for _step in steps.split("_"):
                    self._check_progress(
                        return_order, "approved", "pending", (2, 2, 0, 0), 2
                    )
                    self._check_counts(line, 5, 5)
                    self._ship(return_order)
                self._check_progress(return_order, "done", "done", (2, 2, 2, 0))
                self._check_counts(line, 5, 5)
                self.assertEqual(line.quantity_returnable, 5)

    def test_step_with_backorder(self):
        self.warehouse.delivery_steps = "pick_ship"
        return_order = self._exchange(self.order, {self.product: 3})
        self._receive(return_order)
        self._ship(return_order, 1)
        self._check_progress(return_order, "approved", "pending", (3, 3, 0, 0), 3)
        self._ship(return_order)
        self._check_progress(return_order, "approved", "partial", (3, 3, 1, 0), 2)
        self._ship(return_order)
        self._check_progress(return_order, "done", "done", (3, 3, 3, 0))

    def test_kept_goods_are_replaced_at_approval(self):
        return_order = self._exchange(
            self.order, {self.product: 2}, goods_return="keep"
        )
        self._check_progress(return_order, "approved", "pending", (0, 2, 0, 0), 2)
        self._ship(return_order)
        self._check_progress(return_order, "done", "done", (0, 2, 2, 0))
        self._check_counts(self.line, 5, 5)
        self.assertEqual(self.line.quantity_returnable, 5)

    def test_only_what_is_granted_is_replaced(self):
        return_order = self._draft_exchange(self.order, {self.product: 3})
        return_order.action_submit()
        line = return_order.line_ids
        self._as("approver", return_order).action_approve(
            "One was used", [{"line": line.id, "quantity": 2}]
        )
        self._receive(return_order)
        self._ship(return_order)
        self._check_progress(return_order, "done", "done", (2, 2, 2, 0))

    def test_more_than_was_accepted_cannot_leave(self):
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        with self.assertRaises(UserError) as refusal, self.cr.savepoint():
            self._ship(return_order, 3)
        self.assertEqual(refusal.exception.sale_return_code, "QTY_EXCEEDS_RETURNABLE")
        self._ship(return_order, 2)
        self._check_progress(return_order, "done", "done", (2, 2, 2, 0))

    def test_replacement_is_returned_again_and_credited(self):
        for product in (self.product, self.product_on_order):
            with self.subTest(policy=product.invoice_policy):
                order = self._sell([(product, 5)])
                line = order.order_line
                exchange = self._exchange(order, {product: 5})
                self._receive(exchange)
                self.assertEqual(line.quantity_returnable, 0)
                self._ship(exchange)
                self.assertEqual(line.quantity_returnable, 5)
                # All five that he has are replacements.
                sent = exchange.sudo().line_ids.replacement_move_ids
                again = self._approved(order, {product: 2})
                receipt = again.sudo().picking_ids
                self.assertRecordValues(
                    receipt.move_ids,
                    [
                        {
                            "sale_line_id": line.id,
                            "replacement_line_id": False,
                            "origin_returned_move_id": sent.id,
                        }
                    ],
                )
                self._receive(again)
                self._check_counts(line, 3, 3)
                self.assertEqual(again.state, "done")
                self.assertEqual(self._refunds(again).mapped("amount_total"), [230.0])
                self.assertEqual(line.quantity_returnable, 3)
                self._check_progress(exchange, "done", "done", (5, 5, 5, 0))
                with self.assertRaises(UserError) as refusal, self.cr.savepoint():
                    self._approved(order, {product: 4})
                self.assertEqual(
                    refusal.exception.sale_return_code, "QTY_EXCEEDS_RETURNABLE"
                )

    def test_replacement_is_replaced_again(self):
        for _time in range(3):
            exchange = self._exchange(self.order, {self.product: 5})
            self._receive(exchange)
            self._ship(exchange)
            self._check_progress(exchange, "done", "done", (5, 5, 5, 0))
            self._check_counts(self.line, 5, 5)
            self.assertEqual(self.line.quantity_returnable, 5)
