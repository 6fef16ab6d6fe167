from odoo import api, fields, models
from odoo.fields import Command

from ..exceptions import return_error
from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnReplacementOrderMixin(models.AbstractModel):
    """Orders for what is sold in place of returned goods, and how their invoices and
    the credit notes of the return settle each other."""

    _name = "sale.return.replacement.order.mixin"
    _description = "Return Replacement Orders"

    replacement_order_ids = fields.One2many(
        "sale.order",
        "replacement_return_id",
        "Replacement Orders",
        readonly=True,
        groups=MONEY_GROUPS,
    )
    replacement_order_count = fields.Integer(
        compute="_compute_replacement_order_count", groups=MONEY_GROUPS
    )

    @api.depends("replacement_order_ids")
    def _compute_replacement_order_count(self):
        for order in self:
            order.replacement_order_count = len(order.replacement_order_ids)

    @api.depends(
        "line_ids.replacement_sale_line_ids.state",
        "line_ids.replacement_sale_line_ids.product_uom_qty",
        "line_ids.replacement_sale_line_ids.move_ids.state",
        "line_ids.replacement_sale_line_ids.move_ids.product_uom_qty",
    )
    def _compute_has_exception(self):
        return super()._compute_has_exception()

    def action_view_replacement_orders(self):
        return self.replacement_order_ids._get_records_action(
            name=self.env._("Replacement Orders")
        )

    def _check_nothing_moved(self):
        res = super()._check_nothing_moved()
        for order in self:
            # sudo: as super
            if any(sold._has_moved() for sold in order.sudo().replacement_order_ids):
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%s cannot be cancelled: its replacement order is delivered or "
                        "invoiced. Undo that, or let a manager close the return short.",
                        order.name,
                    ),
                )
        return res

    def _prepare_replacement_order_vals(self, sale_order, lines):
        """Values of the order that sells what replaces ``lines``.

        :param sale_order: that sold the returned goods; may be empty
        """
        self.ensure_one()
        warehouse, _location, partner = lines[:1]._get_replacement_source()
        vals = {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "partner_shipping_id": partner.id,
            "warehouse_id": warehouse.id,
            "user_id": self.user_id.id,
            "origin": self.name,
            "client_order_ref": self.customer_reference,
            "replacement_return_id": self.id,
            "replacement_of_id": sale_order.id,
            "order_line": [
                Command.create(line._prepare_replacement_line_vals()) for line in lines
            ],
        }
        if sale_order:
            vals.update(
                partner_id=sale_order.partner_id.id,
                partner_invoice_id=sale_order.partner_invoice_id.id,
                fiscal_position_id=sale_order.fiscal_position_id.id,
                pricelist_id=sale_order.pricelist_id.id,
                payment_term_id=sale_order.payment_term_id.id,
                user_id=sale_order.user_id.id,
                team_id=sale_order.team_id.id,
            )
        return vals

    def _is_credit_spoken_for(self):
        """Whether goods that are still to be invoiced will be set off against the
        credit: until then nobody knows what is left to be paid back."""
        self.ensure_one()
        sold_lines = self._get_lines_to_replace().filtered(
            lambda line: line.quantity_approved and not line._is_even_exchange()
        )
        if any(not line._is_replacement_complete() for line in sold_lines):
            return True
        return any(
            sold.state == "sale"
            and (
                sold.invoice_status in ("no", "to invoice")
                or any(move.state == "draft" for move in sold.invoice_ids)
            )
            for sold in sold_lines.replacement_sale_line_ids.order_id
        )

    def _check_done(self):
        approved = self.filtered(lambda order: order.state == "approved")
        res = super()._check_done()
        approved.filtered(lambda order: order.state == "done")._release_credit()
        return res

    def _release_credit(self):
        """Pay back what was held for a replacement that will not come."""
        # sudo: as when a credit note is posted
        orders_sudo = self.sudo().filtered(lambda order: order._get_lines_to_replace())
        orders_sudo.refund_ids._plan_refund_payments()

    def _set_off_replacements(self):
        """Reconcile what the customer owes for replacements with what he is credited;
        the difference stays open on one side. Called in ``sudo``."""
        for order in self:
            invoices = order.replacement_order_ids.invoice_ids
            lines = (invoices | order.refund_ids).line_ids.filtered(
                lambda line: (
                    line.parent_state == "posted"
                    and line.account_type == "asset_receivable"
                    and not line.reconciled
                )
            )
            for open_lines in lines.grouped(
                lambda line: (line.account_id, line.currency_id, line.partner_id)
            ).values():
                if len(set(open_lines.mapped(lambda line: line.balance > 0))) == 2:
                    open_lines.reconcile()
