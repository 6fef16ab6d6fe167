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
            ("credit_instead", "Credit Instead"),
            ("override_policy", "Override Policy"),
            ("name_approver", "Name Approver"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Approver",
        domain=lambda self: [
            ("share", "=", False),
            ("id", "!=", self.env.uid),
            (
                "all_group_ids",
                "in",
                self.env.ref("sale_return_mgmt.group_sale_return_approver").ids,
            ),
        ],
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

    def _apply_credit_instead(self):
        self.order_ids.action_credit_instead(self.explanation)

    def _apply_override_policy(self):
        self.order_ids.action_override_policy(self.explanation)

    def _apply_name_approver(self):
        self.order_ids.action_name_approver(self.user_id.id, self.explanation)
