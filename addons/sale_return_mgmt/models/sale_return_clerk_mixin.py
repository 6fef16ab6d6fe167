from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from .sale_return_line_price_mixin import MONEY_GROUPS
from .sale_return_obstacle_sold_mixin import CLERK_GROUP

OPEN_STATES = ("draft", "submitted", "approved")


class SaleReturnClerkMixin(models.AbstractModel):
    """What helps to write a return: which goods of the orders at hand cannot come back,
    who asked for the same ones, photos, and the way to what was delivered."""

    _name = "sale.return.clerk.mixin"
    _description = "Return Clerk's Help"

    unreturnable_line_ids = fields.Many2many(
        "sale.order.line",
        string="Not Returnable",
        compute="_compute_unreturnable_line_ids",
        groups=CLERK_GROUP,
        help="What else the orders at hand sold, and why it cannot come back.",
    )
    duplicate_ids = fields.Many2many(
        "sale.return.order",
        string="Returns of the Same Goods",
        compute="_compute_duplicate_ids",
        groups=MONEY_GROUPS,
        help="Other open returns of the same sales order lines, drafts too.",
    )
    duplicate_names = fields.Char(compute="_compute_duplicate_ids", groups=MONEY_GROUPS)
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Photos and Files",
        compute="_compute_attachment_ids",
        inverse="_inverse_attachment_ids",
        help="Those of the return itself: what is added here or below counts where a "
        "policy or a reason asks for a file.",
    )

    goods_sought = fields.Char(
        "Find Goods",
        store=False,
        copy=False,
        help="Number of an order, an invoice, a lot or a serial number, or a barcode: "
        "what it names and can come back is added, with its customer.",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "date_request", "line_ids.sale_line_id")
    @api.depends_context("sale_return_order_ids", "lang")
    def _compute_unreturnable_line_ids(self):
        named = self.env["sale.order"].browse(
            self.env.context.get("sale_return_order_ids") or []
        )
        drafts = self.filtered(lambda order: order.state == "draft")
        (self - drafts).unreturnable_line_ids = False
        for day, orders in drafts.grouped("date_request").items():
            at_hand = {
                order: order.sale_order_ids._origin
                | (named.browse() if order._origin else named)
                for order in orders
            }
            lines = self.env["sale.order"].union(*at_hand.values()).order_line
            lines = lines.with_context(sale_return_date=day)
            lines = lines.filtered("return_obstacle")
            for order in orders:
                asked = order.line_ids.sale_line_id._origin
                order.unreturnable_line_ids = [
                    line.id
                    for line in lines
                    if line.order_id in at_hand[order] and line not in asked
                ]

    @api.depends("state", "line_ids.sale_line_id")
    def _compute_duplicate_ids(self):
        Line = self.env["sale.return.order.line"]
        writing = self.filtered(lambda order: order.state in ("draft", "submitted"))
        groups = Line._read_group(
            [
                ("sale_line_id", "in", writing.line_ids.sale_line_id.ids),
                ("state", "in", OPEN_STATES),
            ],
            ["sale_line_id", "order_id"],
        )
        for order in self:
            sold = order.line_ids.sale_line_id._origin if order in writing else ()
            others = order.browse(
                dict.fromkeys(
                    other.id
                    for sale_line, other in groups
                    if sale_line in sold and other != order._origin
                )
            ).sorted("id", reverse=True)
            order.duplicate_ids = others
            order.duplicate_names = order._join_some(others.mapped("name"))

    @api.model
    def _join_some(self, names, limit=3):
        """The first names of a list, and how many are left."""
        text = ", ".join(names[:limit])
        rest = len(names) - limit
        if rest <= 0:
            return text
        return self.env._("%(names)s and %(count)s others", names=text, count=rest)

    def _compute_attachment_ids(self):
        """Nothing to depend on: files come by the chatter, by mail and by other systems
        as well."""
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self._origin.ids),
                ("res_field", "=", False),
            ],
            order="id",
        )
        by_order = files.grouped("res_id")
        for order in self:
            order.attachment_ids = by_order.get(order._origin.id, files.browse())

    def _inverse_attachment_ids(self):
        """Take what the user has just uploaded, drop what the user took away."""
        kept = {order: order.attachment_ids._origin for order in self}
        self.invalidate_recordset(["attachment_ids"], flush=False)
        for order in self:
            known = order.attachment_ids
            new_sudo = (kept[order] - known).sudo()  # sudo: whose they are is checked
            if any(
                file.res_id
                or file.res_field
                or file.res_model not in (False, self._name)
                or file.create_uid != self.env.user
                for file in new_sudo
            ):
                raise AccessError(
                    self.env._("Attach only files that you have uploaded yourself.")
                )
            new_sudo.sudo(False).write({"res_model": self._name, "res_id": order.id})
            (known - kept[order]).unlink()
        self.invalidate_recordset(["attachment_ids"], flush=False)

    # === ONCHANGE METHODS === #

    @api.onchange("goods_sought")
    def _onchange_goods_sought(self):
        """Add what a receipt, a barcode or a serial number names."""
        keywords, self.goods_sought = self.goods_sought, False
        if not keywords:
            return None
        Line = self.env["sale.order.line"]
        found = Line.browse(
            line.id
            for line in Line._find_delivered(self.company_id, self.partner_id, keywords)
        ).with_context(sale_return_date=self.date_request)
        if not found:
            return self._warn(
                self.env._("Nothing that was delivered is called “%s”.", keywords)
            )
        if len(found.order_id) > 1:
            return self._warn(
                self.env._(
                    "“%(keywords)s” is on %(orders)s: name one of them, or choose the "
                    "customer and add from the deliveries.",
                    keywords=keywords,
                    orders=self._join_some(found.order_id.mapped("name")),
                )
            )
        possible = found.filtered(
            lambda line: (
                not line.return_obstacle
                and line not in self.line_ids.sale_line_id._origin
            )
        )
        if not possible:
            return self._warn(found[0].return_obstacle or self.env._("It is there."))
        self.partner_id = self.partner_id or found.order_id.partner_id
        self.line_ids = [
            Command.create(line._prepare_sought_vals(keywords)) for line in possible
        ]
        return None

    @api.model
    def _warn(self, message):
        return {
            "warning": {
                "title": self.env._("Find Goods"),
                "message": message,
                "type": "notification",
            }
        }

    def _get_quantity_asked(self, sale_line):
        """What this return asks of a sold line already, in its unit."""
        self.ensure_one()
        return sum(
            line.product_uom_id._compute_quantity(
                line.quantity, sale_line.product_uom_id, rounding_method="HALF-UP"
            )
            for line in self.line_ids
            if line.sale_line_id == sale_line
            and line.product_id == sale_line.product_id
        )

    # === ACTION METHODS === #

    def action_add_deliveries(self):
        """Open the dialog that finds what was delivered to the customer."""
        self.ensure_one()
        self._prepare_step(CLERK_GROUP)._check_is_draft()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add from Deliveries"),
            "res_model": "sale.return.order.add",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_view_duplicates(self):
        """Open the other returns of the same goods."""
        self.check_access("read")
        return self.duplicate_ids._get_records_action(
            name=self.env._("Returns of the Same Goods")
        )
