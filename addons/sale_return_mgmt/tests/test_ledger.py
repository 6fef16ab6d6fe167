from odoo.tests import tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestLedger(SaleReturnCommon):
    """What the sales order counts, at every step of a return.

    Receipts are made with ``to_refund`` off and the order subtracts what was accepted:
    these tests are the proof that this keeps delivered, invoiced and to-invoice
    quantities right under both invoicing policies.
    """

    def _assert_counts(self, line, delivered, invoiced, to_invoice, status):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertRecordValues(
            line,
            [
                {
                    "qty_delivered": delivered,
                    "qty_invoiced": invoiced,
                    "qty_to_invoice": to_invoice,
                    "invoice_status": status,
                }
            ],
        )

    def _settle_by_hand(self):
        """Credit in a step of its own, to see the order between receipt and credit."""
        self.company.sale_return_refund_trigger = "manual"

    def test_delivered_quantities_policy(self):
        self._settle_by_hand()
        line = self._sell([(self.product, 5)]).order_line
        self._assert_counts(line, 5, 5, 0, "invoiced")
        return_order = self._approved(line.order_id, {self.product: 2})
        self._assert_counts(line, 5, 5, 0, "invoiced")
        self._receive(return_order)
        self.assertEqual(return_order.line_ids.quantity_accepted, 2)
        self._assert_counts(line, 3, 5, -2, "to invoice")
        self._as("manager", return_order).action_settle()
        self._assert_counts(line, 3, 3, 0, "invoiced")
        self.assertEqual(line.order_id.invoice_status, "invoiced")

    def test_ordered_quantities_policy(self):
        self._settle_by_hand()
        line = self._sell([(self.product_on_order, 5)]).order_line
        self._assert_counts(line, 5, 5, 0, "invoiced")
        return_order = self._approved(line.order_id, {self.product_on_order: 2})
        self._receive(return_order)
        self._assert_counts(line, 3, 5, -2, "to invoice")
        self._as("manager", return_order).action_settle()
        self._assert_counts(line, 3, 3, 0, "invoiced")
        self.assertEqual(line.order_id.invoice_status, "invoiced")

    def test_full_return_does_not_come_back_as_to_invoice(self):
        for product in (self.product, self.product_on_order):
            with self.subTest(policy=product.invoice_policy):
                line = self._sell([(product, 3)]).order_line
                return_order = self._approved(line.order_id)
                self._receive(return_order)
                self._assert_counts(line, 0, 0, 0, "invoiced")
                self.assertEqual(return_order.state, "done")

    def test_not_invoiced_goods_are_invoiced_less_and_not_credited(self):
        for product in (self.product, self.product_on_order):
            with self.subTest(policy=product.invoice_policy):
                order = self._sell([(product, 5)], invoice=False)
                return_order = self._approved(order, {product: 2})
                self._receive(return_order)
                self._assert_counts(order.order_line, 3, 0, 3, "to invoice")
                self.assertRecordValues(
                    return_order, [{"state": "done", "refund_status": "none"}]
                )
                self.assertFalse(return_order.sudo().refund_ids)
                order._create_invoices().action_post()
                self._assert_counts(order.order_line, 3, 3, 0, "invoiced")

    def test_partly_invoiced_goods_credit_only_what_is_over_invoiced(self):
        order = self._sell([(self.product, 5)], invoice=False)
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 4
        invoice.action_post()
        return_order = self._approved(order, {self.product: 3})
        self._receive(return_order)
        self._assert_counts(order.order_line, 2, 2, 0, "invoiced")
        self.assertEqual(return_order.sudo().refund_ids.invoice_line_ids.quantity, 2)

    def test_raising_the_order_after_a_return_ships_only_the_difference(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self._receive(return_order)
        order.order_line.product_uom_qty = 6
        new = order.picking_ids.move_ids.filtered(lambda move: move.state != "done")
        self.assertEqual(sum(new.mapped("product_uom_qty")), 1)
        new.picking_id.button_validate()
        self._assert_counts(order.order_line, 4, 3, 1, "to invoice")

    def test_goods_delivered_again_can_be_returned_again(self):
        order = self._sell([(self.product, 2)])
        return_order = self._approved(order)
        self._receive(return_order)
        line = order.order_line
        self.assertEqual(line.quantity_returnable, 0)
        line.product_uom_qty = 4
        order.picking_ids.filtered(lambda p: p.state != "done").button_validate()
        self.env.invalidate_all()
        self.assertEqual(line.quantity_returnable, 2)

    def test_cancelled_credit_note_brings_the_order_back(self):
        order = self._sell([(self.product_on_order, 3)])
        return_order = self._approved(order, {self.product_on_order: 1})
        self._receive(return_order)
        refund = return_order.sudo().refund_ids
        self.assertEqual(return_order.state, "done")
        refund.button_draft()
        self.assertRecordValues(
            return_order, [{"state": "approved", "refund_status": "to_refund"}]
        )
        refund.button_cancel()
        self._assert_counts(order.order_line, 2, 3, -1, "to invoice")
        self._as("manager", return_order).action_settle()
        self._assert_counts(order.order_line, 2, 2, 0, "invoiced")
        self.assertEqual(return_order.state, "done")

    def test_received_goods_come_in_at_the_cost_they_left_with(self):
        self.product.categ_id = self.env["product.category"].create(
            {"name": "Average", "property_cost_method": "average"}
        )
        self.product.standard_price = 10
        order = self._sell([(self.product, 5)])
        self.product.standard_price = 25
        return_order = self._approved(order, {self.product: 2})
        picking = self._receive(return_order)
        self.assertEqual(picking.move_ids.value, 20.0)

    def test_waiting_goods_are_valued_but_not_free(self):
        self.company.sale_return_inspection_required = True
        order = self._sell([(self.product, 5)])
        free = self.product.free_qty
        return_order = self._approved(order, {self.product: 2})
        self._receive(return_order)
        self.env.invalidate_all()
        location = self.warehouse.sale_return_location_id
        self.assertEqual(self.product.free_qty, free)
        self.assertEqual(
            self.product.with_context(location=location.id).qty_available, 2
        )

    def test_kept_goods_are_credited_without_a_receipt(self):
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 4)])
        return_order = self._request(order, {self.product: 1})
        return_order.line_ids.goods_return = "keep"
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self.assertFalse(return_order.sudo().picking_ids)
        self._assert_counts(order.order_line, 3, 4, -1, "to invoice")
        self._as("manager", return_order).action_settle()
        self._assert_counts(order.order_line, 3, 3, 0, "invoiced")
        self.assertEqual(return_order.state, "done")
        self.assertEqual(order.order_line.quantity_returnable, 3)
