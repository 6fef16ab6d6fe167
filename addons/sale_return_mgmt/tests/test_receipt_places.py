from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_receipt import ReceiptCommon


@tagged("post_install", "-at_install")
class TestReceiptPlaces(ReceiptCommon):
    """Where goods come back to, and from which deliveries."""

    # === WHERE GOODS COME BACK TO === #

    def _create_warehouse(self, **vals):
        warehouse = self.env["stock.warehouse"].create(
            {"name": "North", "code": "NOR", "company_id": self.company.id, **vals}
        )
        self.env["stock.quant"]._update_available_quantity(
            self.product, warehouse.lot_stock_id, 100
        )
        return warehouse

    def test_orders_from_two_warehouses_come_back_to_each(self):
        north = self._create_warehouse()
        orders = self._sell([(self.product, 3)])
        orders += self._sell([(self.product, 2)], warehouse_id=north.id)
        return_order = self._approved(orders)
        self.assertRecordValues(
            self._receipts(return_order),
            [
                {
                    "picking_type_id": warehouse.sale_return_type_id.id,
                    "location_id": self.customers.id,
                    "location_dest_id": warehouse.lot_stock_id.id,
                    "partner_id": self.customer.id,
                    "origin": return_order.name,
                }
                for warehouse in (self.warehouse, north)
            ],
        )
        self.assertEqual(
            self._receipts(return_order).move_ids.mapped("product_uom_qty"), [3, 2]
        )
        for receipt in self._receipts(return_order):
            receipt.with_user(self.users["storekeeper"]).button_validate()
        self.assertRecordValues(
            return_order, [{"state": "done", "receipt_status": "full"}]
        )
        self.assertEqual(orders.order_line.mapped("qty_delivered"), [0, 0])

    def test_orders_from_one_warehouse_come_back_in_one_receipt(self):
        orders = self._sell([(self.product, 3)])
        orders += self._sell([(self.product, 2)])
        return_order = self._approved(orders)
        receipt = self._receipts(return_order)
        self.assertEqual(len(receipt), 1)
        self.assertEqual(receipt.move_ids.sale_line_id, orders.order_line)
        self._receive(return_order)
        self.assertEqual(orders.order_line.mapped("qty_delivered"), [0, 0])
        self.assertEqual(len(return_order.sudo().refund_ids), 2)

    def test_each_delivery_address_has_its_receipt(self):
        branches = self.env["res.partner"].create(
            [
                {"name": name, "type": "delivery", "parent_id": self.customer.id}
                for name in ("East", "West")
            ]
        )
        orders = self.env["sale.order"]
        for branch in branches:
            orders += self._sell([(self.product, 1)], partner_shipping_id=branch.id)
        return_order = self._approved(orders)
        self.assertEqual(self._receipts(return_order).partner_id, branches)
        self.assertEqual(len(self._receipts(return_order)), 2)

    def test_the_warehouse_and_address_of_the_return_win(self):
        north = self._create_warehouse()
        depot = self.env["res.partner"].create(
            {"name": "Depot", "type": "delivery", "parent_id": self.customer.id}
        )
        orders = self._sell([(self.product, 3)])
        orders += self._sell([(self.product, 2)], warehouse_id=north.id)
        return_order = self._approved(
            orders, warehouse_id=north, partner_shipping_id=depot
        )
        self.assertRecordValues(
            self._receipts(return_order),
            [
                {
                    "picking_type_id": north.sale_return_type_id.id,
                    "location_dest_id": north.lot_stock_id.id,
                    "partner_id": depot.id,
                }
            ],
        )

    # === WHICH DELIVERIES COME BACK === #

    def test_the_newest_delivery_comes_back_first(self):
        order = self._sell([(self.product, 5)], deliver=False, invoice=False)
        older = self._deliver(order, 2)
        newer = self._deliver(order, 3)
        return_order = self._approved(order, {self.product: 4})
        self.assertRecordValues(
            self._receipts(return_order).move_ids.sorted("id"),
            [
                {"origin_returned_move_id": newer.id, "product_uom_qty": 3},
                {"origin_returned_move_id": older.id, "product_uom_qty": 1},
            ],
        )
        self._receive(return_order)
        self.assertEqual(return_order.line_ids.quantity_received, 4)
        again = self._approved(order)
        self.assertRecordValues(
            self._receipts(again).move_ids,
            [{"origin_returned_move_id": older.id, "product_uom_qty": 1}],
        )

    def test_goods_delivered_in_several_steps_come_back_from_the_customer(self):
        for steps in ("pick_ship", "pick_pack_ship"):
            with self.subTest(steps=steps):
                self.warehouse.delivery_steps = steps
                order = self._sell([(self.product, 5)], deliver=False, invoice=False)
                self._deliver_steps(order)
                order._create_invoices().action_post()
                self.assertEqual(order.order_line.quantity_returnable, 5)
                return_order = self._approved(order, {self.product: 2})
                receipt = self._receipts(return_order)
                self.assertRecordValues(
                    receipt.move_ids,
                    [
                        {
                            "location_id": self.customers.id,
                            "location_dest_id": self.reception.id,
                            "product_uom_qty": 2,
                        }
                    ],
                )
                shipped = receipt.move_ids.origin_returned_move_id
                self.assertEqual(shipped.location_dest_id, self.customers)
                self._receive(return_order)
                self.assertEqual(return_order.state, "done")
                self.assertEqual(order.order_line.qty_delivered, 3)
                self.assertEqual(order.order_line.quantity_returnable, 3)

    def test_inspected_goods_come_in_one_step(self):
        self.company.sale_return_inspection_required = True
        for steps in ("one_step", "two_steps", "three_steps"):
            with self.subTest(steps=steps):
                self.warehouse.reception_steps = steps
                order = self._sell([(self.product, 5)])
                return_order = self._approved(order, {self.product: 2})
                receipt = self._receive(return_order)
                self.assertEqual(self._receipts(return_order), receipt.sudo())
                self.assertEqual(
                    receipt.move_ids.location_dest_id,
                    self.warehouse.sale_return_location_id,
                )
                self.assertEqual(return_order.receipt_status, "full")
                self.assertFalse(
                    order.picking_ids.filtered(lambda p: p.state != "done")
                )

    def test_other_goods_take_the_steps_of_the_warehouse(self):
        for steps, transfers in (("two_steps", 2), ("three_steps", 3)):
            with self.subTest(steps=steps):
                self.warehouse.reception_steps = steps
                stock = self.product.with_context(
                    location=self.warehouse.lot_stock_id.id
                )
                order = self._sell([(self.product, 5)])
                self.env.invalidate_all()
                before = stock.qty_available
                return_order = self._approved(order, {self.product: 2})
                for _step in range(transfers):
                    self._receive(return_order)
                self.env.invalidate_all()
                self.assertEqual(len(self._receipts(return_order)), transfers)
                self.assertEqual(
                    set(self._receipts(return_order).mapped("state")), {"done"}
                )
                self.assertEqual(stock.qty_available, before + 2)
                self.assertEqual(return_order.line_ids.quantity_received, 2)
                self.assertEqual(order.order_line.qty_delivered, 3)

    def test_closing_short_leaves_what_is_on_its_way_through_the_warehouse(self):
        self.warehouse.reception_steps = "two_steps"
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 3})
        self._receive(return_order, {self.product: 2})
        self._as("manager", return_order).action_close_short("Kept by the customer.")
        self.assertEqual(
            {
                (transfer.location_id.usage, transfer.state)
                for transfer in self._receipts(return_order)
            },
            {("customer", "done"), ("customer", "cancel"), ("internal", "assigned")},
        )

    def test_serial_numbers_come_back_as_delivered(self):
        product = self._create_tracked(
            "serial", {"SN1": 1, "SN2": 1, "SN3": 1, "SN4": 1}
        )
        order = self._sell([(product, 3)])
        delivered = order.picking_ids.move_line_ids.lot_id
        first = self._approved(order, {product: 2})
        second = self._approved(order, {product: 1})
        first_lots = self._receipts(first).move_line_ids.lot_id
        second_lots = self._receipts(second).move_line_ids.lot_id
        self.assertEqual(len(first_lots), 2)
        self.assertEqual(first_lots | second_lots, delivered)
        self.assertFalse(first_lots & second_lots)
        self._receive(second)
        self._receive(first)
        self.assertEqual(
            first_lots.quant_ids.filtered("quantity").location_id, self.reception
        )
        self.assertEqual(first.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_another_serial_number_than_proposed_may_arrive(self):
        product = self._create_tracked("serial", {"SN1": 1, "SN2": 1})
        order = self._sell([(product, 2)])
        return_order = self._approved(order, {product: 1})
        receipt = self._open_receipt(return_order)
        proposed = receipt.move_line_ids.lot_id
        arrived = order.picking_ids.move_line_ids.lot_id - proposed
        receipt.move_line_ids.lot_id = arrived
        self._receive(return_order)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(
            arrived.quant_ids.filtered("quantity").location_id, self.reception
        )

    def test_lots_come_back_as_delivered_also_with_a_backorder(self):
        product = self._create_tracked("lot", {"L1": 2, "L2": 3})
        order = self._sell([(product, 5)])
        return_order = self._approved(order, {product: 4})
        receipt = self._open_receipt(return_order)
        self.assertEqual(
            sorted((line.lot_id.name, line.quantity) for line in receipt.move_line_ids),
            [("L1", 2), ("L2", 2)],
        )
        second_lot = receipt.move_line_ids.filtered(
            lambda line: line.lot_id.name == "L2"
        )
        second_lot.quantity = 1
        receipt.move_ids.picked = True
        Form.from_action(receipt.env, receipt.button_validate()).save().process()
        self.assertEqual(return_order.receipt_status, "partial")
        self.assertEqual(
            self._open_receipt(return_order).move_line_ids.lot_id.name, "L2"
        )
        self._receive(return_order)
        self.assertRecordValues(
            return_order, [{"state": "done", "receipt_status": "full"}]
        )

    def test_goods_that_are_not_stocked_come_back_too(self):
        product = self.env["product.product"].create(
            {"name": "Cable", "type": "consu", "invoice_policy": "delivery"}
        )
        order = self._sell([(product, 5)])
        return_order = self._approved(order, {product: 2})
        self._receive(return_order)
        self.assertRecordValues(
            return_order, [{"state": "done", "receipt_status": "full"}]
        )
        self.assertEqual(order.order_line.qty_delivered, 3)

    # === ELSEWHERE THAN PLANNED === #

    def test_goods_sent_to_another_warehouse(self):
        """Its storekeeper changes the operation type of the receipt."""
        north = self._create_warehouse()
        order = self._sell([(self.product, 3)])
        return_order = self._approved(order)
        receipt = self._open_receipt(return_order)
        with Form(receipt) as form:
            form.picking_type_id = north.sale_return_type_id
        self._receive(return_order)
        self.assertRecordValues(
            receipt.move_ids,
            [
                {
                    "state": "done",
                    "location_id": self.customers.id,
                    "location_dest_id": north.sale_return_location_id.id,
                }
            ],
        )
        self.assertEqual(return_order.receipt_status, "full")
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_one_warehouse_gets_what_another_awaits(self):
        north = self._create_warehouse()
        self.env["stock.quant"]._update_available_quantity(
            self.product_on_order, north.lot_stock_id, 10
        )
        orders = self._sell([(self.product, 3)])
        orders += self._sell([(self.product_on_order, 2)], warehouse_id=north.id)
        return_order = self._approved(orders)
        here, there = (
            receipt.with_user(self.users["storekeeper"])
            for receipt in self._receipts(return_order)
        )
        with Form(here) as form, form.move_ids.new() as move:
            move.product_id = self.product_on_order
            move.quantity = 2
        here.move_ids.picked = True
        here.button_validate()
        self.assertFalse(return_order.line_ids.filtered("discrepancy"))
        self.assertEqual(return_order.receipt_status, "full")
        self.assertEqual(there.state, "cancel")
        self.assertEqual(orders.order_line.mapped("qty_delivered"), [0, 0])

    # === OWNERS, PACKAGES, VENDORS === #

    def _deliver_from(self, order, **line_vals):
        move = order.picking_ids.move_ids
        move.move_line_ids.write(line_vals)
        move.picked = True
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        return order

    def test_consigned_goods_keep_their_owner(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, 5, owner_id=owner
        )
        order = self._sell([(self.product, 2)], deliver=False, invoice=False)
        self._deliver_from(order, owner_id=owner.id)
        return_order = self._approved(order)
        self._receive(return_order)
        received = self._receipts(return_order).move_ids
        self.assertEqual(received.move_line_ids.owner_id, owner)
        self.assertEqual(received.value, 0)

    def test_packages_come_back_packed(self):
        package = self.env["stock.package"].create({"name": "BOX-1"})
        order = self._sell([(self.product, 2)], deliver=False, invoice=False)
        self._deliver_from(order, result_package_id=package.id)
        return_order = self._approved(order)
        self._receive(return_order)
        self.assertEqual(
            package.quant_ids.filtered("quantity").location_id, self.reception
        )

    def _sell_from_vendor(self):
        """An order that a vendor delivers straight to the customer."""
        order = self._sell([(self.product, 3)], deliver=False, invoice=False)
        vendors = self.env.ref("stock.stock_location_suppliers")
        order.picking_ids.do_unreserve()
        order.picking_ids.location_id = vendors
        order.picking_ids.move_ids.location_id = vendors
        order.picking_ids.move_ids.write({"quantity": 3, "picked": True})
        order.picking_ids.move_ids.move_line_ids.location_id = vendors
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        return order, vendors

    def test_what_a_vendor_delivered_comes_back_to_us(self):
        order, _vendors = self._sell_from_vendor()
        return_order = self._approved(order, {self.product: 2})
        self._receive(return_order)
        self.assertEqual(
            self._receipts(return_order).move_ids.location_dest_id, self.reception
        )
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(return_order.state, "done")

    def test_what_a_vendor_delivered_goes_back_to_him(self):
        self.company.sale_return_inspection_required = True
        order, vendors = self._sell_from_vendor()
        return_order = self._request(order, {self.product: 2})
        self.assertTrue(return_order.is_sent_by_vendor)
        return_order.send_to = "vendor"
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        moves = self._receipts(return_order).move_ids
        self.assertEqual(moves.location_dest_id, vendors)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(order.order_line.quantity_returnable, 1)
        self.assertEqual(return_order.state, "done")

    def test_only_vendors_get_back_what_they_sent(self):
        return_order = self._request(self._sell([(self.product, 2)]))
        return_order.send_to = "vendor"
        with self.assertRaisesRegex(UserError, "was not sent by a vendor"):
            return_order.action_submit()
