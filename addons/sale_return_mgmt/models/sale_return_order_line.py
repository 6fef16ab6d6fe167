from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.tools import float_round

from ..exceptions import return_error

# Who sees what things cost: the warehouse does not.
MONEY_GROUPS = (
    "sale_return_mgmt.group_sale_return_viewer,"
    "account.group_account_invoice,sales_team.group_sale_salesman"
)
MAX_QUANTITY = 1e9


class SaleReturnOrderLine(models.Model):
    """One sold article on its way back, with its ledger of quantities.

    All quantities are in ``product_uom_id``.
    """

    _name = "sale.return.order.line"
    _inherit = "sale.return.protected.mixin"
    _description = "Return Line"
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
    sale_line_id = fields.Many2one(
        "sale.order.line",
        "Sales Order Line",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id", string="Sales Order", related_sudo=False
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        precompute=True,
        index=True,
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
        "Reason",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    note = fields.Text()
    goods_return = fields.Selection(
        [("return", "Goods Come Back"), ("keep", "Customer Keeps Goods")],
        "Goods",
        required=True,
        default="return",
    )
    policy_id = fields.Many2one("sale.return.policy", readonly=True, copy=False)
    in_policy = fields.Boolean(readonly=True, copy=False, default=True)

    quantity_delivered = fields.Float(
        "Delivered", digits="Product Unit", compute="_compute_quantity_returnable"
    )
    quantity_returnable = fields.Float(
        "Returnable",
        digits="Product Unit",
        compute="_compute_quantity_returnable",
        help="What may still be asked for on this line: delivered, not yet back and "
        "not asked for by another return.",
    )
    move_ids = fields.One2many(
        "stock.move", "return_line_id", "Stock Moves", readonly=True, copy=False
    )
    quantity_received = fields.Float(
        "Received",
        digits="Product Unit",
        compute="_compute_quantity_received",
        store=True,
    )
    quantity_accepted = fields.Float(
        "Accepted",
        digits="Product Unit",
        compute="_compute_quantity_accepted",
        store=True,
        help="What the customer is credited for: received, up to what was approved.",
    )
    refund_line_ids = fields.One2many(
        "account.move.line",
        "return_line_id",
        "Credit Note Lines",
        readonly=True,
        copy=False,
    )
    quantity_refunded = fields.Float(
        "Credited",
        digits="Product Unit",
        compute="_compute_quantity_refunded",
        store=True,
        groups=MONEY_GROUPS,
    )
    quantity_to_refund = fields.Float(
        "To Credit",
        digits="Product Unit",
        compute="_compute_quantity_to_refund",
        store=True,
        groups=MONEY_GROUPS,
        help="Accepted and invoiced, but not yet on a credit note.",
    )
    price_unit = fields.Float(
        digits="Product Price",
        compute="_compute_price",
        store=True,
        groups=MONEY_GROUPS,
        help="As invoiced (on the first invoice, if several), else as ordered.",
    )
    discount = fields.Float(
        "Discount (%)",
        digits="Discount",
        compute="_compute_price",
        store=True,
        groups=MONEY_GROUPS,
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        compute="_compute_price",
        store=True,
        groups=MONEY_GROUPS,
    )
    price_subtotal = fields.Monetary(
        compute="_compute_price_subtotal", store=True, groups=MONEY_GROUPS
    )
    price_tax = fields.Monetary(
        compute="_compute_price_subtotal", store=True, groups=MONEY_GROUPS
    )
    price_total = fields.Monetary(
        compute="_compute_price_subtotal", store=True, groups=MONEY_GROUPS
    )

    _quantity_check = models.Constraint(
        "CHECK (quantity > 0 AND quantity <= 1000000000)",
        "The quantity to return must be above zero and at most 1,000,000,000.",
    )

    # === COMPUTE METHODS === #

    @api.depends("sale_line_id.product_id")
    def _compute_product_id(self):
        for line in self:
            line.product_id = line.sale_line_id.product_id

    @api.depends("sale_line_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.sale_line_id.product_uom_id

    @api.depends("product_id.uom_id", "product_id.uom_ids", "sale_line_id.product_uom_id")
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

    @api.depends("sale_line_id", "product_uom_id", "quantity", "state")
    def _compute_quantity_returnable(self):
        sale_lines = self.sale_line_id
        delivered = sale_lines._get_delivered_quantities()
        returnable = sale_lines._get_returnable_quantities()
        for line in self:
            product_uom = line.product_id.uom_id
            own = line._get_reserved_quantity() if line._origin else 0.0
            line.quantity_delivered = line._from_product_uom(
                delivered.get(line.sale_line_id, 0.0)
            )
            line.quantity_returnable = line._from_product_uom(
                product_uom.round(returnable.get(line.sale_line_id, 0.0) + own)
                if product_uom
                else 0.0
            )

    @api.depends(
        "move_ids.state", "move_ids.quantity", "move_ids.product_uom", "product_uom_id"
    )
    def _compute_quantity_received(self):
        for line in self:
            # sudo: as _get_received_moves
            undone_sudo = line.sudo().move_ids._filter_receipt_reversals()
            line.quantity_received = line._sum_moves(
                line._get_received_moves()
            ) - line._sum_moves(undone_sudo)

    @api.depends("state", "goods_return", "quantity_approved", "quantity_received")
    def _compute_quantity_accepted(self):
        for line in self:
            if line.state not in ("approved", "done"):
                line.quantity_accepted = 0.0
            elif line.goods_return == "keep":
                line.quantity_accepted = line.quantity_approved
            else:
                line.quantity_accepted = min(
                    line.quantity_received, line.quantity_approved
                )

    @api.depends(
        "refund_line_ids.parent_state",
        "refund_line_ids.quantity",
        "refund_line_ids.product_uom_id",
    )
    def _compute_quantity_refunded(self):
        for line in self:
            line.quantity_refunded = line._get_quantity_credited(("posted",))

    @api.depends(
        "quantity_accepted",
        "refund_line_ids.parent_state",
        "refund_line_ids.quantity",
        "sale_line_id.return_line_ids.quantity_accepted",
        "sale_line_id.invoice_lines.parent_state",
        "sale_line_id.invoice_lines.quantity",
        "sale_line_id.qty_delivered",
        "sale_line_id.product_uom_qty",
    )
    def _compute_quantity_to_refund(self):
        for sale_line, lines in self.grouped("sale_line_id").items():
            due = sale_line._get_quantity_over_invoiced()
            # Older returns of the same sold line are credited first.
            for line in sale_line.return_line_ids.sorted("id"):
                quantity = line._cap_quantity(
                    line.quantity_accepted
                    - line._get_quantity_credited(("draft", "posted")),
                    due,
                    sale_line.product_uom_id,
                )
                due -= line.product_uom_id._compute_quantity(
                    quantity, sale_line.product_uom_id, round=False
                )
                if line in lines:
                    line.quantity_to_refund = quantity
            for line in lines - sale_line.return_line_ids:
                line.quantity_to_refund = 0.0

    @api.depends(
        "product_uom_id",
        "sale_line_id.price_unit",
        "sale_line_id.discount",
        "sale_line_id.tax_ids",
        "sale_line_id.invoice_lines.parent_state",
        "sale_line_id.invoice_lines.price_unit",
        "sale_line_id.invoice_lines.discount",
        "sale_line_id.invoice_lines.tax_ids",
    )
    def _compute_price(self):
        for line in self:
            # sudo: see _get_quantity_credited
            sale_line_sudo = line.sale_line_id.sudo()
            source = sale_line_sudo._get_posted_invoice_lines()[:1] or sale_line_sudo
            line.price_unit = (
                source.product_uom_id._compute_price(
                    source.price_unit, line.product_uom_id
                )
                if source and line.product_uom_id
                else 0.0
            )
            line.discount = source.discount
            line.tax_ids = source.tax_ids

    @api.depends(
        "price_unit",
        "discount",
        "tax_ids",
        "quantity",
        "quantity_approved",
        "state",
        "sale_line_id.invoice_lines.quantity",
        "sale_line_id.invoice_lines.parent_state",
    )
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal, line.price_tax = line._get_amounts()
            line.price_total = line.price_subtotal + line.price_tax

    # === CONSTRAINTS === #

    @api.constrains("sale_line_id", "order_id", "product_uom_id")
    def _check_sale_line(self):
        for line in self:
            sale_line, order = line.sale_line_id, line.order_id
            sale_order = sale_line.order_id
            if sale_order.state != "sale":
                raise ValidationError(
                    self.env._(
                        "%(sale_order)s is not confirmed: only delivered goods can "
                        "come back.",
                        sale_order=sale_order.name,
                    )
                )
            if (
                sale_line.display_type
                or sale_line.is_downpayment
                or sale_line.product_id.type != "consu"
            ):
                raise return_error(
                    "NOT_RETURNABLE",
                    self.env._(
                        "“%(line)s” is not a delivered product and cannot be returned.",
                        line=sale_line.name,
                    ),
                    ValidationError,
                )
            if (
                sale_order.partner_id.commercial_partner_id
                != order.partner_id.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(sale_order)s belongs to %(other)s, the return to "
                        "%(customer)s: make one return for each customer.",
                        sale_order=sale_order.name,
                        other=sale_order.partner_id.display_name,
                        customer=order.partner_id.display_name,
                    )
                )
            if sale_order.currency_id != order.currency_id:
                raise return_error(
                    "CURRENCY_MISMATCH",
                    self.env._(
                        "%(sale_order)s is in %(currency)s, the return in %(other)s: "
                        "make one return for each currency.",
                        sale_order=sale_order.name,
                        currency=sale_order.currency_id.name,
                        other=order.currency_id.name,
                    ),
                    ValidationError,
                )
            if not line.product_uom_id._has_common_reference(
                line.product_id.uom_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(product)s cannot be counted in %(uom)s.",
                        product=line.product_id.display_name,
                        uom=line.product_uom_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_quantity(vals)
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
        res = super().write(vals)
        self.order_id._log_edit()
        return res

    def unlink(self):
        orders = self.order_id
        res = super().unlink()
        if not self.env.su:
            orders.exists()._log_edit()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.order_id._check_is_draft()

    @api.model
    def _check_quantity(self, vals):
        """Refuse what is no quantity before rounding or the database stumble on it."""
        if "quantity" not in vals:
            return
        quantity = vals["quantity"]
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if (
            not isinstance(quantity, int | float)
            or not 0 < quantity <= MAX_QUANTITY
            or not float_round(quantity, digits)
        ):
            raise ValidationError(
                self.env._(
                    "The quantity to return must be above zero and at most "
                    "1,000,000,000."
                )
            )

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
                    line=line.id,
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
                    line=line.id,
                )

    def _check_returnable(self):
        """Refuse more than is left to return, all lines of ``self`` together.

        The guards of the sale lines must be updated before: without that a concurrent
        request is not seen.
        """
        returnable = self.sale_line_id._get_returnable_quantities()
        for line in self:
            asked = line._to_product_uom(line.quantity)
            left = returnable[line.sale_line_id]
            uom = line.product_id.uom_id
            if uom.compare(asked, left) > 0:
                raise return_error(
                    "QTY_EXCEEDS_RETURNABLE",
                    self.env._(
                        "%(product)s of %(sale_order)s: %(asked)s %(uom)s asked, "
                        "%(left)s can still be returned. Lower the quantity.",
                        product=line.product_id.display_name,
                        sale_order=line.sale_line_id.order_id.name,
                        asked=line._format_quantity(line.quantity),
                        left=line._format_quantity(
                            max(0.0, line._from_product_uom(left))
                        ),
                        uom=line.product_uom_id.name,
                    ),
                    line=line.id,
                    returnable=max(0.0, line._from_product_uom(left)),
                )
            returnable[line.sale_line_id] = left - asked

    def _format_quantity(self, quantity):
        return f"{self.product_uom_id.round(quantity):g}"

    def _to_product_uom(self, quantity):
        return self.product_uom_id._compute_quantity(
            quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )

    def _from_product_uom(self, quantity):
        if not self.product_uom_id:
            return quantity
        return self.product_id.uom_id._compute_quantity(
            quantity, self.product_uom_id, rounding_method="HALF-UP"
        )

    def _get_granted_quantity(self):
        """What was asked, or what was granted once that is decided."""
        self.ensure_one()
        decided = self.state in ("approved", "done")
        return self.quantity_approved if decided else self.quantity

    def _get_reserved_quantity(self):
        """What this line keeps from being returned otherwise, in the product's UoM.

        What came back is counted by its moves; what the customer keeps by this line.
        """
        self.ensure_one()
        if self.goods_return == "keep":
            reserved = self.state in ("submitted", "approved", "done")
            return self._to_product_uom(self._get_granted_quantity()) if reserved else 0
        if (
            self.state not in ("submitted", "approved")
            or self.order_id.is_closed_short
        ):
            return 0.0
        return self._to_product_uom(
            max(0.0, self._get_granted_quantity() - self.quantity_received)
        )

    def _get_received_moves(self):
        """Done moves that brought goods back from the customer."""
        # sudo: who reads a return sees its quantities, not the transfers
        return self.sudo().move_ids._filter_from_customer()

    def _sum_moves(self, moves):
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, self.product_uom_id, rounding_method="HALF-UP"
            )
            for move in moves
        )

    def _is_fully_received(self):
        self.ensure_one()
        return (
            self.product_uom_id.compare(self.quantity_received, self.quantity_approved)
            >= 0
        )

    def _allocate_to_deliveries(self):
        """Spread what is granted over the deliveries it came from, newest first.

        :return: list of ``(line, stock.move, quantity)``, quantities in the UoM of
            the delivery move
        """
        left_by_move = {}
        allocation = []
        for line in self:
            if line.goods_return != "return":
                continue
            quantity = line.quantity_approved
            moves = line.sale_line_id._get_delivered_moves()
            pieces = defaultdict(float)
            for move in moves:
                uom = move.product_uom
                if move not in left_by_move:
                    left_by_move[move] = move._get_quantity_left_to_return()
                wanted = line.product_uom_id._compute_quantity(
                    quantity, uom, rounding_method="HALF-UP"
                )
                taken = min(wanted, left_by_move[move])
                if uom.compare(taken, 0) > 0:
                    pieces[move] += taken
                    left_by_move[move] -= taken
                    quantity -= uom._compute_quantity(
                        taken, line.product_uom_id, rounding_method="HALF-UP"
                    )
            if line.product_uom_id.compare(quantity, 0) > 0 and moves:
                # Somebody else announced the same goods in a transfer of their own;
                # the ledger still grants them to us until those arrive.
                pieces[moves[0]] += line.product_uom_id._compute_quantity(
                    quantity, moves[0].product_uom, rounding_method="HALF-UP"
                )
            allocation += [(line, move, qty) for move, qty in pieces.items()]
        return allocation

    def _get_quantity_credited(self, states):
        """Quantity on credit notes in ``states``, less what was invoiced back."""
        self.ensure_one()
        # sudo: who reads a return sees what was credited, not the journal entries
        return sum(
            move_line.move_id.direction_sign
            * move_line.product_uom_id._compute_quantity(
                move_line.quantity, self.product_uom_id
            )
            for move_line in self.sudo().refund_line_ids
            if move_line.parent_state in states
        )

    def _cap_quantity(self, quantity, limit, limit_uom):
        """``quantity`` of this line, at most ``limit`` counted in ``limit_uom``.

        Compared in the other unit, where a piece may be a rounded part of a dozen:
        what is covered there is taken whole.
        """
        self.ensure_one()
        uom = self.product_uom_id
        wanted = uom._compute_quantity(quantity, limit_uom, rounding_method="HALF-UP")
        if limit_uom.compare(wanted, limit) > 0:
            quantity = limit_uom._compute_quantity(
                limit, uom, rounding_method="HALF-UP"
            )
        return max(0.0, uom.round(quantity))

    def _allocate_to_invoices(self):
        """Spread what is to be credited over the invoices, the oldest first.

        :return: dict of ``(return order, invoice)`` to list of ``(line, invoice line,
            quantity)``, quantities in the UoM of the return line
        """
        allocation = defaultdict(list)
        left_by_invoice_line = {}
        for line in self:
            quantity = line.quantity_to_refund
            if line.product_uom_id.compare(quantity, 0) <= 0:
                continue
            if line.sale_line_id not in left_by_invoice_line:
                left_by_invoice_line[line.sale_line_id] = (
                    line.sale_line_id._get_quantities_left_to_credit()
                )
            left = left_by_invoice_line[line.sale_line_id]
            for invoice_line in left:
                uom = invoice_line.product_uom_id
                taken = line._cap_quantity(quantity, left[invoice_line], uom)
                if line.product_uom_id.compare(taken, 0) > 0:
                    allocation[line.order_id, invoice_line.move_id].append(
                        (line, invoice_line, taken)
                    )
                    left[invoice_line] -= line.product_uom_id._compute_quantity(
                        taken, uom, round=False
                    )
                    quantity -= taken
        return allocation

    def _prepare_refund_line_vals(self, invoice_line, quantity):
        """Values of the credit note line that takes back part of ``invoice_line``.

        :param quantity: in the UoM of the return line, which the credit note keeps
        """
        self.ensure_one()
        return {
            "product_id": invoice_line.product_id.id,
            "name": invoice_line.name,
            "quantity": quantity,
            "product_uom_id": self.product_uom_id.id,
            "price_unit": invoice_line.product_uom_id._compute_price(
                invoice_line.price_unit, self.product_uom_id
            ),
            "discount": invoice_line.discount,
            "tax_ids": [Command.set(invoice_line.tax_ids.ids)],
            "account_id": invoice_line.account_id.id,
            "analytic_distribution": invoice_line.analytic_distribution,
            "sale_line_ids": [Command.set(self.sale_line_id.ids)],
            "return_line_id": self.id,
            "return_origin_line_id": invoice_line.id,
        }

    def _get_price_pieces(self):
        """What the customer paid for the granted quantity.

        :return: list of ``(source, quantity)``: posted invoice lines as they will be
            credited, the oldest first, then the order line for what is not invoiced
        """
        self.ensure_one()
        # sudo: see _get_quantity_credited
        sale_line_sudo = self.sale_line_id.sudo()
        quantity, pieces = self._get_granted_quantity(), []
        left = sale_line_sudo._get_quantities_left_to_credit(without=self)
        for invoice_line, invoice_left in left.items():
            taken = self._cap_quantity(
                quantity, invoice_left, invoice_line.product_uom_id
            )
            if self.product_uom_id.compare(taken, 0) > 0:
                pieces.append((invoice_line, taken))
                quantity -= taken
        if not pieces or self.product_uom_id.compare(quantity, 0) > 0:
            pieces.append((sale_line_sudo, quantity))
        return pieces

    def _prepare_base_line(self, source, quantity):
        """``quantity`` of this line at the price of ``source``, for the tax engine."""
        self.ensure_one()
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            quantity=quantity,
            price_unit=source.product_uom_id._compute_price(
                source.price_unit, self.product_uom_id
            ),
            discount=source.discount,
            tax_ids=source.tax_ids,
            partner_id=self.order_id.partner_id,
            currency_id=self.currency_id or self.env.company.currency_id,
        )

    def _get_amounts(self):
        """``(untaxed, tax)`` of the lines, rounded as one document per invoice."""
        AccountTax = self.env["account.tax"]
        base_lines_by_document = defaultdict(list)
        for line in self.filtered(lambda line: line.sale_line_id and line.product_uom_id):
            for source, quantity in line._get_price_pieces():
                invoiced = source._name == "account.move.line"
                document = source.move_id if invoiced else source.order_id
                base_lines_by_document[document].append(
                    line._prepare_base_line(source, quantity)
                )
        company = self.company_id[:1] or self.env.company
        untaxed = tax = 0.0
        for base_lines in base_lines_by_document.values():
            AccountTax._add_tax_details_in_base_lines(base_lines, company)
            AccountTax._round_base_lines_tax_details(base_lines, company)
            totals = AccountTax._get_tax_totals_summary(
                base_lines=base_lines,
                currency=self.currency_id[:1] or company.currency_id,
                company=company,
            )
            untaxed += totals["base_amount_currency"]
            tax += totals["tax_amount_currency"]
        return untaxed, tax

    def _api_answer(self):
        """The line as other systems see it, quantities in ``uom``."""
        self.ensure_one()
        answer = {
            "id": self.id,
            "sale_line": self.sale_line_id.id,
            "order": self.sale_order_id.name,
            "product": self.product_id.default_code or self.product_id.display_name,
            "uom": self.product_uom_id.name,
            "reason": self.reason_id.code or "",
            "goods": self.goods_return,
            "note": self.note or "",
            "quantity": self.quantity,
            "quantity_approved": self.quantity_approved,
            "quantity_received": self.quantity_received,
            "quantity_accepted": self.quantity_accepted,
        }
        if self._has_field_access(self._fields["price_total"], "read"):
            answer |= {
                "quantity_refunded": self.quantity_refunded,
                "price_unit": self.price_unit,
                "discount": self.discount,
                "price_subtotal": self.price_subtotal,
                "price_total": self.price_total,
            }
        return answer
