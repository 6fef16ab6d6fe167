from odoo.fields import Command, Date
from odoo.tests import Form, tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestCreditRules(SaleReturnCommon):
    """What belongs to a whole invoice, and what others did to it, is in the credit of
    its parts; amounts are computed by hand."""

    def _credit(self, order, quantities=None, **vals):
        """Amounts ``(untaxed, tax, total)`` of the credit note for a return."""
        return_order = self._approved(order, quantities, **vals)
        preview = return_order.amount_total
        self._receive(return_order)
        refund = return_order.sudo().refund_ids
        self.assertEqual(refund.state, "posted")
        self.assertEqual(refund.amount_total, preview)
        self.assertEqual(return_order.amount_total, preview)
        return refund.amount_untaxed, refund.amount_tax, refund.amount_total

    def _get_invoice(self, order):
        return order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")

    def _create_pricelist(self, currency_name):
        currency = self._enable_currency(currency_name)
        return self.env["product.pricelist"].create(
            {"name": currency_name, "currency_id": currency.id}
        )

    # === DISCOUNTS ON THE ORDER === #

    def _discount(self, order, part):
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": part,
            }
        ).action_apply_discount()

    def test_a_discount_on_the_order_is_shared_out(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 2})
                    for product in (self.product, self.product_on_order)
                ],
            }
        )
        order.order_line[1].price_unit = 50
        self._discount(order, 0.1)
        order.action_confirm()
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        self.assertEqual(self._get_invoice(order).amount_total, 310.5)
        self.assertEqual(self._credit(order, {self.product: 1}), (90, 13.5, 103.5))
        self.assertEqual(self._credit(order), (180, 27, 207))
        self.assertEqual(self._get_invoice(order).payment_state, "reversed")
        self.assertEqual(set(order.order_line.mapped("qty_to_invoice")), {0})
        [first, _second] = order.return_order_ids.sorted("id")
        self.assertRecordValues(
            first.sudo().refund_ids.invoice_line_ids,
            [
                {"quantity": 1, "price_subtotal": 100, "product_id": self.product.id},
                {
                    "quantity": 1,
                    "price_subtotal": -10,
                    "product_id": self.company.sale_discount_product_id.id,
                },
            ],
        )
        self.assertEqual(first.line_ids.sudo().quantity_refunded, 1)
        self.assertEqual(first.line_ids.sudo().price_subtotal, 90)

    # === DOWN PAYMENTS === #

    def test_a_down_payment_is_not_shared_out(self):
        order = self._sell([(self.product, 10)], deliver=False, invoice=False)
        self._invoice(order, advance_payment_method="percentage", amount=30)
        order.picking_ids.button_validate()
        self._invoice(order, advance_payment_method="delivered")
        self.assertEqual(self._credit(order), (1000, 150, 1150))
        lines = order.invoice_ids.line_ids
        down_payments = lines.filtered("is_downpayment")
        self.assertEqual(len(down_payments), 2)
        for account in (
            self.customer.property_account_receivable_id,
            down_payments.account_id - lines.filtered("return_line_id").account_id,
        ):
            of_account = lines.filtered(lambda line, a=account: line.account_id in a)
            self.assertEqual(sum(of_account.mapped("balance")), 0)

    def _invoice(self, order, **vals):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create(vals)
        )
        wizard._create_invoices(order).action_post()

    # === DISCOUNTS FOR PAYING EARLY === #

    def _sell_on_term(self, computation):
        term = self.env["account.payment.term"].create(
            {
                "name": f"2 % ({computation})",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": computation,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        return self._sell([(self.product, 2)], payment_term_id=term.id)

    def _pay(self, invoices, **vals):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create(vals)
            ._create_payments()
        )

    def test_taxes_that_a_discount_lowered_are_not_credited(self):
        order = self._sell_on_term("mixed")
        self.assertEqual(self._get_invoice(order).amount_total, 229.4)
        self.assertEqual(self._credit(order, {self.product: 1}), (100, 14.7, 114.7))
        self.assertEqual(self._credit(order), (100, 14.7, 114.7))
        self.assertEqual(self._get_invoice(order).payment_state, "reversed")

    def test_a_discount_that_was_taken_is_not_credited(self):
        for computation, paid, first, second in (
            ("included", 225.4, (98, 14.7, 112.7), (98, 14.7, 112.7)),
            ("excluded", 226, (98, 15, 113), (98, 15, 113)),
            ("mixed", 225.4, (98, 14.7, 112.7), (98, 14.7, 112.7)),
        ):
            with self.subTest(computation=computation):
                order = self._sell_on_term(computation)
                invoice = self._get_invoice(order)
                payment = self._pay(invoice)
                self.assertEqual(payment.amount, paid)
                self.assertIn(invoice.payment_state, ("paid", "in_payment"))
                self.assertEqual(self._credit(order, {self.product: 1}), first)
                self.assertEqual(self._credit(order), second)

    def test_a_discount_that_was_not_taken_is_credited(self):
        order = self._sell_on_term("included")
        payment = self._pay(self._get_invoice(order), payment_date="2099-01-01")
        self.assertEqual(payment.amount, 230)
        self.assertEqual(self._credit(order), (200, 30, 230))

    def test_one_payment_of_two_invoices(self):
        orders = [self._sell_on_term("included") for _index in range(2)]
        invoices = self.env["account.move"].union(*map(self._get_invoice, orders))
        payment = self._pay(invoices, group_payment=True)
        self.assertEqual(payment.amount, 450.8)
        for order in orders:
            self.assertEqual(self._credit(order), (196, 29.4, 225.4))

    # === WHAT WAS DONE TO THE INVOICE === #

    def test_what_the_total_was_rounded_by_comes_back(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "0.05",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }
        )
        order = self._sell([(self.product, 3, {"price_unit": 9.99})], invoice=False)
        invoice = order._create_invoices()
        invoice.invoice_cash_rounding_id = rounding
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 34.45)  # 29.97 + 4.50 - 0.02
        self.assertEqual(self._credit(order, {self.product: 1})[2], 11.48)
        self._credit(order)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(invoice.payment_state, "reversed")

    def test_a_tax_that_was_corrected_by_hand(self):
        order = self._sell([(self.product, 3, {"price_unit": 33.33})], invoice=False)
        invoice = order._create_invoices()
        tax_line = invoice.line_ids.filtered(lambda line: line.display_type == "tax")
        term_line = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        invoice.line_ids = [
            Command.update(tax_line.id, {"amount_currency": -15.1}),
            Command.update(
                term_line.id, {"amount_currency": term_line.amount_currency + 0.1}
            ),
        ]
        invoice.action_post()
        self.assertEqual(invoice.amount_tax, 15.1)
        self.assertEqual(self._credit(order, {self.product: 1}), (33.33, 5.03, 38.36))
        self.assertEqual(self._credit(order), (66.66, 10.07, 76.73))
        self.assertEqual(invoice.payment_state, "reversed")

    # === WHAT OTHERS CREDITED === #

    def _credit_by_hand(self, order, quantity, price=None):
        invoice = self._get_invoice(order)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        with Form(refund) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = quantity
            if price is not None:
                line.price_unit = price
        refund.action_post()
        return refund

    def test_a_hand_made_rounding_is_made_good(self):
        """Three at 10/3 and 15 % are 11.50; each by itself is 3.83, or what people make
        of it."""
        for price, by_hand, rest in (
            (None, 3.83, 7.67),
            (3.32, 3.82, 7.68),
            (3.34, 3.84, 7.66),
        ):
            with self.subTest(price=price):
                order = self._sell([(self.product, 3, {"price_unit": 10 / 3})])
                self.assertEqual(self._get_invoice(order).amount_total, 11.5)
                refund = self._credit_by_hand(order, 1, price)
                self.assertEqual(refund.amount_total, by_hand)
                returns = self._approved(order)
                self._receive(returns)
                self.assertEqual(returns.sudo().refund_ids.amount_total, rest)
                self.assertEqual(self._get_invoice(order).payment_state, "reversed")

    def test_no_part_is_below_nothing(self):
        """Three at 0.66 are 1, 1 and 2 yen; a discount of half of it is 0, 1 and 1."""
        pricelist = self._create_pricelist("JPY")
        order = self._sell(
            [(self.product, 3, {"price_unit": 0.66, "tax_ids": False})],
            invoice=False,
            pricelist_id=pricelist.id,
        )
        self._discount(order, 0.5)
        order._create_invoices().action_post()
        self.assertEqual(self._get_invoice(order).amount_total, 1)
        totals = []
        for _part in range(3):
            returns = self._approved(order, {self.product: 1})
            preview = returns.amount_total
            self._receive(returns)
            refund = returns.sudo().refund_ids
            self.assertEqual((refund.state, refund.amount_total), ("posted", preview))
            totals.append(refund.amount_total)
        self.assertEqual(totals, [1, 0, 0])

    def test_another_days_rate_leaves_the_rest_as_it_was(self):
        """Credited by hand when the currency was worth four times as much: the rest is
        booked as it was invoiced."""
        pricelist = self._create_pricelist("EUR")
        order = self._sell(
            [(self.product, 3)], invoice=False, pricelist_id=pricelist.id
        )
        for day, rate in (("2024-01-01", 2.0), (Date.today(), 0.5)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": pricelist.currency_id.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate,
                }
            )
        invoice = order._create_invoices()
        invoice.invoice_date = "2024-03-01"
        invoice.action_post()
        by_hand = self._credit_by_hand(order, 1)
        self.assertEqual(by_hand.invoice_currency_rate, 0.5)
        returned = self._approved(order)
        self._receive(returned)
        refund = returned.sudo().refund_ids
        self.assertEqual(refund.amount_total, 2 * by_hand.amount_total)
        self.assertAlmostEqual(
            refund.amount_total_signed, invoice.amount_total_signed * -2 / 3, 2
        )

    def test_a_hand_made_price_was_meant(self):
        order = self._sell([(self.product, 3)])
        self._credit_by_hand(order, 1, price=40)
        returns = self._approved(order)
        self._receive(returns)
        refund = returns.sudo().refund_ids
        self.assertEqual(refund.amount_untaxed, 200)
        self.assertEqual(returns.line_ids.sudo().quantity_refunded, 2)

    def test_what_was_credited_by_hand_is_for_what_came_back_first(self):
        order = self._sell([(self.product_on_order, 3)])
        self._credit_by_hand(order, 1)
        first = self._approved(order, {self.product_on_order: 1})
        self.assertEqual(first.amount_total, 0)
        self._receive(first)
        self.assertFalse(first.sudo().refund_ids)
        self.assertEqual(first.state, "done")
        self.assertEqual(self._credit(order), (200, 30, 230))
        self.assertEqual(first.sudo().refund_status, "none")

    # === PARTS OF THE PRICE === #

    def test_an_agreed_part_of_the_price(self):
        for percent, credited in (
            (50, (24.79, 5.21, 30.0)),
            (99.9, (49.54, 10.4, 59.94)),
        ):
            with self.subTest(percent=percent):
                order = self._sell(
                    [
                        (
                            self.product,
                            3,
                            {
                                "price_unit": 20,
                                "tax_ids": [Command.set(self.tax_included.ids)],
                            },
                        )
                    ]
                )
                request = self._request(order)
                request.action_submit()
                self._as("approver", request).action_approve(
                    comment="Marks of use",
                    grants=[{"line": request.line_ids.id, "percent": percent}],
                )
                self.assertEqual(request.amount_total, credited[2])
                self._receive(request)
                refund = request.sudo().refund_ids
                self.assertEqual(
                    (refund.amount_untaxed, refund.amount_tax, refund.amount_total),
                    credited,
                )
                self.assertEqual(order.order_line.quantity_returnable, 0)
                self.assertEqual(request.line_ids.sudo().quantity_to_refund, 0)
