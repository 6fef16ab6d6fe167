from odoo import models


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _is_outgoing(self):
        # What lies in a warehouse is with no customer. Odoo looks for the location
        # between companies instead, in the database for each of its moves.
        self.ensure_one()
        if self.usage == "internal" and self.warehouse_id:
            return False
        return super()._is_outgoing()

    def _is_sale_return_location(self):
        """Whether returned goods wait here for their inspection."""
        self.ensure_one()
        # sudo: warehouses of companies the user does not work in count as well
        warehouses_sudo = self.env["stock.warehouse"].sudo()
        return bool(
            warehouses_sudo.with_context(active_test=False).search_count(
                [("sale_return_location_id", "=", self.id)], limit=1
            )
        )
