from odoo import api, fields, models
from odoo.exceptions import AccessError


class SaleReturnPrintMixin(models.AbstractModel):
    """A dialog that prints something of one company."""

    _name = "sale.return.print.mixin"
    _description = "Print of a Company's Returns"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )

    @api.constrains("company_id")
    def _check_company_id(self):
        """Nothing is printed under the name of a company that the user has not."""
        if self.company_id - self.env.user.company_ids:
            raise AccessError(
                self.env._("You do not work in this company: choose one of yours.")
            )

    def _print(self, xmlid):
        report = self.env.ref(f"sale_return_mgmt_report.{xmlid}")
        # Without data the answer would hold a None, which XML-RPC cannot carry.
        return report.report_action(self, data={})
