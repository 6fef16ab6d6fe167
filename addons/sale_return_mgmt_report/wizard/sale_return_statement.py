from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError


class SaleReturnStatement(models.TransientModel):
    """What a customer returned in a period and what he got for it, to print for him."""

    _name = "sale.return.statement"
    _inherit = ["sale.return.print.mixin"]
    _description = "Customer Return Statement"

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        default=lambda self: self._default_partner_id(),
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: (
            fields.Date.context_today(self).replace(day=1) - relativedelta(months=3)
        ),
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: fields.Date.context_today(self)
    )

    _dates_check = models.Constraint(
        "CHECK (date_from <= date_to)", "The period ends after it begins."
    )

    def _default_partner_id(self):
        """The customer whose page this is opened from."""
        if self.env.context.get("active_model") != "res.partner":
            return False
        return self.env.context.get("active_id", False)

    def action_print(self):
        self.ensure_one()
        if not self._get_returns():
            raise UserError(
                self.env._(
                    "%(customer)s returned nothing then: choose another period.",
                    customer=self.partner_id.display_name,
                )
            )
        return self._print("sale_return_statement_report")

    def _get_returns(self):
        """The returns that were submitted, of the customer and all his contacts."""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        return self.env["sale.return.order"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "child_of", customer.id),
                ("date_request", ">=", self.date_from),
                ("date_request", "<=", self.date_to),
                ("state", "not in", ("draft", "cancelled")),
            ],
            order="date_request, id",
        )
