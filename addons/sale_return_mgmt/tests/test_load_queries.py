from odoo.fields import Command
from odoo.tests import tagged

from .common_load import SaleReturnLoadCommon

# What one more return of two lines in a file may cost, in queries: the first time, when
# the file is loaded again, and again with another note in each row.
QUERIES_PER_RETURN = {"create": 10, "again": 4, "change": 9}


@tagged("post_install", "-at_install")
class TestLoadQueries(SaleReturnLoadCommon):
    """A file is read, found and checked as a whole."""

    def _count(self, fields, rows):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        result = self._load_raw(fields, rows)
        self.env.flush_all()
        self._get_loaded(result)
        return self.env.cr.sql_log_count - start

    def _measure(self, sold, prefix):
        rows = [
            row
            for order in sold
            for row in (
                self._row(f"{prefix}-{order.id}", order, "LAMP", 1),
                self._row("", order, "CHAIR", 1),
            )
        ]
        queries = {
            "create": self._count(self.FIELDS, rows),
            "again": self._count(self.FIELDS, rows),
        }
        rows = [[*row[:-1], "Dented"] for row in rows]
        return queries | {"change": self._count(self.FIELDS, rows)}

    def test_one_more_return_costs_few_queries(self):
        sold = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": 3})
                        for product in (self.product, self.product_on_order)
                    ],
                }
                for _order in range(13)
            ]
        )
        sold.action_confirm()
        sold.picking_ids.move_ids.picked = True
        sold.picking_ids.button_validate()
        self._measure(sold[:1], "warm")
        few, many = self._measure(sold[1:3], "few"), self._measure(sold[3:], "many")
        for step, bound in QUERIES_PER_RETURN.items():
            self.assertLessEqual((many[step] - few[step]) / 8, bound, step)
