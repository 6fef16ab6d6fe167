import psycopg2.errors

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common_cursors import TwoCursorsCase


@tagged("post_install", "-at_install", "database_breaking")
class TestCreditAtOnce(TwoCursorsCase):
    """Two real transactions that would credit the same goods: one does."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self._env(cr)
            env["sale.order"].browse(
                self.sale_order_id
            )._create_invoices().action_post()
            return_order = self._request(cr, goods_return="keep")
            return_order.line_ids.refund_trigger = "manual"
            return_order._do_approve()
            self.assertEqual(return_order.refund_status, "to_refund")
            self.return_id = return_order.id

    def _remove(self):
        with self.registry.cursor() as cr:
            moves = SQL(
                """SELECT move_line.move_id
                     FROM account_move_line move_line
                     JOIN sale_order_line_invoice_rel rel
                       ON rel.invoice_line_id = move_line.id
                     JOIN sale_order_line line ON line.id = rel.order_line_id
                    WHERE line.order_id = %s""",
                self.sale_order_id,
            )
            cr.execute(SQL("SELECT ARRAY(%s)", moves))
            [(move_ids,)] = cr.fetchall()
            lines = SQL(
                "SELECT id FROM account_move_line WHERE move_id = ANY(%s)", move_ids
            )
            for query in (
                SQL(
                    "DELETE FROM account_partial_reconcile WHERE debit_move_id IN (%s)",
                    lines,
                ),
                SQL("DELETE FROM account_move_line WHERE move_id = ANY(%s)", move_ids),
                SQL("DELETE FROM account_move WHERE id = ANY(%s)", move_ids),
            ):
                cr.execute(query)
        return super()._remove()

    # === WHAT THE TWO DO === #

    def _return(self, cr):
        return self._env(cr)["sale.return.order"].browse(self.return_id)

    def _settle(self, cr):
        self._return(cr).action_settle()
        cr.flush()

    def _settle_in_job(self, cr):
        self._return(cr)._settle_queued()
        cr.flush()

    def _reverse_natively(self, cr):
        """Credit the whole invoice with Odoo's own wizard."""
        env = self._env(cr)
        invoice = (
            env["sale.order"]
            .browse(self.sale_order_id)
            .invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        )
        wizard = (
            env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        wizard.refund_moves()
        wizard.new_move_ids.action_post()
        cr.flush()

    def _assert_credited_once(self, status="paid"):
        with self.registry.cursor() as cr:
            return_order = self._return(cr)
            order = return_order.sale_order_ids
            self.assertEqual(return_order.refund_status, status)
            self.assertFalse(return_order.line_ids.quantity_to_refund)
            self.assertFalse(return_order.credit_queued_by_id)
            self.assertEqual(order.order_line[0].qty_invoiced, 0)
            refunds = order.invoice_ids.filtered(
                lambda move: move.move_type == "out_refund"
            )
            self.assertEqual(refunds.mapped("state"), ["posted"])

    def test_two_managers_settle(self):
        self._assert_late_one_is_replayed(self._settle, self._settle, self._settle)
        self._assert_credited_once()

    def test_a_manager_settles_what_the_job_is_about_to(self):
        with self.registry.cursor() as cr:
            self._return(cr).action_queue_settlement()
        self._assert_late_one_is_replayed(
            self._settle, self._settle_in_job, self._settle_in_job
        )
        self._assert_credited_once()

    def test_the_job_leaves_alone_what_a_manager_is_at_work_on(self):
        with self.registry.cursor() as cr:
            self._return(cr).action_queue_settlement()
        with self.registry.cursor() as manager:
            self._settle(manager)
            with self.registry.cursor() as job:
                self._settle_in_job(job)
                self.assertTrue(self._return(job).credit_queued_by_id)
                self.assertFalse(self._return(job).failure)
        with self.registry.cursor() as job:
            self._settle_in_job(job)
        self._assert_credited_once()

    def test_the_invoice_is_reversed_by_hand_first(self):
        self._assert_late_one_is_replayed(
            self._reverse_natively, self._settle, self._settle
        )
        self._assert_credited_once(status="none")

    def test_an_invoice_is_reversed_by_hand_while_it_is_settled(self):
        """Odoo replays who reverses, on what was credited: they decide on facts."""
        with self.registry.cursor() as late:
            late.execute("SELECT 1")
            with self.registry.cursor() as early:
                self._settle(early)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                self._reverse_natively(late)
            late.rollback()
        self._assert_credited_once()
