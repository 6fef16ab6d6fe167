from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PIXEL
from .common_inspection import SaleReturnInspectionCommon


@tagged("post_install", "-at_install")
class TestInspection(SaleReturnInspectionCommon):
    """What came back is accepted by inspection, row by row."""

    def test_received_goods_wait_for_inspection(self):
        order = self._sell([(self.product, 5)])
        return_order = self._received(order, {self.product: 2})
        self.assertTrue(return_order.line_ids.inspection_required)
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "full",
                    "inspection_status": "pending",
                    "refund_status": "none",
                }
            ],
        )
        self.assertRecordValues(
            return_order.line_ids,
            [
                {
                    "quantity_received": 2,
                    "quantity_to_inspect": 2,
                    "quantity_accepted": 0,
                }
            ],
        )
        self.assertEqual(self._in_stock(self.product, self.waiting), 2)
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_a_line_splits_as_the_facts_are(self):
        order = self._sell([(self.product, 10)])
        return_order = self._received(order)
        stock = self._in_stock(self.product, self.warehouse.lot_stock_id)
        line = return_order.line_ids
        facts = self._inspect(
            return_order,
            (line, "restock", 6, {"condition": "as_new"}),
            (line, "repair", 2, {"condition": "defective", "note": "No light"}),
            (line, "scrap", 1, {"condition": "damaged"}),
            (line, "return_to_customer", 1, {"condition": "wrong_item"}),
        ).sorted("id")
        self.assertRecordValues(
            facts,
            [
                {"quantity": 6, "condition": "as_new", "is_accepted": True},
                {"quantity": 2, "condition": "defective", "is_accepted": True},
                {"quantity": 1, "condition": "damaged", "is_accepted": True},
                {"quantity": 1, "condition": "wrong_item", "is_accepted": False},
            ],
        )
        self.assertEqual(facts.inspector_id, self.users["warehouse"])
        self.assertRecordValues(
            line,
            [
                {
                    "quantity_inspected": 10,
                    "quantity_accepted": 9,
                    "quantity_rejected": 1,
                    "quantity_to_inspect": 0,
                    "quantity_refunded": 9,
                }
            ],
        )
        self.assertEqual(
            self._in_stock(self.product, self.warehouse.lot_stock_id), stock + 6
        )
        self.assertEqual(
            self._in_stock(self.product, self.warehouse.sale_return_repair_location_id),
            2,
        )
        self.assertEqual(self._in_stock(self.product, self.waiting), 1)
        self.assertRecordValues(
            return_order,
            [{"inspection_status": "done", "state": "approved"}],
        )
        self.assertEqual(order.order_line.qty_delivered, 1)
        event = return_order.event_ids.filtered(lambda e: e.type == "inspected")
        self.assertEqual(
            [row["quantity"] for row in event.payload["lines"]], [6, 2, 1, 1]
        )
        self.assertEqual(event.note, "No light")

    def test_the_dialog_proposes_what_waits(self):
        self.reason.sudo().default_disposition_id = self.dispositions["quarantine"]
        order = self._sell([(self.product, 3), (self.product_on_order, 2)])
        return_order = self._received(order)
        dialog = self._open_dialog(return_order)
        self.assertRecordValues(
            dialog.line_ids,
            [
                {
                    "product_id": product.id,
                    "quantity": quantity,
                    "quantity_waiting": quantity,
                    "disposition_id": self.dispositions["quarantine"].id,
                }
                for product, quantity in ((self.product, 3), (self.product_on_order, 2))
            ],
        )
        # What the storekeeper reads in the rows, and in the list to choose from.
        self.assertEqual(
            dialog.line_ids.line_id.mapped("display_name"),
            (self.product + self.product_on_order).mapped("display_name"),
        )
        dialog.action_apply()
        self.assertEqual(return_order.state, "done")
        self.assertFalse(self._open_dialog(return_order).line_ids)

    def test_goods_are_inspected_as_they_come(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 5})
        self._receive(return_order, {self.product: 2})
        self._as("warehouse", return_order).action_inspect_all()
        self.assertRecordValues(
            return_order,
            [
                {
                    "inspection_status": "done",
                    "receipt_status": "partial",
                    "state": "approved",
                    "amount_refunded": 230.0,
                }
            ],
        )
        self._receive(return_order)
        self.assertEqual(return_order.inspection_status, "partial")
        self._as("warehouse", return_order).action_inspect_all()
        self.assertRecordValues(
            return_order,
            [
                {
                    "inspection_status": "done",
                    "state": "done",
                    "amount_refunded": 575.0,
                }
            ],
        )

    # === ACCEPT ALL === #

    def test_accept_all_follows_the_reason_or_what_is_said(self):
        for key, kind in (
            (None, "restock"),
            ("SCRAP", "scrap"),
            (self.dispositions["vendor"].id, "vendor"),
        ):
            with self.subTest(key=key):
                order = self._sell([(self.product, 3)])
                return_order = self._received(order)
                answer = self._as("warehouse", return_order).action_inspect_all(key)
                self.assertIs(answer, True)
                self.assertEqual(
                    return_order.inspection_ids.disposition_id, self.dispositions[kind]
                )
                self.assertEqual(return_order.state, "done")
        self._as("warehouse", return_order).action_inspect_all()
        self.assertEqual(len(return_order.inspection_ids), 1, "nothing was left")

    def test_accept_all_takes_many_returns(self):
        orders = [self._sell([(self.product, 2)]) for _index in range(3)]
        return_orders = self.env["sale.return.order"].browse(
            [self._received(order).id for order in orders]
        )
        self._as("warehouse", return_orders).action_inspect_all()
        self.assertEqual(set(return_orders.mapped("state")), {"done"})

    def test_an_unknown_disposition_is_refused(self):
        return_order = self._received(self._sell([(self.product, 3)]))
        for key in ("NO_SUCH", 0x7FFFFFF, "restock"):
            with self.subTest(key=key), self.assertRaises(UserError) as refusal:
                self._as("warehouse", return_order).action_inspect_all(key)
            self.assertEqual(refusal.exception.sale_return_code, "NOT_FOUND")
        self.assertFalse(return_order.inspection_ids)

    # === DIMINISHED VALUE === #

    def test_diminished_value_lowers_the_credit_with_a_reason(self):
        return_order = self._received(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        line = return_order.line_ids
        worn = {"credit_percent": 60, "note": "Worn for weeks"}
        self._inspect(return_order, (line, "restock", 2, worn))
        self.assertEqual(line.credit_percent, 60)
        self.assertEqual(return_order.amount_refunded, 138.0)
        event = return_order.event_ids.filtered(lambda e: e.type == "inspected")
        self.assertEqual(
            event.payload["credit_percent"], [{"line": line.id, "percent": 60}]
        )
        self.assertEqual(event.note, "Worn for weeks")

    def test_the_credit_is_never_raised_nor_lowered_without_reason(self):
        return_order = self._received(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        line = return_order.line_ids
        line.sudo().credit_percent = 80
        self.assertEqual(self._open_dialog(return_order).line_ids.credit_percent, 80)
        for percent, note in (
            (90, "Better"),
            (100.5, "Much better"),
            (-1, "Ours"),
            (50, " "),
            (float("nan"), "What?"),
        ):
            with self.subTest(percent=percent):
                self._assert_refused(
                    return_order,
                    (line, "restock", 3, {"credit_percent": percent, "note": note}),
                    "INVALID",
                )
        self.assertEqual(line.credit_percent, 80)

    # === WHAT THE STOREKEEPER IS TOLD AND TELLS === #

    def test_the_policies_instructions_are_shown(self):
        policy = self.env.ref("sale_return_mgmt.sale_return_policy_default").sudo()
        policy.inspection_instructions = "<p>Look for scratches.</p>"
        return_order = self._received(self._sell([(self.product, 5)]))
        dialog = self._open_dialog(return_order)
        self.assertIn("Look for scratches.", dialog.instructions)
        policy.inspection_instructions = "<p><br></p>"
        self.assertFalse(self._open_dialog(return_order).instructions)

    def test_photos_are_kept_with_the_inspection(self):
        return_order = self._received(self._sell([(self.product, 5)]))
        dialog = self._open_dialog(return_order)
        photo = self._as("warehouse", self.env["ir.attachment"]).create(
            {"name": "lamp.png", "raw": PIXEL, "res_model": dialog.line_ids._name}
        )
        dialog.line_ids.attachment_ids = photo
        dialog.action_apply()
        fact = return_order.inspection_ids
        self.assertEqual(fact.attachment_ids, photo)
        self.assertEqual((photo.res_model, photo.res_id), (fact._name, fact.id))
        self.assertEqual(self._as("viewer", photo).raw, PIXEL)
        with self.assertRaises(AccessError):
            self._as("warehouse", photo).unlink()
        with self.assertRaises(AccessError):
            self._as("employee", photo).read(["raw"])

    def test_the_warehouse_sees_no_price_on_the_way(self):
        return_order = self._received(self._sell([(self.product, 5)]))
        for model in (
            "sale.return.order.inspect",
            "sale.return.order.inspect.line",
            "sale.return.inspection",
            "sale.return.disposition",
        ):
            names = self._as("warehouse", self.env[model]).fields_get()
            with self.subTest(model=model):
                self.assertFalse(
                    [name for name in names if "price" in name or "amount" in name]
                )
        text = str(self._open_dialog(return_order).line_ids.read())
        self.assertNotIn("100.0,", text.replace("'credit_percent': 100.0,", ""))
        self._as("warehouse", return_order).action_inspect_all()
        event = return_order.event_ids.filtered(lambda e: e.type == "inspected")
        self.assertNotIn("price", str(event.payload))
