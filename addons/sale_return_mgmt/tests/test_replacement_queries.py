from odoo.fields import Command
from odoo.tests import tagged

from . import test_queries
from .common_replacement import ReplacementCommon

# What one more replacement of a batch may cost, in queries; some 22 of the first are
# those of Odoo's procurement.
QUERIES_PER_REPLACEMENT = {"receive and send": 31, "ship": 6}


@tagged("post_install", "-at_install")
class TestReplacementQueries(ReplacementCommon):
    """Replacements of a batch are made together, in one procurement."""

    _count = test_queries.TestQueries._count
    _check = test_queries.TestQueries._check
    _sell_many = test_queries.TestQueries._sell_many

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Lamps"})

    def _measure(self, count):
        sold = self._sell_many(count, 1)
        Order = self.env["sale.return.order"].with_user(self.users["clerk"])
        returns = Order.create(
            [
                {
                    "partner_id": self.customer.id,
                    "line_ids": [
                        Command.create(
                            {
                                "sale_line_id": order.order_line.id,
                                "quantity": 3,
                                "reason_id": self.reason.id,
                                "resolution": "replace",
                            }
                        )
                    ],
                }
                for order in sold
            ]
        )
        self._submit_and_approve(returns)
        pickings = self._as("storekeeper", returns.sudo().picking_ids)
        pickings.move_ids.picked = True
        queries = {"receive and send": self._count(pickings.button_validate)}
        replacements = self._open_replacements(returns)
        self.assertEqual(len(replacements), count)
        replacements.move_ids.picked = True
        queries["ship"] = self._count(replacements.button_validate)
        self.assertEqual(set(returns.mapped("state")), {"done"})
        return queries

    def test_one_more_replacement_costs_little(self):
        self._measure(1)  # fills the caches that all requests share
        measured = {count: self._measure(count) for count in (1, 10, 100)}
        self._check(QUERIES_PER_REPLACEMENT, measured)
