from odoo.tests import tagged

from .common import KitCommon


@tagged("post_install", "-at_install")
class TestKitReplacement(KitCommon):
    """Kits and components of kits are exchanged; the order counts kits as before."""

    def _exchange(self, order, lines):
        return self._approve(
            order,
            [(product, count, {"resolution": "replace"}) for product, count in lines],
        )

    def _check(self, order, return_order, state, replaced, returnable):
        self.env.flush_all()
        self.assertRecordValues(
            order.order_line,
            [{"qty_delivered": 3, "qty_invoiced": 3, "qty_to_invoice": 0}],
        )
        self.assertEqual(
            (return_order.state, return_order.line_ids.quantity_replaced),
            (state, replaced),
        )
        self.assertEqual(self._returnable(order), returnable)

    def _ship(self, return_order, quantities=None):
        pickings = return_order.sudo().replacement_picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        pickings = pickings.with_user(self.users["storekeeper"])
        for move in pickings.move_ids:
            if quantities is not None:
                move.quantity = quantities[move.product_id]
        pickings.move_ids.picked = True
        result = pickings.button_validate()
        if isinstance(result, dict):
            self.env[result["res_model"]].with_context(**result["context"]).create(
                {}
            ).process()

    def test_whole_kits(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._exchange(order, [(self.kit, 2)])
        self._receive(return_order)
        self._check(order, return_order, "approved", 0, 1)
        moves = return_order.sudo().line_ids.replacement_move_ids
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in moves},
            {self.leg: 4, self.top: 2},
        )
        self._ship(return_order, {self.leg: 4, self.top: 1})
        self._check(order, return_order, "approved", 1, 2)
        self.assertFalse(return_order.has_exception)
        self._ship(return_order)
        self._check(order, return_order, "done", 2, 3)
        again = self._approve(order, [(self.kit, 3)])
        self._receive(again)
        self.assertEqual(again.state, "done")
        self.assertEqual(again.amount_refunded, 345.0)
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_one_component(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._exchange(order, [(self.leg, 2)])
        self._receive(return_order)
        self._check(order, return_order, "approved", 0, 2)
        self._ship(return_order)
        self._check(order, return_order, "done", 2, 3)
        self.assertEqual(return_order.amount_total, 0)

    def test_cancelled_component_is_sent_again_alone(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._exchange(order, [(self.kit, 1)])
        self._receive(return_order)
        moves = return_order.sudo().line_ids.replacement_move_ids
        moves.filtered(lambda move: move.product_id == self.top)._action_cancel()
        self.env.flush_all()
        self.assertTrue(return_order.has_exception)
        self._as("manager", return_order).action_retry()
        planned = return_order.sudo().line_ids._get_planned_replacements()
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in planned},
            {self.leg: 2, self.top: 1},
        )
        self._ship(return_order)
        self._check(order, return_order, "done", 1, 3)

    def test_sold_kit_whose_component_was_cancelled(self):
        """Another product is replaced by kits: the missing component leaves alone."""
        order = self._sell([(self.product, 3)])
        return_order = self._approve(
            order,
            [
                (
                    self.product,
                    2,
                    {"resolution": "replace", "replacement_product_id": self.kit.id},
                )
            ],
        )
        self._receive(return_order)
        sold = return_order.sudo().replacement_order_ids
        moves = sold.picking_ids.move_ids
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in moves},
            {self.leg: 4, self.top: 2},
        )
        moves.filtered(lambda move: move.product_id == self.top)._action_cancel()
        self.env.flush_all()
        self.assertTrue(return_order.has_exception)
        for _time in range(3):
            self._as("manager", return_order).action_retry()
        self.env.flush_all()
        self.assertFalse(return_order.has_exception)
        self.assertEqual(return_order.sudo().replacement_order_ids, sold)
        planned = sold.picking_ids.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in planned},
            {self.leg: 4, self.top: 2},
        )
        planned.picked = True
        planned.picking_id.button_validate()
        self.assertEqual(sold.order_line.qty_delivered, 2)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(return_order.line_ids.quantity_replaced, 2)

    def test_sold_kit_whose_delivery_was_cancelled(self):
        order = self._sell([(self.product, 3)])
        vals = {"resolution": "replace", "replacement_product_id": self.kit.id}
        return_order = self._approve(order, [(self.product, 2, vals)])
        self._receive(return_order)
        sold = return_order.sudo().replacement_order_ids
        sold.picking_ids.action_cancel()
        self.env.flush_all()
        self.assertTrue(return_order.has_exception)
        self._as("manager", return_order).action_retry()
        self.env.flush_all()
        self.assertFalse(return_order.has_exception)
        planned = sold.picking_ids.move_ids.filtered(
            lambda move: move.state != "cancel"
        )
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in planned},
            {self.leg: 4, self.top: 2},
        )
        planned.picked = True
        planned.picking_id.button_validate()
        self.assertEqual(sold.order_line.qty_delivered, 2)
        self.assertEqual(return_order.state, "done")
