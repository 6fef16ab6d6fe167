from collections import defaultdict

from odoo import fields, models
from odoo.fields import Command

from ..exceptions import return_error


class SaleReturnDisposalMixin(models.AbstractModel):
    """What inspections do to the stock, in one batch for each kind of disposition.

    A new kind needs ``_dispose_<kind>(goods)``, and ``_take_back_<kind>()`` where its
    moves cannot simply be turned round. Always called in ``sudo``.
    """

    _name = "sale.return.disposal.mixin"
    _description = "Moves of Return Inspections"

    def _dispose(self):
        """Send the inspected goods where their disposition says."""
        for company, facts in self.grouped("company_id").items():
            facts = facts.with_company(company)
            goods = facts._allocate_waiting_goods()
            facts._check_goods_are_there(goods)
            for kind, facts_of_kind in facts.grouped(
                lambda fact: fact.disposition_id.kind
            ).items():
                getattr(facts_of_kind, f"_dispose_{kind}")(
                    [piece for piece in goods if piece["fact"] in facts_of_kind]
                )

    # === THE KINDS === #

    def _dispose_restock(self, goods):
        self._move_inside(goods)

    def _dispose_quarantine(self, goods):
        self._move_inside(goods)

    def _dispose_repair(self, goods):
        self._move_inside(goods)

    def _dispose_vendor(self, goods):
        """Set aside: in stock and valued until they leave for the vendor."""
        self._move_inside(goods)
        self._tell_purchasers()

    def _dispose_scrap(self, goods):
        self._scrap(goods)

    def _dispose_return_to_customer(self, goods):
        """Transfers to the customer that wait for the dock."""
        by_transfer = defaultdict(list)
        for piece in goods:
            receipt = piece["receipt"]
            key = (
                piece["fact"].order_id,
                piece["warehouse"],
                receipt.picking_id.partner_id,
                piece["location"],
                receipt.location_id,
                # Odoo makes order lines of what leaves in the transfer of an order.
                receipt.sale_line_id.order_id,
            )
            by_transfer[key].append(piece)
        transfers = self.env["stock.picking"].create(
            [self._prepare_send_back_transfer_vals(*key[:-1]) for key in by_transfer]
        )
        vals_list = []
        for transfer, pieces in zip(transfers, by_transfer.values(), strict=True):
            for move_pieces in self._group_into_moves(pieces):
                vals_list.append(self._prepare_send_back_vals(transfer, move_pieces))
        moves = self.env["stock.move"].create(vals_list)
        moves._action_confirm(merge=False)._action_assign()

    # === WHICH GOODS === #

    def _allocate_waiting_goods(self):
        """Which of the waiting goods each inspection is about.

        :return: list of dicts: ``fact``, ``receipt`` (move that brought them),
            ``warehouse``, ``product``, ``location``, ``lot``, ``owner``, ``package``,
            ``quantity`` (in the product's UoM)
        """
        goods = []
        for line, facts in self.grouped("line_id").items():
            waiting = line._get_waiting_goods()
            left = line.quantity_to_inspect + sum(facts.mapped("quantity"))
            for fact in facts:
                share = fact.quantity / left if left else 1.0
                goods += fact._take_waiting_goods(waiting, share)
                left -= fact.quantity
        return goods

    def _take_waiting_goods(self, waiting, share):
        """Take this inspection's goods off ``waiting``.

        :param share: part of all that waits of the line; of a kit, that part of each
            component is taken
        """
        self.ensure_one()
        line, goods = self.line_id, []
        for product in {row[0].product_id for row in waiting}:
            rows = [row for row in waiting if row[0].product_id == product]
            if product == line.product_id:
                rows = [row for row in rows if row[2] == self.lot_id]
                wanted = line._to_product_uom(self.quantity)
            else:
                wanted = product.uom_id.round(share * sum(row[-1] for row in rows))
            for row in rows:
                receipt, location, lot, owner, package, available = row
                quantity = min(wanted, available)
                if product.uom_id.compare(quantity, 0) <= 0:
                    continue
                goods.append(
                    {
                        "fact": self,
                        "receipt": receipt,
                        "warehouse": receipt.picking_type_id.warehouse_id,
                        "product": product,
                        "location": location,
                        "lot": lot,
                        "owner": owner,
                        "package": package,
                        "quantity": quantity,
                    }
                )
                row[-1] -= quantity
                wanted -= quantity
        return goods

    def _check_goods_are_there(self, goods):
        """Refuse to move what somebody took away by hand in the meantime."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "in", [piece["product"].id for piece in goods]),
                ("location_id", "in", [piece["location"].id for piece in goods]),
            ]
        )
        free = defaultdict(float)
        for quant in quants:
            free[
                quant.product_id,
                quant.location_id,
                quant.lot_id,
                quant.owner_id,
                quant.package_id,
            ] += quant.quantity - quant.reserved_quantity
        for piece in goods:
            product, location = piece["product"], piece["location"]
            if not product.is_storable or location.should_bypass_reservation():
                continue
            key = (product, location, piece["lot"], piece["owner"], piece["package"])
            if product.uom_id.compare(free[key], piece["quantity"]) < 0:
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(product)s of %(order)s: %(asked)s %(uom)s should be in "
                        "%(location)s, but only %(left)s are free there. Bring the "
                        "goods back, then repeat this step.",
                        product=" ".join(
                            filter(None, [product.display_name, piece["lot"].name])
                        ),
                        order=piece["fact"].order_id.name,
                        asked=f"{piece['quantity']:g}",
                        left=f"{max(0.0, product.uom_id.round(free[key])):g}",
                        uom=product.uom_id.name,
                        location=location.display_name,
                    ),
                    line=piece["fact"].line_id,
                )
            free[key] -= piece["quantity"]

    # === MOVES === #

    def _group_into_moves(self, goods):
        """Pieces that one move can carry: same inspection, product and places."""
        groups = defaultdict(list)
        for piece in goods:
            groups[
                piece["fact"],
                piece["product"],
                piece["location"],
                piece.get("destination"),
                piece["receipt"],
            ].append(piece)
        return groups.values()

    def _move_inside(self, goods):
        """Moves from where the goods wait to the place of their disposition."""
        for piece in goods:
            fact = piece["fact"]
            piece["destination"] = (
                fact.location_id
                or fact.disposition_id._get_location(piece["warehouse"])
            )
        moving = [piece for piece in goods if piece["location"] != piece["destination"]]
        self._keep_whole_packages(moving)
        moves = self.env["stock.move"].create(
            [
                self._prepare_inside_vals(pieces)
                for pieces in self._group_into_moves(moving)
            ]
        )
        moves.move_line_ids._apply_putaway_strategy()
        moves._action_done()

    def _keep_whole_packages(self, goods):
        """A package stays one where all of it goes to the same place."""
        by_package = defaultdict(list)
        for piece in goods:
            if piece["package"]:
                by_package[piece["package"]].append(piece)
        for package, pieces in by_package.items():
            content = sum(package.contained_quant_ids.mapped("quantity"))
            is_whole = content <= sum(piece["quantity"] for piece in pieces)
            if is_whole and len({piece["destination"] for piece in pieces}) == 1:
                for piece in pieces:
                    piece["result_package"] = package

    def _prepare_inside_vals(self, pieces):
        fact, product = pieces[0]["fact"], pieces[0]["product"]
        return {
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": sum(piece["quantity"] for piece in pieces),
            "location_id": pieces[0]["location"].id,
            "location_dest_id": pieces[0]["destination"].id,
            "company_id": fact.company_id.id,
            "origin": fact.order_id.name,
            "return_inspection_id": fact.id,
            "picked": True,
            "move_line_ids": [
                Command.create(
                    self._prepare_piece_vals(piece, pieces[0]["destination"])
                )
                for piece in pieces
            ],
        }

    def _prepare_piece_vals(self, piece, destination):
        """Values of the move line that carries one piece."""
        package = piece.get("result_package") or self.env["stock.package"]
        return {
            "product_id": piece["product"].id,
            "product_uom_id": piece["product"].uom_id.id,
            "quantity": piece["quantity"],
            "lot_id": piece["lot"].id,
            "owner_id": piece["owner"].id,
            "package_id": piece["package"].id,
            "result_package_id": package.id,
            "location_id": piece["location"].id,
            "location_dest_id": destination.id,
            "company_id": piece["fact"].company_id.id,
        }

    def _prepare_send_back_transfer_vals(
        self, order, warehouse, partner, location, customer_location
    ):
        return {
            "picking_type_id": warehouse.out_type_id.id,
            "partner_id": partner.id,
            "company_id": order.company_id.id,
            "origin": order.name,
            "location_id": location.id,
            "location_dest_id": customer_location.id,
        }

    def _prepare_send_back_vals(self, transfer, pieces):
        """Values of the move that sends received goods to the customer again."""
        fact, receipt = pieces[0]["fact"], pieces[0]["receipt"]
        product, destination = pieces[0]["product"], transfer.location_dest_id
        return {
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": sum(piece["quantity"] for piece in pieces),
            "picking_id": transfer.id,
            "picking_type_id": transfer.picking_type_id.id,
            "warehouse_id": transfer.picking_type_id.warehouse_id.id,
            "partner_id": transfer.partner_id.id,
            "location_id": transfer.location_id.id,
            "location_dest_id": destination.id,
            "company_id": fact.company_id.id,
            "origin": fact.order_id.name,
            "sale_line_id": receipt.sale_line_id.id,
            "description_picking_manual": receipt.description_picking_manual
            or product.display_name,
            "to_refund": False,
            "return_line_id": fact.line_id.id,
            "return_inspection_id": fact.id,
            "move_line_ids": [
                Command.create(
                    {
                        **self._prepare_piece_vals(piece, destination),
                        "picking_id": transfer.id,
                    }
                )
                for piece in pieces
            ],
        }

    def _scrap(self, goods):
        """Scrap in one batch, as ``stock.scrap.do_scrap`` does one by one. Without a
        transfer: one that is done keeps the loss from being booked."""
        if not goods:
            return
        sequence = self.env["ir.sequence"]
        scraps = self.env["stock.scrap"].create(
            [
                {
                    "name": sequence.next_by_code("stock.scrap"),
                    "company_id": piece["fact"].company_id.id,
                    "origin": piece["fact"].order_id.name,
                    "product_id": piece["product"].id,
                    "product_uom_id": piece["product"].uom_id.id,
                    "scrap_qty": piece["quantity"],
                    "lot_id": piece["lot"].id,
                    "owner_id": piece["owner"].id,
                    "package_id": piece["package"].id,
                    "location_id": piece["location"].id,
                    "scrap_location_id": piece["fact"]
                    .disposition_id._get_location(piece["warehouse"])
                    .id,
                }
                for piece in goods
            ]
        )
        moves = self.env["stock.move"].create(
            [
                {
                    **scrap._prepare_move_values(),
                    "return_inspection_id": piece["fact"].id,
                }
                for scrap, piece in zip(scraps, goods, strict=True)
            ]
        )
        moves.with_context(is_scrap=True)._action_done()
        scraps.write({"state": "done", "date_done": fields.Datetime.now()})

    # === UNDO === #

    def _take_back(self):
        """Bring back the goods of the inspections that ``self`` undoes."""
        for company, facts in self.grouped("company_id").items():
            facts = facts.with_company(company)
            for kind, facts_of_kind in facts.grouped(
                lambda fact: fact.disposition_id.kind
            ).items():
                worker = f"_take_back_{kind}"
                getattr(facts_of_kind, worker, facts_of_kind._turn_round)()

    def _take_back_return_to_customer(self):
        moves = self.reversed_id.move_ids
        shipped = moves.filtered(lambda move: move.state == "done")
        if shipped:
            raise return_error(
                "INVALID_STATE",
                self.env._(
                    "%(product)s of %(order)s went back to the customer with "
                    "%(transfer)s: take it in with another return.",
                    product=shipped[0].product_id.display_name,
                    order=shipped[0].return_line_id.order_id.name,
                    transfer=shipped[0].picking_id.name,
                ),
            )
        moves._action_cancel()

    def _turn_round(self):
        """Move the goods back from where the inspection put them."""
        goods = []
        for fact in self:
            for move in fact.reversed_id.move_ids:
                goods += [
                    {
                        "fact": fact,
                        "receipt": move,
                        "product": line.product_id,
                        "location": line.location_dest_id,
                        "destination": line.location_id,
                        "lot": line.lot_id,
                        "owner": line.owner_id,
                        "package": line.result_package_id,
                        "quantity": line.quantity_product_uom,
                    }
                    for line in move.move_line_ids
                ]
        self._check_goods_are_there(goods)
        self._keep_whole_packages(goods)
        moves = self.env["stock.move"].create(
            [
                {
                    **self._prepare_inside_vals(pieces),
                    # What was scrapped comes back at the value that it left with.
                    "origin_returned_move_id": pieces[0]["receipt"].id,
                }
                for pieces in self._group_into_moves(goods)
            ]
        )
        moves._action_done()
