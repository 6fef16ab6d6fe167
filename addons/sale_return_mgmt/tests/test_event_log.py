from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

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
