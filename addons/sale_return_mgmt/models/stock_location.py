from odoo import api, models, tools


class StockLocation(models.Model):
    _inherit = "stock.location"

    @api.model_create_multi
    def create(self, vals_list):
        locations = super().create(vals_list)
        if "customer" in locations.mapped("usage"):
            self.env.registry.clear_cache()
        return locations

    def write(self, vals):
        res = super().write(vals)
        if "usage" in vals:
            self.env.registry.clear_cache()
        return res

    def unlink(self):
        was_customer = "customer" in self.mapped("usage")
        res = super().unlink()
        if was_customer:
            self.env.registry.clear_cache()
        return res

    @api.model
    @tools.ormcache()
    def _get_customer_location_ids(self):
        """Where customers have their goods, in any company; each report asks."""
        # sudo: who reads returns is told of transfers, not of their places
        locations_sudo = self.sudo().with_context(active_test=False)
        return tuple(locations_sudo.search([("usage", "=", "customer")]).ids)

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
