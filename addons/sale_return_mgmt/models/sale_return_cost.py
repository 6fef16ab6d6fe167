from odoo import fields, models


class SaleReturnCost(models.Model):
    """What a return cost us beside the credit: freight, work, repair."""

    _name = "sale.return.cost"
    _description = "Return Cost"
    _order = "date desc, id desc"
    _check_company_auto = True

    order_id = fields.Many2one(
        "sale.return.order",
        "Return Order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    type = fields.Selection(
        [
            ("freight_in", "Freight of the Goods Back"),
            ("freight_out", "Freight to the Customer"),
            ("handling", "Handling"),
            ("repair", "Repair"),
            ("other", "Other"),
        ],
        required=True,
        default="freight_in",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    note = fields.Char()

    _amount_check = models.Constraint(
        "CHECK (amount > 0 AND amount < 1e15)",
        "A cost must be above zero.",
    )
