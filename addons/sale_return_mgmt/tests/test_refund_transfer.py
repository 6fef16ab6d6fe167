import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common_refund_payment import RefundPaymentCommon


@tagged("post_install", "-at_install")
class TestRefundTransfer(RefundPaymentCommon):
    """What the credit note leaves open is sent to the customer's account."""

    def _returned_by_transfer(self, order, quantity=2):
        return_order = self._approved(
            order,
            {self.product: quantity},
            refund_method="transfer",
            partner_bank_id=self.bank_account,
        )
        self._receive(return_order)
        return return_order

    def _payments(self, return_order, role="accountant"):
        return self._as(role, return_order).refund_payment_ids

    def test_a_paid_invoice_is_paid_back(self):
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        refund = self._refund(return_order)
        payment = self._payments(return_order)
        self.assertRecordValues(
            payment,
            [
                {
                    "state": "draft",
                    "payment_type": "outbound",
                    "partner_id": self.customer.id,
                    "partner_bank_id": self.bank_account.id,
                    "amount": 230.0,
                    "memo": return_order.name,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(payment.journal_id.type, "bank")
        self.assertEqual(return_order.refund_status, "refunded")
        self.assertTrue(payment.action_post())
        [answer] = self._as("viewer", return_order).api_get([return_order.id])
        self.assertEqual(
            [(each["name"], each["amount"]) for each in answer["payments"]],
            [(payment.name, 230.0)],
        )
        self.assertEqual(refund.payment_state, "paid")
        self.assertEqual(refund.amount_residual, 0)
        self.assertRecordValues(
            return_order, [{"refund_status": "paid", "state": "done"}]
        )
        self.assertIn("refund_paid", return_order.sudo().event_ids.mapped("type"))

    def test_only_what_the_invoice_leaves_open_is_paid_back(self):
        """575 invoiced, 500 paid: of 230 credited 75 settle the invoice."""
        for paid, back in ((500, 155.0), (345, 0), (345.01, 0.01), (None, 230.0)):
            with self.subTest(paid=paid):
                order = self._paid(self._sell([(self.product, 5)]), paid)
                return_order = self._returned_by_transfer(order)
                self.assertEqual(
                    sum(self._payments(return_order).mapped("amount")), back
                )

    def test_an_unpaid_invoice_is_just_lowered(self):
        return_order = self._returned_by_transfer(self._sell([(self.product, 5)]))
        self.assertFalse(self._payments(return_order))
        self.assertEqual(return_order.refund_status, "paid")

    def test_open_credit_is_the_default(self):
        order = self._paid(self._sell([(self.product, 5)]))
        return_order = self._returned(order, {self.product: 2})
        self.assertEqual(return_order.refund_method, "credit")
        self.assertFalse(self._payments(return_order))
        self.assertEqual(self._refund(return_order).amount_residual, 230)
        self.assertEqual(return_order.refund_status, "refunded")

    def test_parts_are_paid_back_each(self):
        order = self._paid(self._sell([(self.product, 5)]))
        return_order = self._approved(
            order, {self.product: 3}, refund_method="transfer"
        )
        self._receive(return_order, {self.product: 1})
        self.assertEqual(self._payments(return_order).mapped("amount"), [115.0])
        self._receive(return_order)
        self.assertEqual(
            sorted(self._payments(return_order).mapped("amount")), [115.0, 230.0]
        )
        self._payments(return_order).action_post()
        self.assertEqual(return_order.refund_status, "paid")

    def test_a_draft_credit_note_is_paid_back_once_posted(self):
        self.company.sale_return_post_refund = False
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        self.assertFalse(self._payments(return_order))
        self._refund(return_order).action_post()
        self.assertEqual(self._payments(return_order).amount, 230)

    def test_a_credit_note_that_is_undone_takes_its_payment_along(self):
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        refund, payment = self._refund(return_order), self._payments(return_order)
        refund.button_draft()
        self.assertEqual(payment.state, "canceled")
        refund.action_post()
        self.assertEqual(
            self._payments(return_order).mapped("state"), ["canceled", "draft"]
        )

    def test_a_credit_note_posted_again_is_not_paid_again(self):
        for quantity in (2, 1):
            with self.subTest(quantity):
                return_order = self._returned_by_transfer(
                    self._paid(self._sell([(self.product, 5)]))
                )
                self._payments(return_order).action_post()
                refund = self._refund(return_order)
                refund.button_draft()
                with Form(refund) as form, form.invoice_line_ids.edit(0) as line:
                    line.quantity = quantity
                refund.action_post()
                self.assertEqual(refund.amount_total, 115 * quantity)
                self.assertEqual(refund.amount_residual, 0)
                self.assertEqual(len(self._payments(return_order)), 1)

    def test_a_payment_without_a_journal_entry_counts_as_well(self):
        """With full accounting the bank statement books it, where a journal has no
        outstanding account."""
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        payment = self._payments(return_order)
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        self.assertEqual(return_order.refund_status, "paid")
        refund = self._refund(return_order)
        refund.button_draft()
        refund.action_post()
        self.assertEqual(self._payments(return_order), payment)

    def test_nothing_is_paid_twice(self):
        """The accountant pays by his own way, or lets the credit settle an invoice,
        while ours waits."""
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        refund, payment = self._refund(return_order), self._payments(return_order)
        self._pay(refund)
        with self.assertRaises(UserError) as refusal:
            payment.action_post()
        self.assertIn(
            "only $ 0.00 of credit", str(refusal.exception).replace("\xa0", " ")
        )
        self.assertEqual(payment.state, "draft")
        self.assertEqual(return_order.refund_status, "paid")

    def test_less_can_be_paid(self):
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        payment = self._payments(return_order)
        payment.amount = 100
        payment.action_post()
        self.assertEqual(self._refund(return_order).amount_residual, 130)
        self.assertEqual(return_order.refund_status, "refunded")
        payment = self._payments(return_order)
        self.assertEqual(payment.state in ("in_process", "paid"), True)

    def test_another_journal(self):
        journal = self.env["account.journal"].create(
            {"name": "Refunds", "type": "bank", "code": "RFND"}
        )
        self.company.sale_return_payment_journal_id = journal
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        self.assertEqual(self._payments(return_order).journal_id, journal)

    def test_no_bank_journal_is_said_and_mended(self):
        order = self._paid(self._sell([(self.product, 5)]))
        return_order = self._approved(
            order, {self.product: 2}, refund_method="transfer"
        )
        journals = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)]
        )
        journals.active = False
        self._receive(return_order)
        self.assertIn("has no bank journal", return_order.exception_message)
        journals.active = True
        self._as("manager", return_order).action_retry()
        self.assertEqual(self._payments(return_order).amount, 230)

    def test_the_account_is_the_customers(self):
        other = self.env["res.partner"].create({"name": "Somebody Else"})
        account = self.env["res.partner.bank"].create(
            {"acc_number": "XX 66", "partner_id": other.id}
        )
        return_order = self._request(self._sell([(self.product, 1)]))
        with self.assertRaisesRegex(ValidationError, "not to the customer"):
            return_order.partner_bank_id = account
        return_order.partner_bank_id = self.bank_account
        return_order.action_submit()
        with self.assertRaises(UserError):  # what was decided on stays
            return_order.refund_method = "transfer"

    def test_the_warehouse_sees_no_payments(self):
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        for name in (
            "refund_method",
            "partner_bank_id",
            "refund_payment_summary",
            "refund_payment_ids",
            "refund_proof_ids",
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                self._as("warehouse", return_order).read([name])
        summary = self._as("viewer", return_order).refund_payment_summary
        self.assertIn("Draft Payment: $ 230.00, Draft", summary.replace("\xa0", " "))

    # === PROOF OF PAYMENT === #

    def _send_proof(self, payment, role="accountant", name="voucher.pdf"):
        action = self._as(role, payment).action_send_return_proof()
        wizard = Form.from_action(self.env(user=self.users[role]), action)
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.users[role])
            .create({"name": name, "datas": base64.b64encode(b"%PDF- paid")})
        )
        wizard.attachment_ids.add(attachment)
        wizard.note = "Value date: tomorrow"
        wizard.save().action_send()

    def test_the_proof_reaches_customer_and_return(self):
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        payment = self._payments(return_order)
        with self.assertRaisesRegex(UserError, "Confirm the payment first"):
            self._send_proof(payment)
        payment.action_post()
        self._send_proof(payment)
        proof = self._as("viewer", return_order).refund_proof_ids
        self.assertEqual(proof.mapped("name"), ["voucher.pdf"])
        self.assertEqual(proof.raw, b"%PDF- paid")
        message = return_order.sudo().refund_ids.message_ids[0]
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(message.attachment_ids.ids, proof.ids)
        self.assertIn("230.00", message.body)
        self.assertIn("Value date: tomorrow", message.body)
        self.assertEqual(payment.message_ids[0].attachment_ids.name, "voucher.pdf")
        # The warehouse reads neither the amount nor the file.
        self.assertNotIn(
            "230.00", "".join(return_order.sudo().message_ids.mapped("body"))
        )
        with self.assertRaises(AccessError):
            self._as("warehouse", proof).read(["raw"])

    def test_the_proof_goes_out_whatever_the_payment_is_matched_with(self):
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        payment = self._payments(return_order)
        payment.action_post()
        payment.move_id.line_ids.remove_move_reconcile()
        self._send_proof(payment)
        refund = return_order.sudo().refund_ids
        self.assertEqual(refund.message_ids[0].attachment_ids.name, "voucher.pdf")

    def test_only_accounting_sends_proofs(self):
        return_order = self._returned_by_transfer(
            self._paid(self._sell([(self.product, 5)]))
        )
        payment = self._payments(return_order)
        payment.action_post()
        for role in ("manager", "clerk", "warehouse"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.env["sale.return.payment.proof"].with_user(
                    self.users[role]
                ).create({"payment_id": payment.id}).action_send()
        self.assertFalse(return_order.sudo().refund_proof_ids)
