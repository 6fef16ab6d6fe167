from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import float_round

from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnLineReplacementOrderMixin(models.AbstractModel):
    """What is sold to the customer in place of the goods of a return line: another
    product or quantity."""

    _name = "sale.return.line.replacement.order.mixin"
    _description = "Return Line Replacement Order"

    replacement_sale_line_ids = fields.One2many(
        "sale.order.line",
        "replacement_line_id",
        "Replacement Order Lines",
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
    )

    @api.depends("replacement_sale_line_ids.qty_delivered")
    def _compute_quantity_replaced(self):
        return super()._compute_quantity_replaced()

    def _get_quantity_owed(self):
        """In proportion to what is accepted; whole pieces, where whole ones are
        asked."""
        owed = super()._get_quantity_owed()
        if not owed or self._is_even_exchange() or self.is_replacement_given_up:
            return owed
        asked = self.replacement_quantity or self.quantity
        quantity = asked * owed / self.quantity
        if float(asked).is_integer():
            return float_round(quantity, precision_digits=0, rounding_method="DOWN")
        return self._get_replacement_uom().round(quantity)

    def _get_replaced(self):
        """What left with the replacement order: what of it comes back is a return of
        that order."""
        if self._is_even_exchange():
            return super()._get_replaced()
        # sudo: who reads a return sees its quantities, not the orders
        delivered = self.sudo().replacement_sale_line_ids._get_delivered_quantities()
        return {self._get_replacement_product(): sum(delivered.values())}

    def _count_replaced(self, replaced):
        if self._is_even_exchange():
            return super()._count_replaced(replaced)
        product = self._get_replacement_product()
        return product.uom_id._compute_quantity(
            replaced[product], self._get_replacement_uom(), rounding_method="HALF-UP"
        )

    def _get_replacement_need(self):
        if self._is_even_exchange():
            return super()._get_replacement_need()
        product = self._get_replacement_product()
        quantity = self._get_replacement_uom()._compute_quantity(
            self._get_quantity_owed(), product.uom_id, rounding_method="HALF-UP"
        )
        return {product: quantity}

    def _get_replacement_balance(self):
        if self.resolution != "replace" or self._is_even_exchange():
            return super()._get_replacement_balance()
        [(product, quantity)] = self._get_replacement_need().items()
        for line in self._get_valid_replacement_lines():
            quantity -= line.product_uom_id._compute_quantity(
                line.product_uom_qty, product.uom_id, rounding_method="HALF-UP"
            )
        if quantity < 0 and self._get_quantity_owed():
            quantity = 0.0  # whoever sells more on that order means it
        return {product: product.uom_id.round(quantity)}

    def _has_unsent_replacement(self):
        return super()._has_unsent_replacement() or bool(self._get_unsent_lines())

    def _get_unsent_lines(self):
        """Replacement order lines of which something is due that nothing on its way
        will bring: somebody cancelled its transfer, or did without a backorder."""
        due = self.filtered(
            lambda line: (
                not line._is_even_exchange() and line._get_quantity_to_replace() > 0
            )
        )
        return due._get_valid_replacement_lines().filtered(
            lambda line: line._get_goods_to_send()
        )

    def _get_valid_replacement_lines(self):
        # sudo: as _get_replaced
        lines_sudo = self.sudo().replacement_sale_line_ids
        return lines_sudo.filtered(lambda line: line.state != "cancel")

    def _send_replacements(self):
        exchanges = self.filtered(lambda line: line._is_even_exchange())
        res = super(SaleReturnLineReplacementOrderMixin, exchanges)._send_replacements()
        sold = self - exchanges
        sold._get_unsent_lines()._send_again()
        unsold = sold.filtered(
            lambda line: any(
                quantity > 0 for quantity in line._get_replacement_balance().values()
            )
        )
        for company, lines in unsold.grouped("company_id").items():
            SaleOrder = lines.env["sale.order"].with_company(company)
            SaleOrder.create(
                [
                    order._prepare_replacement_order_vals(sale_order, order_lines)
                    for (order, sale_order), order_lines in lines.grouped(
                        lambda line: (line.order_id, line.sale_line_id.order_id)
                    ).items()
                ]
            ).action_confirm()
        return res

    def _prepare_replacement_line_vals(self):
        """Values of the line of the replacement order: at the price of today, but the
        same goods as they were sold."""
        self.ensure_one()
        [(product, quantity)] = self._get_replacement_balance().items()
        as_sold = {}
        if self._is_replaced_by_the_same():
            as_sold = {
                "price_unit": self.product_uom_id._compute_price(
                    self.price_unit, product.uom_id
                ),
                "discount": self.discount,
                "tax_ids": [Command.set(self.tax_ids.ids)],
                "route_ids": [Command.set(self.sale_line_id.route_ids.ids)],
            }
        return {
            **as_sold,
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "product_uom_qty": quantity,
            "replacement_line_id": self.id,
        }

    def _withdraw_replacements(self):
        """Also cancel the orders that nothing was delivered or invoiced of."""
        res = super()._withdraw_replacements()
        orders = self._get_valid_replacement_lines().order_id
        orders.filtered(lambda order: not order._has_moved())._action_cancel()
        return res
