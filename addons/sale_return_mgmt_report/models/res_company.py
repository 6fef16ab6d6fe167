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

    _return_rate_threshold_check = models.Constraint(
        "CHECK (sale_return_rate_threshold > 0 AND sale_return_rate_threshold <= 100)",
        "The threshold of the return rate is above 0 and at most 100 %.",
    )
