from collections import defaultdict, namedtuple

from odoo import api, fields, models
from odoo.tools import float_round

# Quantity of a component in one kit (units of both products), and which part of the
# kit's price all of them together stand for.
Component = namedtuple("Component", "quantity share")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    return_kit = fields.Json(
        readonly=True,
        copy=False,
        help="What the sold kit is made of, and which part of its price each component "
        "stands for: frozen with the first return that asks for it.",
    )

    # === WHAT A KIT IS === #

    def _get_kit(self):
        """What one kit is made of.

        :return: dict of ``product.product`` to ``Component``; empty where the line
            sells no kit
        """
        self.ensure_one()
        if self.return_kit:
            Product = self.env["product.product"]
            return {
                Product.browse(int(product_id)): Component(*values)
                for product_id, values in self.return_kit.items()
            }
        quantities = self._get_kit_quantities()
        prices = {
            product: product.lst_price * quantity
            for product, quantity in quantities.items()
        }
        if not any(prices.values()):
            prices = {
                product: product.standard_price * quantity
                for product, quantity in quantities.items()
            }
        if not any(prices.values()):
            prices = dict.fromkeys(quantities, 1.0)
        total = sum(prices.values())
        return {
            product: Component(quantity, prices[product] / total)
            for product, quantity in quantities.items()
        }

    def _get_kit_quantities(self):
        """How much of each component one kit holds, in the products' units."""
        # sudo: clerks need no rights on bills of materials
        sale_line = self.sudo().with_company(self.company_id)
        boms = sale_line.move_ids.bom_line_id.bom_id.filtered(
            lambda bom: bom.type == "phantom"
        )
        if not boms:
            return {}
        product = sale_line.product_id
        bom = boms.filtered(
            lambda bom: (
                bom.product_id == product
                or (
                    not bom.product_id
                    and bom.product_tmpl_id == product.product_tmpl_id
                )
            )
        )[:1] or boms._bom_find(
            product, company_id=sale_line.company_id.id, bom_type="phantom"
        ).get(product)
        if not bom:
            return {}
        kits = bom.product_uom_id._compute_quantity(
            bom.product_qty, product.uom_id, round=False
        )
        quantities = {}
        for bom_line, values in bom.explode(product, 1.0)[1]:
            component = bom_line.product_id
            if component.type == "consu" and values["qty"]:
                quantity = bom_line.product_uom_id._compute_quantity(
                    values["qty"], component.uom_id, round=False
                )
                quantities.setdefault(component.sudo(False), 0.0)
                quantities[component.sudo(False)] += quantity / kits
        return quantities

    def _freeze_kit(self):
        """Hold on to what a kit is made of, whatever becomes of its bill of materials
        and of prices: two components of one kit are judged by the same shares."""
        for line_sudo in self.sudo():  # sudo: a workflow field
            kit = not line_sudo.return_kit and line_sudo._get_kit()
            if kit:
                line_sudo.return_kit = {
                    product.id: list(component) for product, component in kit.items()
                }

    def _count_kits(self, quantities):
        """Whole kits that ``quantities`` of components make up.

        :param dict quantities: quantity by product; what is not in it is zero
        """
        return float_round(
            min(
                quantities.get(product, 0.0) / component.quantity
                for product, component in self._get_kit().items()
            ),
            precision_digits=0,
            rounding_method="DOWN",
        )

    # === THE LEDGER OF RETURNS === #

    def _get_products_to_return(self):
        products = super()._get_products_to_return()
        return products.union(*self._get_kit())

    def _get_goods(self, quantity):
        kit = self._get_kit()
        if not kit:
            return super()._get_goods(quantity)
        return {
            product: quantity * component.quantity for product, component in kit.items()
        }

    def _get_sold_moves(self):
        moves = super()._get_sold_moves()
        for line in self:
            kit = line._get_kit()
            if kit:
                # sudo: as super
                moves |= line._get_linked_moves().filtered(
                    lambda move, kit=kit: move.product_id.sudo(False) in kit
                )
        return moves

    def _get_delivered_quantities(self):
        delivered = super()._get_delivered_quantities()
        for line in self:
            if line._get_kit():
                moves = line._get_first_deliveries()
                delivered[line] = line._count_kits(moves._get_quantities_by_product())
        return delivered

    def _get_returnable_quantities(self):
        returnable = super()._get_returnable_quantities()
        for line in self:
            if line._get_kit():
                returnable[line] = line._count_kits(line._get_returnable_components())
        return returnable

    def _get_returnable_goods(self):
        returnable = super()._get_returnable_goods()
        for line in self:
            if line._get_kit():
                returnable[line] = line._get_returnable_components()
        return returnable

    def _get_returnable_components(self, without=None):
        """What may still be asked for of each component, in the products' units: exact
        in every mix of whole kits and single components.

        :param without: return line whose own reservation is left out
        """
        self.ensure_one()
        left = self._get_delivered_moves()._get_quantities_by_product()
        taken_back = self._get_taken_back_moves()._get_quantities_by_product()
        # sudo: returns the user may not see reserve as well
        self_sudo = self.sudo()
        reservations = [
            line._get_reserved_components()
            for line in self_sudo.return_line_ids
            if line != without
        ]
        for taken in [taken_back, *reservations]:
            for product, quantity in taken.items():
                left[product] = left.get(product, 0.0) - quantity
        return {
            product: product.uom_id.round(left.get(product, 0.0))
            for product in self._get_kit()
        }

    # === REPLACEMENTS === #

    def _prepare_resend_procurement(self, product, quantity):
        """Odoo counts a component by the line of the bill that it leaves for."""
        procurement = super()._prepare_resend_procurement(product, quantity)
        if product == self.product_id:
            return procurement
        moves = self.move_ids.filtered(lambda move: move.product_id == product)
        bom_line = moves.bom_line_id[:1]
        return procurement._replace(
            values={**procurement.values, "bom_line_id": bom_line.id}
        )

    # === WHAT THE ORDER COUNTS === #

    def _get_quantity_accepted_back(self):
        """Whole kits; components count once they make up one."""
        if not self._get_kit():
            return super()._get_quantity_accepted_back()
        lines = self.return_line_ids
        accepted = sum(
            line._to_product_uom(line.quantity_for_credit)
            for line in lines
            if not line._is_component()
        ) + self._count_kits(
            lines._sum_components(lambda line: line.quantity_for_credit)
        )
        return self.product_id.uom_id._compute_quantity(
            accepted, self.product_uom_id, rounding_method="HALF-UP"
        )

    def _get_kits_received(self):
        """Kits that came back, in the product's unit; components count once they make
        up one."""
        self.ensure_one()
        lines = self.return_line_ids.filtered(lambda line: not line.discrepancy)
        return sum(
            line._to_product_uom(line.quantity_received)
            for line in lines
            if not line._is_component()
        ) + self._count_kits(lines._sum_components(lambda line: line.quantity_received))

    def _sum_invoice_lines(self, is_counted):
        """Whole kits; credited components count once they make up one."""
        kits = super()._sum_invoice_lines(is_counted)
        if not self._get_kit():
            return kits
        credited = defaultdict(float)
        for line in self._get_invoice_lines():
            if line.return_line_id._is_component() and is_counted(line.move_id):
                component = line.return_line_id.product_id
                credited[component] += (
                    line.move_id.direction_sign
                    * line.product_uom_id._compute_quantity(
                        line.quantity, component.uom_id, round=False
                    )
                )
        return kits - self.product_id.uom_id._compute_quantity(
            self._count_kits(credited), self.product_uom_id, round=False
        )

    # === WHAT WAS INVOICED === #

    def _get_lines_to_credit(self):
        """Components are credited beside their kits, each for itself."""
        lines = super()._get_lines_to_credit()
        return lines.filtered(lambda line: not line._is_component())

    def _get_quantities_left_to_credit(self):
        """Of kits: dict of invoice line to what is left of each component, by product
        and in the products' units, whether it was credited by itself or in a kit."""
        kit = self._get_kit()
        if not kit:
            return super()._get_quantities_left_to_credit()
        invoice_lines = self._get_posted_invoice_lines()
        left = {
            line: self._get_invoiced_components(line, kit) for line in invoice_lines
        }
        for credit in self._get_credit_lines():
            sign = credit.move_id.direction_sign
            for product, quantity in self._get_invoiced_components(credit, kit).items():
                quantity *= sign
                for line in self._get_credited_lines(credit, invoice_lines):
                    taken = min(quantity, left[line][product])
                    left[line][product] -= taken
                    quantity -= taken
        return left

    def _get_part_left(self, invoice_line, left):
        kit = self._get_kit()
        if not kit:
            return super()._get_part_left(invoice_line, left)
        invoiced = self._get_invoiced_components(invoice_line, kit)
        return sum(
            component.share * left[product] / invoiced[product]
            for product, component in kit.items()
        )

    @api.model
    def _get_invoiced_components(self, line, kit):
        """What a line of an invoice or credit note consists of, by product."""
        product = line.return_line_id.product_id or self.product_id
        quantity = line.product_uom_id._compute_quantity(
            line.quantity, product.uom_id, round=False
        )
        if line.return_line_id._is_component():
            return {product: quantity}
        return {
            product: quantity * component.quantity for product, component in kit.items()
        }

    def _get_component_due_by_line(self, component, granted=None):
        """As ``_get_due_by_line``, of those that take single components back."""
        return self._share_due(
            self._get_component_over_invoiced(component),
            component.uom_id,
            self.return_line_ids.filtered(lambda line: line.product_id == component),
            granted,
        )

    def _get_component_over_invoiced(self, component):
        """How much of a component is invoiced within its kits beyond what should be, in
        its own unit: what came back by itself, less where kits are not invoiced at all.
        """
        self.ensure_one()
        lines = self.return_line_ids
        accepted = lines._sum_components(lambda line: line.quantity_for_credit)
        credited = lines._sum_components(lambda line: line._get_quantity_in_credit())
        kits = (
            self.product_uom_id._compute_quantity(
                self._get_invoice_balance(), self.product_id.uom_id, round=False
            )
            + self._count_kits(credited)
            - self._count_kits(accepted)
        )
        return (
            kits * self._get_kit()[component].quantity
            + accepted[component]
            - credited[component]
        )
