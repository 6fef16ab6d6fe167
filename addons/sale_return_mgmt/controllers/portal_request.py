import re
import uuid

from werkzeug.datastructures import MultiDict

from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route
from odoo.tools import format_date

from ..models.sale_return_portal_request_mixin import SOURCE
from ..tools.api_payload import FILE_TYPES
from ..tools.portal_form import (
    MAX_BYTES,
    MAX_FILE_BYTES,
    MAX_FILES,
    add_error,
    read_files,
    read_request,
)
from .portal import SaleReturnPortal

KEY = re.compile(r"[0-9a-f-]{36}")


class SaleReturnPortalRequest(SaleReturnPortal):
    """The page on which a customer asks for a return of what an order sold.

    It works without scripts; with them the customer sees what it comes to while he
    fills it in, and stays on the page where something is refused.
    """

    # === ROUTES === #

    @route(
        "/my/orders/<int:order_id>/return",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_return_form(self, order_id, access_token=None, **kwargs):
        sale_order = self._get_order_to_return(order_id, access_token)
        if not sale_order:
            return request.redirect("/my")
        return self._render_return_form(sale_order, access_token, MultiDict())

    @route(
        "/my/orders/<int:order_id>/return",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=MAX_BYTES,
    )
    def portal_return_request(self, order_id, access_token=None, **kwargs):
        sale_order = self._get_order_to_return(order_id, access_token)
        if not sale_order:
            return request.redirect("/my")
        flood = self._refuse_flood(sale_order.partner_id)
        if flood:
            return flood
        form = request.httprequest.form
        ask, errors = read_request(sale_order.env, sale_order, form)
        files = read_files(
            sale_order.env, request.httprequest.files.getlist("photos"), errors
        )
        if errors:
            return self._render_return_form(sale_order, access_token, form, errors)
        if files:
            ask["attachments"] = files
        ask |= {"source": SOURCE, "ref": f"{sale_order.id}-{self._get_key(form)}"}
        Return = sale_order.env["sale.return.order"]
        result = Return._request_from_portal(sale_order, ask)
        if not result["ok"]:
            errors = self._read_refusal(result, ask)
            if result["errors"][0]["code"] == "REF_CONFLICT":
                form = MultiDict(form)
                form.pop("key")  # what he confirms next is another request
                message = sale_order.env._(
                    "You have sent this form already, with other content. Check it, "
                    "and confirm again to ask for one more return."
                )
                errors = [{"line": False, "message": message}]
            return self._render_return_form(sale_order, access_token, form, errors)
        return_sudo = Return.browse(result["id"])
        return request.redirect(
            return_sudo.get_portal_url() if access_token else return_sudo.access_url
        )

    @route(
        "/my/orders/<int:order_id>/return/preview",
        type="jsonrpc",
        auth="public",
        website=True,
        readonly=True,
    )
    def portal_return_preview(self, order_id, access_token=None, form=None, files=0):
        """What the form would come to, as HTML; nothing is stored.

        :param dict form: its fields by name, each a list of texts
        :param int files: how many photos go with it
        """
        sale_order = self._get_order_to_return(order_id, access_token)
        if not sale_order or not self._is_form(form):
            return {"html": ""}
        ask, errors = read_request(sale_order.env, sale_order, MultiDict(form))
        draft = sale_order.env["sale.return.order"]
        if not errors:
            ask.pop("bank_account", None)  # perhaps not kept yet
            draft, refusal = draft._preview_from_portal(sale_order, ask, bool(files))
            errors = self._read_refusal(refusal, ask) if refusal else []
        values = {"draft": draft, "errors": errors}
        if draft:
            values["is_automatic"] = bool(draft._filter_automatic())
        html = request.env["ir.qweb"]._render(
            "sale_return_mgmt.portal_return_preview", values
        )
        return {"html": html, "ok": not errors}

    # === BUSINESS METHODS === #

    def _get_order_to_return(self, order_id, access_token):
        """The order, if the visitor may see it: in ``sudo``, in the visitor's name, in
        its company and, for who has only its link, in the customer's language."""
        try:
            sale_order = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError, TypeError):  # a token that is no ASCII text
            return None
        if request.env.user._is_public() and sale_order.partner_id.lang:
            request.update_context(lang=sale_order.partner_id.lang)
        # sudo: the visitor's right to see the order was checked
        sale_order = sale_order.with_env(request.env).sudo()
        return sale_order.with_company(sale_order.company_id)

    def _render_return_form(self, sale_order, access_token, form, errors=()):
        env = request.env
        offer = sale_order._prepare_return_offer()
        return request.render(
            "sale_return_mgmt.portal_return_request",
            {
                "sale_order": sale_order,
                "offer": offer,
                "form": form,
                "key": self._get_key(form),
                "errors": errors,
                "access_token": access_token,
                "page_name": "return_request",
                "max_files": MAX_FILES,
                "max_file_bytes": MAX_FILE_BYTES,
                "file_types": ",".join(sorted(FILE_TYPES)),
                "photo_hint": env._(
                    "Up to %(count)s pictures or PDFs of %(size)s MB each. They help "
                    "us to decide.",
                    count=MAX_FILES,
                    size=MAX_FILE_BYTES // 2**20,
                ),
                "withdrawal_label": env._(
                    "I withdraw from the contract (until %s, no reason needed)",
                    format_date(env, offer["withdrawal_until"]),
                ),
            },
        )

    def _get_key(self, form):
        """What makes a request that is sent twice one request."""
        key = form.get("key", "")
        return key if KEY.fullmatch(key) else str(uuid.uuid4())

    def _is_form(self, form):
        return isinstance(form, dict) and all(
            isinstance(values, list) and all(isinstance(value, str) for value in values)
            for values in form.values()
        )

    def _read_refusal(self, refusal, ask):
        """The refusal of a request as errors of the form: the lines that it names."""
        lines = request.env["sale.order.line"].browse(
            line["sale_line"] for line in ask["lines"]
        )
        errors = []
        for error in refusal["errors"]:
            [position] = re.findall(r"^lines\.(\d+)", error["path"]) or [None]
            line = None if position is None else lines[int(position)]
            add_error(errors, error["message"], line)
        return errors
