from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from .portal import SaleReturnPortal

RATES = {"5": 5, "3": 3, "1": 1}


class SaleReturnPortalRating(SaleReturnPortal):
    """How customers rate a return on its page, beside the link of the mail."""

    @route(
        "/my/returns/<int:return_id>/rate",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_return_rate(
        self, return_id, access_token=None, rate=None, feedback=None, **kwargs
    ):
        try:
            return_sudo = self._get_return(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        # Employees may look at the page, and say nothing in the customer's name.
        if rate in RATES and not request.env.user._is_internal():
            refusal = self._refuse_flood(return_sudo.partner_id)
            if refusal:
                return refusal
            return_sudo._rate_from_portal(RATES[rate], self._read_text(feedback))
        return request.redirect(return_sudo.get_portal_url(anchor="return_rating"))
