import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

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
    ("failed", "Follow-up Failed"),
    ("retried", "Retried"),
    ("reminded", "Reminded of the Goods"),
    ("closed_short", "Closed Short"),
    ("done", "Done"),
    ("reopened", "Reopened"),
]


LOG_TOKEN = object()


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
    hash = fields.Char(readonly=True, required=True)

    _order_sequence_uniq = models.UniqueIndex(
        "(order_id, sequence)", "The event log of a return has one entry per number."
    )

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
