from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleReturnReportCommon


@tagged("post_install", "-at_install")
class TestReportSums(SaleReturnReportCommon):
    """The report adds up to the documents, in quantity and in money."""

    def test_rows_are_return_lines_with_their_facts(self):
        self.customer.country_id = self.env.ref("base.fr")
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        salesperson = self.users["accountant"]
        order = self._sell(
            [(self.product, 5)], partner_id=contact.id, user_id=salesperson.id
        )
        return_order = self._approved(order, {self.product: 2})
        row = self._report().search([("order_id", "=", return_order.id)])
        self.assertRecordValues(
            row,
            [
                {
                    "line_id": return_order.line_ids.id,
                    "date_request": return_order.date_request,
                    "state": "approved",
                    "receipt_status": "pending",
                    "in_policy": return_order.line_ids.in_policy,
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "partner_id": contact.id,
                    "commercial_partner_id": self.customer.id,
                    "country_id": self.env.ref("base.fr").id,
                    "sale_order_id": order.id,
                    "salesperson_id": salesperson.id,
                    "user_id": self.users["clerk"].id,
                    "team_id": order.team_id.id,
                    "warehouse_id": self.warehouse.id,
                    "product_id": self.product.id,
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                    "categ_id": self.product.categ_id.id,
                    "product_uom_id": self.product.uom_id.id,
                    "reason_id": self.reason.id,
                    "reason_category": self.reason.category,
                    "liable_party": self.reason.liable_party,
                    "quantity": 2.0,
                    "quantity_approved": 2.0,
                    "quantity_received": 0.0,
                    "quantity_accepted": 0.0,
                    "quantity_refunded": 0.0,
                    "amount_untaxed": 200.0,
                    "amount_total": 230.0,
                    "amount_refunded_untaxed": 0.0,
                    "amount_refunded": 0.0,
                }
            ],
        )
        self.assertEqual(row.display_name, return_order.name)

    def test_several_returns_with_taxes_excluded_and_included(self):
        lamp, chair = self.product, self.product_on_order
        included = self._create_goods(
            "Vase", list_price=121.0, taxes_id=[Command.set(self.tax_included.ids)]
        )
        first = self._approved(
            self._sell([(lamp, 5), (included, 4)]), {lamp: 2, included: 3}
        )
        second = self._approved(self._sell([(chair, 6)]), {chair: 6})
        self._receive(first)
        self._receive(second, {chair: 2})
        self.assertSums(
            first,
            quantity=5,
            amount_untaxed=500,
            amount_total=593,
            amount_refunded_untaxed=500,
            amount_refunded=593,
        )
        self.assertSums(
            second,
            quantity=6,
            quantity_approved=6,
            quantity_received=2,
            quantity_accepted=2,
            quantity_refunded=2,
            amount_total=690,
            amount_refunded=230,
        )
        self.assertSumsAreDocuments(first | second)

    def test_partial_receipt_is_credited_in_part(self):
        self.company.sale_return_refund_trigger = "manual"
        return_order = self._approved(
            self._sell([(self.product, 6)]), {self.product: 6}
        )
        self._receive(return_order, {self.product: 2})
        self._as("manager", return_order).action_settle()
        self.assertSums(
            return_order,
            quantity=6,
            quantity_received=2,
            quantity_refunded=2,
            amount_total=690,
            amount_refunded_untaxed=200,
            amount_refunded=230,
        )
        self.assertSumsAreDocuments(return_order)

    def test_sold_by_the_dozen_returned_by_the_piece(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell(
            [(self.product, 2, {"product_uom_id": dozen.id, "price_unit": 1200.0})]
        )
        by_piece = self._request(order, {self.product: 6})
        by_piece.line_ids.product_uom_id = self.product.uom_id
        by_piece.line_ids.quantity = 6
        by_dozen = self._request(order, {self.product: 1})
        for return_order in (by_piece, by_dozen):
            return_order.action_submit()
            self._as("approver", return_order).action_approve()
            self._receive(return_order)
        self.assertSums(
            by_piece,
            quantity=6,
            quantity_received=6,
            quantity_refunded=6,
            amount_untaxed=600,
            amount_refunded_untaxed=600,
            amount_refunded=690,
        )
        self.assertSums(
            by_dozen,
            quantity=12,
            quantity_received=12,
            quantity_refunded=12,
            amount_refunded_untaxed=1200,
        )
        self.assertSumsAreDocuments(by_piece | by_dozen)

    def test_taxes_that_are_rounded_on_the_whole_document(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        for price, count, untaxed, tax in (
            (0.05, 3, 0.15, 0.02),  # 0.01 a line would be 0.03
            (0.03, 4, 0.12, 0.02),  # 0.00 a line would be nothing
        ):
            with self.subTest(price=price):
                pins = [
                    (self._create_goods(f"Pin {price} {number}", list_price=price), 1)
                    for number in range(count)
                ]
                return_order = self._approved(self._sell(pins))
                self._receive(return_order)
                self.assertEqual(return_order.sudo().refund_ids.amount_tax, tax)
                self.assertSums(
                    return_order,
                    amount_refunded_untaxed=untaxed,
                    amount_refunded=untaxed + tax,
                )

    def test_other_currency_at_the_request_date_and_as_booked(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2020-01-01", 2.0), ("2030-01-01", 4.0)]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        order = self._sell(
            [(self.product, 5, {"price_unit": 80.0})], pricelist_id=pricelist.id
        )
        return_order = self._request(order, {self.product: 2})
        return_order.date_request = "2030-06-01"
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertEqual(return_order.currency_id, euro)
        self.assertSums(
            return_order,
            amount_untaxed=40,
            amount_total=46,
            amount_refunded_untaxed=80,
            amount_refunded=92,
        )
        self.assertSumsAreDocuments(return_order)

    def test_request_before_the_first_rate_takes_that_rate(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        order = self._sell(
            [(self.product, 1, {"price_unit": 80.0})], pricelist_id=pricelist.id
        )
        return_order = self._request(order)
        return_order.date_request = "2019-01-01"
        self.assertSums(return_order, amount_untaxed=40, amount_total=46)
        self.assertSumsAreDocuments(return_order)

    def test_reversed_credit_note_subtracts_itself(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        self._receive(return_order)
        self.assertSums(return_order, quantity_refunded=2, amount_refunded=230)
        refund = return_order.sudo().refund_ids
        refund._reverse_moves(cancel=True)
        self.assertSums(
            return_order,
            quantity_refunded=0,
            amount_refunded_untaxed=0,
            amount_refunded=0,
            amount_total=230,
        )
        self.assertSumsAreDocuments(return_order)

    def test_draft_credit_note_is_not_credited(self):
        self.company.sale_return_post_refund = False
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        self._receive(return_order)
        self.assertEqual(return_order.sudo().refund_ids.state, "draft")
        self.assertSums(return_order, quantity_refunded=0, amount_refunded=0)
        return_order.sudo().refund_ids.action_post()
        self.assertSums(return_order, quantity_refunded=2, amount_refunded=230)

    def test_refused_and_draft_returns_expect_but_credit_nothing(self):
        refused = self._request(self._sell([(self.product, 5)]), {self.product: 2})
        refused.action_submit()
        self._as("approver", refused).action_reject("Worn.")
        draft = self._request(self._sell([(self.product, 5)]), {self.product: 3})
        self.assertSums(
            refused | draft, quantity=5, quantity_approved=0, amount_total=575
        )
        self.assertSums(refused | draft, quantity_refunded=0, amount_refunded=0)
        self.assertSumsAreDocuments(refused | draft)

    def test_returns_are_counted_once_however_many_lines(self):
        lamp, chair = self.product, self.product_on_order
        returns = self._request(self._sell([(lamp, 5), (chair, 5)]))
        returns |= self._request(self._sell([(lamp, 1)]))
        [(count, rows)] = self._report()._read_group(
            [("order_id", "in", returns.ids)],
            [],
            ["return_count:count_distinct", "__count"],
        )
        self.assertEqual((count, rows), (2, 3))

    def test_archived_returns_stay_in_the_analysis(self):
        return_order = self._request(self._sell([(self.product, 5)]))
        return_order.sudo().active = False
        self.assertSums(return_order, quantity=5)

    def test_exchanged_goods_are_no_money(self):
        """Two lamps for two others are goods that came back, and nothing to credit."""
        order = self._sell([(self.product, 5)])
        return_order = self._request(order, {self.product: 2})
        return_order.line_ids.resolution = "replace"
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertSums(
            return_order,
            quantity=2,
            quantity_accepted=2,
            quantity_refunded=0,
            amount_total=0,
            amount_refunded=0,
        )
        self.assertSumsAreDocuments(return_order)
