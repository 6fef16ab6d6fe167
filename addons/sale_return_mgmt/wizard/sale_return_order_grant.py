from odoo import api, fields, models
from odoo.fields import Command


class SaleReturnOrderGrant(models.TransientModel):
    """Asks how much of each line is granted, then approves."""

    _name = "sale.return.order.grant"
    _description = "Approve a Return with Changes"

    order_id = fields.Many2one("sale.return.order", "Return Order", required=True)
    line_ids = fields.One2many(
        "sale.return.order.grant.line",
        "grant_id",
        "Lines",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    comment = fields.Text(required=True)

    @api.depends("order_id")
    def _compute_line_ids(self):
        """Start from what is granted so far."""
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {"line_id": line.id, "quantity": quantity, "percent": percent}
                    )
                    for line, (quantity, percent) in (
                        wizard.order_id._get_granted().items()
                    )
                ),
            ]

    def action_apply(self):
        self.ensure_one()
        self.order_id.action_approve(
            self.comment,
            [
                {
                    "line": line.line_id.id,
                    "quantity": line.quantity,
                    "percent": line.percent,
                }
                for line in self.line_ids
            ],
        )
        return {"type": "ir.actions.act_window_close"}
