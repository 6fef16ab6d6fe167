from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PIXEL
from .common_inspection import SaleReturnInspectionCommon


@tagged("post_install", "-at_install")
class TestDockInspection(SaleReturnInspectionCommon):
    """What came is inspected on the screen that received it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 10)])

    def setUp(self):
        super().setUp()
        self.returned = self._received(self.order, {self.product: 5})
        self.sheet = self._dock().open_return(self.returned.id)
        self.line = self.returned.line_ids

    def _dock(self, role="warehouse"):
        return self.env["sale.return.dock"].with_user(self.users[role])

    def _finding(self, kind="restock", quantity=5, **values):
        return {
            "line": self.line.id,
            "lot": False,
            "quantity": quantity,
            "disposition": self.dispositions[kind].id,
            **values,
        }

    def _inspect_at_dock(self, *findings, key="a"):
        return self._dock().inspect(
            self.returned.id, key, self.sheet["stamp"], list(findings)
        )

    def _photo(self, role="warehouse", **vals):
        Attachment = self.env["ir.attachment"].with_user(self.users[role])
        return Attachment.create(
            {
                "name": "a.png",
                "raw": PIXEL,
                "res_model": "sale.return.order.inspect.line",
                "res_id": 0,
                **vals,
            }
        )

    def test_sheet_has_instructions_and_what_to_choose_from(self):
        self.line.policy_id.sudo().inspection_instructions = "<p>Plug it in.</p>"
        sheet = self._dock().open_return(self.returned.id)
        [row] = sheet["waiting"]
        self.assertIn("Plug it in.", row["instructions"])
        self.assertEqual(row["quantity"], 5)
        self.assertIn("damaged", dict(sheet["conditions"]))
        self.assertIn(row["disposition"], [one["id"] for one in sheet["dispositions"]])

    def test_goods_go_several_ways_with_photos(self):
        photo = self._photo()
        sheet = self._inspect_at_dock(
            self._finding(quantity=3, condition="as_new"),
            self._finding(
                "scrap",
                2,
                condition="damaged",
                note="Broken",
                attachments=photo.ids,
            ),
        )
        self.assertEqual(sheet["waiting"], [])
        facts = self.returned.sudo().inspection_ids.sorted("quantity")
        self.assertEqual(facts.mapped("quantity"), [2, 3])
        self.assertEqual(facts[0].attachment_ids.ids, photo.ids)
        self.assertEqual(facts[0].note, "Broken")
        self.assertEqual(facts[0].inspector_id, self.users["warehouse"])

    def test_files_of_others_are_not_taken(self):
        foreign = self._photo("clerk")
        other = self.env["ir.attachment"].create(
            {
                "name": "b",
                "raw": b"b",
                "res_model": "res.partner",
                "res_id": self.customer.id,
            }
        )
        self._inspect_at_dock(self._finding(attachments=(foreign + other).ids))
        self.assertFalse(self.returned.sudo().inspection_ids.attachment_ids)
        self.assertEqual(other.res_model, "res.partner")

    def test_what_is_no_picture_video_or_pdf_is_refused(self):
        """Whatever its name says; nothing is lost but the step."""
        for content in (b"<html><script>alert(1)</script>", b"MZ\x90", b"", b"GIF89a"):
            photo = self._photo(raw=content)
            message = "“a.png” is neither a picture nor a video"
            with self.subTest(content), self.assertRaisesRegex(UserError, message):
                self._inspect_at_dock(self._finding(attachments=photo.ids))
            self.assertTrue(photo.exists())
        videos = self._photo(raw=b"\0\0\0\x18ftypmp42") + self._photo(
            raw=b"\x1a\x45\xdf\xa3webm"
        )
        self._inspect_at_dock(self._finding(attachments=videos.ids))
        self.assertEqual(self.returned.sudo().inspection_ids.attachment_ids, videos)

    def test_the_same_step_twice_inspects_once(self):
        first = self._inspect_at_dock(self._finding(quantity=2))
        again = self._inspect_at_dock(self._finding(quantity=2))
        self.assertEqual(again, first)
        self.assertEqual(self.line.sudo().quantity_inspected, 2)

    def test_who_looked_at_an_old_sheet_is_refused(self):
        self._inspect_at_dock(self._finding(quantity=2))
        with self.assertRaisesRegex(UserError, "Somebody else has worked on"):
            self._inspect_at_dock(self._finding(quantity=2), key="b")
        self.assertEqual(self.line.sudo().quantity_inspected, 2)

    def test_what_does_not_fit_is_refused(self):
        for values in (
            {"quantity": 6},
            {"quantity": 0},
            {"quantity": None},
            {"disposition": False},
            {"line": False},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self._inspect_at_dock(self._finding() | values)
        with self.assertRaises(UserError):
            self._inspect_at_dock(self._finding(), key=None)
        self.assertFalse(self.returned.sudo().inspection_ids)

    def test_accept_all_once_more_does_nothing(self):
        for _again in range(2):
            sheet = self._dock().accept_all(self.returned.id)
            self.assertEqual(sheet["waiting"], [])
        self.assertEqual(len(self.returned.sudo().inspection_ids), 1)

    def test_labels_are_printed_for_what_went_back_to_stock(self):
        self.assertFalse(self.sheet["has_labels"])
        with self.assertRaisesRegex(UserError, "went back to stock"):
            self._dock().print_labels(self.returned.id)
        sheet = self._inspect_at_dock(
            self._finding(quantity=3), self._finding("scrap", 2)
        )
        self.assertTrue(sheet["has_labels"])
        action = self._dock().print_labels(self.returned.id)
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.users["warehouse"])
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.product_ids, self.product)
        self.assertEqual(wizard.print_format, "4x12")
        _report, data = wizard._prepare_report_data()
        self.assertEqual(
            {int(id_): n for id_, n in data["quantity_by_product"].items()},
            {self.product.id: 3},
        )
