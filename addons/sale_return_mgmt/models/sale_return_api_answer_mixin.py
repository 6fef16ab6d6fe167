from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import clean_context

from ..exceptions import return_error
from ..tools import api_payload

# How often a call may meet others before its caller is told, and where it is counted.
MAX_MEETINGS = 2
MEETINGS = "sale_return_mgmt.meetings"


class SaleReturnApiAnswerMixin(models.AbstractModel):
    """What other systems are told.

    Answers hold only what every transport carries: dicts with text keys, lists, texts,
    numbers and booleans. What is missing is an empty text.
    """

    _name = "sale.return.api.answer.mixin"
    _description = "Return API Answers"

    @api.model
    def api_get(self, refs):
        """State of up to 500 returns.

        :param list refs: ids, numbers or ``{"source": …, "ref": …}``
        :return: list of results in the order of ``refs``; unknown: ``NOT_FOUND``
        """
        self = self.with_context(clean_context(self.env.context))
        return [
            order._api_answer() if order else self._api_not_found()
            for order in self._api_find_orders(refs)
        ]

    # === ANSWERS === #

    def _api_answer(self, replayed=False):
        """The return order as other systems see it."""
        self.ensure_one()
        answer = {
            "ok": True,
            "id": self.id,
            "name": self.name,
            "replayed": replayed,
            "source": self.external_source or "",
            "ref": self.external_ref or "",
            "state": self.state,
            "receipt_status": self.receipt_status or "none",
            "inspection_status": self.inspection_status or "none",
            "rejection_reason": self.rejection_reason or "",
            "date_submitted": self._api_datetime(self.date_submitted),
            "date_approved": self._api_datetime(self.date_approved),
            "date_received": self._api_datetime(self.date_received),
            "date_done": self._api_datetime(self.date_done),
            "lines": [line._api_answer() for line in self.line_ids],
            "transfers": [
                {"id": picking.id, "name": picking.name, "state": picking.state}
                # sudo: no secret to readers of returns
                for picking in self.sudo().picking_ids
            ],
            "replacement_status": self.replacement_status or "none",
            "replacements": self._api_replacements(),
            **self._api_terms(),
        }
        if self._api_shows_money():
            answer |= {
                "refund_status": self.refund_status or "none",
                "amount_refunded": self.amount_refunded,
                "payments": self._api_payments(),
                "credit_notes": [
                    {
                        "id": move.id,
                        "name": move.name or "",
                        "state": move.state,
                        "invoice": move.reversed_entry_id.name or "",
                        "amount_total": move.amount_total,
                        "amount_residual": move.amount_residual,
                    }
                    # sudo: what was credited belongs to the return
                    for move in self.sudo().refund_ids
                ],
            }
        return answer

    def _api_terms(self):
        """What is asked, what the policies say to it and what it comes to."""
        self.ensure_one()
        terms = {
            "in_policy": self.in_policy,
            "warnings": [] if self.in_policy else [self.policy_message or ""],
            "customer": self.partner_id.display_name,
            "tracking": self.carrier_tracking_ref or "",
            "legal_basis": self.legal_basis,
            "date_request": fields.Date.to_string(self.date_request),
            "currency": self.currency_id.name,
        }
        if self._api_shows_money():
            terms |= {
                "amount_untaxed": self.amount_untaxed,
                "amount_tax": self.amount_tax,
                "amount_total": self.amount_total,
                "amount_fee": self.amount_fee,
                "refund_method": self.refund_method,
            }
        return terms

    @api.model
    def _api_shows_money(self):
        return self._has_field_access(self._fields["amount_total"], "read")

    def _api_payments(self):
        # sudo: what was paid back belongs to the return
        order_sudo = self.sudo()
        return [
            {
                "name": payment.name or "",
                "state": payment.state,
                "amount": payment.amount,
                "date": fields.Date.to_string(payment.date),
            }
            for payment in order_sudo.refund_payment_ids
        ] + [
            {
                "name": transaction.reference,
                "state": transaction.return_refund_state,
                "amount": -transaction.amount,
                "date": fields.Date.to_string(transaction.create_date.date()),
            }
            for transaction in order_sudo.refund_transaction_ids
        ]

    @api.model
    def _api_datetime(self, value):
        return f"{value.isoformat(timespec='seconds')}Z" if value else ""

    @api.model
    def _api_not_found(self, path=""):
        error = return_error("NOT_FOUND", self.env._("There is no such return order."))
        error.sale_return_path = path
        return self._api_error(error)

    @api.model
    def _api_error(self, error):
        """An exception of the ``UserError`` family as a result."""
        details = getattr(error, "sale_return_details", {})
        position = getattr(error, "sale_return_position", None)
        path = "" if position is None else f"lines.{position}"
        path = getattr(error, "sale_return_path", path)
        code = getattr(error, "sale_return_code", None)
        if code == "QTY_EXCEEDS_RETURNABLE" and path:
            path += ".quantity"
        if not code:
            code = "INVALID"
            if isinstance(error, LockError):
                code = "BUSY"
            elif isinstance(error, AccessError):
                code = "ACCESS_DENIED"
        return {
            "ok": False,
            "errors": [
                {"code": code, "path": path, "message": str(error), "details": details}
            ],
        }

    @api.model
    def _api_get_conflict(self, item):
        return return_error(
            "REF_CONFLICT",
            self.env._(
                "Reference “%s” was already used for other content.", item["ref"]
            ),
        )

    @api.model
    def _api_get_busy(self, error):
        """The refusal of what met another transaction.

        Odoo runs such a call again and lets it wait longer each time, and in the end
        answers with the raw error. The caller is told before that.

        :raise OperationalError: ``error``, if Odoo is to run the call again
        """
        if not request:
            raise error
        environ = request.httprequest.environ  # the same each time
        environ[MEETINGS] = environ.get(MEETINGS, 0) + 1
        if environ[MEETINGS] <= MAX_MEETINGS:
            raise error
        return return_error(
            "BUSY",
            self.env._("Others are at work on the same goods: send the same again."),
        )

    # === WHAT OTHER SYSTEMS NAME === #

    @api.model
    def _api_find_orders(self, refs):
        """:return: list of what each of ``refs`` names, empty where there is no such"""
        self.check_access("read")
        if not isinstance(refs, list | tuple) or len(refs) > api_payload.MAX_ITEMS:
            raise return_error(
                "INVALID",
                self.env._(
                    "“refs” must be a list of at most %s.", api_payload.MAX_ITEMS
                ),
            )
        keys = [self._api_read_key(ref) for ref in refs]
        orders = self.with_context(active_test=False).search(
            Domain("id", "in", [key for key in keys if isinstance(key, int)])
            | Domain("name", "in", [key for key in keys if isinstance(key, str)])
            | Domain(
                "external_ref",
                "in",
                [key[1] for key in keys if isinstance(key, tuple) and key],
            )
        )
        found = {}
        for order in orders:
            found[order.id] = found[order.name] = order
            if order.company_id == self.env.company:
                found[order.external_source, order.external_ref] = order
        return [found.get(key, self.browse()) for key in keys]

    @api.model
    def _api_read_key(self, ref):
        """What ``ref`` names a return by: its id, its number, or source and reference
        of the calling system; empty where it names none."""
        if api_payload.is_id(ref) or api_payload.is_text(ref):
            return ref
        if isinstance(ref, dict) and all(
            api_payload.is_key(ref.get(key)) for key in ("source", "ref")
        ):
            return ref["source"], ref["ref"]
        return ()
