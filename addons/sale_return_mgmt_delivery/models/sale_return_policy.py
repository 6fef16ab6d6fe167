from odoo import fields, models


class SaleReturnPolicy(models.Model):
    _inherit = "sale.return.policy"

    refund_delivery = fields.Boolean(
        help="Credit the delivery charge of a sales order once all that was delivered "
        "of it has come back and is accepted. On a statutory withdrawal it is always "
        "credited."
    )
    # Others ask a carrier over the network what it would have cost.
    standard_carrier_id = fields.Many2one(
        "delivery.carrier",
        "Standard Delivery",
        domain="[('delivery_type', 'in', ('fixed', 'base_on_rule')),"
        " ('company_id', 'in', [False, company_id])]",
        ondelete="restrict",
        help="Where a dearer delivery was chosen only what this one would have cost is "
        "credited. Empty: what was charged.",
    )

    def _get_delivery_part(self, sale_order):
        """Part of the delivery charge of ``sale_order`` that the standard delivery
        would have cost, at most all of it."""
        carrier = self.standard_carrier_id
        charged = sum(
            line.price_unit * (1 - line.discount / 100) * line.product_uom_qty
            for line in sale_order._get_delivery_lines()
        )
        if not carrier or charged <= 0:
            return 1.0
        rate = carrier.rate_shipment(sale_order)
        # Where the standard delivery does not go there was no cheaper choice.
        return min(1.0, rate["price"] / charged) if rate["success"] else 1.0
