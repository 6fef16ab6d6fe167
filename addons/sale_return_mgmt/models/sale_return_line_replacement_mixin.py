from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import return_error
from ..tools.amounts import Amounts
from ..tools.quantities import is_countable, is_quantity
from .res_company import REPLACEMENT_TRIGGERS
from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnLineReplacementMixin(models.AbstractModel):
    """What the customer gets in place of the goods of a return line.

    The same product, as many as are accepted, is an *even exchange*: no money moves,
    and the sold line stays as it was. Another product or quantity, and what a vendor
    ships, is sold with a replacement order, and what came back is credited.
    """

    _name = "sale.return.line.replacement.mixin"
    _description = "Return Line Replacement"

    currency_id = fields.Many2one("res.currency")
    resolution = fields.Selection(
        [("refund", "Credit"), ("replace", "Replacement")],
        required=True,
        default="refund",
        help="What the customer gets for the goods: money, or other goods.",
    )
    replacement_product_id = fields.Many2one(
        "product.product",
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True), ('type', '=', 'consu')]",
        help="Empty: the same product. Another one is sold with an order of its own, "
        "and the returned goods are credited.",
    )
    replacement_quantity = fields.Float(
        digits="Product Unit",
        help="Empty: as many as are accepted. Otherwise for all that is asked: it "
        "comes down in proportion where less is accepted, and is sold with an order "
        "of its own.",
    )
    replacement_trigger = fields.Selection(
        REPLACEMENT_TRIGGERS, readonly=True, copy=False
    )
    is_replacement_given_up = fields.Boolean(
        readonly=True,
        copy=False,
        help="What was not replaced by then is credited.",
    )
    replacement_move_ids = fields.One2many(
        "stock.move",
        "replacement_line_id",
        "Replacement Moves",
        readonly=True,
        copy=False,
    )
    quantity_replaced = fields.Float(
        "Replaced",
        digits="Product Unit",
        compute="_compute_quantity_replaced",
        store=True,
        help="What has left for the customer in place of the returned goods.",
    )
    quantity_for_credit = fields.Float(
        "Accepted for Credit",
        digits="Product Unit",
        compute="_compute_quantity_for_credit",
        store=True,
        help="What of the accepted goods is paid for with money.",
    )
    exchange_total = fields.Monetary(
        "Value Exchanged",
        compute="_compute_exchange_total",
        store=True,
        groups=MONEY_GROUPS,
        help="What the goods of an even exchange cost, taxes included. Nobody gets "
        "this money; approvers decide on it all the same.",
    )

    _replacement_quantity_check = models.Constraint(
        "CHECK (replacement_quantity IS NULL OR "
        "(replacement_quantity >= 0 AND replacement_quantity <= 1e9))",
        "The quantity to replace with must be between 0 and 1,000,000,000.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "replacement_move_ids.state",
        "replacement_move_ids.quantity",
        "replacement_move_ids.product_uom",
        "resolution",
        "product_uom_id",
    )
    def _compute_quantity_replaced(self):
        for line in self:
            line.quantity_replaced = (
                line._count_replaced(line._get_replaced())
                if line.resolution == "replace"
                else 0.0
            )

    @api.depends(
        "quantity_accepted",
        "quantity_replaced",
        "quantity",
        "resolution",
        "replacement_product_id",
        "replacement_quantity",
        "is_replacement_given_up",
        "is_shipped_by_vendor",
    )
    def _compute_quantity_for_credit(self):
        for line in self:
            exchanged = 0.0
            if line._is_even_exchange():
                exchanged = line.quantity_accepted
                if line.is_replacement_given_up:
                    exchanged = min(exchanged, line.quantity_replaced)
            line.quantity_for_credit = line.quantity_accepted - exchanged

    @api.depends("replacement_trigger", "resolution", "order_id.is_closed_short")
    def _compute_quantity_accepted(self):
        return super()._compute_quantity_accepted()

    @api.depends(
        "resolution",
        "replacement_product_id",
        "replacement_quantity",
        "is_shipped_by_vendor",
        "quantity_for_credit",
        "order_id.line_ids.quantity_for_credit",
        "order_id.line_ids.resolution",
    )
    def _compute_price_subtotal(self):
        return super()._compute_price_subtotal()

    @api.depends(
        "price_unit",
        "discount",
        "tax_ids",
        "quantity",
        "quantity_approved",
        "quantity_for_credit",
        "state",
        "resolution",
        "replacement_product_id",
        "replacement_quantity",
        "is_shipped_by_vendor",
    )
    def _compute_exchange_total(self):
        for line in self:
            quantity = line._get_granted_quantity() - line.quantity_for_credit
            if (
                line._is_even_exchange()
                and line.product_uom_id
                and line.product_uom_id.compare(quantity, 0) > 0
            ):
                base_line = line._prepare_base_line(quantity)
                company = line.company_id or self.env.company
                [amounts] = Amounts.of_document([base_line], company)
                line.exchange_total = amounts.total
            else:
                line.exchange_total = 0.0

    @api.model
    def _check_replacement_quantity(self, vals):
        """As ``_check_quantity``; empty and zero mean as many as are accepted."""
        quantity = vals.get("replacement_quantity") or 0
        if quantity != 0 and not (
            is_quantity(quantity) and is_countable(self.env, quantity)
        ):
            raise ValidationError(
                self.env._(
                    "The quantity to replace with must be between 0 and 1,000,000,000, "
                    "and no finer than quantities are counted."
                )
            )

    # === WHAT IS REPLACED BY WHAT === #

    def _is_even_exchange(self):
        """Whether the customer gets the same goods again, and no money moves."""
        return self._is_replaced_by_the_same() and not self.is_shipped_by_vendor

    def _is_replaced_by_the_same(self):
        """Whether the customer gets the same goods again, piece by piece."""
        self.ensure_one()
        return (
            self.resolution == "replace"
            and self.replacement_product_id in (self.product_id, self.product_id[:0])
            and (
                not (self.replacement_quantity and self.product_uom_id)
                or self.product_uom_id.compare(self.replacement_quantity, self.quantity)
                == 0
            )
        )

    def _get_acceptable_quantity(self):
        """An even exchange has its own moment, and no money to be credited at another
        one."""
        if self._is_even_exchange():
            return self._get_replaceable_quantity()
        return super()._get_acceptable_quantity()

    def _get_replaceable_quantity(self):
        """For how much of the returned goods others are due by now, whatever was
        approved."""
        self.ensure_one()
        if self.goods_return == "keep":
            return self.quantity_approved
        if self.replacement_trigger == "approval":
            # What will never come is not replaced any more.
            is_over = self.order_id.is_closed_short
            return self.quantity_received if is_over else self.quantity_approved
        if self.replacement_trigger == "receipt":
            return self.quantity_received
        return self._get_quantity_found_good()

    def _get_quantity_owed(self):
        """How much is to be sent by now, in all, counted as ``quantity_replaced``."""
        self.ensure_one()
        if self.resolution != "replace" or self.state not in ("approved", "done"):
            return 0.0
        if self.is_replacement_given_up:
            return self.quantity_replaced
        return min(self._get_replaceable_quantity(), self.quantity_approved)

    def _get_quantity_to_replace(self):
        """What is due and has not left yet."""
        self.ensure_one()
        return max(
            0.0,
            self._get_replacement_uom().round(
                self._get_quantity_owed() - self.quantity_replaced
            ),
        )

    def _is_replacement_complete(self):
        """Whether all has left that will ever be due."""
        self.ensure_one()
        if not self._get_replacement_uom().is_zero(self._get_quantity_to_replace()):
            return False
        uom = self.product_uom_id
        if self.is_replacement_given_up:
            return True
        if uom.compare(self._get_replaceable_quantity(), self.quantity_approved) >= 0:
            return True
        is_here = self._is_fully_received() or self.order_id.is_closed_short
        return is_here and uom.is_zero(self.quantity_to_inspect)

    def _get_quantity_exchanged(self):
        """Goods that went out for goods that may not be back."""
        self.ensure_one()
        return self.quantity_replaced if self._is_even_exchange() else 0.0

    def _get_granted_for_credit(self):
        """What will be credited once all that was granted is accepted."""
        self.ensure_one()
        if self._is_even_exchange():
            return self.quantity_for_credit
        return self._get_granted_quantity()

    def _get_replacement_product(self):
        return self.replacement_product_id or self.product_id

    def _get_replacement_uom(self):
        """Unit that ``quantity_replaced`` is counted in."""
        self.ensure_one()
        product = self._get_replacement_product()
        return self.product_uom_id if product == self.product_id else product.uom_id

    # === WHAT LEFT, AND WHAT WILL === #

    def _get_replaced(self):
        """What is with the customer in place of what he returned: dict of product to
        quantity in its own unit."""
        self.ensure_one()
        # sudo: who reads a return sees its quantities, not the transfers
        moves_sudo = self.sudo().replacement_move_ids
        replaced = moves_sudo._filter_to_customer()._get_quantities_by_product()
        back = moves_sudo._filter_from_customer()._get_quantities_by_product()
        for product, quantity in back.items():
            replaced[product] -= quantity
        return replaced

    def _count_replaced(self, replaced):
        """:param dict replaced: see ``_get_replaced``"""
        return self._from_product_uom(replaced.get(self.product_id, 0.0))

    def _get_replacement_need(self):
        """What is due in all, by product and in its unit."""
        self.ensure_one()
        return {self.product_id: self._to_product_uom(self._get_quantity_owed())}

    def _get_replacement_balance(self):
        """What is due, less what has left and what is on its way; below zero where more
        is on its way than is due. By product, in its unit."""
        self.ensure_one()
        if self.resolution != "replace":
            return {}
        balance = defaultdict(float, self._get_replacement_need())
        for product, quantity in self._get_replaced().items():
            balance[product] -= quantity
        for move in self._get_planned_replacements():
            balance[move.product_id] -= move.product_qty
        return {
            product: product.uom_id.round(quantity)
            for product, quantity in balance.items()
        }

    def _get_planned_replacements(self):
        """Open moves that end with the customer."""
        # sudo: as _get_replaced
        return self.sudo().replacement_move_ids._filter_heading_to_customer()

    def _has_unsent_replacement(self):
        """Whether something is due that nothing on its way will bring."""
        self.ensure_one()
        return any(
            quantity > 0 for quantity in self._get_replacement_balance().values()
        )

    def _check_not_over_replaced(self):
        """Refuse that more leaves than what was accepted is worth."""
        for line in self:
            for product, balance in line._get_replacement_balance().items():
                if balance < 0:
                    raise return_error(
                        "QTY_EXCEEDS_RETURNABLE",
                        self.env._(
                            "%(product)s for %(order)s: %(excess)s %(uom)s more than "
                            "are to be replaced. Lower the quantity of the transfer.",
                            product=product.display_name,
                            order=line.order_id.name,
                            excess=f"{-balance:g}",
                            uom=product.uom_id.name,
                        ),
                        line=line,
                    )

    def _api_replacement(self):
        """What the customer is to get instead, as other systems see it."""
        self.ensure_one()
        if self.resolution != "replace":
            return {}
        product = self._get_replacement_product()
        return {
            "product": product.default_code or product.display_name,
            "quantity": self.replacement_quantity or self.quantity,
            "uom": self._get_replacement_uom().name,
        }
