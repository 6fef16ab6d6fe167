from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_credit_lines(self):
        """What returns credit of a delivery charge is linked to the invoice alone: the
        order would want to invoice it again."""
        credits = super()._get_credit_lines()
        if self.is_delivery:
            # sudo: as super
            credits |= self.sudo().invoice_lines.return_credit_line_ids.filtered(
                lambda line: line.parent_state != "cancel"
            )
        return credits
