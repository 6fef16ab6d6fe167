from odoo import models


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _compute_value(self):
        """Odoo values lots inside of warehouses only: what waits in return locations
        has its value as well."""
        for lot in self:
            context = lot.product_id._with_valuation_context().env.context
            super(StockLot, lot.with_context(context))._compute_value()
