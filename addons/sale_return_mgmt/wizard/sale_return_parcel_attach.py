from odoo import api, fields, models


class SaleReturnParcelAttach(models.TransientModel):
    """Asks which return unannounced goods belong to."""

    _name = "sale.return.parcel.attach"
    _description = "Add Unannounced Goods to a Return"

    parcel_line_ids = fields.Many2many(
        "sale.return.parcel.line", string="Goods", required=True
    )
    order_id = fields.Many2one(
        "sale.return.order",
        "Return",
        required=True,
        compute="_compute_order_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('state', 'in', ('draft', 'submitted', 'approved')),"
        " ('receipt_status', 'not in', ('full', 'short'))]",
    )

    @api.depends("parcel_line_ids")
    def _compute_order_id(self):
        """Propose the oldest return of the customer that awaits one of the products."""
        for wizard in self:
            goods = wizard.parcel_line_ids
            wizard.order_id = self.env["sale.return.order"].search(
                [
                    (
                        "partner_id",
                        "child_of",
                        goods.partner_id.commercial_partner_id.ids,
                    ),
                    ("line_ids.product_id", "in", goods.product_id.ids),
                    ("state", "=", "approved"),
                    ("receipt_status", "in", ("pending", "partial")),
                ],
                order="date_request, id",
                limit=1,
            )

    def action_apply(self):
        self.ensure_one()
        self.parcel_line_ids._attach(self.order_id)
        return self.order_id._get_records_action(name=self.env._("Return"))
