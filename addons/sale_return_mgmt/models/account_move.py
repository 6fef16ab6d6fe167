from odoo import fields, models

from ..exceptions import return_error


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "sale.return.link.mixin"]

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
        self._check_return_quantities()
        return super()._post(soft=soft)

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
            accepted = return_line.quantity_accepted
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

    def _on_return_refund_changed(self):
        """Let the returns follow what happens to their credit notes, and to the
        invoices that reverse those."""
        # sudo: accountants may only read returns
        moves_sudo = self.sudo()
        refunds_sudo = moves_sudo.filtered("return_order_id")
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

    def _post_in_waves(self):
        """Post credit notes in as few batches as is safe.

        ``_post`` pairs each credit note with its invoice by position after dropping
        repeated invoices: two credit notes of one invoice must not go together.
        """
        waves = []
        for move in self:
            # Without an invoice it is paired with none.
            invoice = move.reversed_entry_id or move
            for wave in waves:
                if invoice not in wave:
                    wave[invoice] = move
                    break
            else:
                waves.append({invoice: move})
        for wave in waves:
            self.browse(move.id for move in wave.values())._post(soft=False)
