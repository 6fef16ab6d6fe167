from odoo import models

from odoo.addons.stock_account.models.stock_move import VALUATION_DICT


class StockMove(models.Model):
    """What goods are worth that come back."""

    _inherit = "stock.move"

    def _set_value(self, correction_quantity=None):
        """Odoo looks for a value that was typed in for each move: one question tells
        which have none."""
        # sudo: as Odoo does
        typed = self.env["product.value"].sudo().search([("move_id", "in", self.ids)])
        untyped = frozenset(self.ids) - set(typed.move_id.ids)
        for move in self:
            if move.product_id.lot_valuated and move._is_out():
                move._keep_lot_costs(correction_quantity)
        return super(
            StockMove, self.with_context(moves_without_typed_value=untyped)
        )._set_value(correction_quantity=correction_quantity)

    def _get_manual_value(self, quantity, at_date=None):
        untyped = self.env.context.get("moves_without_typed_value")
        # No caller from outside can bring a frozenset.
        if isinstance(untyped, frozenset) and self.id in untyped:
            return dict(VALUATION_DICT)
        return super()._get_manual_value(quantity, at_date=at_date)

    def _get_value_from_returns(self, quantity, at_date=None):
        """A lot with a cost of its own comes back at what it left with, not at the
        average of the lots that left together."""
        data = super()._get_value_from_returns(quantity, at_date=at_date)
        if data["quantity"] and self.return_line_id and self.product_id.lot_valuated:
            origin = self.origin_returned_move_id
            left = origin._get_lot_cost(origin._get_out_move_lines())
            if left:
                back = origin._get_lot_cost(self._get_in_move_lines())
                data["value"] = origin.value * back / left
        return data

    def _keep_lot_costs(self, correction_quantity):
        """Keep what each of several lots costs: Odoo is about to value the move with
        it, keeps the sum alone, and the lots' costs change later.

        :param correction_quantity: as of ``_set_value``; what left keeps its cost then
        """
        self.ensure_one()
        # sudo: nobody but these steps reads or writes it
        lines_sudo = self.sudo().move_line_ids.with_company(self.company_id)
        if len(lines_sudo.lot_id) > 1:
            for line in lines_sudo:
                if not (correction_quantity and line.sale_return_lot_cost):
                    goods = line.lot_id or line.product_id
                    line.sale_return_lot_cost = goods.standard_price

    def _get_lot_cost(self, move_lines):
        """What the goods in ``move_lines`` cost when this move took their lots away;
        a lot of which that is not known counts with its cost of today."""
        self.ensure_one()
        lines_sudo = self.sudo().move_line_ids  # sudo: as above
        kept = {line.lot_id: line.sale_return_lot_cost for line in lines_sudo}
        if not any(kept.values()):
            kept = {}
        cost = 0.0
        move_lines = move_lines.with_company(self.company_id)
        for lot, lines in move_lines.grouped("lot_id").items():
            unit_cost = kept.get(lot, (lot or lines.product_id).standard_price)
            cost += unit_cost * sum(lines.mapped("quantity_product_uom"))
        return cost
