from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, LockError, UserError
from odoo.fields import Command
from odoo.tools import clean_context

from ..exceptions import return_error
from ..tools import api_payload
from ..tools.api_lookup import ApiLookup

MAX_REQUESTS = 500


class SaleReturnApiMixin(models.AbstractModel):
    """What other systems call: the same over XML-RPC, JSON-RPC and ``/json/2``.

    Answers hold only what every transport carries: dicts with text keys, lists, texts,
    numbers and booleans. What is missing is an empty text.
    """

    _name = "sale.return.api.mixin"
    _description = "Return API"

    @api.model
    def api_request(self, requests, submit=True, atomic=False):
        """Create (and submit) up to 500 returns.

        :param list requests: one dict per return, see ``docs/api.md``
        :param bool submit: submit what was created
        :param bool atomic: all or nothing
        :return: list of results, one per request and in its order:
            ``{"ok": True, "id", "name", "state", "replayed", …}`` or
            ``{"ok": False, "errors": [{"code", "path", "message", "details"}]}``
        :raise AccessError: if the caller may not create returns
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("create")
        if not isinstance(requests, list | tuple):
            raise return_error("INVALID", self.env._("“requests” must be a list."))
        if len(requests) > MAX_REQUESTS:
            error = return_error(
                "LIMIT_EXCEEDED",
                self.env._("At most %s requests in one call.", MAX_REQUESTS),
            )
            return [self._api_error(error) for _request in requests]
        results = [None] * len(requests)
        known = self._api_find_known(requests)
        fresh, first_by_key = {}, {}
        for index, request in enumerate(requests):
            errors = api_payload.check_shape(self.env, request)
            if errors:
                results[index] = {"ok": False, "errors": list(errors)}
                continue
            key = (request["source"], request["ref"])
            if key in known:
                results[index] = self._api_replay(known[key], request)
            elif key not in first_by_key:
                first_by_key[key] = index
                fresh[index] = request
        for index, vals in self._api_prepare(fresh, results).items():
            fresh[index] = vals
        fresh = {index: fresh[index] for index in fresh if results[index] is None}
        if atomic and any(result and not result["ok"] for result in results):
            fresh = {}
        self._api_create(requests, fresh, results, submit, atomic)
        known = self._api_find_known(requests) if None in results else {}
        for index, result in enumerate(results):
            if result is None:
                results[index] = self._api_follow(requests[index], known)
        return results

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
            "in_policy": self.in_policy,
            "warnings": [] if self.in_policy else [self.policy_message or ""],
            "rejection_reason": self.rejection_reason or "",
            "customer": self.partner_id.display_name,
            "tracking": self.carrier_tracking_ref or "",
            "legal_basis": self.legal_basis,
            "date_request": fields.Date.to_string(self.date_request),
            "date_submitted": self._api_datetime(self.date_submitted),
            "date_approved": self._api_datetime(self.date_approved),
            "date_received": self._api_datetime(self.date_received),
            "date_done": self._api_datetime(self.date_done),
            "currency": self.currency_id.name,
            "lines": [line._api_answer() for line in self.line_ids],
            "transfers": [
                {"id": picking.id, "name": picking.name, "state": picking.state}
                # sudo: no secret to readers of returns
                for picking in self.sudo().picking_ids
            ],
            "replacement_status": self.replacement_status or "none",
            "replacements": self._api_replacements(),
        }
        if self._has_field_access(self._fields["amount_total"], "read"):
            answer |= {
                "refund_status": self.refund_status or "none",
                "amount_untaxed": self.amount_untaxed,
                "amount_tax": self.amount_tax,
                "amount_total": self.amount_total,
                "amount_fee": self.amount_fee,
                "amount_refunded": self.amount_refunded,
                "refund_method": self.refund_method,
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
    def _api_not_found(self):
        return self._api_error(
            return_error("NOT_FOUND", self.env._("There is no such return order."))
        )

    @api.model
    def _api_error(self, error):
        """An exception of the ``UserError`` family as a result."""
        details = getattr(error, "sale_return_details", {})
        position = getattr(error, "sale_return_position", None)
        path = "" if position is None else f"lines.{position}"
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

    # === REQUESTS === #

    @api.model
    def _api_find_known(self, requests):
        """Returns already made for the keys of ``requests``, by ``(source, ref)``."""
        refs = [
            request["ref"]
            for request in requests
            if isinstance(request, dict) and api_payload.is_key(request.get("ref"))
        ]
        orders_sudo = self.sudo().search(  # sudo: a key is taken, whoever took it
            [
                ("company_id", "=", self.env.company.id),
                ("external_ref", "in", refs),
                ("active", "in", (True, False)),
            ]
        )
        return {
            (order.external_source, order.external_ref): order.sudo(False)
            for order in orders_sudo
        }

    @api.model
    def _api_replay(self, order, request):
        # sudo: the digest is compared, not shown
        if order.sudo().external_digest != api_payload.digest(request):
            error = return_error(
                "REF_CONFLICT",
                self.env._(
                    "Reference “%s” was already used for other content.",
                    request["ref"],
                ),
            )
            return self._api_error(error)
        if not order.has_access("read"):
            error = return_error(
                "ACCESS_DENIED", self.env._("You may not see this return order.")
            )
            return self._api_error(error)
        return order._api_answer(replayed=True)

    @api.model
    def _api_follow(self, request, known):
        """Result of a request that repeats an earlier one of the same call."""
        order = known.get((request["source"], request["ref"]))
        if order:
            return self._api_replay(order, request)
        error = return_error(
            "INVALID",
            self.env._("Nothing was created: another request of the call was refused."),
        )
        return self._api_error(error)

    @api.model
    def _api_prepare(self, requests, results):
        """Look up what the requests name, together, and make create values.

        Refusals are written to ``results``.

        :param dict requests: well-formed requests by index
        :return: dict of index to values for ``create``
        """
        lookup = ApiLookup(self.env, requests.values())
        vals_by_index = {}
        for index, request in requests.items():
            errors = api_payload.PayloadErrors()
            vals = self._api_prepare_vals(request, lookup, errors)
            if errors:
                results[index] = {"ok": False, "errors": list(errors)}
            else:
                vals_by_index[index] = vals
        return vals_by_index

    @api.model
    def _api_prepare_vals(self, request, lookup, errors):
        line_vals_list = []
        partner = self.env["res.partner"]
        main_reason = lookup.find_reason(request.get("reason"), "reason", errors)
        for index, line in enumerate(request["lines"]):
            path = f"lines.{index}"
            sale_line = lookup.find_sale_line(request, line, path, errors)
            reason = main_reason
            if "reason" in line:
                reason = lookup.find_reason(line["reason"], f"{path}.reason", errors)
            uom = lookup.find_uom(sale_line, line.get("uom"), f"{path}.uom", errors)
            if uom and uom.compare(line["quantity"], 0) <= 0:
                errors.add(
                    "INVALID",
                    f"{path}.quantity",
                    self.env._("The quantity is too small to be counted."),
                )
            partner = partner or sale_line.order_id.partner_id
            line_vals_list.append(
                {
                    "sale_line_id": sale_line.id,
                    "product_uom_id": uom.id,
                    "quantity": float(line["quantity"]),
                    "reason_id": reason.id,
                    "note": line.get("note", False),
                    "goods_return": line.get("goods") or request.get("goods", "return"),
                    **self._api_prepare_replacement_vals(line, lookup, path, errors),
                }
            )
        warehouse = lookup.find_warehouse(request.get("warehouse"), "warehouse", errors)
        bank_account = lookup.find_bank_account(
            partner, request.get("bank_account"), "bank_account", errors
        )
        return {
            "partner_id": partner.id,
            "company_id": self.env.company.id,
            "channel": "api",
            "warehouse_id": warehouse.id,
            "legal_basis": request.get("legal_basis", "voluntary"),
            "customer_reference": request.get("customer_reference", False),
            "carrier_tracking_ref": request.get("tracking", False),
            "refund_method": request.get("refund_method", "credit"),
            "partner_bank_id": bank_account.id,
            "line_ids": [Command.create(vals) for vals in line_vals_list],
        }

    @api.model
    def _api_create(self, requests, vals_by_index, results, submit, atomic):
        """Write the good requests in one batch; if that is refused, one by one."""
        indexes = list(vals_by_index)
        if not indexes:
            return
        refusal = self._api_create_batch(
            requests, vals_by_index, results, submit, indexes
        )
        if refusal and not atomic and len(indexes) > 1:
            for index in indexes:  # whose fault it was shows one by one
                refusal = self._api_create_batch(
                    requests, vals_by_index, results, submit, [index]
                )
                results[index] = refusal or results[index]
        elif refusal:
            for index in indexes:
                results[index] = refusal

    @api.model
    def _api_create_batch(self, requests, vals_by_index, results, submit, batch):
        """Create one batch, all or nothing.

        :return: the refusal as a result, or None where ``results`` are filled
        """
        try:
            with self.env.cr.savepoint():
                orders = self.create([vals_by_index[index] for index in batch])
                for order, index in zip(orders, batch, strict=True):
                    request = requests[index]
                    order.sudo().write(  # sudo: the key is a workflow field
                        {
                            "external_source": request["source"],
                            "external_ref": request["ref"],
                            "external_digest": api_payload.digest(request),
                        }
                    )
                orders.flush_recordset()
                if submit:
                    orders.action_submit()
        except UniqueViolation as error:
            if error.diag.constraint_name != "sale_return_order_external_uniq":
                raise
            # The same reference is being created by another call: Odoo runs this one
            # again, and then finds what the other one made.
            raise ConcurrencyError("external reference taken meanwhile") from error
        except UserError as error:
            return self._api_error(error)
        for order, index in zip(orders, batch, strict=True):
            results[index] = order._api_answer()
        return None

    @api.model
    def _api_find_orders(self, refs):
        """:return: list of what each of ``refs`` names, empty where there is no such"""
        self.check_access("read")
        if not isinstance(refs, list | tuple) or len(refs) > MAX_REQUESTS:
            raise return_error(
                "INVALID",
                self.env._("“refs” must be a list of at most %s.", MAX_REQUESTS),
            )
        return [self._api_find_order(ref) for ref in refs]

    @api.model
    def _api_find_order(self, ref):
        if api_payload.is_id(ref):
            domain = [("id", "=", ref)]
        elif api_payload.is_text(ref):
            domain = [("name", "=", ref)]
        elif isinstance(ref, dict) and all(
            api_payload.is_key(ref.get(key)) for key in ("source", "ref")
        ):
            domain = [
                ("external_source", "=", ref["source"]),
                ("external_ref", "=", ref["ref"]),
                ("company_id", "=", self.env.company.id),
            ]
        else:
            return self.browse()
        return self.with_context(active_test=False).search(domain, limit=1)
