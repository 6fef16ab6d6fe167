from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementApproval(ReplacementCommon):
    """Goods for goods are worth what they are: nothing leaves unseen because no money
    does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.policy = cls.env["sale.return.policy"].sudo().search([], limit=1)

    def test_value_is_what_was_invoiced(self):
        return_order = self._draft_exchange(self.order, {self.product: 2})
        line = return_order.sudo().line_ids
        self.assertEqual((line.price_total, line.exchange_total), (0.0, 230.0))
        self.assertEqual(line.order_id.amount_exchanged, 230.0)
        line.sudo(False).with_user(self.users["clerk"]).resolution = "refund"
        self.assertEqual((line.price_total, line.exchange_total), (230.0, 0.0))
        self.assertEqual(line.order_id.amount_exchanged, 0.0)

    def test_limit_of_automatic_approval_counts_exchanges(self):
        for limit, state in ((229.0, "submitted"), (230.0, "approved")):
            with self.subTest(limit=limit):
                self.policy.auto_approve_limit = limit
                order = self._sell([(self.product, 5)])
                return_order = self._draft_exchange(order, {self.product: 2})
                return_order.action_submit()
                self.assertEqual(return_order.state, state)

    def test_one_small_exchange_after_the_other_is_no_way_round(self):
        self.policy.auto_approve_limit = 230.0
        states = []
        for _time in range(3):
            return_order = self._draft_exchange(self.order, {self.product: 1})
            return_order.action_submit()
            states.append(return_order.state)
        self.assertEqual(states, ["approved", "approved", "submitted"])

    def test_levels_count_exchanges(self):
        default = self.env.ref("sale_return_mgmt.sale_return_approval_rule_default")
        default.sudo().copy({"name": "Expensive", "min_amount": 200.0})
        for quantity, levels in ((1, 1), (2, 2)):
            return_order = self._draft_exchange(self.order, {self.product: quantity})
            return_order.action_submit()
            self.assertEqual(len(return_order.approval_ids), levels)

    def test_replacement_order_is_judged_by_its_credit(self):
        return_order = self._draft_exchange(
            self.order, {self.product: 2}, replacement_quantity=1
        )
        line = return_order.sudo().line_ids
        self.assertEqual((line.price_total, line.exchange_total), (230.0, 0.0))
