from collections import namedtuple
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Quantities in the line's unit; the value untaxed, in the company's currency.
Uncredited = namedtuple("Uncredited", "line received credited quantity value")


class SaleReturnUncredited(models.TransientModel):
    """Goods that are back and not credited as of a day: what the books of that month
    still owe to customers."""

    _name = "sale.return.uncredited"
    _inherit = ["sale.return.print.mixin"]
    _description = "Goods Received and Not Credited"

    date = fields.Date(
        "As Of",
        required=True,
        default=lambda self: (
            fields.Date.context_today(self).replace(day=1) - timedelta(days=1)
        ),
    )

    def action_print(self):
        self.ensure_one()
        if not next(self._find_uncredited(), None):
            raise UserError(
                self.env._("All goods that were back then were credited by then.")
            )
        return self._print("sale_return_uncredited_report")

    def _find_uncredited(self):
        """What was back and not credited at the end of the day, by what is known today
        of what is credited for it.

        :return: iterator of :class:`Uncredited`
        """
        self.ensure_one()
        dashboard = self.env["sale.return.dashboard"]
        end = fields.Datetime.to_datetime(
            dashboard._get_moment(self.date + timedelta(days=1))
        )
        lines = self.env["sale.return.order.line"].search(
            self._get_domain(), order="order_id, id"
        )
        for line in lines:
            found = self._get_of_line(line, end)
            if found.quantity:
                yield found

    def _get_domain(self):
        """Lines that something was received of, and may not have been credited."""
        later = Domain("order_id.date_refunded", ">", self.date)
        waiting = Domain("order_id.refund_status", "in", ("to_refund", "partial"))
        unseen = Domain("order_id.inspection_status", "in", ("pending", "partial"))
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", ("approved", "done"))
            & Domain("quantity_received", ">", 0)
            & (later | waiting | unseen)
        )

    def _get_of_line(self, line, end):
        unit, currency = line.product_uom_id, self.company_id.currency_id
        received = line._sum_moves(
            line._get_received_moves().filtered(lambda move: move.date < end)
        ) - line._sum_moves(
            # sudo: as _get_received_moves
            line.sudo()
            .move_ids._filter_receipt_reversals()
            .filtered(lambda move: move.date < end)
        )
        credited = sum(
            quantity
            for item, quantity in line._get_credit_pieces(("posted",))
            if item.move_id.invoice_date <= self.date
        )
        open_quantity = unit.round(min(received, self._get_creditable(line)) - credited)
        if unit.compare(open_quantity, 0) <= 0:
            return Uncredited(line, received, credited, 0.0, 0.0)
        granted = line._get_granted_for_credit()
        value = line.price_subtotal * open_quantity / granted if granted else 0.0
        return Uncredited(
            line,
            received,
            credited,
            open_quantity,
            line.currency_id._convert(value, currency, self.company_id, self.date),
        )

    def _get_creditable(self, line):
        """What is or will be credited of a line, as far as is known: what waits for
        its inspection may be."""
        unseen = 0.0
        if line.inspection_required and not line._is_even_exchange():
            unseen = max(0.0, line.quantity_received - line.quantity_inspected)
        return line._get_quantity_in_credit() + line.quantity_to_refund + unseen
