from odoo import api, fields, models


class SaleReturnNumberMixin(models.AbstractModel):
    """The number of a return, which it has from its first moment.

    To be inherited after ``mail.thread``, whose first messages tell the number.
    """

    _name = "sale.return.number.mixin"
    _description = "Number of a Return"

    name = fields.Char(
        "Number",
        readonly=True,
        copy=False,
        required=True,
        default=lambda self: self.env._("New"),
        index="trigram",
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        sequence_sudo = self.env["ir.sequence"].sudo()  # clerks may not read sequences
        for order in orders.sudo():  # the number is a workflow field
            order.name = sequence_sudo.next_by_code("sale.return.order")
        return orders
