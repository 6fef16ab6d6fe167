import os
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleReturnCommon


def needs(*states, **wanted):
    """Only where a return is in one of ``states`` (and has ``wanted``)."""
    return precondition(
        lambda self: any(
            r.state in states and all(getattr(r, name) for name in wanted)
            for r in self.returns
        )
    )


# 12 runs of 25 steps take about a minute; more where there is time.
RUNS = int(os.environ.get("SALE_RETURN_PROPERTY_RUNS", "12"))
SHRINK = bool(os.environ.get("SALE_RETURN_PROPERTY_SHRINK"))
STEPS = 25
SOLD = 8

quantities = st.integers(min_value=1, max_value=SOLD)
few = st.integers(min_value=1, max_value=3)
chosen = st.integers(min_value=0, max_value=20)


@dataclass
class Expected:
    """A return as the plain model sees it."""

    record: object
    asked: int
    state: str = "submitted"
    approved: int = 0
    received: int = 0
    planned: int = 0
    excess: int = 0
    inspected: int = 0
    credited: int = 0
    is_short: bool = False
    receipts: list = field(default_factory=list)

    @property
    def awaited(self):
        if self.state not in ("submitted", "approved") or self.is_short:
            return 0
        granted = self.asked if self.state == "submitted" else self.approved
        return max(0, granted - self.received)

    @property
    def uninspected(self):
        """Nobody agreed to take the excess: it is always inspected."""
        return self.excess - self.inspected

    @property
    def accepted(self):
        decided = self.state in ("approved", "done")
        return min(self.received, self.approved) if decided else 0

    @property
    def receipt_status(self):
        if self.state not in ("approved", "done"):
            return "none"
        if self.received >= self.approved:
            return "full"
        if self.is_short:
            return "short"
        return "partial" if self.received else "pending"


class LedgerMachine(RuleBasedStateMachine):
    """Anything in any order, against sums that anybody can check by hand."""

    test = None  # the test case whose users and company act
    steps = 0

    def __init__(self):
        super().__init__()
        self.env = self.test.env
        self.savepoint = self.env.cr.savepoint()
        self.order = self.test.order
        self.line = self.order.order_line
        self.ordered = self.delivered = SOLD
        self.native = 0
        self.returns = []

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.env.invalidate_all()

    # What the plain model says

    @property
    def with_customer(self):
        """What undone receipts gave back was received before and is so no more."""
        taken = self.native + sum(r.received + r.excess for r in self.returns)
        return self.delivered - taken

    @property
    def returnable(self):
        return self.with_customer - sum(r.awaited for r in self.returns)

    def pick(self, index, *states, wanted="state"):
        """One of the returns in ``states`` that has ``wanted``, or None."""
        found = [r for r in self.returns if r.state in states and getattr(r, wanted)]
        return found[index % len(found)] if found else None

    def attempt(self, allowed, step):
        """Take ``step``: it must be refused exactly where the model says so."""
        type(self).steps += 1
        try:
            with self.env.cr.savepoint():
                result = step()
                self.env.flush_all()
        except UserError as error:
            self.env.invalidate_all()
            self.test.assertFalse(allowed, f"refused: {error}")
            return None
        self.test.assertTrue(allowed, "should have been refused")
        return result

    def as_user(self, role, expected):
        return self.test._as(role, expected.record)

    def open_receipt(self, expected):
        return expected.record.sudo().picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    @property
    def qty_delivered(self):
        return self.delivered - self.native - sum(r.accepted for r in self.returns)

    def to_credit(self, expected):
        """What is over-invoiced goes to the older returns first."""
        due = SOLD - sum(r.credited for r in self.returns) - self.qty_delivered
        for older in self.returns:
            taken = max(0, min(older.accepted - older.credited, due))
            if older is expected:
                return taken
            due -= taken

    def settle(self, expected):
        """Goods of a return moved: what is due is credited."""
        expected.credited += self.to_credit(expected)

    def follow(self):
        """Returns that nothing is pending of are done, others are not."""
        for expected in self.returns:
            if expected.state in ("approved", "done"):
                pending = expected.receipt_status in ("pending", "partial")
                pending |= expected.uninspected > 0
                if pending or self.to_credit(expected):
                    expected.state = "approved"
                else:
                    expected.state = "done"

    # What people do

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

    # What must hold after each step

    @invariant()
    def ledger_is_the_models(self):
        self.follow()
        self.env.invalidate_all()
        check = self.test.assertEqual
        check(self.line.quantity_returnable, max(0, self.returnable))
        check(self.line.qty_delivered, self.qty_delivered)
        for expected in self.returns:
            record = expected.record.sudo()
            line = record.line_ids.filtered(lambda line: not line.discrepancy)
            actual = {
                "state": record.state,
                "receipt_status": record.receipt_status,
                "received": line.quantity_received,
                "approved": line.quantity_approved,
                "accepted": line.quantity_accepted,
                "reserved": line._get_reserved_quantity(),
                "excess": sum((record.line_ids - line).mapped("quantity_received"), 0),
                "credited": line.quantity_refunded,
                "planned": sum(
                    self.open_receipt(expected).move_ids.mapped("product_uom_qty")
                ),
                "exception": record.has_exception,
            }
            awaited = expected.state == "approved" and expected.awaited
            wanted = {
                "state": expected.state,
                "receipt_status": expected.receipt_status,
                "received": expected.received,
                "approved": expected.approved,
                "accepted": expected.accepted,
                "reserved": expected.awaited,
                "excess": expected.excess,
                "credited": expected.credited,
                "planned": expected.planned,
                "exception": bool(awaited > expected.planned),
            }
            check(actual, wanted, record.name)

    @invariant()
    def funnel_holds(self):
        """I02: nobody is granted, accepted or credited more than the step before."""
        for line in self.line.sudo().return_line_ids.filtered(
            lambda line: not line.discrepancy
        ):
            self.test.assertLessEqual(line.quantity_approved, line.quantity)
            self.test.assertLessEqual(line.quantity_accepted, line.quantity_approved)
            self.test.assertLessEqual(line.quantity_refunded, line.quantity_approved)
            self.test.assertGreaterEqual(line.quantity_received, 0)

    @invariant()
    def credit_is_never_more_than_invoiced(self):
        """I03, for several credit notes: each belongs to one return and one invoice,
        is made once per receipt, and all together are at most what was invoiced."""
        refunds = self.line.sudo().return_line_ids.order_id.refund_ids
        for refund in refunds:
            self.test.assertEqual(refund.state, "posted")
            self.test.assertTrue(refund.reversed_entry_id)
            self.test.assertEqual(
                refund.invoice_line_ids.return_line_id.order_id, refund.return_order_id
            )
        credited = sum(refunds.invoice_line_ids.mapped("quantity"))
        self.test.assertEqual(credited, sum(r.credited for r in self.returns))
        self.test.assertLessEqual(credited, SOLD)
        self.test.assertEqual(self.line.qty_invoiced, SOLD - credited)

    @invariant()
    def receipts_are_never_too_many(self):
        """I07, for several receipts: open ones bring at most what is awaited, and only
        to approved returns; each comes from a delivery of the line."""
        for expected in self.returns:
            moves = self.open_receipt(expected).move_ids
            if moves:
                self.test.assertEqual(expected.record.state, "approved")
            self.test.assertLessEqual(
                sum(moves.mapped("product_uom_qty")), expected.awaited
            )
            self.test.assertEqual(
                moves.origin_returned_move_id.sale_line_id,
                self.line if moves else self.line.browse(),
            )

    @invariant()
    def log_is_whole(self):
        orders = self.line.sudo().return_line_ids.order_id
        self.test.assertFalse(
            self.env["sale.return.event"].sudo()._find_broken_links(orders)
        )
        for order in orders:
            last = order.event_ids.sorted("sequence")[-1:]
            self.test.assertEqual(last.to_state, order.state)


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
