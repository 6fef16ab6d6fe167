from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def _create_return(self):
        """Odoo frees what other open returns of the delivery hold: ours keep the lots
        that were typed on them."""
        return super(
            StockReturnPicking, self.with_context(keep_return_reservation=True)
        )._create_return()
