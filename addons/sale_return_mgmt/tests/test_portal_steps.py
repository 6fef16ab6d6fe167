from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..tools.portal_form import MAX_FILE_BYTES
from .common import PIXEL
from .common_portal import PortalHttpCase

REFUSED = (JsonRpcException, "NotFound")
FLOOD = (JsonRpcException, "UserError")


@tagged("post_install", "-at_install")
class TestPortalSteps(PortalHttpCase):
    """What customers do on the page of a return."""

    def test_a_customer_cancels_and_says_why(self):
        for role, order in (("colleague", self.submitted), (None, self.approved)):
            with self.subTest(role=role):
                self._log_in(role) if role else self.authenticate(None, None)
                answer = self._post(
                    self._url(order, "/cancel"), note="Found <b>it</b> useful."
                )
                self.assertEqual(answer.status_code, 303)
                self.assertIn("message=cancelled", answer.headers["Location"])
                order.invalidate_recordset()
                self.assertEqual(order.state, "cancelled")
                message = order.sudo().message_ids.filtered(
                    lambda message: message.message_type == "comment"
                )[:1]
                author = self.colleague if role else self.customer
                self.assertEqual(message.author_id, author)
                self.assertIn("Found &lt;b&gt;it&lt;/b&gt; useful.", message.body)
                page = self._get(answer.headers["Location"])
                self.assertIn("Your return is cancelled.", page.text)

    def test_goods_on_their_way_are_not_cancelled(self):
        self._log_in("customer")
        self._post(self._url(self.approved, "/tracking"), tracking=" 1Z 999-AA ")
        self.assertEqual(self.approved.carrier_tracking_ref, "1Z 999-AA")
        self.assertNotIn("Cancel the Return", self._get(self._url(self.approved)).text)
        answer = self._post(self._url(self.approved, "/cancel"))
        self.assertIn("message=not_cancelled", answer.headers["Location"])
        self.approved.invalidate_recordset()
        self.assertEqual(self.approved.state, "approved")

    def test_what_arrived_is_not_cancelled(self):
        self._receive(self.approved, {self.product: 1})
        answer = self._post(self._url(self.approved, "/cancel"))
        self.assertIn("message=not_cancelled", answer.headers["Location"])
        self.assertEqual(self.approved.state, "approved")

    def test_the_parcel_is_reported_while_goods_are_awaited(self):
        for tracking in (
            "",
            " ",
            "-",
            "<b>",
            "a" * 65,
            "{{7*7}}",
            "包裹",
            "1\n2;DROP",
            "\u202e12",
        ):
            with self.subTest(tracking=tracking):
                answer = self._post(
                    self._url(self.approved, "/tracking"), tracking=tracking
                )
                self.assertIn("message=not_tracking", answer.headers["Location"])
                self.assertFalse(self.approved.carrier_tracking_ref)
        answer = self._post(self._url(self.submitted, "/tracking"), tracking="123")
        self.assertIn("message=not_tracking", answer.headers["Location"])
        self.assertFalse(self.submitted.carrier_tracking_ref)
        for _again in range(2):
            self._post(self._url(self.approved, "/tracking"), tracking="a" * 64)
            self.approved.invalidate_recordset()
            self.assertEqual(self.approved.carrier_tracking_ref, "a" * 64)
        told = self.approved.sudo().message_ids.filtered(
            lambda message: message.message_type == "comment"
        )
        self.assertEqual(len(told), 1)

    def test_floods_end_in_a_page_that_says_so(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("sale_return_mgmt.portal_writes_per_hour", 2)
        url = self._url(self.approved, "/tracking")
        for tracking, status in (("1", 303), ("2", 303), ("3", 429), ("4", 429)):
            answer = self._post(url, tracking=tracking)
            self.assertEqual(answer.status_code, status)
        self.assertIn("That was a lot in a short time", answer.text)
        self.approved.invalidate_recordset()
        self.assertEqual(self.approved.carrier_tracking_ref, "2")
        # The colleague is the same customer, a stranger another one.
        self._log_in("colleague")
        self.assertEqual(self._post(url, tracking="5").status_code, 429)
        self.assertTrue(
            self.env["sale.return.portal.usage"].sudo()._take(self.stranger)
        )

    def test_messages_and_files_count_as_well(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("sale_return_mgmt.portal_writes_per_hour", 3)
        token = self.approved.sudo()._portal_ensure_token()
        before = self.approved.sudo().message_ids
        self._log_in("stranger")  # whose tries count for nobody
        for _number in range(4):
            with mute_logger("odoo.http"), self.assertRaisesRegex(*REFUSED):
                self._say("Hello")
        self._log_in("customer")
        self._say("By login")
        self.assertIn("store_data", str(self._upload("a.png", PIXEL).json()))
        self.authenticate(None, None)
        self._say("By link", token=token)
        with mute_logger("odoo.http"), self.assertRaisesRegex(*FLOOD):
            self._say("Once more", token=token)
        answer = self._upload("b.png", PIXEL, token=token)
        self.assertIn("a lot in a short time", answer.json()["error"])
        told = self.approved.sudo().message_ids - before
        told = told.filtered(lambda message: message.message_type == "comment")
        self.assertEqual(
            sorted(told.mapped("body")),
            ["<span>By link</span>", "<span>By login</span>"],
        )
        # Colleagues are not bounded.
        self.users["clerk"].sudo().password = "return_test_clerk"
        self._log_in("clerk")
        self._say("From us")

    def test_files_below_the_page_are_looked_at(self):
        self._log_in("customer")
        for content, text in (
            (b"<html><script>alert(1)</script>", "neither a picture nor a PDF"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither a picture"),
            (PIXEL + b"\0" * MAX_FILE_BYTES, "is larger than"),
        ):
            answer = self._upload("a.png", content)
            with self.subTest(content=content[:9]):
                self.assertIn(text, answer.json()["error"])
        files = self.env["ir.attachment"].sudo()
        domain = [("name", "=", "a.png"), ("create_uid", "=", self.session.uid)]
        self.assertFalse(files.search(domain))

    def _say(self, body, **params):
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": self.approved._name,
                "thread_id": self.approved.id,
                "post_data": {
                    "body": body,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
                **params,
            },
        )

    def _upload(self, name, content, **data):
        data |= {
            "csrf_token": self._csrf(),
            "thread_model": self.approved._name,
            "thread_id": self.approved.id,
            "is_pending": "true",
        }
        return self.url_open(
            "/mail/attachment/upload", data=data, files={"ufile": (name, content)}
        )

    def test_counts_of_yesterday_are_dropped(self):
        Usage = self.env["sale.return.portal.usage"].sudo()
        Usage._take(self.customer)
        usage = Usage.search([("partner_id", "=", self.customer.id)])
        Usage._gc_usage()
        self.assertTrue(usage.exists())
        usage.hour = "2020-01-01 00:00:00"
        Usage._gc_usage()
        self.assertFalse(usage.exists())
