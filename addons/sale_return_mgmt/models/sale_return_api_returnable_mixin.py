from odoo import api, models
from odoo.fields import Command, Domain
from odoo.tools import clean_context

from ..exceptions import return_error
from ..tools import api_payload
from ..tools.api_lookup import ApiLookup


class SaleReturnApiReturnableMixin(models.AbstractModel):
    """What customers may still give back, as other systems are told before they ask
    for a return."""

    _name = "sale.return.api.returnable.mixin"
    _inherit = "sale.return.api.answer.mixin"
    _description = "Return API Offers"

    @api.model
    def api_returnable(self, orders=None, partner=None):
        """What may come back of up to 500 sales orders if it is asked for today.

        :param list orders: numbers, customers' references or ids
        :param partner: reference, e-mail address or id of a customer: without
            ``orders`` the newest ones of which something may come back
        :return: list of results, in the order of ``orders``:
            ``{"ok": True, "order", "lines": […], …}`` or
            ``{"ok": False, "errors": [{"code", "path", "message", "details"}]}``
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("read")
        self._api_check_returnable_call(orders, partner)
        requests = [{"order": ref, "lines": []} for ref in orders or []]
        lookup = ApiLookup(self.env, [*requests, {"partner": partner, "lines": []}])
        errors = api_payload.PayloadErrors()
        customer = lookup.find_partner(partner, "partner", errors)
        if errors:
            return [{"ok": False, "errors": list(errors)}]
        if orders is None:
            offers = self._api_offer(self._api_get_orders_of(customer)).values()
            return [
                offer
                for offer in offers
                if any(line["quantity_returnable"] for line in offer["lines"])
            ]
        named = []
        for index, ref in enumerate(orders):
            errors = api_payload.PayloadErrors()
            order = lookup.find_order(ref, f"orders.{index}", errors)
            if customer and order and not self._api_is_of(order, customer):
                lookup.add_not_found(errors, f"orders.{index}", ref)
            named.append((order, errors))
        offers = self._api_offer(self.env["sale.order"].union(*(o for o, _e in named)))
        return [
            {"ok": False, "errors": list(errors)} if errors else offers[order]
            for order, errors in named
        ]

    # === BUSINESS METHODS === #

    @api.model
    def _api_check_returnable_call(self, orders, partner):
        if orders is None and partner is None:
            raise return_error("INVALID", self.env._("Name “orders” or a “partner”."))
        if orders is not None and (
            not isinstance(orders, list | tuple)
            or len(orders) > api_payload.MAX_ITEMS
            or not all(api_payload.is_reference(ref) for ref in orders)
        ):
            raise return_error(
                "INVALID",
                self.env._(
                    "“orders” must be a list of at most %s numbers, references or ids.",
                    api_payload.MAX_ITEMS,
                ),
            )
        if partner is not None and not api_payload.is_reference(partner):
            raise return_error(
                "INVALID",
                self.env._(
                    "“partner” must be a reference, an e-mail address or an id."
                ),
            )

    @api.model
    def _api_is_of(self, order, customer):
        return order.partner_id.commercial_partner_id == customer.commercial_partner_id

    @api.model
    def _api_get_orders_of(self, customer):
        """The newest orders of the customer and of whoever belongs to the same
        company."""
        return self.env["sale.order"].search(
            Domain("partner_id", "child_of", customer.commercial_partner_id.id)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("state", "=", "sale"),
            order="date_order desc, id desc",
            limit=api_payload.MAX_ITEMS,
        )

    @api.model
    def _api_offer(self, orders):
        """What may come back of sales orders.

        :return: dict of ``sale.order`` to its result
        """
        drafts = {
            order: self.new(
                {
                    "partner_id": order.partner_id.id,
                    "company_id": order.company_id.id,
                    "line_ids": [
                        Command.create({"sale_line_id": line.id})
                        for line in order.order_line
                        if not line.display_type
                    ],
                }
            )
            for order in orders
        }
        drafts_by_id = self.union(*drafts.values())
        # sudo: the verdict is the policies', whoever asks; nothing is written
        lines_sudo = drafts_by_id.line_ids.sudo()
        verdicts = lines_sudo.env["sale.return.policy"]._judge(lines_sudo)
        return {
            order: {
                "ok": True,
                "order": order.name,
                "order_id": order.id,
                "customer": order.partner_id.display_name,
                "customer_reference": order.client_order_ref or "",
                "currency": order.currency_id.name,
                "lines": [
                    line._api_offer(*verdicts[line])
                    for line in draft.with_prefetch(drafts_by_id._prefetch_ids).line_ids
                ],
            }
            for order, draft in drafts.items()
        }
