from odoo import models

from odoo.addons.sale_return_mgmt.exceptions import return_error


class AccountMove(models.Model):
    _inherit = "account.move"

    def _check_return_quantities(self):
        """Nor is a delivery charge credited twice, whoever credited it meanwhile."""
        res = super()._check_return_quantities()
        # sudo: as super
        lines_sudo = self.sudo().invoice_line_ids.filtered(
            lambda line: (
                line.move_id.return_order_id
                and not line.return_line_id
                and line.return_origin_line_id.sale_line_ids.filtered("is_delivery")
            )
        )
        for line in lines_sudo:
            charge = line.return_origin_line_id
            credited = sum(
                credit.move_id.direction_sign * credit.price_subtotal
                for credit in charge._get_credits(charge.move_id)
                if credit.parent_state == "posted"
            )
            left = charge.price_subtotal - credited
            if line.currency_id.compare_amounts(line.price_subtotal, left) > 0:
                raise return_error(
                    "INVALID",
                    self.env._(
                        "%(order)s: the delivery charge “%(charge)s” is credited "
                        "already. Remove its line from the credit note.",
                        order=line.move_id.return_order_id.name,
                        charge=line.name,
                    ),
                )
        return res
