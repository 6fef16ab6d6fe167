from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestDiscrepancy(SaleReturnCommon):
    """What the dock finds and nobody agreed to take back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_product = cls._create_goods("Vase")

    def _discrepancies(self, return_order):
        return return_order.line_ids.filtered("discrepancy")

    def _receipt(self, return_order):
        return self._as("storekeeper", return_order.sudo().picking_ids)

    def _add_product(self, picking, product, quantity):
        """As the dock does: add a line in the transfer's form."""
        with Form(picking) as form, form.move_ids.new() as move:
            move.product_id = product
            move.quantity = quantity

    def test_more_than_approved_becomes_a_line_of_its_own(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self._receive(return_order, {self.product: 4})
        asked, excess = return_order.line_ids
        self.assertRecordValues(
            asked + excess,
            [
                {
                    "discrepancy": False,
                    "quantity": 2,
                    "quantity_received": 2,
                    "quantity_accepted": 2,
                    "quantity_refunded": 2,
                },
                {
                    "discrepancy": "excess",
                    "quantity": 0,
                    "quantity_received": 2,
                    "quantity_accepted": 0,
                    "quantity_refunded": 0,
                },
            ],
        )
        self.assertEqual(excess.sale_line_id, order.order_line)
        self.assertEqual(return_order.receipt_status, "full")
        self.assertEqual(order.order_line.qty_delivered, 3)
        # The goods are here: only the last one may still be asked for.
        self.assertEqual(order.order_line.quantity_returnable, 1)
        self.assertEqual(
            sum(self._receipt(return_order).move_ids.mapped("quantity")), 4
        )

    def test_more_than_approved_after_a_backorder(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        self._receive(return_order, {self.product: 2})
        self._receive(return_order, {self.product: 3})
        asked, excess = return_order.line_ids
        self.assertEqual((asked.quantity_received, excess.quantity_received), (3, 2))

    def test_more_than_approved_in_another_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell([(self.product, 2, {"product_uom_id": dozen.id})])
        return_order = self._approved(order, {self.product: 1})
        self.assertEqual(return_order.line_ids.product_uom_id, dozen)
        picking = self._receipt(return_order)
        picking.move_ids.quantity = 15  # pieces
        picking.move_ids.picked = True
        picking.button_validate()
        asked, excess = return_order.line_ids
        self.assertEqual((asked.quantity_received, excess.quantity_received), (1, 0.25))
        self.assertEqual(order.order_line.qty_delivered, 1)

    def test_another_product_becomes_a_line_of_its_own(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        picking = self._receipt(return_order)
        self._add_product(picking, self.other_product, 1)
        self._receive(return_order)
        wrong = self._discrepancies(return_order)
        self.assertRecordValues(
            wrong,
            [
                {
                    "discrepancy": "wrong_product",
                    "product_id": self.other_product.id,
                    "sale_line_id": False,
                    "quantity": 0,
                    "quantity_received": 1,
                    "quantity_accepted": 0,
                    "price_total": 0,
                }
            ],
        )
        self.assertEqual(order.order_line.mapped("product_id"), self.product)
        self.assertEqual(return_order.refund_ids.invoice_line_ids.quantity, 2)

    def test_only_another_product_comes(self):
        return_order = self._approved(self._sell([(self.product, 1)]))
        picking = self._receipt(return_order)
        self._add_product(picking, self.other_product, 1)
        self._receive(return_order, {self.other_product: 1})
        self.assertEqual(self._discrepancies(return_order).quantity_received, 1)
        self.assertEqual(return_order.receipt_status, "pending")
        self.assertFalse(return_order.refund_ids)
        # The right goods are still awaited, on the backorder.
        self._receive(return_order)
        self.assertEqual(return_order.receipt_status, "full")

    def test_what_the_dock_adds_of_an_asked_product_is_that_line(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 3})
        picking = self._receipt(return_order)
        picking.move_ids.quantity = 1
        self._add_product(picking, self.product, 2)
        picking.move_ids.picked = True
        wizard = Form.from_action(picking.env, picking.button_validate()).save()
        wizard.process()
        self.assertEqual(self._receipt(return_order), picking, "nothing is missing")
        self.assertFalse(self._discrepancies(return_order))
        self.assertEqual(return_order.line_ids.quantity_received, 3)
        self.assertEqual(order.order_line.quantity_returnable, 2)

    def test_an_undone_receipt_takes_its_discrepancies_along(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        picking = self._receive(return_order, {self.product: 3})
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
        )
        action = wizard.create({}).action_create_returns_all()
        undo = self.env["stock.picking"].browse(action["res_id"])
        undo.button_validate()
        self.assertEqual(return_order.line_ids.mapped("quantity_received"), [0, 0])
        self.assertEqual(order.order_line.quantity_returnable, 3)

    def test_the_customer_is_told_once_in_his_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        picking = self._receipt(return_order)
        self._add_product(picking, self.other_product, 1)
        self._receive(return_order, {self.product: 1, self.other_product: 1})
        self._receive(return_order, {self.product: 3})
        notices = return_order.sudo().notice_ids
        [notice] = notices.filtered(lambda notice: notice.kind == "discrepancy")
        self.assertEqual(notice.state, "waiting", "the dock does not wait for a mail")
        notice._send_safely()
        self.assertEqual(notice.state, "sent")
        mails = return_order.message_ids.filtered(
            lambda message: self.customer in message.partner_ids
        )
        self.assertEqual(len(mails), 1)
        self.assertIn("Vase", mails.body)
        self.assertEqual(return_order.event_ids.mapped("type").count("discrepancy"), 2)

    def test_as_agreed_nobody_is_told(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        self._receive(return_order)
        self.assertNotIn("discrepancy", return_order.event_ids.mapped("type"))

    def test_a_copy_asks_for_what_was_asked(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        self._receive(return_order, {self.product: 3})
        self.assertEqual(return_order.copy().line_ids.mapped("quantity"), [2])

    def test_nobody_writes_a_discrepancy(self):
        order = self._sell([(self.product, 5)])
        return_order = self._request(order)
        for role in ("clerk", "manager"):
            lines = self._as(role, return_order).line_ids
            with self.subTest(role=role), self.assertRaises(AccessError):
                lines.discrepancy = "excess"
        with self.assertRaises(AccessError):
            self._as("clerk", return_order).line_ids = [
                Command.create(
                    {
                        "sale_line_id": order.order_line.id,
                        "discrepancy": "excess",
                    }
                )
            ]
