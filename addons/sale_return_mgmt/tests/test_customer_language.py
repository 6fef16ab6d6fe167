import re

import polib
from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from .common_portal import PortalCommon

TAG = re.compile(r"<[^>]+>")
SPOKEN = ("alt", "placeholder", "title", "aria-label")
# Of Odoo's own units, whose Chinese is not loaded here.
SPARED = {"Units"}
# For the file, the vendor or the carrier: in the language of who prints them.
INTERNAL = ("sale_return_mgmt_report.report_inspection",)


@tagged("post_install", "-at_install")
class TestCustomerLanguage(HttpCase, PortalCommon):
    """What a Chinese customer reads, on pages, in mails and on paper, is Chinese as far
    as it is ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._load_chinese()
        for user in cls.users.values():  # whose names are words of ours
            user.partner_id.name = user.login
        cls.customer.write({"lang": "zh_CN", "name": "上海晨光家居有限公司"})
        cls.product.name = "台灯"
        cls.done = cls._approved(cls.order, {cls.product: 1})
        cls._receive(cls.done)
        with file_open("sale_return_mgmt/i18n/zh_CN.po") as file:
            entries = polib.pofile(file.read())
        cls.english = {
            " ".join(piece.split())
            for entry in entries
            if entry.msgstr and entry.msgstr != entry.msgid
            for piece in TAG.split(entry.msgid)
            if re.search("[A-Za-z]{2}", piece)
        } - SPARED

    def _find_english(self, page):
        """What of ours is there in English."""
        tree = html.fromstring(page)
        for hidden in tree.xpath("//script | //style | //head"):
            hidden.drop_tree()
        texts = {" ".join(text.split()) for text in tree.itertext()}
        texts |= {
            node.get(name) for node in tree.iter() for name in SPOKEN if node.get(name)
        }
        return texts & self.english

    def assertChinese(self, page, what):
        self.assertRegex(str(page), "[\u4e00-\u9fff]", what)
        self.assertFalse(self._find_english(page), what)

    def test_pages(self):
        self.authenticate("return_test_customer", "return_test_customer")
        returns = self.submitted + self.asked + self.done
        for path in (
            "/my/returns",
            f"/my/orders/{self.order.id}/return",
            *(f"/my/returns/{order.id}" for order in returns),
        ):
            self.assertChinese(self.url_open(path).text, path)

    def test_mails(self):
        templates = self.env["mail.template"].search(
            [("model", "=", "sale.return.order")]
        )
        self.assertGreaterEqual(len(templates), 8)
        for template in templates:
            with self.subTest(template=template.name):
                self.customer.lang = "en_US"
                self.assertTrue(self._find_english(self._render(template)))
                self.customer.lang = "zh_CN"
                self.assertChinese(self._render(template), template.name)

    def _render(self, template):
        values = template.sudo()._generate_template(
            self.done.ids, ("subject", "body_html")
        )[self.done.id]
        return f"<p>{values['subject']}</p>{values['body_html']}"

    def test_papers(self):
        Report = self.env["ir.actions.report"].sudo()
        approved = self._approved(self.order, {self.product: 1})
        reports = Report.search([("model", "=", "sale.return.order")])
        self.assertTrue(reports)
        for report in reports:
            name = report.report_name
            reader = Report.with_context(lang="zh_CN") if name in INTERNAL else Report
            page, _kind = reader._render_qweb_html(name, approved.ids)
            self.assertChinese(page.decode(), name)
