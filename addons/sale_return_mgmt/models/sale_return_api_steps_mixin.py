from collections import defaultdict, namedtuple
from functools import partial

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import clean_context

from ..exceptions import return_error
from ..tools import api_payload
from ..tools.api_goods_lookup import GoodsLookup
from ..tools.api_step_payload import check_decision, check_step

# A return, what the caller sent for it, and what the lines of that were read as: dicts
# whose "line" is the return line, in the order of what was sent.
Step = namedtuple("Step", "order item rows")


class SaleReturnApiStepsMixin(models.AbstractModel):
    """The steps of a return, as other systems take them: as the calling user, all or
    none of one item, and one refused item does not stop the others.

    An item with a key of its own (``source``, ``ref``) is taken once; the key is kept
    in the event log.
    """

    _name = "sale.return.api.steps.mixin"
    _inherit = "sale.return.api.answer.mixin"
    _description = "Return API Steps"

    @api.model
    def api_settle(self, refs, date=None):
        """Credit what is due of up to 500 returns; nothing due: nothing made.

        :param list refs: ids, numbers or ``{"source": …, "ref": …}``; or dicts with one
            of these as ``return`` and a key of the step
        :param str date: see ``action_settle``
        :return: list of results in the order of ``refs``, as ``api_get`` gives them or
            ``{"ok": False, "errors": [{"code", "path", "message", "details"}]}``
        """
        return self._api_take_refs(
            ["api_settle", date], refs, lambda orders: orders.action_settle(date)
        )

    @api.model
    def api_cancel(self, refs):
        """Give up to 500 returns up, before goods or money moved.

        :param list refs: see ``api_settle``
        :return: see ``api_settle``
        """
        return self._api_take_refs(
            ["api_cancel"], refs, lambda orders: orders.action_cancel()
        )

    @api.model
    def api_decide(self, decisions):
        """Approve, reject or send back up to 500 returns.

        :param list decisions: dicts with ``return`` and ``decision``, see
            ``docs/api/``
        :return: see ``api_settle``
        """
        return self._api_take_steps(
            ["api_decide"],
            decisions,
            check_decision,
            self._api_do_decide,
            self._api_read_grants,
        )

    # === DECISIONS === #

    @api.model
    def _api_read_grants(self, order, item, lookup, errors):
        lines = {line.id: line for line in order.line_ids}
        rows = []
        for index, grant in enumerate(item.get("grants", [])):
            if grant["line"] in lines:
                rows.append(grant | {"line": lines[grant["line"]]})
            else:
                errors.add(
                    "NOT_FOUND",
                    f"grants.{index}.line",
                    self.env._("“%s” was not found.", grant["line"]),
                )
        return rows

    @api.model
    def _api_do_decide(self, steps):
        groups = defaultdict(list)
        for step in steps:
            item = step.item
            text = item.get("reason") or item.get("comment")
            groups[item["decision"], text].append(step)
        for (decision, text), group in groups.items():
            orders = self._api_get_orders(group)
            if decision == "reject":
                orders.action_reject(text)
            elif decision == "send_back":
                orders.action_send_back(text)
            else:
                grants = [
                    grant | {"line": grant["line"].id}
                    for step in group
                    for grant in step.rows
                ]
                orders.action_approve(text, grants)

    # === ALL STEPS === #

    @api.model
    def _api_take_refs(self, call, refs, take):
        """Take a step that needs to know no more than the return.

        :param take: called with returns; takes the step on all of them or none
        """
        if not isinstance(refs, list | tuple):
            raise return_error("INVALID", self.env._("“refs” must be a list."))
        plain = [not isinstance(ref, dict) or "return" not in ref for ref in refs]
        results = self._api_take_steps(
            call,
            [
                {"return": ref} if is_plain else ref
                for ref, is_plain in zip(refs, plain, strict=True)
            ],
            check_step,
            lambda steps: take(self._api_get_orders(steps)),
        )
        for result, is_plain in zip(results, plain, strict=True):
            for error in result.get("errors", []):
                error["path"] = "" if is_plain else error["path"]
        return results

    @api.model
    def _api_get_orders(self, steps):
        return self.env["sale.return.order"].union(*(step.order for step in steps))

    @api.model
    def _api_take_steps(self, call, items, check, take, read=None, find=None):
        """Take a step of many returns together; if that is refused, one by one.

        :param list call: name of the public method and what else it was called with
        :param items: what the caller sent, one for each return
        :param check: tells the errors in the shape of an item
        :param take: called with a list of ``Step``; takes all of them or none
        :param read: called with a return, its item, a ``GoodsLookup`` for all items
            and ``PayloadErrors``: what the lines of the item name
        :param find: finds the returns of a list of items, by ``return`` if not given
        :return: list of results in the order of ``items``
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("read")
        if not isinstance(items, list | tuple):
            raise return_error("INVALID", self.env._("Send a list, also for one."))
        if len(items) > api_payload.MAX_ITEMS:
            error = return_error(
                "LIMIT_EXCEEDED",
                self.env._("At most %s requests in one call.", api_payload.MAX_ITEMS),
            )
            return [self._api_error(error) for _item in items]
        results = [None] * len(items)
        waiting = {}
        for index, item in enumerate(items):
            errors = check(self.env, item)
            if errors:
                results[index] = {"ok": False, "errors": list(errors)}
            else:
                waiting[index] = item
        find = find or self._api_find_returns
        orders = dict(zip(waiting, find(list(waiting.values())), strict=True))
        if read:
            read = partial(read, lookup=GoodsLookup(self.env, waiting.values()))
        while waiting:
            batch = self._api_get_batch(waiting, orders)
            self._api_take_batch(call, batch, orders, results, take, read)
            waiting = {index: waiting[index] for index in waiting if index not in batch}
        return [
            result or orders[index]._api_answer()
            for index, result in enumerate(results)
        ]

    @api.model
    def _api_find_returns(self, items):
        return self._api_find_orders([item["return"] for item in items])

    @api.model
    def _api_get_batch(self, items, orders):
        """The items that can be taken together: one for each return and key, so that
        what comes later finds what came before."""
        batch, seen = {}, set()
        for index, item in items.items():
            marks = {*orders[index].ids, self._api_get_step_key(item)} - {()}
            if not marks & seen:
                batch[index] = item
            seen |= marks
        return batch

    @api.model
    def _api_get_step_key(self, item):
        return (item["source"], item["ref"]) if "ref" in item else ()

    @api.model
    def _api_take_batch(self, call, batch, orders, results, take, read):
        known = self._api_find_taken(batch.values())
        steps = {}
        for index, item in batch.items():
            event = known.get(self._api_get_step_key(item))
            if event:
                results[index] = self._api_replay_step(event, call, item)
                continue
            order, errors, rows = orders[index], api_payload.PayloadErrors(), []
            try:
                if order and read:
                    rows = read(order, item, errors=errors)
            except UserError as error:
                results[index] = self._api_error(error)
                continue
            if not order:
                results[index] = self._api_not_found("return")
            elif errors:
                results[index] = {"ok": False, "errors": list(errors)}
            else:
                steps[index] = Step(order, item, rows)
        refusal = steps and self._api_try_steps(call, list(steps.values()), take)
        for index, step in steps.items() if refusal else ():
            if len(steps) > 1:  # whose fault it was shows one by one
                refusal = self._api_try_steps(call, [step], take)
            results[index] = refusal

    @api.model
    def _api_try_steps(self, call, steps, take):
        """:return: the refusal as a result, or None where the steps were taken"""
        try:
            with self.env.cr.savepoint():
                take(steps)
                self._api_keep_keys(call, steps)
        except UniqueViolation as error:
            if error.diag.constraint_name != "sale_return_event_external_uniq":
                raise
            # Another call takes the same step: Odoo runs this one again, and then
            # finds what the other one did.
            raise ConcurrencyError("key of a step taken meanwhile") from error
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            return self._api_error(self._api_get_busy(error))
        except UserError as error:
            return self._api_step_error(error, steps[0])
        return None

    @api.model
    def _api_step_error(self, error, step):
        """The refusal of a step, with the place in what was sent for it."""
        line = getattr(error, "sale_return_line", None)
        name = "grants" if "grants" in step.item else "lines"
        lines = [row["line"] for row in step.rows]
        error.sale_return_path = (
            f"{name}.{lines.index(line)}" if line and line in lines else ""
        )
        return self._api_error(error)

    # === KEYS OF STEPS === #

    @api.model
    def _api_find_taken(self, items):
        """Events of steps that were already taken, by the key of the step."""
        keys = [self._api_get_step_key(item) for item in items if "ref" in item]
        if not keys:
            return {}
        # sudo: a key is taken, whoever took it
        Event_sudo = self.env["sale.return.event"].sudo()
        events_sudo = Event_sudo.search(
            [
                ("company_id", "=", self.env.company.id),
                ("external_ref", "in", [ref for _source, ref in keys]),
            ]
        )
        return {
            (event.external_source, event.external_ref): event for event in events_sudo
        }

    @api.model
    def _api_replay_step(self, event_sudo, call, item):
        if event_sudo.payload["digest"] != api_payload.digest([call, item]):
            return self._api_error(self._api_get_conflict(item))
        order = event_sudo.order_id.sudo(False)
        if not order.has_access("read"):
            return self._api_error(
                return_error(
                    "ACCESS_DENIED", self.env._("You may not see this return order.")
                )
            )
        return order._api_answer(replayed=True)

    @api.model
    def _api_keep_keys(self, call, steps):
        """Log the keys of steps that were taken."""
        keyed = [step for step in steps if "ref" in step.item]
        payloads = {
            step.order: {
                "step": call[0],
                "source": step.item["source"],
                "ref": step.item["ref"],
                "digest": api_payload.digest([call, step.item]),
            }
            for step in keyed
        }
        self.env["sale.return.event"]._log(
            self._api_get_orders(keyed), "called", payloads=payloads
        )
