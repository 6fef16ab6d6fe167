from odoo import models


class StockLot(models.Model):
    _name = "stock.lot"
    _inherit = ["stock.lot", "sale.return.guard.mixin"]

    def _compute_value(self):
        """Odoo values lots inside of warehouses only: what waits in return locations
        has its value as well."""
        for product, lots in self.grouped("product_id").items():
            location_ids = product._with_valuation_context().env.context["location"]
            super(StockLot, lots.with_context(location=location_ids))._compute_value()
        return None
