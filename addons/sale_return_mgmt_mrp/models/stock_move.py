from odoo import api, fields, models
from odoo.tools import SQL


class StockMove(models.Model):
    _inherit = "stock.move"

    sold_kit_id = fields.Many2one(
        "product.product", compute="_compute_sold_kit", store=True
    )
    sold_kit_share = fields.Float(
        compute="_compute_sold_kit",
        store=True,
        digits=(16, 10),
        help="How many of the sold kit one unit of this component stands for: all "
        "components of a kit together are one.",
    )

    @api.depends("bom_line_id", "sale_line_id")
    def _compute_sold_kit(self):
        """Each component by its part of the kit's price, as it is credited."""
        self.sold_kit_id = False
        self.sold_kit_share = 0.0
        parts = self.filtered(lambda move: move.bom_line_id and move.sale_line_id)
        for sale_line, moves in parts.grouped("sale_line_id").items():
            kit = sale_line._get_kit()
            for move in moves.filtered(lambda move, kit=kit: move.product_id in kit):
                component = kit[move.product_id]
                move.sold_kit_id = sale_line.product_id
                move.sold_kit_share = component.share / component.quantity

    @api.model
    def _get_sold(self):
        return (
            SQL(
                "COALESCE(stock_move.sold_kit_id, stock_move.product_id)",
                to_flush=self._fields["sold_kit_id"],
            ),
            SQL(
                "CASE WHEN stock_move.sold_kit_id IS NULL THEN 1.0 "
                "ELSE stock_move.sold_kit_share END",
                to_flush=self._fields["sold_kit_share"],
            ),
        )

    def _compute_kit_quantities(self, product_id, kit_qty, kit_bom, filters):
        """Transfers of returns do not count by themselves, as for any other product:
        Odoo would take a whole kit off the order for each component that arrives."""
        moves = self.filtered(lambda move: not move.picking_id.return_order_id)
        return super(StockMove, moves)._compute_kit_quantities(
            product_id, kit_qty, kit_bom, filters
        )
