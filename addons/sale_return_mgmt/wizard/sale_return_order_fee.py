from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import float_compare

from ..models.sale_return_grant_mixin import PERCENT_DIGITS


class SaleReturnOrderFee(models.TransientModel):
    """Asks which fee is charged for each line of a return, and why."""

    _name = "sale.return.order.fee"
    _description = "Set the Fee of a Return"

    order_id = fields.Many2one("sale.return.order", "Return Order", required=True)
    line_ids = fields.One2many(
        "sale.return.order.fee.line",
        "fee_id",
        "Lines",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Text(required=True)

    @api.depends("order_id")
    def _compute_line_ids(self):
        """Those whose fee is not charged yet, as it is so far."""
        for wizard in self:
            lines = wizard.order_id.line_ids.filtered(
                lambda line: not line.discrepancy and line._is_fee_open()
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"line_id": line.id, "percent": line.fee_percent})
                    for line in lines
                ),
            ]

    def action_apply(self):
        self.ensure_one()
        changed = self.line_ids.filtered(
            lambda line: float_compare(
                line.percent, line.line_id.fee_percent, PERCENT_DIGITS
            )
        )
        for percent, lines in changed.grouped("percent").items():
            self.order_id.action_set_fee(percent, self.reason, lines.line_id.ids)
        return {"type": "ir.actions.act_window_close"}
