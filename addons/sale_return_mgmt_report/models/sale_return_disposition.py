from odoo import api, fields, models


class SaleReturnDisposition(models.Model):
    _inherit = "sale.return.disposition"

    recovery_percent = fields.Float(
        "Value Recovered (%)",
        compute="_compute_recovery_percent",
        store=True,
        readonly=False,
        precompute=True,
        help="What goods are still worth to you after this, of what they had cost: all "
        "of it where they are sold as new, less where they are sold as second grade or "
        "the vendor credits a part.",
    )

    _recovery_percent_check = models.Constraint(
        "CHECK (recovery_percent BETWEEN 0 AND 100)",
        "The value recovered is between 0 and 100 %.",
    )

    @api.depends("kind")
    def _compute_recovery_percent(self):
        """What goes to stock or to the vendor is worth what it was; of the rest nobody
        knows yet."""
        for disposition in self:
            whole = disposition.kind in ("restock", "vendor")
            disposition.recovery_percent = 100.0 if whole else 0.0
