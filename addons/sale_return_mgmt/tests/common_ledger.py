from dataclasses import dataclass, field

from hypothesis.stateful import RuleBasedStateMachine, invariant

from odoo.exceptions import UserError

SOLD = 8


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


class LedgerModel(RuleBasedStateMachine):
    """Sums that anybody can check by hand, and what must hold of them."""

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
