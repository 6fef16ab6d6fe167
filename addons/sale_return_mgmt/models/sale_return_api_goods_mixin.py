from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..exceptions import return_error
from ..tools.api_goods_lookup import get_lot_name
from ..tools.api_payload import is_id
from ..tools.api_step_payload import check_inspection, check_receipt

WAREHOUSE_GROUP = "sale_return_mgmt.group_sale_return_warehouse"


class SaleReturnApiGoodsMixin(models.AbstractModel):
    """How other systems, such as that of a warehouse, tell what came back and what it
    is like."""

    _name = "sale.return.api.goods.mixin"
    _inherit = "sale.return.api.steps.mixin"
    _description = "Return API Goods"

    @api.model
    def api_receive(self, receipts):
        """Take in what came back of up to 500 returns; what is missing stays awaited.

        :param list receipts: dicts with ``return`` or ``transfer``, and ``lines`` where
            not all came that was awaited, see ``docs/api/``
        :return: see ``api_settle``
        """
        return self._api_take_steps(
            ["api_receive"],
            receipts,
            check_receipt,
            self._api_do_receive,
            self._api_read_receipt,
            self._api_find_received,
        )

    @api.model
    def api_inspect(self, inspections):
        """Tell what was found of up to 500 returns: goods move and are accepted or not.

        :param list inspections: dicts with ``return``, and ``lines`` where not all that
            waits is to follow ``disposition`` or its reason, see ``docs/api/``
        :return: see ``api_settle``
        """
        return self._api_take_steps(
            ["api_inspect"],
            inspections,
            check_inspection,
            self._api_do_inspect,
            self._api_read_inspection,
        )

    # === RECEIPTS === #

    @api.model
    def _api_find_received(self, items):
        """Returns by their key, or by the transfer that brings them."""
        refs = [item.get("return", ()) for item in items]
        transfers = [item["transfer"] for item in items if "return" not in item]
        pickings = self.env["stock.picking"]
        if transfers:
            pickings = pickings.search(
                Domain("return_order_id", "!=", False)
                & (
                    Domain("id", "in", [ref for ref in transfers if is_id(ref)])
                    | Domain("name", "in", [ref for ref in transfers if not is_id(ref)])
                )
            )
        found = {
            key: picking.return_order_id
            for picking in pickings
            for key in (picking.id, picking.name)
        }
        orders = self._api_find_orders(refs)
        return [
            order if "return" in item else found.get(item["transfer"], order)
            for order, item in zip(orders, items, strict=True)
        ]

    def _api_get_awaited(self, item):
        """Open moves that are to bring goods of this return."""
        moves = self.picking_ids.move_ids._filter_awaited()
        ref = item.get("transfer")
        return moves.filtered(
            lambda move: not ref or ref in (move.picking_id.id, move.picking_id.name)
        )

    @api.model
    def _api_read_receipt(self, order, item, lookup, errors):
        """What came of each line: dicts with ``line`` (may be empty), ``product``,
        ``quantity`` in its unit, ``lots`` (dict of lot to quantity) and ``moves`` that
        await it."""
        awaited = order._api_get_awaited(item)
        rows = [
            order._api_read_arrival(awaited, values, f"lines.{index}", lookup, errors)
            for index, values in enumerate(item.get("lines", []))
        ]
        return [row for row in rows if row]

    def _api_read_arrival(self, moves, values, path, lookup, errors):
        """:return: the row of one line, empty with an error added"""
        self.ensure_one()
        line = self.line_ids.filtered(lambda line: line.id == values.get("line"))
        if "line" in values:
            if not line:
                return self._api_add_not_found(errors, f"{path}.line", values["line"])
            moves = moves.filtered(lambda move: move.return_line_id == line)
        product = moves.product_id or line.product_id
        if "product" in values:
            ref = values["product"]
            product = lookup.find_product(moves.product_id, ref)
            if not product:
                return self._api_add_not_found(errors, f"{path}.product", ref)
        if len(product) > 1:
            message = self.env._("Name the product: several come back for this line.")
            return errors.add("INVALID", f"{path}.product", message)
        quantity = values["quantity"]
        if line and line.product_id == product:
            quantity = line._to_product_uom(quantity)
        if product.uom_id.compare(quantity, 0) <= 0:
            message = self.env._("The quantity is too small to be counted.")
            errors.add("INVALID", f"{path}.quantity", message)
        moves = moves.filtered(lambda move: move.product_id == product)
        return {
            "line": line or moves.return_line_id[:1],
            "product": product,
            "quantity": quantity,
            "lots": self._api_read_lots(
                product, quantity, values, path, lookup, errors
            ),
            "moves": moves,
        }

    @api.model
    def _api_read_lots(self, product, quantity, values, path, lookup, errors):
        lots = {}
        for index, ref in enumerate(values.get("lots", [])):
            name = get_lot_name(ref)
            lot = lookup.find_lot(product, name)
            if not lot or lot in lots:
                self._api_add_not_found(errors, f"{path}.lots.{index}", name)
            elif isinstance(ref, dict):
                lots[lot] = ref["quantity"]
            else:
                single = len(values["lots"]) == 1 and product.tracking != "serial"
                lots[lot] = quantity if single else 1.0
        if lots and product.uom_id.compare(sum(lots.values()), quantity):
            errors.add(
                "LOT_MISMATCH",
                f"{path}.lots",
                self.env._("The quantities of the lots do not add up to the line's."),
            )
        return lots

    @api.model
    def _api_add_not_found(self, errors, path, ref):
        errors.add("NOT_FOUND", path, self.env._("“%s” was not found.", ref))

    @api.model
    def _api_do_receive(self, steps):
        orders = self._api_get_orders(steps)._prepare_step(WAREHOUSE_GROUP)
        orders._check_state("approved", "done")
        pickings = self.env["stock.picking"]
        for step in steps:
            pickings |= step.order._api_fill_receipts(step.item, step.rows)
        pickings.with_context(skip_backorder=True).button_validate()
        undone = pickings.filtered(lambda picking: picking.state != "done")
        if undone:
            raise return_error(
                "INVALID_STATE",
                self.env._(
                    "Odoo did not validate %s: open the transfer to see what it asks "
                    "for.",
                    ", ".join(undone.mapped("name")),
                ),
            )

    def _api_fill_receipts(self, item, rows):
        """Write on the open transfers what came.

        :return: ``stock.picking`` to be validated
        """
        self.ensure_one()
        moves = self._api_get_awaited(item)
        if not moves:
            raise return_error(
                "INVALID_STATE", self.env._("%s awaits no goods.", self.name)
            )
        if rows:
            came = self._api_spread(rows, moves.picking_id[:1])
        else:
            none = self.env["stock.lot"]
            came = {move: [(none, move.product_qty)] for move in moves}
        # Most moves have just what is awaited: nothing is written on these.
        changed = moves.filtered(lambda move: not move._has_just(came.get(move, [])))
        if rows:
            changed.quantity = 0
        for move, parts in came.items():
            if move in changed or move not in moves:
                move._take_in(parts)
            moves |= move
        arrived = moves.filtered("quantity")
        arrived.picked = True
        for move_line in arrived.move_line_ids:
            if move_line.product_id.tracking != "none" and not move_line.lot_id:
                raise return_error(
                    "LOT_REQUIRED",
                    self.env._(
                        "%(product)s of %(order)s: name the lots or serial numbers "
                        "that came.",
                        product=move_line.product_id.display_name,
                        order=self.name,
                    ),
                    line=move_line.move_id.return_line_id,
                )
        return arrived.picking_id

    def _api_spread(self, rows, picking):
        """Spread what came over the moves that await it; what is too much comes with
        the last of them, and what nobody awaits with a move of its own.

        :return: dict of ``stock.move`` to list of ``(lot or empty, quantity)`` in the
            product's unit
        """
        spread, left = defaultdict(list), {}
        for row in rows:
            product, moves = row["product"], row["moves"]
            if not moves:
                moves = self._add_unplanned(
                    picking, product, product.uom_id, picking.location_dest_id
                )
            parts = row["lots"] or {self.env["stock.lot"]: row["quantity"]}
            for lot, quantity in parts.items():
                for move in moves:
                    left.setdefault(move, move.product_qty)
                    taken = quantity
                    if move != moves[-1]:
                        taken = min(quantity, left[move])
                    if product.uom_id.compare(taken, 0) > 0:
                        spread[move].append((lot, taken))
                        left[move] -= taken
                        quantity -= taken
        return spread

    # === INSPECTIONS === #

    @api.model
    def _api_read_inspection(self, order, item, lookup, errors):
        """Rows for ``_inspect``, one for each line that was sent."""
        if "lines" not in item and "disposition" in item:
            order._api_find_disposition(
                order.line_ids[:1], {}, item, "", lookup, errors
            )
        rows = [
            order._api_read_finding(item, values, f"lines.{index}", lookup, errors)
            for index, values in enumerate(item.get("lines", []))
        ]
        return [row for row in rows if row]

    def _api_read_finding(self, item, values, path, lookup, errors):
        """:return: the row of one line, empty with an error added"""
        self.ensure_one()
        if "line" in values:
            key = "line"
            lines = self.line_ids.filtered(lambda line: line.id == values["line"])
        else:
            key = "product"
            waiting = self.line_ids.filtered(
                lambda line: not line.product_uom_id.is_zero(line.quantity_to_inspect)
            )
            product = lookup.find_among(waiting.product_id, values["product"])
            lines = waiting.filtered(lambda line: line.product_id == product)
        if not lines:
            return self._api_add_not_found(errors, f"{path}.{key}", values[key])
        if len(lines) > 1:
            message = self.env._("Name the line: several wait with this product.")
            return errors.add("INVALID", f"{path}.product", message)
        return {
            "line": lines,
            "quantity": values["quantity"],
            "lot": self._api_find_waiting_lot(lines, values, path, errors),
            "disposition": self._api_find_disposition(
                lines, values, item, f"{path}.", lookup, errors
            ),
            "condition": values.get("condition"),
            "note": values.get("note"),
            "credit_percent": values.get("credit_percent"),
        }

    @api.model
    def _api_find_waiting_lot(self, line, values, path, errors):
        lots = self.env["stock.lot"]
        if "lot" not in values:
            return lots
        # sudo: quantities and lots of lines that the user may see
        waiting_sudo = line.sudo()._get_quantities_to_inspect()
        for lots_sudo in waiting_sudo.values():
            for lot in lots_sudo:
                if lot.name == values["lot"]:
                    return lot.sudo(False)
        self._api_add_not_found(errors, f"{path}.lot", values["lot"])
        return lots

    def _api_find_disposition(self, line, values, item, prefix, lookup, errors):
        """What becomes of ``line``: as its own values say, the item, or the reason."""
        key = values.get("disposition", item.get("disposition"))
        if not key:
            return line._get_usual_disposition()
        try:
            return lookup.find_disposition(key, self.company_id)
        except UserError as error:
            path = f"{prefix}disposition" if "disposition" in values else "disposition"
            errors.add("NOT_FOUND", path, str(error))
            return self.env["sale.return.disposition"]

    @api.model
    def _api_do_inspect(self, steps):
        rows = []
        for step in steps:
            if step.rows:
                rows += step.rows
                continue
            disposition = step.item.get("disposition")
            rows += step.order._prepare_inspection_rows(disposition)
        self._api_get_orders(steps)._inspect(rows)
