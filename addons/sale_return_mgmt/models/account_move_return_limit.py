from odoo import models

from ..exceptions import return_error


class AccountMove(models.Model):
    """A return's credit note may be lowered by an accountant, never raised above what
    was accepted and invoiced."""

    _inherit = "account.move"

    def _post(self, soft=True):
        self._check_return_quantities()
        return super()._post(soft=soft)

    def _check_return_quantities(self):
        # sudo: accountants may only read returns
        lines_sudo = self.sudo().invoice_line_ids.filtered(
            lambda line: (
                line.move_id.return_order_id
                and line.return_line_id
                # Not its share of what belongs to a whole invoice.
                and (line.sale_line_ids or not line.return_origin_line_id)
            )
        )
        for return_line, lines in lines_sudo.grouped("return_line_id").items():
            uom = return_line.product_uom_id
            asked = sum(
                line.product_uom_id._compute_quantity(line.quantity, uom, round=False)
                for line in lines
            )
            accepted = return_line.quantity_accepted
            credited = return_line._get_quantity_credited(("posted",))
            self._check_return_quantity(return_line, uom, asked, accepted - credited)
        # Others may have credited the invoice meanwhile.
        ordered_sudo = lines_sudo.filtered("sale_line_ids")
        for sale_line, lines in ordered_sudo.grouped("sale_line_ids").items():
            asked = sum(line._get_quantity_sold(sale_line) for line in lines)
            invoiced = sale_line._sum_invoice_lines(
                lambda move: move.state == "posted" and move not in self
            )
            self._check_return_quantity(
                lines.return_line_id[:1], sale_line.product_uom_id, asked, invoiced
            )

    def _check_return_quantity(self, return_line, uom, asked, possible):
        if uom.compare(asked, possible) <= 0:
            return
        possible = max(0.0, uom.round(possible))
        raise return_error(
            "QTY_EXCEEDS_RETURNABLE",
            self.env._(
                "%(order)s: %(asked)s %(uom)s of %(product)s are to be credited, but "
                "only %(possible)s were accepted and invoiced and are not credited "
                "yet. Lower the quantity on the credit note.",
                order=return_line.order_id.name,
                asked=f"{uom.round(asked):g}",
                uom=uom.name,
                product=return_line.product_id.display_name,
                possible=f"{possible:g}",
            ),
            line=return_line,
            asked=uom.round(asked),
            returnable=possible,
        )
