from odoo import api, models
from odoo.tools import SQL, clean_context

from ..exceptions import return_error
from ..tools.api_payload import MAX_ID, MAX_ITEMS


class SaleReturnApiFeedMixin(models.AbstractModel):
    """What happened to returns, for other systems that follow them.

    Ids are drawn before the commit: an event may turn up when others with higher ids
    were read long ago. So the feed is in order of transactions, and stops before the
    oldest that is still open: nothing can turn up before what was read.
    """

    _name = "sale.return.api.feed.mixin"
    _inherit = "sale.return.api.answer.mixin"
    _description = "Return API Events"

    @api.model
    def api_events(self, after_id=0, limit=500):
        """Events of the returns that the caller may see, in order, of the current
        company.

        :param int after_id: id of the last event that the caller has; 0: from the start
        :param int limit: how many at most, up to 500
        :return: list of dicts, see ``docs/api/``; empty where nothing is new
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("read")
        self._api_check_range("after_id", after_id, 0, MAX_ID)
        self._api_check_range("limit", limit, 1, MAX_ITEMS)
        Event_sudo = self.env[
            "sale.return.event"
        ].sudo()  # sudo: rules are the returns'
        query = Event_sudo._search(
            [
                ("company_id", "=", self.env.company.id),
                ("order_id", "in", self.with_context(active_test=False)._search([])),
            ]
        )
        table = SQL.identifier(Event_sudo._table)
        place = SQL("(%s.transaction_id, %s.id)", table, table)
        query.add_where(
            SQL("%s.transaction_id < (%s)", table, Event_sudo._get_oldest_open())
        )
        if after_id:
            query.add_where(SQL("%s > %s", place, Event_sudo._get_place(after_id)))
        query.order = SQL("%s.transaction_id, %s.id", table, table)
        query.limit = limit
        ids = [id_ for (id_,) in self.env.execute_query(query.select())]
        shows_all = self.env["sale.return.event"].has_access("read")
        return [event._api_answer(shows_all) for event in Event_sudo.browse(ids)]

    @api.model
    def _api_check_range(self, name, value, low, high):
        if type(value) is not int or not low <= value <= high:
            raise return_error(
                "INVALID",
                self.env._(
                    "“%(name)s” must be a whole number from %(low)s to %(high)s.",
                    name=name,
                    low=low,
                    high=high,
                ),
            )
