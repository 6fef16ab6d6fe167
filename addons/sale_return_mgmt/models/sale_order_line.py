import math
from collections import defaultdict

from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = [
        "sale.order.line",
        "sale.return.guard.mixin",
        "sale.return.obstacle.sold.mixin",
        "sale.return.replacement.sold.mixin",
    ]

    return_line_ids = fields.One2many(
        "sale.return.order.line", "sale_line_id", "Return Lines", readonly=True
    )
    replacement_line_id = fields.Many2one(
        "sale.return.order.line",
        "Replaces",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The return line that the customer gets these goods for.",
    )
    quantity_returnable = fields.Float(
        "Returnable", digits="Product Unit", compute="_compute_quantity_returnable"
    )

    @api.depends_context("hide_partner_ref")
    def _compute_display_name(self):
        return super()._compute_display_name()

    @api.depends("move_ids.state", "return_line_ids.state")
    def _compute_quantity_returnable(self):
        returnable = self._get_returnable_quantities()
        for line in self:
            line.quantity_returnable = line.product_id.uom_id._compute_quantity(
                max(0.0, returnable[line]),
                line.product_uom_id,
                rounding_method="HALF-UP",
            )

    def _additional_name_per_id(self):
        """On a return all lines are of one customer; the key is Odoo's own."""
        if self.env.context.get("hide_partner_ref"):
            return {}
        return super()._additional_name_per_id()

    # === WHAT THE ORDER COUNTS === #

    @api.depends("return_line_ids.quantity_for_credit")
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        """Goods the customer gives back for credit count as not delivered from the
        moment they are accepted."""
        delivered = super()._prepare_qty_delivered()
        for line in self:
            accepted = line._get_quantity_accepted_back()
            if accepted:
                delivered[line] -= accepted
        return delivered

    def _get_outgoing_incoming_moves(self, strict=True):
        """Transfers of returns do not count by themselves, whatever the dock ticks on
        them: what was accepted does."""
        outgoing, incoming = super()._get_outgoing_incoming_moves(strict=strict)
        returned = (
            (outgoing | incoming)
            .with_prefetch(self.move_ids._prefetch_ids)
            .filtered("picking_id.return_order_id")
        )
        return outgoing - returned, incoming - returned

    def _prepare_qty_invoiced(self):
        """Credit notes count in the unit of the return: sum, then round."""
        invoiced = super()._prepare_qty_invoiced()
        for line in self:
            if line.return_line_ids:
                invoiced[line] = line.product_uom_id.round(
                    line._sum_invoice_lines(
                        lambda move: (
                            move.state != "cancel"
                            or move.payment_state == "invoicing_legacy"
                        )
                    )
                )
        return invoiced

    def _sum_invoice_lines(self, is_counted):
        """Invoiced less credited quantity, unrounded, in the line's UoM.

        :param is_counted: predicate on the ``account.move``
        """
        self.ensure_one()
        return sum(
            -invoice_line.move_id.direction_sign * invoice_line._get_quantity_sold(self)
            for invoice_line in self._get_invoice_lines()
            if is_counted(invoice_line.move_id)
        )

    @api.depends("return_line_ids.quantity_for_credit")
    def _compute_qty_to_invoice(self):
        """What came back is not invoiced again under the ordered-quantities policy;
        the other policy sees it in the delivered quantity."""
        res = super()._compute_qty_to_invoice()
        for line in self:
            if line._is_invoiced_on_order():
                accepted = line._get_quantity_accepted_back()
                if accepted:
                    line.qty_to_invoice = (
                        line.product_uom_qty - accepted - line.qty_invoiced
                    )
        return res

    @api.depends("return_line_ids.quantity_for_credit")
    def _compute_invoice_status(self):
        res = super()._compute_invoice_status()
        for line in self:
            if line.invoice_status == "no" and line.state == "sale":
                accepted = line._get_quantity_accepted_back()
                if (
                    accepted
                    and line.product_uom_id.compare(
                        line.qty_invoiced + accepted, line.product_uom_qty
                    )
                    >= 0
                ):
                    line.invoice_status = "invoiced"
        return res

    def _is_invoiced_on_order(self):
        self.ensure_one()
        return (
            self.state == "sale"
            and not self.display_type
            and self.product_id.type != "combo"
            and self.product_id.invoice_policy == "order"
        )

    def _get_quantity_accepted_back(self):
        """What customers gave back or keep for credit, in the line's UoM."""
        self.ensure_one()
        quantity = sum(
            return_line.product_uom_id._compute_quantity(
                return_line.quantity_for_credit, self.product_uom_id, round=False
            )
            for return_line in self.return_line_ids
        )
        # Twelve single pieces are a dozen: only their sum may be rounded.
        return self.product_uom_id.round(quantity) if quantity else 0.0

    # === THE LEDGER OF RETURNS === #

    def _get_delivered_moves(self):
        """Done moves to the customer, newest first, in ``sudo``."""
        return (
            self._get_sold_moves()
            ._filter_to_customer()
            .sorted(lambda move: (move.date, move.id), reverse=True)
        )

    def _get_taken_back_moves(self):
        """Done moves from the customer, ours and native ones, in ``sudo``."""
        return self._get_sold_moves()._filter_from_customer()

    def _get_products_to_return(self):
        """Products that may come back for this line."""
        return self.product_id

    def _get_goods(self, quantity):
        """What ``quantity`` of the product leaves as: dict of product to quantity; all
        in the products' units."""
        self.ensure_one()
        return {self.product_id: quantity}

    def _get_sold_moves(self):
        return self._get_linked_moves()._filter_together(
            lambda move: move.product_id == move._get_sold_line().product_id
        )

    def _get_linked_moves(self):
        """Moves of these lines and of what replaced their goods, in ``sudo``."""
        # sudo: clerks need no rights on stock moves; the quantities are the order's
        lines_sudo = self.sudo()
        exchanged = lines_sudo.return_line_ids.filtered(
            lambda line: line.resolution == "replace"
        )
        moves_sudo = lines_sudo.move_ids
        if exchanged:
            moves_sudo |= exchanged.replacement_move_ids
        return moves_sudo

    def _sum_moves(self, moves):
        """Quantity of ``moves`` by sale line, in the product's UoM."""
        quantities = defaultdict(float)
        for move in moves:
            quantities[move._get_sold_line().id] += move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
            )
        return quantities

    def _get_delivered_quantities(self):
        """Delivered quantity by line, in the product's UoM, from the moves: what
        ``qty_delivered`` says can be typed."""
        delivered = self._sum_moves(self._get_first_deliveries())
        return {line: delivered[line.id or line._origin.id] for line in self}

    def _get_first_deliveries(self):
        """Without what inspection rejected, or what replaces goods: that is with the
        customer again, but was delivered once."""
        return self._get_delivered_moves()._filter_together(
            lambda move: not move.return_inspection_id and not move.replacement_line_id
        )

    def _get_returnable_quantities(self):
        """What may still be asked for, by line, in the product's UoM.

        Delivered, less what came back, less what other returns reserve. Negative where
        more came back than was ever delivered.
        """
        delivered = self._sum_moves(self._get_delivered_moves())
        taken_back = self._sum_moves(self._get_taken_back_moves())
        returnable = {}
        for line in self:
            # sudo: returns the user may not see reserve as well
            return_lines_sudo = line.sudo().return_line_ids
            reserved = sum(
                return_line._get_reserved_quantity()
                for return_line in return_lines_sudo
            )
            quantity = (
                delivered[line.id or line._origin.id]
                - taken_back[line.id or line._origin.id]
                - reserved
            )
            uom = line.product_id.uom_id
            returnable[line] = uom.round(quantity) if uom else 0.0
        return returnable

    def _get_returnable_goods(self):
        """As ``_get_returnable_quantities``, but dict of line to quantity by product:
        where several may come back for one line, each counts."""
        returnable = self._get_returnable_quantities()
        return {line: {line.product_id: returnable[line]} for line in self}

    def _get_returnable_lots(self):
        """What is with the customer of each lot, in the product's UoM, in ``sudo``.

        :return: dict of ``stock.lot`` to quantity above zero
        """
        quantities = defaultdict(float)
        for moves, sign in (
            (self._get_delivered_moves(), 1),
            (self._get_taken_back_moves(), -1),
        ):
            for move_line in moves.move_line_ids.filtered("lot_id"):
                quantities[move_line.lot_id] += sign * move_line.quantity_product_uom
        return {
            lot: quantity
            for lot, quantity in quantities.items()
            if lot.product_id.uom_id.compare(quantity, 0) > 0
        }

    # === WHAT WAS INVOICED === #

    def _get_posted_invoice_lines(self):
        """Posted customer invoice lines, oldest first, in ``sudo``. Invoices that
        reverse a credit note are not among them."""
        # sudo: clerks see what was invoiced through the return only
        invoice_lines_sudo = self.sudo().invoice_lines
        return invoice_lines_sudo._filter_together(
            lambda line: (
                line.parent_state == "posted"
                and line.move_id.move_type == "out_invoice"
                and not line.return_origin_line_id
                and line.quantity > 0
            )
        ).sorted(lambda line: (line.move_id.invoice_date, line.move_id.id, line.id))

    def _get_due_by_line(self, granted=None):
        """What is to be credited now of each return of this line, in its own UoM.

        Where that is less than was accepted, some of it was never invoiced or credited
        by hand: that was for what came back first.

        :param granted: return line counted as if all that it was granted was accepted
        :return: dict of return line to quantity
        """
        self.ensure_one()
        return self._share_due(
            self._get_invoice_balance(),
            self.product_uom_id,
            self._get_lines_to_credit(),
            granted,
        )

    def _share_due(self, due, uom, lines, granted):
        """Give what is ``due`` in ``uom`` to the return lines, the newest first."""
        wanted = {line: line.quantity_for_credit for line in lines}
        if granted:
            wanted = {granted: granted._get_granted_for_credit()} | {
                line: quantity
                for line, quantity in wanted.items()
                if line not in (granted, granted._origin)
            }
            unaccepted = wanted[granted] - granted.quantity_for_credit
            due = granted._take_from(due, -unaccepted, uom)
        due = max(0.0, uom.round(due))
        shares = {}
        for line in sorted(wanted, key=lambda line: -(line._origin.id or math.inf)):
            shares[line] = line._cap_quantity(
                wanted[line] - line._get_quantity_in_credit(), due, uom
            )
            due = line._take_from(due, shares[line], uom)
        return shares

    def _get_invoice_balance(self):
        """What is invoiced less what should be, in the line's UoM.

        Draft invoices do not count, drafts of credit notes do.
        """
        self.ensure_one()
        invoiced = self.sudo()._sum_invoice_lines(  # sudo: as above
            lambda move: (
                move.state == "posted"
                or (move.state == "draft" and move.move_type == "out_refund")
            )
        )
        if self._is_invoiced_on_order():
            due = self.product_uom_qty - self._get_quantity_accepted_back()
        else:
            due = self.qty_delivered
        return invoiced - due

    def _is_invoiced_in_full(self):
        """Whether nothing is left to be put on a first invoice, whatever was credited
        since."""
        self.ensure_one()
        invoiced = sum(
            line._get_quantity_sold(self) for line in self._get_posted_invoice_lines()
        )
        return self.product_uom_id.compare(invoiced, self.product_uom_qty) >= 0

    def _get_lines_to_credit(self):
        """Returns that share what is due of this line."""
        return self.return_line_ids

    def _get_quantities_left_to_credit(self):
        """What each posted invoice line still allows to be credited, oldest first.

        Credit notes that others made count: against the invoice they reverse, else
        against the oldest.

        :return: dict of invoice line to quantity in its own UoM
        """
        self.ensure_one()
        invoice_lines = self._get_posted_invoice_lines()
        left = {line: line.quantity for line in invoice_lines}
        for credit in self._get_credit_lines():
            quantity = credit.move_id.direction_sign * credit.quantity
            for line in self._get_credited_lines(credit, invoice_lines):
                uom = line.product_uom_id
                taken = min(
                    credit.product_uom_id._compute_quantity(quantity, uom, round=False),
                    left[line],
                )
                left[line] -= taken
                quantity -= uom._compute_quantity(
                    taken, credit.product_uom_id, round=False
                )
        return left

    def _get_part_left(self, invoice_line, left):
        """Which part of ``invoice_line`` is ``left``, of its price."""
        return left / invoice_line.quantity

    def _get_credit_lines(self):
        """Lines of credit notes, and of what reverses them, in ``sudo``."""
        return self.sudo().invoice_lines.filtered(  # sudo: as above
            lambda line: (
                line.parent_state != "cancel"
                and (
                    line.move_id.move_type == "out_refund" or line.return_origin_line_id
                )
            )
        )

    @api.model
    def _get_credited_lines(self, credit, invoice_lines):
        """Which of ``invoice_lines`` the credit note line ``credit`` takes back."""
        reversed_move = credit.move_id.reversed_entry_id
        credited = credit.return_origin_line_id or invoice_lines.filtered(
            lambda line: line.move_id == reversed_move
        )
        return credited & invoice_lines or invoice_lines
