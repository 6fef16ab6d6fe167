from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_return_mgmt.models import sale_return_portal_request_mixin
from odoo.addons.sale_return_mgmt.tools.portal_form import MAX_FILE_BYTES

from .common import PIXEL
from .common_portal_request import PortalRequestCommon

QUANTITIES = (
    *("", "0", "-1", "abc", "nan", "inf", "-Infinity", "1e999", "1e308", "1e-320"),
    *("9223372036854775808", "9" * 40, "6", "0.0001", "１2x", "\x00", "[1]"),
)


@tagged("post_install", "-at_install")
class TestPortalRequestRefused(PortalRequestCommon):
    """What is not the customer's, or no request at all, is refused in words: nothing is
    read, nothing is written, and nothing fails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._sell(
            [(cls.product, 3)], partner_id=cls.stranger.partner_id.id
        )

    def _assert_home(self, response):
        self.assertEqual(response.status_code, 303)
        self.assertEqual(response.headers["Location"].rpartition("/")[-1], "my")

    def _assert_nothing_made(self):
        self.env.invalidate_all()
        self.assertFalse(self._get_returns() | self._get_returns(self.foreign))

    def test_orders_of_others(self):
        form = self._fill({self.foreign.order_line: "1"})
        for order_id in (self.foreign.id, 0, 2**31, 2**63, 10**30):
            url = f"/my/orders/{order_id}/return"
            self._assert_home(self.url_open(url, allow_redirects=False))
        self._assert_home(self._post(form, self.foreign))
        self.assertEqual(self._preview(form, self.foreign), {"html": ""})
        self._assert_nothing_made()

    def test_tokens(self):
        own = self.order._portal_ensure_token()
        form = self._fill({self.foreign.order_line: "1"})
        for token in (own, own[:-1], "None", "é", "\x00", "x" * 5000):
            self._assert_home(self._post(form, self.foreign, token=token))
        for token in ([own], {"a": own}, 1, True, "é"):
            answer = self._preview(form, self.foreign, access_token=token)
            self.assertEqual(answer, {"html": ""})
        url = f"/my/orders/{self.foreign.id}/return?access_token[]={own}"
        self._assert_home(self.url_open(url, allow_redirects=False))
        self._assert_nothing_made()

    def test_lines_of_others(self):
        """Only the order's own lines are asked for; what else is posted is not read."""
        theirs = self.foreign.order_line
        work = self.env["product.product"].create({"name": "Work", "type": "service"})
        section, service, down = self.env["sale.order.line"].create(
            [
                {
                    "order_id": self.order.id,
                    "display_type": "line_section",
                    "name": "Section",
                },
                {"order_id": self.order.id, "product_id": work.id},
                {
                    "order_id": self.order.id,
                    "product_id": self.product.id,
                    "is_downpayment": True,
                    "product_uom_qty": 0,
                },
            ]
        )
        for line in (theirs, section, down):
            form = self._fill({line: "1"})
            self._assert_refused(self._post(form), "Choose what you want to return")
            self.assertIn("Choose what", self._preview(form)["html"])
        form = self._fill({service: "1"})
        self._assert_refused(self._post(form), "is not a delivered product")
        form = self._fill({theirs: "1", self.lamps: "1"})
        form |= {
            "state": "approved",
            "price_unit": "1000",
            "partner_id": str(self.stranger.partner_id.id),
            "order_id": str(self.foreign.id),
            f"price-{self.lamps.id}": "1000",
            "partner_shipping_id": str(self.stranger.partner_id.id),
            "line_ids": "1",
            "amount_total": "1000",
        }
        made = self._assert_made(self._post(form))
        self.assertEqual(made.line_ids.sale_line_id, self.lamps)
        self.assertEqual((made.state, made.amount_total), ("submitted", 115))
        self.assertFalse(made.partner_shipping_id)
        self.assertFalse(self._get_returns(self.foreign))

    def test_orders_that_are_none(self):
        draft = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "state": "sent",
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        form = self._fill({draft.order_line: "1"})
        for state in ("sent", "cancel"):
            draft.state = state
            self._assert_refused(self._post(form, draft), "is not confirmed", draft)
            page = self.url_open(self._url(draft)).text
            self.assertIn("Nothing of this order can be returned", page)

    def test_quantities(self):
        for quantity in QUANTITIES:
            with self.subTest(quantity):
                form = self._fill({self.lamps: quantity})
                response = self._post(form)
                self.assertEqual(response.status_code, 200)
                self.assertIn("alert-danger", response.text)
                self.assertIn("alert-warning", self._preview(form)["html"])
        self._assert_nothing_made()

    def test_other_values(self):
        note = f"note-{self.lamps.id}"
        for values in (
            {f"reason-{self.lamps.id}": "9223372036854775808"},
            {f"reason-{self.lamps.id}": "-1"},
            {note: "\x00"},
            {note: "x" * 6000},
            {"resolution": "gold"},
            {"legal_basis": "x"},
            {"refund_method": "cash"},
            {"refund_method": "transfer", "account": "1", "acc_number": "\x00" * 9},
            {f"lot-{self.lamps.id}": "No Such Lot"},
        ):
            with self.subTest(values):
                form = self._fill({self.lamps: "1"}, **values)
                response = self._post(form)
                self.assertEqual(response.status_code, 200)
                self.assertIn("alert-danger", response.text)
                self._preview(form)
        self._assert_nothing_made()

    def test_texts_are_texts(self):
        text = "<img src=x onerror=alert(1)> {{7*7}} <t t-out='1'/> \u202e"
        form = self._fill({self.lamps: "1"}, **{f"note-{self.lamps.id}": text})
        made = self._assert_made(self._post(form))
        self.assertEqual(made.line_ids.note, text)
        form = self._fill({self.lamps: "9"}, **{f"note-{self.lamps.id}": text})
        self.assertNotIn("<img src=x", self._post(form).text)

    def test_forms_of_the_preview(self):
        for form in (None, [], "x", 1, {"line": 1}, {"a": [1]}, {"a": {"b": "c"}}):
            answer = self.make_jsonrpc_request(
                self._url(suffix="/preview"), {"form": form, "files": "x", "foo": 1}
            )
            self.assertEqual(answer, {"html": ""})

    def test_accounts_of_others(self):
        theirs = self.env["res.partner.bank"].create(
            {"partner_id": self.stranger.partner_id.id, "acc_number": "987654321"}
        )
        form = self._fill(
            {self.lamps: "1"}, refund_method="transfer", account=str(theirs.id)
        )
        self._assert_refused(self._post(form), "IBAN")
        self.assertNotIn("4321", self.url_open(self._url()).text)
        form["acc_number"] = theirs.acc_number
        made = self._assert_made(self._post(form))
        self.assertEqual(made.partner_bank_id.partner_id, self.customer)
        made.partner_bank_id.active = False
        form = self._fill(
            {self.lamps: "1"}, refund_method="transfer", acc_number="987 654 321"
        )
        self.assertIn("cannot be used any more", self._post(form).text)
        self.assertEqual(self._get_returns(), made)

    def test_only_a_post_with_its_token(self):
        form = self._fill({self.lamps: "1"})
        with mute_logger("odoo.http"):
            response = self.url_open(self._url(), data=form, allow_redirects=False)
        self.assertEqual(response.status_code, 400)
        query = "&".join(f"{name}={value}" for name, value in form.items())
        self.assertEqual(self.url_open(f"{self._url()}?{query}").status_code, 200)
        self._assert_nothing_made()

    def test_floods(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "sale_return_mgmt.portal_writes_per_hour", 1
        )
        self._assert_refused(self._post(self._fill({self.lamps: "0"})), "how many")
        response = self._post(self._fill({self.lamps: "1"}))
        self.assertEqual(response.status_code, 429)
        self.env.invalidate_all()
        self.assertFalse(self._get_returns())

    def test_files(self):
        form = self._fill({self.lamps: "1"})
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for name, content, text in (
            ("a.png", svg, "neither a picture"),
            ("a.png", b"<html><script>alert(1)</script></html>", "neither a picture"),
            ("a.png", b"MZ\x90\x00" + b"\x00" * 99, "neither a picture"),
            ("a.png", PIXEL[:12] + b"<script>", "neither a picture"),
            ("a.png", b"", "neither a picture"),
            ("a.pdf", b"%PDF-1.4" + b"x" * MAX_FILE_BYTES, "is larger than 5 MB"),
        ):
            with self.subTest(name=name, content=content[:9]):
                files = [("photos", (name, content, "image/png"))]
                self._assert_refused(self._post(form, files=files), text)
        files = [("photos", (f"{n}.png", PIXEL, "image/png")) for n in range(6)]
        self._assert_refused(self._post(form, files=files), "At most 5 photos")
        files = [("photos", ("../../<b>.svg", PIXEL, "image/svg+xml"))]
        made = self._assert_made(self._post(form, files=files))
        self.assertEqual(made.attachment_ids.mimetype, "image/png")
        self.assertEqual(made.attachment_ids.name, ".._..__b_.png")
        attachment_url = f"/web/content/{made.attachment_ids.id}"
        self.authenticate("return_test_stranger", "return_test_stranger")
        self.assertEqual(self.url_open(attachment_url).status_code, 404)

    @mute_logger("odoo.http")
    def test_too_much_at_once(self):
        files = [
            ("photos", (f"{n}.png", PIXEL + b"x" * MAX_FILE_BYTES, "image/png"))
            for n in range(6)
        ]
        response = self._post(self._fill({self.lamps: "1"}), files=files)
        self.assertEqual(response.status_code, 413)
        self._assert_nothing_made()

    def test_quota_of_the_customer(self):
        self.patch(sale_return_portal_request_mixin, "MAX_OPEN", 2)
        for _ in range(2):
            self._assert_made(self._post(self._fill({self.lamps: "1"})))
        response = self._post(self._fill({self.lamps: "1"}))
        self.assertIn("2 of your return requests wait", response.text)
        self.assertEqual(len(self._get_returns()), 2)

    def test_no_right_beside_the_page(self):
        Return = self.env["sale.return.order"].with_user(self.buyer)
        for operation in ("create", "write", "unlink"):
            self.assertFalse(Return.has_access(operation))

    def test_the_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.buyer.sudo().write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        self._assert_home(self._post(self._fill({self.lamps: "1"})))
        self._assert_nothing_made()
        form = self._fill({self.lamps: "1"})
        made = self._assert_made(self._post(form, token=True))
        self.assertEqual(made.company_id, self.company)
