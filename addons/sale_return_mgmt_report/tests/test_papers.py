import base64
import io
import unicodedata

from PIL import Image
from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import format_date

from odoo.addons.sale_return_mgmt.tests.common_inspection import (
    SaleReturnInspectionCommon,
)
from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon

PAPERS = ("goods_receipt", "settlement", "inspection")


@tagged("post_install", "-at_install")
class TestPapers(SaleReturnInspectionCommon, ReceiptCommon, HttpCase):
    """What is printed of a return, as it comes out of wkhtmltopdf."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"street": "9 Sender Street", "city": "Fromtown"})
        cls.order = cls._sell([(cls.product, 5, {"price_unit": 1234.56})])

    def _print(self, paper, return_order, role="viewer"):
        """Pages of the PDF as plain text."""
        report = self.env["ir.actions.report"].with_user(self.users[role])
        content, kind = report.with_context(
            force_report_rendering=True, lang=self.users[role].lang
        )._render_qweb_pdf(
            f"sale_return_mgmt_report.sale_return_order_{paper}", return_order.ids
        )
        self.assertEqual(kind, "pdf")
        self.reader = PdfReader(io.BytesIO(content))
        return [
            # wkhtmltopdf writes Chinese as characters that only look the same
            " ".join(unicodedata.normalize("NFKC", page.extract_text()).split())
            for page in self.reader.pages
        ]

    def _assert_all_in(self, texts, page):
        for text in texts:
            self.assertIn(text, page)

    def _inspected(self):
        """Three came: two to stock, one scrapped, with a photo of each."""
        image = io.BytesIO()
        Image.new("RGB", (1600, 1200), "red").save(image, "JPEG")
        return_order = self._request(self.order, {self.product: 3})
        photos = return_order.env["ir.attachment"].create(
            [
                {"name": name, "datas": base64.b64encode(content)}
                for name, content in (
                    ("crack.jpg", image.getvalue()),
                    ("broken.jpg", b"\xff\xd8\xff no image"),
                )
            ]
        )
        return_order.attachment_ids = photos
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        line = return_order.line_ids
        self._inspect(
            return_order,
            (line, "restock", 2, {"condition": "as_new"}),
            (line, "scrap", 1, {"condition": "damaged", "note": "Foot is broken"}),
        )
        return return_order

    # === RECEIPT OF RETURNED GOODS === #

    def test_the_receipt_says_what_arrived_and_when(self):
        return_order = self._received(self.order, {self.product: 3})
        [page] = self._print("goods_receipt", return_order)
        picking = return_order.sudo().picking_ids
        self._assert_all_in(
            [
                "Receipt of Returned Goods",
                return_order.name,
                "9 Sender Street",
                self.order.name,
                picking.name,
                f"LAMP Lamp {format_date(self.env, picking.date_done)} 3.00 Units",
                "Received By Full Name Date, Signature",
            ],
            page,
        )
        self.assertNotIn("1,234", page)

    def test_the_day_is_that_of_the_reader(self):
        return_order = self._received(self.order, {self.product: 3})
        self.env.flush_all()
        moves = return_order.sudo().line_ids.move_ids
        self.env.cr.execute(
            "UPDATE stock_move SET date = '2026-03-01 23:30' WHERE id IN %s",
            [tuple(moves.ids)],
        )
        self.env.invalidate_all()
        paper = self.env["report.sale_return_mgmt_report.report_goods_receipt"]
        for zone, day in (("UTC", "03/01/2026"), ("Asia/Shanghai", "03/02/2026")):
            [table] = paper.with_context(tz=zone)._prepare_paper(return_order)["tables"]
            self.assertEqual(table.rows[0][3], day)

    def test_the_receipt_is_without_what_was_undone(self):
        return_order = self._received(self.order, {self.product: 3})
        self._undo_receipt(return_order, 1)
        [page] = self._print("goods_receipt", return_order)
        self.assertIn("2.00 Units", page)
        waiting = self._approved(self.order, {self.product: 1})
        [page] = self._print("goods_receipt", waiting)
        self.assertIn("Nothing was received yet.", page)
        self.assertNotIn("Received By", page)

    # === RETURN AND INSPECTION REPORT === #

    def test_the_inspection_report_says_what_was_found_and_shows_it(self):
        return_order = self._inspected()
        [page] = self._print("inspection", return_order, "warehouse")
        self._assert_all_in(
            [
                "Return and Inspection Report",
                return_order.name,
                "[LAMP] Lamp No longer wanted 3.00 3.00",
                "As New Back to stock 2.00 Units",
                "Damaged Scrapped Foot is broken 1.00 Units",
                "crack.jpg",
            ],
            page,
        )
        self.assertNotIn("broken.jpg", page)
        self.assertNotIn("1,234", page)
        images = self.reader.pages[0].images
        self.assertIn((800, 600), [image.image.size for image in images])

    def test_what_was_undone_is_not_in_the_inspection_report(self):
        return_order = self._inspected()
        found = return_order.sudo().inspection_ids
        found.filtered("note").with_user(self.users["manager"]).action_undo()
        [page] = self._print("inspection", return_order)
        self.assertNotIn("Foot is broken", page)
        self.assertIn("As New", page)

    # === SETTLEMENT STATEMENT === #

    def test_the_settlement_says_what_the_tab_shows(self):
        self.company.sale_return_refund_trigger = "inspection"
        return_order = self._inspected()
        [page] = self._print("settlement", return_order)
        refund = return_order.sudo().refund_ids
        self.assertTrue(refund)
        lines = return_order.with_user(self.users["viewer"]).settlement_line_ids
        for name in ("amount_due", "amount_credited", "amount_paid", "amount_open"):
            text = f"{sum(lines.mapped(name)):,.2f}"
            self.assertIn(text, page.replace("\N{NO-BREAK SPACE}", " "), name)
        self._assert_all_in(
            ["Settlement Statement", return_order.name, refund.name, "Total"], page
        )

    def test_the_warehouse_prints_no_settlement(self):
        return_order = self._inspected()
        with self.assertRaises(AccessError):
            self._print("settlement", return_order, "warehouse")

    # === ALL OF THEM === #

    def test_others_print_nothing(self):
        return_order = self._inspected()
        self.users["portal"] = new_test_user(
            self.env, login="return_papers_portal", groups="base.group_portal"
        )
        for paper in PAPERS:
            for role in ("employee", "portal"):
                with self.subTest(f"{paper} {role}"), self.assertRaises(AccessError):
                    self._print(paper, return_order, role)

    def test_addresses_of_reports_are_refused_as_the_buttons_are(self):
        return_order = self._inspected()
        self.users["portal"] = new_test_user(
            self.env, login="return_papers_portal", groups="base.group_portal"
        )
        mine = {
            paper: self.env[f"sale.return.{model}"]
            .with_user(self.users["manager"])
            .create(vals)
            for paper, model, vals in (
                ("analysis", "analysis", {}),
                ("weekly_summary", "analysis", {}),
                ("uncredited", "uncredited", {}),
                ("statement", "statement", {"partner_id": self.customer.id}),
            )
        }
        addresses = {
            f"report_{paper}/{return_order.id}": {"viewer", "approver", "manager"}
            for paper in PAPERS
        } | {
            f"report_{paper}/{dialog.id}": {"manager"} for paper, dialog in mine.items()
        }
        for paper in ("goods_receipt", "inspection"):
            addresses[f"report_{paper}/{return_order.id}"].add("warehouse")
        for role in (
            *("viewer", "approver", "manager", "warehouse"),
            *("storekeeper", "employee", "portal"),
        ):
            login = self.users[role].login
            self.authenticate(login, login)
            for address, readers in addresses.items():
                answer = self.url_open(
                    f"/report/html/sale_return_mgmt_report.{address}"
                )
                with self.subTest(f"{address} {role}"):
                    self.assertEqual(answer.ok, role in readers, answer.status_code)

    def test_sixty_lines_are_each_printed_once(self):
        order = self._sell(
            [(self.product, 1, {"name": f"Lamp {number}"}) for number in range(60)]
        )
        return_order = self._received(order)
        pages = self._print("goods_receipt", return_order)
        self.assertGreater(len(pages), 1)
        self.assertEqual(sum(page.count("LAMP Lamp") for page in pages), 60)
        for page in pages:
            self.assertIn("Article", page)
            self.assertIn(return_order.name, page)

    def test_they_speak_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        for module in ("sale_return_mgmt", "sale_return_mgmt_report"):
            self.env.ref(f"base.module_{module}")._update_translations("zh_CN")
        return_order = self._inspected()
        self.customer.write({"lang": "zh_CN", "name": "上海晨光家居有限公司"})
        for paper, title in (
            ("goods_receipt", "退货收货凭证"),
            ("settlement", "退货结算单"),
        ):
            [page] = self._print(paper, return_order)
            self._assert_all_in([title, "上海晨光家居有限公司"], page)
        self.users["viewer"].lang = "zh_CN"
        [page] = self._print("inspection", return_order)
        self.assertIn("退货与质检报告", page)
