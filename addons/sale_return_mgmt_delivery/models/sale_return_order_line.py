from odoo import api, fields, models

from odoo.addons.sale_return_mgmt.tools.credit_book import CreditBook


class SaleReturnOrderLine(models.Model):
    _inherit = "sale.return.order.line"

    refund_delivery = fields.Boolean(
        compute="_compute_delivery_part",
        store=True,
        help="The policy that decided refunds the delivery charge.",
    )
    delivery_part = fields.Float(
        compute="_compute_delivery_part",
        store=True,
        digits=False,
        help="Part of the delivery charge that the standard delivery would have cost.",
    )

    @api.depends(
        "state",
        "product_id",
        "sale_line_id",
        "order_id.partner_id",
        "order_id.partner_shipping_id",
    )
    def _compute_delivery_part(self):
        """What holds for a draft if it is submitted now; later it stands."""
        drafts = self._filter_charged().filtered(
            lambda line: line.state == "draft" and line.product_id
        )
        policies = self.env["sale.return.policy"]._match(drafts) if drafts else {}
        for line in self:
            if line in policies:
                line.update(line._get_delivery_of_policy(policies[line]))
            else:
                line.refund_delivery = line.refund_delivery
                line.delivery_part = line.delivery_part

    def _filter_charged(self):
        """Lines of sales orders with a delivery charge."""
        return self.filtered(
            lambda line: line.sale_line_id.order_id._get_delivery_lines()
        )

    def _get_delivery_of_policy(self, policy):
        self.ensure_one()
        return {
            "refund_delivery": policy.refund_delivery,
            "delivery_part": policy._get_delivery_part(self.sale_line_id.order_id),
        }

    def _is_given_back(self, as_granted):
        """Whether the goods came back and are accepted for credit; or, once the return
        is done, are with the customer again and returnable: what was rejected or
        replaced by the same.

        :param as_granted: as if all that was granted was accepted
        """
        self.ensure_one()
        if self.resolution == "replace":
            return self.state == "done" and self._is_even_exchange()
        if as_granted or self.goods_return == "keep":
            return self.goods_return == "return"
        settled = self.quantity_for_credit
        expected = self._get_granted_quantity()
        if self.state == "done":
            sent_back = self.move_ids.filtered("return_inspection_id")
            settled += self._sum_moves(sent_back._filter_to_customer())
            expected = min(expected, self.quantity_received)
        return self.product_uom_id.compare(settled, expected) >= 0

    def _allocate_to_invoices(self, book=None):
        book = book or CreditBook()
        allocation = super()._allocate_to_invoices(book)
        for order in self.order_id:
            # After the goods: a discount on the order is shared out one by one.
            for piece in order._take_delivery(book, order._get_delivery_due()):
                allocation[order, piece.source.move_id].append(piece)
        return allocation

    @api.model
    def _prepare_refund_lines_vals(self, piece):
        """A delivery charge belongs to no return line: with what it shares of the whole
        invoice it is credited like a share."""
        if piece.line:
            return super()._prepare_refund_lines_vals(piece)
        return [
            piece.line._prepare_refund_share_vals(piece, source)
            for source, amounts in piece.parts.items()
            if any(amounts.values())
        ]
