import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleReturnCommon
from .common_ledger import SOLD, Expected, LedgerModel


def needs(*states, **wanted):
    """Only where a return is in one of ``states`` (and has ``wanted``)."""
    return precondition(
        lambda self: any(
            r.state in states and all(getattr(r, name) for name in wanted)
            for r in self.returns
        )
    )


# 8 runs of 25 steps take under a minute; more where there is time.
RUNS = int(os.environ.get("SALE_RETURN_PROPERTY_RUNS", "8"))
SHRINK = bool(os.environ.get("SALE_RETURN_PROPERTY_SHRINK"))
STEPS = 25

quantities = st.integers(min_value=1, max_value=SOLD)
few = st.integers(min_value=1, max_value=3)
chosen = st.integers(min_value=0, max_value=20)


class LedgerMachine(LedgerModel):
    """Anything that people do, in any order."""

    @rule(quantity=quantities)
    def request(self, quantity):
        def step():
            record = (
                self.env["sale.return.order"]
                .with_user(self.test.users["clerk"])
                .create(
                    {
                        "partner_id": self.order.partner_id.id,
                        "line_ids": [
                            Command.create(
                                {
                                    "sale_line_id": self.line.id,
                                    "quantity": quantity,
                                    "reason_id": self.test.reason.id,
                                }
                            )
                        ],
                    }
                )
            )
            record.action_submit()
            return record

        record = self.attempt(quantity <= self.returnable, step)
        if record:
            self.returns.append(Expected(record, quantity))

    @needs("submitted")
    @rule(index=chosen, less=st.integers(min_value=0, max_value=2))
    def approve(self, index, less):
        expected = self.pick(index, "submitted")
        if not expected:
            return
        granted = max(1, expected.asked - less)
        grants = [{"line": expected.record.line_ids.id, "quantity": granted}]
        self.attempt(
            True,
            lambda: self.as_user("approver", expected).action_approve(
                comment="As agreed", grants=grants
            ),
        )
        expected.state = "approved"
        expected.approved = expected.planned = granted

    @needs("submitted")
    @rule(index=chosen)
    def reject(self, index):
        expected = self.pick(index, "submitted")
        if expected:
            self.attempt(
                True, lambda: self.as_user("approver", expected).action_reject("No")
            )
            expected.state = "rejected"

    @needs("submitted")
    @rule(index=chosen)
    def withdraw(self, index):
        expected = self.pick(index, "submitted")
        if expected:
            self.attempt(
                True, lambda: self.as_user("clerk", expected).action_withdraw()
            )
            expected.state = "draft"

    @needs("draft")
    @rule(index=chosen)
    def submit_again(self, index):
        expected = self.pick(index, "draft")
        if expected:
            allowed = expected.asked <= self.returnable
            self.attempt(
                allowed, lambda: self.as_user("clerk", expected).action_submit()
            )
            if allowed:
                expected.state = "submitted"

    @needs("approved", planned=True)
    @rule(index=chosen, quantity=quantities, backorder=st.booleans())
    def receive(self, index, quantity, backorder):
        expected = self.pick(index, "approved", wanted="planned")
        picking = self.open_receipt(expected).with_user(self.test.users["storekeeper"])

        def step():
            left = quantity
            moves = picking.move_ids.sorted("id")
            for move in moves:
                move.quantity = (
                    left if move == moves[-1] else min(left, move.product_uom_qty)
                )
                left -= move.quantity
            moves.picked = True
            context = {"skip_backorder": True}
            if not backorder:
                context["picking_ids_not_to_backorder"] = picking.ids
            picking.with_context(**context).button_validate()

        self.attempt(True, step)
        taken = min(quantity, expected.approved - expected.received)
        expected.received += taken
        expected.excess += quantity - taken
        expected.planned = expected.planned - taken if backorder else 0
        expected.receipts.append([picking.id, taken])
        self.settle(expected)

    @needs("approved", "done", receipts=True)
    @rule(index=chosen, quantity=few)
    def undo_receipt(self, index, quantity):
        """What came in goes back to the customer, with Odoo's own means."""
        expected = self.pick(index, "approved", "done", wanted="receipts")
        receipt = expected and next((r for r in expected.receipts if r[1]), None)
        if not receipt:
            return
        quantity = min(quantity, receipt[1])
        self.attempt(True, lambda: self.return_natively(receipt[0], quantity))
        receipt[1] -= quantity
        expected.received -= quantity
        self.settle(expected)

    @needs("approved", planned=True)
    @rule(index=chosen)
    def cancel_receipt(self, index):
        expected = self.pick(index, "approved", wanted="planned")
        if expected:
            picking = self.open_receipt(expected)
            self.attempt(
                True, lambda: self.test._as("storekeeper", picking).action_cancel()
            )
            expected.planned = 0

    @needs("approved")
    @rule(index=chosen)
    def retry(self, index):
        expected = self.pick(index, "approved")
        if expected:
            self.attempt(True, lambda: self.as_user("manager", expected).action_retry())
            if expected.awaited > expected.planned:
                expected.planned = expected.awaited
                self.settle(expected)

    @needs("approved", uninspected=True)
    @rule(index=chosen)
    def inspect(self, index):
        expected = self.pick(index, "approved", wanted="uninspected")
        restock = self.env["sale.return.disposition"].search(
            [("kind", "=", "restock")], limit=1
        )
        self.attempt(
            True,
            lambda: self.as_user("warehouse", expected).action_inspect_all(restock.id),
        )
        expected.inspected = expected.excess

    @needs("submitted", "approved", "rejected", "draft")
    @rule(index=chosen)
    def cancel(self, index):
        expected = self.pick(index, "submitted", "approved", "rejected", "draft")
        if expected:
            moved = expected.received or expected.excess or expected.credited
            self.attempt(
                not moved, lambda: self.as_user("clerk", expected).action_cancel()
            )
            if not moved:
                expected.state, expected.planned = "cancelled", 0

    @needs("approved")
    @rule(index=chosen)
    def close_short(self, index):
        expected = self.pick(index, "approved")
        if expected:
            allowed = not self.to_credit(expected) and not expected.uninspected
            self.attempt(
                allowed,
                lambda: self.as_user("manager", expected).action_close_short("x"),
            )
            if allowed:
                expected.state, expected.planned, expected.is_short = "done", 0, True

    @rule(quantity=few)
    def native_return(self, quantity):
        if quantity > self.with_customer:
            return
        delivery = self.order.picking_ids.sorted("id")[0]
        self.attempt(True, lambda: self.return_natively(delivery.id, quantity))
        self.native += quantity

    @precondition(lambda self: self.ordered < 3 * SOLD)
    @rule(quantity=few)
    def deliver_more(self, quantity):
        def step():
            self.line.product_uom_qty += quantity
            moves = self.line.move_ids.filtered(
                lambda move: (
                    move.state not in ("done", "cancel") and not move.return_line_id
                )
            )
            shipped = sum(moves.mapped("product_uom_qty"))
            moves.picked = True
            moves.picking_id.button_validate()
            return shipped

        shipped = self.attempt(True, step)
        self.ordered += quantity
        # Odoo ships again what came back natively, and nothing that came back by us.
        self.test.assertEqual(shipped, self.ordered - (self.delivered - self.native))
        self.delivered += shipped

    def return_natively(self, picking_id, quantity):
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking_id,
                active_ids=[picking_id],
                active_model="stock.picking",
            )
        ).save()
        lines = wizard.product_return_moves
        lines.filtered(lambda line: not line.move_id.return_line_id.discrepancy)[
            :1
        ].quantity = quantity
        picking = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        picking.move_ids.picked = True
        picking.button_validate()


@tagged("post_install", "-at_install", "-standard", "ledger_property")
class TestLedgerProperty(SaleReturnCommon):
    """Random lives of returns against a plain model of the ledger: no difference.

    The runs are the same each time; SALE_RETURN_PROPERTY_RUNS asks for more of them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, SOLD)])

    def test_random_lives_leave_the_ledger_as_the_model_says(self):
        LedgerMachine.test = self
        LedgerMachine.steps = 0
        run_state_machine_as_test(
            LedgerMachine,
            settings=settings(
                max_examples=RUNS,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=True,
                print_blob=False,
                suppress_health_check=list(HealthCheck),
                # Each step takes its time: shrinking what failed is for who asks.
                phases=[Phase.generate, *([Phase.shrink] if SHRINK else [])],
            ),
        )
        # pylint: disable-next=print-used
        print(f"{RUNS} runs, {LedgerMachine.steps} steps, 0 differences", end=" ")
        self.assertGreater(LedgerMachine.steps, RUNS * STEPS / 4)
