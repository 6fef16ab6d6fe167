import uuid

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.http_routing.tests.common import MockRequest

from ..controllers.portal import SaleReturnPortal
from .common_portal import PortalHttpCase

HUGE = (2**31, 2**63, 10**40)


@tagged("post_install", "-at_install")
class TestPortalRefused(PortalHttpCase):
    """What nobody gets through the portal: nothing read, nothing written, no error."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_order = cls._sell([(cls.product, 2)], partner_id=cls.stranger.id)
        cls.foreign = cls._approved(cls.foreign_order, {cls.product: 1})
        cls.foreign_file = (
            cls.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "foreign.png",
                    "raw": b"foreign",
                    "res_model": cls.foreign._name,
                    "res_id": cls.foreign.id,
                }
            )
        )
        cls.foreign.sudo()._portal_ensure_token()
        cls.approved.sudo()._portal_ensure_token()

    def _assert_refused(self, answer, *secrets):
        self.assertIn(answer.status_code, (303, 400, 403, 404, 405, 413))
        if answer.status_code == 303:
            self.assertRegex(answer.headers["Location"], r"/(my|web/login)(\?|$)")
        for secret in (self.foreign.name, *secrets):
            self.assertNotIn(secret, answer.text)

    def _suffixes(self):
        return (
            "",
            "/slip",
            "/label",
            "/credit_note/1",
            f"/file/{self.foreign_file.id}",
        )

    def test_returns_of_others_are_refused(self):
        """T25: a stranger's return, with and without login."""
        for role in ("customer", "colleague", None):
            self._log_in(role) if role else self.authenticate(None, None)
            for suffix in self._suffixes():
                with self.subTest(role=role, suffix=suffix):
                    self._assert_refused(
                        self._get(f"/my/returns/{self.foreign.id}{suffix}")
                    )
            for suffix in ("/cancel", "/tracking"):
                with self.subTest(role=role, suffix=suffix):
                    url = f"/my/returns/{self.foreign.id}{suffix}"
                    self._assert_refused(self._post(url, tracking="1"))
        self.foreign.invalidate_recordset()
        self.assertEqual(self.foreign.state, "approved")
        self.assertFalse(self.foreign.carrier_tracking_ref)

    def test_drafts_of_clerks_are_refused(self):
        self._log_in("customer")
        self._assert_refused(self._get(f"/my/returns/{self.draft.id}"), self.draft.name)

    def test_tokens_that_are_not_its_own_open_nothing(self):
        """T26: wrong, empty, part of it, another return's, no text at all."""
        token = self.foreign.access_token
        url = f"/my/returns/{self.foreign.id}"
        self._log_in("customer")
        for wrong in (
            "",
            "None",
            "False",
            "0",
            token[:-1],
            token.upper() + "x",
            f"{token} ",
            self.approved.access_token,
            "%C3%A9",
            "%FF%FE",
            "a" * 5000,
            *(uuid.uuid4() for _number in range(20)),
        ):
            with self.subTest(token=wrong):
                self._assert_refused(self._get(f"{url}?access_token={wrong}"))
        self._assert_refused(self._get(f"{url}?access_token[]={token}"))
        self._assert_refused(
            self._get(f"{url}?access_token={uuid.uuid4()}&access_token={token}")
        )
        answer = self.url_open(
            f"{url}/cancel",
            data={"csrf_token": self._csrf()},
            files={"access_token": ("token", token.encode())},
            allow_redirects=False,
        )
        self._assert_refused(answer)
        self.assertEqual(self.foreign.state, "approved")

    def test_returns_without_a_token_have_none_that_fits(self):
        self.submitted.sudo().access_token = False
        for token in ("", "False", "None", "null"):
            url = f"/my/returns/{self.submitted.id}?access_token={token}"
            self._assert_refused(self._get(url), self.submitted.name)

    def test_ids_that_cannot_be(self):
        """T33: huge, negative, no number."""
        self._log_in("customer")
        for number in (*HUGE, 0, -1, "x", "1.5", "1%20OR%201=1"):
            for suffix in self._suffixes():
                with self.subTest(id=number, suffix=suffix):
                    self._assert_refused(self._get(f"/my/returns/{number}{suffix}"))
            with self.subTest(id=number):
                self._assert_refused(self._post(f"/my/returns/{number}/cancel"))

    def test_a_thousand_random_tokens_open_nothing(self):
        """T26, at the one place that compares them; the pages are asked above."""
        controller = SaleReturnPortal()
        public = self.env(user=self.env.ref("base.public_user"))
        with MockRequest(public):
            for _number in range(1000):
                with self.assertRaises(AccessError):
                    controller._get_return(self.foreign.id, str(uuid.uuid4()))
            found = controller._get_return(self.foreign.id, self.foreign.access_token)
        self.assertEqual(found.id, self.foreign.id)

    def test_foreign_and_absent_answer_the_same(self):
        for role in ("customer", None):
            self._log_in(role) if role else self.authenticate(None, None)
            for suffix in self._suffixes():
                answers = {
                    (answer.status_code, answer.headers.get("Location"))
                    for number in (self.foreign.id, self.foreign.id + 10**6)
                    for answer in [self._get(f"/my/returns/{number}{suffix}")]
                }
                with self.subTest(role=role, suffix=suffix):
                    self.assertEqual(len(answers), 1)

    def test_odd_values_are_no_error(self):
        """Each parameter of each page: null bytes, no UTF-8, lists, long and wrong."""
        self._log_in("customer")
        own, order = self.approved, self.order
        pages = {
            "/my/returns": ("page", "sortby", "filterby", "search", "search_in"),
            f"/my/returns/{own.id}": ("access_token", "message", "report_type"),
            f"/my/returns/{own.id}/slip": ("access_token", "download"),
            f"/my/orders/{order.id}/return": ("access_token", "key", "note"),
        }
        odd = ("%00", "a%00b", "%FF%FE", "%F0%9F%98%80", "-1", "9" * 30, "__class__")
        for page, names in pages.items():
            for value in (*odd, "%27%22%3B--", "a" * 3000):
                query = "&".join(f"{name}={value}" for name in names)
                lists = "&".join(f"{name}[]={value}" for name in names)
                for url in (f"{page}?{query}", f"{page}?{lists}"):
                    with self.subTest(url=url[:80]):
                        self.assertLess(self._get(url).status_code, 500)
        for number in ("0", "-1", "9" * 30):
            url = f"/my/returns/page/{number}"
            self.assertLess(self._get(url).status_code, 500)

    def test_an_own_return_leads_to_nothing_of_others(self):
        """T28: own return, foreign credit note, file or document."""
        self._receive(self.foreign)
        [refund] = self.foreign.sudo().refund_ids
        self.assertEqual(refund.state, "posted")
        self._log_in("customer")
        own = f"/my/returns/{self.approved.id}"
        for suffix in (
            f"/credit_note/{refund.id}",
            f"/credit_note/{self.order.invoice_ids.id}",
            f"/file/{self.foreign_file.id}",
            *(
                f"/{kind}/{number}"
                for kind in ("credit_note", "file")
                for number in HUGE
            ),
            "/credit_note/0",
            "/picking/1",
            "/../returns",
        ):
            with self.subTest(suffix=suffix):
                answer = self._get(own + suffix)
                if not suffix.startswith("/.."):
                    self.assertEqual(answer.status_code, 404)
        self._assert_refused(self._get(f"/web/content/{self.foreign_file.id}"))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_nothing_changes_without_a_post_of_our_own_page(self):
        """T29: no token against forgery, a link in a mail, a reload."""
        self._log_in("customer")
        for suffix in ("/cancel", "/tracking"):
            url = f"/my/returns/{self.approved.id}{suffix}"
            with self.subTest(url=url):
                for data in ({"tracking": "1"}, {"tracking": "1", "csrf_token": "x"}):
                    answer = self.url_open(url, data=data, allow_redirects=False)
                    self.assertEqual(answer.status_code, 400)
                self.assertEqual(self._get(url).status_code, 405)
                self.assertEqual(self._get(f"{url}?tracking=1").status_code, 405)
        self.approved.invalidate_recordset()
        self.assertEqual(self.approved.state, "approved")
        self.assertFalse(self.approved.carrier_tracking_ref)

    def test_forms_take_what_they_ask_for_alone(self):
        """T34, T49: other keys, lists, files, megabytes."""
        self._log_in("customer")
        url = f"/my/returns/{self.approved.id}/tracking"
        before = self.approved.sudo().read(["state", "partner_id", "line_ids"])
        for data in (
            {"tracking[]": "1"},
            {"state": "done", "partner_id": self.stranger.id, "line_ids": "[]"},
        ):
            with self.subTest(data=data):
                answer = self._post(url, **data)
                self.assertIn("message=not_tracking", answer.headers["Location"])
        answer = self.url_open(
            url,
            data={"csrf_token": self._csrf()},
            files={"tracking": ("tracking.txt", b"123")},
            allow_redirects=False,
        )
        self.assertIn("message=not_tracking", answer.headers["Location"])
        self._assert_refused(self._post(url, tracking="1" * 100_000))
        self.approved.invalidate_recordset()
        self.assertFalse(self.approved.carrier_tracking_ref)
        self.assertEqual(
            self.approved.sudo().read(["state", "partner_id", "line_ids"]), before
        )

    def test_texts_stay_texts(self):
        """T34: what customers type is shown as they typed it."""
        evil = "<img src=x onerror=alert(1)> {{7*7}} <t t-out='1'/> \0 \u202e"
        self._post(self._url(self.submitted, "/cancel"), note=evil)
        self.submitted.invalidate_recordset()
        body = (
            self.submitted.sudo()
            .message_ids.filtered(lambda message: message.message_type == "comment")[:1]
            .body
        )
        self.assertEqual(self.submitted.state, "cancelled")
        self.assertIn("&lt;img src=x onerror=alert(1)&gt; {{7*7}}", body)

    @mute_logger("odoo.http")
    def test_reports_are_refused_for_returns_of_others(self):
        """T46: Odoo's own routes for reports, which any login reaches."""
        self._log_in("customer")
        for report in ("report_return_slip", "report_return_label"):
            for kind in ("html", "pdf"):
                url = f"/report/{kind}/sale_return_mgmt.{report}/{self.foreign.id}"
                with self.subTest(url=url):
                    answer = self._get(url)
                    self.assertNotEqual(answer.status_code, 200)
                    self.assertNotIn(self.foreign.name, answer.text)

    def test_files_of_others_are_refused(self):
        """T50: Odoo's own routes for attachments, and RPC."""
        own_note = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "internal.txt",
                    "raw": b"internal",
                    "res_model": self.approved._name,
                    "res_id": self.approved.id,
                }
            )
        )
        self._log_in("customer")
        for file in (self.foreign_file, own_note):
            for url in (f"/web/content/{file.id}", f"/web/image/{file.id}"):
                answer = self._get(url)
                self.assertNotIn("internal", answer.text)
                self.assertNotIn(b"foreign", answer.content)

    def test_other_companies_are_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.users["customer"].sudo().write(
            {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
        )
        self._log_in("customer")
        self._assert_refused(self._get(f"/my/returns/{self.approved.id}"))
        answer = self._get(self._url(self.approved))
        self.assertEqual(answer.status_code, 200)  # its link is as good as a login
