from odoo import fields, models


class SaleReturnOrderPeriod(models.TransientModel):
    """Asks whether credit notes may be dated on the first open day, as today is not."""

    _name = "sale.return.order.period"
    _description = "Settle Returns in Another Period"

    order_ids = fields.Many2many(
        "sale.return.order", string="Return Orders", required=True
    )
    message = fields.Text(readonly=True)
    date = fields.Date("Credit Note Date", required=True, readonly=True)

    def action_apply(self):
        self.ensure_one()
        # The books may have been closed further: then it asks again.
        return self.order_ids.action_settle_selected(fields.Date.to_string(self.date))
