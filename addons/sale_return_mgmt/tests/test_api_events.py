import xmlrpc.client

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import SaleReturnCommon
from .common_cursors import TwoCursorsCase


@tagged("post_install", "-at_install")
class TestApiEventsAtOnce(TwoCursorsCase):
    """The feed loses nothing, in whatever order transactions end."""

    def setUp(self):
        super().setUp()
        self.last_id = 0
        while self._poll():
            pass  # what other tests left

    def _poll(self, **arguments):
        """What is new to a caller that goes on from what it had."""
        with self.registry.cursor() as cr:
            events = self._env(cr)["sale.return.order"].api_events(
                after_id=self.last_id, **arguments
            )
        if events:
            self.last_id = events[-1]["id"]
        return [event["return_id"] for event in events]

    def _draft(self, cr):
        env = self._env(cr)
        partner = env["sale.order"].browse(self.sale_order_id).partner_id
        draft = env["sale.return.order"].create({"partner_id": partner.id})
        env.flush_all()
        return draft.id

    def test_what_is_committed_late_is_not_lost(self):
        with self.registry.cursor() as slow:
            early = self._draft(slow)
            with self.registry.cursor() as quick:
                late = self._draft(quick)
            self.assertEqual(self._poll(), [], "the event before it is still to come")
        self.assertEqual(self._poll(), [early, late])
        self.assertEqual(self._poll(), [])

    def test_what_was_overtaken_is_not_lost(self):
        with self.registry.cursor() as slow:
            slow.execute("SELECT pg_current_xact_id()")
            with self.registry.cursor() as quick:
                overtaking = self._draft(quick)
            self.assertEqual(self._poll(), [])
            overtaken = self._draft(slow)
        # The higher id comes first, and what follows it is the lower one.
        self.assertEqual(self._poll(limit=1), [overtaken])
        self.assertEqual(self._poll(limit=1), [overtaking])
        self.assertEqual(self._poll(), [])

    def test_a_draft_that_is_deleted_breaks_nothing(self):
        with self.registry.cursor() as cr:
            gone = self._draft(cr)
        self.assertEqual(self._poll(), [gone])
        with self.registry.cursor() as cr:
            self._env(cr)["sale.return.order"].browse(gone).unlink()
            kept = self._draft(cr)
        self.assertEqual(self._poll()[-1], kept)

    def test_events_of_another_server_come_first(self):
        with self.registry.cursor() as cr:
            restored = self._draft(cr)
        with self.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """UPDATE sale_return_event SET transaction_id = 1000000000000
                        WHERE order_id = %s""",
                    restored,
                )
            )
        self.assertEqual(self._poll(), [])
        with self.registry.cursor() as cr:
            self._env(cr)["sale.return.event"]._register_hook()
        self.last_id = 0
        with self.registry.cursor() as cr:
            new = self._draft(cr)
        while polled := self._poll():
            told = polled
        self.assertEqual(told[-2:], [restored, new])


@tagged("post_install", "-at_install")
class TestApiEvents(SaleReturnCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.approved = cls._approved(cls.order, {cls.product: 2})
        cls.submitted = cls._request(cls.order, {cls.product: 1})
        cls.submitted.action_submit()
        cls.env.flush_all()
        # As if they had been committed.
        cls.env.cr.execute("UPDATE sale_return_event SET transaction_id = 0")

    def _read(self, role="clerk", **arguments):
        events = (
            self.env["sale.return.order"]
            .with_user(self.users[role])
            .api_events(**arguments)
        )
        xmlrpc.client.dumps((events,))  # refuses what XML-RPC cannot carry
        return events

    def test_each_event_tells_the_state_after_its_own_step(self):
        events = self._read()
        self.assertEqual(
            [
                (event["return"], event["type"], event["from_state"], event["to_state"])
                for event in events
            ],
            [
                (self.approved.name, "created", "draft", "draft"),
                (self.approved.name, "submitted", "draft", "submitted"),
                (self.approved.name, "approved", "submitted", "approved"),
                (self.submitted.name, "created", "draft", "draft"),
                (self.submitted.name, "submitted", "draft", "submitted"),
            ],
        )
        self.assertEqual([event["number"] for event in events], [1, 2, 3, 1, 2])
        self.assertEqual(events[2]["user"], "Approver")
        self.assertEqual(
            self._read(after_id=events[1]["id"], limit=2), events[2:4], "page by page"
        )

    def test_the_warehouse_follows_what_it_may_see(self):
        events = self._read("warehouse")
        self.assertEqual(
            [event["type"] for event in events], ["created", "submitted", "approved"]
        )
        self.assertFalse({"payload", "note"} & events[0].keys())
        self.assertFalse("amount" in str(events) or "price" in str(events))

    def test_who_may_not_follow_returns(self):
        for role in ("employee", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._read(role)

    def test_malformed_calls_are_refused(self):
        for arguments in (
            {"after_id": -1},
            {"after_id": 2**31},
            {"after_id": "1"},
            {"after_id": True},
            {"after_id": None},
            {"limit": 0},
            {"limit": 501},
            {"limit": 1.5},
            {"limit": None},
        ):
            with self.subTest(**arguments), self.assertRaises(UserError) as refusal:
                self._read(**arguments)
            self.assertEqual(refusal.exception.sale_return_code, "INVALID")
