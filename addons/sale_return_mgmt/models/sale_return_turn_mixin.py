from collections import namedtuple

from odoo import models
from odoo.tools import clean_context

Turn = namedtuple("Turn", "events group")

# With which entries of the event log a turn begins, and the role without which nobody
# is asked. Who else may be: ``_get_turn_users_<turn>``; when it is over:
# ``_is_turn_<turn>``; its activity type: ``mail_activity_type_<turn>``.
TURNS = {
    "revise": Turn(("sent_back",), "sale_return_mgmt.group_sale_return_clerk"),
    "rejected": Turn(("rejected",), "sale_return_mgmt.group_sale_return_clerk"),
    "receive": Turn(
        ("approved", "auto_approved", "receipt_undone", "retried"),
        "sale_return_mgmt.group_sale_return_warehouse",
    ),
    "inspect": Turn(
        ("received", "inspection_undone"),
        "sale_return_mgmt.group_sale_return_warehouse",
    ),
    "post": Turn(("credited", "credit_undone"), "account.group_account_invoice"),
    "pay": Turn(("credit_posted", "retried"), "account.group_account_invoice"),
    "failure": Turn(("failed", "refund_failed"), "base.group_user"),
    # Begun by the inspection, which knows the goods.
    "vendor": Turn((), "base.group_user"),
}
QUEUE = "sale.return.turns"


class SaleReturnTurnMixin(models.AbstractModel):
    """Who has to do something next, and is told so by an activity.

    A turn begins with an event and is over when the facts say so. Both are asked when
    the transaction is about to be committed, once for all of its returns: what began
    and ended in it bothers nobody. The activities have no text of their own, so that
    they tell nobody what he may not see. How approvers are asked is in
    :class:`SaleReturnAskMixin`.
    """

    _name = "sale.return.turn.mixin"
    _description = "Turns of a Return"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Whose turn it is does not follow the return for ever after."""
        if self.env.context.get("sale_return_turn"):
            return True
        return super().message_subscribe(partner_ids, subtype_ids)

    def _queue_turns(self, event_type=None):
        """Ask at the end of the transaction whose turn it is.

        :param event_type: what happened; without it turns can only end
        """
        if not self:
            return
        precommit = self.env.cr.precommit
        if QUEUE not in precommit.data:
            precommit.data[QUEUE] = []
            precommit.add(self.browse()._follow_turns)
        precommit.data[QUEUE].append((self.ids, event_type, self.env.uid))

    def _follow_turns(self):
        """End the turns that are over and tell those whose turn it is now."""
        queue = self.env.cr.precommit.data.pop(QUEUE, [])
        # sudo: whose turn it is follows from the step, whoever took it
        orders_sudo = self.sudo().with_context(clean_context(self.env.context))
        orders_sudo = orders_sudo.browse(
            dict.fromkeys(id_ for ids, *_rest in queue for id_ in ids)
        ).exists()
        types = {turn: self._get_turn_type(turn) for turn in TURNS}
        activities_sudo = orders_sudo.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", orders_sudo.ids),
                ("activity_type_id", "in", [each.id for each in types.values()]),
            ]
        )
        activities_by_type = activities_sudo.grouped("activity_type_id")
        for turn, activity_type in types.items():
            actors = {
                id_: uid
                for ids, event_type, uid in queue
                if event_type in TURNS[turn].events
                for id_ in ids
            }
            orders_sudo._follow_turn(
                turn,
                activity_type,
                activities_by_type.get(activity_type, activities_sudo.browse()),
                actors,
            )

    def _follow_turn(self, turn, activity_type, activities, actors):
        """One turn of these returns.

        :param activities: its open ones
        :param dict actors: who has just begun the turn, by id of the return
        """
        asked = {(activity.res_id, activity.user_id) for activity in activities}
        asked_ids = set(activities.mapped("res_id"))
        on = self.filtered(
            lambda order: (
                order.id in asked_ids | actors.keys()
                and getattr(order, f"_is_turn_{turn}")()
            )
        ).with_prefetch(self._prefetch_ids)
        activities.filtered(lambda activity: activity.res_id not in on.ids).unlink()
        pairs, unasked = [], self.browse()
        for order in on:
            if order.id not in actors:
                continue
            users = order._filter_turn_users(
                getattr(order, f"_get_turn_users_{turn}")(), TURNS[turn].group
            )
            pairs += [
                (order, user)
                for user in users
                if user.id != actors[order.id] and (order.id, user) not in asked
            ]
            if not users and order.id not in asked_ids:
                unasked |= order
        self._create_turn_activities(activity_type, pairs)
        unasked._note_turn_of_nobody(activity_type)

    def _get_turn_type(self, turn):
        """Empty where somebody has deleted it: nobody is told then."""
        return (
            self.env.ref(
                f"sale_return_mgmt.mail_activity_type_{turn}", raise_if_not_found=False
            )
            or self.env["mail.activity.type"]
        )

    def _create_turn_activities(self, activity_type, pairs):
        """Without Odoo's mail about each.

        :param list pairs: ``(return order, user)``
        """
        if not pairs or not activity_type:
            return
        # sudo: a step asks whom it has to ask, whatever its user may write
        Activity_sudo = self.env["mail.activity"].sudo()
        model_id = self.env["ir.model"]._get_id(self._name)
        Activity_sudo.with_context(
            mail_activity_quick_update=True, sale_return_turn=True
        ).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": model_id,
                    "res_id": order.id,
                    "user_id": user.id,
                    "automated": True,
                }
                for order, user in pairs
            ]
        )

    def _note_turn_of_nobody(self, activity_type):
        """Nothing is silent: where nobody is named, the return says what comes next."""
        if self and activity_type:
            text = self.env._("Next: %s", activity_type.name)
            self._message_log_batch(bodies=dict.fromkeys(self.ids, text))

    def _filter_turn_users(self, users, group):
        """Who is still there, works in the company and has the role."""
        self.ensure_one()
        return users.filtered(
            lambda user: (
                user.active
                and self.company_id in user.company_ids
                and user.has_group(group)
            )
        )

    # === WHETHER IT IS STILL THE TURN === #

    def _is_turn_revise(self):
        return self.state == "draft"

    def _is_turn_rejected(self):
        return self.state == "rejected"

    def _is_turn_receive(self):
        return self.state == "approved" and bool(self._get_receipts_on_the_way())

    def _is_turn_inspect(self):
        return self.inspection_status in ("pending", "partial")

    def _is_turn_post(self):
        return "draft" in self.refund_ids.mapped("state")

    def _is_turn_pay(self):
        return "draft" in self.refund_ids.return_payment_ids.mapped("state")

    def _is_turn_failure(self):
        return bool(self.failure or self._get_failed_refunds())

    def _is_turn_vendor(self):
        return any(
            fact.disposition_id.kind == "vendor"
            and not fact.reversed_id
            and not fact.is_undone
            for fact in self.inspection_ids
        )

    # === WHOSE TURN IT IS === #

    def _get_turn_users_revise(self):
        """The submitter; who is responsible, where that one has left."""
        return (
            self._filter_turn_users(self.submitted_by_id, TURNS["revise"].group)
            or self.user_id
        )

    def _get_turn_users_rejected(self):
        return self._get_turn_users_revise()

    def _get_turn_users_receive(self):
        receipts = self._get_receipts_on_the_way()
        return receipts.picking_type_id.warehouse_id.sale_return_user_id

    def _get_turn_users_inspect(self):
        receipts = self.picking_ids.filtered(lambda picking: picking.state == "done")
        return receipts.picking_type_id.warehouse_id.sale_return_user_id

    def _get_turn_users_post(self):
        return self.company_id.sale_return_accountant_id

    def _get_turn_users_pay(self):
        return self.company_id.sale_return_accountant_id

    def _get_turn_users_failure(self):
        """Beside who is responsible, see ``_tell_failure``."""
        users = self._get_turn_users_revise()
        if self._has_money_pending() or self._get_failed_refunds():
            users |= self.company_id.sale_return_accountant_id
        return users

    def _get_receipts_on_the_way(self):
        """Open receipts of one of our warehouses."""
        return self.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.picking_type_id.code == "incoming"
            )
        )
