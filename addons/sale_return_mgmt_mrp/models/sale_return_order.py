from odoo import api, fields, models


class SaleReturnOrder(models.Model):
    _inherit = "sale.return.order"

    has_kits = fields.Boolean(compute="_compute_has_kits")

    @api.depends("line_ids.kit_product_ids")
    def _compute_has_kits(self):
        for order in self:
            order.has_kits = bool(order.line_ids.kit_product_ids)

    def _freeze_policy(self, override_reason=False):
        res = super()._freeze_policy(override_reason)
        self.line_ids.sale_line_id._freeze_kit()
        return res
