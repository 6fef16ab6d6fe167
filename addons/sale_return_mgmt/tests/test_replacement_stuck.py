from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementStuck(ReplacementCommon):
    """A replacement that nothing will bring any more is an exception, with a way out;
    whether it leaves for the return itself or is sold with an order of its own.

    Lamps cost 115.00 each, taxes included: two are credited with 230.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candle = cls._create_goods("Candle", list_price=40.0)

    def _exchanged(self, product=None):
        """A return of two lamps whose replacement is on its way."""
        return_order = self._replaced(
            self._sell([(self.product, 5)]), product or self.candle
        )
        self._check_exception(return_order, False)
        return return_order

    def _pickings(self, return_order):
        """What brings the replacement to the customer."""
        pickings = return_order.sudo().replacement_picking_ids
        pickings |= return_order.sudo().replacement_order_ids.picking_ids
        return pickings.with_user(self.users["storekeeper"])

    def _open_pickings(self, return_order):
        return self._pickings(return_order).filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    def _send(self, return_order, quantity=None):
        """Validate the next step; without a backorder where that is less."""
        pickings = self._open_pickings(return_order)
        if quantity is not None:
            pickings.move_ids.quantity = quantity
        pickings.move_ids.picked = True
        pickings.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=pickings.ids
        ).button_validate()

    def _check_exception(self, return_order, expected):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(return_order.has_exception, expected)
        message = return_order.sudo().exception_message
        if expected:
            product = return_order.line_ids._get_replacement_product().display_name
            for part in (product, "Retry", "Credit Instead"):
                self.assertIn(part, message)
        else:
            self.assertFalse(message)

    def _retry(self, return_order, quantity=2, times=3):
        """However often: what is missing is sent once."""
        for _time in range(times):
            self._as("manager", return_order).action_retry()
        self._check_exception(return_order, False)
        moves = self._open_pickings(return_order).sudo().move_ids
        self.assertEqual(moves.mapped("product_uom_qty"), [quantity])
        self.assertLessEqual(len(return_order.sudo().replacement_order_ids), 1)

    def test_cancelled_by_the_dock_and_sent_again(self):
        for product in (self.product, self.candle):
            with self.subTest(product=product.name):
                return_order = self._exchanged(product)
                self._open_pickings(return_order).action_cancel()
                self._check_exception(return_order, True)
                self.assertIn(
                    "replacement_cancelled",
                    return_order.sudo().event_ids.mapped("type"),
                )
                self._retry(return_order)
                self._send(return_order)
                self._check_exception(return_order, False)
                self.assertRecordValues(
                    return_order, [{"state": "done", "replacement_status": "done"}]
                )

    def test_cancelled_by_the_dock_and_given_up(self):
        for product in (self.product, self.candle):
            with self.subTest(product=product.name):
                return_order = self._exchanged(product)
                self._open_pickings(return_order).action_cancel()
                self._check_exception(return_order, True)
                self._as("manager", return_order).action_credit_instead("Sold out")
                self._check_exception(return_order, False)
                self.assertEqual(return_order.state, "done")
                self.assertEqual(self._refunds(return_order).amount_total, 230.0)
                orders = return_order.sudo().replacement_order_ids
                self.assertEqual(
                    orders.mapped("state"),
                    ["cancel"] if product == self.candle else [],
                )

    def test_no_backorder(self):
        for product in (self.product, self.candle):
            for way_out in ("retry", "credit instead"):
                with self.subTest(product=product.name, way_out=way_out):
                    return_order = self._exchanged(product)
                    self._send(return_order, 1)
                    self._check_exception(return_order, True)
                    if way_out == "retry":
                        self._retry(return_order, 1)
                        self._send(return_order)
                    else:
                        self._as("manager", return_order).action_credit_instead("One")
                    self._check_exception(return_order, False)
                    self.assertEqual(return_order.state, "done")
                    self.assertEqual(
                        return_order.line_ids.quantity_replaced,
                        2 if way_out == "retry" else 1,
                    )

    def test_cancelled_at_each_step(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        for product in (self.product, self.candle):
            for steps_done in range(3):
                with self.subTest(product=product.name, steps_done=steps_done):
                    order = self._sell(
                        [(self.product, 5)], deliver=False, invoice=False
                    )
                    self._deliver_steps(order)
                    order._create_invoices().action_post()
                    return_order = self._replaced(order, product)
                    for _step in range(steps_done):
                        self._send(return_order)
                    self._check_exception(return_order, False)
                    self._open_pickings(return_order).action_cancel()
                    self._check_exception(return_order, True)
                    self._retry(return_order)
                    for _step in range(3):
                        self._send(return_order)
                    self.assertEqual(return_order.state, "done")
                    self.assertEqual(return_order.line_ids.quantity_replaced, 2)

    def test_cancelled_order_that_is_a_quotation_again(self):
        return_order = self._exchanged()
        sold = self._sold_instead(return_order)
        sold._action_cancel()
        self._check_exception(return_order, True)
        sold.action_draft()
        self._check_exception(return_order, True)
        self._retry(return_order)
        self.assertEqual(sold.state, "sale")

    def test_locked_order(self):
        return_order = self._exchanged()
        self._sold_instead(return_order).action_lock()
        self._open_pickings(return_order).action_cancel()
        self._retry(return_order)

    def test_what_comes_back_of_it_is_not_sent_again(self):
        """As any sale, the replacement may be returned in Odoo's own way."""
        return_order = self._exchanged()
        delivery = self._open_pickings(return_order)
        self._send(return_order)
        back = self._return_natively(delivery, 1)
        back.move_ids.picked = True
        back.button_validate()
        self._check_exception(return_order, False)
        self.assertEqual(return_order.state, "done")

    def test_what_somebody_delivers_by_hand_settles_it(self):
        """The salesperson lets the order deliver anew before anybody retries."""
        return_order = self._exchanged()
        self._open_pickings(return_order).action_cancel()
        self._check_exception(return_order, True)
        self._sold_instead(return_order).order_line._action_launch_stock_rule()
        self._check_exception(return_order, False)
        self._retry(return_order)
