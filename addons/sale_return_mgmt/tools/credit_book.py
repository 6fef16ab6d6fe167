from collections import defaultdict, namedtuple

from .amounts import Amounts, is_in_currency


class Piece(namedtuple("Piece", "line source quantity amounts shares fee")):
    """Part of a posted invoice line that a return line takes back: quantity in the unit
    of the return line, the exact amounts, those of each line of the invoice that is
    shared out (a discount on the order), by that line, and the fee that is kept back.

    Without an order the source is the return line itself.
    """

    __slots__ = ()

    @property
    def parts(self):
        """All that is credited: Amounts by the line that it is taken from."""
        return {self.source: self.amounts, **self.shares}

    @property
    def net(self):
        return sum(self.parts.values(), Amounts()) - self.fee


WHOLE = 1 - 1e-9  # what is left of thirds may not be exactly nothing


class CreditBook:
    """What posted invoices still allow to be credited, while some of it is taken.

    Whatever the parts in which a line of an invoice is credited, they add up to what
    was invoiced, in total and of each tax: a part is worth what the line is worth up to
    its end less what it is worth up to its start. Credit notes that others made count.

    All records are in ``sudo``; parts are between 0 and 1.
    """

    def __init__(self):
        self._left = {}  # by sold line: what is left of each invoice line
        self._amounts = {}  # by move: Amounts by line
        self._taken = defaultdict(Amounts)  # by invoice and line
        self._fee_bases = {}  # by return line: what it is credited so far

    def take(self, line, quantity):
        """Take ``quantity`` of the return line from the invoices, the oldest first.

        :return: list of Piece, quantity that is not invoiced; in the line's UoM
        """
        pieces = []
        sale_line = line.sale_line_id.sudo()  # sudo: see CreditBook
        left = self._get_left(sale_line)
        for source in left:
            uom = source.product_uom_id
            taken = line._cap_quantity(quantity, left[source], uom)
            if line.product_uom_id.compare(taken, 0) <= 0:
                continue
            rest = line._take_from(left[source], taken, uom)
            amounts, shares = self._take_parts(
                sale_line, source, rest, line.credit_percent
            )
            piece = Piece(line, source, taken, amounts, shares, Amounts())
            pieces.append(piece._replace(fee=self.take_fee(line, piece.parts)))
            quantity -= taken
        return pieces, quantity

    def take_charge(self, sale_line, part):
        """Take ``part`` of what was invoiced of a sold line that is credited by itself,
        as far as it is not credited yet.

        :return: list of Piece that belong to no return line
        """
        no_line = sale_line.return_line_ids.browse()
        pieces = []
        for source in self._get_left(sale_line):
            if part - self._get_credited_part(sale_line, source) > 1 - WHOLE:
                rest = source.quantity * (1 - part)
                amounts, shares = self._take_parts(sale_line, source, rest, 100.0)
                pieces.append(Piece(no_line, source, 1, amounts, shares, Amounts()))
        return pieces

    def _take_parts(self, sale_line, source, rest, percent):
        """Leave no more than ``rest`` of an invoice line.

        :return: the Amounts that are taken of it, and of each line that is shared out
        """
        start = self._get_credited_part(sale_line, source)
        shared_starts = self._get_shared_parts(source)
        self._get_left(sale_line)[source] = rest
        end = self._get_credited_part(sale_line, source)
        shared_ends = self._get_shared_parts(source)
        invoice = source.move_id
        amounts = self._take_amounts(invoice, source, start, end, percent)
        shares = {
            shared: self._take_amounts(
                invoice, shared, shared_starts[shared], shared_ends[shared], percent
            )
            for shared in shared_starts
        }
        if sum(shares.values(), amounts).total < 0:
            # No credit note takes money: the next part makes the shares good.
            for shared, share in shares.items():
                self._taken[invoice, shared] -= share
            shares = {}
        return amounts, shares

    def take_fee(self, line, parts):
        """What is kept back from the next ``parts`` that a return line is credited.

        As with the parts of an invoice line: the fee of all that is credited by then,
        less that of what was credited before. A fee that somebody took off a credit
        note does not come back with the next one.

        :param dict parts: Amounts by the line that they are taken from
        :return: Amounts, never more than those of the parts
        """
        if not line.fee_percent:
            return Amounts()
        if line not in self._fee_bases:
            self._fee_bases[line] = self._get_fee_base_credited(line)
        start = self._fee_bases[line]
        end = start + self._get_fee_base(parts)
        self._fee_bases[line] = end
        currencies = (
            line.currency_id or line.env.company.currency_id,
            (line.company_id or line.env.company).currency_id,
        )
        return (end * (line.fee_percent / 100)).rounded(*currencies) - (
            start * (line.fee_percent / 100)
        ).rounded(*currencies)

    def _get_fee_base_credited(self, line):
        """What credit notes credited of a return line, drafts too, less what was
        invoiced back: as far as a fee is taken of it."""
        base = Amounts()
        for credit in line.sudo().refund_line_ids:  # sudo: see CreditBook
            if credit.parent_state != "cancel" and not credit.is_return_fee:
                move = credit.move_id
                amounts = self._get_amounts(move).get(credit, Amounts())
                source = credit.return_origin_line_id or credit
                base += self._get_fee_base({source: amounts * move.direction_sign})
        return base

    def _get_fee_base(self, parts):
        """What a fee is taken of: all but fixed taxes, and what others are on those."""
        base = Amounts()
        for source, amounts in parts.items():
            is_invoiced = source._name == "account.move.line"
            whole = (
                self._get_amounts(source.move_id)[source] if is_invoiced else amounts
            )
            base += amounts.without_fixed(source.tax_ids, whole)
        return base

    def _get_left(self, sale_line):
        if sale_line not in self._left:
            self._left[sale_line] = sale_line._get_quantities_left_to_credit()
        return self._left[sale_line]

    def _get_credited_part(self, sale_line, source):
        """Part of an invoice line that is credited by now."""
        left = self._get_left(sale_line).get(source)
        part = 1 - sale_line._get_part_left(source, left) if left is not None else 0.0
        return 1.0 if part > WHOLE else max(0.0, part)

    def _get_shared_parts(self, source):
        """Part that is credited by now of the lines that ``source`` shares, by line."""
        parts = {}
        shared_lines = source.move_id._get_shared_out_lines()
        amounts = shared_lines and self._get_amounts(source.move_id)
        for shared in shared_lines:
            sharers = source.move_id._get_sharers(shared)
            if source not in sharers:
                continue
            total = credited = 0.0
            for sharer in sharers:
                worth = amounts[sharer].untaxed
                total += worth
                for sale_line in sharer.sale_line_ids[:1]:
                    credited += worth * self._get_credited_part(sale_line, sharer)
            part = credited / total if total else 0.0
            parts[shared] = 1.0 if part > WHOLE else part
        return parts

    def _get_amounts(self, move):
        if move not in self._amounts:
            self._amounts[move] = move._get_amounts_by_line()
        return self._amounts[move]

    def _take_amounts(self, invoice, source, start, end, percent):
        """What the part from ``start`` to ``end`` is worth of a line of the invoice, or
        of one that belongs to the whole of it."""
        whole = self._get_whole(invoice, source)
        amounts = source._get_amounts_of_part(whole, end, percent)
        if start:
            amounts -= source._get_amounts_of_part(whole, start, percent)
            credits = source._get_credits(invoice)
            credited = self._taken[invoice, source] + self._sum_credits(
                invoice, credits
            )
            if percent == 100:
                before = source._get_amounts_of_part(whole, start)
                amounts += self._get_correction(
                    invoice, source, credits, before - credited
                )
            amounts = amounts.within(whole - credited)
        amounts = amounts.rounded(invoice.currency_id, invoice.company_currency_id)
        self._taken[invoice, source] += amounts
        return amounts

    def _get_whole(self, invoice, source):
        amounts = self._get_amounts(source.move_id)[source]
        if source.move_id == invoice:
            return amounts
        part = invoice._get_part_of_payment(source.move_id)
        return (amounts * -part).rounded(
            invoice.currency_id, invoice.company_currency_id
        )

    def _get_correction(self, invoice, source, credits, difference):
        """By how much others rounded differently what is credited already. A larger
        difference is no rounding: it was meant; but nobody means to leave out what
        belongs to the whole invoice.

        :param credits: lines of credit notes that took of ``source``
        :param Amounts difference: by which what is credited lacks
        """
        if any(line.credit_percent < 100 for line in credits.return_line_id):
            return Amounts()
        if source in invoice._get_shared_out_lines():
            return difference
        tolerance = 1.5 * source.currency_id.rounding * (1 + len(credits))
        if source.currency_id != source.company_currency_id:
            # Theirs may have been booked at another day's rate.
            difference = difference.part(is_in_currency)
        return difference if difference.is_about(Amounts(), tolerance) else Amounts()

    def _sum_credits(self, invoice, credits):
        """What ``credits`` took back, as at the invoice's rate: what others booked at
        another day's rate leaves no less, nor more, for the rest."""
        total = Amounts()
        for credit in credits:
            move = credit.move_id
            amounts = self._get_amounts(move).get(credit, Amounts())
            rate = move.invoice_currency_rate / (invoice.invoice_currency_rate or 1.0)
            total += amounts.at_rate(rate) * move.direction_sign
        return total
