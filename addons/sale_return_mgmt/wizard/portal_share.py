from odoo import models
from odoo.exceptions import UserError


class PortalShare(models.TransientModel):
    _inherit = "portal.share"

    def action_send_mail(self):
        """Not for returns: Odoo writes the link among their messages, where the
        warehouse would find the way to a page with amounts."""
        if "sale.return.order" in self.mapped("res_model"):
            raise UserError(
                self.env._(
                    "The page of a return is its customer's alone. Write a message to "
                    "the customer on the return: its button opens the page."
                )
            )
        return super().action_send_mail()
