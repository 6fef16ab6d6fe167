from odoo import fields, models


class SaleReturnOrderExplain(models.TransientModel):
    """Asks why, for the steps that must say so, then takes the step."""

    _name = "sale.return.order.explain"
    _description = "Explain a Return Step"

    order_ids = fields.Many2many(
        "sale.return.order", string="Return Orders", required=True
    )
    step = fields.Selection(
        [
            ("reject", "Reject"),
            ("send_back", "Send Back"),
            ("close_short", "Close Short"),
        ],
        required=True,
        readonly=True,
    )
    explanation = fields.Text(required=True)

    def action_apply(self):
        self.ensure_one()
        getattr(self, f"_apply_{self.step}")()
        return {"type": "ir.actions.act_window_close"}

    def _apply_reject(self):
        self.order_ids.action_reject(self.explanation)

    def _apply_send_back(self):
        self.order_ids.action_send_back(self.explanation)

    def _apply_close_short(self):
        self.order_ids.action_close_short(self.explanation)
