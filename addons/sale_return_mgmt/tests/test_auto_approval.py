from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestAutoApproval(SaleReturnCommon):
    """A policy approves small returns by itself, and nobody gets a large one past it
    in small pieces."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env.ref(
            "sale_return_mgmt.sale_return_policy_default"
        ).with_user(cls.users["manager"])
        cls.policy.auto_approve_limit = 230  # two lamps with their tax
        cls.order = cls._sell([(cls.product, 5), (cls.product_on_order, 5)])

    def _submit(self, quantity=1, product=None, **vals):
        return_order = self._request(
            self.order, {product or self.product: quantity}, **vals
        )
        return_order.action_submit()
        return return_order

    def test_a_return_up_to_the_limit_is_approved_at_once(self):
        return_order = self._submit(2)
        self.assertEqual(return_order.state, "approved")
        self.assertRecordValues(
            return_order.sudo().approval_ids, [{"state": "approved", "user_id": False}]
        )
        self.assertIn("auto_approved", return_order.sudo().event_ids.mapped("type"))
        self.assertEqual(return_order.line_ids.quantity_approved, 2)
        self.assertFalse(return_order.sudo().activity_ids)
        self._receive(return_order)
        self.assertEqual(return_order.state, "done")

    def test_more_than_the_limit_is_decided_by_a_person(self):
        return_order = self._submit(3)
        self.assertEqual(return_order.state, "submitted")
        self._as("approver", return_order).action_approve()
        self.assertEqual(return_order.state, "approved")

    def test_zero_means_never(self):
        self.policy.auto_approve_limit = 0
        self.assertEqual(self._submit(1).state, "submitted")

    def test_out_of_policy_is_decided_by_a_person(self):
        self.assertEqual(self._submit(1, date_request="2099-01-01").state, "submitted")

    def test_a_request_dated_back_is_decided_by_a_person(self):
        """Else a clerk would bring a late return into the window by its date."""
        move = self.order.order_line[0].move_ids.sudo()
        move.date = "2026-01-05 12:00:00"
        self.assertEqual(self._submit(1, date_request="2026-01-06").state, "submitted")

    def test_goods_without_an_order_are_decided_by_a_person(self):
        self.company.sale_return_allow_unreferenced = True
        return_order = self._request(self.order, {self.product: 1})
        return_order.line_ids = [
            Command.create(
                {
                    "product_id": self.product.id,
                    "price_asked": 1,
                    "reason_id": self.reason.id,
                }
            )
        ]
        return_order.action_submit()
        self.assertTrue(return_order.in_policy)
        self.assertEqual(return_order.state, "submitted")

    def test_every_lines_policy_has_to_allow_it(self):
        chairs = self.policy.create(
            {"name": "Chairs", "product_ids": self.product_on_order.ids}
        )
        quantities = {self.product: 1, self.product_on_order: 1}
        for limit, state in ((0, "submitted"), (229, "submitted"), (230, "approved")):
            chairs.auto_approve_limit = limit
            return_order = self._request(self.order, quantities)
            return_order.action_submit()
            with self.subTest(limit=limit):
                self.assertEqual(return_order.state, state)
            return_order.action_cancel()

    def test_other_returns_of_the_order_count(self):
        """Open ones, finished ones and those of the same batch; not those of other
        orders, and not what was given up."""
        first = self._submit(1)
        self.assertEqual(first.state, "approved")
        self._receive(first)
        self.assertEqual(first.state, "done")
        self.assertEqual(self._submit(2, self.product_on_order).state, "submitted")
        small = self._submit(1)
        self.assertEqual(small.state, "submitted")
        other = self._sell([(self.product, 2)])
        other_return = self._request(other)
        other_return.action_submit()
        self.assertEqual(other_return.state, "approved")

    def test_returns_of_one_batch_count_for_each_other(self):
        batch = self._request(self.order, {self.product: 1})
        batch |= self._request(self.order, {self.product_on_order: 2})
        batch.action_submit()
        self.assertEqual(batch.mapped("state"), ["submitted"] * 2)
        batch[0].action_cancel()
        batch[1].action_withdraw()
        batch[1].action_submit()
        self.assertEqual(batch[1].state, "approved")

    def test_the_limit_is_in_the_currency_of_the_company(self):
        currency = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": currency.id}
        )
        order = self._sell(
            [(self.product, 3, {"price_unit": 100.0})], pricelist_id=pricelist.id
        )
        self.assertEqual(order.currency_id, currency)
        small = self._request(order, {self.product: 1})  # 115.00 EUR are 230.00
        small.action_submit()
        self.assertEqual(small.state, "approved")
        self.policy.auto_approve_limit = 400
        large = self._request(order, {self.product: 1})  # with the first one 460.00
        large.action_submit()
        self.assertEqual(large.state, "submitted")

    def test_what_is_kept_is_credited_at_once(self):
        return_order = self._request(self.order, {self.product: 1})
        return_order.line_ids.goods_return = "keep"
        return_order.action_submit()
        self.assertEqual(return_order.state, "done")
        self.assertEqual(return_order.sudo().refund_ids.amount_total, 115)

    def test_other_systems_hear_of_it(self):
        result = (
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .api_request(
                [
                    {
                        "source": "shop",
                        "ref": "R-1",
                        "order": self.order.name,
                        "lines": [
                            {
                                "product": "LAMP",
                                "quantity": 1,
                                "reason": self.reason.code,
                            }
                        ],
                    }
                ]
            )[0]
        )
        self.assertEqual((result["ok"], result["state"]), (True, "approved"))
        self.assertEqual(result["lines"][0]["quantity_approved"], 1)
