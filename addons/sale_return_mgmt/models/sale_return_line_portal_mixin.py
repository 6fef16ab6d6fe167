from odoo import api, models

PORTAL_FIELDS = {
    "company_id",
    "discrepancy",
    "goods_return",
    "order_id",
    "product_id",
    "product_uom_id",
    "quantity",
    "quantity_accepted",
    "quantity_approved",
    "quantity_received",
    "quantity_replaced",
    "reason_id",
    "replacement_product_id",
    "replacement_quantity",
    "resolution",
    "sale_line_id",
    "sequence",
    "state",
}


class SaleReturnLinePortalMixin(models.AbstractModel):
    """A return line as its customer sees it."""

    _name = "sale.return.line.portal.mixin"
    _inherit = "sale.return.portal.fields.mixin"
    _description = "Return Line in the Customer Portal"

    @api.model
    def _get_portal_fields(self):
        return super()._get_portal_fields() | PORTAL_FIELDS
