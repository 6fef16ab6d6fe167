import io
from datetime import timedelta

from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.sale_return_mgmt.tests.common_inspection import (
    SaleReturnInspectionCommon,
)
from odoo.addons.sale_return_mgmt.tests.common_settlement import SettlementCommon

REPORT = "sale_return_mgmt_report.sale_return_uncredited_report"


@tagged("post_install", "-at_install")
class TestUncredited(SettlementCommon, HttpCase):
    """What the month still owes: received by a day and not credited by then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_refund_trigger = "manual"
        cls.today = Date.context_today(cls.env["sale.return.order"])
        cls.order = cls._sell([(cls.product, 10, {"discount": 10})])

    def _list(self, days=0, role="accountant"):
        """``(return, received, credited, quantity, value)`` as of some days ago."""
        self.env.flush_all()
        wizard = (
            self.env["sale.return.uncredited"]
            .with_user(self.users[role])
            .create({"date": self.today - timedelta(days=days)})
        )
        return [
            (
                found.line.order_id,
                found.received,
                found.credited,
                found.quantity,
                found.value,
            )
            for found in wizard._find_uncredited()
            if found.line.order_id.sudo().sale_order_ids & self.orders
        ]

    @property
    def orders(self):
        return self.env["sale.order"].sudo().search([("id", ">=", self.order.id)])

    def _as_of(self, return_order, received=None, credited=None):
        """As if it had come, or been credited, that many days ago."""
        self.env.flush_all()
        if received is not None:
            moves = return_order.sudo().line_ids.move_ids
            self.env.cr.execute(
                "UPDATE stock_move SET date = date - %s * INTERVAL '1 day' "
                "WHERE id IN %s",
                [received, tuple(moves.ids)],
            )
        if credited is not None:
            self.env.cr.execute(
                "UPDATE account_move SET invoice_date = %s WHERE id IN %s",
                [
                    self.today - timedelta(days=credited),
                    tuple(return_order.sudo().refund_ids.ids),
                ],
            )
        self.env.invalidate_all()

    def test_what_came_and_was_not_credited(self):
        first = self._returned(self.order, {self.product: 3})
        self._approved(self.order, {self.product: 2})
        self.assertEqual(self._list(), [(first, 3, 0, 3, 270)])

    def test_what_was_credited_is_not_on_it_but_was_the_day_before(self):
        first = self._returned(self.order, {self.product: 3})
        self._settle(first)
        self.assertEqual(self._list(), [])
        self._as_of(first, received=5, credited=1)
        first.sudo()._compute_refund_status()
        self.assertEqual(self._list(days=1), [])
        self.assertEqual(self._list(days=2), [(first, 3, 0, 3, 270)])
        self.assertEqual(self._list(days=6), [])

    def test_what_came_later_is_not_on_it(self):
        self._returned(self.order, {self.product: 3})
        self.assertEqual(self._list(days=1), [])

    def test_a_part_is_credited(self):
        first = self._approved(self.order, {self.product: 5})
        self._receive(first, {self.product: 2})
        self._settle(first)
        self._receive(first)
        self.assertEqual(self._list(), [(first, 5, 2, 3, 270)])

    def test_a_draft_credits_nothing(self):
        self.company.sale_return_post_refund = False
        first = self._returned(self.order, {self.product: 3})
        self._settle(first)
        self.assertEqual(self._list(), [(first, 3, 0, 3, 270)])

    def test_what_was_never_invoiced_is_owed_to_nobody(self):
        order = self._sell([(self.product, 5)], invoice=False)
        self._returned(order, {self.product: 3})
        self.assertEqual(self._list(), [])

    def test_dozens_and_another_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": self.today,
                "rate": 0.5,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell(
            [(self.product, 1, {"product_uom_id": dozen.id, "price_unit": 120.0})],
            pricelist_id=pricelist.id,
        )
        first = self._approved(order, {self.product: 1})
        self._receive(first)
        [(found, received, credited, quantity, value)] = self._list()
        self.assertEqual((found, received, credited, quantity), (first, 1, 0, 1))
        self.assertAlmostEqual(value, 240, 2)

    def test_it_is_printed_with_its_total(self):
        first = self._returned(self.order, {self.product: 3})
        wizard = (
            self.env["sale.return.uncredited"]
            .with_user(self.users["accountant"])
            .create({"date": self.today})
        )
        action = wizard.action_print()
        self.assertEqual(action["report_name"].split(".")[-1], "report_uncredited")
        report = self.env["ir.actions.report"].with_user(self.users["accountant"])
        content, _kind = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf(REPORT, wizard.ids)
        pages = PdfReader(io.BytesIO(content)).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        for part in ("Goods Received and Not Credited", first.name, "270.00"):
            self.assertIn(part, text)

    def test_nothing_to_print_is_said(self):
        wizard = (
            self.env["sale.return.uncredited"]
            .with_user(self.users["accountant"])
            .create({"date": "2000-01-01"})
        )
        with self.assertRaisesRegex(UserError, "were credited by then"):
            wizard.action_print()

    def test_without_amounts_there_is_none(self):
        self.users["portal"] = new_test_user(
            self.env, login="return_uncredited_portal", groups="base.group_portal"
        )
        for role in ("warehouse", "employee", "portal"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._list(role=role)
        wizard = (
            self.env["sale.return.uncredited"]
            .with_user(self.users["accountant"])
            .create({"date": self.today})
        )
        for role in ("warehouse", "employee", "portal"):
            report = self.env["ir.actions.report"].with_user(self.users[role])
            with self.subTest(role), self.assertRaises(AccessError):
                report._render_qweb_html(REPORT, wizard.ids)


@tagged("post_install", "-at_install")
class TestUncreditedInspection(SaleReturnInspectionCommon):
    """What waits for its inspection may be credited; what was rejected is not."""

    def test_from_the_dock_to_the_verdict(self):
        order = self._sell([(self.product, 5)])
        return_order = self._received(order, {self.product: 3})
        wizard = (
            self.env["sale.return.uncredited"]
            .with_user(self.users["accountant"])
            .create({"date": Date.context_today(order)})
        )

        def owed():
            self.env.flush_all()
            return [
                found.quantity
                for found in wizard._find_uncredited()
                if found.line.order_id == return_order
            ]

        self.assertEqual(owed(), [3])
        self.company.sale_return_post_refund = False
        self._inspect(return_order, (return_order.line_ids, "return_to_customer", 3))
        self.assertEqual(owed(), [])
