import psycopg2.errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestEventLog(SaleReturnCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.return_order = cls._approved(cls.order, {cls.product: 2})
        cls.events = cls.return_order.sudo().event_ids

    def test_every_step_says_who_took_it_and_what_it_changed(self):
        self.assertRecordValues(
            self.events.sorted("sequence"),
            [
                {
                    "sequence": 1,
                    "type": "created",
                    "user_id": self.users["clerk"].id,
                    "from_state": "draft",
                    "to_state": "draft",
                },
                {
                    "sequence": 2,
                    "type": "submitted",
                    "user_id": self.users["clerk"].id,
                    "from_state": "draft",
                    "to_state": "submitted",
                },
                {
                    "sequence": 3,
                    "type": "approved",
                    "user_id": self.users["approver"].id,
                    "from_state": "submitted",
                    "to_state": "approved",
                },
            ],
        )

    def test_edits_are_logged_once_per_user_and_round(self):
        draft = self._request(self.order, {self.product: 1})
        for quantity in (2, 1, 2):
            draft.line_ids.quantity = quantity
            self._as("manager", draft).line_ids.quantity = quantity
        edits = draft.sudo().event_ids.filtered(lambda event: event.type == "edited")
        self.assertEqual(edits.user_id, self.users["manager"])
        self.assertEqual(len(edits), 1)

    def test_nobody_changes_or_deletes_the_log(self):
        for records in (
            self._as("manager", self.events),
            self.events.with_user(self.env.ref("base.user_admin")),
            self.events.sudo(),
        ):
            with self.assertRaises(UserError):
                records[:1].write({"note": "never happened"})
            with self.assertRaises(UserError):
                records[:1].unlink()

    def test_a_change_behind_the_back_is_found(self):
        Event = self.env["sale.return.event"].sudo()
        self.assertFalse(Event._find_broken_links(self.return_order))
        event = self.events.filtered(lambda event: event.type == "submitted")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE sale_return_event SET user_id = %s WHERE id = %s",
                self.users["approver"].id,
                event.id,
            )
        )
        self.env.invalidate_all()
        self.assertEqual(Event._find_broken_links(self.return_order), event)

    def _verify(self):
        self.env.invalidate_all()
        return self._as("manager", self.return_order).action_verify_log()["params"]

    def _run(self, query, *args):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *args))

    def test_managers_verify_the_log(self):
        self.assertEqual(self._verify()["type"], "success")
        for role in ("clerk", "approver", "viewer", "warehouse", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, self.return_order).action_verify_log()

    def test_a_changed_entry_is_named(self):
        event = self.events.filtered(lambda event: event.type == "submitted")
        self._run("UPDATE sale_return_event SET note = 'x' WHERE id = %s", event.id)
        params = self._verify()
        self.assertEqual(params["type"], "danger")
        self.assertIn(f"{self.return_order.name} (2)", params["message"])

    def test_entries_cut_off_the_end_are_found(self):
        self._receive(self.return_order, {self.product: 1})
        last = self.return_order.sudo().event_ids.sorted("sequence")[-1]
        self.assertEqual(last.to_state, "approved")
        self._run("DELETE FROM sale_return_event WHERE id = %s", last.id)
        self.assertEqual(self._verify()["type"], "danger")

    def test_a_log_that_is_gone_is_found(self):
        self._run(
            "DELETE FROM sale_return_event WHERE order_id = %s", self.return_order.id
        )
        self.assertEqual(self._verify()["type"], "danger")

    def test_a_status_set_behind_the_back_is_found(self):
        self._run(
            "UPDATE sale_return_order SET state = 'done' WHERE id = %s",
            self.return_order.id,
        )
        self.assertEqual(self._verify()["type"], "danger")

    def test_nobody_writes_entries_of_their_own(self):
        vals = {
            "order_id": self.return_order.id,
            "sequence": 99,
            "type": "done",
            "user_id": self.users["manager"].id,
            "date": "2030-01-01 00:00:00",
            "hash": "0" * 64,
        }
        Event = self.env["sale.return.event"]
        for events in (
            Event.with_user(self.users["manager"]),
            Event.with_user(self.env.ref("base.user_admin")),
            Event.sudo(),
            Event.sudo().with_context(sale_return_log=True),
        ):
            with self.assertRaises(UserError):
                events.create(vals)

    def test_the_log_does_not_go_with_its_return(self):
        with self.assertRaises(UserError):
            self.return_order.sudo().unlink()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ForeignKeyViolation),
            self.cr.savepoint(),
        ):
            self._run(
                "DELETE FROM sale_return_order WHERE id = %s", self.return_order.id
            )

    def test_a_draft_that_nothing_came_of_is_deleted_with_its_log(self):
        draft = self._request(self.order, {self.product: 1})
        events = draft.sudo().event_ids
        for role in ("viewer", "approver", "warehouse"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, draft).unlink()
        self.assertTrue(events.exists())
        draft.unlink()
        self.assertFalse(events.exists())

    def test_a_removed_entry_is_found(self):
        Event = self.env["sale.return.event"].sudo()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "DELETE FROM sale_return_event WHERE order_id = %s AND sequence = 2",
                self.return_order.id,
            )
        )
        self.env.invalidate_all()
        self.assertTrue(Event._find_broken_links(self.return_order))
