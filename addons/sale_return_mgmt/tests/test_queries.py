from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleReturnCommon

# What one more return of a batch may cost, in queries.
QUERIES_PER_RETURN = {
    "create": 8,
    "submit": 8,
    "approve": 19,
    "receive and credit": 62,
}

# What one more line of a return may cost. Two of them for each change of a delivered
# quantity are Odoo's own, where kits are installed.
QUERIES_PER_LINE = {
    "create": 3,
    "submit": 2,
    "approve": 5,
    "receive and credit": 16,
}


@tagged("post_install", "-at_install")
class TestQueries(SaleReturnCommon):
    """Every step works on the batch: one more return costs little more."""

    def _count(self, step):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def _measure(self, count):
        """Queries of each step for ``count`` returns taken together."""
        orders = self.env["sale.order"].browse(
            [self._sell([(self.product, 2)]).id for _index in range(count)]
        )
        vals_list = [
            {
                "partner_id": self.customer.id,
                "line_ids": [
                    Command.create(
                        {
                            "sale_line_id": order.order_line.id,
                            "reason_id": self.reason.id,
                        }
                    )
                ],
            }
            for order in orders
        ]
        returns = self.env["sale.return.order"].with_user(self.users["clerk"])
        queries = {"create": self._count(lambda: returns.create(vals_list))}
        returns = returns.search(
            [("line_ids.sale_line_id", "in", orders.order_line.ids)]
        )
        queries["submit"] = self._count(returns.action_submit)
        queries["approve"] = self._count(self._as("approver", returns).action_approve)
        pickings = self._as("storekeeper", returns.sudo().picking_ids)
        pickings.move_ids.picked = True
        queries["receive and credit"] = self._count(pickings.button_validate)
        self.assertEqual(set(returns.mapped("state")), {"done"})
        return queries

    def test_one_more_return_costs_little(self):
        self._measure(1)  # fills the caches that all requests share
        one, eleven = self._measure(1), self._measure(11)
        for step, limit in QUERIES_PER_RETURN.items():
            with self.subTest(step=step, one=one[step], eleven=eleven[step]):
                self.assertLessEqual((eleven[step] - one[step]) / 10, limit)

    def _measure_lines(self, count):
        """Queries of each step for one return of ``count`` lines."""
        products = self.env["product.product"].union(
            *(self._create_goods(f"Line {index}") for index in range(count))
        )
        order = self._sell([(product, 2) for product in products])
        vals = {
            "partner_id": self.customer.id,
            "line_ids": [
                Command.create({"sale_line_id": line.id, "reason_id": self.reason.id})
                for line in order.order_line
            ],
        }
        returns = self.env["sale.return.order"].with_user(self.users["clerk"])
        queries = {"create": self._count(lambda: returns.create(vals))}
        returns = returns.search(
            [("line_ids.sale_line_id", "in", order.order_line.ids)]
        )
        queries["submit"] = self._count(returns.action_submit)
        queries["approve"] = self._count(self._as("approver", returns).action_approve)
        pickings = self._as("storekeeper", returns.sudo().picking_ids)
        pickings.move_ids.picked = True
        queries["receive and credit"] = self._count(pickings.button_validate)
        self.assertEqual(returns.state, "done")
        return queries

    def test_one_more_line_costs_little(self):
        self._measure_lines(1)  # fills the caches that all requests share
        one, many = self._measure_lines(1), self._measure_lines(21)
        for step, limit in QUERIES_PER_LINE.items():
            with self.subTest(step=step, one=one[step], many=many[step]):
                self.assertLessEqual((many[step] - one[step]) / 20, limit)
