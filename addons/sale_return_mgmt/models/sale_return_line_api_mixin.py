from odoo import fields, models
from odoo.exceptions import UserError

from ..exceptions import return_error


class SaleReturnLineApiMixin(models.AbstractModel):
    """Return lines as other systems see them, quantities in their unit."""

    _name = "sale.return.line.api.mixin"
    _description = "Return Line API"

    def _api_answer(self):
        """What was asked on the line, and how far it is."""
        self.ensure_one()
        answer = {
            "id": self.id,
            "discrepancy": self.discrepancy or "",
            "quantity_approved": self.quantity_approved,
            "quantity_received": self.quantity_received,
            "quantity_accepted": self.quantity_accepted,
            "quantity_replaced": self.quantity_replaced,
            **self._api_terms(),
        }
        if self.order_id._api_shows_money():
            answer["quantity_refunded"] = self.quantity_refunded
        return answer

    def _api_terms(self):
        """What is asked on the line, and what it comes to."""
        self.ensure_one()
        terms = {
            "sale_line": self.sale_line_id.id or "",
            "order": self.sale_order_id.name or "",
            "product": self.product_id.default_code or self.product_id.display_name,
            "uom": self.product_uom_id.name,
            "reason": self.reason_id.code or "",
            "goods": self.goods_return,
            "lots": self.sudo().lot_ids.mapped("name"),  # no secret to its readers
            "note": self.note or "",
            "quantity": self.quantity,
            "credit_percent": self.credit_percent,
            "fee_percent": self.fee_percent,
            "resolution": self.resolution,
            "replacement": self._api_replacement(),
        }
        if self.order_id._api_shows_money():
            terms |= {
                "price_unit": self.price_unit,
                "discount": self.discount,
                "price_fee": self.price_fee,
                "price_subtotal": self.price_subtotal,
                "price_total": self.price_total,
            }
        return terms

    def _api_offer(self, policy, code, message):
        """What may come back of the sold line that this draft line is for.

        :param policy: the ``sale.return.policy`` that decides, with its verdict as
            :meth:`sale.return.policy._get_verdict` gives it
        """
        self.ensure_one()
        sale_line, product = self.sale_line_id, self.product_id
        quantity = 0.0
        obstacle = self._get_obstacle()
        if obstacle:
            refused = True
            code, message = obstacle.sale_return_code, str(obstacle)
        else:
            quantity = sale_line.quantity_returnable
            refused = bool(code) and policy.out_of_policy == "refuse"
        last_day = policy and policy._get_last_day(self)
        return {
            "sale_line": sale_line.id,
            "product_id": product.id,
            "product": product.default_code or product.display_name,
            "barcode": product.barcode or "",
            "name": product.display_name,
            "uom": sale_line.product_uom_id.name,
            "returnable": not refused,
            "quantity_returnable": quantity,
            "lots": self._api_offer_lots() if quantity else [],
            "code": code,
            "message": message,
            "in_policy": not code,
            "policy": policy.name or "",
            "until": fields.Date.to_string(last_day) if last_day else "",
        }

    def _get_obstacle(self):
        """Why nothing can come back of the sold line, whatever the policies say: an
        exception, or None."""
        self.ensure_one()
        try:
            self._check_sale_line()
        except UserError as error:
            return error
        if self.sale_line_id.product_uom_id.is_zero(
            self.sale_line_id.quantity_returnable
        ):
            return return_error(
                "QTY_EXCEEDS_RETURNABLE",
                self.env._(
                    "Nothing of %(product)s can be returned: it was not delivered, "
                    "came back already, or is asked for by another return.",
                    product=self.product_id.display_name,
                ),
            )
        return None

    def _api_offer_lots(self):
        """What is with the customer of each lot, without the serial numbers that a
        return asks for already."""
        self.ensure_one()
        # sudo: who may ask for a return sees what was delivered
        sale_line_sudo = self.sale_line_id.sudo()
        taken = self.env["stock.lot"]
        if self.product_id.tracking == "serial":
            taken = sale_line_sudo.return_line_ids.filtered(
                lambda line: line.lot_ids and line._get_reserved_quantity()
            ).lot_ids
        return [
            {"name": lot.name, "quantity": quantity}
            for lot, quantity in sale_line_sudo._get_returnable_lots().items()
            if lot not in taken and lot.product_id == self.product_id
        ]
