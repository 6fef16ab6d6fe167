from collections import defaultdict

from odoo import api, fields, models


class SaleReturnLineQuantityMixin(models.AbstractModel):
    """The ledger of a return line: asked, granted, reserved, received, accepted.

    All quantities are in the ``product_uom_id`` of the line unless said otherwise.
    """

    _name = "sale.return.line.quantity.mixin"
    _description = "Return Line Quantities"

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
        help="What the customer is credited for, up to what was approved: inspected "
        "and found good, or received where no inspection is required.",
    )

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

    @api.depends(
        "state",
        "goods_return",
        "refund_trigger",
        "inspection_required",
        "quantity_approved",
        "quantity_received",
        "quantity_inspected",
        "quantity_rejected",
    )
    def _compute_quantity_accepted(self):
        for line in self:
            decided = line.state in ("approved", "done")
            line.quantity_accepted = (
                min(line._get_acceptable_quantity(), line.quantity_approved)
                if decided
                else 0.0
            )

    def _get_acceptable_quantity(self):
        """What the facts so far allow to accept, whatever was approved."""
        self.ensure_one()
        if self.goods_return == "keep" or self.refund_trigger == "approval":
            return self.quantity_approved
        if self.refund_trigger == "receipt":
            return self.quantity_received
        return self._get_quantity_found_good()

    def _get_quantity_found_good(self):
        """What came back and was not rejected."""
        self.ensure_one()
        if not self.inspection_required:
            return self.quantity_received
        return self.product_uom_id.round(
            self.quantity_inspected - self.quantity_rejected
        )

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

    def _get_goods(self, quantity):
        """What ``quantity`` of the line's product consists of: dict of product to
        quantity; all in the products' units."""
        self.ensure_one()
        return {self.product_id: quantity}

    def _get_granted_quantity(self):
        """What was asked, or what was granted once that is decided."""
        self.ensure_one()
        decided = self.state in ("approved", "done")
        return self.quantity_approved if decided else self.quantity

    def _get_reserved_quantity(self):
        """What this line keeps from being returned otherwise, in the product's UoM.

        What came back is counted by its moves; what is accepted without goods (kept by
        the customer, or credited or replaced before they came) by this line.
        """
        self.ensure_one()
        awaited = 0.0
        if (
            self.state in ("submitted", "approved")
            and not self.order_id.is_closed_short
        ):
            awaited = self._get_granted_quantity()
        given = max(self.quantity_accepted, self._get_quantity_exchanged())
        return self._to_product_uom(
            max(0.0, max(awaited, given) - self.quantity_received)
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

    def _get_quantity_to_receive(self):
        self.ensure_one()
        return max(0.0, self.quantity_approved - self.quantity_received)

    def _get_awaited_quantity(self, product):
        """How much of ``product`` was agreed and is not here, in its own unit."""
        return self._to_product_uom(self._get_quantity_to_receive())

    def _get_unplanned(self):
        """What is awaited of this line and on no open transfer.

        :return: list of ``(product, quantity, uom)``
        """
        self.ensure_one()
        if not self._is_awaited():
            return []
        uom = self.product_uom_id
        quantity = self._get_quantity_to_receive() - sum(
            move.product_uom._compute_quantity(
                move.product_uom_qty, uom, rounding_method="HALF-UP"
            )
            for move in self._get_planned_moves()
        )
        if uom.compare(quantity, 0) <= 0:
            return []
        return [(self.product_id, uom.round(quantity), uom)]

    def _is_awaited(self):
        """Whether goods are to come for this line, if they are not here."""
        self.ensure_one()
        return (
            self.goods_return == "return"
            and self.state in ("approved", "done")
            and not self.order_id.is_closed_short
        )

    def _get_planned_moves(self):
        """Open moves that are to bring goods back from the customer."""
        # sudo: as _get_received_moves
        return self.sudo().move_ids._filter_awaited()

    def _is_fully_received(self):
        self.ensure_one()
        return self.product_uom_id.is_zero(self._get_quantity_to_receive())

    def _allocate_to_deliveries(self):
        """Spread what is to come over the deliveries it came from, newest first.

        :return: list of ``(line, stock.move, quantity)``, quantities in the UoM of
            the delivery move; without an order the move is empty and the quantity in
            the UoM of the line
        """
        left_by_move = {}
        allocation = []
        for line in self:
            for product, quantity, uom in line._get_unplanned():
                if line.sale_line_id:
                    pieces = line._allocate_to_moves(
                        product, quantity, uom, left_by_move
                    )
                else:
                    pieces = {self.env["stock.move"]: quantity}
                allocation += [(line, move, qty) for move, qty in pieces.items()]
        return allocation

    def _allocate_to_moves(self, product, quantity, product_uom, left_by_move):
        """Spread part of this line over the deliveries of its sale line.

        :param quantity: of ``product``, in ``product_uom``
        :param dict left_by_move: what other lines left of each move; is updated
        :return: dict of ``stock.move`` to quantity in its UoM
        """
        self.ensure_one()
        moves = self.sale_line_id._get_delivered_moves()._filter_together(
            lambda move: move.product_id == product
        )
        if self.lot_ids:
            moves = moves.sorted(lambda move: not self._get_lot_lines(move))
        pieces = defaultdict(float)
        for move in moves:
            uom = move.product_uom
            if move not in left_by_move:
                left_by_move[move] = move._get_quantity_left_to_return()
            left = left_by_move[move]
            if self.lot_ids:
                left = min(left, self._sum_lot_lines(move))
            wanted = product_uom._compute_quantity(
                quantity, uom, rounding_method="HALF-UP"
            )
            taken = min(wanted, left)
            if uom.compare(taken, 0) > 0:
                pieces[move] += taken
                left_by_move[move] -= taken
                quantity -= uom._compute_quantity(
                    taken, product_uom, rounding_method="HALF-UP"
                )
        if product_uom.compare(quantity, 0) > 0 and moves:
            # Somebody else announced the same goods in a transfer of their own;
            # the ledger still grants them to us until those arrive.
            pieces[moves[0]] += product_uom._compute_quantity(
                quantity, moves[0].product_uom, rounding_method="HALF-UP"
            )
        return pieces
