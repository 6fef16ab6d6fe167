from odoo import api, fields, models

from odoo.addons.sale_return_mgmt.models.sale_return_line_price_mixin import (
    MONEY_GROUPS,
)
from odoo.addons.sale_return_mgmt.tools.credit_book import CreditBook

SOLD = "line_ids.sale_line_id.order_id.order_line"
# What says whether a delivery charge is due, and what is credited of it.
DELIVERY_FACTS = (
    "state",
    "legal_basis",
    "line_ids.goods_return",
    "line_ids.quantity",
    "line_ids.quantity_approved",
    "line_ids.resolution",
    "line_ids.delivery_part",
    "line_ids.refund_delivery",
    f"{SOLD}.return_line_ids.quantity_for_credit",
    f"{SOLD}.return_line_ids.quantity_to_refund",
    f"{SOLD}.invoice_lines.parent_state",
    f"{SOLD}.invoice_lines.return_credit_line_ids.parent_state",
)


class SaleReturnOrder(models.Model):
    """The return that completes what comes back of a sales order credits its delivery
    charge, once."""

    _inherit = "sale.return.order"

    amount_delivery = fields.Monetary(
        "Delivery Refund",
        compute="_compute_amounts",
        store=True,
        groups=MONEY_GROUPS,
        help="Delivery charge that is credited, taxes included. The other amounts "
        "include it.",
    )

    @api.depends(*DELIVERY_FACTS)
    def _compute_amounts(self):
        res = super()._compute_amounts()
        for order in self._skip_copies("amount_delivery"):
            untaxed, tax = order._get_delivery_amounts()
            currency = order.currency_id
            order.amount_delivery = currency.round(untaxed + tax)
            if untaxed or tax:
                order.amount_untaxed = currency.round(order.amount_untaxed + untaxed)
                order.amount_tax = currency.round(order.amount_tax + tax)
                order.amount_total = currency.round(order.amount_total + untaxed + tax)
        return res

    @api.depends("amount_delivery")
    def _compute_amount_asked(self):
        """What the goods are worth: the charge is beside them."""
        res = super()._compute_amount_asked()
        for order in self:
            order.amount_asked -= order.amount_delivery
        return res

    def _get_customer_charges(self):
        charges = super()._get_customer_charges()
        if self.amount_delivery:
            charges.append((self.env._("Delivery"), self.amount_delivery))
        return charges

    @api.depends(*DELIVERY_FACTS)
    def _compute_refund_status(self):
        return super()._compute_refund_status()

    def _freeze_policy(self, override_reason=False):
        res = super()._freeze_policy(override_reason)
        for line in self.sudo().line_ids._filter_charged():  # workflow fields
            line.write(line._get_delivery_of_policy(line.policy_id))
        return res

    def _has_money_pending(self):
        if super()._has_money_pending():
            return True
        due = self._get_delivery_due()
        return bool(due and self._take_delivery(CreditBook(), due))

    def _api_terms(self):
        terms = super()._api_terms()
        if self._api_shows_money():
            terms["amount_delivery"] = self.amount_delivery
        return terms

    def _explain_amounts(self, policies):
        texts = super()._explain_amounts(policies)
        if self.state not in ("draft", "submitted"):
            return texts
        due = self._get_delivery_due(as_granted=True)
        for sale_order in self.line_ids._filter_charged().sale_line_id.order_id:
            part = due.get(sale_order)
            if part is None:
                text = self.env._(
                    "The delivery charge of %s is not refunded: not all that was "
                    "delivered of it comes back.",
                    sale_order.name,
                )
            elif not part:
                text = self.env._(
                    "The delivery charge of %s is not refunded: the policy does not "
                    "provide for it.",
                    sale_order.name,
                )
            elif part < 1:
                text = self.env._(
                    "Of the delivery charge of %s the customer gets what the standard "
                    "delivery would have cost: all of the order comes back.",
                    sale_order.name,
                )
            else:
                text = self.env._(
                    "The delivery charge of %s is refunded: all of the order comes "
                    "back.",
                    sale_order.name,
                )
            texts.append(text)
        return texts

    # === WHAT IS DUE === #

    def _get_delivery_due(self, as_granted=False):
        """Which part of which delivery charges this return is to credit.

        Policies of its lines may differ: the customer gets the most that one says.

        :param as_granted: as if all that this return was granted was accepted
        :return: dict of sales order to part
        """
        self.ensure_one()
        due = {}
        # sudo: clerks need no rights on what else was returned
        lines_sudo = self.sudo().line_ids._filter_charged()
        for sale_order, lines in lines_sudo.grouped(
            lambda line: line.sale_line_id.order_id
        ).items():
            expected = lines if as_granted else lines.browse()
            if sale_order._is_given_back(expected) and self._is_completing(
                lines, expected
            ):
                returns = sale_order.order_line.return_line_ids.filtered(
                    "quantity_for_credit"
                ).order_id
                withdrawn = all(
                    order.legal_basis == "withdrawal"
                    for order in returns | lines.order_id
                )
                due[sale_order] = max(
                    line.delivery_part if line.refund_delivery or withdrawn else 0.0
                    for line in lines
                )
        return due

    def _is_completing(self, lines, expected):
        """Whether this is the return that completes the others of the same sales order:
        the one that still waits for its goods or their credit, or else the newest.

        :param lines: of this return and that sales order
        """
        if any(not line._is_given_back(False) for line in expected):
            return True
        accepted = lines.sale_line_id.order_id.order_line.return_line_ids.filtered(
            "quantity_for_credit"
        )
        waiting = accepted.filtered("quantity_to_refund")
        return (waiting or accepted).order_id.sorted("id")[-1:] == self._origin

    def _take_delivery(self, book, due):
        """What is credited of the delivery charges in ``due``, as far as it is not.

        :return: list of Piece without return line
        """
        return [
            piece
            for sale_order, part in due.items()
            for sale_line in sale_order._get_delivery_lines()
            for piece in book.take_charge(sale_line, part)
        ]

    def _get_delivery_amounts(self):
        """``(untaxed, tax)`` of what is credited of delivery charges, drafts too, and
        of what will be."""
        untaxed = tax = 0.0
        for line in self._get_delivery_credits():
            sign = line.move_id.direction_sign
            untaxed += sign * line.price_subtotal
            tax += sign * (line.price_total - line.price_subtotal)
        if self.state in ("draft", "submitted", "approved", "done"):
            due = self._get_delivery_due(as_granted=True)
            if due:
                book = CreditBook()
                self.line_ids._get_amounts(book)  # the goods come first
                for piece in self._take_delivery(book, due):
                    untaxed += piece.net.untaxed
                    tax += piece.net.get_tax()
        return untaxed, tax

    def _get_delivery_credits(self):
        """Lines of this return's credit notes, and of what reverses them, that credit
        delivery charges: those that belong to no return line."""
        # sudo: who reads a return sees what was credited, not the journal entries
        refunds_sudo = self.sudo().refund_ids
        return (
            refunds_sudo | refunds_sudo.reversal_move_ids
        ).invoice_line_ids.filtered(
            lambda line: (
                line.parent_state != "cancel"
                and line.return_origin_line_id
                and not line.return_line_id
            )
        )
