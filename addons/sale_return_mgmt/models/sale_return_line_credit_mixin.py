from collections import defaultdict

from odoo import api, models
from odoo.fields import Command

from ..tools.amounts import Amounts
from ..tools.credit_book import CreditBook, Piece


class SaleReturnLineCreditMixin(models.AbstractModel):
    """What is credited for a return line, to the cent: before it is, as a preview, and
    on the credit note."""

    _name = "sale.return.line.credit.mixin"
    _description = "Return Line Credit"

    @api.depends(
        "price_unit",
        "credit_percent",
        "fee_percent",
        "discount",
        "tax_ids",
        "quantity",
        "quantity_approved",
        "state",
        "sale_line_id.invoice_lines.quantity",
        "sale_line_id.invoice_lines.parent_state",
        "refund_line_ids.quantity",
        "refund_line_ids.price_subtotal",
        "refund_line_ids.price_total",
        "refund_line_ids.parent_state",
        # Together they share what belongs to a whole invoice.
        "order_id.line_ids.quantity",
        "order_id.line_ids.quantity_approved",
        "order_id.line_ids.credit_percent",
    )
    def _compute_price_subtotal(self):
        self._load_invoices()
        for order, lines in self.grouped("order_id").items():
            amounts = (order.line_ids | lines)._get_amounts()
            for line in lines:
                line.price_subtotal, line.price_tax, line.price_fee = amounts[line]
                line.price_total = line.price_subtotal + line.price_tax

    def _load_invoices(self):
        """Read for all lines in one go what is looked at invoice by invoice."""
        # sudo: see _get_credit_pieces
        lines_sudo = self.sudo()
        lines_sudo.refund_line_ids.move_id.fetch(["state", "move_type"])
        rivals_sudo = lines_sudo.order_id.line_ids.sale_line_id.return_line_ids
        rivals_sudo.fetch(["state"])
        rivals_sudo.mapped("refund_line_ids")
        invoices_sudo = lines_sudo.sale_line_id.invoice_lines.move_id
        items_sudo = invoices_sudo.line_ids
        # One of their own fields brings all others of all records along.
        items_sudo.mapped("display_type")
        for name in ("tax_ids", "tax_tag_ids", "sale_line_ids", "matched_credit_ids"):
            items_sudo.mapped(name)
        invoices_sudo.mapped("move_type")
        invoices_sudo.mapped("reversal_move_ids")

    # === THE PREVIEW === #

    def _get_amounts(self, book=None):
        """What the customer gets for the granted quantities, by line.

        Credit note lines stand as they are, whatever was lowered since; posted invoice
        lines as they will be credited; what is not invoiced as the order, or else the
        line itself, has it.

        :param CreditBook book: to go on with afterwards
        :return: dict of line to ``[untaxed, tax, fee]``; the first two without the fee,
            which has its taxes
        """
        book = book or CreditBook()
        amounts, open_base_lines = {}, defaultdict(list)
        for line in self.sorted(lambda line: line.id or line._origin.id or 0):
            amounts[line] = line._get_credited_amounts()
            if not (line.product_id and line.product_uom_id):
                continue
            quantity = line._get_granted_for_credit() - line._get_quantity_in_credit()
            if line.sale_line_id:
                due = line._get_due_quantity()
                pieces, missing = book.take(line, due)
                for piece in pieces:
                    _add(amounts[line], piece.net, piece.fee)
                if line.sale_line_id._is_invoiced_in_full():
                    continue  # others credited the rest
                quantity += missing - due
            if line.product_uom_id.compare(quantity, 0) > 0:
                open_base_lines[line.sale_line_id.order_id].append(
                    line._prepare_base_line(quantity)
                )
        company = self.company_id[:1] or self.env.company
        for base_lines in open_base_lines.values():
            parts = Amounts.of_document(base_lines, company)
            for base_line, part in zip(base_lines, parts, strict=True):
                line = base_line["record"]
                # sudo: see _get_credit_pieces
                source = line.sale_line_id.sudo() or line
                fee = book.take_fee(line, {source: part})
                _add(amounts[line], part - fee, fee)
        return amounts

    def _get_due_quantity(self):
        """What will be credited once all that was granted is accepted: what was not
        invoiced, or credited by others, is not."""
        self.ensure_one()
        return self.sale_line_id._get_due_by_line(granted=self)[self]

    def _get_credited_amounts(self):
        """``[untaxed, tax, fee]`` that credit notes have for this line, drafts too,
        less what was invoiced back."""
        untaxed = tax = fee = 0.0
        # sudo: see _get_credit_pieces
        for move_line in self.sudo().refund_line_ids:
            if move_line.parent_state != "cancel":
                sign = move_line.move_id.direction_sign
                untaxed += sign * move_line.price_subtotal
                tax += sign * (move_line.price_total - move_line.price_subtotal)
                if move_line.is_return_fee:
                    fee -= sign * move_line.price_total
        return [untaxed, tax, fee]

    def _prepare_base_line(self, quantity):
        """What is not invoiced of this line, for the tax engine."""
        self.ensure_one()
        # sudo: see _get_credit_pieces
        source = self.sale_line_id.sudo() or self
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            quantity=quantity,
            price_unit=self._get_credited_price(source),
            discount=source.discount,
            tax_ids=source.tax_ids,
            partner_id=self.order_id.partner_id,
            currency_id=self.currency_id or self.env.company.currency_id,
        )

    # === THE CREDIT NOTE === #

    def _allocate_by_company(self):
        """What ``_allocate_to_invoices`` says of the lines of each company."""
        return {
            company: lines.with_company(company)._allocate_to_invoices()
            for company, lines in self.grouped("company_id").items()
        }

    def _allocate_to_invoices(self, book=None):
        """Spread what is to be credited over the invoices, the oldest first.

        :param CreditBook book: to go on with afterwards
        :return: dict of ``(return order, invoice)`` to list of ``Piece``; without an
            order there is no invoice, the line itself is the source and tells the price
        """
        self._load_invoices()
        book = book or CreditBook()
        allocation = defaultdict(list)
        for line in self:
            quantity = line.quantity_to_refund
            if line.product_uom_id.compare(quantity, 0) <= 0:
                continue
            if not line.sale_line_id:
                no_invoice = self.env["account.move"]
                allocation[line.order_id, no_invoice].append(
                    Piece(line, line, quantity, Amounts(), {}, Amounts())
                )
                continue
            pieces, _rest = book.take(line, quantity)
            for piece in pieces:
                allocation[line.order_id, piece.source.move_id].append(piece)
        for (order, invoice), pieces in allocation.items():
            if not invoice:
                allocation[order, invoice] = self._price_without_order(pieces, book)
        return allocation

    @api.model
    def _price_without_order(self, pieces, book):
        """The pieces with their amounts: nothing is exact but the whole document."""
        parts = Amounts.of_document(
            [piece.line._prepare_base_line(piece.quantity) for piece in pieces],
            pieces[0].line.company_id,
        )
        return [
            piece._replace(
                amounts=part, fee=book.take_fee(piece.line, {piece.source: part})
            )
            for piece, part in zip(pieces, parts, strict=True)
        ]

    @api.model
    def _prepare_refund_lines_vals(self, piece):
        """Values of the credit note lines of one ``Piece``: the goods, their share of
        each line that belongs to the whole invoice, and the fee."""
        vals_list = [
            piece.line._prepare_refund_line_vals(piece),
            *(
                piece.line._prepare_refund_share_vals(piece, shared)
                for shared, amounts in piece.shares.items()
                if any(amounts.values())
            ),
        ]
        if any(piece.fee.values()):
            vals_list.append(piece.line._prepare_refund_fee_vals(piece))
        return vals_list

    def _prepare_refund_line_vals(self, piece):
        """Values of the credit note line that takes back part of an invoice line; its
        quantity is in the UoM of the return line, which the credit note keeps."""
        self.ensure_one()
        source = piece.source
        vals = {
            "product_id": source.product_id.id,
            "quantity": piece.quantity,
            "product_uom_id": self.product_uom_id.id,
            "price_unit": self._get_credited_price(source),
            "tax_ids": [Command.set(source.tax_ids.ids)],
            "return_line_id": self.id,
        }
        if source == self:
            return vals
        vals.update(
            name=source.name,
            discount=source.discount,
            account_id=source.account_id.id,
            analytic_distribution=source.analytic_distribution,
            sale_line_ids=[Command.set(self.sale_line_id.ids)],
            return_origin_line_id=source.id,
        )
        vals["extra_tax_data"] = self._prepare_extra_tax_data(
            piece, piece.amounts, vals
        )
        return vals

    def _prepare_refund_share_vals(self, piece, shared):
        """Values of the credit note line that takes back this line's share of a line
        that belongs to the whole invoice.

        It is no line of the sales order: what it says of quantities means nothing.
        """
        amounts = piece.parts[shared]
        included = shared.tax_ids.flatten_taxes_hierarchy().filtered("price_include")
        vals = {
            "product_id": shared.product_id.id,
            "name": shared.name,
            "quantity": 1,
            "product_uom_id": shared.product_uom_id.id,
            "price_unit": amounts.untaxed
            + amounts.get_tax(lambda tax_id: tax_id in included.ids),
            "discount": 0.0,
            "tax_ids": [Command.set(shared.tax_ids.ids)],
            "account_id": shared.account_id.id,
            "analytic_distribution": shared.analytic_distribution,
            "return_line_id": self.id,
            "return_origin_line_id": shared.id,
        }
        vals["extra_tax_data"] = self._prepare_extra_tax_data(piece, amounts, vals)
        return vals

    def _prepare_extra_tax_data(self, piece, amounts, vals, computation_key=None):
        # Without an order the amounts are at no rate yet: the engine applies it.
        invoice = piece.source != piece.line and piece.source.move_id
        return amounts.to_extra_tax_data(
            computation_key or f"sale_return,{vals['return_origin_line_id']}",
            currency_id=(invoice or self).currency_id.id,
            rate=invoice.invoice_currency_rate if invoice else 1.0,
            **{name: vals[name] for name in ("price_unit", "discount", "quantity")},
        )


def _add(sums, net, fee):
    """Add what is credited, and the fee that is off it, to ``[untaxed, tax, fee]``."""
    sums[0] += net.untaxed
    sums[1] += net.get_tax()
    sums[2] += fee.total
