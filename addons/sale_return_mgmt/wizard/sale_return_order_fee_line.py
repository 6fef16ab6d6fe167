from odoo import fields, models


class SaleReturnOrderFeeLine(models.TransientModel):
    _name = "sale.return.order.fee.line"
    _description = "Fee of a Return Line"

    fee_id = fields.Many2one(
        "sale.return.order.fee", required=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one("sale.return.order.line", required=True)
    product_id = fields.Many2one(related="line_id.product_id", related_sudo=False)
    reason_id = fields.Many2one(related="line_id.reason_id", related_sudo=False)
    percent = fields.Float("Fee (%)", digits=(5, 2), required=True)
