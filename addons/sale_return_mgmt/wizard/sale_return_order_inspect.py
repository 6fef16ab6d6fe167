from odoo import api, fields, models
from odoo.fields import Command


class SaleReturnOrderInspect(models.TransientModel):
    """Asks what was found, one row for each line and lot that waits, then inspects.

    A row may be lowered and others added for the rest: 6 to stock, 2 to repair.
    """

    _name = "sale.return.order.inspect"
    _description = "Inspect Returned Goods"

    order_id = fields.Many2one("sale.return.order", required=True, readonly=True)
    company_id = fields.Many2one(related="order_id.company_id")
    has_tracked_lines = fields.Boolean(related="order_id.has_tracked_lines")
    waiting_line_ids = fields.Many2many(
        "sale.return.order.line", compute="_compute_waiting_line_ids"
    )
    instructions = fields.Html(compute="_compute_instructions")
    line_ids = fields.One2many("sale.return.order.inspect.line", "inspect_id", "Goods")

    @api.depends("order_id")
    def _compute_waiting_line_ids(self):
        for dialog in self:
            dialog.waiting_line_ids = dialog.order_id.line_ids.filtered(
                lambda line: not line.product_uom_id.is_zero(line.quantity_to_inspect)
            )

    @api.depends("order_id")
    def _compute_instructions(self):
        for dialog in self:
            dialog.instructions = dialog.waiting_line_ids._get_inspection_instructions()

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        order = self.env["sale.return.order"].browse(defaults.get("order_id"))
        if order and "line_ids" in fields:
            defaults["line_ids"] = [
                Command.create(
                    {
                        "line_id": row["line"].id,
                        "lot_id": row["lot"].id,
                        "quantity": row["quantity"],
                        "disposition_id": row["disposition"].id,
                        "condition": row["condition"],
                    }
                )
                for row in order._prepare_inspection_rows(for_dialog=True)
            ]
        return defaults

    def action_apply(self):
        self.ensure_one()
        self.order_id._inspect([line._prepare_row() for line in self.line_ids])
        if self.env.context.get("sale_return_counter"):
            return self.order_id._finish_at_counter()
        return {"type": "ir.actions.act_window_close"}
