from odoo import fields, models

from ..exceptions import return_error


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = [
        "account.move",
        "sale.return.link.mixin",
        "sale.return.source.mixin",
        "sale.return.credit.note.mixin",
    ]

    return_order_id = fields.Many2one(
        "sale.return.order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The return that this credit note settles.",
    )

    def write(self, vals):
        states = {move: move.state for move in self} if "state" in vals else {}
        res = super().write(vals)
        changed = self.filtered(lambda move: states.get(move, move.state) != move.state)
        changed._on_return_refund_changed()
        return res

    def unlink(self):
        orders_sudo = self.sudo().return_order_id  # sudo: as _on_return_refund_changed
        res = super().unlink()
        self.env["sale.return.event"]._log(orders_sudo, "credit_undone")
        orders_sudo._check_done()
        return res

    def _post(self, soft=True):
        self._link_typed_lines()
        self._check_return_quantities()
        # Odoo reads the transfers of each line by itself: have them all read before.
        refunds = self.filtered("return_order_id")
        refunds.invoice_line_ids.sale_line_ids.move_ids.mapped("is_dropship")
        posted = super()._post(soft=soft)
        returns_sudo = posted._set_off_replacements()
        (posted | returns_sudo.refund_ids.sudo(False))._plan_refund_payments()
        return posted

    def _set_off_replacements(self):
        """Whichever is posted last, the credit note or the invoice of what replaces the
        goods, settles against the other.

        :return: the returns, in ``sudo``
        """
        # sudo: accountants may only read returns
        moves_sudo = self.sudo()
        replaced = moves_sudo.return_order_id.filtered(
            lambda order: order._get_lines_to_replace()
        )
        sold = moves_sudo.invoice_line_ids.sale_line_ids.order_id
        returns = replaced | sold.replacement_return_id
        returns._set_off_replacements()
        return returns

    def _link_typed_lines(self):
        """What an accountant typed in place of our line, for the same product, credits
        the same goods: else these would be credited once more."""
        # sudo: accountants may only read returns
        for refund_sudo in self.sudo().filtered("return_order_id"):
            sold = refund_sudo.reversed_entry_id.invoice_line_ids.sale_line_ids
            lines = refund_sudo.invoice_line_ids
            credited = lines.filtered(lambda line: not line._is_return_share())
            removed = refund_sudo.return_order_id.line_ids - credited.return_line_id
            removed_by_product = removed.filtered(
                lambda line, sold=sold: (
                    not line.discrepancy
                    and not line._is_even_exchange()
                    and (not line.sale_line_id or line.sale_line_id in sold)
                )
            ).grouped("product_id")
            typed = lines.filtered(lambda line: not line.return_line_id)
            for product, product_lines in typed.grouped("product_id").items():
                if product in removed_by_product:
                    product_lines._link_to_return(removed_by_product[product][0])

    def _check_return_quantities(self):
        """A return's credit note may be lowered by an accountant, never raised above
        what was accepted and invoiced."""
        # sudo: accountants may only read returns
        lines_sudo = self.sudo().invoice_line_ids.filtered(
            lambda line: (
                line.move_id.return_order_id
                and line.return_line_id
                and not line._is_return_share()
            )
        )
        for return_line, lines in lines_sudo.grouped("return_line_id").items():
            uom = return_line.product_uom_id
            asked = sum(
                line.product_uom_id._compute_quantity(line.quantity, uom, round=False)
                for line in lines
            )
            accepted = return_line.quantity_for_credit
            credited = return_line._get_quantity_credited(("posted",))
            self._check_return_quantity(return_line, uom, asked, accepted - credited)
        # Others may have credited the invoice meanwhile.
        ordered_sudo = lines_sudo.filtered("sale_line_ids")
        for sale_line, lines in ordered_sudo.grouped("sale_line_ids").items():
            asked = sum(line._get_quantity_sold(sale_line) for line in lines)
            invoiced = sale_line._sum_invoice_lines(
                lambda move: move.state == "posted" and move not in self
            )
            self._check_return_quantity(
                lines.return_line_id[:1], sale_line.product_uom_id, asked, invoiced
            )

    def _check_return_quantity(self, return_line, uom, asked, possible):
        if uom.compare(asked, possible) <= 0:
            return
        possible = max(0.0, uom.round(possible))
        raise return_error(
            "QTY_EXCEEDS_RETURNABLE",
            self.env._(
                "%(order)s: %(asked)s %(uom)s of %(product)s are to be credited, but "
                "only %(possible)s were accepted and invoiced and are not credited "
                "yet. Lower the quantity on the credit note.",
                order=return_line.order_id.name,
                asked=f"{uom.round(asked):g}",
                uom=uom.name,
                product=return_line.product_id.display_name,
                possible=f"{possible:g}",
            ),
            line=return_line,
            asked=uom.round(asked),
            returnable=possible,
        )

    def action_view_return_order(self):
        return self.return_order_id._get_records_action()

    def _get_returns(self):
        """The return that a credit note settles, those of what an invoice sold."""
        sold = self.invoice_line_ids.sale_line_ids
        return self.return_order_id or sold.return_line_ids.order_id

    def _on_return_refund_changed(self):
        """Let the returns follow what happens to their credit notes, and to the
        invoices that reverse those."""
        # sudo: accountants may only read returns
        moves_sudo = self.sudo()
        refunds_sudo = moves_sudo.filtered("return_order_id")
        refunds_sudo.filtered(
            lambda move: move.state != "posted"
        )._drop_planned_refund_payments()
        others_sudo = moves_sudo - refunds_sudo
        reversals_sudo = others_sudo.filtered("reversed_entry_id.return_order_id")
        Event = self.env["sale.return.event"]
        posted = refunds_sudo.filtered(lambda move: move.state == "posted")
        for event_type, moves in (
            ("credit_posted", posted),
            ("credit_undone", refunds_sudo - posted),
        ):
            payloads = {
                order: {"credit_notes": order_moves.mapped("name")}
                for order, order_moves in moves.grouped("return_order_id").items()
            }
            Event._log(moves.return_order_id, event_type, payloads=payloads)
        for move in reversals_sudo.filtered(lambda move: move.state == "posted"):
            order = move.reversed_entry_id.return_order_id
            Event._log(order, "credit_undone", payloads={order: {"by": move.name}})
        # An invoice posted after the goods came back may make a credit due.
        returns = others_sudo.invoice_line_ids.sale_line_ids.return_line_ids.order_id
        (refunds_sudo.return_order_id | returns)._check_done()

    def _invoice_paid_hook(self):
        """Sales orders hear of their credit notes in a note, see ``message_post``."""
        refunds = self.filtered("return_order_id")
        super(
            AccountMove, refunds.with_context(sale_return_log_note=True)
        )._invoice_paid_hook()
        return super(AccountMove, self - refunds)._invoice_paid_hook()

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Credit notes of returns, each with its own invoice, in one batch.

        Odoo pairs by position what ``_post`` names without repetition, so that two
        credit notes of one invoice would take the invoices of others.
        """
        ours = reverse_moves.filtered("return_order_id")
        others = reverse_moves - ours
        together = (ours | ours.reversed_entry_id).ids
        plan = [
            lines
            for invoice, refunds in ours.grouped("reversed_entry_id").items()
            for lines in (invoice | refunds)
            .with_prefetch(together)
            ._get_open_lines_by_account()
        ]
        if plan:
            self.env["account.move.line"].with_context(
                move_reverse_cancel=move_reverse_cancel
            )._reconcile_plan(plan)
        if others:
            super(AccountMove, others.reversed_entry_id)._reconcile_reversed_moves(
                others, move_reverse_cancel
            )
        return reverse_moves

    def _get_open_lines_by_account(self):
        """Lines that Odoo would reconcile, together by account and currency."""
        lines = self.line_ids.filtered(
            lambda line: (
                not line.reconciled
                and (
                    line.account_id.reconcile
                    or line.account_type in ("asset_cash", "liability_credit_card")
                )
            )
        )
        return lines.grouped(lambda line: (line.account_id, line.currency_id)).values()
