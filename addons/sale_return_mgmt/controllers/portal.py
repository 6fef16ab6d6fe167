from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..tools.api_payload import is_id

# Of a form without files.
MAX_FORM = 64 * 1024
# What browsers show, and run nothing of.
IMAGES = ("image/png", "image/jpeg", "image/webp", "image/gif")


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
        :raise AccessError: if it is neither, or if the user may see no amounts
        :raise MissingError: if there is no such return
        """
        if not is_id(return_id):
            raise MissingError(request.env._("This document does not exist."))
        if not (isinstance(access_token, str) and access_token.isascii()):
            access_token = None  # it could not even be compared
        request.env["sale.return.order"]._check_can_share()
        return_sudo = self._document_check_access(
            "sale.return.order", return_id, access_token=access_token
        )
        # sudo: the access was checked, and customers may read few fields
        return return_sudo.with_user(request.env.user).sudo()

    @staticmethod
    def _read_text(value):
        """What was typed into a form: not the file that somebody sent in its place,
        and nothing that the database cannot hold."""
        return value.replace("\0", "") if isinstance(value, str) else ""

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

    # === THE LIST === #

    @route(
        ["/my/returns", "/my/returns/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_returns(
        self, page=1, sortby=None, filterby=None, search=None, search_in=None, **kwargs
    ):
        Return = request.env["sale.return.order"]
        sortings, filters = self._get_return_sortings(), self._get_return_filters()
        inputs = self._get_return_inputs()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        search_in = search_in if search_in in inputs else "all"
        search = self._read_text(search)
        domain = self._prepare_returns_domain() & filters[filterby]["domain"]
        if search:
            domain &= self._search_returns(search, search_in)
        readable = Return.has_access("read")
        pager = portal_pager(
            url="/my/returns",
            total=Return.search_count(domain) if readable else 0,
            page=page,
            step=self._items_per_page,
            url_args={
                "sortby": sortby,
                "filterby": filterby,
                "search": search,
                "search_in": search_in,
            },
        )
        returns = (
            Return.search(
                domain,
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=pager["offset"],
            )
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
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "searchbar_filters": filters,
            "filterby": filterby,
            "searchbar_inputs": inputs,
            "search_in": search_in,
            "search": search,
        }
        return request.render("sale_return_mgmt.portal_my_returns", values)

    def _get_return_sortings(self):
        env = request.env
        return {
            "date": {"label": env._("Newest"), "order": "date_request desc, id desc"},
            "name": {"label": env._("Number"), "order": "name desc"},
            "status": {"label": env._("Status"), "order": "state, id desc"},
        }

    def _get_return_filters(self):
        env = request.env
        return {
            "all": {"label": env._("All"), "domain": Domain.TRUE},
            "open": {
                "label": env._("Open"),
                "domain": Domain("state", "in", ("draft", "submitted", "approved")),
            },
            "send": {
                "label": env._("Goods to Send"),
                "domain": Domain("state", "=", "approved")
                & Domain("receipt_status", "in", ("pending", "partial")),
            },
            "done": {
                "label": env._("Closed"),
                "domain": Domain("state", "in", ("done", "rejected", "cancelled")),
            },
        }

    def _get_return_inputs(self):
        env = request.env
        return {
            "all": {"input": "all", "label": env._("Search in All")},
            "name": {"input": "name", "label": env._("Search by Number")},
            "order": {"input": "order", "label": env._("Search by Order")},
            "product": {"input": "product", "label": env._("Search by Product")},
        }

    def _search_returns(self, search, search_in):
        """:return: domain of the returns that are called ``search``, anybody's"""
        names = {
            "name": ["name", "customer_reference", "carrier_tracking_ref"],
            "order": ["line_ids.sale_line_id.order_id.name"],
            "product": ["line_ids.product_id"],
        }
        domain = Domain.OR(
            Domain(name, "ilike", search)
            for name in names.get(search_in, sum(names.values(), []))
        )
        # sudo: customers may not read products; which returns are theirs is asked apart
        returns_sudo = request.env["sale.return.order"].sudo()
        return Domain("id", "in", returns_sudo._search(domain))

    # === ONE RETURN === #

    @route("/my/returns/<int:return_id>", type="http", auth="public", website=True)
    def portal_return_page(self, return_id, access_token=None, message=None, **kwargs):
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
                "status": return_sudo._get_customer_status(),
                "can_cancel": return_sudo._can_customer_cancel(),
                "message": message,
                "page_name": "return",
                "backend_url": f"/odoo/action-{action.id}/{return_sudo.id}",
                "res_company": return_sudo.company_id,  # whose logo is shown
            },
            "my_returns_history",
            False,
            **kwargs,
        )
        return request.render("sale_return_mgmt.portal_return_page", values)

    @route(
        "/my/returns/<int:return_id>/<any(slip,label):paper>",
        type="http",
        auth="public",
        website=True,
    )
    def portal_return_paper(
        self, return_id, paper, access_token=None, download=None, **kwargs
    ):
        try:
            return_sudo = self._get_return(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not return_sudo._has_papers():
            return request.redirect(return_sudo.get_portal_url())
        return self._show_report(
            return_sudo, "pdf", f"sale_return_mgmt.sale_return_order_{paper}", download
        )

    @route(
        "/my/returns/<int:return_id>/credit_note/<int:refund_id>",
        type="http",
        auth="public",
        website=True,
    )
    def portal_return_credit_note(
        self, return_id, refund_id, access_token=None, download=None, **kwargs
    ):
        try:
            return_sudo = self._get_return(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        refund_sudo = return_sudo._get_posted_refunds().filtered(
            lambda refund: refund.id == refund_id
        )
        if not refund_sudo:
            return request.not_found()
        return self._show_report(
            refund_sudo, "pdf", "account.account_invoices", download
        )

    @route(
        "/my/returns/<int:return_id>/file/<int:file_id>",
        type="http",
        auth="public",
        website=True,
    )
    def portal_return_file(self, return_id, file_id, access_token=None, **kwargs):
        try:
            return_sudo = self._get_return(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        file_sudo = return_sudo._get_customer_files().filtered(
            lambda file: file.id == file_id
        )
        if not file_sudo:
            return request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(file_sudo)
        return stream.get_response(as_attachment=file_sudo.mimetype not in IMAGES)

    # === STEPS OF THE CUSTOMER === #

    @route(
        "/my/returns/<int:return_id>/cancel",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=MAX_FORM,
    )
    def portal_return_cancel(self, return_id, access_token=None, note=None, **kwargs):
        return self._take_return_step(
            return_id,
            access_token,
            lambda return_sudo: return_sudo._cancel_by_customer(self._read_text(note)),
            "cancelled",
        )

    @route(
        "/my/returns/<int:return_id>/tracking",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=MAX_FORM,
    )
    def portal_return_tracking(
        self, return_id, access_token=None, tracking=None, **kwargs
    ):
        return self._take_return_step(
            return_id,
            access_token,
            lambda return_sudo: return_sudo._report_tracking(self._read_text(tracking)),
            "tracking",
        )

    def _take_return_step(self, return_id, access_token, step, message):
        """Take a step and show the page of the return again, with ``message`` or with
        why it was refused."""
        try:
            return_sudo = self._get_return(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        refusal = self._refuse_flood(return_sudo.partner_id)
        if refusal:
            return refusal
        try:
            with request.env.cr.savepoint():
                step(return_sudo)
        except UserError:
            message = f"not_{message}"
        return request.redirect(
            return_sudo.get_portal_url(query_string=f"&message={message}")
        )
