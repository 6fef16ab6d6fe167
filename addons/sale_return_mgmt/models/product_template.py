from collections import defaultdict

from odoo import models


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "sale.return.rate.mixin"]

    def _count_returns(self):
        groups = self.env["sale.return.order.line"]._read_group(
            [("product_id.product_tmpl_id", "in", self.ids)],
            ["product_id.product_tmpl_id"],
            ["order_id:count_distinct"],
        )
        return {template.id: count for template, count in groups}

    def _get_return_units(self):
        """Of all variants, those that are sold no more as well."""
        variants = self.with_context(active_test=False).product_variant_ids
        units = defaultdict(lambda: [0.0, 0.0])
        by_variant = variants._get_return_units()
        for variant in variants:
            for index, quantity in enumerate(by_variant[variant.id]):
                units[variant.product_tmpl_id.id][index] += quantity
        return units
