from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command

from .common_settlement import SettlementCommon


class RefundPaymentCommon(SettlementCommon):
    """Invoices that customers paid, and how they get the money back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_account = cls.env["res.partner.bank"].create(
            {"acc_number": "DE00 1234", "partner_id": cls.customer.id}
        )

    def _paid(self, order, amount=None):
        """Pay the invoice of an order at the bank."""
        invoice = order.invoice_ids
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"amount": amount or invoice.amount_residual})
        )
        wizard.action_create_payments()
        return order

    def _refund(self, return_order):
        [refund] = self._refunds(return_order)
        return refund


class ProviderCommon(RefundPaymentCommon):
    """Invoices that were paid through Odoo's demo provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        provider = cls.env.ref("payment.payment_provider_demo").sudo()
        if provider.code != "demo":
            cls.skipTest(cls, "payment_demo is not installed")
        cls.provider = provider.copy({"company_id": cls.company.id})
        cls.method = cls.env.ref("payment_demo.payment_method_demo").sudo()
        cls.method.active = True
        cls.provider.write(
            {"state": "test", "payment_method_ids": [Command.set(cls.method.ids)]}
        )
        cls.cron = cls.env.ref("sale_return_mgmt.ir_cron_send_refunds")

    def _charge(self, order, amount=None):
        """Let the customer pay an invoice through the provider."""
        invoice = order.invoice_ids
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "reference": f"{invoice.name}-{len(invoice.transaction_ids)}",
                    "amount": amount or invoice.amount_residual,
                    "currency_id": invoice.currency_id.id,
                    "partner_id": invoice.partner_id.id,
                    "operation": "online_direct",
                    "invoice_ids": [Command.set(invoice.ids)],
                }
            )
        )
        transaction._process(
            "demo", {"reference": transaction.reference, "simulated_state": "done"}
        )
        transaction._post_process()
        return transaction

    def _sold_and_charged(self, quantity=5, **vals):
        order = self._sell([(self.product, quantity)], **vals)
        self._charge(order)
        return order

    def _run_job(self):
        """The job as the scheduler runs it, then Odoo's own that books what was paid.

        :return: what was committed to be sent, in order
        """
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
            self.env.ref("payment.cron_post_process_payment_tx").method_direct_trigger()
        self.env.invalidate_all()

    @contextmanager
    def _provider(self, answer):
        """Let the provider do ``answer(transaction)`` instead of paying at once."""
        Transaction = type(self.env["payment.transaction"])
        with patch.object(Transaction, "_send_refund_request", answer):
            yield

    def _transactions(self, return_order):
        return return_order.sudo().refund_ids.return_transaction_ids.sorted("id")
