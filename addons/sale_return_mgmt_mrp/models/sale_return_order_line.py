from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_round

from odoo.addons.sale_return_mgmt.exceptions import return_error


class SaleReturnOrderLine(models.Model):
    """A kit comes back whole, as moves of all its components and counted in kits, or by
    component: then the line's product is that component, counted in its own unit."""

    _inherit = "sale.return.order.line"

    kit_product_ids = fields.Many2many(
        "product.product",
        compute="_compute_kit_product_ids",
        help="The sold kit and its components: what may come back.",
    )

    @api.depends("sale_line_id")
    def _compute_kit_product_ids(self):
        for line in self:
            sale_line = line.sale_line_id
            line.kit_product_ids = (
                sale_line._get_products_to_return()
                if sale_line and sale_line._get_kit()
                else False
            )

    def _compute_allowed_uom_ids(self):
        res = super()._compute_allowed_uom_ids()
        for line in self:
            if line._is_component():
                line.allowed_uom_ids = line.product_id.uom_id | line.product_id.uom_ids
        return res

    def _compute_product_uom_id(self):
        components = self.filtered(lambda line: line._is_component())
        for line in components:
            if line.product_uom_id not in line.allowed_uom_ids:
                line.product_uom_id = line.product_id.uom_id
        return super(SaleReturnOrderLine, self - components)._compute_product_uom_id()

    def _load_for_edit(self):
        # sudo: clerks need no rights on bills of materials
        self.sudo().sale_line_id.move_ids.mapped("bom_line_id.bom_id")
        return super()._load_for_edit()

    def _is_kit(self):
        """Whether the line takes whole kits back."""
        sale_line = self.sale_line_id
        return bool(
            sale_line
            and self.product_id == sale_line.product_id
            and sale_line._get_kit()
        )

    def _is_component(self):
        """Whether the line takes a single component of a sold kit back."""
        sale_line = self.sale_line_id
        return bool(
            sale_line
            and self.product_id != sale_line.product_id
            and self.product_id in sale_line._get_kit()
        )

    @api.constrains("quantity", "product_id", "product_uom_id", "sale_line_id")
    def _check_whole_kits(self):
        for line in self:
            if line._is_kit() and line.product_uom_id.compare(
                line._from_product_uom(line._to_product_uom(line.quantity)),
                line.quantity,
            ):
                raise return_error(
                    "INVALID",
                    self.env._(
                        "%(product)s is a kit: ask for whole kits, or for its "
                        "components on lines of their own.",
                        product=line.product_id.display_name,
                    ),
                    ValidationError,
                    line=line,
                )

    # === QUANTITIES === #

    def _to_product_uom(self, quantity):
        quantity = super()._to_product_uom(quantity)
        if self._is_kit():  # 0.58 dozen are seven
            quantity = float_round(quantity, precision_digits=0)
        return quantity

    @api.depends("product_id")
    def _compute_quantity_returnable(self):
        res = super()._compute_quantity_returnable()
        for line in self:
            kit = line.sale_line_id and line.sale_line_id._get_kit()
            if not kit:
                continue
            left = line.sale_line_id._get_returnable_components(without=line._origin)
            if line._is_component():
                delivered = line.sale_line_id._get_first_deliveries()
                line.quantity_delivered = line._from_product_uom(
                    delivered._get_quantities_by_product().get(line.product_id, 0.0)
                )
            line.quantity_returnable = line._from_product_uom(line._get_possible(left))
        return res

    def _compute_quantity_received(self):
        res = super()._compute_quantity_received()
        for line in self:
            if line._is_kit():
                line.quantity_received = line._from_product_uom(
                    line.sale_line_id._count_kits(line._get_received_components())
                )
        return res

    def _get_received_components(self):
        """What came back for this line, by product, in the products' units."""
        received = self._get_received_moves()._get_quantities_by_product()
        # sudo: as _get_received_moves
        undone_sudo = self.sudo().move_ids._filter_receipt_reversals()
        for product, quantity in undone_sudo._get_quantities_by_product().items():
            received[product] = received.get(product, 0.0) - quantity
        return received

    def _get_reserved_components(self):
        """What this line keeps from being returned otherwise, by product."""
        reserved = self._get_reserved_quantity()
        if not self._is_kit():
            return {self.product_id: reserved}
        if not reserved:
            return {}
        kits = reserved + self._to_product_uom(self.quantity_received)
        received = self._get_received_components()
        return {
            product: max(0.0, kits * component.quantity - received.get(product, 0.0))
            for product, component in self.sale_line_id._get_kit().items()
        }

    def _sum_components(self, get_quantity):
        """Quantities of those lines that take single components back, by product.

        :param get_quantity: what to sum, in the unit of the line it is called with
        """
        quantities = defaultdict(float)
        for line in self:
            if line._is_component():
                quantities[line.product_id] += line.product_uom_id._compute_quantity(
                    get_quantity(line), line.product_id.uom_id, round=False
                )
        return quantities

    def _get_possible(self, left):
        """How much of this line ``left`` components allow, in the product's unit."""
        if self._is_component():
            return max(0.0, left[self.product_id])
        return max(0.0, self.sale_line_id._count_kits(left))

    def _check_returnable(self):
        res = super(
            SaleReturnOrderLine,
            self.filtered(lambda line: not (line._is_kit() or line._is_component())),
        )._check_returnable()
        for sale_line, lines in self.grouped("sale_line_id").items():
            if not (sale_line and sale_line._get_kit()):
                continue
            left = sale_line._get_returnable_components()
            for line in lines:
                asked, possible = (
                    line._to_product_uom(line.quantity),
                    line._get_possible(left),
                )
                if line.product_id.uom_id.compare(asked, possible) > 0:
                    raise line._get_over_return_error(possible)
                for product, quantity in line._get_goods(asked).items():
                    left[product] -= quantity
        return res

    def _get_goods(self, quantity):
        """Kits consist of their components."""
        if not self._is_kit():
            return super()._get_goods(quantity)
        return self.sale_line_id._get_goods(quantity)

    def _get_awaited_quantity(self, product):
        if not self._is_kit():
            return super()._get_awaited_quantity(product)
        granted = self._get_goods(self._to_product_uom(self.quantity_approved))
        received = self._get_received_components()
        return max(0.0, granted.get(product, 0.0) - received.get(product, 0.0))

    def _get_unplanned(self):
        if not self._is_kit():
            return super()._get_unplanned()
        if not self._is_awaited():
            return []
        unplanned = defaultdict(float)
        for product in self.sale_line_id._get_kit():
            unplanned[product] = self._get_awaited_quantity(product)
        for move in self._get_planned_moves():
            unplanned[move.product_id] -= move.product_uom._compute_quantity(
                move.product_uom_qty, move.product_id.uom_id, rounding_method="HALF-UP"
            )
        return [
            (product, product.uom_id.round(quantity), product.uom_id)
            for product, quantity in unplanned.items()
            if product.uom_id.compare(quantity, 0) > 0
        ]

    # === REPLACEMENTS === #

    def _count_replaced(self, replaced):
        if not (self._is_kit() and self._is_even_exchange()):
            return super()._count_replaced(replaced)
        return self._from_product_uom(self.sale_line_id._count_kits(replaced))

    def _get_replacement_need(self):
        """Kits leave as their components, as they were when the return was asked for:
        that a component is missing does not send the others twice."""
        if not (self._is_kit() and self._is_even_exchange()):
            return super()._get_replacement_need()
        return self._get_goods(self._to_product_uom(self._get_quantity_owed()))

    # === MONEY === #

    def _compute_quantity_to_refund(self):
        components = self.filtered(lambda line: line._is_component())
        res = super(
            SaleReturnOrderLine, self - components
        )._compute_quantity_to_refund()
        for (sale_line, component), lines in components.grouped(
            lambda line: (line.sale_line_id, line.product_id)
        ).items():
            due = sale_line._get_component_due_by_line(component)
            for line in lines:
                line.quantity_to_refund = due.get(line, 0.0)
        return res

    def _get_due_quantity(self):
        if not self._is_component():
            return super()._get_due_quantity()
        return self.sale_line_id._get_component_due_by_line(self.product_id, self)[self]

    def _cap_quantity(self, quantity, limit, limit_uom):
        """Of kits the limit may be what is left of each component."""
        if isinstance(limit, dict):
            limit_uom = self.product_id.uom_id
            limit = min(
                limit[product] / needed
                for product, needed in self._get_goods(1.0).items()
            )
        return super()._cap_quantity(quantity, limit, limit_uom)

    def _take_from(self, limit, quantity, limit_uom):
        if not isinstance(limit, dict):
            return super()._take_from(limit, quantity, limit_uom)
        quantity = self.product_uom_id._compute_quantity(
            quantity, self.product_id.uom_id, round=False
        )
        taken = self._get_goods(quantity)
        return {product: limit[product] - taken.get(product, 0.0) for product in limit}

    def _get_price_of(self, source):
        if not self._is_component():
            return super()._get_price_of(source)
        return self._get_share() * self.product_id.uom_id._compute_price(
            source.product_uom_id._compute_price(
                source.price_unit, self.sale_line_id.product_id.uom_id
            ),
            self.product_uom_id,
        )

    def _get_share(self):
        """Part of a kit's price that one component (in its unit) stands for."""
        component = self.sale_line_id._get_kit()[self.product_id]
        return component.share / component.quantity

    def _prepare_refund_line_vals(self, piece):
        vals = super()._prepare_refund_line_vals(piece)
        if self._is_component():
            vals["product_id"] = self.product_id.id
            vals["name"] = self.env._(
                "%(component)s of %(kit)s",
                component=self.product_id.display_name,
                kit=self.sale_line_id.product_id.display_name,
            )
        return vals
