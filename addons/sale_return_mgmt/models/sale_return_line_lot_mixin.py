from odoo import api, fields, models

from ..exceptions import return_error

# Accounting and sales have no right to read lots.
LOT_GROUPS = "sale_return_mgmt.group_sale_return_user,stock.group_stock_user"


class SaleReturnLineLotMixin(models.AbstractModel):
    """Which lots or serial numbers of a return line come back.

    They are optional: the dock records what arrived. Named ones bind: another lot that
    arrives is a discrepancy.
    """

    _name = "sale.return.line.lot.mixin"
    _description = "Return Line Lots"

    product_id = fields.Many2one("product.product")
    lot_ids = fields.Many2many(
        "stock.lot",
        string="Lots/Serial Numbers",
        domain="[('id', 'in', allowed_lot_ids)]",
        copy=False,
        groups=LOT_GROUPS,
        help="Which of the delivered lots come back. Empty: the dock records them.",
    )
    allowed_lot_ids = fields.Many2many(
        "stock.lot", compute="_compute_allowed_lot_ids", groups=LOT_GROUPS
    )
    tracking = fields.Selection(related="product_id.tracking")

    @api.depends("sale_line_id", "product_id")
    def _compute_allowed_lot_ids(self):
        for line in self:
            line.allowed_lot_ids = line._get_allowed_lots()

    def _get_allowed_lots(self):
        """Lots that may come back for this line."""
        self.ensure_one()
        # sudo: clerks need no rights on stock to see what was delivered
        lots_sudo = self.env["stock.lot"].sudo()
        if self.sale_line_id:
            lots_sudo = lots_sudo.union(
                *self.sale_line_id._get_returnable_lots()
            ).filtered(lambda lot: lot.product_id == self.product_id)
        elif self.tracking in ("lot", "serial"):
            lots_sudo = lots_sudo.search(
                [
                    ("product_id", "=", self.product_id.id),
                    ("company_id", "in", (False, self.company_id.id)),
                ]
            )
        return lots_sudo.sudo(False)

    @api.constrains("lot_ids", "sale_line_id", "product_id")
    def _check_lots(self):
        """Refuse lots that are not with the customer."""
        for line in self.filtered("lot_ids"):
            foreign = line.lot_ids._origin - line._get_allowed_lots()
            foreign_sudo = foreign.sudo()  # sudo: names of lots the user chose
            if foreign_sudo:
                raise return_error(
                    "LOT_MISMATCH",
                    self.env._(
                        "%(lots)s of %(product)s: not delivered with %(sale_order)s, "
                        "or back already. Choose among the delivered lots.",
                        lots=", ".join(foreign_sudo.mapped("name")),
                        product=line.product_id.display_name,
                        sale_order=line.sale_order_id.name or self.env._("any order"),
                    ),
                    line=line,
                )

    def _check_lot_quantities(self):
        """Refuse what the named lots cannot make up, or what another return asks for.

        The guards of the sale lines and of the lots must be updated before.
        """
        self._check_lots()
        named = self.filtered("lot_ids")
        for line in named:
            asked = line._to_product_uom(line.quantity)
            if line.tracking == "serial":
                line._check_serials_are_free(named - line)
                possible = len(line.lot_ids)
                fits = line.product_id.uom_id.compare(asked, possible) == 0
            elif line.sale_line_id:
                possible = line._get_left_of_lots(named - line)
                fits = line.product_id.uom_id.compare(asked, possible) <= 0
            else:
                continue
            if not fits:
                raise return_error(
                    "LOT_MISMATCH",
                    self.env._(
                        "%(product)s: %(asked)s %(uom)s asked, the lots that are named "
                        "hold %(possible)s. Change the quantity or the lots.",
                        product=line.product_id.display_name,
                        asked=line._format_quantity(line.quantity),
                        uom=line.product_uom_id.name,
                        possible=line._format_quantity(
                            line._from_product_uom(possible)
                        ),
                    ),
                    line=line,
                )

    def _check_serials_are_free(self, siblings):
        """:param siblings: lines that are submitted together with this one"""
        self.ensure_one()
        # sudo: returns the user may not see ask for serial numbers as well
        others_sudo = self.sudo().search(
            [
                ("lot_ids", "in", self.lot_ids.ids),
                ("state", "in", ("submitted", "approved")),
                ("id", "!=", self.id),
                ("discrepancy", "=", False),
            ]
        )
        others_sudo = others_sudo.filtered(lambda other: other._get_reserved_quantity())
        others_sudo |= siblings.sudo()  # as those of other returns
        lots_sudo = self.sudo().lot_ids._origin  # to compare with them
        taken_sudo = others_sudo.lot_ids._origin & lots_sudo
        if taken_sudo:
            raise return_error(
                "LOT_MISMATCH",
                self.env._(
                    "%(lots)s of %(product)s: another return or line asks for it "
                    "already. Choose among the others.",
                    lots=", ".join(taken_sudo.mapped("name")),
                    product=self.product_id.display_name,
                ),
                line=self,
            )

    def _get_left_of_lots(self, siblings):
        """What the named lots still hold of the sold line, less what others ask for of
        these lots alone, in the product's UoM.

        :param siblings: lines that are submitted together with this one
        """
        self.ensure_one()
        left = self.sale_line_id._get_returnable_lots()
        # sudo: returns the user may not see ask for lots as well
        line_sudo, siblings_sudo = self.sudo(), siblings.sudo()
        lots_sudo = line_sudo.lot_ids._origin
        rivals_sudo = line_sudo.sale_line_id.return_line_ids | siblings_sudo.filtered(
            lambda other: other.sale_line_id == line_sudo.sale_line_id
        )
        asked = sum(
            other._to_product_uom(other.quantity)
            if other in siblings
            else other._get_reserved_quantity()
            for other in rivals_sudo - line_sudo
            if other.lot_ids and other.lot_ids._origin <= lots_sudo
        )
        return max(0.0, sum(left.get(lot, 0.0) for lot in lots_sudo) - asked)

    def _get_expected_lots(self):
        """Lots that may arrive for this line; empty where nobody recorded any."""
        self.ensure_one()
        return self.lot_ids or (
            self.env["stock.lot"].union(*self.sale_line_id._get_returnable_lots())
        )

    def _get_lot_lines(self, move):
        """Move lines of a delivery that hold the named lots."""
        return move.move_line_ids.filtered(lambda line: line.lot_id in self.lot_ids)

    def _sum_lot_lines(self, move):
        """What a delivery held of the named lots, in its UoM."""
        quantity = sum(self._get_lot_lines(move).mapped("quantity_product_uom"))
        return move.product_id.uom_id._compute_quantity(
            quantity, move.product_uom, rounding_method="HALF-UP"
        )

    def _prepare_lot_move_lines(self, move, quantity):
        """Values of the move lines that take the named lots of a delivery back, with
        their owner and package.

        :param quantity: in the UoM of ``move``
        :return: list of dicts, quantities in the product's UoM; empty where no lots are
            named and Odoo proposes them
        """
        uom = move.product_id.uom_id
        left = move.product_uom._compute_quantity(
            quantity, uom, rounding_method="HALF-UP"
        )
        vals_list = []
        for lot_line in self._get_lot_lines(move):
            taken = min(left, lot_line.quantity_product_uom)
            if uom.compare(taken, 0) > 0:
                vals_list.append(
                    {
                        "product_id": move.product_id.id,
                        "product_uom_id": uom.id,
                        "quantity": taken,
                        "lot_id": lot_line.lot_id.id,
                        "owner_id": lot_line.owner_id.id,
                        "package_id": lot_line.result_package_id.id,
                        "result_package_id": lot_line.result_package_id.id,
                    }
                )
                left -= taken
        return vals_list
