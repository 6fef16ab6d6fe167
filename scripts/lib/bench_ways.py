"""The ways to take orders back that scripts/bench compares.

Each does in one call what its own buttons do for many records, and asks for one at a
time what they do for one.
"""

from odoo.fields import Command


class Ours:
    """Our steps, each by its own user, on all returns at once."""

    key = "ours_batch"
    title = "Ours, as a batch"
    is_capped = False
    together = True

    def __init__(self, meter, world):
        self._meter = meter
        self._world = world

    def _request(self, step, role):
        return self._meter.request(step, self._world.users[role])

    def process(self, order_ids):
        """Take all of these orders back, in one go."""
        with self._request("request", "clerk") as env:
            orders = env["sale.order"].browse(order_ids)
            returns = env["sale.return.order"].create(
                [
                    {
                        "partner_id": order.partner_id.id,
                        "line_ids": [
                            Command.create(
                                {
                                    "sale_line_id": line.id,
                                    "quantity": line.qty_delivered,
                                    "reason_id": self._world.reason,
                                    "note": "Does not work.",
                                }
                            )
                            for line in order.order_line
                        ],
                    }
                    for order in orders
                ]
            )
            returns.action_submit()
        ids = returns.ids
        with self._request("approve", "approver") as env:
            env["sale.return.order"].browse(ids).action_approve()
        with self._request("receive", "storekeeper") as env:
            pickings = env["stock.picking"].search([("return_order_id", "in", ids)])
            pickings.button_validate()
        with self._request("credit", "manager") as env:
            env["sale.return.order"].browse(ids).action_settle()


class OursOneByOne(Ours):
    """The same, a request for each return and step."""

    key = "ours_one_by_one"
    title = "Ours, one by one"
    is_capped = True
    together = False


class Oca(Ours):
    """OCA's rma_sale: a dialog for each order, the rest for all at once. It has no
    approval."""

    key = "oca_rma_sale"
    title = "OCA rma_sale"
    is_capped = True

    def process(self, order_ids):
        ids = []
        for order_id in order_ids:
            with self._request("request", "allrounder") as env:
                action = env["sale.order"].browse(order_id).action_create_rma()
                wizard = env[action["res_model"]].browse(action["res_id"])
                wizard.operation_id = env.ref("rma.rma_operation_refund")
                wizard.create_and_open_rma()
                ids += env["rma"].search([("order_id", "=", order_id)]).ids
        with self._request("receive", "allrounder") as env:
            rmas = env["rma"].browse(ids)
            rmas.reception_move_id.picking_id.button_validate()
        with self._request("credit", "allrounder") as env:
            rmas = env["rma"].browse(ids)
            rmas.action_refund()
            rmas.refund_id.action_post()


class Native(Ours):
    """Odoo's own buttons: a dialog for each delivery, the rest for all at once. It has
    no approval."""

    key = "odoo"
    title = "Odoo alone"
    is_capped = True

    def process(self, order_ids):
        ids = []
        for order_id in order_ids:
            with self._request("request", "allrounder") as env:
                delivery = env["sale.order"].browse(order_id).picking_ids
                wizard = env["stock.return.picking"].create({"picking_id": delivery.id})
                ids.append(wizard.action_create_returns_all()["res_id"])
        with self._request("receive", "allrounder") as env:
            env["stock.picking"].browse(ids).button_validate()
        with self._request("credit", "allrounder") as env:
            invoices = env["sale.order"].browse(order_ids).invoice_ids
            context = {"active_model": "account.move", "active_ids": invoices.ids}
            wizard = (
                env["account.move.reversal"]
                .with_context(**context)
                .create({"journal_id": invoices.journal_id.id})
            )
            wizard.reverse_moves()
            wizard.new_move_ids.action_post()
