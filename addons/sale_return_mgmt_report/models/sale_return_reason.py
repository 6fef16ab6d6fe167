from odoo import api, models
from odoo.exceptions import UserError


class SaleReturnReason(models.Model):
    _inherit = "sale.return.reason"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_not_recorded(self):
        """The analysis shows under it what came back without a reason."""
        if self & self.env.ref(
            "sale_return_mgmt_report.sale_return_reason_not_recorded"
        ):
            raise UserError(
                self.env._("The analysis needs this reason: it cannot be deleted.")
            )
