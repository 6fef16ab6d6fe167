from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_fees import FeeCommon


@tagged("post_install", "-at_install")
class TestFees(FeeCommon):
    """A policy keeps a part of the credit back; amounts are computed by hand."""

    def test_a_fee_is_shown_before_it_is_decided_and_kept_back(self):
        request = self._request(self._sell([(self.product, 2)]))
        self.assertRecordValues(
            request.line_ids.sudo(),
            [
                {
                    "fee_percent": 10,
                    "price_fee": 23,
                    "price_subtotal": 180,
                    "price_tax": 27,
                    "price_total": 207,
                }
            ],
        )
        self.assertRecordValues(
            request.sudo(),
            [{"amount_fee": 23, "amount_untaxed": 180, "amount_total": 207}],
        )
        self._approve(request)
        self._receive(request)
        refund = request.sudo().refund_ids
        self.assertRecordValues(
            refund.invoice_line_ids,
            [
                {
                    "product_id": self.product.id,
                    "quantity": 2,
                    "price_subtotal": 200,
                    "price_total": 230,
                    "tax_ids": self.tax_excluded.ids,
                    "is_return_fee": False,
                },
                {
                    "product_id": self.fee_product.id,
                    "quantity": 1,
                    "price_subtotal": -20,
                    "price_total": -23,
                    "tax_ids": self.tax_excluded.ids,
                    "is_return_fee": True,
                },
            ],
        )
        self.assertEqual(
            refund.invoice_line_ids[1].name, "Return Fee: 10 % of [LAMP] Lamp"
        )
        self.assertEqual(refund.payment_state, "paid")
        self.assertRecordValues(
            request.sudo(),
            [
                {
                    "state": "done",
                    "amount_refunded": 207,
                    "amount_total": 207,
                    "amount_fee": 23,
                }
            ],
        )
        self.assertEqual(request.line_ids.sudo().quantity_refunded, 2)
        self.assertEqual(request.sale_order_ids.order_line.qty_invoiced, 0)
        self.assertEqual(request.sale_order_ids.order_line.qty_to_invoice, 0)

    def test_the_income_account_is_that_of_the_product(self):
        account = self.company_data["default_account_revenue"].copy({"name": "Fees"})
        product = self.env["product.product"].create(
            {
                "name": "Handling",
                "type": "service",
                "property_account_income_id": account.id,
            }
        )
        settings = self.env["res.config.settings"].sudo().create({})
        self.assertEqual(settings.sale_return_fee_product_id, self.fee_product)
        settings.sale_return_fee_product_id = product
        settings.execute()
        [_goods, fee] = self._credited(self._sell([(self.product, 1)])).invoice_line_ids
        self.assertEqual((fee.product_id, fee.account_id), (product, account))

    def test_a_new_company_charges_the_same_product(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertEqual(company.sale_return_fee_product_id, self.fee_product)

    def test_without_a_product_the_return_waits_and_says_why(self):
        self.company.sale_return_fee_product_id = False
        returned = self._approved(self._sell([(self.product, 1)]))
        self._receive(returned)
        self.assertFalse(returned.sudo().refund_ids)
        self.assertIn("no product for return fees", returned.sudo().failure)

    # === WHAT IT IS A PART OF === #

    def _check(self, order, expected, **vals):
        """:param expected: untaxed amount, tax and total of the credit note, and the
        fee in it"""
        refund = self._credited(order, **vals)
        self.assertEqual(
            (
                refund.amount_untaxed,
                refund.amount_tax,
                refund.amount_total,
                -sum(self._fee_lines(refund).mapped("price_total")),
            ),
            expected,
        )
        return refund

    def _sell_at(self, quantity, **vals):
        if "tax_ids" in vals:
            vals["tax_ids"] = [Command.set(vals["tax_ids"].ids)]
        return self._sell([(self.product, quantity, vals)])

    def test_taxes_in_the_price(self):
        order = self._sell_at(3, price_unit=20, tax_ids=self.tax_included)
        # 49.59 + 10.41 less a tenth: 4.96 + 1.04
        self._check(order, (44.63, 9.37, 54.0, 6.0))

    def test_without_taxes(self):
        order = self._sell_at(1, price_unit=33.33, tax_ids=self.env["account.tax"])
        self._check(order, (30.0, 0, 30.0, 3.33))

    def test_discount(self):
        order = self._sell_at(2, price_unit=50, discount=20)
        self._check(order, (72.0, 10.8, 82.8, 9.2))

    def test_a_tax_per_piece_is_credited_whole(self):
        """Two at 10 and 0.50 each, 15 % on both: 21.00 + 3.15. The fee is a tenth of
        20.00 and its 15 %."""
        eco = self.env["account.tax"].create(
            {
                "name": "Eco",
                "amount_type": "fixed",
                "amount": 0.5,
                "include_base_amount": True,
                "sequence": 0,
            }
        )
        order = self._sell_at(2, price_unit=10, tax_ids=eco + self.tax_excluded)
        self.assertEqual(order.amount_total, 24.15)
        refund = self._check(order, (18.0, 3.85, 21.85, 2.3))
        self.assertEqual(self._fee_lines(refund).tax_ids, self.tax_excluded)

    def test_a_discount_on_the_order_lowers_the_fee(self):
        order = self._sell(
            [(self.product, 2), (self.product_on_order, 2, {"price_unit": 50})],
            deliver=False,
            invoice=False,
        )
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        # 100 less 10 is 90; a tenth of that stays here.
        self._check(order, (81.0, 12.15, 93.15, 10.35), quantities={self.product: 1})

    def test_an_agreed_part_of_the_price(self):
        request = self._request(self._sell([(self.product, 2)]))
        request.action_submit()
        self._as("approver", request).action_approve(
            "Worn", [{"line": request.line_ids.id, "percent": 50}]
        )
        # 100 less a tenth
        self.assertEqual(request.sudo().amount_total, 103.5)
        self._receive(request)
        self.assertRecordValues(
            request.sudo().refund_ids, [{"amount_untaxed": 90, "amount_total": 103.5}]
        )

    def test_the_whole_credit_may_be_kept_back(self):
        self.policy.fee_percent = 100
        refund = self._check(self._sell_at(3, price_unit=9.99), (0, 0, 0, 34.47))
        self.assertEqual(refund.state, "posted")

    def test_goods_without_an_order(self):
        returned = self._approved_without_order(quantity=2, price=33.33)
        self.assertEqual(returned.sudo().amount_total, 76.66 - 7.67)
        self._receive(returned)
        refund = returned.sudo().refund_ids
        self.assertEqual(refund.amount_untaxed, 59.99)
        self.assertEqual(refund.amount_total, 68.99)
        self.assertEqual(self._fee_lines(refund).price_subtotal, -6.67)
        self.assertEqual(returned.state, "done")

    def test_what_is_not_invoiced_is_shown_as_it_will_be(self):
        order = self._sell([(self.product, 2)], invoice=False)
        request = self._request(order)
        self.assertEqual(request.sudo().amount_total, 207)
        self.assertEqual(request.sudo().amount_fee, 23)

    # === PARTS === #

    def test_parts_add_up_to_the_fee_of_the_whole(self):
        """Three at 3.33 are 9.99 + 1.50; an eighth of that is 1.25 + 0.19. Each piece
        by itself would be 0.42 + 0.06."""
        self.policy.fee_percent = 12.5
        for parts in ((1, 1, 1), (2, 1), (1, 2), (3,)):
            with self.subTest(parts=parts):
                order = self._sell_at(3, price_unit=3.33)
                returned = self._approved(order)
                preview = returned.sudo().amount_total
                for part in parts:
                    self._receive(returned, {self.product: part})
                    self.assertEqual(returned.sudo().amount_total, preview)
                refunds = returned.sudo().refund_ids
                self.assertEqual(len(refunds), len(parts))
                fees = self._fee_lines(refunds)
                untaxed = sum(fees.mapped("price_subtotal"))
                tax = sum(fees.mapped("price_total")) - untaxed
                self.assertAlmostEqual(untaxed, -1.25, 6)
                self.assertAlmostEqual(tax, -0.19, 6)
                self.assertAlmostEqual(
                    sum(refunds.mapped("amount_total")), 11.49 - 1.44, 6
                )
                self.assertEqual(returned.sudo().amount_refunded, preview)

    def test_no_part_is_below_zero(self):
        self.policy.fee_percent = 99
        order = self._sell_at(7, price_unit=0.05)
        returned = self._approved(order)
        for _piece in range(7):
            self._receive(returned, {self.product: 1})
        refunds = returned.sudo().refund_ids
        self.assertEqual(len(refunds), 7)
        self.assertGreaterEqual(min(refunds.mapped("amount_total")), 0)
        # 0.35 + 0.05 less 0.35 + 0.05
        self.assertEqual(sum(refunds.mapped("amount_total")), 0)

    def test_two_invoices(self):
        order = self._sell([(self.product, 3)], deliver=False, invoice=False)
        for quantity in (1, 2):
            order.picking_ids.filtered(
                lambda picking: picking.state != "done"
            ).move_ids.quantity = quantity
            picking = order.picking_ids.filtered(lambda p: p.state != "done")
            picking.move_ids.picked = True
            result = picking.button_validate()
            if isinstance(result, dict):
                Form.from_action(self.env, result).save().process()
            order._create_invoices().action_post()
        returned = self._approved(order)
        self._receive(returned)
        self.assertEqual(
            sorted(returned.sudo().refund_ids.mapped("amount_total")), [103.5, 207]
        )

    # === WHAT BECOMES OF THE CREDIT NOTE === #

    def test_an_undone_credit_note_makes_its_fee_due_again(self):
        returned = self._approved(self._sell([(self.product, 2)]))
        self._receive(returned, {self.product: 1})
        first = returned.sudo().refund_ids
        reversal = self._as("accountant", first)._reverse_moves(cancel=True)
        self.assertEqual(reversal.amount_total, 103.5)
        self.assertTrue(self._fee_lines(reversal.sudo()))
        self.assertEqual(returned.sudo().amount_refunded, 0)
        self.assertEqual(returned.sudo().amount_total, 207)
        self._receive(returned)
        second = returned.sudo().refund_ids - first
        self.assertEqual(second.amount_total, 207)
        self.assertEqual(returned.sudo().amount_fee, 23)

    def test_a_deleted_draft_makes_its_fee_due_again(self):
        self.company.sale_return_post_refund = False
        returned = self._approved(self._sell([(self.product, 2)]))
        self._receive(returned)
        draft = returned.sudo().refund_ids
        self.assertEqual((draft.state, draft.amount_total), ("draft", 207))
        self.assertEqual(returned.sudo().amount_fee, 23)
        self._as("accountant", draft).unlink()
        self.assertEqual(returned.sudo().amount_total, 207)
        self._as("manager", returned).action_settle()
        self.assertEqual(returned.sudo().refund_ids.amount_total, 207)

    def test_a_fee_that_the_accountant_takes_off_was_meant(self):
        self.company.sale_return_post_refund = False
        returned = self._approved(self._sell([(self.product, 3)]))
        self._receive(returned, {self.product: 1})
        draft = self._as("accountant", returned.sudo().refund_ids)
        with Form(draft) as form:
            form.invoice_line_ids.remove(1)
        draft.action_post()
        self.assertEqual(draft.amount_total, 115)
        self.assertEqual(returned.sudo().amount_fee, 23)
        self._receive(returned)
        second = returned.sudo().refund_ids - draft
        self.assertEqual(second.amount_total, 207)
        self.assertEqual(returned.sudo().amount_total, 322)

    def test_an_accountant_cannot_turn_a_line_into_a_fee(self):
        self.company.sale_return_post_refund = False
        returned = self._approved(self._sell([(self.product, 1)]))
        self._receive(returned)
        line = self._as("accountant", returned.sudo().refund_ids.invoice_line_ids[0])
        with self.assertRaises(AccessError):
            line.is_return_fee = True

    def test_the_settlement_tab(self):
        returned = self._approved(self._sell([(self.product, 3)]))
        self._receive(returned, {self.product: 1})
        line = returned.line_ids.sudo()
        self.assertRecordValues(
            line,
            [
                {
                    "fee_due": 11.5,
                    "amount_due": 103.5,
                    "amount_credited": 103.5,
                    "amount_paid": 103.5,
                    "amount_open": 0,
                }
            ],
        )
        self.assertEqual(line.price_fee, 34.5)
        self.company.sale_return_refund_trigger = "manual"
        other = self._approved(self._sell([(self.product, 1)]))
        self._receive(other)
        self.assertRecordValues(
            other.line_ids.sudo(),
            [{"fee_due": 11.5, "amount_due": 103.5, "amount_credited": 0}],
        )

    # === WHO MAY SET IT === #

    def test_nobody_writes_a_fee(self):
        request = self._request(self._sell([(self.product, 1)]))
        for role in ("clerk", "manager"):
            line = self._as(role, request.line_ids)
            for name in ("fee_percent", "price_fee"):
                with self.subTest(role=role, name=name), self.assertRaises(AccessError):
                    line[name] = 0
            with self.assertRaises(AccessError):
                self._as(role, request).amount_fee = 0
        with self.assertRaises(AccessError):
            request.line_ids.create(
                {
                    "order_id": request.id,
                    "product_id": self.product.id,
                    "fee_percent": 0,
                }
            )

    def test_a_fee_is_between_nothing_and_all(self):
        for percent in (-1, 100.01):
            with (
                self.subTest(percent=percent),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.policy.fee_percent = percent
                self.env.flush_all()

    def test_the_legal_basis_is_fixed_with_the_submission(self):
        request = self._request(self._sell([(self.product, 1)]))
        request.action_submit()
        for role in ("clerk", "manager"):
            with self.subTest(role=role), self.assertRaises(UserError):
                self._as(role, request).legal_basis = "withdrawal"
