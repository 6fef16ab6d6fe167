from odoo import fields, models

from ..exceptions import return_error


class SaleReturnParcelMixin(models.AbstractModel):
    """Goods that came before their return was there.

    The transfer that received them knows no delivery, so it is given back on paper and
    the goods come in again through the receipts of the return: with the right value,
    lots, partial quantities and discrepancies, as if they came today.
    """

    _name = "sale.return.parcel.mixin"
    _description = "Return Parcels"

    parcel_move_ids = fields.One2many(
        "stock.move", "parcel_return_id", "Unannounced Goods", readonly=True
    )

    def _receive_parcels(self):
        """Take claimed goods in, where the return awaits goods; called in ``sudo``."""
        for order in self.filtered(lambda order: order.state == "approved"):
            moves = order.parcel_move_ids.filtered(
                lambda move: not move.returned_move_ids
            )
            if moves:
                order._check_parcels_are_here(moves)
                receipt = order.picking_ids.move_ids._filter_awaited().picking_id[:1]
                if not receipt:
                    raise return_error(
                        "INVALID_STATE",
                        self.env._(
                            "%(order)s awaits no more goods: make a return of its own "
                            "for those of %(transfers)s.",
                            order=order.name,
                            transfers=", ".join(moves.picking_id.mapped("name")),
                        ),
                    )
                order._give_parcels_back(moves)
                order._receive_again(receipt, moves)

    def _check_parcels_are_here(self, moves):
        """Refuse goods that somebody moved on meanwhile."""
        Quant = self.env["stock.quant"]
        for line in moves.move_line_ids:
            available = Quant._get_available_quantity(
                line.product_id,
                line.location_dest_id,
                lot_id=line.lot_id or None,
                owner_id=line.owner_id or None,
                strict=bool(line.lot_id),
            )
            if line.product_id.uom_id.compare(available, line.quantity_product_uom) < 0:
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(product)s of %(transfer)s is no longer in %(location)s: "
                        "bring it back there first.",
                        product=line.product_id.display_name,
                        transfer=line.picking_id.name,
                        location=line.location_dest_id.display_name,
                    ),
                )

    def _give_parcels_back(self, moves):
        for picking, picking_moves in moves.grouped("picking_id").items():
            undo = picking.create(
                {
                    "picking_type_id": picking.picking_type_id.id,
                    "partner_id": picking.partner_id.id,
                    "company_id": picking.company_id.id,
                    "origin": picking.name,
                    "location_id": picking.location_dest_id.id,
                    "location_dest_id": picking.location_id.id,
                }
            )
            undo_moves = self.env["stock.move"].create(
                [
                    {
                        "product_id": move.product_id.id,
                        "product_uom": move.product_uom.id,
                        "product_uom_qty": move.quantity,
                        "picking_id": undo.id,
                        "location_id": undo.location_id.id,
                        "location_dest_id": undo.location_dest_id.id,
                        "origin_returned_move_id": move.id,
                        "to_refund": False,
                    }
                    for move in picking_moves
                ]
            )
            self.env["stock.move.line"].create(
                [
                    self._prepare_move_line(line, undo_move, line.quantity_product_uom)
                    for move, undo_move in zip(picking_moves, undo_moves, strict=True)
                    for line in move.move_line_ids
                ]
            )
            undo._action_done()

    def _prepare_move_line(self, line, move, quantity):
        """Values of a line of ``move`` with ``quantity`` of what ``line`` has received,
        in the product's UoM."""
        return {
            "move_id": move.id,
            "picking_id": move.picking_id.id,
            "product_id": line.product_id.id,
            "product_uom_id": line.product_id.uom_id.id,
            "quantity": quantity,
            "lot_id": line.lot_id.id,
            "owner_id": line.owner_id.id,
            "location_id": move.location_id.id,
            "location_dest_id": move.location_dest_id.id,
            "picked": True,
        }

    def _receive_again(self, receipt, moves):
        """Validate ``receipt`` with what the parcels held; what is missing stays on a
        backorder."""
        receipt.move_ids.move_line_ids.unlink()
        # The goods lie where parcels are received: they go on from there as inspected
        # goods do.
        receipt.move_ids.location_dest_id = moves.location_dest_id[:1]
        receipt.move_ids.return_line_id.inspection_required = True
        vals_list = []
        for product, product_moves in moves.grouped("product_id").items():
            planned = receipt.move_ids._filter_awaited().filtered(
                lambda move, product=product: move.product_id == product
            )
            left = {move: move.product_qty for move in planned}
            if not planned:
                planned = self._add_unplanned(
                    receipt,
                    product,
                    product_moves[0].product_uom,
                    product_moves[0].location_dest_id,
                )
                left = {planned: 0.0}
            for line in product_moves.move_line_ids:
                quantity = line.quantity_product_uom
                for move in planned:
                    # What is too much goes with the last one: a discrepancy.
                    taken = (
                        quantity if move == planned[-1] else min(quantity, left[move])
                    )
                    left[move] -= taken
                    quantity -= taken
                    if product.uom_id.compare(taken, 0) > 0:
                        vals_list.append(self._prepare_move_line(line, move, taken))
        self.env["stock.move.line"].create(vals_list)
        receipt._action_done()

    def _add_unplanned(self, receipt, product, uom, location):
        """A move of ``receipt`` for a product that it does not await."""
        return self.env["stock.move"].create(
            {
                "picking_id": receipt.id,
                "product_id": product.id,
                "product_uom": uom.id,
                "product_uom_qty": 0,
                "location_id": receipt.location_id.id,
                "location_dest_id": location.id,
                "to_refund": False,
            }
        )
