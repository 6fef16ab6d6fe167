from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_quantity_sold(self, sale_line):
        """The order counts credited components once they make up a kit."""
        if self.return_line_id._is_component():
            return 0.0
        return super()._get_quantity_sold(sale_line)

    def _get_cogs_value(self):
        """A component comes back at the cost it left with, not at that of its kit."""
        line_sudo = self.return_line_id.sudo()  # sudo: as all that a posting reads
        if line_sudo._is_component():
            moves = line_sudo.sale_line_id._get_delivered_moves().filtered(
                lambda move: move.product_id == line_sudo.product_id
            )
            quantity = moves._get_quantities_by_product()[line_sudo.product_id]
            if quantity:
                return line_sudo.product_id.uom_id._compute_price(
                    sum(moves.mapped("value")) / quantity, self.product_uom_id
                )
        return super()._get_cogs_value()
