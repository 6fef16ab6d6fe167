from odoo.fields import Command
from odoo.tests import tagged

from . import test_queries
from .common_replacement import ReplacementCommon

# What one more replacement of a batch may cost, in queries; some 22 of the first are
# those of Odoo's procurement.
QUERIES_PER_REPLACEMENT = {"receive and send": 31, "ship": 6}
# What one more line of a return may cost: replaced by the same, or by what an order
# sells.
QUERIES_PER_LINE = {"receive and send": 22, "ship": 7}
QUERIES_PER_SOLD_LINE = {"receive and send": 26, "ship": 7}


@tagged("post_install", "-at_install")
class TestReplacementQueries(ReplacementCommon):
    """Replacements of a batch are made together, in one procurement, and those of one
    return with one order."""

    _count = test_queries.TestQueries._count
    _check = test_queries.TestQueries._check
    _sell_many = test_queries.TestQueries._sell_many

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Lamps"})

    def _measure(self, orders=1, lines=1, **vals):
        """:param vals: of each line, for what replaces it"""
        sold = self._sell_many(orders, lines)
        Order = self.env["sale.return.order"].with_user(self.users["clerk"])
        returns = Order.create(
            [
                {
                    "partner_id": self.customer.id,
                    "line_ids": [
                        Command.create(
                            {
                                "sale_line_id": line.id,
                                "quantity": 3,
                                "reason_id": self.reason.id,
                                "resolution": "replace",
                                **vals,
                            }
                        )
                        for line in order.order_line
                    ],
                }
                for order in sold
            ]
        )
        self._submit_and_approve(returns)
        pickings = self._as("storekeeper", returns.sudo().picking_ids)
        pickings.move_ids.picked = True
        queries = {"receive and send": self._count(pickings.button_validate)}
        replacements = self._as(
            "storekeeper", self._sold_instead(returns).sudo().picking_ids
        ) or self._open_replacements(returns)
        self.assertEqual(len(replacements), orders)
        self.assertEqual(len(replacements.move_ids), orders * lines)
        replacements.move_ids.picked = True
        queries["ship"] = self._count(replacements.button_validate)
        self.assertEqual(set(returns.mapped("state")), {"done"})
        return queries

    def test_one_more_replacement_costs_little(self):
        self._measure()  # fills the caches that all requests share
        measured = {count: self._measure(orders=count) for count in (1, 10, 40)}
        self._check(QUERIES_PER_REPLACEMENT, measured)

    def test_one_more_line_costs_little(self):
        candle = self._create_goods("Candle")
        for limits, vals in (
            (QUERIES_PER_LINE, {}),
            (QUERIES_PER_SOLD_LINE, {"replacement_product_id": candle.id}),
        ):
            with self.subTest(vals=vals):
                self._measure(**vals)
                measured = {
                    count: self._measure(lines=count, **vals) for count in (1, 10, 40)
                }
                self._check(limits, measured)
