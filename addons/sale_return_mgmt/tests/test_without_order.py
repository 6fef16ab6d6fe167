from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestWithoutOrder(SaleReturnCommon):
    """Goods that no sales order is known for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_allow_unreferenced = True

    def test_from_request_to_credit(self):
        return_order = self._approved_without_order()
        self.assertAlmostEqual(return_order.amount_total, 184.0)
        self._receive(return_order)
        refund = return_order.refund_ids
        self.assertRecordValues(
            refund,
            [
                {
                    "state": "posted",
                    "partner_id": self.customer.id,
                    "reversed_entry_id": False,
                    "amount_untaxed": 160.0,
                    "amount_total": 184.0,
                }
            ],
        )
        self.assertEqual(refund.amount_total, return_order.amount_total)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(return_order.line_ids.quantity_refunded, 2)

    def test_it_is_credited_once(self):
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._approved_without_order()
        self._receive(return_order, {self.product: 1})
        for _time in range(3):
            self._as("manager", return_order).action_settle()
        self.assertEqual(return_order.refund_ids.invoice_line_ids.quantity, 1)
        self._receive(return_order)
        self._as("manager", return_order).action_settle()
        self.assertEqual(
            return_order.refund_ids.invoice_line_ids.mapped("quantity"), [1, 1]
        )
        refund = self._as("accountant", return_order.refund_ids[0])
        refund.button_draft()
        refund.button_cancel()
        self.assertEqual(return_order.refund_status, "partial")

    def test_the_credit_goes_to_the_invoice_address(self):
        office = self.env["res.partner"].create(
            {"name": "Office", "parent_id": self.customer.id, "type": "invoice"}
        )
        return_order = self._approved_without_order()
        self.assertEqual(return_order.partner_invoice_id, office)
        self._receive(return_order)
        self.assertEqual(return_order.refund_ids.partner_id, office)

    def test_several_together(self):
        returns = self.env["sale.return.order"].union(
            *(self._approved_without_order() for _index in range(3))
        )
        pickings = self._as("storekeeper", returns.sudo().picking_ids)
        pickings.move_ids.picked = True
        pickings.button_validate()
        self.assertEqual(len(returns.refund_ids), 3)
        self.assertEqual(set(returns.refund_ids.mapped("state")), {"posted"})

    def test_beside_goods_of_an_order(self):
        order = self._sell([(self.product, 3)])
        return_order = self._request(order, {self.product: 1})
        return_order.line_ids = [
            Command.create(
                {
                    "product_id": self.product_on_order.id,
                    "price_asked": 10.0,
                    "reason_id": self.reason.id,
                }
            )
        ]
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertEqual(
            return_order.refund_ids.reversed_entry_id,
            order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice"),
        )
        self.assertEqual(
            sorted(return_order.refund_ids.mapped("amount_total")), [11.5, 115.0]
        )
        self.assertAlmostEqual(return_order.amount_total, 126.5)

    def test_in_another_unit(self):
        return_order = self._request_without_order(quantity=1, price=120.0)
        return_order.line_ids.product_uom_id = self.env.ref("uom.product_uom_dozen")
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        receipt = self._receive(return_order)
        self.assertEqual(receipt.move_ids.product_qty, 12)
        self.assertAlmostEqual(return_order.refund_ids.amount_untaxed, 120.0)

    def test_a_person_always_approves(self):
        return_order = self._request_without_order()
        return_order.action_submit()
        self.assertEqual(return_order.state, "submitted")

    def test_only_where_the_company_takes_them(self):
        self.company.sale_return_allow_unreferenced = False
        with self.assertRaisesRegex(ValidationError, "takes nothing back without"):
            self._request_without_order()

    def test_only_goods(self):
        service = self.env["product.product"].create(
            {"name": "Advice", "type": "service"}
        )
        with self.assertRaisesRegex(ValidationError, "cannot be returned"):
            self._request_without_order(product=service)

    def test_a_price_is_asked_only_without_an_order(self):
        return_order = self._request(self._sell([(self.product, 1)]))
        with self.assertRaisesRegex(ValidationError, "was invoiced with"):
            return_order.line_ids.price_asked = 1000.0

    def test_nobody_writes_the_price_itself(self):
        return_order = self._request_without_order()
        with self.assertRaises(AccessError):
            return_order.line_ids.price_unit = 1000.0
        return_order.action_submit()
        with self.assertRaises(UserError):
            return_order.line_ids.price_asked = 1000.0

    def test_another_product_than_the_order_sold(self):
        order = self._sell([(self.product, 1)])
        return_order = self._request(order)
        with self.assertRaisesRegex(ValidationError, "was not sold by this line"):
            return_order.line_ids.product_id = self.product_on_order

    def test_the_warehouse_sees_no_price(self):
        return_order = self._approved_without_order()
        line = self._as("warehouse", return_order).line_ids
        with self.assertRaises(AccessError):
            line.price_asked  # noqa: B018
