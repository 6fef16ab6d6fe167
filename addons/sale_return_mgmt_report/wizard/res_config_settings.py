from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sale_return_rate_threshold = fields.Float(
        related="company_id.sale_return_rate_threshold", readonly=False
    )
    sale_return_rate_min_quantity = fields.Float(
        related="company_id.sale_return_rate_min_quantity", readonly=False
    )
