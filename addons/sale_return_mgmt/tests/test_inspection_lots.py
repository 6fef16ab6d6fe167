from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_inspection import SaleReturnInspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionLots(SaleReturnInspectionCommon):
    """Goods with lots or serial numbers, and in other units."""

    def _sell_tracked(self, tracking, quantities):
        product = self._create_goods(f"Tracked by {tracking}")
        self.env["stock.quant"].search(
            [("product_id", "=", product.id)]
        ).sudo().unlink()
        product.tracking = tracking
        lots = self._create_lots(product, quantities)
        return self._sell([(product, sum(quantities.values()))]), lots

    def test_each_lot_has_its_verdict(self):
        order, (first, second) = self._sell_tracked("lot", {"LA": 2, "LB": 3})
        product = order.order_line.product_id
        return_order = self._received(order)
        line = return_order.line_ids
        self.assertRecordValues(
            self._open_dialog(return_order).line_ids,
            [
                {"lot_id": first.id, "quantity": 2},
                {"lot_id": second.id, "quantity": 3},
            ],
        )
        self._inspect(
            return_order,
            (line, "restock", 2, {"lot_id": first.id}),
            (line, "restock", 1, {"lot_id": second.id}),
            (line, "scrap", 1, {"lot_id": second.id}),
        )
        stock = self.warehouse.lot_stock_id
        self.assertEqual(self._in_stock(product, stock, first), 2)
        self.assertEqual(self._in_stock(product, stock, second), 1)
        self.assertEqual(self._in_stock(product, self.waiting, second), 1)
        self.assertEqual(return_order.inspection_status, "partial")
        self._as("warehouse", return_order).action_inspect_all("SEND_BACK")
        back = return_order.inspection_ids.sorted("id")[-1]
        self.assertRecordValues(back, [{"lot_id": second.id, "quantity": 1}])
        self.assertEqual(back.move_ids.lot_ids, second)

    def test_serial_numbers_go_their_ways(self):
        order, serials = self._sell_tracked("serial", {"S1": 1, "S2": 1, "S3": 1})
        product = order.order_line.product_id
        return_order = self._received(order)
        line = return_order.line_ids
        self._inspect(
            return_order,
            *(
                (line, kind, 1, {"lot_id": serial.id})
                for kind, serial in zip(
                    ("restock", "repair", "return_to_customer"), serials, strict=True
                )
            ),
        )
        repair = self.warehouse.sale_return_repair_location_id
        self.assertEqual(self._in_stock(product, repair, serials[1]), 1)
        with self.assertRaises(UserError):
            self._inspect(
                return_order, (line, "restock", 0.5, {"lot_id": serials[0].id})
            )

    def test_foreign_lots_are_refused(self):
        order, lots = self._sell_tracked("lot", {"LA": 2, "LB": 3})
        product = order.order_line.product_id
        return_order = self._approved(order, {product: 2})
        receipt = self._as("storekeeper", return_order.sudo().picking_ids)
        receipt.move_ids.move_line_ids.unlink()
        receipt.move_ids.move_line_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "lot_id": lots[0].id,
                    "quantity": 2,
                    "picking_id": receipt.id,
                }
            )
        ]
        receipt.move_ids.picked = True
        receipt.button_validate()
        line = return_order.line_ids
        foreign = self._create_lots(product, {"LX": 5})
        for lot, quantity, code in (
            (foreign, 1, "LOT_MISMATCH"),
            (lots[1], 1, "LOT_MISMATCH"),
            (lots.browse(), 1, "LOT_REQUIRED"),
            (lots[0], 3, "INVALID"),
        ):
            with self.subTest(lot=lot.name), self.assertRaises(UserError) as refusal:
                self._inspect(
                    return_order, (line, "restock", quantity, {"lot_id": lot.id})
                )
            self.assertEqual(refusal.exception.sale_return_code, code)
            self.assertIn(product.display_name, str(refusal.exception))
        self.assertFalse(return_order.inspection_ids)

    def test_an_undone_lot_can_be_inspected_again(self):
        order, (first, second) = self._sell_tracked("lot", {"LA": 2, "LB": 3})
        return_order = self._received(order)
        self._as("warehouse", return_order).action_inspect_all()
        fact = return_order.inspection_ids.filtered(lambda row: row.lot_id == second)
        self._as("warehouse", fact).action_undo()
        self.assertRecordValues(
            self._open_dialog(return_order).line_ids,
            [{"lot_id": second.id, "quantity": 3}],
        )
        with self.assertRaises(UserError):
            self._inspect(
                return_order,
                (return_order.line_ids, "restock", 1, {"lot_id": first.id}),
            )

    def test_other_units_are_inspected_in_the_unit_of_the_return(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell([(self.product, 2, {"product_uom_id": dozen.id})])
        stock = self._in_stock(self.product, self.warehouse.lot_stock_id)
        return_order = self._received(order)
        line = return_order.line_ids
        self.assertEqual(line.quantity_to_inspect, 2)
        self._inspect(return_order, (line, "restock", 1.5), (line, "repair", 0.5))
        self.assertEqual(
            self._in_stock(self.product, self.warehouse.lot_stock_id), stock + 18
        )
        self.assertEqual(line.quantity_accepted, 2)
        self.assertEqual(order.order_line.qty_delivered, 0)
