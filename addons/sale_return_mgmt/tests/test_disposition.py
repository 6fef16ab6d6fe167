from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_inspection import SaleReturnInspectionCommon


@tagged("post_install", "-at_install")
class TestDisposition(SaleReturnInspectionCommon):
    """Where the goods go, and that nobody counts them twice on the way."""

    def _ship(self, return_order):
        """The dock ships what goes back to the customer."""
        transfer = return_order.sudo().picking_ids.filtered(
            lambda picking: (
                picking.location_dest_id == self.customers and picking.state != "done"
            )
        )
        transfer.with_user(self.users["storekeeper"]).button_validate()
        return transfer

    def _assert_ledger(self, order, return_order, accepted, returnable):
        """Received stays received, delivered falls by what was accepted alone."""
        self.env.flush_all()
        self.env.invalidate_all()
        line = return_order.line_ids
        self.assertEqual(line.quantity_received, line.quantity_approved)
        self.assertEqual(line.quantity_accepted, accepted)
        self.assertEqual(order.order_line.qty_delivered, 10 - accepted)
        self.assertEqual(order.order_line.quantity_returnable, returnable)
        self.assertEqual(line.quantity_delivered, 10)

    # === CONFIGURATION === #

    def test_what_usually_becomes_of_goods_follows_the_configuration(self):
        Disposition = self.env["sale.return.disposition"].sudo()

        def usual():
            return Disposition._get_default(self.company)

        shipped = usual()
        first = Disposition.create(
            {"name": "Shelf", "code": "SHELF", "kind": "restock", "sequence": -1}
        )
        self.assertEqual(usual(), first)
        first.active = False
        self.assertEqual(usual(), shipped)
        first.active = True
        self.assertEqual(usual(), first)
        first.company_id = self.env["res.company"].sudo().create({"name": "Other"})
        self.assertEqual(usual(), shipped)
        first.company_id = self.company
        self.assertEqual(usual(), first)
        first.unlink()
        self.assertEqual(usual(), shipped)

    # === KINDS === #

    def test_no_kind_touches_the_ledger_by_its_moves(self):
        for kind, accepted in (
            ("restock", 4),
            ("quarantine", 4),
            ("repair", 4),
            ("vendor", 4),
            ("scrap", 4),
            ("return_to_customer", 0),
        ):
            with self.subTest(kind=kind):
                order = self._sell([(self.product, 10)])
                return_order = self._received(order, {self.product: 4})
                self._assert_ledger(order, return_order, 0, 6)
                self._as("warehouse", return_order).action_inspect_all(
                    self.dispositions[kind].code
                )
                self._assert_ledger(order, return_order, accepted, 6)
                move = return_order.sudo().inspection_ids.move_id
                self.assertEqual(move.product_uom_qty, 4)
                self.assertEqual(move.location_id, self.waiting)
                if kind != "return_to_customer":
                    self.assertFalse(move.sale_line_id)
                    self.assertEqual(move.state, "done")
                    self.assertEqual(return_order.state, "done")

    def test_goods_set_aside_are_in_stock_but_not_free(self):
        self.env.invalidate_all()
        for kind in ("quarantine", "repair", "vendor"):
            with self.subTest(kind=kind):
                order = self._sell([(self.product, 3)])
                self.env.invalidate_all()
                free, everywhere = self.product.free_qty, self._in_company()
                return_order = self._received(order)
                self._as("warehouse", return_order).action_inspect_all(
                    self.dispositions[kind].code
                )
                place = self.warehouse._get_sale_return_place(kind)
                self.assertEqual(self._in_stock(self.product, place), 3)
                self.env.invalidate_all()
                self.assertEqual(self.product.free_qty, free)
                self.assertEqual(self._in_company(), everywhere + 3)
                self.assertEqual(place.company_id, self.company)

    def _in_company(self):
        return sum(
            self.env["stock.quant"]
            .search(
                [
                    ("product_id", "=", self.product.id),
                    ("location_id.usage", "=", "internal"),
                ]
            )
            .mapped("quantity")
        )

    def test_goods_go_to_the_chosen_place_or_that_of_the_disposition(self):
        shelf, cage = self.env["stock.location"].create(
            [
                {"name": name, "location_id": self.warehouse.lot_stock_id.id}
                for name in ("Shelf", "Cage")
            ]
        )
        quarantine = self.dispositions["quarantine"].sudo()
        quarantine.write({"company_id": self.company.id, "location_id": cage.id})
        return_order = self._received(self._sell([(self.product, 3)]))
        line = return_order.line_ids
        self._inspect(
            return_order,
            (line, "restock", 2, {"location_id": shelf.id}),
            (line, "quarantine", 1),
        )
        self.assertEqual(self._in_stock(self.product, shelf), 2)
        self.assertEqual(self._in_stock(self.product, cage), 1)

    def test_putaway_rules_are_obeyed(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        self.env["stock.putaway.rule"].create(
            {
                "product_id": self.product.id,
                "location_in_id": self.warehouse.lot_stock_id.id,
                "location_out_id": shelf.id,
            }
        )
        return_order = self._received(self._sell([(self.product, 3)]))
        self._as("warehouse", return_order).action_inspect_all()
        self.assertEqual(self._in_stock(self.product, shelf), 3)

    def test_scrap_leaves_by_the_scrap_location(self):
        adjustments = self.product.property_stock_inventory
        return_order = self._received(self._sell([(self.product, 3)]))
        self._as("warehouse", return_order).action_inspect_all("SCRAP")
        scrap = return_order.sudo().inspection_ids.move_ids.scrap_id
        self.assertRecordValues(
            scrap,
            [
                {
                    "state": "done",
                    "scrap_qty": 3,
                    "origin": return_order.name,
                    "picking_id": False,
                    "location_id": self.waiting.id,
                }
            ],
        )
        self.assertNotEqual(scrap.scrap_location_id, adjustments)
        self.assertEqual(scrap.scrap_location_id.usage, "inventory")
        self.assertRegex(scrap.name, r"\d")
        self.assertFalse(self._in_stock(self.product, self.waiting))

    def test_each_warehouse_has_places_of_its_own(self):
        north = self.env["stock.warehouse"].create({"name": "North", "code": "NOR"})
        for kind in ("quarantine", "repair", "vendor"):
            with self.subTest(kind=kind):
                places = [
                    warehouse.with_user(self.users["warehouse"])._get_sale_return_place(
                        kind
                    )
                    for warehouse in (self.warehouse, north, self.warehouse)
                ]
                self.assertEqual(places[0], places[2])
                self.assertNotEqual(places[0], places[1])
                self.assertFalse(places[1].sudo().warehouse_id)

    # === BACK TO THE CUSTOMER === #

    def test_rejected_goods_wait_for_the_dock(self):
        order = self._sell([(self.product, 10)])
        return_order = self._received(order, {self.product: 4})
        self._inspect(return_order, (return_order.line_ids, "return_to_customer", 4))
        move = return_order.sudo().inspection_ids.move_ids
        self.assertRecordValues(
            move.picking_id,
            [
                {
                    "state": "assigned",
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "partner_id": order.partner_shipping_id.id,
                    "location_dest_id": self.customers.id,
                    "return_order_id": return_order.id,
                }
            ],
        )
        self.assertEqual(return_order.state, "approved", "the goods are still here")
        self._ship(return_order)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(return_order.refund_status, "none")
        self.assertEqual(return_order.receipt_status, "full")
        self.assertIn("goods_sent_back", return_order.event_ids.mapped("type"))
        self._assert_ledger(order, return_order, 0, 10)
        self.assertEqual(order.order_line.qty_to_invoice, 0)

    def test_goods_sent_back_can_be_returned_again(self):
        order = self._sell([(self.product, 10)])
        first = self._received(order, {self.product: 10})
        self._inspect(
            first,
            (first.line_ids, "return_to_customer", 3),
            (first.line_ids, "restock", 7),
        )
        self._assert_ledger(order, first, 7, 0)
        with self.assertRaises(UserError):
            self._request(order)
        self._ship(first)
        self._assert_ledger(order, first, 7, 3)
        second = self._received(order, {self.product: 3})
        self._as("warehouse", second).action_inspect_all()
        self.env.invalidate_all()
        self.assertEqual(second.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 0)
        self.assertEqual(order.order_line.quantity_returnable, 0)
        self.assertEqual((first | second).mapped("amount_refunded"), [805, 345])

    def test_sending_goods_back_does_not_restart_the_return_window(self):
        order = self._sell([(self.product, 10)])
        long_ago = "2020-01-01 12:00:00"
        order.picking_ids.move_ids.date = long_ago
        first = self._received(order, {self.product: 4})
        self.assertFalse(first.in_policy)
        self._inspect(first, (first.line_ids, "return_to_customer", 4))
        self._ship(first)
        second = self._request(order, {self.product: 4})
        second.action_submit()
        self.assertFalse(second.in_policy)

    def test_a_parcel_that_comes_back_undelivered_is_inspected_again(self):
        order = self._sell([(self.product, 10)])
        return_order = self._received(order, {self.product: 4})
        self._inspect(return_order, (return_order.line_ids, "return_to_customer", 4))
        transfer = self._ship(return_order)
        wizard = self.env["stock.return.picking"].create({"picking_id": transfer.id})
        wizard.product_return_moves.quantity = 4
        back = wizard._create_return()
        back.move_ids.picked = True
        back.button_validate()
        self.env.invalidate_all()
        self.assertEqual(return_order.line_ids.quantity_to_inspect, 4)
        self.assertEqual(order.order_line.quantity_returnable, 6)
        self.assertEqual(return_order.state, "approved")
        self._as("warehouse", return_order).action_inspect_all()
        self.assertEqual(return_order.line_ids.quantity_accepted, 4)

    def test_a_cancelled_transfer_keeps_the_return_open(self):
        order = self._sell([(self.product, 10)])
        return_order = self._received(order, {self.product: 4})
        facts = self._inspect(
            return_order, (return_order.line_ids, "return_to_customer", 4)
        )
        facts.move_ids.picking_id.action_cancel()
        self.assertEqual(return_order.state, "approved")
        self._as("warehouse", facts).action_undo()
        self._as("warehouse", return_order).action_inspect_all()
        self.assertEqual(return_order.state, "done")

    def test_what_is_left_of_a_shipment_keeps_its_inspection(self):
        order = self._sell([(self.product, 10)])
        return_order = self._received(order, {self.product: 4})
        fact = self._inspect(
            return_order, (return_order.line_ids, "return_to_customer", 4)
        )
        transfer = fact.move_ids.picking_id.with_user(self.users["storekeeper"])
        transfer.move_ids.quantity = 1
        transfer.move_ids.picked = True
        transfer.with_context(skip_backorder=True).button_validate()
        self.assertEqual(sorted(fact.move_ids.mapped("state")), ["assigned", "done"])
        self._assert_ledger(order, return_order, 0, 7)
        self.assertEqual(return_order.state, "approved")
        self._ship(return_order)
        self.assertEqual(return_order.state, "done")

    # === OWNERS AND PACKAGES === #

    def test_consigned_goods_keep_their_owner(self):
        owner = self.env["res.partner"].create({"name": "Consignor"})
        product = self._create_goods("Consigned")
        self.env["stock.quant"].search(
            [("product_id", "=", product.id)]
        ).sudo().unlink()
        stock = self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(
            product, stock, 3, owner_id=owner
        )
        self.env["stock.quant"]._update_available_quantity(product, stock, 2)
        order = self._sell([(product, 5)])
        self.assertFalse(self._in_stock(product, stock))
        return_order = self._received(order)
        line = return_order.line_ids
        self.assertEqual(self._in_stock(product, self.waiting, owner=owner), 3)
        self._inspect(return_order, (line, "scrap", 2), (line, "restock", 3))
        self.assertFalse(self._in_stock(product, self.waiting))
        moves = return_order.sudo().inspection_ids.move_ids
        by_owner = sum(
            moves.move_line_ids.filtered(lambda ml: ml.owner_id == owner).mapped(
                "quantity"
            )
        )
        self.assertEqual(by_owner, 3)
        self.assertEqual(
            self._in_stock(product, stock, owner=owner)
            + sum(moves.scrap_id.filtered("owner_id").mapped("scrap_qty")),
            3,
        )

    def test_a_package_stays_whole_where_all_of_it_goes(self):
        product = self._create_goods("Packed")
        self.env["stock.quant"].search(
            [("product_id", "=", product.id)]
        ).sudo().unlink()
        package = self.env["stock.package"].create({"name": "PACK-7"})
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, 4, package_id=package
        )
        order = self._sell([(product, 4)])
        return_order = self._received(order)
        self.assertEqual(package.location_id, self.waiting)
        self._as("warehouse", return_order).action_inspect_all()
        self.assertEqual(package.location_id, self.warehouse.lot_stock_id)
        self._as("warehouse", return_order.inspection_ids).action_undo()
        self.assertEqual(package.location_id, self.waiting)
        line = return_order.line_ids
        self._inspect(return_order, (line, "restock", 3), (line, "repair", 1))
        # Three were taken out; the package went to repair with the last one.
        repair = self.warehouse.sale_return_repair_location_id
        self.assertEqual(package.location_id, repair)
        self.assertEqual(sum(package.quant_ids.mapped("quantity")), 1)
        self.assertEqual(self._in_stock(product, self.warehouse.lot_stock_id), 3)

    # === OTHER DOCUMENTS === #

    def test_several_orders_go_back_in_a_transfer_each(self):
        orders = self._sell([(self.product, 3)]) | self._sell([(self.product, 2)])
        return_order = self._received(orders)
        self._as("warehouse", return_order).action_inspect_all("SEND_BACK")
        transfers = return_order.inspection_ids.move_ids.picking_id
        self.assertEqual(transfers.sale_id, orders)
        self.assertEqual(len(transfers), 2)
        lines = orders.order_line
        self._ship(return_order)
        self.assertEqual(orders.order_line, lines, "no line was added")

    def test_goods_nobody_asked_for_are_never_accepted(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self._receive(return_order, {self.product: 3})
        asked, excess = return_order.line_ids
        self.assertEqual(excess.discrepancy, "excess")
        self._inspect(return_order, (asked, "restock", 2), (excess, "restock", 1))
        self.assertEqual(excess.inspection_ids.mapped("is_accepted"), [False])
        self.assertRecordValues(
            asked + excess,
            [
                {"quantity_accepted": 2, "quantity_rejected": 0},
                {"quantity_accepted": 0, "quantity_rejected": 1},
            ],
        )
        self.assertEqual(return_order.refund_ids.invoice_line_ids.quantity, 2)

    def test_other_quantities_of_the_order_ship_only_what_is_new(self):
        order = self._sell([(self.product, 5)])
        return_order = self._received(order, {self.product: 2})
        self._inspect(
            return_order,
            (return_order.line_ids, "return_to_customer", 1),
            (return_order.line_ids, "restock", 1),
        )
        order.write(
            {
                "order_line": [
                    Command.update(order.order_line.id, {"product_uom_qty": 6})
                ]
            }
        )
        new = (
            order.picking_ids.filtered(
                lambda picking: picking.state not in ("done", "cancel")
            )
            - return_order.sudo().picking_ids
        )
        self.assertEqual(sum(new.move_ids.mapped("product_uom_qty")), 1)
