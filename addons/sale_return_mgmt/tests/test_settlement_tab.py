from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_settlement import SettlementCommon

FIELDS = ("amount_due", "amount_credited", "amount_paid", "amount_open")


@tagged("post_install", "-at_install")
class TestSettlementTab(SettlementCommon):
    """What the return tells of its money, line by line."""

    def _assert_amounts(self, return_order, *amounts, role="viewer"):
        self.env.invalidate_all()
        lines = self._as(role, return_order).settlement_line_ids
        self.assertRecordValues(lines, [dict(zip(FIELDS, amounts, strict=True))])

    def _sell_lamps(self, **vals):
        """Five at 100 less 10 %, and 15 % tax: two are 207."""
        return self._sell([(self.product, 5, {"discount": 10})], **vals)

    def test_from_nothing_to_paid_out(self):
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell_lamps()
        self._pay(order.invoice_ids)
        return_order = self._approved(order, {self.product: 2})
        self._assert_amounts(return_order, 0, 0, 0, 0)
        self._receive(return_order)
        self._assert_amounts(return_order, 207, 0, 0, 207)
        self._settle(return_order)
        refund = self._refunds(return_order)
        self._assert_amounts(return_order, 207, 207, 0, 207)
        line = self._as("viewer", return_order).settlement_line_ids
        self.assertEqual(line.credit_note_names, refund.display_name)
        self.assertEqual(line.action_view_refunds()["res_id"], refund.id)
        self._pay(refund)
        for role in ("viewer", "clerk", "manager", "accountant"):
            self._assert_amounts(return_order, 207, 207, 207, 0, role=role)

    def test_an_open_invoice_is_set_off(self):
        return_order = self._returned(self._sell_lamps(), {self.product: 2})
        self._assert_amounts(return_order, 207, 207, 207, 0)

    def test_a_draft_is_due_but_gave_nothing_yet(self):
        self.company.sale_return_post_refund = False
        return_order = self._returned(self._sell_lamps(), {self.product: 2})
        self._assert_amounts(return_order, 207, 0, 0, 207)

    def test_what_was_undone_is_due_again(self):
        return_order = self._returned(self._sell_lamps(), {self.product: 2})
        self._reverse(self._refunds(return_order))
        self._assert_amounts(return_order, 207, 0, 0, 207)

    def test_what_was_not_invoiced_is_not_due(self):
        order = self._sell_lamps(invoice=False)
        return_order = self._returned(order, {self.product: 2})
        self._assert_amounts(return_order, 0, 0, 0, 0)

    def test_what_is_due_is_what_is_posted(self):
        """To the cent, where the tax of the parts rounds differently."""
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell(
            [
                (self.product, 3, {"price_unit": 10 / 3}),
                (self.product_on_order, 3, {"price_unit": 0.99, "discount": 15}),
            ]
        )
        for _part in range(3):
            return_order = self._returned(
                order, {self.product: 1, self.product_on_order: 1}
            )
            lines = self._as("manager", return_order).settlement_line_ids
            due = lines.mapped("amount_due")
            self.assertTrue(all(due))
            self._settle(return_order)
            self.env.invalidate_all()
            self.assertEqual(lines.mapped("amount_due"), due)
            self.assertEqual(lines.mapped("amount_credited"), due)
            self.assertAlmostEqual(sum(due), self._refunds(return_order).amount_total)

    def test_goods_without_an_order(self):
        return_order = self._approved_without_order(price=90)
        self.company.sale_return_post_refund = False
        return_order.line_ids.sudo().refund_trigger = "manual"
        self._receive(return_order)
        self._assert_amounts(return_order, 207, 0, 0, 207)
        self._settle(return_order)
        self._refunds(return_order).action_post()
        self._assert_amounts(return_order, 207, 207, 0, 207)

    def test_the_warehouse_sees_no_tab_and_no_amount(self):
        return_order = self._returned(self._sell_lamps(), {self.product: 2})
        for role, shown in (("viewer", True), ("warehouse", False)):
            view = self._as(role, return_order).get_view(view_type="form")
            pages = etree.fromstring(view["arch"]).xpath("//page[@name='settlement']")
            self.assertEqual(bool(pages), shown)
        lines = self._as("warehouse", return_order).line_ids
        for name in (*FIELDS, "credit_note_names"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                lines.read([name])
        with self.assertRaises(AccessError):
            self._as("warehouse", return_order).read(["settlement_line_ids"])
        with self.assertRaises(AccessError):
            lines.action_view_refunds()
