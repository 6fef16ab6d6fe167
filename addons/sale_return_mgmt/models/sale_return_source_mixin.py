from odoo import api, fields, models


class SaleReturnSourceMixin(models.AbstractModel):
    """A document that returns come from: what was sold, delivered or invoiced.

    Whoever may read the document but no returns is refused nothing: there are none for
    them.
    """

    _name = "sale.return.source.mixin"
    _description = "Source of Returns"

    # compute_sudo: Odoo lets nobody set even an empty link to what he may not read
    return_order_ids = fields.Many2many(
        "sale.return.order",
        string="Return Orders",
        compute="_compute_return_order_ids",
        compute_sudo=True,
    )
    return_order_count = fields.Integer(
        compute="_compute_return_order_ids", compute_sudo=True
    )

    @api.depends_context("uid")
    def _compute_return_order_ids(self):
        returns = {record: record._get_returns() for record in self}
        Return = self.env["sale.return.order"].sudo(False)
        readable = Return.union(
            *(each.sudo(False) for each in returns.values())
        )._filtered_access("read")
        for record in self:
            record.return_order_ids = readable & returns[record].sudo(False)
            record.return_order_count = len(record.return_order_ids)

    def _get_returns(self):
        """The returns of this document, whoever may read them; called in ``sudo``."""
        raise NotImplementedError

    def action_view_returns(self):
        return self.return_order_ids._get_records_action(name=self.env._("Returns"))
