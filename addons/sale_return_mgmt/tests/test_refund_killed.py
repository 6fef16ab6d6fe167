import os
import random
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common_cursors import TwoCursorsCase

TRIES = 50
SEED = int(os.environ.get("SALE_RETURN_SEED", "0"))


class Killed(BaseException):
    """The process is gone: no code of ours or Odoo's handles that."""


@tagged("post_install", "-at_install", "database_breaking")
class TestRefundKilled(TwoCursorsCase):
    """The job that asks a payment provider is killed at any point and run again: no
    money goes out twice."""

    sold_quantity = 100

    def setUp(self):
        super().setUp()
        self.paid = []  # what the provider sent, by reference
        with self.registry.cursor() as cr:
            env = self._env(cr)
            provider = env.ref("payment.payment_provider_demo")
            if provider.code != "demo":
                self.skipTest("payment_demo is not installed")
            order = env["sale.order"].browse(self.sale_order_id)
            order.order_line.price_unit = 1.0
            order.order_line.tax_ids = False
            invoice = order._create_invoices()
            invoice.action_post()
            method = env.ref("payment_demo.payment_method_demo")
            method.active = True
            # What the test before committed would have the same name.
            self.provider = provider.search(
                [
                    ("code", "=", "demo"),
                    ("company_id", "=", order.company_id.id),
                    ("state", "=", "test"),
                ],
                limit=1,
            ) or provider.copy({"company_id": order.company_id.id})
            self.provider.write(
                {"state": "test", "payment_method_ids": [Command.set(method.ids)]}
            )
            source = env["payment.transaction"].create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": method.id,
                    "reference": f"killed-{invoice.name}",
                    "amount": 200.0,
                    "currency_id": invoice.currency_id.id,
                    "partner_id": invoice.partner_id.id,
                    "operation": "online_direct",
                    "invoice_ids": [Command.set(invoice.ids)],
                }
            )
            source._process(
                "demo", {"reference": source.reference, "simulated_state": "done"}
            )
            source._post_process()
            return_order = self._request(cr, goods_return="keep", quantity=100)
            return_order.line_ids.refund_trigger = "approval"
            return_order._do_approve()
            self.source_id = source.id
            [self.refund_id] = return_order.refund_ids.ids

    def _remove(self):
        """What was paid stays: books are not torn up. No job finds it any more, or each
        test that runs Odoo's would book all of it."""
        with self.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "UPDATE payment_transaction"
                    " SET return_refund_state = NULL, is_post_processed = TRUE"
                    " WHERE return_credit_note_id = %s",
                    self.refund_id,
                )
            )

    def _record(self):
        """What settling records, one piece of the credit note."""
        with self.registry.cursor() as cr:
            source = self._env(cr)["payment.transaction"].browse(self.source_id)
            return source._create_child_transaction(
                1.0,
                is_refund=True,
                invoice_ids=[Command.set([self.refund_id])],
                return_credit_note_id=self.refund_id,
                return_refund_state="waiting",
            ).id

    def _run_job(self, killed_at=None):
        """Run the job with a connection of its own.

        :param killed_at: after how many points of interest the process dies
        """
        left = [killed_at]

        def live():
            if left[0] is not None:
                if not left[0]:
                    raise Killed
                left[0] -= 1

        Transaction = self.registry["payment.transaction"]
        IrCron = self.registry["ir.cron"]
        commit, send = IrCron._commit_progress, Transaction._send_refund_request

        def commit_progress(cron, *args, **kwargs):
            live()
            time_left = commit(cron, *args, **kwargs)
            live()
            return time_left

        def send_refund_request(transaction):
            live()
            self.paid.append(transaction.reference)
            live()
            send(transaction)
            live()

        cr = self.registry.cursor()
        with (
            patch.object(IrCron, "_commit_progress", commit_progress),
            patch.object(Transaction, "_send_refund_request", send_refund_request),
        ):
            try:
                self._env(cr)["payment.transaction"]._cron_send_return_refunds()
                cr.commit()  # pylint: disable=invalid-commit
            except Killed:
                cr.rollback()  # as PostgreSQL does when the connection breaks
            finally:
                cr.close()

    def _read(self, transaction_id):
        with self.registry.cursor() as cr:
            transaction = self._env(cr)["payment.transaction"].browse(transaction_id)
            return (
                transaction.reference,
                transaction.return_refund_state,
                transaction.state,
            )

    def _settle_by_hand(self, transaction_id, was_paid):
        """What a person does who looked at the provider's."""
        with self.registry.cursor() as cr:
            transaction = self._env(cr)["payment.transaction"].browse(transaction_id)
            if was_paid:
                transaction.action_return_refund_was_paid()
            else:
                transaction._drop_return_refund()

    def test_killed_at_any_point_it_pays_once(self):
        points = random.Random(SEED)
        states = set()
        for attempt in range(TRIES):
            killed_at = points.randrange(10)
            with self.subTest(attempt=attempt, seed=SEED, killed_at=killed_at):
                transaction_id = self._record()
                self._run_job(killed_at)
                for _replay in range(2):
                    self._run_job()
                reference, refund_state, state = self._read(transaction_id)
                states.add(refund_state)
                sent = self.paid.count(reference)
                self.assertLessEqual(sent, 1)
                self.assertIn(refund_state, ("answered", "unknown"))
                if refund_state == "answered":
                    self.assertEqual((sent, state), (1, "done"))
                else:
                    self._settle_by_hand(transaction_id, sent)
        self.assertEqual(states, {"answered", "unknown"}, "both were met")
        self.assertEqual(len(self.paid), len(set(self.paid)))

    def test_a_notification_that_overtakes_the_answer(self):
        """A slow provider tells another connection first that the money went out: the
        job's own answer comes too late, and nothing is sent again."""
        Transaction = self.registry["payment.transaction"]
        send = Transaction._send_refund_request

        def notify_then_answer(transaction):
            with self.registry.cursor() as cr:
                other = self._env(cr)["payment.transaction"].browse(transaction.id)
                other._set_done()
            send(transaction)

        transaction_id = self._record()
        with (
            patch.object(Transaction, "_send_refund_request", notify_then_answer),
            self.assertRaises(OperationalError),
            mute_logger("odoo.sql_db"),
        ):
            self._run_job()
        self._run_job()
        reference, refund_state, state = self._read(transaction_id)
        self.assertEqual((refund_state, state), ("answered", "done"))
        self.assertEqual(self.paid, [reference])
        for booked in (1, 0):
            with self.registry.cursor() as cr:
                transaction = self._env(cr)["payment.transaction"].browse(
                    transaction_id
                )
                left = transaction.return_credit_note_id.amount_residual
                transaction._post_process()
                self.assertEqual(transaction.payment_id.state, "in_process")
                left -= transaction.return_credit_note_id.amount_residual
                self.assertEqual(left, booked)
