from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

# How many lines are shown at once: who looks for an older one types a keyword.
LIMIT = 40


class SaleReturnOrderAdd(models.TransientModel):
    """Finds what was delivered to the customer of a draft, and adds what is ticked."""

    _name = "sale.return.order.add"
    _description = "Add Delivered Goods to a Return"

    order_id = fields.Many2one("sale.return.order", required=True, readonly=True)
    partner_id = fields.Many2one(related="order_id.partner_id")
    keywords = fields.Char(
        "Find",
        help="Words of the product's name, reference or barcode, or the number of an "
        "order, an invoice, a lot or a serial number.",
    )
    has_more = fields.Boolean(readonly=True)
    line_ids = fields.One2many("sale.return.order.add.line", "add_id", "Delivered")

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        order = self.env["sale.return.order"].browse(defaults.get("order_id"))
        if order and "line_ids" in fields:
            rows, defaults["has_more"] = self._prepare_rows(
                order, defaults.get("keywords")
            )
            defaults["line_ids"] = [Command.create(row) for row in rows]
        return defaults

    @api.onchange("keywords")
    def _onchange_keywords(self):
        """Look for others; what is ticked stays."""
        kept = self.line_ids.filtered("is_selected")
        rows, self.has_more = self._prepare_rows(
            self.order_id, self.keywords, kept.sale_line_id
        )
        self.line_ids = kept.union(*(kept.new(row) for row in rows))

    @api.model
    def _prepare_rows(self, order, keywords="", ticked=None):
        """What can be ticked, the latest delivery first.

        :param ticked: sales order lines that are there already
        :return: list of values of ``sale.return.order.add.line``, and whether there are
            more
        """
        Line = self.env["sale.order.line"]
        found = Line._find_delivered(
            order.company_id, order.partner_id, keywords, LIMIT
        )
        lines = Line.browse([line.id for line in found][:LIMIT]) - (ticked or Line)
        lines = lines.with_context(sale_return_date=order.date_request)
        rows = []
        for line in lines:
            lots = line._get_named_lots(keywords)
            left = max(0.0, line.quantity_returnable - order._get_quantity_asked(line))
            obstacle = line.return_obstacle
            if not left and not obstacle:
                obstacle = self.env._("On this return already.")
            named = len(lots) if line.product_id.tracking == "serial" else 0
            rows.append(
                {
                    "sale_line_id": line.id,
                    "date_delivered": found[line],
                    "quantity_returnable": left,
                    "quantity": min(named or left, left),
                    "lot_ids": [Command.set(lots.ids)],
                    "obstacle": obstacle,
                    # The one thing that a scanned number names.
                    "is_selected": bool(keywords and len(lines) == 1 and not obstacle),
                }
            )
        return rows, len(found) > LIMIT

    def action_add(self):
        self.ensure_one()
        rows = self.line_ids.filtered("is_selected")
        if not rows:
            raise UserError(self.env._("Tick what comes back."))
        self.order_id.write(
            {"line_ids": [Command.create(row._prepare_line_vals()) for row in rows]}
        )
        return {"type": "ir.actions.act_window_close"}
