from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

# Larger ids than the database knows would end in its error.
MAX_ID = 2**31 - 1


class SaleReturnPortal(CustomerPortal):
    """The returns of a customer, with his login or with the token of a link."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "return_count" in counters:
            Return = request.env["sale.return.order"]
            values["return_count"] = (
                Return.search_count(self._prepare_returns_domain())
                if Return.has_access("read")
                else 0
            )
        return values

    # === WHAT IS ASKED FOR === #

    def _prepare_returns_domain(self):
        customer = request.env.user.partner_id.commercial_partner_id
        return Domain("partner_id", "child_of", customer.ids)

    def _get_return(self, return_id, access_token=None):
        """The return, if it is the user's or the token is its own.

        :return: ``sale.return.order`` in ``sudo``; what is done with it is done in the
            name of the user
        :raise AccessError: if it is neither
        :raise MissingError: if there is no such return
        """
        if return_id > MAX_ID:
            raise MissingError(request.env._("This document does not exist."))
        if access_token and not access_token.isascii():
            access_token = None  # it could not even be compared
        return_sudo = self._document_check_access(
            "sale.return.order", return_id, access_token=access_token
        )
        return return_sudo.with_user(request.env.user).sudo()

    # === AGAINST FLOODS === #

    def _refuse_flood(self, partner):
        """The answer to a customer who wrote too often in this hour, or None.

        Called by every route that writes, after it checked the access and before it
        does anything.

        :param partner: whose document is written to, logged in or not
        """
        # sudo: customers have no rights on the counter
        if request.env["sale.return.portal.usage"].sudo()._take(partner):
            return None
        return request.render("sale_return_mgmt.portal_too_many", status=429)

    # === PAGES === #

    @route(
        ["/my/returns", "/my/returns/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_returns(self, page=1, **kwargs):
        Return = request.env["sale.return.order"]
        domain = self._prepare_returns_domain()
        readable = Return.has_access("read")
        pager = portal_pager(
            url="/my/returns",
            total=Return.search_count(domain) if readable else 0,
            page=page,
            step=self._items_per_page,
        )
        returns = (
            Return.search(domain, limit=self._items_per_page, offset=pager["offset"])
            if readable
            else Return
        )
        request.session["my_returns_history"] = returns.ids[:100]
        values = self._prepare_portal_layout_values()
        values |= {
            "returns": returns.sudo(),  # sudo: what the page shows is chosen there
            "page_name": "return",
            "pager": pager,
            "default_url": "/my/returns",
        }
        return request.render("sale_return_mgmt.portal_my_returns", values)

    @route("/my/returns/<int:return_id>", type="http", auth="public", website=True)
    def portal_return_page(self, return_id, access_token=None, **kwargs):
        try:
            return_sudo = self._get_return(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        action = return_sudo._get_portal_return_action()
        values = self._get_page_view_values(
            return_sudo,
            access_token,
            {
                "return_order": return_sudo,
                "page_name": "return",
                "backend_url": f"/odoo/action-{action.id}/{return_sudo.id}",
                "res_company": return_sudo.company_id,
            },
            "my_returns_history",
            False,
            **kwargs,
        )
        return request.render("sale_return_mgmt.portal_return_page", values)
