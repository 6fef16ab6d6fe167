import psycopg2.errors

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_cursors import TwoCursorsCase


@tagged("post_install", "-at_install", "database_breaking")
class TestApprovalAtOnce(TwoCursorsCase):
    def _approve(self, cr, return_id):
        admin_id = self._env(cr).ref("base.user_admin").id
        env = self._env(cr, admin_id)
        env["sale.return.order"].browse(return_id).action_approve()
        env.flush_all()

    def test_a_level_is_decided_once(self):
        """Who decides on an old snapshot is played again, and finds it decided."""
        with self.registry.cursor() as cr:
            return_id = self._request(cr).id
        with self.registry.cursor() as late:
            late.execute("SELECT 1")  # pins the snapshot
            with self.registry.cursor() as early:
                self._approve(early, return_id)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                self._approve(late, return_id)
            late.rollback()
            self._approve(late, return_id)
            return_order = self._env(late)["sale.return.order"].browse(return_id)
            self.assertEqual(return_order.state, "approved")
            self.assertEqual(len(return_order.picking_ids), 1)
            self.assertEqual(len(return_order.approval_ids), 1)
            late.rollback()

    def test_two_lines_of_one_order_are_not_submitted_past_each_other(self):
        """What is asked of one order adds up for its approvers: neither may overlook
        the other."""
        with self.registry.cursor() as late:
            late.execute("SELECT 1")
            with self.registry.cursor() as early:
                self._request(early, index=1)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                self._request(late, index=0)
            late.rollback()
            second = self._request(late, index=0)
            amount = second._get_amounts_at_stake()[second]
            self.assertEqual(amount, second.amount_total * 2)
            self.assertTrue(amount)
            late.rollback()
