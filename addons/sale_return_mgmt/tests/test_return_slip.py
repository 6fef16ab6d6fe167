import io
import unicodedata

from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import format_date

from .common import SaleReturnCommon

SLIP = "sale_return_mgmt.sale_return_order_slip"


@tagged("native", "post_install", "-at_install")
class TestReturnSlip(SaleReturnCommon, HttpCase):
    """The paper for the parcel, as it comes out of wkhtmltopdf."""

    LINES, PAGES = 60, 4

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
                "Sign this slip and put it into the parcel.",
                "Sent by the Customer Full Name Date, Signature",
                "Received By Full Name Date, Signature",
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

    def test_slip_says_until_when_to_send_and_what_the_policy_tells_customers(self):
        self.company.sale_return_send_days = 10
        self.env["sale.return.policy"].sudo().create(
            {
                "name": "Lamps",
                "product_ids": [Command.set(self.product.ids)],
                "customer_text": "<p>Lamps travel in their own box.</p>",
            }
        )
        return_order = self._approved(self.order, {self.product: 2})
        [page] = self._print(return_order)
        until = format_date(self.env, return_order.date_send_before)
        self._assert_all_in(
            [f"Send Before {until}", "Lamps travel in their own box."],
            page.replace(return_order.name, ""),
        )

    def test_sixty_lines_are_on_the_slip_once_and_its_signatures_together(self):
        order = self._sell(
            [
                (self.product, 1, {"name": f"Lamp {number}"})
                for number in range(self.LINES)
            ]
        )
        pages = self._print(self._approved(order))
        self.assertEqual(len(pages), self.PAGES)
        self.assertEqual(
            sum(page.count("LAMP Lamp 1.00") for page in pages), self.LINES
        )
        signed = [page for page in pages if "Sent by the Customer" in page]
        self.assertEqual(signed, pages[-1:])
        self.assertEqual(pages[-1].count("Date, Signature"), 2)

    def test_slip_counts_what_the_customer_sends_and_nothing_twice(self):
        """Neither the goods' further way through the warehouse nor what was undone."""
        self.warehouse.reception_steps = "two_steps"
        return_order = self._approved(self.order, {self.product: 2})
        receipt = return_order.sudo().picking_ids
        self._receive(return_order)
        lines = return_order.sudo().line_ids
        self.assertGreater(len(lines.move_ids), 1)
        [sheet] = self._get_sheets(return_order)
        self.assertEqual(sheet["lines"], {lines: 2})
        self.assertEqual(sheet["receiver"], self.warehouse.partner_id)
        undo = receipt.move_ids.copy(
            {
                "origin_returned_move_id": receipt.move_ids.id,
                "location_id": receipt.location_dest_id.id,
                "location_dest_id": receipt.location_id.id,
                "quantity": 1,
                "product_uom_qty": 1,
                "picked": True,
            }
        )
        undo._action_done()
        [sheet] = self._get_sheets(return_order)
        self.assertEqual(sheet["lines"], {lines: 1})

    def test_slip_sends_to_the_vendor_what_goes_back_to_him(self):
        vendor = self.env["res.partner"].create({"name": "The Vendor"})
        order = self._sell([(self.product, 3)], deliver=False, invoice=False)
        delivery = order.picking_ids
        delivery.do_unreserve()
        delivery.write(
            {
                "partner_id": vendor.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
            }
        )
        delivery.move_ids.write({"location_id": delivery.location_id.id})
        delivery.move_ids.write({"quantity": 3, "picked": True})
        delivery.move_ids.move_line_ids.location_id = delivery.location_id
        delivery.button_validate()
        return_order = self._request(order, {self.product: 2})
        return_order.send_to = "vendor"
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        [sheet] = self._get_sheets(return_order)
        self.assertEqual(sheet["sender"], self.customer)
        self.assertEqual(sheet["receiver"], vendor)

    def _get_sheets(self, return_order):
        return self.env["report.sale_return_mgmt.report_return_slip"]._get_sheets(
            self._as("warehouse", return_order)
        )

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
