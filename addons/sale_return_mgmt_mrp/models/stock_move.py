from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _compute_kit_quantities(self, product_id, kit_qty, kit_bom, filters):
        """Transfers of returns do not count by themselves, as for any other product:
        Odoo would take a whole kit off the order for each component that arrives."""
        moves = self.filtered(lambda move: not move.picking_id.return_order_id)
        return super(StockMove, moves)._compute_kit_quantities(
            product_id, kit_qty, kit_bom, filters
        )
