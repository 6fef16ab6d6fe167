from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleReturnCommon

# What one more of a batch may cost, in queries: a return, and a line of a return.
QUERIES_PER_RETURN = {"submit": 8, "approve": 19}
QUERIES_PER_LINE = {"submit": 4, "approve": 12}


@tagged("post_install", "-at_install")
class TestApprovalQueries(SaleReturnCommon):
    """Submitting and deciding work on the batch, whatever policies and levels say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Lamps"})
        cls.product.categ_id = cls.category
        cls.policy = (
            cls.env["sale.return.policy"]
            .sudo()
            .create({"name": "Lamps", "category_ids": [Command.link(cls.category.id)]})
        )
        default = cls.env.ref("sale_return_mgmt.sale_return_approval_rule_default")
        default.sudo().copy({"name": "Expensive", "min_amount": 1000000})

    def _count(self, step):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def _request_many(self, orders, lines=1):
        """Drafts of as many sales orders, delivered in one go, with ``lines`` each."""
        sale_orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create({"product_id": self.product.id})
                        for _line in range(lines)
                    ],
                }
            ]
            * orders
        )
        sale_orders.action_confirm()
        sale_orders.picking_ids.move_ids.picked = True
        sale_orders.picking_ids.button_validate()
        return (
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .create(
                [
                    {
                        "partner_id": self.customer.id,
                        "line_ids": [
                            Command.create(
                                {
                                    "sale_line_id": line.id,
                                    "reason_id": self.reason.id,
                                }
                            )
                            for line in order.order_line
                        ],
                    }
                    for order in sale_orders
                ]
            )
        )

    def _measure(self, orders=1, lines=1):
        returns = self._request_many(orders, lines)
        queries = {"submit": self._count(returns.action_submit)}
        approver_returns = self._as("approver", returns)
        queries["approve"] = self._count(approver_returns.action_approve)
        self.assertEqual(set(returns.mapped("state")), {"approved"})
        return queries

    def _check(self, limits, one, ten, hundred):
        for step, limit in limits.items():
            with self.subTest(step=step, one=one, ten=ten, hundred=hundred):
                self.assertLessEqual((ten[step] - one[step]) / 9, limit)
                self.assertLessEqual((hundred[step] - ten[step]) / 90, limit)

    def test_one_more_return_costs_little(self):
        self._measure()  # fills the caches that all requests share
        self._check(
            QUERIES_PER_RETURN,
            *(self._measure(orders=count) for count in (1, 10, 100)),
        )

    def test_one_more_line_costs_little(self):
        self._measure()
        self._check(
            QUERIES_PER_LINE, *(self._measure(lines=count) for count in (1, 10, 100))
        )
