from odoo import fields, models


class SaleReturnOrderGrantLine(models.TransientModel):
    _name = "sale.return.order.grant.line"
    _description = "Granted Part of a Return Line"

    grant_id = fields.Many2one(
        "sale.return.order.grant", required=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one("sale.return.order.line", required=True)
    product_id = fields.Many2one(related="line_id.product_id", related_sudo=False)
    product_uom_id = fields.Many2one(
        related="line_id.product_uom_id", related_sudo=False
    )
    asked = fields.Float("Asked", related="line_id.quantity", related_sudo=False)
    quantity = fields.Float("Granted", digits="Product Unit", required=True)
    percent = fields.Float("Credited (%)", digits=(5, 2), required=True)
