from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sale_return_rate_threshold = fields.Float(
        "Return Rate Threshold (%)",
        default=5.0,
        help="A return rate above this needs attention.",
    )
    sale_return_rate_min_quantity = fields.Float(
        "Least Quantity for Return Rates",
        default=20.0,
        digits="Product Unit",
        help="A rate of fewer goods than these says little: nobody is alarmed.",
    )
    sale_return_alert_hysteresis = fields.Float(
        "Return Alert Hysteresis (Points)",
        default=1.0,
        help="An alert ends when the rate is this much below the threshold, so that a "
        "rate that moves about the threshold is one alert.",
    )
    sale_return_alert_user_id = fields.Many2one(
        "res.users",
        "Return Alerts To",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Who looks into alerts of products without a responsible user and of "
        "customers without a salesperson. Without one, a manager of returns.",
    )
    sale_return_serial_min_orders = fields.Integer(
        "Least Orders of Serial Returners", default=5
    )
    sale_return_serial_rate = fields.Float(
        "Rate of Serial Returners (%)",
        default=40.0,
        help="Of the orders of twelve months, or of their value.",
    )
    sale_return_serial_count = fields.Integer(
        "Returns of Serial Returners",
        default=5,
        help="As many returns in 90 days make a serial returner, whatever the rate.",
    )

    _return_rate_threshold_check = models.Constraint(
        "CHECK (sale_return_rate_threshold > 0 AND sale_return_rate_threshold <= 100)",
        "The threshold of the return rate is above 0 and at most 100 %.",
    )
    _return_alert_hysteresis_check = models.Constraint(
        "CHECK (sale_return_alert_hysteresis >= 0)",
        "The hysteresis of return alerts is not below 0.",
    )
    _return_serial_check = models.Constraint(
        "CHECK (sale_return_serial_min_orders > 0 AND sale_return_serial_rate > 0 "
        "AND sale_return_serial_count > 0)",
        "What makes a serial returner is above 0.",
    )
