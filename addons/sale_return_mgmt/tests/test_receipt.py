from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestReceipt(SaleReturnCommon):
    """The goods of a return come back through Odoo's own transfers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env.ref("stock.stock_location_customers")
        # Without inspection, returned goods go where the warehouse receives all others.
        cls.reception = cls.warehouse.in_type_id.default_location_dest_id

    def _receipts(self, return_order):
        return return_order.sudo().picking_ids.sorted("id")

    def _open_receipt(self, return_order, role="storekeeper"):
        picking = self._receipts(return_order).filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        return picking.with_user(self.users[role])

    def _deliver_steps(self, order):
        """Validate the transfers of a delivery in several steps, one by one."""
        while ready := order.picking_ids.filtered(lambda p: p.state == "assigned"):
            ready.button_validate()

    def _deliver(self, order, quantity):
        """Ship part of the open delivery and leave the rest for later."""
        picking = order.picking_ids.filtered(lambda p: p.state == "assigned")
        picking.move_ids.write({"quantity": quantity, "picked": True})
        result = picking.button_validate()
        if isinstance(result, dict):
            Form.from_action(self.env, result).save().process()
        return picking.move_ids

    def _create_tracked(self, tracking, quantities):
        """Goods in stock by lot or serial.

        :param quantities: quantity by lot name
        """
        product = self.env["product.product"].create(
            {
                "name": f"Tracked by {tracking}",
                "is_storable": True,
                "tracking": tracking,
                "list_price": 100.0,
                "invoice_policy": "delivery",
            }
        )
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in quantities]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantities[lot.name], lot_id=lot
            )
        return product

    def _return_natively(self, picking, quantity, role="storekeeper"):
        """Announce goods with Odoo's own return wizard, as a storekeeper does."""
        wizard = Form(
            self.env["stock.return.picking"]
            .with_user(self.users[role])
            .with_context(
                active_id=picking.id, active_ids=picking.ids, active_model=picking._name
            )
        )
        with wizard.product_return_moves.edit(0) as line:
            line.quantity = quantity
        action = wizard.save().action_create_returns()
        return self.env["stock.picking"].browse(action["res_id"])

    def _close_short(self, return_order, reason="The customer lost it", role="manager"):
        action = self._as(role, return_order).action_close_short()
        wizard = Form.from_action(self._as(role, return_order).env, action)
        wizard.explanation = reason
        wizard.save().action_apply()

    # === LESS THAN APPROVED === #

    def test_partial_receipt_with_backorder_goes_from_partial_to_full(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 3})
        receipt = self._receive(return_order, {self.product: 1})
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "partial",
                    "refund_status": "paid",
                    "amount_refunded": 115.0,
                }
            ],
        )
        backorder = self._open_receipt(return_order)
        self.assertRecordValues(
            backorder,
            [
                {
                    "state": "assigned",
                    "backorder_id": receipt.id,
                    "location_dest_id": self.reception.id,
                }
            ],
        )
        self.assertEqual(backorder.sudo().return_order_id, return_order)
        self.assertRecordValues(
            backorder.move_ids.sudo(),
            [
                {
                    "return_line_id": return_order.line_ids.id,
                    "product_uom_qty": 2,
                    "to_refund": False,
                }
            ],
        )
        self._receive(return_order)
        self.assertRecordValues(
            return_order,
            [{"state": "done", "receipt_status": "full", "amount_refunded": 345.0}],
        )
        self.assertEqual(return_order.sudo().refund_count, 2)
        self.assertEqual(order.order_line.qty_delivered, 2)

    def test_what_is_closed_short_can_be_asked_for_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 3})
        self._receive(return_order, {self.product: 1}, backorder=False)
        self.assertFalse(self._open_receipt(return_order))
        self.assertRecordValues(
            return_order, [{"state": "approved", "receipt_status": "partial"}]
        )
        self.assertEqual(order.order_line.quantity_returnable, 2)

        self._close_short(return_order)
        self.assertRecordValues(
            return_order, [{"state": "done", "receipt_status": "short"}]
        )
        event = return_order.event_ids.sorted("sequence")[-1]
        self.assertRecordValues(
            event, [{"type": "closed_short", "note": "The customer lost it"}]
        )
        self.assertEqual(event.user_id, self.users["manager"])
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 4)
        again = self._approved(order, {self.product: 4})
        self._receive(again)
        self.assertEqual(again.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_closing_short_cancels_the_open_receipt(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        self._receive(return_order, {self.product: 1})
        self._close_short(return_order)
        self.assertEqual(
            self._receipts(return_order).mapped("state"), ["done", "cancel"]
        )
        self.assertEqual(return_order.receipt_status, "short")

    def test_a_transfer_duplicated_after_closing_short_is_not_accepted(self):
        """Its quantity was given free and may be on another return by then."""
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 3})
        receipt = self._open_receipt(return_order)
        self._close_short(return_order)
        self._receive(self._approved(order, {self.product: 5}))
        with suppress(AccessError):  # refusing the copy is as good
            duplicate = receipt.copy()
            duplicate.action_confirm()
            duplicate.button_validate()
        self.env.invalidate_all()
        self.assertEqual(return_order.line_ids.quantity_accepted, 0)
        self.assertRecordValues(
            order.order_line, [{"qty_delivered": 0, "qty_invoiced": 0}]
        )

    def test_only_managers_close_short(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        for role in ("clerk", "approver", "warehouse", "viewer", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_close_short("I want to")
        self.assertEqual(return_order.state, "approved")

    def test_closing_short_waits_for_the_credit(self):
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        self._receive(return_order, {self.product: 1}, backorder=False)
        with self.assertRaises(UserError):
            self._as("manager", return_order).action_close_short("The rest is lost")
        self._as("manager", return_order).action_settle()
        self._as("manager", return_order).action_close_short("The rest is lost")
        self.assertEqual(return_order.receipt_status, "short")

    # === MORE AND OTHER THAN APPROVED === #

    def test_goods_that_the_dock_adds_do_not_touch_the_order(self):
        other = self._create_goods("Other")
        for added, on_order in ((other, False), (self.product_on_order, True)):
            with self.subTest(on_order=on_order):
                order = self._sell([(self.product, 5), (self.product_on_order, 5)])
                return_order = self._approved(order, {self.product: 2})
                receipt = self._open_receipt(return_order)
                self.env.invalidate_all()
                in_stock = added.with_context(location=self.reception.id).qty_available
                receipt.write(
                    {
                        "move_ids": [
                            Command.create(
                                {
                                    "product_id": added.id,
                                    "product_uom": added.uom_id.id,
                                    "product_uom_qty": 3,
                                    "quantity": 3,
                                    "location_id": receipt.location_id.id,
                                    "location_dest_id": receipt.location_dest_id.id,
                                }
                            )
                        ]
                    }
                )
                receipt.move_ids.picked = True
                receipt.button_validate()
                self.assertEqual(receipt.state, "done")
                self.env.invalidate_all()
                self.assertRecordValues(
                    order.order_line,
                    [
                        {"product_id": self.product.id, "qty_delivered": 3},
                        {"product_id": self.product_on_order.id, "qty_delivered": 5},
                    ],
                )
                self.assertEqual(return_order.state, "done")
                self.assertEqual(return_order.amount_refunded, 230.0)
                self.assertEqual(
                    added.with_context(location=self.reception.id).qty_available,
                    in_stock + 3,
                )

    def test_goods_added_in_the_detailed_operations_do_not_touch_the_order(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        receipt = self._open_receipt(return_order)
        self.env["stock.move.line"].with_user(self.users["storekeeper"]).create(
            {
                "picking_id": receipt.id,
                "product_id": self.product_on_order.id,
                "quantity": 3,
                "location_id": receipt.location_id.id,
                "location_dest_id": receipt.location_dest_id.id,
            }
        )
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.env.invalidate_all()
        self.assertRecordValues(
            order.order_line, [{"product_id": self.product.id, "qty_delivered": 3}]
        )
        self.assertEqual(return_order.state, "done")

    def test_the_dock_cannot_make_the_order_count_a_receipt_twice(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self._open_receipt(return_order).move_ids.to_refund = True
        self._receive(return_order)
        self.env.invalidate_all()
        self.assertEqual(order.order_line.qty_delivered, 3)

    # === UNITS OF MEASURE === #

    def _request_in(self, uom, order, quantity):
        """A draft return counted in another unit than the order."""
        self.users["clerk"].group_ids += self.env.ref("uom.group_uom")
        return_order = self._request(order)
        form = Form(return_order)
        with form.line_ids.edit(0) as line:
            line.product_uom_id = uom
            line.quantity = quantity
        return form.save()

    def test_sold_by_the_dozen_and_returned_by_the_piece(self):
        self.product.uom_ids = self.uom_dozen
        order = self._sell(
            [
                (
                    self.product,
                    2,
                    {"product_uom_id": self.uom_dozen.id, "price_unit": 120},
                )
            ]
        )
        line = order.order_line
        self.assertEqual(line.quantity_returnable, 2)
        return_order = self._request_in(self.uom_unit, order, 6)
        self.assertEqual(return_order.line_ids.quantity_returnable, 24)
        self.assertRecordValues(
            return_order.line_ids, [{"price_unit": 10.0, "price_subtotal": 60.0}]
        )
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self.assertEqual(self._open_receipt(return_order).move_ids.product_uom_qty, 6)
        self._receive(return_order)
        self.assertRecordValues(
            return_order.line_ids,
            [{"quantity_received": 6, "quantity_accepted": 6, "quantity_refunded": 6}],
        )
        self.assertRecordValues(
            return_order, [{"state": "done", "amount_refunded": 69.0}]
        )
        self.assertRecordValues(
            line, [{"qty_delivered": 1.5, "qty_invoiced": 1.5, "qty_to_invoice": 0}]
        )

    def test_a_single_piece_of_a_dozen_is_credited_to_the_cent(self):
        self.product.uom_ids = self.uom_dozen
        order = self._sell(
            [
                (
                    self.product,
                    1,
                    {"product_uom_id": self.uom_dozen.id, "price_unit": 120},
                )
            ]
        )
        return_order = self._request_in(self.uom_unit, order, 1)
        self.assertEqual(return_order.amount_total, 11.5)
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertRecordValues(
            return_order,
            [{"state": "done", "refund_status": "paid", "amount_refunded": 11.5}],
        )
        self.assertEqual(return_order.line_ids.quantity_refunded, 1)

    def test_twelve_single_pieces_are_a_dozen(self):
        self.product.uom_ids = self.uom_dozen
        order = self._sell(
            [
                (
                    self.product,
                    1,
                    {"product_uom_id": self.uom_dozen.id, "price_unit": 120},
                )
            ]
        )
        for _piece in range(12):
            return_order = self._request_in(self.uom_unit, order, 1)
            return_order.action_submit()
            self._as("approver", return_order).action_approve()
            self._receive(return_order)
        self.env.invalidate_all()
        self.assertRecordValues(
            order.order_line,
            [
                {
                    "qty_delivered": 0,
                    "qty_invoiced": 0,
                    "qty_to_invoice": 0,
                    "quantity_returnable": 0,
                }
            ],
        )
        self.assertEqual(order.invoice_ids[:1].reversed_entry_id.amount_residual, 0)
        self.assertEqual(
            sum(order.invoice_ids.mapped("amount_untaxed_signed")), 0, "all is credited"
        )

    def test_sold_by_the_piece_and_returned_by_the_dozen(self):
        self.product.uom_ids = self.uom_dozen
        order = self._sell([(self.product, 24)])
        return_order = self._request_in(self.uom_dozen, order, 1)
        self.assertRecordValues(
            return_order.line_ids,
            [
                {
                    "quantity_returnable": 2,
                    "price_unit": 1200.0,
                    "price_subtotal": 1200.0,
                }
            ],
        )
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self.assertEqual(order.order_line.quantity_returnable, 12)
        self._receive(return_order)
        self.assertRecordValues(
            return_order.line_ids,
            [{"quantity_received": 1, "quantity_accepted": 1, "quantity_refunded": 1}],
        )
        self.assertRecordValues(
            return_order, [{"state": "done", "amount_refunded": 1380.0}]
        )
        self.assertEqual(order.order_line.qty_delivered, 12)

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

    # === CANCELLED === #

    def test_cancelling_the_return_cancels_its_receipts_and_frees_the_quantity(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order)
        self.assertEqual(order.order_line.quantity_returnable, 0)
        return_order.action_cancel()
        self.assertEqual(self._receipts(return_order).state, "cancel")
        self.assertRecordValues(
            return_order, [{"state": "cancelled", "receipt_status": "none"}]
        )
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 5)

    def test_a_return_is_not_cancelled_once_goods_came(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        self._receive(return_order, {self.product: 1})
        with self.assertRaises(UserError):
            return_order.action_cancel()
        self.assertEqual(return_order.state, "approved")
        self.assertEqual(self._open_receipt(return_order).state, "assigned")

    def test_only_clerks_cancel(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        for role in ("approver", "warehouse", "viewer", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_cancel()

    def test_a_receipt_that_the_storekeeper_cancelled_leaves_the_return_open(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order)
        self._open_receipt(return_order).action_cancel()
        self.assertRecordValues(
            return_order, [{"state": "approved", "receipt_status": "pending"}]
        )
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 0)
        return_order.action_cancel()
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 5)

    def test_goods_sent_back_to_the_customer_are_not_received(self):
        """The receipt was a mistake: reversing it with Odoo's own wizard undoes it."""
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        receipt = self._receive(return_order)
        self._return_natively(receipt, 2).button_validate()
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order.line_ids, [{"quantity_received": 0, "quantity_accepted": 0}]
        )
        self.assertRecordValues(
            return_order, [{"state": "approved", "receipt_status": "pending"}]
        )
        self.assertRecordValues(
            order.order_line, [{"qty_delivered": 5, "qty_to_invoice": 0}]
        )
        self._as("manager", return_order).action_settle()
        self.assertFalse(return_order.sudo().refund_ids)

    def test_goods_sent_back_after_the_credit_are_to_be_invoiced_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        receipt = self._receive(return_order)
        self.assertEqual(return_order.state, "done")
        self._return_natively(receipt, 2).button_validate()
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "pending",
                    "amount_refunded": 230,
                }
            ],
        )
        self.assertEqual(return_order.event_ids.sorted("sequence")[-1].type, "reopened")
        self.assertRecordValues(
            order.order_line,
            [{"qty_delivered": 5, "qty_invoiced": 3, "qty_to_invoice": 2}],
        )

    # === ODOO'S OWN RETURNS === #

    def test_native_returns_count(self):
        order = self._sell([(self.product, 5)])
        native = self._return_natively(order.picking_ids, 2)
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 5, "not here yet")
        native.button_validate()
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 3)
        return_order = self._request(order)
        self.assertEqual(return_order.line_ids.quantity, 3)
        return_order.line_ids.quantity = 4
        with self.assertRaises(UserError):
            return_order.action_submit()
        return_order.line_ids.quantity = 3
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_goods_that_were_announced_natively_too(self):
        """Both announce the same goods; what arrives on ours is what counts for us."""
        order = self._sell([(self.product, 5)])
        native = self._return_natively(order.picking_ids, 2)
        return_order = self._approved(order)
        self.assertEqual(
            sum(self._receipts(return_order).move_ids.mapped("product_uom_qty")), 5
        )
        self.assertEqual(native.state, "assigned")
        native.button_validate()
        self._receive(return_order, {self.product: 3}, backorder=False)
        self.assertEqual(return_order.line_ids.quantity_accepted, 3)
        self.env.invalidate_all()
        self.assertRecordValues(
            order.order_line, [{"qty_delivered": 0, "quantity_returnable": 0}]
        )
        self._close_short(return_order, "Two came on the other transfer")
        self.assertEqual(return_order.receipt_status, "short")
        self.assertEqual(order.order_line.quantity_returnable, 0)

    def test_a_native_return_keeps_the_reservation_of_ours(self):
        product = self._create_tracked("serial", {"SN1": 1, "SN2": 1, "SN3": 1})
        order = self._sell([(product, 3)])
        return_order = self._approved(order, {product: 2})
        reserved = self._receipts(return_order).move_line_ids.lot_id
        self._return_natively(order.picking_ids - self._receipts(return_order), 1)
        self.env.invalidate_all()
        self.assertEqual(self._receipts(return_order).move_line_ids.lot_id, reserved)

    # === WHO MAY LINK TRANSFERS TO RETURNS === #

    def _prepare_forged_move(self, receipt, line, **vals):
        return {
            "product_id": self.product.id,
            "product_uom": self.product.uom_id.id,
            "product_uom_qty": 1,
            "picking_type_id": receipt.picking_type_id.id,
            "location_id": receipt.location_id.id,
            "location_dest_id": receipt.location_dest_id.id,
            "return_line_id": line.id,
            **vals,
        }

    def test_storekeepers_cannot_link_a_move_to_a_return(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        receipt = self._open_receipt(return_order)
        line = return_order.line_ids.sudo()
        Move = self.env["stock.move"].with_user(self.users["storekeeper"])
        with self.assertRaises(AccessError):
            Move.create(self._prepare_forged_move(receipt, line))
        move = Move.create(self._prepare_forged_move(receipt, line.browse()))
        with self.assertRaises(AccessError):
            move.return_line_id = line.id
        with self.assertRaises(AccessError):
            receipt.move_ids.return_line_id = False
        with self.assertRaises(AccessError):
            receipt.return_order_id = False
        vals = self._prepare_forged_move(receipt, line)
        del vals["return_line_id"]
        with self.assertRaises(AccessError):
            Move.with_context(default_return_line_id=line.id).create(vals)
        self.assertEqual(line.move_ids, receipt.sudo().move_ids)

    def test_storekeepers_of_another_company_cannot_copy_the_link(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        receipt = self._receipts(return_order)
        other = self._create_company(name="Elsewhere")
        stranger = self.users["storekeeper"].copy(
            {
                "login": "return_test_stranger",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)])
        forged = self._prepare_forged_move(
            receipt,
            return_order.line_ids,
            company_id=other.id,
            picking_type_id=warehouse.sale_return_type_id.id,
            location_dest_id=warehouse.sale_return_location_id.id,
            origin_returned_move_id=receipt.move_ids.origin_returned_move_id.id,
        )
        with self.assertRaises(AccessError):
            self.env["stock.move"].with_user(stranger).create(forged)
