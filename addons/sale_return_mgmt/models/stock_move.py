from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "sale.return.link.mixin", "sale.return.arrival.mixin"]

    return_line_id = fields.Many2one(
        "sale.return.order.line",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The return that this move belongs to; splits and backorders keep it.",
    )

    parcel_return_id = fields.Many2one(
        "sale.return.order",
        "Claimed By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The return that goods which came without one were added to.",
    )

    return_inspection_id = fields.Many2one(
        "sale.return.inspection",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The inspection of returned goods that made this move.",
    )

    replacement_line_id = fields.Many2one(
        "sale.return.order.line",
        "Replaces",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The return line that these goods are given for; splits, backorders and "
        "the next steps of a delivery keep it.",
    )

    # Analysis looks for what came back without a return among all that moved.
    _native_return_idx = models.Index(
        "(location_id) WHERE return_line_id IS NULL AND state = 'done'"
    )
    _native_undone_idx = models.Index(
        "(origin_returned_move_id) "
        "WHERE origin_returned_move_id IS NOT NULL AND return_line_id IS NULL"
    )

    @api.depends("return_inspection_id")
    def _compute_reference(self):
        """What an inspection moves without a transfer goes by the return's number."""
        res = super()._compute_reference()
        for move in self:
            if move.return_inspection_id and not move.reference:
                move.reference = move.return_inspection_id.order_id.name
        return res

    @api.model
    def _get_return_link_fields(self):
        return ["return_line_id", "return_inspection_id", "replacement_line_id"]

    @api.model
    def _is_copied_return_link(self, vals):
        """A backorder, a split or the reversal of a receipt: a move that the user may
        read, and that this one is taken from, has the same link."""
        origin_id = vals.get("origin_returned_move_id")
        return bool(
            self.search_count(
                [
                    *(
                        (name, "=", vals[name])
                        for name in self._get_return_link_fields()
                        if vals.get(name)
                    ),
                    ("product_id", "=", vals.get("product_id")),
                    "|",
                    ("origin_returned_move_id", "=", origin_id),
                    ("id", "=", origin_id),
                ],
                limit=1,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        # What the dock adds to a receipt must not touch the sales order: only what is
        # accepted counts as returned.
        pickings = self.env["stock.picking"].browse(
            {vals["picking_id"] for vals in vals_list if vals.get("picking_id")}
        )
        receipts = set(pickings.filtered("return_order_id").ids)
        vals_list = [
            dict(vals, to_refund=False)
            if vals.get("picking_id") in receipts or vals.get("return_line_id")
            else vals
            for vals in vals_list
        ]
        return super().create(vals_list)

    def copy_data(self, default=None):
        """A duplicated transfer is no receipt of the return. Splits, reversals and push
        rules say what differs, and stay with it."""
        vals_list = super().copy_data(default)
        if not default:
            for vals in vals_list:
                vals.pop("return_line_id", None)
                vals.pop("return_inspection_id", None)
                vals.pop("replacement_line_id", None)
        elif default.get("origin_returned_move_id"):
            # What comes back of what an inspection sent away is a receipt again.
            for vals in vals_list:
                vals.pop("return_inspection_id", None)
        return vals_list

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return super()._prepare_merge_moves_distinct_fields() + [
            "return_line_id",
            "return_inspection_id",
            "replacement_line_id",
        ]

    def _action_done(self, cancel_backorder=False):
        # sudo: a storekeeper without rights on returns receives them all the same
        unasked = self.sudo()._split_what_was_not_asked().sudo(False)
        moves = super(StockMove, self | unasked)._action_done(
            cancel_backorder=cancel_backorder
        )
        # Native returns take from the same ledger as ours.
        moves_sudo = moves.sudo()  # as above
        back_sudo = moves_sudo._filter_from_customer()
        (
            back_sudo.sale_line_id | back_sudo.replacement_line_id.sale_line_id
        )._bump_return_guard()
        ours_sudo = moves_sudo.filtered("return_line_id")
        received_sudo = ours_sudo._filter_from_customer()
        received_sudo.return_line_id.order_id._on_goods_moved("received", received_sudo)
        undone_sudo = ours_sudo._filter_receipt_reversals()
        undone_sudo.return_line_id._check_inspected_is_received()
        undone_sudo.return_line_id.order_id._on_goods_moved(
            "receipt_undone", undone_sudo
        )
        sent_back_sudo = moves_sudo.filtered("return_inspection_id")
        sent_back_sudo = sent_back_sudo._filter_to_customer()
        sent_back_sudo.return_line_id.order_id._on_goods_moved(
            "goods_sent_back", sent_back_sudo
        )
        moves_sudo.filtered("replacement_line_id")._follow_replacements()
        # What others deliver or take back may make a credit due, or undo that.
        sold_sudo = moves_sudo.sale_line_id
        (
            sold_sudo.return_line_ids | sold_sudo.replacement_line_id
        ).order_id._check_done()
        return moves

    def _follow_replacements(self):
        """Let returns follow what leaves in place of their goods, and what of it comes
        back in Odoo's own way; called in ``sudo``."""
        sent = self._filter_to_customer()
        sent.replacement_line_id._check_not_over_replaced()
        sent.replacement_line_id.order_id._on_replaced("replacement_sent", sent)
        undone = self._filter_from_customer()
        undone.replacement_line_id.order_id._on_replaced("replacement_undone", undone)

    def _push_apply(self):
        """Odoo searches push rules for each move, in its location and all above it: one
        question tells for which receipts of returns there can be any."""
        ours = self.filtered(
            lambda move: move.return_line_id and not move.move_dest_ids
        )
        if not ours:
            return super()._push_apply()
        Rule_sudo = self.env[
            "stock.rule"
        ].sudo()  # as Odoo does: of other companies too
        sources = Rule_sudo.search(
            [
                ("action", "in", ("push", "pull_push")),
                ("location_src_id", "parent_of", ours.location_dest_id.ids),
            ]
        ).location_src_id
        unpushed = ours.filtered(
            lambda move: (
                not any(move.location_dest_id._child_of(source) for source in sources)
            )
        )
        return super(StockMove, self - unpushed)._push_apply()

    def _action_cancel(self):
        # sudo: who cancels a transfer needs no rights on returns
        open_sudo = self.sudo().filtered(
            lambda move: move.state not in ("draft", "done", "cancel")
        )
        awaited_sudo = open_sudo.filtered(
            lambda move: move.return_line_id and move.location_id._is_outgoing()
        )
        res = super()._action_cancel()
        cancelled_sudo = awaited_sudo.filtered(lambda move: move.state == "cancel")
        payloads = {
            order: {"transfers": moves.picking_id.mapped("name")}
            for order, moves in cancelled_sudo.grouped(
                lambda move: move.return_line_id.order_id
            ).items()
        }
        self.env["sale.return.event"]._log(
            cancelled_sudo.return_line_id.order_id,
            "receipt_cancelled",
            payloads=payloads,
        )
        replaced_sudo = (
            open_sudo.replacement_line_id | open_sudo.sale_line_id.replacement_line_id
        )
        self.env["sale.return.event"]._log(
            replaced_sudo.order_id, "replacement_cancelled"
        )
        return res

    def _do_unreserve(self):
        moves = self
        if self.env.context.get("keep_return_reservation"):
            moves = self.filtered(lambda move: not move.return_line_id)
        return super(StockMove, moves)._do_unreserve()

    def _filter_to_customer(self):
        """Done moves that brought goods to a customer."""
        outside = self._get_customer_locations()
        return self._filter_together(
            lambda move: (
                move.state == "done"
                and move.location_dest_id in outside
                and move.location_id not in outside
            )
        )

    def _filter_from_customer(self):
        """Done moves that brought goods back from a customer."""
        return self._filter_together(
            lambda move: move.state == "done"
        )._filter_inbound()

    def _filter_awaited(self):
        """Open moves that are to bring goods back from a customer."""
        return self._filter_together(
            lambda move: move.state not in ("done", "cancel")
        )._filter_inbound()

    def _filter_heading_to_customer(self):
        """Open moves, of whatever step, that end with a customer."""
        moves = self._filter_together(lambda move: move.state not in ("done", "cancel"))
        ends = moves.location_final_id | moves.location_dest_id
        outside = ends.filtered(lambda location: location._is_outgoing())
        return moves._filter_together(
            lambda move: (move.location_final_id or move.location_dest_id) in outside
        )

    def _filter_inbound(self):
        outside = self._get_customer_locations()
        return self._filter_together(
            lambda move: (
                move.location_id in outside and move.location_dest_id not in outside
            )
        )

    def _filter_receipt_reversals(self):
        """Done moves that gave received goods back: the receipt was undone."""
        return self._filter_to_customer()._filter_together(
            lambda move: move.origin_returned_move_id.return_line_id
        )

    @api.model
    def _get_customer_moves_domains(self):
        """Which done moves count in return rates, and as what.

        :return: dict of ``Domain``: ``delivered`` to customers; ``returned`` by them,
            Odoo's own returns included; ``undone``, which takes back that something
            came back; ``sent_back``, what an inspection refused and the customer got
            again: that is neither delivered once more nor kept
        """
        # By their ids, for PostgreSQL to know how few moves some of these are.
        outside = list(self.env["stock.location"]._get_customer_location_ids())
        done = Domain("state", "=", "done")
        away = (
            done
            & Domain("location_dest_id", "in", outside)
            & Domain("location_id", "not in", outside)
        )
        accepted = away & Domain("return_inspection_id", "=", False)
        return {
            "delivered": accepted & Domain("origin_returned_move_id", "=", False),
            "returned": done
            & Domain("location_id", "in", outside)
            & Domain("location_dest_id", "not in", outside),
            "undone": accepted & Domain("origin_returned_move_id", "!=", False),
            "sent_back": away & Domain("return_inspection_id", "!=", False),
        }

    @api.model
    def _get_sold(self):
        """What was sold of what ``stock_move`` moved, for rates in SQL.

        :return: SQL of the product, and of how many of it one unit stands for
        """
        return SQL("stock_move.product_id"), SQL("1.0")

    def _get_customer_locations(self):
        locations = self.location_id | self.location_dest_id
        # Each question to Odoo costs a query: our own shelves are not outside.
        return locations.filtered(
            lambda location: location.usage != "internal" and location._is_outgoing()
        )

    def _get_sold_line(self):
        """The sold line whose goods these are, also where they replace some."""
        return self.sale_line_id or self.replacement_line_id.sale_line_id

    def _get_quantities_by_product(self):
        """Quantities of done moves by product, in the products' units."""
        quantities = defaultdict(float)
        for move in self:
            quantities[move.product_id] += move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
            )
        return quantities

    def _get_quantity_left_to_return(self):
        """What of a delivery is not taken back, nor announced to be, in its UoM."""
        self.ensure_one()
        taken = 0.0
        for move in self.returned_move_ids:
            if move.state != "cancel":
                taken += move.product_uom._compute_quantity(
                    move.quantity if move.state == "done" else move.product_uom_qty,
                    self.product_uom,
                    rounding_method="HALF-UP",
                )
        return max(0.0, self.quantity - taken)
