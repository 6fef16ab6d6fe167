import base64
import io
import unicodedata
from datetime import date, timedelta
from unittest.mock import patch

from lxml import etree
from openpyxl import load_workbook
from psycopg2 import IntegrityError
from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.fields import Command, Date
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon
from odoo.addons.sale_return_mgmt.tests.common_inspection import (
    SaleReturnInspectionCommon,
)
from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon

from ..tools import charts

REPORT = "sale_return_mgmt_report.sale_return_analysis_report"


class AnalysisCommon(SaleReturnInspectionCommon, ReceiptCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.today = Date.context_today(self.env["sale.return.order"])
        order = self._sell([(self.product, 30)])
        returned = self._received(order, {self.product: 9})
        self._as("manager", returned).action_inspect_all()

    def _create(self, role="manager", **vals):
        vals = {"date_from": self.today, "date_to": self.today} | vals
        self.env.flush_all()
        analysis = self.env["sale.return.analysis"].with_user(self.users[role])
        return analysis.create(vals)

    def _print(self, analysis, lang="en_US"):
        report = self.env["ir.actions.report"].with_user(analysis.env.user)
        content, _kind = report.with_context(
            force_report_rendering=True, lang=lang
        )._render_qweb_pdf(REPORT, analysis.ids)
        return self._read(content)

    def _read(self, content):
        text = " ".join(
            page.extract_text() for page in PdfReader(io.BytesIO(content)).pages
        )
        return " ".join(unicodedata.normalize("NFKC", text).split())


@tagged("post_install", "-at_install")
class TestAnalysisPaper(AnalysisCommon):
    """The dashboard of a period, on paper."""

    def test_it_says_what_the_dashboard_says(self):
        analysis = self._create()
        parts = analysis._get_parts()
        text = self._print(analysis)
        report = self.env["report.sale_return_mgmt_report.report_analysis"]
        self.assertTrue(parts["reasons"])
        for part in (
            "Return Analysis",
            self.company.name,
            "Return Rate over Time".lower(),
            *(report._percent(rate["rate"]) for rate in parts["rates"]),
            *(reason["name"] for reason in parts["reasons"]),
            *(row["name"] for row in parts["products"]),
            *(row["name"] for row in parts["costs"]),
        ):
            self.assertIn(part.lower(), text.lower())

    def test_charts_are_drawn_inline(self):
        report = self.env["ir.actions.report"].with_user(self.users["manager"])
        html = report._render_qweb_html(REPORT, self._create().ids)[0].decode()
        self.assertEqual(html.count("<svg"), 2)
        self.assertIn(charts.DARK, html)
        self.assertIn("stroke-dasharray", html)

    def test_it_speaks_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_sale_return_mgmt_report")._update_translations(
            "zh_CN"
        )
        self.users["manager"].lang = "zh_CN"
        text = self._print(self._create(), "zh_CN")
        self.assertIn("退货分析", text)
        self.assertNotIn("Return Rate", text)

    def test_the_warehouse_prints_no_amounts(self):
        text = self._print(self._create("warehouse"))
        self.assertIn("Return Rate", text)
        for word in ("Net Loss", "Value Return Rate", self.company.currency_id.symbol):
            self.assertNotIn(word, text)

    def test_others_print_nothing(self):
        self.users["portal"] = new_test_user(
            self.env, login="return_analysis_portal", groups="base.group_portal"
        )
        mine = self._create()
        for role in ("employee", "portal"):
            report = self.env["ir.actions.report"].with_user(self.users[role])
            with self.subTest(role), self.assertRaises(AccessError):
                self._create(role)
            with self.subTest(role), self.assertRaises(AccessError):
                report._render_qweb_html(REPORT, mine.ids)

    def test_of_other_companies_nothing_is_printed(self):
        other = self.setup_other_company()["company"]
        for model, vals in (
            ("sale.return.analysis", {}),
            ("sale.return.uncredited", {}),
            ("sale.return.statement", {"partner_id": self.customer.id}),
        ):
            mine = self.env[model].with_user(self.users["manager"])
            with self.subTest(model), self.assertRaises(AccessError):
                mine.create({"company_id": other.id, **vals})

    @mute_logger("odoo.sql_db")
    def test_a_period_does_not_end_before_it_begins(self):
        with self.assertRaises(IntegrityError):
            self._create(date_to=self.today - timedelta(days=1))


@tagged("post_install", "-at_install")
class TestCharts(TransactionCase):
    """What is drawn on paper."""

    def test_labels_are_texts_and_no_markup(self):
        svg, height = charts.bars([("<script>&", 0.5, "50 %", True)])
        root = etree.fromstring(str(svg))
        self.assertEqual(float(root.get("height")), height)
        self.assertIn("<script>&", "".join(root.itertext()))
        self.assertFalse(root.findall(".//{*}script"))

    def test_bars_are_as_long_as_their_shares(self):
        svg, _height = charts.bars(
            [("a", 0.5, "", True), ("b", 0.25, "", False), ("c", 7, "", False)]
        )
        widths = [
            float(rect.get("width"))
            for rect in etree.fromstring(str(svg)).findall("{*}rect")
        ]
        self.assertAlmostEqual(widths[0], 2 * widths[1], 1)
        self.assertAlmostEqual(widths[2], 2 * widths[0], 1)

    def test_a_line_leaves_gaps_out(self):
        svg, _height = charts.line(
            [("a", 0.1), ("b", None), ("c", 0.3)], 0.05, lambda rate: f"{rate:.2f}"
        )
        root = etree.fromstring(str(svg))
        self.assertEqual(len(root.findall("{*}circle")), 2)
        higher = [float(dot.get("cy")) for dot in root.findall("{*}circle")]
        self.assertGreater(higher[0], higher[1])
        self.assertTrue(charts.line([("a", None)], 0.05, str)[0])

    def test_long_labels_are_shortened(self):
        svg, _height = charts.bars([("退货原因" * 12, 0.5, "", True)])
        self.assertIn("…", svg)


@tagged("post_install", "-at_install")
class TestWeeklySummary(AnalysisCommon, MailCommon):
    """Who wants last week's figures gets them once, as he may read them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subscriber = new_test_user(
            cls.env,
            login="return_weekly",
            email="weekly@example.com",
            groups="sale_return_mgmt.group_sale_return_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.subscriber.with_user(cls.subscriber).sale_return_weekly_summary = True

    def _run(self, days=0):
        """Run the job, as every day."""
        self.env.flush_all()
        day = self.today + timedelta(days=days)
        root = self.env.ref("base.user_root")
        with (
            patch.object(Date, "context_today", lambda *_args: day),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_kw: 1000.0
            ),
            self.mock_mail_gateway(),
        ):
            analysis = self.env["sale.return.analysis"].with_user(root)
            analysis = analysis.with_context(force_report_rendering=True)
            analysis._cron_send_weekly()
        self.env.flush_all()
        return [
            mail
            for mail in self._new_mails
            if self.subscriber.partner_id in mail.recipient_ids
        ]

    def test_last_week_is_sent_once_as_pdf(self):
        # The goods of today are those of last week, seven days on.
        [mail] = self._run(days=7)
        self.assertIn("30 %", mail.body_html.replace("30.0", "30"))
        [attachment] = mail.attachment_ids
        self.assertTrue(attachment.name.endswith(".pdf"))
        text = self._read(attachment.raw)
        monday = self.today - timedelta(days=self.today.weekday())
        self.assertIn("Weekly Summary of Returns", text)
        self.assertIn("Net Loss", text)
        self.assertNotIn("Products Most Returned", text)
        self.assertEqual(
            self.subscriber.sale_return_date_summary, monday + timedelta(days=7)
        )
        self.assertFalse(self._run(days=7))
        self.assertTrue(self._run(days=14))

    def test_it_is_in_his_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_sale_return_mgmt_report")._update_translations(
            "zh_CN"
        )
        self.subscriber.lang = "zh_CN"
        [mail] = self._run()
        self.assertIn("退货", mail.subject)
        self.assertIn("每周退货摘要", self._read(mail.attachment_ids.raw))

    def test_who_does_not_want_it_gets_none(self):
        self.subscriber.with_user(self.subscriber).sale_return_weekly_summary = False
        self.assertFalse(self._run())

    def test_who_may_read_nothing_gets_none(self):
        self.subscriber.group_ids = self.env.ref("base.group_user")
        self.assertFalse(self._run())

    def test_one_that_fails_keeps_nobody_from_his(self):
        other = new_test_user(
            self.env,
            login="return_weekly_broken",
            groups="sale_return_mgmt.group_sale_return_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        other.sale_return_weekly_summary = True
        analysis = type(self.env["sale.return.analysis"])
        send = analysis._send_weekly

        def fail(self, user, first):
            if user == other:
                raise ValueError("broken")
            return send(self, user, first)

        logger = "odoo.addons.sale_return_mgmt_report.wizard.sale_return_analysis"
        with patch.object(analysis, "_send_weekly", fail), mute_logger(logger):
            self.assertTrue(self._run())

    def test_only_the_user_himself_subscribes(self):
        with self.assertRaises(AccessError):
            self.subscriber.with_user(
                self.users["clerk"]
            ).sale_return_weekly_summary = False
        with self.assertRaises(AccessError):
            self.subscriber.with_user(
                self.subscriber
            ).sale_return_date_summary = date.today()


@tagged("post_install", "-at_install")
class TestWorkbook(AnalysisCommon):
    """The figures as numbers, what is computed of them as formulas."""

    def _export(self, role="manager", **vals):
        analysis = self._create(role, **vals)
        action = analysis.action_export()
        self.assertIn(f"/sale.return.analysis/{analysis.id}/file/", action["url"])
        content = base64.b64decode(analysis.sudo().file)
        return load_workbook(io.BytesIO(content))

    def test_rates_are_formulas_of_what_was_counted(self):
        sheet = self._export()["Return Rates"]
        rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
        row = rows[self.product.display_name]
        number = row[0].row
        self.assertEqual([row[1].value, row[2].value], [30, 9])
        self.assertEqual(row[5].value, f'=IF(B{number}=0,"",C{number}/B{number})')
        total = rows["Total"]
        self.assertEqual(total[1].value, f"=SUM(B2:B{total[0].row - 1})")
        self.assertIn(f"C{total[0].row}/B{total[0].row}", total[5].value)

    def test_reasons_add_up_to_all(self):
        sheet = self._export()["Reasons"]
        [head, row, total] = list(sheet.iter_rows(values_only=True))
        self.assertEqual(head[0], "Reason")
        self.assertEqual(row, (self.reason.name, 9, "=B2/$B$3", "=SUM(B$2:B2)/$B$3"))
        self.assertEqual(total[1], "=SUM(B2:B2)")

    def test_amounts_are_those_of_the_analysis(self):
        analysis = self._create()
        costs = {cost["key"]: cost["value"] for cost in analysis._get_parts()["costs"]}
        sheet = self._export()["Returns"]
        head, *rows = list(sheet.iter_rows(values_only=True))
        column = head.index("Net Loss")
        self.assertAlmostEqual(
            sum(row[column] or 0.0 for row in rows[:-1]), costs["amount_loss"], 2
        )
        self.assertIsNone(rows[0][head.index("Recorded Costs")])

    def test_a_name_is_never_a_formula(self):
        self.product.write({"name": "=1+1", "default_code": False})
        sheet = self._export()["Return Rates"]
        cells = [row[0] for row in sheet.iter_rows(min_row=2)]
        [cell] = [cell for cell in cells if cell.value == "=1+1"]
        self.assertEqual(cell.data_type, "s")

    def test_the_warehouse_exports_no_amounts(self):
        book = self._export("warehouse")
        for sheet in book:
            heads = [cell.value for cell in sheet[1]]
            for word in ("Value", "Loss", "Fees", "Cost"):
                self.assertFalse([head for head in heads if word in head], sheet.title)

    def test_others_download_nothing(self):
        mine = self._create()
        mine.action_export()
        for role in ("employee", "clerk"):
            with self.subTest(role), self.assertRaises(AccessError):
                mine.with_user(self.users[role]).read(["file"])
        self.authenticate(None, None)
        response = self.url_open(f"/web/content/{mine._name}/{mine.id}/file/x.xlsx")
        self.assertEqual(response.status_code, 404)

    def test_an_empty_period_is_a_book_of_zeros(self):
        before = self.today - timedelta(days=2000)
        book = self._export(date_from=before, date_to=before)
        self.assertEqual(book["Reasons"]["B2"].value, "=0")
