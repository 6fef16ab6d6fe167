from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sale_return_rate_threshold = fields.Float(
        related="company_id.sale_return_rate_threshold", readonly=False
    )
    sale_return_rate_min_quantity = fields.Float(
        related="company_id.sale_return_rate_min_quantity", readonly=False
    )
    sale_return_alert_hysteresis = fields.Float(
        related="company_id.sale_return_alert_hysteresis", readonly=False
    )
    sale_return_alert_user_id = fields.Many2one(
        related="company_id.sale_return_alert_user_id", readonly=False
    )
    sale_return_serial_min_orders = fields.Integer(
        related="company_id.sale_return_serial_min_orders", readonly=False
    )
    sale_return_serial_rate = fields.Float(
        related="company_id.sale_return_serial_rate", readonly=False
    )
    sale_return_serial_count = fields.Integer(
        related="company_id.sale_return_serial_count", readonly=False
    )
