from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementSteps(ReplacementCommon):
    """Replacements that are picked, packed and shipped, ended before or returned after:
    the order counts what it sold, at every step."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse.delivery_steps = "pick_pack_ship"

    def _sell_in_steps(self, product):
        order = self._sell([(product, 5)], deliver=False, invoice=False)
        self._deliver_steps(order)
        order._create_invoices().action_post()
        self._check_counts(order.order_line, 5, 5)
        return order

    def test_cancelled_with_the_return_while_nothing_is_shipped(self):
        self.company.sale_return_replacement_trigger = "approval"
        for product in (self.product, self.product_on_order):
            for steps_done in range(3):
                with self.subTest(product=product.name, steps_done=steps_done):
                    order = self._sell_in_steps(product)
                    line = order.order_line
                    return_order = self._exchange(order, {product: 2})
                    for _step in range(steps_done):
                        self._ship(return_order)
                        self._check_counts(line, 5, 5)
                    return_order.action_cancel()
                    self._check_counts(line, 5, 5)
                    self._check_progress(return_order, "cancelled", "none", (0,) * 4)
                    self.assertFalse(self._open_replacements(return_order))
                    self.assertFalse(return_order.has_exception)
                    self.assertEqual(line.quantity_returnable, 5)

    def test_returned_after_it_was_exchanged(self):
        for product in (self.product, self.product_on_order):
            with self.subTest(product=product.name):
                order = self._sell_in_steps(product)
                line = order.order_line
                exchange = self._exchange(order, {product: 5})
                self._receive(exchange)
                for _step in range(3):
                    self._check_counts(line, 5, 5)
                    self.assertEqual(line.quantity_returnable, 0)
                    self._ship(exchange)
                self._check_counts(line, 5, 5)
                self.assertEqual(line.quantity_returnable, 5)
                again = self._approved(order, {product: 2})
                self._check_counts(line, 5, 5)
                self._receive(again)
                self._check_counts(line, 3, 3)
                self.assertEqual(line.quantity_returnable, 3)
                self.assertEqual(self._refunds(again).amount_total, 230.0)
                self._check_progress(exchange, "done", "done", (5, 5, 5, 0))
