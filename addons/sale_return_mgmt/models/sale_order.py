from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
        "sale.order",
        "sale.return.link.mixin",
        "sale.return.source.mixin",
        "sale.return.portal.offer.mixin",
    ]

    replacement_return_id = fields.Many2one(
        "sale.return.order",
        "Replaces Goods Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The return whose goods the customer gets these for.",
    )
    replacement_of_id = fields.Many2one(
        "sale.order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The order that sold what was returned.",
    )

    @api.depends("order_line.return_line_ids")
    def _compute_return_order_ids(self):
        return super()._compute_return_order_ids()

    def _get_returns(self):
        return self.order_line.return_line_ids.order_id

    def message_post(self, **kwargs):
        """That a credit note is paid is a note to nobody: logged, it costs a fifth.

        Logging asks for no rights: not for who just brings the key of the context.
        """
        is_ours = self.env.su and self.env.context.get("sale_return_log_note")
        if is_ours and set(kwargs) == {"body"}:
            return self._message_log(**kwargs)
        return super().message_post(**kwargs)

    def action_create_return(self):
        """Open a new return, filled with what is returnable of these orders."""
        self.env["sale.return.order"].check_access("create")
        if not self._prepare_return_vals()["line_ids"]:
            raise UserError(
                self.env._(
                    "Nothing of %(orders)s can be returned: it was not delivered, came "
                    "back already, or is asked for by another return.",
                    orders=", ".join(self.mapped("name")),
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Return"),
            "res_model": "sale.return.order",
            "view_mode": "form",
            "context": {"sale_return_order_ids": self.ids},
        }

    def _prepare_return_vals(self):
        """Defaults of a return of everything returnable, lines included.

        What a policy refuses is left out, unless that is all: a manager may override.
        """
        returnable = self.order_line._get_returnable_quantities()
        lines = self.order_line.filtered(
            lambda line: (
                line.product_id
                and line.product_id.uom_id.compare(returnable[line], 0) > 0
            )
        )
        refused = lines.browse(line.id for line in lines._get_policy_refusals())
        lines = lines - refused or lines
        return {
            "partner_id": self.partner_id[:1].id,
            "company_id": self.company_id[:1].id or self.env.company.id,
            "team_id": self.team_id[:1].id,
            "line_ids": [
                Command.create(
                    {
                        "sale_line_id": line.id,
                        "product_uom_id": line.product_uom_id.id,
                        "quantity": line.quantity_returnable,
                    }
                )
                for line in lines
            ],
        }

    def _has_moved(self):
        """Whether goods or money of this order have moved."""
        self.ensure_one()
        return any(line.qty_delivered for line in self.order_line) or any(
            move.state == "posted" for move in self.invoice_ids
        )

    def _get_first_lines(self):
        """One line of each order, always the same."""
        orders_sudo = self.sudo()  # lines to be locked, whoever may read them
        return self.env["sale.order.line"].browse(
            min(order.order_line.ids) for order in orders_sudo
        )
