from odoo import api, fields, models


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "sale.return.link.mixin"]

    return_line_id = fields.Many2one(
        "sale.return.order.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    return_origin_line_id = fields.Many2one(
        "account.move.line",
        "Credited Invoice Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Which invoice line this line takes back.",
    )

    def _copy_data_extend_business_fields(self, values):
        """A reversed credit note subtracts itself from what was credited."""
        res = super()._copy_data_extend_business_fields(values)
        values["return_line_id"] = self.return_line_id.id
        values["return_origin_line_id"] = self.return_origin_line_id.id
        return res

    def _get_quantity_sold(self, sale_line):
        """What ``sale_line`` counts of this line as invoiced, in its own UoM."""
        return self.product_uom_id._compute_quantity(
            self.quantity, sale_line.product_uom_id, round=False
        )

    @api.model
    def _get_return_link_fields(self):
        return ["return_line_id", "return_origin_line_id"]

    @api.model
    def _is_copied_return_link(self, vals):
        """A reversal: the reversed entry has the same links."""
        move = self.env["account.move"].browse(vals.get("move_id"))
        return bool(
            move.reversed_entry_id.line_ids.filtered(
                lambda line: all(
                    line[name].id == (vals.get(name) or False)
                    for name in self._get_return_link_fields()
                )
            )
        )
