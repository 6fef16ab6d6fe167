from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import clean_context

from ..exceptions import return_error
from ..tools import api_payload
from ..tools.api_lookup import ApiLookup


class SaleReturnApiRequestMixin(models.AbstractModel):
    """How other systems ask for returns."""

    _name = "sale.return.api.request.mixin"
    _inherit = "sale.return.api.answer.mixin"
    _description = "Return API Requests"

    @api.model
    def api_request(self, requests, submit=True, atomic=False):
        """Create (and submit) up to 500 returns.

        :param list requests: one dict per return, see ``docs/api/``
        :param bool submit: submit what was created
        :param bool atomic: all or nothing
        :return: list of results, one per request and in its order:
            ``{"ok": True, "id", "name", "state", "replayed", …}`` or
            ``{"ok": False, "errors": [{"code", "path", "message", "details"}]}``
        :raise AccessError: if the caller may not create returns
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("create")
        self._api_check_switch("submit", submit)
        self._api_check_switch("atomic", atomic)
        results, fresh = self._api_read(requests)
        vals_by_index = self._api_prepare(fresh, results)
        if atomic and any(result and not result["ok"] for result in results):
            vals_by_index = {}
        self._api_create(requests, vals_by_index, results, submit, atomic)
        known = self._api_find_known(requests) if None in results else {}
        for index, result in enumerate(results):
            if result is None:
                results[index] = self._api_follow(requests[index], known)
        return results

    # === BUSINESS METHODS === #

    @api.model
    def _api_check_switch(self, name, value):
        """Refuse what would be taken for true, as the text "false" is."""
        if value not in (True, False):
            raise return_error(
                "INVALID", self.env._("“%s” must be true or false.", name)
            )

    @api.model
    def _api_read(self, requests):
        """Check the shape of the requests of a call and answer those that are known.

        :return: ``(results, fresh)``: results in the order of ``requests``, None where
            there is none yet; by index the requests to go on with, without those that
            repeat an earlier one of the call
        """
        if not isinstance(requests, list | tuple):
            raise return_error("INVALID", self.env._("“requests” must be a list."))
        if len(requests) > api_payload.MAX_ITEMS:
            error = return_error(
                "LIMIT_EXCEEDED",
                self.env._("At most %s requests in one call.", api_payload.MAX_ITEMS),
            )
            return [self._api_error(error) for _request in requests], {}
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
        return results, fresh

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
            (order.external_source, order.external_ref): order.with_env(self.env)
            for order in orders_sudo
        }

    @api.model
    def _api_replay(self, order, request):
        # sudo: the digest is compared, not shown
        if order.sudo().external_digest != api_payload.digest(request):
            return self._api_error(self._api_get_conflict(request))
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
        lookup.check_company(request.get("company"), "company", errors)
        partner = lookup.find_partner(request.get("partner"), "partner", errors)
        main_reason = lookup.find_reason(request.get("reason"), "reason", errors)
        line_vals_list = [
            self._api_prepare_line_vals(
                request, line, f"lines.{index}", main_reason, lookup, errors
            )
            for index, line in enumerate(request["lines"])
        ]
        sale_lines = self.env["sale.order.line"].browse(
            vals["sale_line_id"] for vals in line_vals_list if vals["sale_line_id"]
        )
        partner = partner or sale_lines[:1].order_id.partner_id
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
    def _api_prepare_line_vals(self, request, line, path, reason, lookup, errors):
        """:param reason: of the request, for lines that name none"""
        sale_line = self.env["sale.order.line"]
        if "price" in line:
            product = lookup.find_product(line, path, errors)
            origin = {"product_id": product.id, "price_asked": float(line["price"])}
        else:
            sale_line = lookup.find_sale_line(request, line, path, errors)
            product, origin = sale_line.product_id, {}
        if "reason" in line:
            reason = lookup.find_reason(line["reason"], f"{path}.reason", errors)
        uom = lookup.find_uom(
            product, sale_line, line.get("uom"), f"{path}.uom", errors
        )
        if uom and uom.compare(line["quantity"], 0) <= 0:
            errors.add(
                "INVALID",
                f"{path}.quantity",
                self.env._("The quantity is too small to be counted."),
            )
        lots = lookup.find_lots(product, line, path, errors)
        return {
            "sale_line_id": sale_line.id,
            **origin,
            "product_uom_id": uom.id,
            "quantity": float(line["quantity"]),
            "lot_ids": [Command.set(lots.ids)],
            "reason_id": reason.id,
            "note": line.get("note", False),
            "goods_return": line.get("goods") or request.get("goods", "return"),
            **self._api_prepare_replacement_vals(line, lookup, path, errors),
        }

    @api.model
    def _api_create(self, requests, vals_by_index, results, submit, atomic):
        """Write the good requests in one batch; if that is refused, one by one."""
        indexes = list(vals_by_index)
        if not indexes:
            return
        refusals = self._api_create_batch(
            requests, vals_by_index, results, submit, indexes
        )
        if refusals and not atomic and len(indexes) > 1:
            refusals = {}
            for index in indexes:  # whose fault it was shows one by one
                refusals |= self._api_create_batch(
                    requests, vals_by_index, results, submit, [index]
                )
        for index, refusal in refusals.items():
            results[index] = refusal

    @api.model
    def _api_create_batch(self, requests, vals_by_index, results, submit, batch):
        """Create one batch, all or nothing.

        :return: dict of index to its refusal; empty where ``results`` are filled
        """
        orders = self.browse()
        try:
            with self.env.cr.savepoint():
                self._api_lock([vals_by_index[index] for index in batch])
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
                self._api_attach(
                    {
                        order: requests[index]
                        for order, index in zip(orders, batch, strict=True)
                    }
                )
                if submit:
                    orders.action_submit()
        except UniqueViolation as error:
            if error.diag.constraint_name != "sale_return_order_external_uniq":
                raise
            # The same reference is being created by another call: Odoo runs this one
            # again, and then finds what the other one made.
            raise ConcurrencyError("external reference taken meanwhile") from error
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            return self._api_get_refusals(self._api_get_busy(error), orders, batch)
        except UserError as error:
            return self._api_get_refusals(error, orders, batch)
        for order, index in zip(orders, batch, strict=True):
            results[index] = order._api_answer()
        return {}

    @api.model
    def _api_lock(self, vals_list):
        """Lock what submitting will lock: who comes second learns it before the work.

        :raise LockError: if another transaction is at work on it
        """
        sale_lines = self.env["sale.order.line"].browse(
            line_vals["sale_line_id"]
            for vals in vals_list
            for _create, _id, line_vals in vals["line_ids"]
            if line_vals["sale_line_id"]
        )
        sale_lines |= sale_lines.order_id._get_first_lines()
        # sudo: lines to be locked, whoever may write on them
        sale_lines.sudo().lock_for_update(allow_referencing=True)

    @api.model
    def _api_get_refusals(self, error, orders, batch):
        """The refusal of a batch: of the request whose fault it is, as far as the error
        tells, or else of all, without a place in them."""
        culprit = getattr(error, "sale_return_order", None)
        if culprit and culprit in orders:
            batch = [batch[list(orders).index(culprit)]]
        refusal = self._api_error(error)
        if len(batch) > 1:
            for told in refusal["errors"]:
                told["path"] = ""
        return dict.fromkeys(batch, refusal)

    @api.model
    def _api_attach(self, requests_by_order):
        """Keep the files that were sent, as the caller's."""
        self.env["ir.attachment"].create(
            [
                {
                    "name": file["name"],
                    "raw": api_payload.read_file(file),
                    "res_model": order._name,
                    "res_id": order.id,
                }
                for order, request in requests_by_order.items()
                for file in request.get("attachments", [])
            ]
        )
