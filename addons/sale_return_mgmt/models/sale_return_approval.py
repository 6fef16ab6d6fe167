from odoo import fields, models


class SaleReturnApproval(models.Model):
    """One level of one submission: written at submit, decided once."""

    _name = "sale.return.approval"
    _inherit = "sale.return.protected.mixin"
    _description = "Return Approval"
    _order = "order_id, round, sequence, id"

    order_id = fields.Many2one(
        "sale.return.order",
        "Return Order",
        readonly=True,
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    rule_id = fields.Many2one("sale.return.approval.rule", "Level", readonly=True)
    round = fields.Integer(readonly=True, help="Counts the submissions of the return.")
    sequence = fields.Integer("Step", readonly=True)
    state = fields.Selection(
        [("pending", "Pending"), ("approved", "Approved"), ("rejected", "Rejected")],
        readonly=True,
        required=True,
        default="pending",
    )
    user_id = fields.Many2one("res.users", "Decided By", readonly=True)
    date = fields.Datetime("Decided On", readonly=True)
    comment = fields.Char(readonly=True)

    def _get_approvers(self):
        """Who may decide this level, authors of the return left out."""
        self.ensure_one()
        order = self.order_id
        approvers = self.rule_id._get_approvers(order.company_id)
        if order.company_id.sale_return_four_eyes:
            approvers -= order._get_authors()
        return approvers - order._get_current_approvals().user_id
