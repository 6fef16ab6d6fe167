from odoo import models


class SaleReturnApiMixin(models.AbstractModel):
    """What other systems call: the same over XML-RPC, JSON-RPC and ``/json/2``."""

    _name = "sale.return.api.mixin"
    _inherit = [
        "sale.return.api.returnable.mixin",
        "sale.return.api.preview.mixin",
        "sale.return.api.goods.mixin",
        "sale.return.api.feed.mixin",
    ]
    _description = "Return API"
