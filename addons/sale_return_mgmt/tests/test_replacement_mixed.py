from itertools import permutations

from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementMixed(ReplacementCommon):
    """Refund, replacement and goods that the customer keeps, on one return."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rug = cls._create_goods("Rug", list_price=20.0)  # 23.00
        cls.candle = cls._create_goods("Candle", list_price=40.0)  # 46.00

    def _sell_mixed(self):
        order = self._sell(
            [(self.product, 5), (self.product_on_order, 5), (self.rug, 5)]
        )
        self._pay(order.invoice_ids)
        return order

    def _mix(self, order):
        """Two lamps for money, two chairs for others, a rug that he keeps."""
        return_order = self._request(
            order, {self.product: 2, self.product_on_order: 2, self.rug: 1}
        )
        by_product = {line.product_id: line for line in return_order.line_ids}
        by_product[self.product_on_order].resolution = "replace"
        by_product[self.rug].goods_return = "keep"
        return self._submit_and_approve(return_order)

    def _check_mix(self, return_order, lamps, chairs, sent):
        """Lamps and chairs that came, chairs that were sent."""
        self.env.flush_all()
        order = return_order.sudo().sale_order_ids
        lines = {line.product_id: line for line in order.order_line}
        self.assertEqual(len(order.order_line), 3)
        for product, delivered in (
            (self.product, 5 - lamps),
            (self.product_on_order, 5),
            (self.rug, 4),
        ):
            line = lines[product]
            self.assertEqual(
                (line.qty_delivered, line.qty_invoiced, line.qty_to_invoice),
                (delivered, delivered, 0),
                product.name,
            )
            self.assertEqual(line.invoice_status, "invoiced")
        self.assertAlmostEqual(
            return_order.amount_refunded, 23.0 + 115.0 * lamps, places=2
        )
        self.assertAlmostEqual(return_order.amount_total, 253.0, places=2)
        status = {0: "pending", 1: "partial", 2: "done"}[sent]
        self.assertEqual(return_order.replacement_status, status)
        returned = return_order.line_ids.filtered(
            lambda line: line.product_id == self.product_on_order
        )
        self.assertEqual(returned.quantity_received, chairs)
        self.assertEqual(returned.quantity_replaced, sent)
        complete = lamps == chairs == sent == 2
        self.assertEqual(return_order.state, "done" if complete else "approved")
        self.assertFalse(return_order.has_exception)

    def test_each_line_has_its_own_clock_in_any_order(self):
        steps = ("lamp", "chair", "lamp", "chair")
        for order in sorted(set(permutations(steps))):
            with self.subTest(order=order):
                self._follow(order, ship_at_once=True)

    def test_replacements_that_leave_last(self):
        self._follow(("chair", "chair", "lamp", "lamp"), ship_at_once=False)

    def _follow(self, steps, ship_at_once):
        return_order = self._mix(self._sell_mixed())
        came = dict.fromkeys(("lamp", "chair"), 0)
        sent = 0
        products = {"lamp": self.product, "chair": self.product_on_order}
        self._check_mix(return_order, 0, 0, 0)
        for step in steps:
            self._receive(return_order, {products[step]: 1})
            came[step] += 1
            if step == "chair" and ship_at_once:
                self._ship(return_order)
                sent += 1
            self._check_mix(return_order, came["lamp"], came["chair"], sent)
        if not ship_at_once:
            self._ship(return_order)
            self._check_mix(return_order, 2, 2, 2)

    def test_kept_goods_may_be_replaced_beside_a_refund(self):
        order = self._sell_mixed()
        return_order = self._request(order, {self.product: 2, self.rug: 1})
        rug = return_order.line_ids.filtered(lambda line: line.product_id == self.rug)
        rug.write({"resolution": "replace", "goods_return": "keep"})
        self._submit_and_approve(return_order)
        self._ship(return_order)
        self._receive(return_order)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(return_order.amount_refunded, 230.0)
        lines = {line.product_id: line for line in order.order_line}
        self.assertEqual(lines[self.rug].qty_delivered, 5)
        self.assertEqual(lines[self.rug].quantity_returnable, 5)

    def test_refund_and_both_kinds_of_replacement(self):
        """A lamp for money, a chair for another, a rug for a candle."""
        order = self._sell_mixed()
        return_order = self._request(
            order, {self.product: 1, self.product_on_order: 1, self.rug: 1}
        )
        by_product = {line.product_id: line for line in return_order.line_ids}
        by_product[self.product_on_order].resolution = "replace"
        by_product[self.rug].write(
            {"resolution": "replace", "replacement_product_id": self.candle.id}
        )
        self._submit_and_approve(return_order)
        self._receive(return_order)
        sold = return_order.sudo().replacement_order_ids
        self.assertEqual(sold.order_line.product_id, self.candle)
        self._ship(return_order)
        sold.picking_ids.move_ids.picked = True
        sold.picking_ids.button_validate()
        self.assertEqual(return_order.state, "done")
        self.assertEqual(return_order.amount_refunded, 138.0)
        invoice = sold.with_user(self.env.user)._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._refunds(return_order).amount_residual, 92.0)

    def test_same_article_for_money_and_for_goods(self):
        """Two lines of one sold line: three lamps come, one of them for money."""
        order = self._sell([(self.product, 5)])
        self._pay(order.invoice_ids)
        return_order = self._request(order, {self.product: 1})
        line = return_order.line_ids
        line.copy({"order_id": return_order.id, "quantity": 2, "resolution": "replace"})
        self._submit_and_approve(return_order)
        self._receive(return_order)
        self._check_counts(order.order_line, 4, 4)
        self.assertEqual(order.order_line.quantity_returnable, 2)
        self._ship(return_order)
        self._check_counts(order.order_line, 4, 4)
        self.assertEqual(order.order_line.quantity_returnable, 4)
        self.assertEqual(return_order.amount_refunded, 115.0)
        self.assertEqual(return_order.state, "done")
