from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementLots(ReplacementCommon):
    """Another piece of the same product: the ledger knows which one is where."""

    def _sell_tracked(self, tracking, quantities, sold):
        product = self._create_tracked(tracking, quantities)
        order = self._sell([(product, sold)])
        return product, order

    def _lots(self, sale_line):
        return {
            lot.name: quantity
            for lot, quantity in sale_line._get_returnable_lots().items()
        }

    def test_serials_go_and_come(self):
        serials = {f"SN{number}": 1 for number in range(1, 6)}
        product, order = self._sell_tracked("serial", serials, 3)
        line = order.order_line
        before = self._lots(line)
        self.assertEqual(len(before), 3)
        return_order = self._draft_exchange(order, {product: 1})
        chosen = return_order.line_ids.allowed_lot_ids[0]
        return_order.line_ids.lot_ids = chosen
        self._submit_and_approve(return_order)
        self._receive(return_order)
        self.assertEqual(set(self._lots(line)), set(before) - {chosen.name})
        delivery = self._open_replacements(return_order)
        new = self.env["stock.lot"].search(
            [("product_id", "=", product.id), ("name", "not in", list(before))]
        )[0]
        delivery.move_ids.move_line_ids.lot_id = new
        self._ship(return_order)
        self.assertEqual(
            set(self._lots(line)), set(before) - {chosen.name} | {new.name}
        )
        self._check_counts(line, 3, 3, ordered=3)
        # The piece that replaced it comes back for money, by its number.
        again = self._request(order, {product: 1})
        with self.assertRaises(UserError) as refusal, self.cr.savepoint():
            again.line_ids.lot_ids = chosen
        self.assertEqual(refusal.exception.sale_return_code, "LOT_MISMATCH")
        again.line_ids.lot_ids = new
        self._submit_and_approve(again)
        receipt = self._receive(again)
        self.assertEqual(receipt.move_ids.lot_ids, new)
        self.assertEqual(
            receipt.move_ids.origin_returned_move_id,
            return_order.sudo().line_ids.replacement_move_ids,
        )
        self._check_counts(line, 2, 2, ordered=3)
        self.assertFalse(again.has_discrepancy)

    def test_lots_go_and_come(self):
        product, order = self._sell_tracked("lot", {"L1": 5, "L2": 5}, 5)
        line = order.order_line
        self.assertEqual(self._lots(line), {"L1": 5})
        return_order = self._exchange(order, {product: 2})
        self._receive(return_order)
        delivery = self._open_replacements(return_order)
        second = self.env["stock.lot"].search(
            [("product_id", "=", product.id), ("name", "=", "L2")]
        )
        delivery.move_ids.move_line_ids.unlink()
        delivery.move_ids.write(
            {
                "move_line_ids": [
                    (
                        0,
                        0,
                        {
                            "picking_id": delivery.id,
                            "product_id": product.id,
                            "lot_id": second.id,
                            "quantity": 2,
                        },
                    )
                ]
            }
        )
        self._ship(return_order)
        self.assertEqual(self._lots(line), {"L1": 3, "L2": 2})
        again = self._approved(order, {product: 5})
        self._receive(again)
        self.assertEqual(self._lots(line), {})
        self.assertEqual(
            {
                move.lot_ids.name: move.quantity
                for move in again.sudo().line_ids.move_ids
            },
            {"L1": 3, "L2": 2},
        )
        self.assertEqual(again.state, "done")
        self.assertEqual(line.quantity_returnable, 0)
