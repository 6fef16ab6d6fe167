from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.rating.models.rating_data import (
    RATING_LIMIT_MIN,
    RATING_LIMIT_OK,
    RATING_LIMIT_SATISFIED,
)

MAX_FEEDBACK = 5000  # characters


class SaleReturnFeedbackMixin(models.AbstractModel):
    """What the customer says of a return once it is done: Odoo's rating.

    There is one for each return, the customer's last word. He gives it with the link of
    a mail or on the page of his return; nobody inside can, see the rules of
    ``rating.rating``.
    """

    _name = "sale.return.feedback.mixin"
    _inherit = "rating.mixin"
    _description = "Rating of a Return"

    # Renamed: Odoo's labels tell how it is kept.
    rating_last_value = fields.Float("Rating")
    rating_last_feedback = fields.Text("Customer's Comment")
    satisfaction = fields.Selection(
        [
            ("satisfied", "Satisfied"),
            ("neutral", "Neutral"),
            ("unsatisfied", "Unsatisfied"),
        ],
        "Customer Satisfaction",
        compute="_compute_satisfaction",
        store=True,
        help="What the customer said of this return once it was done.",
    )

    # === COMPUTE METHODS === #

    @api.depends("rating_last_value")
    def _compute_satisfaction(self):
        for order in self:
            order.satisfaction = self._get_satisfaction(order.rating_last_value)

    @api.model
    def _get_satisfaction(self, value):
        if value >= RATING_LIMIT_SATISFIED:
            return "satisfied"
        if value >= RATING_LIMIT_OK:
            return "neutral"
        return value >= RATING_LIMIT_MIN and "unsatisfied"

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Returns that nobody rated count in no average."""
        if aggregate_spec == "rating_last_value:avg":
            value = self._field_to_sql(self._table, "rating_last_value", query)
            return SQL("AVG(NULLIF(%s, 0))", value)
        return super()._read_group_select(aggregate_spec, query)

    # === BUSINESS METHODS === #

    def rating_apply(
        self,
        rate,
        token=None,
        rating=None,
        feedback=None,
        subtype_xmlid=None,
        notify_delay_send=False,
    ):
        """Called by the pages of the customer alone, which have asked who he is."""
        if not self.env.su:
            raise AccessError(self.env._("Only customers rate their returns."))
        # A NUL is no text for the database.
        feedback = (feedback or "").replace("\0", "").strip()[:MAX_FEEDBACK]
        return super().rating_apply(
            rate, token, rating, feedback, subtype_xmlid, notify_delay_send
        )

    def message_post(self, **kwargs):
        if kwargs.get("rating_value"):
            raise AccessError(self.env._("Only customers rate their returns."))
        return super().message_post(**kwargs)

    def _get_allowed_message_params(self):
        """Without stars for whoever may write to us."""
        return super()._get_allowed_message_params() - {"rating_value"}

    def _can_be_rated(self):
        """Whether the page of the return asks for a rating."""
        self.ensure_one()
        return self.state == "done" and not self.satisfaction

    def _rate_from_portal(self, rate, feedback):
        """Called in ``sudo`` for a customer. The same form sent twice counts once."""
        if self._can_be_rated():
            token = self._rating_get_access_token()
            self.rating_apply(rate, token=token, feedback=feedback)

    def _get_rating_url(self, rate):
        """The link in the mail that asks for a rating.

        A preview has none that works: who may see one is not the customer.
        """
        self.ensure_one()
        if not self.env.su:
            return "#"
        return f"{self.get_base_url()}/rate/{self._rating_get_access_token()}/{rate}"
