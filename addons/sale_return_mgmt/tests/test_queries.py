from odoo.fields import Command
from odoo.tests import tagged

from .common_inspection import SaleReturnInspectionCommon

# What one more of a batch may cost at each step, in queries: a return of one line, and
# a line of a return that is inspected in three rows, one of them scrap. Two of a
# receipt's are Odoo's own, for each change of a delivered quantity where kits are
# installed.
QUERIES_PER_RETURN = {
    "create": 7,
    "submit": 4,
    "approve": 6,
    "receive and credit": 12,
}
QUERIES_PER_LINE = {
    "create": 2,
    "submit": 2,
    "approve": 4,
    "receive": 7,
    "inspect and credit": 29,
}


@tagged("post_install", "-at_install")
class TestQueries(SaleReturnInspectionCommon):
    """Every step works on the batch: one more return or line costs little more, with
    policies to choose from and several levels that could apply."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Lamps"})
        cls.env["sale.return.policy"].sudo().create(
            {"name": "Lamps", "category_ids": [Command.link(cls.category.id)]}
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

    def _sell_many(self, orders, lines):
        """As many orders of as many lines, each of a product of its own."""
        products = self.env["product.product"].create(
            [
                {
                    "name": f"Lamp {index}",
                    "type": "consu",
                    "is_storable": True,
                    "categ_id": self.category.id,
                    "taxes_id": [Command.set(self.tax_excluded.ids)],
                }
                for index in range(lines)
            ]
        )
        for product in products:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 1000
            )
        sold = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": 3})
                        for product in products
                    ],
                }
                for _order in range(orders)
            ]
        )
        sold.action_confirm()
        sold.picking_ids.move_ids.picked = True
        sold.picking_ids.button_validate()
        for order in sold:  # Odoo would put them on one invoice
            order._create_invoices().action_post()
        return sold

    def _measure(self, orders=1, lines=1):
        """Queries of each step for returns of all that these orders delivered."""
        sold = self._sell_many(orders, lines)
        vals_list = [
            {
                "partner_id": self.customer.id,
                "line_ids": [
                    Command.create(
                        {
                            "sale_line_id": line.id,
                            "quantity": 3,
                            "reason_id": self.reason.id,
                        }
                    )
                    for line in order.order_line
                ],
            }
            for order in sold
        ]
        returns = self.env["sale.return.order"].with_user(self.users["clerk"])
        queries = {"create": self._count(lambda: returns.create(vals_list))}
        returns = returns.search([("line_ids.sale_line_id", "in", sold.order_line.ids)])
        queries["submit"] = self._count(returns.action_submit)
        queries["approve"] = self._count(self._as("approver", returns).action_approve)
        pickings = self._as("storekeeper", returns.sudo().picking_ids)
        pickings.move_ids.picked = True
        if self.company.sale_return_inspection_required:
            queries["receive"] = self._count(pickings.button_validate)
            queries["inspect and credit"] = self._count_inspection(returns)
        else:
            queries["receive and credit"] = self._count(pickings.button_validate)
        self.assertEqual(set(returns.mapped("state")), {"done"})
        self.assertEqual(set(returns.mapped("refund_status")), {"paid"})
        return queries

    def _count_inspection(self, returns):
        warehouse = self._as("warehouse", returns)
        rows = [
            {"line": line, "quantity": 1, "disposition": self.dispositions[kind]}
            for line in warehouse.line_ids
            for kind in ("restock", "repair", "scrap")
        ]
        return self._count(lambda: warehouse._inspect(rows))

    def _check(self, limits, measured):
        """:param measured: queries by step, by the number of records"""
        for few, many in zip(list(measured), list(measured)[1:], strict=False):
            for step, limit in limits.items():
                slope = (measured[many][step] - measured[few][step]) / (many - few)
                with self.subTest(step=step, slope=slope, measured=measured):
                    self.assertLessEqual(slope, limit)

    def test_one_more_return_costs_little(self):
        self.company.sale_return_inspection_required = False
        self._measure()  # fills the caches that all requests share
        measured = {count: self._measure(orders=count) for count in (1, 10, 100)}
        self._check(QUERIES_PER_RETURN, measured)

    def test_one_more_line_costs_little(self):
        self._measure()
        measured = {count: self._measure(lines=count) for count in (1, 10, 100)}
        self._check(QUERIES_PER_LINE, measured)
