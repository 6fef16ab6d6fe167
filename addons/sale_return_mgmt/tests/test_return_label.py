import io
import unicodedata

from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from .common import SaleReturnCommon

LABEL = "sale_return_mgmt.sale_return_order_label"
PATH = "/report/{}/sale_return_mgmt.report_return_label/{}"


@tagged("post_install", "-at_install")
class TestReturnLabel(SaleReturnCommon, HttpCase):
    """The label for the outside of the parcel."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.write({"street": "1 Return Road", "city": "Backville"})
        cls.warehouse.partner_id = cls.company.partner_id
        cls.customer.write({"street": "9 Sender Street", "city": "Fromtown"})
        cls.company.sale_return_send_days = 10
        cls.order = cls._sell([(cls.product, 5, {"price_unit": 1234.56})])
        for role, user in cls.users.items():
            user.password = f"{role}-password"

    def _html(self, return_orders, role="clerk"):
        report = self.env["ir.actions.report"].with_user(self.users[role])
        return report._render_qweb_html(LABEL, return_orders.ids)[0].decode()

    def _print(self, return_order, role="clerk"):
        """Pages of the PDF as plain text."""
        report = self.env["ir.actions.report"].with_user(self.users[role])
        content, _kind = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf(LABEL, return_order.ids)
        self.assertTrue(content.startswith(b"%PDF-"))
        return [
            " ".join(unicodedata.normalize("NFKC", page.extract_text()).split())
            for page in PdfReader(io.BytesIO(content)).pages
        ]

    def test_label_says_from_where_to_where_and_no_price(self):
        return_order = self._approved(
            self.order, {self.product: 2}, customer_reference="CLAIM-77"
        )
        [page] = self._print(return_order)
        for text in (
            "Customer 9 Sender Street",
            "1 Return Road",
            "Your Reference CLAIM-77",
            "Send Before",
            return_order.name,
        ):
            self.assertIn(text, page)
        self.assertNotIn("Label 1/", page)
        for price in ("1234", "1,234", "2,469", "2,839", self.order.currency_id.symbol):
            self.assertNotIn(price, page)
        self.assertIn(f'alt="Barcode {return_order.name}"', self._html(return_order))

    def test_label_says_who_pays_the_freight_as_the_mail_does(self):
        return_order = self._approved(self.order, {self.product: 1})
        policy = return_order.sudo().line_ids.policy_id
        for payer, text in (("company", "receiver"), ("customer", "sender")):
            policy.return_freight = payer
            self.assertIn(f"Paid by the {text}", self._html(return_order))

    def test_there_is_a_label_for_each_place_the_goods_come_from(self):
        branches = self.env["res.partner"].create(
            [
                {"name": name, "street": f"5 {name} Road", "type": "delivery"}
                for name in ("East", "West")
            ]
        )
        orders = self.env["sale.order"]
        for branch in branches:
            orders += self._sell([(self.product, 1)], partner_shipping_id=branch.id)
        pages = self._print(self._approved(orders))
        self.assertEqual(len(pages), 2)
        for number, (page, branch) in enumerate(zip(pages, branches, strict=True), 1):
            self.assertIn(branch.street, page)
            self.assertIn(f"Label {number}/2", page)

    def test_what_is_not_to_be_sent_has_no_label(self):
        asked = self._request(self.order, {self.product: 2})
        kept = self._request(self.order, {self.product: 1})
        kept.line_ids.goods_return = "keep"
        kept.action_submit()
        self._as("approver", kept).action_approve()
        for return_order, text in (
            (asked, "This return is not approved"),
            (kept, "Nothing has to be sent back"),
        ):
            html = self._html(return_order)
            self.assertIn(text, html)
            self.assertNotIn("Barcode", html)
            self.assertNotIn("1 Return Road", html)

    def test_label_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_sale_return_mgmt")._update_translations("zh_CN")
        self.customer.write({"lang": "zh_CN", "name": "上海晨光家居有限公司"})
        html = self._html(self._approved(self.order))
        for text in ("退货标签", "寄件人", "请将商品寄至", "上海晨光家居有限公司"):
            self.assertIn(text, html)
        for text in ("Label", "Send the goods", "Cut along"):
            self.assertNotIn(text, html)

    def test_label_is_in_the_print_menu(self):
        report = self.env.ref(LABEL)
        return_order = self._approved(self.order)
        self.assertEqual(report.binding_model_id.model, return_order._name)
        self.assertEqual(
            safe_eval(report.print_report_name, {"object": return_order}),
            f"Return Label - {return_order.name.replace('/', '-')}",
        )
        for role in ("viewer", "clerk", "approver", "manager", "warehouse"):
            bindings = self._as(role, self.env["ir.actions.actions"]).get_bindings(
                return_order._name
            )
            self.assertIn(report.id, [entry["id"] for entry in bindings["report"]])

    def test_who_may_not_read_the_return_gets_no_label(self):
        asked = self._request(self.order, {self.product: 1})
        approved = self._approved(self.order, {self.product: 1})
        for role in ("viewer", "clerk", "approver", "manager", "warehouse"):
            self.assertIn(approved.name, self._html(approved, role))
        for role, return_order in (
            ("warehouse", asked),
            ("employee", approved),
            ("storekeeper", approved),
        ):
            with self.assertRaises(AccessError):
                self._html(return_order, role)
            self.authenticate(self.users[role].login, f"{role}-password")
            for kind in ("html", "pdf"):
                response = self.url_open(PATH.format(kind, return_order.id))
                self.assertEqual(response.status_code, 403)
                self.assertNotIn(return_order.name, response.text)
