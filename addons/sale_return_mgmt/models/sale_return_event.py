import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.api_payload import without_none

EVENT_TYPES = [
    ("created", "Created"),
    ("edited", "Edited"),
    ("submitted", "Submitted"),
    ("withdrawn", "Withdrawn"),
    ("sent_back", "Sent Back"),
    ("level_approved", "Level Approved"),
    ("policy_overridden", "Policy Overridden"),
    ("approver_named", "Approver Named"),
    ("fee_set", "Fee Set"),
    ("approved", "Approved"),
    ("auto_approved", "Approved by Policy"),
    ("rejected", "Rejected"),
    ("reset", "Reset to Draft"),
    ("cancelled", "Cancelled"),
    ("received", "Goods Received"),
    ("receipt_undone", "Receipt Undone"),
    ("discrepancy", "Not What Was Agreed"),
    ("inspected", "Goods Inspected"),
    ("inspection_undone", "Inspection Undone"),
    ("goods_sent_back", "Goods Sent Back to the Customer"),
    ("credit_queued", "Queued for Crediting"),
    ("credited", "Credit Note Created"),
    ("credit_posted", "Credit Note Posted"),
    ("credit_undone", "Credit Note Undone"),
    ("refund_paid", "Refund Paid"),
    ("refund_failed", "Refund Failed"),
    ("receipt_cancelled", "Receipt Cancelled"),
    ("replacement_prepared", "Replacement Prepared"),
    ("replacement_sent", "Replacement Sent"),
    ("replacement_undone", "Replacement Undone"),
    ("replacement_cancelled", "Replacement Cancelled"),
    ("replacement_given_up", "Credited Instead of Replaced"),
    ("called", "Step of Another System"),
    ("failed", "Follow-up Failed"),
    ("retried", "Retried"),
    ("reminded", "Reminded of the Goods"),
    ("closed_short", "Closed Short"),
    ("done", "Done"),
    ("reopened", "Reopened"),
]


LOG_TOKEN = object()

# How far back the feed starts anew where the event that a caller had last is gone, with
# a draft that was deleted: further apart than transactions at one time can be.
OVERLAP = 1000


class SaleReturnEvent(models.Model):
    """Audit log and event feed of returns: append-only, chained by hash per return."""

    _name = "sale.return.event"
    _inherit = "sale.return.protected.mixin"
    _description = "Return Event"
    _order = "id desc"

    order_id = fields.Many2one(
        "sale.return.order",
        "Return Order",
        readonly=True,
        required=True,
        index=True,
        # No cascade: what is on file cannot go with its return, by whatever way.
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    sequence = fields.Integer("No.", readonly=True, required=True)
    type = fields.Selection(EVENT_TYPES, readonly=True, required=True)
    round = fields.Integer(readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, required=True)
    date = fields.Datetime(readonly=True, required=True)
    from_state = fields.Char(readonly=True)
    to_state = fields.Char(readonly=True)
    note = fields.Text(readonly=True)
    payload = fields.Json(readonly=True)
    # The key under which another system took a step; the payload has it as well, which
    # is in the hash.
    external_source = fields.Char(readonly=True)
    external_ref = fields.Char("External Reference", readonly=True)
    hash = fields.Char(readonly=True, required=True)
    # What Odoo's automation rules may send to other systems, see docs/webhooks.md.
    event = fields.Json(compute="_compute_event")

    _order_sequence_uniq = models.UniqueIndex(
        "(order_id, sequence)", "The event log of a return has one entry per number."
    )
    _external_uniq = models.UniqueIndex(
        "(company_id, external_source, external_ref) WHERE external_ref IS NOT NULL",
        "This reference of the calling system is already used by another step.",
    )

    def init(self):
        """The transaction that wrote an event, for the feed of other systems: filled in
        by the database, out of everybody's reach."""
        self.env.cr.execute(
            SQL(
                """ALTER TABLE sale_return_event
                     ADD COLUMN IF NOT EXISTS transaction_id bigint
                         DEFAULT pg_current_xact_id()::text::bigint"""
            )
        )
        self.env.cr.execute(
            SQL(
                """CREATE INDEX IF NOT EXISTS sale_return_event_feed_idx
                       ON sale_return_event (transaction_id, id)"""
            )
        )

    def _register_hook(self):
        """After a restore on a younger database server the events on file seem to be of
        transactions to come: let them be older than all of its own."""
        res = super()._register_hook()
        [(last,)] = self.env.execute_query(
            SQL(
                """SELECT max(transaction_id) FROM sale_return_event
                    WHERE transaction_id >=
                          pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                      AND transaction_id IS DISTINCT FROM
                          pg_current_xact_id_if_assigned()::text::bigint"""
            )
        )
        if last:
            self.env.cr.execute(
                SQL(
                    "UPDATE sale_return_event SET transaction_id = transaction_id - %s",
                    last,
                )
            )
        return res

    def _compute_event(self):
        """As the feed tells it to those who may not read the log: no note, no amount.
        Nothing to depend on: an event never changes."""
        for event in self:
            event.event = event._api_answer(shows_all=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Only ``_log`` writes: no context from outside can hold its token."""
        if self.env.context.get("sale_return_log") is not LOG_TOKEN:
            raise UserError(self.env._("The event log of a return writes itself."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The event log of a return cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The event log of a return cannot be deleted."))

    @api.model
    def _log(self, orders, event_type, from_states=None, note=False, payloads=None):
        """Append one event to each order.

        :param orders: ``sale.return.order`` records, after the step
        :param str event_type: key of ``EVENT_TYPES``
        :param dict from_states: state before the step by order, if the step changed it
        :param str note: what the user gave as reason
        :param dict payloads: JSON-safe facts by order
        """
        if not orders:
            return
        self.flush_model(["order_id", "sequence", "hash"])
        last_by_order = {
            order_id: (sequence, digest)
            for order_id, sequence, digest in self.env.execute_query(
                SQL(
                    """SELECT DISTINCT ON (order_id) order_id, sequence, hash
                         FROM sale_return_event
                        WHERE order_id IN %s
                     ORDER BY order_id, sequence DESC""",
                    tuple(orders.ids),
                )
            )
        }
        now = fields.Datetime.now()
        vals_list = []
        for order in orders:
            last_sequence, last_hash = last_by_order.get(order.id, (0, ""))
            vals = {
                "order_id": order.id,
                "sequence": last_sequence + 1,
                "type": event_type,
                "round": order.round,
                "user_id": self.env.uid,
                "date": now,
                "from_state": (from_states or {}).get(order, order.state),
                "to_state": order.state,
                # As it is stored: callers may send what is no text.
                "note": str(note) if note else False,
                "payload": (payloads or {}).get(order, {}),
            }
            vals["hash"] = self._compute_hash(last_hash, vals)
            if event_type == "called":
                vals["external_source"] = vals["payload"]["source"]
                vals["external_ref"] = vals["payload"]["ref"]
            vals_list.append(vals)
        # sudo: nobody has the right to create events but the steps themselves
        events_sudo = self.sudo().with_context(sale_return_log=LOG_TOKEN)
        # One update for all, where the ORM would make one for each.
        self.env.execute_query(
            SQL(
                """UPDATE sale_return_order SET log_hash = event.hash
                     FROM (VALUES %s) AS event (order_id, hash)
                    WHERE id = event.order_id RETURNING id""",
                SQL(", ").join(
                    SQL("(%s, %s)", vals["order_id"], vals["hash"])
                    for vals in vals_list
                ),
            )
        )
        orders.invalidate_recordset(["log_hash"], flush=False)
        events_sudo.create(vals_list)
        self.env["sale.return.notice"]._queue(orders, event_type)
        orders._queue_turns(event_type)

    @api.model
    def _forget(self, orders):
        """Drop the log of drafts that may be deleted, which nothing came of."""
        if not orders:
            return
        self.flush_model(["order_id"])
        self.env.execute_query(
            SQL(
                "DELETE FROM sale_return_event WHERE order_id IN %s RETURNING id",
                tuple(orders.ids),
            )
        )
        orders.invalidate_recordset(["event_ids"])

    @api.model
    def _get_oldest_open(self):
        """The oldest transaction of this database that the present one does not see, as
        SQL. Those of others on the server would only delay the feed: they are left out
        where the server tells whose they are."""
        return SQL(
            """SELECT COALESCE(min(xid::text::bigint),
                               pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
                 FROM pg_snapshot_xip(pg_current_snapshot()) AS xid
                WHERE NOT EXISTS (
                          SELECT FROM pg_stat_activity AS other
                           WHERE other.datname != current_database()
                             AND other.backend_xid::text::bigint
                                 = xid::text::bigint %% 4294967296)"""
        )

    @api.model
    def _get_place(self, id_):
        """``(transaction, id)`` of an event, by which the feed is sorted; where it is
        gone, a place before all that may have come after it."""
        found = self.env.execute_query(
            SQL("SELECT transaction_id FROM sale_return_event WHERE id = %s", id_)
        )
        if found:
            return found[0][0], id_
        [(first,)] = self.env.execute_query(
            SQL(
                "SELECT min(transaction_id) FROM sale_return_event WHERE id > %s",
                id_ - OVERLAP,
            )
        )
        return first or 0, 0

    def _api_answer(self, shows_all):
        """The event as other systems see it.

        :param bool shows_all: with what was noted and done, which may tell amounts
        """
        self.ensure_one()
        answer = {
            "id": self.id,
            "return_id": self.order_id.id,
            "return": self.order_id.name,
            "source": self.order_id.external_source or "",
            "ref": self.order_id.external_ref or "",
            "number": self.sequence,
            "type": self.type,
            "date": self.order_id._api_datetime(self.date),
            "from_state": self.from_state or "",
            "to_state": self.to_state or "",
        }
        if shows_all:
            answer |= {
                "user": self.user_id.name,
                "note": self.note or "",
                "payload": without_none(self.payload or {}),
            }
        return answer

    @api.model
    def _compute_hash(self, previous_hash, vals):
        content = dict(vals, date=fields.Datetime.to_string(vals["date"]))
        content.pop("hash", None)
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(f"{previous_hash}{text}".encode()).hexdigest()

    @api.model
    def _find_broken_links(self, orders):
        """Events whose hash does not follow from the event before them, and the last
        ones where entries after them are gone.

        :return: ``sale.return.event`` records; empty where the chains are whole
        """
        broken = self.browse()
        for events in (
            self.search([("order_id", "in", orders.ids)]).grouped("order_id").values()
        ):
            previous_hash = ""
            for number, event in enumerate(events.sorted("sequence"), start=1):
                vals = {
                    "order_id": event.order_id.id,
                    "sequence": number,
                    "type": event.type,
                    "round": event.round,
                    "user_id": event.user_id.id,
                    "date": event.date,
                    "from_state": event.from_state,
                    "to_state": event.to_state,
                    "note": event.note,
                    "payload": event.payload or {},
                }
                if event.hash != self._compute_hash(previous_hash, vals):
                    broken |= event
                previous_hash = event.hash
            if event.order_id.log_hash != previous_hash:
                broken |= event
        return broken
