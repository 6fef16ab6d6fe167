from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestSettlement(SaleReturnCommon):
    """The customer gets back what he was invoiced: not less, never more."""

    def _returned(self, order, quantities=None):
        """A return whose goods are here."""
        return_order = self._approved(order, quantities)
        self._receive(return_order)
        return return_order

    def _settle(self, return_orders):
        return self._as("manager", return_orders).action_settle()

    def _refunds(self, return_order, role="accountant"):
        return return_order.sudo().refund_ids.sorted("id").with_user(self.users[role])

    def _reverse(self, move, quantity=None):
        """Reverse an entry with Odoo's own wizard, as the accountant does."""
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.users["accountant"])
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        wizard.refund_moves()
        reversal = wizard.new_move_ids
        if quantity:
            reversal.invoice_line_ids.quantity = quantity
        reversal.action_post()
        return reversal

    def _pay(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({}).action_create_payments()

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

    # === UNDONE BY AN ACCOUNTANT === #

    def _assert_credit_is_due_again(self, return_order, order):
        self.env.invalidate_all()
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
        self.assertRecordValues(
            return_order.line_ids, [{"quantity_refunded": 0, "quantity_to_refund": 2}]
        )
        events = return_order.event_ids.sorted("sequence").mapped("type")
        self.assertIn("credit_undone", events)
        self.assertEqual(events[-1], "reopened")
        self.assertEqual(events.count("credit_posted"), 1)
        self.assertEqual(order.order_line.qty_invoiced, 5)

    def _assert_settled_again(self, return_order, order):
        self._settle(return_order)
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [{"state": "done", "refund_status": "paid", "amount_refunded": 230.0}],
        )
        self.assertEqual(order.order_line.qty_invoiced, 3)
        # Not a piece more can be credited on this return.
        self._settle(return_order)
        self.assertEqual(return_order.amount_refunded, 230.0)

    def test_a_credit_note_reset_to_draft_is_posted_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        refund.button_draft()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "to_refund", "amount_refunded": 0}],
        )
        self._settle(return_order)
        self.assertEqual(
            return_order.sudo().refund_count, 1, "the draft is still there"
        )
        refund.action_post()
        self.assertRecordValues(
            return_order, [{"state": "done", "amount_refunded": 230.0}]
        )

    def test_a_cancelled_credit_note_is_due_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        refund.button_draft()
        refund.button_cancel()
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "to_refund", "amount_refunded": 0}],
        )
        self._assert_settled_again(return_order, order)

    def test_a_deleted_credit_note_is_due_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        refund.button_draft()
        refund.unlink()
        self.env.invalidate_all()
        self.assertFalse(return_order.sudo().refund_ids)
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "to_refund", "amount_refunded": 0}],
        )
        self._assert_settled_again(return_order, order)

    def test_a_deleted_draft_credit_note_is_due_again(self):
        self.company.sale_return_post_refund = False
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        self._refunds(return_order).unlink()
        self.assertEqual(return_order.refund_status, "to_refund")
        self.company.sale_return_post_refund = True
        self._assert_settled_again(return_order, order)

    def test_a_reversed_credit_note_is_due_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        origin = refund.invoice_line_ids.sudo().return_origin_line_id
        reversal = self._reverse(refund)
        self.assertEqual(reversal.move_type, "out_invoice")
        self.assertRecordValues(
            reversal.invoice_line_ids.sudo(),
            [
                {
                    "return_line_id": return_order.line_ids.id,
                    "return_origin_line_id": origin.id,
                }
            ],
        )
        self._assert_credit_is_due_again(return_order, order)
        self._assert_settled_again(return_order, order)

    def test_a_partly_reversed_credit_note_is_partly_due_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        self._reverse(self._refunds(return_order), quantity=1)
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "partial", "amount_refunded": 115}],
        )
        self._assert_settled_again(return_order, order)

    def test_a_lower_draft_credit_note_leaves_the_rest_due(self):
        """The accountant corrects our draft before posting it."""
        self.company.sale_return_post_refund = False
        return_order = self._returned(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        refund = self._refunds(return_order)
        with Form(refund) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 1
        refund.action_post()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "refund_status": "partial", "amount_refunded": 115}],
        )

    # === WHO MAY WHAT === #

    def test_accountants_cannot_write_the_links(self):
        self.company.sale_return_post_refund = False
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        line = refund.invoice_line_ids
        invoice = (order.invoice_ids - refund.sudo()).with_user(
            self.users["accountant"]
        )
        with self.assertRaises(AccessError):
            refund.return_order_id = False
        with self.assertRaises(AccessError):
            invoice.return_order_id = return_order.id
        with self.assertRaises(AccessError):
            line.return_line_id = False
        with self.assertRaises(AccessError):
            line.return_origin_line_id = False
        with self.assertRaises(AccessError):
            refund.write(
                {
                    "invoice_line_ids": [
                        Command.update(line.id, {"return_line_id": False})
                    ]
                }
            )
        for name, value in (
            ("return_line_id", return_order.line_ids.id),
            ("return_origin_line_id", invoice.invoice_line_ids.id),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.env["account.move"].with_user(self.users["accountant"]).create(
                    {
                        "move_type": "out_refund",
                        "partner_id": self.customer.id,
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "product_id": self.product.id,
                                    "quantity": 1,
                                    "price_unit": 1,
                                    name: value,
                                }
                            )
                        ],
                    }
                )

    def test_a_copied_credit_note_belongs_to_no_return(self):
        return_order = self._returned(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        copied = self._refunds(return_order).copy()
        self.assertFalse(copied.return_order_id)
        self.assertFalse(copied.invoice_line_ids.sudo().return_line_id)
        self.assertEqual(return_order.state, "done")

    def test_only_managers_settle_by_hand(self):
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._returned(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        for role in ("viewer", "clerk", "approver", "warehouse", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_settle()
        self.assertFalse(return_order.sudo().refund_ids)
        self._settle(return_order)
        self.assertEqual(return_order.sudo().refund_count, 1)

    # === WHEN IT FAILS === #

    def _assert_receipt_stands_without_credit(self, return_order, reason):
        self.assertEqual(return_order.sudo().picking_ids.state, "done")
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "full",
                    "refund_status": "to_refund",
                }
            ],
        )
        self.assertFalse(return_order.sudo().refund_ids)
        event = return_order.event_ids.filtered(lambda event: event.type == "failed")
        self.assertIn(reason, event.note)
        self.assertEqual(event.user_id, self.users["storekeeper"])
        activity = return_order.sudo().activity_ids
        self.assertEqual(activity.user_id, self.users["clerk"])
        self.assertFalse(
            self.env["sale.return.event"].sudo()._find_broken_links(return_order)
        )

    def _assert_settles(self, return_order):
        self._settle(return_order)
        self.assertRecordValues(
            return_order,
            [{"state": "done", "refund_status": "paid", "amount_refunded": 230.0}],
        )

    def test_a_credit_refused_by_its_journal_does_not_undo_the_receipt(self):
        order = self._sell([(self.product, 5)])
        journal = order.invoice_ids.journal_id
        return_order = self._approved(order, {self.product: 2})
        journal.active = False
        self._receive(return_order)
        self._assert_receipt_stands_without_credit(return_order, journal.name)
        journal.active = True
        self._assert_settles(return_order)

    def test_a_credit_refused_by_closed_books_does_not_undo_the_receipt(self):
        order = self._sell([(self.product, 5)])
        today = fields.Date.context_today(order)
        self.company.sale_lock_date = today + timedelta(days=10)
        return_order = self._returned(order, {self.product: 2})
        self._assert_receipt_stands_without_credit(return_order, "Lock Date")
        # Whoever settles by hand is told at once.
        with self.assertRaises(UserError) as refusal:
            self._settle(return_order)
        self.assertIn("Lock Date", str(refusal.exception))
        self.company.sale_lock_date = False
        self._assert_settles(return_order)

    def test_books_closed_before_today_do_not_hold_up_the_credit(self):
        order = self._sell([(self.product, 5)], invoice=False)
        invoice = order._create_invoices()
        today = fields.Date.context_today(order)
        invoice.invoice_date = today - timedelta(days=60)
        invoice.action_post()
        self.company.sale_lock_date = today - timedelta(days=1)
        return_order = self._returned(order, {self.product: 2})
        self.assertEqual(return_order.state, "done")
        self.assertEqual(self._refunds(return_order).date, today)
