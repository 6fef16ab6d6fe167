import io
import unicodedata

from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import SaleReturnCommon

SLIP = "sale_return_mgmt.sale_return_order_slip"


@tagged("native", "post_install", "-at_install")
class TestReturnSlip(SaleReturnCommon, HttpCase):
    """The paper for the parcel, as it comes out of wkhtmltopdf."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.write({"street": "1 Return Road", "city": "Backville"})
        cls.warehouse.partner_id = cls.company.partner_id
        cls.customer.write({"street": "9 Sender Street", "city": "Fromtown"})
        cls.order = cls._sell([(cls.product, 5, {"price_unit": 1234.56})])

    def _print(self, return_orders, role="clerk"):
        """Pages of the PDF as plain text."""
        report = self.env["ir.actions.report"].with_user(self.users[role])
        content, kind = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf(SLIP, return_orders.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF-"))
        return [
            # wkhtmltopdf writes Chinese as characters that only look the same
            " ".join(unicodedata.normalize("NFKC", page.extract_text()).split())
            for page in PdfReader(io.BytesIO(content)).pages
        ]

    def _assert_all_in(self, texts, page):
        for text in texts:
            self.assertIn(text, page)

    def test_slip_says_what_comes_back_from_where_to_where_and_no_price(self):
        return_order = self._approved(
            self.order, {self.product: 2}, customer_reference="CLAIM-77"
        )
        [page] = self._print(return_order)
        self._assert_all_in(
            [
                "Return Slip",
                return_order.name,
                "Customer 9 Sender Street",
                "1 Return Road",
                "CLAIM-77",
                self.order.name,
                "LAMP Lamp 2.00 Units No longer wanted",
                "Put this slip into the parcel.",
            ],
            page,
        )
        self.assertNotIn("not approved", page)
        for price in ("1234", "1,234", "2,469", "2,839", self.order.currency_id.symbol):
            self.assertNotIn(price, page)

    def test_slip_carries_the_number_as_a_barcode(self):
        return_order = self._approved(self.order)
        report = self.env["ir.actions.report"].with_user(self.users["clerk"])
        html = report._render_qweb_html(SLIP, return_order.ids)[0].decode()
        self.assertIn(f'alt="Barcode {return_order.name}"', html)

    def test_slip_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_sale_return_mgmt")._update_translations("zh_CN")
        self.customer.write({"lang": "zh_CN", "name": "上海晨光家居有限公司"})
        [page] = self._print(self._approved(self.order))
        self._assert_all_in(["退货随货单", "上海晨光家居有限公司"], page)
        self.assertNotIn("Return Slip", page)

    def test_slip_has_a_page_for_each_place_the_goods_go_to(self):
        other = self.env["stock.warehouse"].create(
            {
                "name": "Second",
                "code": "SEC",
                "company_id": self.company.id,
                "partner_id": self.env["res.partner"]
                .create({"name": "Second warehouse", "street": "2 Other Road"})
                .id,
            }
        )
        self.env["stock.quant"]._update_available_quantity(
            self.product_on_order, other.lot_stock_id, 10
        )
        second = self._sell([(self.product_on_order, 3)], warehouse_id=other.id)
        return_order = self._request(self.order, {self.product: 2})
        return_order.write(
            {
                "line_ids": [
                    Command.create(
                        {
                            "sale_line_id": second.order_line.id,
                            "quantity": 1,
                            "reason_id": self.reason.id,
                        }
                    )
                ]
            }
        )
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        pages = self._print(return_order)
        self.assertEqual(len(pages), 2)
        for page, street, article in zip(
            sorted(pages, key=lambda page: "2 Other Road" in page),
            ("1 Return Road", "2 Other Road"),
            ("LAMP Lamp 2.00", "CHAIR Chair 1.00"),
            strict=True,
        ):
            self._assert_all_in([return_order.name, street, article], page)

    def test_one_print_holds_many_returns(self):
        # As HTML: wkhtmltopdf without patched Qt takes one document at a time.
        first = self._approved(self.order, {self.product: 1})
        second = self._approved(self.order, {self.product: 2})
        report = self.env["ir.actions.report"].with_user(self.users["clerk"])
        html = report._render_qweb_html(SLIP, (first | second).ids)[0].decode()
        self._assert_all_in([first.name, second.name, "1.00", "2.00"], html)

    def test_slip_of_what_is_not_approved_tells_not_to_send(self):
        return_order = self._request(self.order, {self.product: 2})
        [page] = self._print(return_order)
        self._assert_all_in(["This return is not approved", "LAMP Lamp 2.00"], page)

    def test_goods_that_the_customer_keeps_are_not_on_the_slip(self):
        return_order = self._request(self.order, {self.product: 2})
        return_order.line_ids.goods_return = "keep"
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        [page] = self._print(return_order)
        self.assertIn("Nothing has to be sent back", page)
        self.assertNotIn("LAMP", page)

    def test_warehouse_prints_the_slip_and_other_employees_do_not(self):
        return_order = self._approved(self.order)
        [page] = self._print(return_order, "warehouse")
        self.assertIn(return_order.name, page)
        with self.assertRaises(AccessError):
            self._print(return_order, "employee")
