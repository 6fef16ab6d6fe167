from odoo import models
from odoo.fields import Domain


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "sale.return.rate.mixin"]

    def _count_returns(self):
        groups = self.env["sale.return.order.line"]._read_group(
            [("product_id", "in", self.ids)],
            ["product_id"],
            ["order_id:count_distinct"],
        )
        return {product.id: count for product, count in groups}

    def _get_return_units(self):
        return self._sum_return_units(
            "product_id", Domain("product_id", "in", self.ids)
        )
