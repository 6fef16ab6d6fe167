from odoo import models
from odoo.fields import Command


class SaleReturnArrivalMixin(models.AbstractModel):
    """Parts what arrives from what was agreed, before a receipt is done.

    More than agreed, another product and another lot become return lines of their own:
    inspected and disposed of like any other, but never credited. All methods are called
    in ``sudo``.
    """

    _name = "sale.return.arrival.mixin"
    _description = "Arrivals at Return Receipts"

    def _split_what_was_not_asked(self):
        """Give what was not asked for its own moves and return lines.

        :return: the moves that were split off
        """
        self._filter_arriving()._link_to_asked_lines()
        arriving = self._filter_arriving()
        wrong_products = arriving.filtered(lambda move: not move.return_line_id)
        parts = [
            part
            for (line, _product), moves in (arriving - wrong_products)
            .grouped(lambda move: (move.return_line_id, move.product_id))
            .items()
            if not line.discrepancy
            for part in moves._get_parts_not_asked(line)
        ]
        unasked_lines = self._create_unasked_lines(
            [(kind, move) for kind, move, _taken in parts]
            + [("wrong_product", move) for move in wrong_products]
        )
        for move in wrong_products:
            move.return_line_id = unasked_lines["wrong_product", move]
        split_off = (
            arriving.union(
                *(
                    move._split_off(unasked_lines[kind, move], taken)
                    for kind, move, taken in parts
                )
            )
            - arriving
        )
        (split_off | wrong_products)._hold_for_inspection()
        return split_off | (arriving | split_off)._split_by_lot_cost()

    def _split_by_lot_cost(self):
        """One move for each lot that has a cost of its own: Odoo spreads the value of
        a move evenly over its lots.

        :return: the moves that were split off
        """
        split_off = self.browse()
        for move in self.filtered("product_id.lot_valuated"):
            lines_by_lot = move.move_line_ids.filtered("picked").grouped("lot_id")
            for lines in list(lines_by_lot.values())[1:]:
                split_off |= move._split_off(
                    move.return_line_id,
                    {line: line.quantity_product_uom for line in lines},
                )
        return split_off

    def _hold_for_inspection(self):
        """Take these arrivals into the return location, wherever the rest goes."""
        for move in self:
            location = move.picking_type_id.warehouse_id.sale_return_location_id
            if location and move.location_dest_id != location:
                move.location_dest_id = location
                move.move_line_ids.location_dest_id = location

    def _filter_arriving(self):
        """Moves of receipts that are about to be done. What was sent back to the
        customer and did not reach him is no new arrival."""
        return self._filter_awaited().filtered(
            lambda move: (
                move.picking_id.return_order_id
                and not move.origin_returned_move_id.return_inspection_id
                and move.picked
                and not move.product_uom.is_zero(move.quantity)
            )
        )

    def _link_to_asked_lines(self):
        """Goods that the dock added and that were asked for belong to that line."""
        for move in self.filtered(lambda move: not move.return_line_id):
            planned = move.picking_id.return_order_id.line_ids.move_ids.filtered(
                lambda other, move=move: (
                    other.product_id == move.product_id
                    and not other.return_line_id.discrepancy
                    and other._filter_awaited()
                )
            ).sorted(lambda other, move=move: other.picking_id != move.picking_id)[:1]
            if planned.picking_id == move.picking_id:
                # The move that is left empty is cancelled by Odoo.
                move.move_line_ids.move_id = planned
            elif planned:
                move.write(
                    {
                        "return_line_id": planned.return_line_id.id,
                        "sale_line_id": planned.sale_line_id.id,
                        "origin_returned_move_id": planned.origin_returned_move_id.id,
                    }
                )

    def _get_parts_not_asked(self, line):
        """What of these arrivals of one product for one return line was not agreed.

        :return: list of ``(kind, move, {move line: quantity in the product's UoM})``
        """
        uom = self.product_id.uom_id
        left = line._get_awaited_quantity(self.product_id)
        expected_lots = line._get_expected_lots()
        parts = []
        for move in self:
            excess, wrong_lots = {}, {}
            for move_line in move.move_line_ids.filtered("picked"):
                quantity = move_line.quantity_product_uom
                if expected_lots and move_line.lot_id not in expected_lots:
                    wrong_lots[move_line] = quantity
                    continue
                fitting = max(0.0, min(quantity, left))
                left -= fitting
                if uom.compare(quantity, fitting) > 0:
                    excess[move_line] = quantity - fitting
            if excess:
                parts.append(("excess", move, excess))
            if wrong_lots:
                parts.append(("wrong_lot", move, wrong_lots))
        return parts

    def _create_unasked_lines(self, arrivals):
        """Make one return line for each kind of discrepancy of a line or product.

        :param arrivals: list of ``(kind, move)``
        :return: dict of ``(kind, move)`` to ``sale.return.order.line``
        """
        keys = {
            arrival: (
                arrival[0],
                arrival[1].picking_id.return_order_id,
                arrival[1].return_line_id,
                arrival[1].product_id,
            )
            for arrival in arrivals
        }
        lines = self.env["sale.return.order.line"].create(
            [
                {
                    "order_id": order.id,
                    "discrepancy": kind,
                    "inspection_required": True,
                    "quantity": 0.0,
                    "product_id": product.id,
                    "product_uom_id": (
                        line.product_uom_id
                        if line.product_id == product
                        else product.uom_id
                    ).id,
                    # Another lot is not what this order delivered.
                    "sale_line_id": kind == "excess" and line.sale_line_id.id,
                    "reason_id": line.reason_id.id,
                }
                for kind, order, line, product in dict.fromkeys(keys.values())
            ]
        )
        line_by_key = dict(zip(dict.fromkeys(keys.values()), lines, strict=True))
        return {arrival: line_by_key[key] for arrival, key in keys.items()}

    def _split_off(self, return_line, taken):
        """Move part of an arrival to a move of ``return_line``.

        :param dict taken: move line to quantity in the product's UoM
        :return: the new ``stock.move``
        """
        self.ensure_one()
        uom = self.product_id.uom_id
        move = self.create(
            self.copy_data(
                {
                    "picking_id": self.picking_id.id,
                    "product_uom": uom.id,
                    "product_uom_qty": sum(taken.values()),
                    "state": "draft",
                    "return_line_id": return_line.id,
                    "sale_line_id": return_line.sale_line_id.id,
                    "origin_returned_move_id": (
                        return_line.sale_line_id.id and self.origin_returned_move_id.id
                    ),
                    "move_orig_ids": [Command.clear()],
                    "move_dest_ids": [Command.clear()],
                }
            )
        )
        for move_line, quantity in taken.items():
            if uom.compare(quantity, move_line.quantity_product_uom) < 0:
                kept = move_line.quantity_product_uom - quantity
                part = move_line.copy(
                    {"quantity": quantity, "product_uom_id": uom.id, "picked": True}
                )
                move_line.write({"quantity": kept, "product_uom_id": uom.id})
                move_line = part
            move_line.move_id = move
        move.picked = True
        return move

    def _has_just(self, parts):
        """Whether the move has what came already, as far as lots do not matter.

        :param list parts: as for ``_take_in``
        """
        self.ensure_one()
        quantity = sum(quantity for _lot, quantity in parts)
        return (
            self.product_id.tracking == "none"
            and self.product_uom == self.product_id.uom_id
            and not self.product_uom.compare(self.quantity, quantity)
        )

    def _take_in(self, parts):
        """Write what came of a move that had nothing yet.

        :param list parts: ``(lot or empty, quantity in the product's unit)``
        """
        self.ensure_one()
        uom = self.product_id.uom_id
        if not any(lot for lot, _quantity in parts):
            quantity = sum(quantity for _lot, quantity in parts)
            self.quantity = uom._compute_quantity(
                quantity, self.product_uom, rounding_method="HALF-UP"
            )
            return
        self.move_line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "picking_id": self.picking_id.id,
                        "product_id": self.product_id.id,
                        "product_uom_id": uom.id,
                        "quantity": quantity,
                        "lot_id": lot.id,
                        "location_id": self.location_id.id,
                        "location_dest_id": self.location_dest_id.id,
                    }
                )
                for lot, quantity in parts
            ),
        ]
