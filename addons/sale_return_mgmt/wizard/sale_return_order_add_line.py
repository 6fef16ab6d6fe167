from odoo import api, fields, models
from odoo.fields import Command


class SaleReturnOrderAddLine(models.TransientModel):
    _name = "sale.return.order.add.line"
    _description = "Delivered Goods to Return"
    _order = "date_delivered desc, id"

    add_id = fields.Many2one(
        "sale.return.order.add", required=True, index=True, ondelete="cascade"
    )
    is_selected = fields.Boolean("Comes Back")
    sale_line_id = fields.Many2one("sale.order.line", "Sales Order Line", required=True)
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id", string="Sales Order", related_sudo=False
    )
    product_id = fields.Many2one(related="sale_line_id.product_id", related_sudo=False)
    product_uom_id = fields.Many2one(
        related="sale_line_id.product_uom_id", related_sudo=False
    )
    date_delivered = fields.Datetime("Delivered On")
    quantity_returnable = fields.Float("Returnable", digits="Product Unit")
    # Unrounded: what is no quantity is refused by the return.
    quantity = fields.Float()
    lot_ids = fields.Many2many("stock.lot", string="Lots/Serial Numbers")
    obstacle = fields.Char("Why Not")

    @api.onchange("quantity")
    def _onchange_quantity(self):
        """Who says how much comes back means that it does."""
        self.is_selected = self.quantity > 0 and not self.obstacle

    def _prepare_line_vals(self):
        """Values of the return line."""
        self.ensure_one()
        return {
            "sale_line_id": self.sale_line_id.id,
            "product_uom_id": self.product_uom_id.id,
            "quantity": self.quantity,
            "lot_ids": [Command.set(self.lot_ids.ids)],
        }
