from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestLots(SaleReturnCommon):
    """Which lots and serial numbers come back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phone = cls._create_tracked("Phone", "serial")
        cls.paint = cls._create_tracked("Paint", "lot")
        cls.serials = cls._stock(
            cls.phone, {f"SN{number}": 1 for number in range(1, 6)}
        )
        cls.lots = cls._stock(cls.paint, {"L1": 3, "L2": 4})
        cls.foreign = cls._stock(cls.phone, {"SN9": 1})

    @classmethod
    def _create_tracked(cls, name, tracking):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "tracking": tracking,
                "list_price": 50.0,
                "invoice_policy": "delivery",
                "taxes_id": [Command.clear()],
            }
        )

    @classmethod
    def _stock(cls, product, quantities):
        lots = cls.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in quantities]
        )
        for lot, quantity in zip(lots, quantities.values(), strict=True):
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        return lots

    def _deliver(self, product, quantity, lots):
        """Sell and deliver these lots, all of each."""
        order = self._sell([(product, quantity)], deliver=False, invoice=False)
        move = order.picking_ids.move_ids
        move.move_line_ids.unlink()
        move.move_line_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "lot_id": lot.id,
                    "quantity": quantity / len(lots),
                    "location_id": move.location_id.id,
                    "location_dest_id": move.location_dest_id.id,
                }
            )
            for lot in lots
        ]
        move.picked = True
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        return order

    def _request_lots(self, order, quantity, lots):
        return_order = self._request(order, {order.order_line.product_id: quantity})
        return_order.line_ids.lot_ids = lots
        return return_order

    def _approve(self, return_order):
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        return return_order.sudo().picking_ids

    def test_the_named_serial_numbers_are_awaited(self):
        order = self._deliver(self.phone, 3, self.serials[:3])
        return_order = self._request_lots(order, 2, self.serials[1:3])
        receipt = self._approve(return_order)
        self.assertEqual(receipt.move_ids.move_line_ids.lot_id, self.serials[1:3])
        self._receive(return_order)
        self.assertEqual(return_order.line_ids.quantity_accepted, 2)
        self.assertEqual(return_order.receipt_status, "full")

    def test_only_lots_that_are_with_the_customer_are_proposed(self):
        order = self._deliver(self.phone, 3, self.serials[:3])
        line = self._request(order, {self.phone: 1}).line_ids
        self.assertEqual(line.allowed_lot_ids, self.serials[:3])
        line.lot_ids = self.serials[0]
        self._approve(line.order_id)
        self._receive(line.order_id)
        line = self._request(order, {self.phone: 1}).line_ids
        self.assertEqual(line.allowed_lot_ids, self.serials[1:3])

    def test_lots_that_are_not_with_the_customer_are_refused(self):
        order = self._deliver(self.phone, 2, self.serials[:2])
        line = self._request(order, {self.phone: 1}).line_ids
        for lots in (self.foreign, self.serials[4], self.lots[0]):
            with (
                self.subTest(lots=lots.name),
                self.assertRaisesRegex(UserError, "not delivered with"),
            ):
                line.lot_ids = lots

    def test_as_many_serial_numbers_as_pieces(self):
        order = self._deliver(self.phone, 3, self.serials[:3])
        for quantity in (1, 3):
            return_order = self._request_lots(order, quantity, self.serials[:2])
            with (
                self.subTest(quantity=quantity),
                self.assertRaisesRegex(UserError, "hold 2"),
            ):
                return_order.action_submit()

    def test_no_more_than_the_lots_hold(self):
        order = self._deliver(self.paint, 6, self.lots)
        return_order = self._request_lots(order, 4, self.lots[0])
        with self.assertRaisesRegex(UserError, "hold 3"):
            return_order.action_submit()
        return_order.line_ids.lot_ids = self.lots
        receipt = self._approve(return_order)
        self.assertEqual(sum(receipt.move_ids.mapped("quantity")), 4)

    def test_a_serial_number_is_asked_for_once(self):
        order = self._deliver(self.phone, 3, self.serials[:3])
        first = self._request_lots(order, 1, self.serials[0])
        second = self._request_lots(order, 1, self.serials[0])
        first.action_submit()
        with self.assertRaisesRegex(UserError, "another return or line asks"):
            second.action_submit()
        self._as("approver", first).action_reject("No")
        second.action_submit()
        self.assertEqual(second.state, "submitted")

    def test_a_serial_number_is_asked_for_by_one_line(self):
        order = self._deliver(self.phone, 3, self.serials[:3])
        return_order = self._request_lots(order, 1, self.serials[0])
        return_order.line_ids.copy(
            {"order_id": return_order.id, "lot_ids": self.serials[0].ids}
        )
        with self.assertRaisesRegex(UserError, "another return or line asks"):
            return_order.action_submit()
        return_order.line_ids[1].lot_ids = self.serials[1]
        return_order.action_submit()
        self.assertEqual(return_order.state, "submitted")

    def test_returns_share_what_a_lot_holds(self):
        order = self._deliver(self.paint, 6, self.lots)
        first = self._request_lots(order, 2, self.lots[0])
        first.action_submit()
        second = self._request_lots(order, 2, self.lots[0])
        with self.assertRaisesRegex(UserError, "hold 1"):
            second.action_submit()
        second.line_ids.quantity = 1
        second.action_submit()
        third = self._request_lots(order, 4, self.lots)
        with self.assertRaisesRegex(UserError, "can still be returned"):
            third.action_submit()
        third.line_ids.quantity = 3
        third.action_submit()
        self._as("approver", first).action_reject("No")
        fourth = self._request_lots(order, 2, self.lots[0])
        fourth.action_submit()
        self.assertEqual(fourth.state, "submitted")

    def test_lines_of_one_return_share_what_a_lot_holds(self):
        order = self._deliver(self.paint, 6, self.lots)
        return_order = self._request_lots(order, 2, self.lots[0])
        return_order.line_ids.copy(
            {"order_id": return_order.id, "lot_ids": self.lots[0].ids}
        )
        with self.assertRaisesRegex(UserError, "hold 1"):
            return_order.action_submit()
        return_order.line_ids[1].lot_ids = self.lots[1]
        return_order.action_submit()
        self.assertEqual(return_order.state, "submitted")

    def test_the_delivery_that_held_the_lot_comes_back(self):
        order = self._deliver(self.phone, 1, self.serials[0])
        order.order_line.product_uom_qty = 2
        picking = order.picking_ids.filtered(lambda picking: picking.state != "done")
        picking.move_ids.move_line_ids.lot_id = self.serials[1]
        picking.move_ids.picked = True
        picking.button_validate()
        older = order.picking_ids - picking
        return_order = self._request_lots(order, 1, self.serials[0])
        receipt = self._approve(return_order)
        self.assertEqual(receipt.move_ids.origin_returned_move_id, older.move_ids)

    def test_another_serial_number_is_a_discrepancy(self):
        order = self._deliver(self.phone, 3, self.serials[:3])
        return_order = self._request_lots(order, 1, self.serials[0])
        receipt = self._as("storekeeper", self._approve(return_order))
        receipt.move_ids.move_line_ids.lot_id = self.serials[1]
        receipt.move_ids.picked = True
        receipt.button_validate()
        asked, wrong = return_order.line_ids
        self.assertRecordValues(
            asked + wrong,
            [
                {"discrepancy": False, "quantity_received": 0},
                {"discrepancy": "wrong_lot", "quantity_received": 1},
            ],
        )
        self.assertEqual(return_order.receipt_status, "pending")
        self.assertFalse(return_order.refund_ids)
        # The right one is still awaited.
        self.assertTrue(
            return_order.sudo().picking_ids.filtered(
                lambda picking: picking.state == "assigned"
            )
        )

    def test_a_serial_number_of_another_order_is_a_discrepancy(self):
        self._deliver(self.phone, 1, self.foreign)  # with another customer's order
        order = self._deliver(self.phone, 2, self.serials[:2])
        return_order = self._request(order, {self.phone: 1})
        receipt = self._as("storekeeper", self._approve(return_order))
        receipt.move_ids.move_line_ids.lot_id = self.foreign
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.assertEqual(
            return_order.line_ids.mapped("discrepancy"), [False, "wrong_lot"]
        )
        self.assertEqual(order.order_line.quantity_returnable, 1)

    def test_without_named_lots_any_delivered_one_may_come(self):
        order = self._deliver(self.phone, 2, self.serials[:2])
        return_order = self._request(order, {self.phone: 1})
        receipt = self._as("storekeeper", self._approve(return_order))
        receipt.move_ids.move_line_ids.lot_id = self.serials[1]
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.assertEqual(return_order.line_ids.quantity_accepted, 1)

    def test_half_of_the_lots_are_wrong(self):
        order = self._deliver(self.paint, 6, self.lots)
        return_order = self._request_lots(order, 3, self.lots[0])
        receipt = self._as("storekeeper", self._approve(return_order))
        move = receipt.move_ids
        move.move_line_ids.quantity = 2
        move.move_line_ids = [
            Command.create(
                {
                    "product_id": self.paint.id,
                    "lot_id": self.lots[1].id,
                    "quantity": 1,
                    "location_id": move.location_id.id,
                    "location_dest_id": move.location_dest_id.id,
                }
            )
        ]
        move.picked = True
        receipt.button_validate()
        self.assertEqual(return_order.line_ids.mapped("quantity_received"), [2, 1])
        self.assertEqual(return_order.receipt_status, "partial")
