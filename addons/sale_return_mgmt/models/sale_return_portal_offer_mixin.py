from datetime import timedelta

from odoo import models
from odoo.fields import Command


class SaleReturnPortalOfferMixin(models.AbstractModel):
    """What a customer is offered who wants to give back goods of a sales order: which
    of them, why others not, and what may be had for them.

    Called in ``sudo``, after the customer's right to see the order was checked.
    """

    _name = "sale.return.portal.offer.mixin"
    _description = "Offer of Returns in the Portal"

    def _get_sold_lines(self):
        return self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )

    def _get_return_obstacles(self):
        """Why goods of this order cannot come back.

        :return: dict of ``sale.order.line`` to sentence, empty where they can
        """
        self.ensure_one()
        lines = self._get_sold_lines()
        if self.state != "sale":
            return dict.fromkeys(lines, self.env._("The order is not confirmed."))
        return {line: line._get_portal_obstacle() for line in lines}

    def _prepare_return_offer(self):
        """All that the customer chooses among.

        :return: dict; ``lines`` are dicts of what may come back, ``obstacles`` says of
            the other lines why not
        """
        self.ensure_one()
        obstacles = self._get_return_obstacles()
        possible = self.order_line.filtered(
            lambda line: line in obstacles and not obstacles[line]
        )
        deadlines = self._get_withdrawal_deadlines(possible)
        return {
            "lines": self._prepare_return_line_offers(possible),
            "obstacles": {line: why for line, why in obstacles.items() if why},
            "reasons": self._get_return_reasons(),
            "accounts": self.partner_id.commercial_partner_id.bank_ids,
            "refund_methods": self._get_return_refund_methods(),
            "legal_bases": ["voluntary", "withdrawal", "warranty"]
            if deadlines
            else ["voluntary", "warranty"],
            "withdrawal_until": max(deadlines.values(), default=False),
        }

    def _prepare_return_line_offers(self, lines):
        draft = self.env["sale.return.order"].new(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "line_ids": [
                    Command.create({"sale_line_id": line.id}) for line in lines
                ],
            }
        )
        verdicts = self.env["sale.return.policy"]._judge(draft.line_ids)
        offers = []
        for line, draft_line in zip(lines, draft.line_ids, strict=True):
            policy, code, message = verdicts[draft_line]
            offers.append(
                {
                    "line": line,
                    "quantity": line.quantity_returnable,
                    "lots": draft_line._api_offer_lots(),
                    "policy": policy,
                    "until": policy and policy._get_last_day(draft_line),
                    "objection": message if code else "",
                }
            )
        return offers

    def _get_return_reasons(self):
        """The active ones; of two with one code that of the company, as elsewhere."""
        reasons = self.env["sale.return.reason"].search(
            [("company_id", "in", [False, self.company_id.id])],
            order="company_id DESC",
        )
        by_code = {reason.code: reason.id for reason in reasons}
        return reasons.browse(by_code.values()).sorted()

    def _get_return_refund_methods(self):
        """How the money may come back, the usual way first."""
        paid = self.transaction_ids | self.invoice_ids.transaction_ids
        if any(transaction._get_refundable_amount() for transaction in paid):
            return ["original", "credit", "transfer"]
        return ["credit", "transfer"]

    def _get_withdrawal_deadlines(self, lines):
        """Until when a consumer may withdraw from the purchase of these lines.

        :return: dict of line to its last day, without those that have passed
        """
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        days = self.company_id._get_withdrawal_days()
        if not days or customer.is_company or customer.vat:
            return {}
        today = self.company_id._get_local_date()
        last_days = {
            line: day + timedelta(days=days)
            for line in lines
            if (day := line._get_delivery_day())
        }
        return {line: day for line, day in last_days.items() if day >= today}
