from collections import defaultdict

from odoo import models


class SaleReturnReplacementSoldMixin(models.AbstractModel):
    """Order lines that sell what replaces returned goods: how it leaves once nothing
    on its way will bring it any more."""

    _name = "sale.return.replacement.sold.mixin"
    _description = "Sold Replacements"

    def _get_goods_to_send(self):
        """What has not left and nothing on its way will bring: dict of product to
        quantity, in its unit."""
        self.ensure_one()
        ordered = self._to_product_uom(self.product_uom_qty)
        goods = defaultdict(float, self._get_goods(ordered))
        left = self._get_first_deliveries()._get_quantities_by_product()
        for product, quantity in left.items():
            goods[product] -= quantity
        for move in self._get_linked_moves()._filter_heading_to_customer():
            if not (move.return_inspection_id or move.replacement_line_id):
                goods[move.product_id] -= move.product_qty
        for line_sudo in self._get_asked_of_vendors():
            goods[line_sudo.product_id] -= line_sudo.product_uom_qty
        return {
            product: quantity
            for product, quantity in goods.items()
            if product.uom_id.compare(quantity, 0) > 0
        }

    def _get_asked_of_vendors(self):
        """Lines of quotations of vendors who would ship to the customer, in ``sudo``:
        there is no transfer before they are confirmed."""
        if "purchase_line_ids" not in self._fields:  # no drop shipping is installed
            return []
        # sudo: who follows a return needs no rights on purchases
        return self.sudo().purchase_line_ids.filtered(
            lambda line: (
                line.order_id.dest_address_id
                and line.order_id.state in ("draft", "sent", "to approve")
            )
        )

    def _to_product_uom(self, quantity):
        return self.product_uom_id._compute_quantity(
            quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )

    def _send_again(self):
        """Let procurements bring what nothing brings any more, as when the order was
        confirmed, or confirm it again; called in ``sudo``."""
        quotations = self.order_id.filtered(lambda order: order.state != "sale")
        quotations.action_confirm()
        lines = self - quotations.order_line
        for company, company_lines in lines.grouped("company_id").items():
            self.env["stock.rule"].with_company(company).run(
                [
                    line._prepare_resend_procurement(product, quantity)
                    for line in company_lines
                    for product, quantity in line._get_goods_to_send().items()
                ]
            )
        # As after the confirmation of a sale: what is missing is ordered.
        lines.order_id.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        ).action_confirm()
        # The quotation of a vendor tells the return nothing.
        orders = self.replacement_line_id.order_id
        self.env.add_to_compute(orders._fields["has_exception"], orders)

    def _prepare_resend_procurement(self, product, quantity):
        """Procurement that brings ``quantity`` of ``product``, in its unit."""
        self.ensure_one()
        return self.env["stock.rule"].Procurement(
            product,
            quantity,
            product.uom_id,
            self._get_location_final(),
            product.display_name,
            self.order_id.name,
            self.company_id,
            self._prepare_procurement_values(),
        )
