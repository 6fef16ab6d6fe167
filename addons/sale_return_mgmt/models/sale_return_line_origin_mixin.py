from odoo import api, models
from odoo.exceptions import ValidationError

from ..exceptions import return_error


class SaleReturnLineOriginMixin(models.AbstractModel):
    """Where the goods of a return line come from: a sale to this customer, or nobody
    knows and the company takes them all the same."""

    _name = "sale.return.line.origin.mixin"
    _description = "Return Line Origin"

    @api.constrains("sale_line_id", "order_id", "product_id", "product_uom_id")
    def _check_product(self):
        for line in self:
            if line.sale_line_id:
                line._check_sale_line()
            elif not line.discrepancy:
                line._check_without_order()
            if not line.product_uom_id._has_common_reference(line.product_id.uom_id):
                raise return_error(
                    "INVALID",
                    self.env._(
                        "%(product)s cannot be counted in %(uom)s.",
                        product=line.product_id.display_name,
                        uom=line.product_uom_id.name,
                    ),
                    ValidationError,
                    line=line,
                )

    def _check_sale_line(self):
        """Refuse what was not sold to this customer and delivered."""
        self.ensure_one()
        sale_line, order = self.sale_line_id, self.order_id
        sale_order = sale_line.order_id
        if sale_order.state != "sale":
            code, message = (
                "NOT_RETURNABLE",
                self.env._(
                    "%(sale_order)s is not confirmed: only delivered goods can come "
                    "back.",
                    sale_order=sale_order.name,
                ),
            )
        elif (
            sale_line.display_type
            or sale_line.is_downpayment
            or sale_line.product_id.type != "consu"
        ):
            code, message = (
                "NOT_RETURNABLE",
                self.env._(
                    "“%(line)s” is not a delivered product and cannot be returned.",
                    line=sale_line.name,
                ),
            )
        elif self.product_id not in sale_line._get_products_to_return():
            code, message = (
                "INVALID",
                self.env._(
                    "%(product)s was not sold by this line of %(sale_order)s: choose "
                    "the line that sold it.",
                    product=self.product_id.display_name,
                    sale_order=sale_order.name,
                ),
            )
        elif (
            sale_order.partner_id.commercial_partner_id
            != order.partner_id.commercial_partner_id
        ):
            code, message = (
                "INVALID",
                self.env._(
                    "%(sale_order)s belongs to %(other)s, the return to %(customer)s: "
                    "make one return for each customer.",
                    sale_order=sale_order.name,
                    other=sale_order.partner_id.display_name,
                    customer=order.partner_id.display_name,
                ),
            )
        elif sale_order.currency_id != order.currency_id:
            code, message = (
                "CURRENCY_MISMATCH",
                self.env._(
                    "%(sale_order)s is in %(currency)s, the return in %(other)s: make "
                    "one return for each currency.",
                    sale_order=sale_order.name,
                    currency=sale_order.currency_id.name,
                    other=order.currency_id.name,
                ),
            )
        else:
            return
        raise return_error(code, message, ValidationError, line=self)

    def _check_without_order(self):
        """Refuse goods of unknown origin, unless the company takes them."""
        self.ensure_one()
        if not self.company_id.sale_return_allow_unreferenced:
            code, message = (
                "NOT_FOUND",
                self.env._(
                    "Choose the sales order line that sold %(product)s: %(company)s "
                    "takes nothing back without an order.",
                    product=self.product_id.display_name,
                    company=self.company_id.name,
                ),
            )
        elif self.product_id.type != "consu":
            code, message = (
                "NOT_RETURNABLE",
                self.env._(
                    "%(product)s is not a delivered product and cannot be returned.",
                    product=self.product_id.display_name,
                ),
            )
        else:
            return
        raise return_error(code, message, ValidationError, line=self)

    @api.constrains("price_asked", "sale_line_id")
    def _check_price_asked(self):
        for line in self:
            if line.price_asked and line.sale_line_id:
                raise return_error(
                    "INVALID",
                    self.env._(
                        "The price of %(product)s is the one that was invoiced with "
                        "%(sale_order)s: ask for a price only without an order.",
                        product=line.product_id.display_name,
                        sale_order=line.sale_order_id.name,
                    ),
                    ValidationError,
                    line=line,
                )
