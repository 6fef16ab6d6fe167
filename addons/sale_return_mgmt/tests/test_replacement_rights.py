from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementRights(ReplacementCommon):
    """Who asks for replacements, who sees and who may not touch them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.candle = cls._create_goods("Candle", list_price=40.0)

    def test_clerk_asks_for_a_replacement_in_the_form(self):
        return_order = self._request(self.order, {self.product: 2})
        form = Form(return_order)
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.resolution, "refund")
            line.resolution = "replace"
            line.replacement_product_id = self.candle
            line.replacement_quantity = 3
        form.save()
        self.assertRecordValues(
            return_order.line_ids,
            [
                {
                    "resolution": "replace",
                    "replacement_product_id": self.candle.id,
                    "replacement_quantity": 3,
                }
            ],
        )

    def test_what_was_submitted_stays(self):
        return_order = self._draft_exchange(self.order, {self.product: 2})
        return_order.action_submit()
        for vals in (
            {"resolution": "refund"},
            {"replacement_product_id": self.candle.id},
            {"replacement_quantity": 9},
        ):
            for role in ("clerk", "manager"):
                with self.subTest(vals=vals), self.assertRaises(UserError) as refusal:
                    self._as(role, return_order).line_ids.write(vals)
                self.assertEqual(refusal.exception.sale_return_code, "INVALID_STATE")

    def test_quantities_are_quantities(self):
        return_order = self._draft_exchange(self.order, {self.product: 2})
        for quantity in (-1, 1e10, float("nan"), float("inf")):
            with (
                self.subTest(quantity=quantity),
                self.assertRaises(UserError),
            ):
                return_order.line_ids.write({"replacement_quantity": quantity})

    def test_links_are_set_by_the_return_alone(self):
        """Else anybody with a transfer or an order would make returns done."""
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        line = return_order.line_ids
        storekeeper = self.env["stock.move"].with_user(self.users["storekeeper"])
        other = self._sell([(self.product, 1)], deliver=False, invoice=False)
        move = storekeeper.browse(other.picking_ids.move_ids.ids)
        with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
            move.write({"replacement_line_id": line.id})
        with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
            other.write({"replacement_return_id": return_order.id})
        with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
            other.order_line.write({"replacement_line_id": line.id})
        with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
            storekeeper.create(
                {
                    "product_id": self.candle.id,
                    "product_uom_qty": 1,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.customers.id,
                    "replacement_line_id": line.id,
                }
            )
        copy = self._open_replacements(return_order).copy()
        self.assertFalse(copy.sudo().move_ids.replacement_line_id)

    def test_warehouse_sees_the_goods_and_no_money(self):
        self._pay(self.order.invoice_ids)
        return_order = self._exchange(
            self.order, {self.product: 2}, replacement_product_id=self.candle.id
        )
        self._receive(return_order)
        seen = self._as("warehouse", return_order)
        self.assertEqual(seen.replacement_status, "pending")
        self.assertEqual(seen.line_ids.replacement_product_id, self.candle)
        seen.read()
        seen.line_ids.read()
        for record, name in (
            (seen, "replacement_order_ids"),
            (seen, "replacement_order_count"),
            (seen.line_ids, "exchange_total"),
            (seen, "amount_exchanged"),
            (seen.line_ids, "replacement_sale_line_ids"),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
                record.read([name])
        [answer] = seen.api_get([return_order.id])
        self.assertEqual(
            [set(sold) for sold in answer["replacements"]["orders"]],
            [{"id", "name", "state"}],
        )

    def test_viewer_and_accountant_open_orders_and_transfers(self):
        return_order = self._exchange(
            self.order, {self.product: 2}, replacement_product_id=self.candle.id
        )
        self._receive(return_order)
        sold = return_order.sudo().replacement_order_ids
        for role in ("viewer", "accountant"):
            seen = self._as(role, return_order)
            self.assertEqual(seen.action_view_replacement_orders()["res_id"], sold.id)
        exchange = self._exchange(self.order, {self.product: 1})
        self._receive(exchange)
        for role in ("viewer", "warehouse"):
            seen = self._as(role, exchange)
            self.assertEqual(seen.picking_count, 2)
            self.assertIn("domain", seen.action_view_pickings())
            receipt = exchange.sudo().picking_ids
            self.assertEqual(seen.action_view_receipts()["res_id"], receipt.id)

    def test_without_an_order(self):
        self.company.sale_return_allow_unreferenced = True
        for product, kind in ((False, "transfer"), (self.candle, "order")):
            with self.subTest(kind=kind):
                return_order = self._request_without_order()
                return_order.line_ids.write(
                    {
                        "resolution": "replace",
                        "replacement_product_id": product and product.id,
                    }
                )
                self._submit_and_approve(return_order)
                self._receive(return_order)
                if product:
                    sold = return_order.sudo().replacement_order_ids
                    self.assertFalse(sold.replacement_of_id)
                    self.assertEqual(sold.partner_id, self.customer)
                    sold.picking_ids.move_ids.picked = True
                    sold.picking_ids.button_validate()
                else:
                    self._ship(return_order)
                    self.assertFalse(return_order.sudo().refund_ids)
                self.assertRecordValues(
                    return_order, [{"state": "done", "replacement_status": "done"}]
                )

    def test_copies_link_nothing(self):
        return_order = self._exchange(
            self.order, {self.product: 2}, replacement_product_id=self.candle.id
        )
        self._receive(return_order)
        copy = return_order.sudo().replacement_order_ids.copy()
        self.assertFalse(copy.replacement_return_id or copy.replacement_of_id)
        self.assertFalse(copy.order_line.replacement_line_id)
        again = return_order.copy()
        self.assertEqual(again.line_ids.resolution, "replace")
        self.assertEqual(again.line_ids.quantity_replaced, 0)

    def test_vocabulary_is_translated(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_sale_return_mgmt")._update_translations(
            ["zh_CN"], overwrite=True
        )
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        self._open_replacements(return_order).action_cancel()
        self.env.flush_all()
        seen = self._as("viewer", return_order).with_context(lang="zh_CN")
        self.assertIn("换货", seen.exception_message)
