import io
import unicodedata
from datetime import timedelta

from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.sale_return_mgmt.tests.common_settlement import SettlementCommon

REPORT = "sale_return_mgmt_report.sale_return_statement_report"


@tagged("post_install", "-at_install")
class TestStatement(SettlementCommon, HttpCase):
    """What a customer returned in a period, and what he got for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = Date.context_today(cls.env["sale.return.order"])
        cls.order = cls._sell([(cls.product, 10)])

    def _create(self, role="viewer", **vals):
        vals = {
            "partner_id": self.customer.id,
            "date_from": self.today,
            "date_to": self.today,
            **vals,
        }
        self.env.flush_all()
        return (
            self.env["sale.return.statement"].with_user(self.users[role]).create(vals)
        )

    def _print(self, statement):
        report = self.env["ir.actions.report"].with_user(statement.env.user)
        content, _kind = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf(REPORT, statement.ids)
        pages = PdfReader(io.BytesIO(content)).pages
        text = " ".join(page.extract_text() for page in pages)
        return " ".join(unicodedata.normalize("NFKC", text).split())

    def test_each_return_stands_on_it_with_its_money(self):
        first = self._returned(self.order, {self.product: 2})
        second = self._approved(self.order, {self.product: 1})
        draft = self._request(self.order, {self.product: 1})
        text = self._print(self._create())
        self.assertIn("Customer Return Statement", text)
        self.assertIn(f"{first.name} ", text)
        self.assertIn("$ 230.00", text)
        self.assertIn(second.name, text)
        self.assertNotIn(draft.name, text)

    def test_each_currency_has_a_table(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        order = self._sell(
            [(self.product, 1, {"price_unit": 77.0})], pricelist_id=pricelist.id
        )
        self._returned(self.order, {self.product: 2})
        self._returned(order, {self.product: 1})
        text = self._print(self._create())
        self.assertIn("$ 230.00", text)
        self.assertIn("88.55", text)
        self.assertEqual(text.count("Total"), 2)

    def test_contacts_belong_to_it_and_other_customers_do_not(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        returns = []
        for partner in (contact, stranger):
            order = self._sell([(self.product, 2)], partner_id=partner.id)
            returns.append(self._returned(order, {self.product: 1}))
        self.assertEqual(self._create()._get_returns(), returns[0])
        self.assertEqual(self._create(partner_id=contact.id)._get_returns(), returns[0])

    def test_nothing_in_that_time_is_said(self):
        before = self.today - timedelta(days=9)
        statement = self._create(date_from=before, date_to=before)
        with self.assertRaisesRegex(UserError, "choose another period"):
            statement.action_print()

    def test_it_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        for module in ("sale_return_mgmt", "sale_return_mgmt_report"):
            self.env.ref(f"base.module_{module}")._update_translations("zh_CN")
        self._returned(self.order, {self.product: 2})
        self.customer.lang = "zh_CN"
        text = self._print(self._create())
        self.assertIn("客户退货对账单", text)
        self.assertNotIn("Still Open", text)

    def test_it_opens_on_the_customers_page_for_him(self):
        statement = self.env["sale.return.statement"].with_user(self.users["viewer"])
        statement = statement.with_context(
            active_model="res.partner", active_id=self.customer.id
        ).create({})
        self.assertEqual(statement.partner_id, self.customer)

    def test_without_amounts_there_is_none(self):
        self._returned(self.order, {self.product: 2})
        mine = self._create()
        self.users["portal"] = new_test_user(
            self.env, login="return_statement_portal", groups="base.group_portal"
        )
        for role in ("warehouse", "employee", "portal", "clerk"):
            report = self.env["ir.actions.report"].with_user(self.users[role])
            with self.subTest(role), self.assertRaises(AccessError):
                report._render_qweb_html(REPORT, mine.ids)
        for role in ("warehouse", "employee", "portal"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._create(role)
