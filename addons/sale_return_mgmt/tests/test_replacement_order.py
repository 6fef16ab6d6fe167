from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementOrder(ReplacementCommon):
    """Another product or quantity is sold, what came back is credited, and the two
    settle against each other.

    Lamps cost 115.00 each, taxes included: two are credited with 230.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dear = cls._create_goods("Chandelier", list_price=250.0)  # 287.50
        cls.cheap = cls._create_goods("Candle", list_price=40.0)  # 46.00

    def _sell_paid(self, product=None):
        order = self._sell([(product or self.product, 5)])
        self._pay(order.invoice_ids)
        return order

    def _residuals(self, *moves):
        self.env.flush_all()
        return [move.amount_residual for move in moves]

    def test_order_is_sold_as_the_first_one_was(self):
        order = self._sell_paid()
        order.write({"client_order_ref": "PO-7"})
        return_order = self._replaced(order, self.dear, 1)
        sold = self._sold_instead(return_order)
        self.assertRecordValues(
            sold,
            [
                {
                    "state": "sale",
                    "origin": return_order.name,
                    "replacement_of_id": order.id,
                    "replacement_return_id": return_order.id,
                    "partner_id": order.partner_id.id,
                    "partner_invoice_id": order.partner_invoice_id.id,
                    "partner_shipping_id": order.partner_shipping_id.id,
                    "pricelist_id": order.pricelist_id.id,
                    "fiscal_position_id": order.fiscal_position_id.id,
                    "warehouse_id": self.warehouse.id,
                    "amount_total": 287.5,
                }
            ],
        )
        self.assertRecordValues(
            sold.order_line,
            [
                {
                    "product_id": self.dear.id,
                    "product_uom_qty": 1,
                    "price_unit": 250.0,
                    "replacement_line_id": return_order.line_ids.id,
                }
            ],
        )
        self.assertEqual(sold.picking_ids.state, "assigned")
        self.assertEqual(return_order.replacement_order_count, 1)

    def test_settled_in_either_order(self):
        """Paid 575.00; of the credit of 230.00 and the replacement the difference is
        left on one side."""
        # product, quantity, left of the credit note, left of the invoice
        cases = [(self.dear, 1, 0.0, 57.5), (self.cheap, 2, 138.0, 0.0)]
        for product, quantity, left, due in cases:
            for credit_first in (True, False):
                with self.subTest(product=product.name, credit_first=credit_first):
                    self.company.sale_return_post_refund = credit_first
                    order = self._sell_paid()
                    line = order.order_line
                    return_order = self._replaced(order, product, quantity)
                    refund = self._refunds(return_order)
                    self.assertEqual(
                        refund.state, "posted" if credit_first else "draft"
                    )
                    sold = self._sold_instead(return_order)
                    self._deliver_all(sold)
                    invoice = sold._create_invoices()
                    invoice.with_user(self.users["accountant"]).action_post()
                    if not credit_first:
                        refund.action_post()
                    self.assertEqual(self._residuals(refund, invoice), [left, due])
                    self._check_counts(line, 3, 3)
                    self.assertRecordValues(
                        return_order,
                        [
                            {
                                "state": "done",
                                "replacement_status": "done",
                                "amount_total": 230.0,
                                "refund_status": "refunded" if left else "paid",
                            }
                        ],
                    )
                    self.assertEqual(return_order.line_ids.quantity_replaced, quantity)

    def test_unpaid_invoice_is_settled_first(self):
        order = self._sell([(self.product, 5)])
        return_order = self._replaced(order, self.cheap, 2)
        sold = self._sold_instead(return_order)
        self._deliver_all(sold)
        invoice = sold._create_invoices()
        invoice.action_post()
        self.assertEqual(
            self._residuals(order.invoice_ids[0], self._refunds(return_order), invoice),
            [345.0, 0.0, 92.0],
        )

    def test_same_product_in_another_quantity(self):
        order = self._sell_paid(self.product_on_order)
        return_order = self._replaced(order, self.product_on_order, 3)
        sold = self._sold_instead(return_order)
        self.assertRecordValues(
            sold.order_line, [{"product_uom_qty": 3, "price_unit": 100.0}]
        )
        self._deliver_all(sold)
        self._check_counts(order.order_line, 3, 3)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(order.order_line.quantity_returnable, 3)
        self.assertEqual(sold.order_line.quantity_returnable, 3)

    def test_parts_are_sold_as_they_come(self):
        """Two candles for each of three lamps, one lamp after the other."""
        order = self._sell_paid()
        return_order = self._exchange(
            order,
            {self.product: 3},
            replacement_product_id=self.cheap.id,
            replacement_quantity=6,
        )
        for received, ordered in ((1, [2]), (1, [2, 2]), (1, [2, 2, 2])):
            self._receive(return_order, {self.product: received})
            sold = self._sold_instead(return_order).sorted("id")
            self.assertEqual(sold.order_line.mapped("product_uom_qty"), ordered)
        self._deliver_all(sold)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(return_order.line_ids.quantity_replaced, 6)

    def test_parts_of_a_piece_wait(self):
        """One chandelier for two lamps: for one lamp there is none yet."""
        order = self._sell_paid()
        return_order = self._exchange(
            order,
            {self.product: 2},
            replacement_product_id=self.dear.id,
            replacement_quantity=1,
        )
        self._receive(return_order, {self.product: 1})
        self.assertFalse(self._sold_instead(return_order))
        self.assertFalse(return_order.has_exception)
        self._receive(return_order)
        self.assertEqual(self._sold_instead(return_order).order_line.product_uom_qty, 1)

    def test_several_lines_are_one_order(self):
        order = self._sell([(self.product, 5), (self.product_on_order, 5)])
        return_order = self._replaced_all(order)
        sold = self._sold_instead(return_order)
        self.assertEqual(len(sold), 1)
        self.assertEqual(sold.order_line.mapped("product_uom_qty"), [1, 1])
        self.assertEqual(len(order.order_line), 2)

    def _replaced_all(self, order):
        return_order = self._exchange(
            order,
            dict.fromkeys(order.order_line.product_id, 1),
            replacement_product_id=self.cheap.id,
        )
        self._receive(return_order)
        return return_order

    def test_cancelled_with_the_return_while_nothing_left(self):
        self.company.sale_return_replacement_trigger = "approval"
        order = self._sell_paid()
        return_order = self._exchange(
            order, {self.product: 2}, replacement_product_id=self.cheap.id
        )
        sold = self._sold_instead(return_order)
        self.assertEqual(sold.state, "sale")
        return_order.action_cancel()
        self.assertEqual(sold.state, "cancel")
        self.assertEqual(sold.picking_ids.state, "cancel")
        self.assertEqual(return_order.state, "cancelled")

    def test_not_cancelled_once_goods_or_money_moved(self):
        self.company.sale_return_replacement_trigger = "approval"
        order = self._sell_paid()
        for step in ("deliver", "invoice"):
            return_order = self._exchange(
                order, {self.product: 1}, replacement_product_id=self.cheap.id
            )
            sold = self._sold_instead(return_order)
            if step == "deliver":
                self._deliver_all(sold)
            else:
                self.cheap.invoice_policy = "order"
                sold.order_line.invalidate_recordset()
                self.env.add_to_compute(
                    sold.order_line._fields["qty_to_invoice"], sold.order_line
                )
                sold._create_invoices().action_post()
            with self.subTest(step=step), self.assertRaises(UserError) as refusal:
                return_order.action_cancel()
            self.assertEqual(refusal.exception.sale_return_code, "INVALID_STATE")
            self.assertEqual(sold.state, "sale")

    def test_cancelled_order_is_sold_again_once(self):
        return_order = self._replaced(self._sell_paid(), self.cheap)
        first = self._sold_instead(return_order)
        first.action_cancel()
        self.env.flush_all()
        self.assertTrue(return_order.has_exception)
        for _time in range(3):
            self._as("manager", return_order).action_retry()
        self.env.flush_all()
        self.assertFalse(return_order.has_exception)
        self.assertEqual(
            self._sold_instead(return_order).sorted("id").mapped("state"),
            ["cancel", "sale"],
        )
        self.assertEqual(len(self._refunds(return_order)), 1)

    def test_receipt_undone_takes_the_order_back(self):
        order = self._sell_paid()
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._replaced(order, self.cheap)
        sold = self._sold_instead(return_order)
        back = self._return_natively(return_order.sudo().picking_ids, 2)
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(sold.state, "cancel")
        self.assertEqual(return_order.replacement_status, "pending")

    def test_replacement_is_returned_like_any_other_sale(self):
        return_order = self._replaced(self._sell_paid(), self.cheap)
        sold = self._sold_instead(return_order)
        self._deliver_all(sold)
        sold._create_invoices().action_post()
        again = self._approved(sold, {self.cheap: 2})
        self._receive(again)
        self.assertEqual(again.amount_refunded, 92.0)
        self.env.flush_all()
        self.assertRecordValues(
            return_order, [{"state": "done", "replacement_status": "done"}]
        )

    def test_money_waits_for_the_invoice_of_the_replacement(self):
        """Of 230.00 only what the candles leave is paid back."""
        account = self.env["res.partner.bank"].create(
            {"acc_number": "DE00 1234", "partner_id": self.customer.id}
        )
        order = self._sell_paid()
        return_order = self._draft_exchange(
            order, {self.product: 2}, replacement_product_id=self.cheap.id
        )
        return_order.write({"refund_method": "transfer", "partner_bank_id": account.id})
        self._submit_and_approve(return_order)
        self._receive(return_order)
        refund = self._refunds(return_order).sudo()
        self.assertEqual(refund.amount_residual, 230.0)
        self.assertFalse(refund.return_payment_ids)
        sold = self._sold_instead(return_order)
        self._deliver_all(sold)
        self.assertEqual(return_order.state, "done")
        self.assertFalse(refund.return_payment_ids)
        sold._create_invoices().action_post()
        self.assertEqual(refund.return_payment_ids.mapped("amount"), [138.0])

    def test_money_is_paid_where_no_replacement_comes(self):
        account = self.env["res.partner.bank"].create(
            {"acc_number": "DE00 1234", "partner_id": self.customer.id}
        )
        return_order = self._draft_exchange(
            self._sell_paid(), {self.product: 2}, replacement_product_id=self.cheap.id
        )
        return_order.write({"refund_method": "transfer", "partner_bank_id": account.id})
        self._submit_and_approve(return_order)
        self._receive(return_order)
        self._as("manager", return_order).action_credit_instead("Sold out")
        self.assertEqual(return_order.state, "done")
        self.assertEqual(self._sold_instead(return_order).state, "cancel")
        refund = self._refunds(return_order).sudo()
        self.assertEqual(refund.return_payment_ids.mapped("amount"), [230.0])

    def test_whole_life_without_sales_rights(self):
        """Neither who receives nor who approves has any right on sales."""
        for role in ("storekeeper", "approver"):
            self.assertFalse(
                self.users[role].has_group("sales_team.group_sale_salesman")
            )
        return_order = self._replaced(self._sell_paid(), self.cheap)
        self._deliver_all(self._sold_instead(return_order))
        self.assertEqual(return_order.state, "done")
