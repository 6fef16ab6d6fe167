from contextlib import nullcontext

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_round

from ..exceptions import return_error
from ..tools.quantities import is_countable, is_quantity
from .res_company import REFUND_TRIGGERS


class SaleReturnOrderLine(models.Model):
    """One sold article on its way back, with its ledger of quantities.

    All quantities are in ``product_uom_id``.
    """

    _name = "sale.return.order.line"
    _inherit = [
        "sale.return.protected.mixin",
        "sale.return.line.replacement.order.mixin",
        "sale.return.line.replacement.mixin",
        "sale.return.line.exchange.mixin",
        "sale.return.line.origin.mixin",
        "sale.return.line.quantity.mixin",
        "sale.return.line.lot.mixin",
        "sale.return.line.inspection.mixin",
        "sale.return.line.price.mixin",
        "sale.return.line.fee.mixin",
        "sale.return.line.credit.mixin",
        "sale.return.line.settlement.mixin",
        "sale.return.line.portal.mixin",
        "sale.return.line.api.mixin",
    ]
    _description = "Return Line"
    _rec_name = "product_id"
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        "sale.return.order", "Return", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    partner_id = fields.Many2one(related="order_id.partner_id", store=True, index=True)
    state = fields.Selection(related="order_id.state", store=True, index=True)
    date_request = fields.Date(related="order_id.date_request")
    sale_line_id = fields.Many2one(
        "sale.order.line",
        "Sales Order Line",
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Empty: goods that no order of ours is known for.",
    )
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id", string="Sales Order", related_sudo=False
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('id', 'in', allowed_uom_ids)]",
    )
    allowed_uom_ids = fields.Many2many("uom.uom", compute="_compute_allowed_uom_ids")
    quantity = fields.Float(digits="Product Unit", required=True, default=1.0)
    quantity_approved = fields.Float(
        "Approved", digits="Product Unit", readonly=True, copy=False
    )
    reason_id = fields.Many2one(
        "sale.return.reason",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    liable_party = fields.Selection(related="reason_id.liable_party")
    note = fields.Text()
    goods_return = fields.Selection(
        [("return", "Goods Come Back"), ("keep", "Customer Keeps Goods")],
        "Goods",
        required=True,
        default="return",
    )
    discrepancy = fields.Selection(
        [
            ("excess", "More Than Agreed"),
            ("wrong_product", "Another Product"),
            ("wrong_lot", "Another Lot"),
        ],
        readonly=True,
        copy=False,
        help="What came without being asked for: it is inspected, never credited.",
    )
    policy_id = fields.Many2one("sale.return.policy", readonly=True, copy=False)
    in_policy = fields.Boolean(readonly=True, copy=False, default=True)
    inspection_required = fields.Boolean(
        readonly=True,
        copy=False,
        help="The goods are accepted by inspection, not by receipt.",
    )
    refund_trigger = fields.Selection(REFUND_TRIGGERS, readonly=True, copy=False)

    _quantity_check = models.Constraint(
        "CHECK (CASE WHEN discrepancy IS NULL THEN quantity > 0 AND quantity <= 1e9 "
        "ELSE quantity = 0 END)",
        "The quantity to return must be above zero and at most 1,000,000,000.",
    )

    # === COMPUTE METHODS === #

    @api.depends("sale_line_id.product_id")
    def _compute_product_id(self):
        for line in self:
            line.product_id = line.sale_line_id.product_id or line.product_id

    @api.depends("sale_line_id", "product_id")
    def _compute_product_uom_id(self):
        for line in self:
            uoms = line.allowed_uom_ids
            if not line.product_uom_id or line.product_uom_id not in uoms:
                line.product_uom_id = (
                    line.sale_line_id.product_uom_id or line.product_id.uom_id
                )

    @api.depends(
        "product_id.uom_id", "product_id.uom_ids", "sale_line_id.product_uom_id"
    )
    def _compute_allowed_uom_ids(self):
        for line in self:
            line.allowed_uom_ids = (
                line.sale_line_id.product_uom_id
                | line.product_id.uom_id
                | line.product_id.uom_ids
            )

    @api.depends("order_id.reason_id")
    def _compute_reason_id(self):
        for line in self:
            line.reason_id = line.reason_id or line.order_id.reason_id

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_quantity(vals)
        with self._spare_sold_lines(vals_list):
            lines = super().create(vals_list)
        if not self.env.su:
            lines.order_id._check_is_draft()
            lines.order_id._log_edit()
        return lines

    def write(self, vals):
        self._check_quantity(vals)
        if self.env.su:
            return super().write(vals)
        self.order_id._check_is_draft()
        if "order_id" in vals and self.order_id.ids != [vals["order_id"]]:
            raise UserError(
                self.env._("A return line cannot be moved to another return order.")
            )
        with self._spare_sold_lines([vals]):
            res = super().write(vals)
        self.order_id._log_edit()
        return res

    def unlink(self):
        orders = self.order_id
        with self._spare_sold_lines([]):
            res = super().unlink()
        if not self.env.su:
            orders.exists()._log_edit()
        return res

    def _spare_sold_lines(self, vals_list):
        """Context in which what sales orders count is not counted anew: Odoo does it
        line by line, and no line of a draft is in it.

        :param vals_list: what is written to ``self``, or created
        """
        order_ids = {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        # sudo: states and sold lines, whatever the user may read
        orders_sudo = self.sudo().order_id | self.order_id.sudo().browse(order_ids)
        if any(order.state != "draft" for order in orders_sudo):
            return nullcontext()
        # sudo: as above
        sold = self.sudo().sale_line_id | self.sale_line_id.sudo().browse(
            {vals["sale_line_id"] for vals in vals_list if vals.get("sale_line_id")}
        )
        counted = [
            sold._fields[name]
            for name in ("qty_delivered", "qty_to_invoice", "invoice_status")
        ]
        return self.env.protecting(counted, sold)

    def _load_for_edit(self):
        """Read for all lines what is looked at when one of them is written."""
        # sudo: clerks need no rights on transfers and invoices
        sold_sudo = self.sudo().sale_line_id
        sold_sudo.mapped("return_line_ids")
        sold_sudo.mapped("move_ids.move_line_ids")
        sold_sudo.mapped("invoice_lines")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.order_id._check_is_draft()

    @api.model
    def _check_quantity(self, vals):
        """Refuse what is no quantity before rounding or the database stumble on it."""
        self._check_replacement_quantity(vals)
        if "quantity" not in vals or (self.env.su and vals.get("discrepancy")):
            return
        quantity = vals["quantity"]
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if not is_quantity(quantity) or not float_round(quantity, digits):
            raise ValidationError(
                self.env._(
                    "The quantity to return must be above zero and at most "
                    "1,000,000,000."
                )
            )
        if not is_countable(self.env, quantity):
            raise ValidationError(
                self.env._(
                    "%(quantity)s is finer than quantities are counted: give at most "
                    "%(digits)s decimals.",
                    quantity=quantity,
                    digits=digits,
                )
            )

    # === ACTION METHODS === #

    def action_view_order(self):
        return self.order_id._get_records_action()

    # === BUSINESS METHODS === #

    def _check_complete(self):
        """Refuse lines without what their reason asks for."""
        for line in self:
            if not line.reason_id:
                raise return_error(
                    "REASON_REQUIRED",
                    self.env._(
                        "Choose a return reason for %(product)s.",
                        product=line.product_id.display_name,
                    ),
                    line=line,
                )
            if line.reason_id.requires_note and not (line.note or "").strip():
                raise return_error(
                    "NOTE_REQUIRED",
                    self.env._(
                        "Reason “%(reason)s” needs a note for %(product)s: describe "
                        "what is wrong.",
                        reason=line.reason_id.name,
                        product=line.product_id.display_name,
                    ),
                    line=line,
                )

    def _check_returnable(self):
        """Refuse more than is left to return, all lines of ``self`` together.

        The guards of the sale lines must be updated before: without that a concurrent
        request is not seen.
        """
        returnable = self.sale_line_id._get_returnable_quantities()
        for line in self.filtered("sale_line_id"):
            asked = line._to_product_uom(line.quantity)
            left = returnable[line.sale_line_id]
            uom = line.product_id.uom_id
            if uom.compare(asked, left) > 0:
                raise line._get_over_return_error(left)
            returnable[line.sale_line_id] = left - asked

    def _get_over_return_error(self, left):
        """:param left: what can still be returned, in the product's UoM"""
        returnable = max(0.0, self._from_product_uom(left))
        return return_error(
            "QTY_EXCEEDS_RETURNABLE",
            self.env._(
                "%(product)s of %(sale_order)s: %(asked)s %(uom)s asked, %(left)s can "
                "still be returned. Lower the quantity.",
                product=self.product_id.display_name,
                sale_order=self.sale_line_id.order_id.name,
                asked=self._format_quantity(self.quantity),
                left=self._format_quantity(returnable),
                uom=self.product_uom_id.name,
            ),
            line=self,
            returnable=returnable,
        )

    def _format_quantity(self, quantity):
        return f"{self.product_uom_id.round(quantity):g}"
