from collections import defaultdict

from odoo import api, fields, models

# Who sees what things cost: the warehouse does not.
MONEY_GROUPS = (
    "sale_return_mgmt.group_sale_return_viewer,"
    "account.group_account_invoice,sales_team.group_sale_salesman"
)


class SaleReturnLinePriceMixin(models.AbstractModel):
    """The money of a return line: what was paid for it, what is credited.

    Prices are read from the posted invoices, the oldest first, else from the order.
    """

    _name = "sale.return.line.price.mixin"
    _description = "Return Line Prices"

    currency_id = fields.Many2one("res.currency")
    refund_line_ids = fields.One2many(
        "account.move.line",
        "return_line_id",
        "Credit Note Lines",
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
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
    price_asked = fields.Float(
        "Asked Price",
        digits="Product Price",
        groups=MONEY_GROUPS,
        copy=False,
        help="Unit price the customer asks for, taxes as on the product. Only where no "
        "sales order says what was paid.",
    )
    price_unit = fields.Float(
        "Unit Price",
        digits="Product Price",
        compute="_compute_price",
        store=True,
        groups=MONEY_GROUPS,
        help="As invoiced (on the first invoice, if several), else as ordered; without "
        "an order as asked.",
    )
    discount = fields.Float(
        "Discount (%)",
        digits="Discount",
        compute="_compute_price",
        store=True,
        groups=MONEY_GROUPS,
    )
    credit_percent = fields.Float(
        "Credited (%)",
        digits=(5, 2),
        readonly=True,
        copy=False,
        default=100.0,
        help="Part of the price that is credited: an approver or the inspection may "
        "lower it.",
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

    @api.depends(
        "refund_line_ids.parent_state",
        "refund_line_ids.quantity",
        "refund_line_ids.product_uom_id",
    )
    def _compute_quantity_refunded(self):
        for line in self:
            line.quantity_refunded = line._get_quantity_credited(("posted",))

    @api.depends(
        "quantity_for_credit",
        "refund_line_ids.parent_state",
        "refund_line_ids.quantity",
        "sale_line_id.return_line_ids.quantity_for_credit",
        "sale_line_id.invoice_lines.parent_state",
        "sale_line_id.invoice_lines.quantity",
        "sale_line_id.qty_delivered",
        "sale_line_id.product_uom_qty",
    )
    def _compute_quantity_to_refund(self):
        # sudo: see _get_credit_pieces; read for all lines in one go
        lines_sudo = self.sudo()
        lines_sudo |= lines_sudo.sale_line_id.return_line_ids
        lines_sudo.mapped("refund_line_ids")
        for sale_line, lines in self.grouped("sale_line_id").items():
            if not sale_line:
                for line in lines:
                    line.quantity_to_refund = max(
                        0.0, line.quantity_for_credit - line._get_quantity_in_credit()
                    )
                continue
            due = sale_line._get_due_by_line()
            for line in lines:
                line.quantity_to_refund = due.get(line, 0.0)

    @api.depends(
        "price_asked",
        "product_id",
        "product_uom_id",
        "order_id.partner_id",
        "sale_line_id.price_unit",
        "sale_line_id.discount",
        "sale_line_id.tax_ids",
        "sale_line_id.invoice_lines.parent_state",
        "sale_line_id.invoice_lines.price_unit",
        "sale_line_id.invoice_lines.discount",
        "sale_line_id.invoice_lines.tax_ids",
    )
    def _compute_price(self):
        lines_by_taxes = defaultdict(self.browse)
        # sudo: see _get_credit_pieces; read for all lines in one go
        self.sudo().sale_line_id.invoice_lines.mapped("tax_ids")
        for line in self:
            # sudo: see _get_credit_pieces
            sale_line_sudo = line.sale_line_id.sudo()
            source = sale_line_sudo._get_posted_invoice_lines()[:1] or sale_line_sudo
            if not source:
                line.price_unit = line.price_asked
                line.discount = 0.0
                lines_by_taxes[line._get_taxes_without_order()] |= line
                continue
            line.price_unit = line._get_price_of(source) if line.product_uom_id else 0.0
            line.discount = source.discount
            lines_by_taxes[source.tax_ids] |= line
        # One query for all lines of the same taxes.
        for taxes, lines in lines_by_taxes.items():
            lines.tax_ids = taxes

    def _is_settled_at(self, trigger):
        """Whether what is accepted of this line is credited by itself at ``trigger``,
        or later than it should have been. Inspection or not, only what is accepted by
        then is credited: goods that the customer keeps are at the approval."""
        self.ensure_one()
        own = self.refund_trigger or self.company_id.sale_return_refund_trigger
        is_early = own == "approval" or self.goods_return == "keep"
        return own != "manual" and (trigger != "approval" or is_early)

    def _get_quantity_credited(self, states):
        """Quantity on credit notes in ``states``, less what was invoiced back."""
        self.ensure_one()
        return sum(quantity for _line, quantity in self._get_credit_pieces(states))

    def _get_credit_pieces(self, states):
        """``(credit note line, quantity)`` in ``states``, below zero for what was
        invoiced back."""
        # sudo: who reads a return sees what was credited, not the journal entries
        credits_sudo = self.sudo().refund_line_ids
        return [
            (
                move_line,
                move_line.move_id.direction_sign
                * move_line.product_uom_id._compute_quantity(
                    move_line.quantity, self.product_uom_id
                ),
            )
            for move_line in credits_sudo
            if move_line.parent_state in states and not move_line._is_return_share()
        ]

    def _get_quantity_in_credit(self):
        """Quantity that credit notes already cover, drafts too."""
        return self._get_quantity_credited(("draft", "posted"))

    def _get_taxes_without_order(self):
        """Taxes of the product as a sale to this customer would have them today."""
        self.ensure_one()
        line = self.with_company(self.company_id)
        fiscal_position = line.env["account.fiscal.position"]._get_fiscal_position(
            line.order_id.partner_id
        )
        taxes = self.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        return fiscal_position.map_tax(taxes)

    def _take_from(self, limit, quantity, limit_uom):
        """What is left of ``limit``, counted in ``limit_uom``, after ``quantity`` of
        this line."""
        return limit - self.product_uom_id._compute_quantity(
            quantity, limit_uom, round=False
        )

    def _get_price_of(self, source):
        """Price of one unit of this line as ``source`` has it: an invoice line or the
        sold line."""
        return source.product_uom_id._compute_price(
            source.price_unit, self.product_uom_id
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

    def _get_credited_price(self, source):
        """Price of ``source`` per unit of this line, as far as it is credited.

        The price is lowered, not the quantity: that says what came back.
        """
        self.ensure_one()
        return self._get_price_of(source) * self.credit_percent / 100
