from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    sale_return_rate_threshold = fields.Float(
        "Return Rate Threshold (%)",
        company_dependent=True,
        help="A product of this category whose return rate is above this makes an "
        "alert. With 0 that of the parent category holds, else that of the company.",
    )

    def _get_return_rate_threshold(self):
        """The threshold of this category or of the nearest one above, in percent; 0
        where none has one."""
        category = self
        while category and not category.sale_return_rate_threshold:
            category = category.parent_id
        return category.sale_return_rate_threshold
