from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import clean_context


class SaleReturnApiStepsMixin(models.AbstractModel):
    """The steps of a return, as other systems take them: one refused return does not
    stop the others, and says why in a way that a program can act on."""

    _name = "sale.return.api.steps.mixin"
    _inherit = "sale.return.api.answer.mixin"
    _description = "Return API Steps"

    @api.model
    def api_settle(self, refs, date=None):
        """Credit what is due of up to 500 returns; nothing due: nothing made.

        :param list refs: ids, numbers or ``{"source": …, "ref": …}``
        :param str date: see ``action_settle``
        :return: list of results in the order of ``refs``, as ``api_get`` gives them or
            ``{"ok": False, "errors": [{"code", "path", "message", "details"}]}``
        """
        return self._api_take_step(refs, lambda orders: orders.action_settle(date))

    @api.model
    def _api_take_step(self, refs, take):
        """Take a step on all returns together; if that is refused, one by one.

        :param take: the step, called with returns; takes it on all or none
        """
        self = self.with_context(clean_context(self.env.context))
        found = self._api_find_orders(refs)
        orders = self.union(*found)
        refusals = {}
        if orders and (refusal := orders._api_try_step(take)):
            refusals[orders] = refusal
        if refusals and len(orders) > 1:  # whose fault it was shows one by one
            refusals = {order: order._api_try_step(take) for order in orders}
        return [
            refusals.get(order) or order._api_answer()
            if order
            else self._api_not_found()
            for order in found
        ]

    def _api_try_step(self, take):
        """:return: the refusal as a result, or None where the step was taken"""
        try:
            with self.env.cr.savepoint():
                take(self)
        except UserError as error:
            return self._api_error(error)
        return None
