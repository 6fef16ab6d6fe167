from unittest.mock import patch

import requests

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_refund_payment import ProviderCommon

REFUSAL = ValidationError("The card is closed.")
NO_CONNECTION = ValidationError("No connection.")


def _refuse(transaction):
    raise REFUSAL


@tagged("post_install", "-at_install")
class TestRefundProvider(ProviderCommon):
    """Who paid through a payment provider gets the money back the same way."""

    def _returned_by_provider(self, order, quantity=2):
        return_order = self._approved(
            order, {self.product: quantity}, refund_method="original"
        )
        self._receive(return_order)
        return return_order

    def _asked(self, return_order):
        return [
            (-tx.amount, tx.return_refund_state, tx.state)
            for tx in self._transactions(return_order)
        ]

    def _assert_paid_back(self, return_order, amount):
        refund = self._refund(return_order)
        self.assertEqual((refund.amount_residual, refund.payment_state), (0, "paid"))
        payment = refund.matched_payment_ids
        self.assertEqual(sum(payment.mapped("amount")), amount)
        self.assertEqual(set(payment.mapped("payment_type")), {"outbound"})
        self.assertRecordValues(
            return_order,
            [{"refund_status": "paid", "state": "done", "has_exception": False}],
        )

    def test_settling_only_records_the_refund(self):
        with self._provider(self.fail):
            return_order = self._returned_by_provider(self._sold_and_charged())
        self.assertEqual(self._asked(return_order), [(230.0, "waiting", "draft")])
        self.assertEqual(return_order.refund_status, "refunded")

    def test_a_part_and_all_of_it(self):
        for quantity, amount in ((2, 230.0), (5, 575.0)):
            with self.subTest(quantity):
                return_order = self._returned_by_provider(
                    self._sold_and_charged(), quantity
                )
                self._run_job()
                self._assert_paid_back(return_order, amount)
                self.assertEqual(
                    self._asked(return_order), [(amount, "answered", "done")]
                )
                self._run_job()
                self.assertEqual(len(self._transactions(return_order)), 1)

    def test_what_the_invoice_leaves_open_comes_first(self):
        order = self._sell([(self.product, 5)])
        self._charge(order, 500)
        return_order = self._returned_by_provider(order)
        self.assertEqual(self._asked(return_order), [(155.0, "waiting", "draft")])

    def test_several_payments_the_last_one_first(self):
        order = self._sell([(self.product, 5)])
        first, last = self._charge(order, 400), self._charge(order, 175)
        return_order = self._returned_by_provider(order, 3)
        self.assertEqual(
            [
                (tx.source_transaction_id, -tx.amount)
                for tx in self._transactions(return_order)
            ],
            [(last, 175.0), (first, 170.0)],
        )
        self._run_job()
        self._assert_paid_back(return_order, 345)

    def test_parts_never_exceed_what_was_charged(self):
        order = self._sell([(self.product, 5)])
        self._charge(order, 300)
        self._paid(order)  # the rest, at the bank
        first = self._returned_by_provider(order, 2)
        second = self._returned_by_provider(order, 3)
        self.assertEqual(self._asked(first), [(230.0, "waiting", "draft")])
        self.assertEqual(self._asked(second), [(70.0, "waiting", "draft")])
        told = second.sudo().message_ids[:1].preview
        self.assertIn("the rest stays open credit", told)
        self.assertNotIn("275", told)
        self._run_job()
        self.assertEqual(self._refund(second).amount_residual, 275)

    def test_a_provider_that_refunds_in_full_only(self):
        self.method.support_refund = "full_only"
        order = self._sold_and_charged()
        part = self._returned_by_provider(order, 2)
        self.assertFalse(self._asked(part))
        self.assertEqual(self._refund(part).amount_residual, 230)
        whole = self._returned_by_provider(self._sold_and_charged(), 5)
        self._run_job()
        self._assert_paid_back(whole, 575)

    def test_paid_otherwise_it_stays_open_credit(self):
        order = self._paid(self._sell([(self.product, 5)]))
        return_order = self._returned_by_provider(order)
        self.assertFalse(self._asked(return_order))
        self.assertEqual(self._refund(return_order).amount_residual, 230)
        self.assertFalse(return_order.has_exception)

    def test_a_refusal_waits_for_a_person(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        with self._provider(_refuse):
            self._run_job()
            self.assertEqual(self._asked(return_order), [(230.0, "refused", "error")])
            self.assertTrue(return_order.has_exception)
            self.assertIn("The card is closed.", return_order.exception_message)
            self.assertIn(
                self._transactions(return_order).reference,
                return_order.exception_message,
            )
            # The warehouse reads it as well.
            self.assertNotIn("230.00", return_order.exception_message)
            self.assertTrue(return_order.sudo().activity_ids)
            self._run_job()
        self.assertEqual(len(self._transactions(return_order)), 1)
        self._as("manager", return_order).action_retry()
        self.assertFalse(return_order.has_exception)
        self.assertFalse(return_order.sudo().activity_ids)
        self._run_job()
        self._assert_paid_back(return_order, 230)

    def test_a_refusal_that_accounting_paid_otherwise_is_over(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        with self._provider(_refuse):
            self._run_job()
        self._pay(self._refund(return_order))
        self._as("manager", return_order).action_retry()
        self.assertEqual(len(self._transactions(return_order)), 1)
        self.assertRecordValues(
            return_order, [{"refund_status": "paid", "has_exception": False}]
        )

    def _break_down(self, error):
        """As Odoo's helper for requests to providers does."""

        def ask(transaction):
            try:
                raise error
            except requests.exceptions.RequestException:
                # Without "from", as Odoo: what went wrong is the context.
                raise NO_CONNECTION  # noqa: B904

        return ask

    def test_without_an_answer_nobody_asks_again_by_himself(self):
        server_error = requests.exceptions.HTTPError(response=requests.Response())
        server_error.response.status_code = 502
        for error in (requests.exceptions.ConnectTimeout(), server_error):
            with self.subTest(error):
                return_order = self._returned_by_provider(self._sold_and_charged())
                with self._provider(self._break_down(error)):
                    self._run_job()
                self.assertEqual(
                    self._asked(return_order), [(230.0, "unknown", "draft")]
                )
                self.assertIn("did not answer", return_order.exception_message)
                with self._provider(self.fail):
                    self._run_job()
                    self._as("manager", return_order).action_retry()
                    self._run_job()
                self.assertEqual(
                    self._asked(return_order), [(230.0, "unknown", "draft")]
                )

    def test_an_answer_of_4xx_is_a_refusal(self):
        error = requests.exceptions.HTTPError(response=requests.Response())
        error.response.status_code = 402
        return_order = self._returned_by_provider(self._sold_and_charged())
        with self._provider(self._break_down(error)):
            self._run_job()
        self.assertEqual(self._asked(return_order), [(230.0, "refused", "error")])

    def _unknown(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        timeout = self._break_down(requests.exceptions.ReadTimeout())
        with self._provider(timeout):
            self._run_job()
        return return_order, self._transactions(return_order)

    def test_accounting_saw_that_the_money_went_out(self):
        return_order, transaction = self._unknown()
        self._as("accountant", transaction).action_return_refund_was_paid()
        with self._provider(self.fail):
            self._run_job()
        self._assert_paid_back(return_order, 230)
        self.assertFalse(return_order.sudo().activity_ids)

    def test_accounting_saw_that_it_did_not(self):
        return_order, transaction = self._unknown()
        self._as("accountant", transaction).action_return_refund_was_not_paid()
        with self.assertRaises(UserError):
            self._as("accountant", transaction).action_return_refund_was_paid()
        self._run_job()
        self._assert_paid_back(return_order, 230)
        self.assertEqual(
            self._asked(return_order),
            [(230.0, "dropped", "cancel"), (230.0, "answered", "done")],
        )

    def test_only_accounting_says_what_happened(self):
        return_order, transaction = self._unknown()
        for role in ("manager", "clerk", "approver", "warehouse"):
            for name in ("was_paid", "was_not_paid"):
                with self.subTest(role), self.assertRaises(AccessError):
                    step = f"action_return_refund_{name}"
                    getattr(self._as(role, transaction), step)()
        with self.assertRaises(AccessError):
            self._as("accountant", transaction).return_refund_state = "waiting"

    def test_the_provider_tells_later(self):
        def promise(transaction):
            transaction._set_pending()

        return_order = self._returned_by_provider(self._sold_and_charged())
        with self._provider(promise):
            self._run_job()
        self.assertEqual(self._asked(return_order), [(230.0, "answered", "pending")])
        self.assertEqual(return_order.refund_status, "refunded")
        self._as("manager", return_order).action_settle()
        self.assertEqual(len(self._transactions(return_order)), 1)
        self._transactions(return_order)._process(
            "demo",
            {
                "reference": self._transactions(return_order).reference,
                "simulated_state": "done",
            },
        )
        self._run_job()
        self._assert_paid_back(return_order, 230)

    def test_a_refusal_that_comes_later(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        with self._provider(lambda transaction: transaction._set_pending()):
            self._run_job()
        self._transactions(return_order)._set_error("Account closed")
        self.assertTrue(return_order.has_exception)
        self.assertIn("Account closed", return_order.exception_message)

    def test_a_credit_that_was_used_is_not_sent(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        self._pay(self._refund(return_order))
        with self._provider(self.fail):
            self._run_job()
        self.assertEqual(self._asked(return_order), [(230.0, "dropped", "cancel")])
        self.assertFalse(return_order.has_exception)

    def test_what_is_paid_meanwhile_is_not_sent(self):
        """345 are given back as 175 and 170, of which accounting pays 170."""
        order = self._sell([(self.product, 5)])
        self._charge(order, 400)
        self._charge(order, 175)
        return_order = self._returned_by_provider(order, 3)
        refund = self._refund(return_order)
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=refund.ids)
            .create({"amount": 170})
        )
        wizard.action_create_payments()
        for _run in range(3):
            self._run_job()
        self._assert_paid_back(return_order, 345)

    def test_a_credit_note_posted_again_is_not_paid_again(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        self._run_job()
        refund = self._refund(return_order)
        refund.button_draft()
        with Form(refund) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 1
        refund.action_post()
        with self._provider(self.fail):
            self._run_job()
        self.assertEqual((refund.amount_total, refund.amount_residual), (115, 0))
        self.assertEqual(len(self._transactions(return_order)), 1)

    def test_a_refusal_that_was_none_after_all(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        with self._provider(_refuse):
            self._run_job()
        self._transactions(return_order)._set_done()
        self.assertFalse(return_order.has_exception)
        self.assertFalse(return_order.sudo().activity_ids)
        with self._provider(self.fail):
            self._as("manager", return_order).action_retry()
            self._run_job()
        self._assert_paid_back(return_order, 230)

    def test_who_knows_one_refund_is_still_asked_about_the_other(self):
        first = self._returned_by_provider(self._sold_and_charged())
        order = self._sell([(self.product, 5)])
        self._charge(order, 400)
        self._charge(order, 175)
        return_order = self._returned_by_provider(order, 3)
        timeout = self._break_down(requests.exceptions.ReadTimeout())
        with self._provider(timeout):
            self._run_job()
        unknown = self._transactions(return_order)
        self.assertEqual(unknown.mapped("return_refund_state"), ["unknown"] * 2)
        self._as("accountant", unknown[0]).action_return_refund_was_paid()
        self.assertTrue(return_order.sudo().activity_ids)
        self._as("accountant", unknown[1]).action_return_refund_was_paid()
        self.assertFalse(return_order.sudo().activity_ids)
        self.assertTrue(first.sudo().activity_ids)

    def test_a_credit_note_that_is_undone_is_not_sent(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        refund = self._refund(return_order)
        refund.button_draft()
        with self._provider(self.fail):
            self._run_job()
        refund.action_post()
        self._run_job()
        self._assert_paid_back(return_order, 230)

    def test_a_disabled_provider_is_not_asked(self):
        return_order = self._returned_by_provider(self._sold_and_charged())
        self.provider.state = "disabled"
        with self._provider(self.fail):
            self._run_job()
        self.assertEqual(self._asked(return_order)[0][1], "refused")
        self.assertIn("disabled", return_order.exception_message)

    @mute_logger("odoo.addons.sale_return_mgmt.models.payment_transaction")
    def test_one_that_breaks_does_not_stop_the_next(self):
        first = self._returned_by_provider(self._sold_and_charged())
        second = self._returned_by_provider(self._sold_and_charged())
        Transaction = type(self.env["payment.transaction"])
        send = Transaction._send_refund_request
        broken = self._transactions(first)

        def ask(transaction):
            if transaction.id == broken.id:
                raise KeyError("what the provider sent makes no sense")
            return send(transaction)

        with patch.object(Transaction, "_send_refund_request", ask):
            self._run_job()
        self.assertEqual(self._asked(first), [(230.0, "unknown", "draft")])
        self._assert_paid_back(second, 230)
