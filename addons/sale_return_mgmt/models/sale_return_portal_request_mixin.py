from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..exceptions import return_error

SOURCE = "portal"
MAX_OPEN = 20  # of one customer, until they are decided


class SaleReturnPortalRequestMixin(models.AbstractModel):
    """How customers ask for returns on the page of their order.

    A request goes the way of those of other systems: same checks, same verdict, same
    words, same key that is taken once. The portal checks who asks and for which order,
    and calls in ``sudo`` of that user: nobody outside may create returns.
    """

    _name = "sale.return.portal.request.mixin"
    _inherit = "sale.return.api.preview.mixin"
    _description = "Return Requests from the Portal"

    @api.model
    def _preview_from_portal(self, sale_order, request, has_files):
        """What a request would come to, without making it.

        :param dict request: as for ``api_request``, lines of ``sale_order`` alone
        :return: ``(draft, refusal)``: a return in memory with verdict and amounts, or
            what ``api_request`` would answer
        """
        draft, _vals, refusal = self._check_from_portal(sale_order, request, has_files)
        return draft, refusal

    @api.model
    def _request_from_portal(self, sale_order, request):
        """Create and submit a return, or answer with the one made of the same request.

        :return: the result of ``api_request``
        """
        with self.env.cr.savepoint() as savepoint:
            result = self._take_from_portal(sale_order, request)
            if not result["ok"]:
                savepoint.rollback()
        return result

    @api.model
    def _take_from_portal(self, sale_order, request):
        results, fresh = self._api_read([request])
        if not fresh:
            return results[0]
        try:
            self._check_portal_quota(sale_order)
            if "bank_account" in request:
                self._ensure_portal_account(sale_order, request["bank_account"])
        except UserError as error:
            return self._api_error(error)
        _draft, vals, refusal = self._check_from_portal(
            sale_order, request, "attachments" in request
        )
        if refusal:
            return refusal
        self._api_create([request], {0: vals}, results, submit=True, atomic=True)
        return results[0]

    @api.model
    def _check_from_portal(self, sale_order, request, has_files):
        """:return: ``(draft, vals, refusal)``: a return in memory that would be
        submitted, with the values it is made of; or why it would not"""
        results = [None]
        vals = self._api_prepare({0: request}, results).get(0)
        if not vals:
            return self.browse(), None, results[0]
        vals |= {
            "partner_id": sale_order.partner_id.id,
            "channel": "portal",
            "user_id": sale_order.user_id.id,
            "team_id": sale_order.team_id.id,
        }
        try:
            self._check_line_quantities(vals)
            draft = self.new(vals)
            draft._check_as_if_submitted(draft.line_ids.browse(), has_files=True)
            draft._check_portal_terms(has_files)
        except UserError as error:
            return self.browse(), None, self._api_error(error)
        return draft, vals, None

    @api.model
    def _check_portal_quota(self, sale_order):
        customer = sale_order.partner_id.commercial_partner_id
        waiting = self.search_count(
            [
                ("partner_id", "child_of", customer.id),
                ("channel", "=", "portal"),
                ("state", "=", "submitted"),
            ],
            limit=MAX_OPEN,
        )
        if waiting >= MAX_OPEN:
            raise return_error(
                "LIMIT_EXCEEDED",
                self.env._(
                    "%s of your return requests wait for an answer: please wait until "
                    "we have looked at some of them.",
                    waiting,
                ),
            )

    @api.model
    def _ensure_portal_account(self, sale_order, number):
        """Keep an account that the customer has named for the first time. Nobody pays
        to it before accounting has looked at it."""
        customer = sale_order.partner_id.commercial_partner_id
        Account = self.env["res.partner.bank"]
        known = Account.with_context(active_test=False).search(
            [
                ("partner_id", "=", customer.id),
                ("sanitized_acc_number", "=", sanitize_account_number(number)),
            ]
        )
        if known and not known.active:
            raise return_error(
                "INVALID",
                self.env._("This account cannot be used any more: name another one."),
            )
        if not known:
            Account.create(
                {
                    "partner_id": customer.id,
                    "acc_number": number,
                    "allow_out_payment": False,
                }
            )

    def _check_portal_terms(self, has_files):
        """What only the portal has to look after in a draft."""
        self.ensure_one()
        if self.legal_basis == "withdrawal":
            sale_lines = self.line_ids.sale_line_id
            possible = sale_lines.order_id._get_withdrawal_deadlines(sale_lines)
            for line in self.line_ids:
                if line.sale_line_id not in possible:
                    raise return_error(
                        "WINDOW_EXPIRED",
                        self.env._(
                            "%s: the right of withdrawal does not apply, or no longer.",
                            line.product_id.display_name,
                        ),
                        line=line,
                    )
        if not has_files and self.attachment_warning:
            raise return_error("ATTACHMENT_REQUIRED", self.attachment_warning)

    def _prepare_submission_payloads(self):
        """Whether the customer was logged in, or had the link of his order."""
        payloads = super()._prepare_submission_payloads()
        if self.env.user.share:
            by = "link" if self.env.user._is_public() else "login"
            for order in self:
                payloads.setdefault(order, {})["portal"] = by
        return payloads

    def _message_compute_author(self, author_id=None, email_from=None):
        """What somebody does with the link of a mail, its customer does."""
        if author_id is None and not email_from and self.env.user._is_public():
            author_id = self.partner_id[:1].id or None
        return super()._message_compute_author(author_id, email_from)
