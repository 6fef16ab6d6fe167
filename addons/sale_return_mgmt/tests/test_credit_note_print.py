from lxml import html

from odoo.tests import tagged

from .common_settlement import SettlementCommon

INVOICE = "account.account_invoices"


@tagged("post_install", "-at_install")
class TestCreditNotePrint(SettlementCommon):
    """What the customer reads: which return, which invoice, and why."""

    def _print(self, move, role="accountant"):
        """The text of the credit note, as the customer gets it.

        Of the page that becomes the PDF: wkhtmltopdf without patched Qt draws the font
        of Odoo's invoices, which then holds no text.
        """
        report = self.env["ir.actions.report"].with_user(self.users[role])
        content, _kind = report._render_qweb_html(INVOICE, move.ids)
        return " ".join(html.fromstring(content).text_content().split())

    def _returned_for_two_reasons(self, order):
        return_order = self._request(order)
        return_order.line_ids[1].write(
            {"reason_id": self.reason_note.id, "note": "It flickers."}
        )
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        return return_order

    def test_return_invoice_and_reason_are_named(self):
        order = self._sell([(self.product, 5)])
        invoice = order.invoice_ids
        return_order = self._returned(order, {self.product: 2})
        for role in ("accountant", "clerk"):
            with self.subTest(role=role):
                page = self._print(self._refunds(return_order), role)
                self.assertIn(f"Return {return_order.name}", page)
                self.assertIn(f"Original Invoice {invoice.name} (", page)
                self.assertIn("Return Reason No longer wanted", page)
                self.assertEqual(page.count("No longer wanted"), 1)
        # The invoice itself is Odoo's.
        page = self._print(invoice)
        self.assertIn(invoice.name, page)
        self.assertNotIn("Original Invoice", page)
        self.assertNotIn("Return", page)

    def test_several_reasons_stand_at_their_lines(self):
        order = self._sell([(self.product, 1), (self.product_on_order, 1)])
        return_order = self._returned_for_two_reasons(order)
        page = self._print(self._refunds(return_order))
        self.assertIn("Lamp Return Reason: No longer wanted", page)
        self.assertIn(f"Chair Return Reason: {self.reason_note.name}", page)
        self.assertNotIn("It flickers", page)

    def test_chinese_customers_read_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_sale_return_mgmt")._update_translations(
            ["zh_CN"], overwrite=True
        )
        self.customer.lang = "zh_CN"
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        page = self._print(refund)
        self.assertIn(f"退货单 {return_order.name}", page)
        self.assertIn(f"原始发票 {refund.reversed_entry_id.name} (", page)
        self.assertIn("退货原因 不再需要", page)

    def test_a_credit_note_by_hand_is_odoos(self):
        order = self._sell([(self.product, 5)])
        page = self._print(self._reverse(order.invoice_ids))
        self.assertNotIn("Original Invoice", page)
        self.assertNotIn("Return Reason", page)
