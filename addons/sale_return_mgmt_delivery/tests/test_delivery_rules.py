from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestDeliveryRules(DeliveryCommon):
    """When a delivery charge is refunded."""

    def _check(self, expected, order=None, **vals):
        """:param expected: credited of the delivery"""
        refund = self._credited(order or self._sell_delivered(), **vals)
        self.assertEqual(sum(self._charges(refund).mapped("price_subtotal")), expected)

    def test_where_the_policy_says_so(self):
        for refunds, expected in ((True, 20), (False, 0)):
            with self.subTest(refunds=refunds):
                self.policy.refund_delivery = refunds
                self._check(expected)

    def test_always_on_a_withdrawal(self):
        self.policy.refund_delivery = False
        self._check(20, legal_basis="withdrawal")
        self.policy.standard_carrier_id = self.standard
        self._check(8, legal_basis="withdrawal")
        self._check(0, legal_basis="warranty")

    def test_not_if_a_part_was_no_withdrawal(self):
        self.policy.refund_delivery = False
        for first in ("withdrawal", "voluntary"):
            with self.subTest(first=first):
                order = self._sell_delivered()
                self._check(0, order, quantities={self.product: 1}, legal_basis=first)
                expected = 20 if first == "withdrawal" else 0
                self._check(expected, order, legal_basis="withdrawal")

    def test_policies_differ_and_the_better_one_counts(self):
        self.policy.copy({"product_ids": self.product.ids, "refund_delivery": False})
        self._check(0)
        self._check(20, self._sell_delivered(lines=[(self.product_on_order, 1)]))

    def test_kept_goods_did_not_come_back(self):
        request = self._request(self._sell_delivered())
        self.assertEqual(request.sudo().amount_delivery, 23)
        with Form(request) as form:
            with form.line_ids.edit(0) as line:
                line.goods_return = "keep"
            self.assertEqual(form.amount_delivery, 0)
        request.action_submit()
        self._as("approver", request).action_approve()
        self.assertEqual(request.sudo().refund_ids.amount_total, 230)

    def test_what_is_replaced_is_not_refunded(self):
        request = self._request(self._sell_delivered())
        with Form(request) as form:
            with form.line_ids.edit(0) as line:
                line.resolution = "replace"
            self.assertEqual(form.amount_delivery, 0)
        self.assertEqual(request.sudo().amount_delivery, 0)

    def test_not_if_less_is_granted(self):
        request = self._request(self._sell_delivered())
        request.action_submit()
        self._as("approver", request).action_approve(
            "One is worn", [{"line": request.line_ids.id, "quantity": 1}]
        )
        self.assertEqual(request.sudo().amount_total, 115)
        self._receive(request)
        self.assertEqual(request.sudo().amount_refunded, 115)

    def test_not_while_more_is_on_its_way(self):
        order = self._sell([(self.product, 2)], deliver=False, invoice=False)
        order.set_delivery_line(self.express, 20)
        order.picking_ids.move_ids.quantity = 1
        order.picking_ids.move_ids.picked = True
        Form.from_action(self.env, order.picking_ids.button_validate()).save().process()
        order._create_invoices().action_post()
        returned = self._approved(order)
        self.assertEqual(returned.sudo().amount_total, 115)
        self._receive(returned)
        self.assertEqual(returned.sudo().amount_refunded, 115)

    def test_without_a_delivery_charge(self):
        self._check(0, self._sell([(self.product, 1)]))
        order = self._sell([(self.product, 1)])
        self.assertEqual(self._request(order).line_ids.delivery_part, 0)

    def test_a_charge_that_is_not_invoiced(self):
        order = self._sell([(self.product, 1)])
        order.set_delivery_line(self.express, 20)
        self._check(0, order)

    def test_two_orders_on_one_return(self):
        orders = self._sell_delivered() | self._sell_delivered(price=7)
        action = orders.with_user(self.users["clerk"]).action_create_return()
        form = Form(
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .with_context(**action["context"])
        )
        for index in range(len(form.line_ids)):
            with form.line_ids.edit(index) as line:
                line.reason_id = self.reason
        request = form.save()
        self.assertEqual(request.sudo().amount_total, 460 + 31.05)
        request.action_submit()
        self._as("approver", request).action_approve()
        for picking in request.sudo().picking_ids:
            picking.move_ids.picked = True
            picking.button_validate()
        self.assertEqual(request.sudo().amount_refunded, 491.05)
        self.assertEqual(len(request.sudo().refund_ids), 2)

    # === OTHERS READ IT === #

    def test_other_systems_read_it(self):
        order = self._sell_delivered()
        goods = order.order_line - order._get_delivery_lines()
        asked = {
            "source": "shop",
            "ref": "R-1",
            "reason": "UNWANTED",
            "lines": [
                {"sale_line": line.id, "quantity": line.qty_delivered} for line in goods
            ],
        }
        [preview] = self._as("clerk", order.return_order_ids).api_preview([asked])
        self.assertEqual(
            (preview["amount_delivery"], preview["amount_total"]), (23, 253)
        )
        request = self._request(order)
        answer = request._api_answer()
        self.assertEqual((answer["amount_delivery"], answer["amount_total"]), (23, 253))
        request.action_submit()
        self._as("approver", request).action_approve()
        self.assertNotIn(
            "amount_delivery", self._as("warehouse", request)._api_answer()
        )

    def test_it_counts_for_the_limit_of_automatic_approval(self):
        for limit, state in ((252.99, "submitted"), (253, "approved")):
            with self.subTest(limit=limit):
                self.policy.auto_approve_limit = limit
                request = self._request(self._sell_delivered())
                request.action_submit()
                self.assertEqual(request.state, state)

    def test_nobody_writes_it(self):
        request = self._request(self._sell_delivered())
        for role in ("clerk", "manager"):
            for record, vals in (
                (request, {"amount_delivery": 100}),
                (request.line_ids, {"delivery_part": 1}),
                (request.line_ids, {"refund_delivery": True}),
            ):
                with self.subTest(vals=vals), self.assertRaises(AccessError):
                    self._as(role, record).write(vals)
