from odoo import fields, models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    sale_return_lot_cost = fields.Float(
        "Cost of the Lot When It Left",
        copy=False,
        groups=fields.NO_ACCESS,
        help="Per unit of the product, in the company's currency; kept where several "
        "lots leave together, so that each comes back at its own.",
    )

    def _get_sale_return_departure(self):
        """What left and from where: product, location, lot, owner and package."""
        self.ensure_one()
        return (
            self.product_id,
            self.location_id,
            self.lot_id,
            self.owner_id,
            self.package_id,
        )

    def _get_sale_return_arrival(self):
        """What came and where to: product, location, lot, owner and package."""
        self.ensure_one()
        return (
            self.product_id,
            self.location_dest_id,
            self.lot_id,
            self.owner_id,
            self.result_package_id,
        )
