from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_return_units(self):
        """Kits move as their components only: they count as the order counts them."""
        units = super()._get_return_units()
        # sudo: as super
        lines_sudo = self.env["sale.order.line"].sudo()
        domain = [
            ("product_id", "in", self.ids),
            ("state", "=", "sale"),
            ("move_ids.bom_line_id", "!=", False),
            ("company_id", "in", self.env.companies.ids),
        ]
        for kit, uom, quantity in lines_sudo._read_group(
            domain, ["product_id", "product_uom_id"], ["qty_delivered:sum"]
        ):
            units[kit.id][0] += uom._compute_quantity(quantity, kit.uom_id, round=False)
        # What came back of kits is off the delivered quantity as far as it is credited.
        for line_sudo in lines_sudo.search([*domain, ("return_line_ids", "!=", False)]):
            kit = line_sudo.product_id
            units[kit.id][0] += line_sudo.product_uom_id._compute_quantity(
                line_sudo._get_quantity_accepted_back(), kit.uom_id, round=False
            )
            units[kit.id][1] += line_sudo._get_kits_received()
        return units
