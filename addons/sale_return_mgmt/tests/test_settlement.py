from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlement(SettlementCommon):
    """How much is credited, and on which invoice."""

    # === THE AMOUNT === #

    def _assert_full_return_mirrors_invoice(self, order):
        invoice = order.invoice_ids
        return_order = self._approved(order)
        self.assertEqual(return_order.amount_total, invoice.amount_total)
        self.assertEqual(return_order.amount_untaxed, invoice.amount_untaxed)
        self._receive(return_order)
        refund = self._refunds(return_order)
        self.assertRecordValues(
            refund,
            [
                {
                    "amount_untaxed": invoice.amount_untaxed,
                    "amount_tax": invoice.amount_tax,
                    "amount_total": invoice.amount_total,
                    "amount_residual": 0.0,
                    "reversed_entry_id": invoice.id,
                }
            ],
        )
        self.assertEqual(
            sorted((line.account_id.id, line.balance) for line in invoice.line_ids),
            sorted((line.account_id.id, -line.balance) for line in refund.line_ids),
        )
        self.assertRecordValues(
            invoice, [{"amount_residual": 0.0, "payment_state": "reversed"}]
        )
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "done",
                    "refund_status": "paid",
                    "amount_refunded": invoice.amount_total,
                }
            ],
        )

    def test_the_credit_note_mirrors_the_invoice(self):
        Tax = self.env["account.tax"]
        fixed = Tax.create(
            {
                "name": "Eco 0.50",
                "amount_type": "fixed",
                "amount": 0.5,
                "type_tax_use": "sale",
                "include_base_amount": True,
                "sequence": 1,
            }
        )
        second = Tax.create({"name": "3 %", "amount": 3.0, "type_tax_use": "sale"})
        cases = {
            "discount": ([self.tax_excluded], 10.0),
            "no tax": ([], 0.0),
            "tax excluded": ([self.tax_excluded], 0.0),
            "tax included": ([self.tax_included], 0.0),
            "tax included and discount": ([self.tax_included], 7.5),
            "fixed tax": ([fixed, self.tax_excluded], 0.0),
            "two taxes": ([self.tax_excluded, second], 0.0),
        }
        for case, (taxes, discount) in cases.items():
            with self.subTest(case=case):
                vals = {
                    "price_unit": 33.33,
                    "discount": discount,
                    "tax_ids": [Command.set([tax.id for tax in taxes])],
                }
                self._assert_full_return_mirrors_invoice(
                    self._sell(
                        [(self.product, 3, vals), (self.product_on_order, 7, vals)]
                    )
                )

    def test_a_part_of_a_tax_included_line_is_credited_as_invoiced(self):
        vals = {
            "price_unit": 121.0,
            "discount": 10.0,
            "tax_ids": [Command.set(self.tax_included.ids)],
        }
        return_order = self._returned(
            self._sell([(self.product, 3, vals)]), {self.product: 1}
        )
        self.assertRecordValues(
            self._refunds(return_order),
            [{"amount_untaxed": 90.0, "amount_tax": 18.9, "amount_total": 108.9}],
        )

    def test_what_was_invoiced_is_credited_not_what_is_asked_today(self):
        order = self._sell([(self.product, 4)], invoice=False)
        invoice = order._create_invoices()
        invoice.invoice_line_ids.write({"price_unit": 90.0, "discount": 50.0})
        invoice.action_post()
        self.product.write({"list_price": 500.0, "taxes_id": [Command.clear()]})
        order.order_line.price_unit = 300.0
        return_order = self._returned(order, {self.product: 1})
        refund = self._refunds(return_order)
        self.assertRecordValues(
            refund,
            [{"amount_untaxed": 45.0, "amount_tax": 6.75, "amount_total": 51.75}],
        )
        self.assertRecordValues(
            refund.invoice_line_ids,
            [
                {
                    "account_id": invoice.invoice_line_ids.account_id.id,
                    "tax_ids": invoice.invoice_line_ids.tax_ids.ids,
                    "name": invoice.invoice_line_ids.name,
                    "discount": 50.0,
                }
            ],
        )
        self.assertEqual(return_order.amount_total, 51.75)

    def test_a_credit_in_another_currency_keeps_the_rate_of_the_invoice(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2020-01-01", 2.0), ("2025-06-01", 4.0)]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        order = self._sell(
            [(self.product, 5, {"price_unit": 100.0})],
            invoice=False,
            pricelist_id=pricelist.id,
        )
        invoice = order._create_invoices()
        invoice.invoice_date = "2024-03-01"
        invoice.action_post()
        return_order = self._returned(order, {self.product: 2})
        self.assertEqual(return_order.currency_id, currency)
        refund = self._refunds(return_order)
        self.assertRecordValues(
            refund,
            [
                {
                    "currency_id": currency.id,
                    "invoice_currency_rate": 2.0,
                    "invoice_date": fields.Date.context_today(refund),
                    "amount_total": 230.0,
                    "amount_total_signed": -115.0,
                    "amount_residual": 0.0,
                }
            ],
        )
        self.assertEqual(invoice.amount_residual, 345.0)
        matched = refund.line_ids.matched_credit_ids | refund.line_ids.matched_debit_ids
        self.assertTrue(matched)
        self.assertFalse(matched.exchange_move_id)

    # === WHICH INVOICE === #

    def _sell_in_two_invoices(self):
        """Five pieces, two invoiced at 90 and three at 100."""
        order = self._sell([(self.product, 5)], invoice=False)
        first = order._create_invoices()
        first.invoice_line_ids.write({"quantity": 2, "price_unit": 90.0})
        first.action_post()
        second = order._create_invoices()
        self.assertEqual(second.invoice_line_ids.quantity, 3)
        second.action_post()
        return order, first, second

    def test_the_oldest_posted_invoice_is_credited_first(self):
        order, first, second = self._sell_in_two_invoices()
        return_order = self._returned(order, {self.product: 3})
        self.assertRecordValues(
            self._refunds(return_order),
            [
                {"reversed_entry_id": first.id, "amount_untaxed": 180.0},
                {"reversed_entry_id": second.id, "amount_untaxed": 100.0},
            ],
        )
        self.assertEqual(first.amount_residual, 0.0)
        self.assertEqual(second.amount_residual, 230.0)
        self._returned(order, {self.product: 2})
        self.assertEqual(second.amount_residual, 0.0)

    def test_the_preview_is_the_amount_that_is_credited(self):
        order, _first, _second = self._sell_in_two_invoices()
        return_order = self._request(order, {self.product: 3})
        preview = return_order.amount_total
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertEqual(preview, return_order.amount_refunded)

    def test_two_returns_settled_together_credit_each_invoice_once(self):
        self.company.sale_return_refund_trigger = "manual"
        order, first, second = self._sell_in_two_invoices()
        return_orders = self._returned(order, {self.product: 2})
        return_orders += self._returned(order, {self.product: 3})
        self._settle(return_orders)
        self.assertRecordValues(
            self._refunds(return_orders[0]) + self._refunds(return_orders[1]),
            [
                {"reversed_entry_id": first.id, "amount_untaxed": 180.0},
                {"reversed_entry_id": second.id, "amount_untaxed": 300.0},
            ],
        )
        self.assertEqual((first + second).mapped("amount_residual"), [0.0, 0.0])

    def test_two_returns_of_one_invoice_are_reconciled_with_that_invoice(self):
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 5)])
        neighbour = self.env["res.partner"].create({"name": "Neighbour"})
        other = self._sell([(self.product, 5)], partner_id=neighbour.id)
        return_orders = self._returned(order, {self.product: 1})
        return_orders += self._returned(other, {self.product: 1})
        return_orders += self._returned(order, {self.product: 2})
        self._settle(return_orders)
        for sale, residual in ((order, 230.0), (other, 460.0)):
            invoice = sale.invoice_ids.filtered(lambda m: m.move_type == "out_invoice")
            self.assertEqual(invoice.amount_residual, residual)
            partials = invoice.line_ids.matched_credit_ids
            self.assertEqual(
                partials.credit_move_id.move_id,
                sale.invoice_ids.filtered(lambda m: m.move_type == "out_refund"),
            )
        self.assertEqual(
            set(return_orders.mapped("refund_status")), {"paid"}, "all are reconciled"
        )

    def test_the_accountant_posts_drafts_of_returns_with_others(self):
        self.company.sale_return_post_refund = False
        order = self._sell([(self.product, 5)])
        other = self._sell([(self.product, 5)])
        return_orders = self._returned(order, {self.product: 1})
        return_orders += self._returned(order, {self.product: 2})
        invoices = (order + other).invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        drafts = self._refunds(return_orders)
        by_hand = invoices[1]._reverse_moves()
        (drafts[0] + by_hand + drafts[1]).with_user(
            self.users["accountant"]
        ).action_post()
        self.assertEqual(invoices.mapped("amount_residual"), [230.0, 0.0])
        for invoice, refunds in zip(invoices, (drafts, by_hand), strict=True):
            partials = invoice.line_ids.matched_credit_ids
            self.assertEqual(partials.credit_move_id.move_id, refunds.sudo())

    def test_the_order_tells_that_a_credit_note_is_paid(self):
        order = self._sell([(self.product, 5)])
        known = order.message_ids
        refund = self._refunds(self._returned(order, {self.product: 1}))
        notes = (order.message_ids - known).filtered(
            lambda message: refund.name in message.body
        )
        self.assertEqual(notes.subtype_id, self.env.ref("mail.mt_note"))

    def test_a_draft_invoice_is_not_credited(self):
        order = self._sell([(self.product, 5)], invoice=False)
        invoice = order._create_invoices()
        return_order = self._returned(order, {self.product: 2})
        self.assertFalse(return_order.sudo().refund_ids)
        self.assertEqual(return_order.refund_status, "none")
        # Posted as it was: now the customer is invoiced two too many.
        invoice.action_post()
        self.assertRecordValues(
            return_order, [{"state": "approved", "refund_status": "to_refund"}]
        )
        self._settle(return_order)
        self.assertRecordValues(
            return_order, [{"state": "done", "amount_refunded": 230.0}]
        )

    # === NEVER MORE THAN INVOICED === #

    def test_credit_notes_made_by_hand_count(self):
        order = self._sell([(self.product, 5)])
        invoice = order.invoice_ids
        self._reverse(invoice, quantity=2)
        return_order = self._returned(order)
        self.assertEqual(self._refunds(return_order).invoice_line_ids.quantity, 3)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(order.order_line.qty_invoiced, 0)
        self.assertEqual(return_order.state, "done")

    def test_an_invoice_credited_by_hand_is_not_credited_again(self):
        order = self._sell([(self.product, 5)])
        self._reverse(order.invoice_ids)
        return_order = self._returned(order)
        self.assertFalse(return_order.sudo().refund_ids)
        self.assertRecordValues(
            return_order, [{"state": "done", "refund_status": "none"}]
        )

    def test_credit_notes_of_the_order_count(self):
        order = self._sell([(self.product, 5)])
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=order.picking_ids.id, active_model="stock.picking"
            )
        )
        with wizard.product_return_moves.edit(0) as line:
            line.quantity = 2
        native = wizard.save().action_create_returns()
        self.env["stock.picking"].browse(native["res_id"]).button_validate()
        invoice = order.invoice_ids
        credit = order._create_invoices(final=True)
        credit.action_post()
        self.assertEqual(credit.invoice_line_ids.quantity, 2)
        return_order = self._returned(order)
        self.assertEqual(self._refunds(return_order).invoice_line_ids.quantity, 3)
        self.assertEqual(invoice.amount_residual, 230.0)
        self.assertEqual(order.order_line.qty_invoiced, 0)

    def test_a_draft_credit_note_of_others_counts(self):
        order = self._sell([(self.product, 5)])
        self._reverse(order.invoice_ids, quantity=4).button_draft()
        return_order = self._returned(order)
        self.assertEqual(
            sum(self._refunds(return_order).invoice_line_ids.mapped("quantity")), 1
        )

    def test_settling_again_and_again_makes_one_credit_note(self):
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._returned(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        for _time in range(20):
            self.assertTrue(self._settle(return_order))
        self.assertEqual(return_order.sudo().refund_count, 1)
        self.assertEqual(return_order.amount_refunded, 230.0)

    # === PAID, OPEN, DRAFT === #

    def test_a_company_that_does_not_post_leaves_a_draft(self):
        self.company.sale_return_post_refund = False
        return_order = self._returned(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        refund = self._refunds(return_order)
        self.assertEqual(refund.state, "draft")
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "full",
                    "refund_status": "to_refund",
                    "amount_refunded": 0.0,
                }
            ],
        )
        self._settle(return_order)
        self.assertEqual(return_order.sudo().refund_count, 1)
        refund.action_post()
        self.assertRecordValues(
            return_order,
            [{"state": "done", "refund_status": "paid", "amount_refunded": 230.0}],
        )

    def test_a_paid_invoice_leaves_an_open_credit(self):
        order = self._sell([(self.product, 5)])
        self._pay(order.invoice_ids)
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        self.assertRecordValues(
            refund, [{"payment_state": "not_paid", "amount_residual": 230.0}]
        )
        self.assertRecordValues(
            return_order, [{"state": "done", "refund_status": "refunded"}]
        )
        self._pay(refund.with_user(self.env.user))
        self.assertEqual(return_order.refund_status, "paid")

    def test_an_unpaid_invoice_is_reconciled(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        self.assertRecordValues(
            self._refunds(return_order),
            [{"payment_state": "paid", "amount_residual": 0}],
        )
        self.assertEqual(return_order.refund_status, "paid")
        self.assertEqual(order.invoice_ids.sorted("id")[0].amount_residual, 345.0)
