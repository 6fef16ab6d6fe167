from odoo.tests import HttpCase, tagged

from .common_refund_payment import RefundPaymentCommon


@tagged("post_install", "-at_install")
class TestTourAccountant(HttpCase, RefundPaymentCommon):
    """The accountant's day in the browser: post, pay, prove, look back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_post_refund = False
        cls.users["accountant"].password = "return_test_accountant"

    def test_from_the_credit_note_to_the_proof(self):
        return_order = self._approved(
            self._paid(self._sell([(self.product, 5)])),
            {self.product: 2},
            refund_method="transfer",
            partner_bank_id=self.bank_account,
        )
        self._receive(return_order)
        self.start_tour(
            "/odoo/action-sale_return_mgmt.account_move_action_return",
            "sale_return_accountant",
            login="return_test_accountant",
        )
        self.assertEqual(return_order.refund_status, "paid")
        self.assertTrue(self._as("accountant", return_order).refund_proof_ids)
