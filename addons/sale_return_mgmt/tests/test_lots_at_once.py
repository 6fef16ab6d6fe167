from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_cursors import TwoCursorsCase


@tagged("post_install", "-at_install", "database_breaking")
class TestLotsAtOnce(TwoCursorsCase):
    """Two real transactions name the same serial number: exactly one gets it.

    There are enough units for both: only the serial number is short.
    """

    sold_quantity = 2

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self._env(cr)
            order = env["sale.order"].browse(self.sale_order_id)
            move_lines = order.order_line[0].move_ids.move_line_ids
            self.assertEqual(len(move_lines.lot_id), 2)
            self.lot_ids = move_lines.lot_id.ids

    def _create_product(self, env):
        product = env["product.product"].create(
            {
                "name": "Numbered",
                "type": "consu",
                "is_storable": True,
                "tracking": "serial",
            }
        )
        lots = env["stock.lot"].create(
            [{"name": f"AO{n}", "product_id": product.id} for n in range(4)]
        )
        stock = env["stock.warehouse"].search([], limit=1).lot_stock_id
        for lot in lots:
            env["stock.quant"]._update_available_quantity(product, stock, 1, lot_id=lot)
        return product

    def _request_lot(self, cr, lot_id, **line_vals):
        return self._request(cr, lot_ids=[Command.set([lot_id])], **line_vals)

    def _allow_without_order(self, allowed):
        with self.registry.cursor() as cr:
            self._env(cr).company.sale_return_allow_unreferenced = allowed

    def _request_without_order(self, cr, lot_id):
        product = self._env(cr)["stock.lot"].browse(lot_id).product_id
        return self._request_lot(
            cr, lot_id, sale_line_id=False, product_id=product.id, price_asked=1.0
        )

    def _assert_one_wins(self, step, other_step):
        """``step`` commits, then ``other_step`` on an older snapshot must be replayed,
        and is refused when it is."""
        lot_id, other_lot_id = self.lot_ids

        def replay(late):
            with self.assertRaisesRegex(UserError, "another return or line asks"):
                other_step(late, lot_id)
            late.rollback()
            other_step(late, other_lot_id)
            late.rollback()

        self._assert_late_one_is_replayed(
            lambda early: step(early, lot_id),
            lambda late: other_step(late, lot_id),
            replay,
        )
        with self.registry.cursor() as cr:
            line = self._env(cr)["sale.return.order.line"]
            self.assertEqual(line.search_count([("lot_ids", "in", lot_id)]), 1)

    def test_two_returns_of_one_order(self):
        self._assert_one_wins(self._request_lot, self._request_lot)

    def test_two_returns_without_an_order(self):
        """They share nothing but the serial number."""
        self._allow_without_order(True)
        self.addCleanup(self._allow_without_order, False)
        self._assert_one_wins(self._request_without_order, self._request_without_order)

    def test_one_with_and_one_without_an_order(self):
        self._allow_without_order(True)
        self.addCleanup(self._allow_without_order, False)
        self._assert_one_wins(self._request_lot, self._request_without_order)
