from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import clean_context

from ..tools import api_payload


class SaleReturnApiPreviewMixin(models.AbstractModel):
    """What requests of other systems would come to, without making them.

    The returns are records that exist in memory only: nothing is stored, locked or
    numbered.
    """

    _name = "sale.return.api.preview.mixin"
    _inherit = "sale.return.api.request.mixin"
    _description = "Return API Preview"

    @api.model
    def api_preview(self, requests):
        """Check up to 500 requests and tell the policies' verdict and the amounts.

        :param list requests: as for ``api_request``
        :return: list of results, one per request and in its order:
            ``{"ok": True, "in_policy", "warnings", "lines", "amount_total", …}`` or
            the refusal that ``api_request`` would give
        :raise AccessError: if the caller may not create returns
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("create")
        results, fresh = self._api_read(requests)
        drafts = {}
        for index, vals in self._api_prepare(fresh, results).items():
            try:
                self._check_line_quantities(vals)
            except UserError as error:
                results[index] = self._api_error(error)
            else:
                drafts[index] = self.new(vals)
        prefetch_ids = self.union(*drafts.values())._prefetch_ids
        asked = self.env["sale.return.order.line"]
        for index, draft in drafts.items():
            draft = draft.with_prefetch(prefetch_ids)
            results[index] = draft._api_preview(requests[index], asked)
            if results[index]["ok"]:
                asked |= draft.line_ids
        first_by_key = {
            (request["source"], request["ref"]): index
            for index, request in fresh.items()
        }
        for index, request in enumerate(requests):
            if results[index] is None:  # repeats an earlier one of the call
                first = first_by_key[request["source"], request["ref"]]
                results[index] = results[first]
                if api_payload.digest(request) != api_payload.digest(requests[first]):
                    results[index] = self._api_error(self._api_get_conflict(request))
        return results

    def _api_preview(self, request, asked):
        """The draft as it would be answered once it is made and submitted.

        :param asked: lines that earlier requests of the call ask for
        """
        self.ensure_one()
        try:
            self._check_as_if_submitted(asked, "attachments" in request)
        except UserError as error:
            return self._api_error(error)
        return {
            "ok": True,
            "replayed": False,
            "source": request["source"],
            "ref": request["ref"],
            "lines": [line._api_terms() for line in self.line_ids],
            **self._api_terms(),
        }

    def _check_as_if_submitted(self, asked, has_files):
        """What creating and submitting this draft would check, with the verdict."""
        lines = self.line_ids
        for records in (self, lines):
            records._check_company()
            records._validate_fields(records._fields)
        self._check_complete()
        rivals = asked.filtered(
            lambda line: (
                line.sale_line_id.order_id & lines.sale_line_id.order_id
                or line.lot_ids._origin & lines.lot_ids._origin
            )
        )
        # The one that is refused must be a line of this draft.
        (rivals | lines)._check_returnable()
        (lines | rivals)._check_lot_quantities()
        self._write_verdicts(has_files=has_files)
