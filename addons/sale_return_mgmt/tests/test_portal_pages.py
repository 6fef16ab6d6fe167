from odoo.tests import tagged

from .common import PIXEL
from .common_portal import PortalHttpCase


@tagged("post_install", "-at_install")
class TestPortalPages(PortalHttpCase):
    """What customers see: a list of their returns, and a page for each."""

    def test_a_customer_finds_his_returns(self):
        self._log_in("colleague")
        text = self._get("/my/returns").text
        for order in (self.submitted, self.asked, self.approved):
            self.assertIn(order.name, text)
        self.assertNotIn(self.draft.name, text)
        self.assertIn("Being Decided", text)
        self.assertIn("1 × Lamp", text)

    def test_the_list_is_searched_filtered_and_sorted(self):
        self._log_in("customer")
        self.submitted.sudo().customer_reference = "MY-CLAIM"
        everything = self.submitted | self.asked | self.approved
        nothing = everything.browse()
        for query, expected in (
            ("search=MY-CLAIM", self.submitted),
            (f"search={self.order.name}&search_in=order", everything),
            ("search=lamp&search_in=product", everything),
            ("search=lamp&search_in=name", nothing),
            ("filterby=send", self.approved),
            ("filterby=done", nothing),
            ("filterby=open&sortby=name", everything),
            ("filterby=none&sortby=none&search_in=none", everything),
            ("search=%00&sortby=status", everything),
        ):
            with self.subTest(query=query):
                text = self._get(f"/my/returns?{query}").text
                found = everything.filtered(lambda each, text=text: each.name in text)
                self.assertEqual(found, expected)
        for page in ("1", "2", "999999999999999999999"):
            self.assertEqual(self._get(f"/my/returns/page/{page}").status_code, 200)

    def test_the_home_page_counts_them(self):
        self._log_in("customer")
        self.assertIn("/my/returns", self._get("/my/home").text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["return_count"]}
        )
        self.assertEqual(counters["return_count"], 3)
        self._log_in("stranger")
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["return_count"]}
        )
        self.assertEqual(counters["return_count"], 0)

    def test_the_page_tells_what_happened_and_what_is_next(self):
        self.approved.sudo().date_send_before = "2031-05-06"
        for role, token in (("customer", ""), (None, None)):
            if role:
                self._log_in(role)
            else:
                self.authenticate(None, None)
            with self.subTest(role=role):
                text = self._get(self._url(self.approved, token=token)).text
                self.assertIn("Send the Goods", text)
                self.assertIn("before 05/06/2031", text)
                self.assertIn("$\N{NO-BREAK SPACE}<span", text)
                self.assertIn("230.00", text)
                self.assertIn("/slip?access_token=", text)
                self.assertIn("Cancel the Return", text)

    def test_a_rejection_says_why_and_how_to_answer(self):
        self._as("approver", self.submitted).action_reject("It was <b>used</b>.")
        text = self._get(self._url(self.submitted)).text
        self.assertIn("Not Accepted", text)
        self.assertIn("It was &lt;b&gt;used&lt;/b&gt;.", text)
        self.assertIn('href="#discussion"', text)
        self.assertNotIn("/slip?", text)

    def test_papers_are_the_customer_s_once_it_is_approved(self):
        for paper in ("slip", "label"):
            with self.subTest(paper=paper):
                answer = self._get(self._url(self.approved, f"/{paper}"))
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(answer.headers["Content-Type"], "application/pdf")
                answer = self._get(self._url(self.submitted, f"/{paper}"))
                self.assertEqual(answer.status_code, 303)

    def test_the_credit_note_is_there_once_it_is_posted(self):
        self._receive(self.approved)
        [refund] = self.approved.sudo().refund_ids
        text = self._get(self._url(self.approved)).text
        self.assertIn("Your return is complete.", text)
        self.assertIn(f"/credit_note/{refund.id}?", text)
        url = self._url(self.approved, f"/credit_note/{refund.id}")
        self.assertEqual(self._get(url).headers["Content-Type"], "application/pdf")
        refund.button_draft()
        self.assertEqual(self._get(url).status_code, 404)

    def test_amounts_that_nobody_gets_are_not_shown(self):
        self.assertIn("230.00", self._get(self._url(self.approved)).text)
        self._receive(self.approved, {self.product: 1})
        text = self._get(self._url(self.approved)).text
        self.assertRegex(text, r'(?s)id="return_credited".*115\.00')
        self._as("manager", self.approved).action_close_short("No more came.")
        text = self._get(self._url(self.approved)).text
        self.assertIn("115.00", text)
        self.assertNotIn("230.00", text)

    def test_the_customer_s_own_photos_are_shown_and_no_others(self):
        Attachment = self.env["ir.attachment"]
        vals = {"res_model": self.asked._name, "res_id": self.asked.id}
        photo, page = (
            Attachment.with_user(self.users["customer"])
            .sudo()
            .create(
                [
                    {**vals, "name": "scratch.png", "raw": PIXEL},
                    {
                        **vals,
                        "name": "evil.html",
                        "raw": b"<script>alert(1)</script>",
                        "mimetype": "text/html",
                    },
                ]
            )
        )
        note = Attachment.sudo().create(
            {**vals, "name": "internal.txt", "raw": b"secret"}
        )
        text = self._get(self._url(self.asked)).text
        self.assertIn("scratch.png", text)
        self.assertNotIn("internal.txt", text)
        answer = self._get(self._url(self.asked, f"/file/{photo.id}"))
        self.assertEqual(answer.content, PIXEL)
        self.assertEqual(answer.headers["Content-Type"], "image/png")
        answer = self._get(self._url(self.asked, f"/file/{page.id}"))
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        answer = self._get(self._url(self.asked, f"/file/{note.id}"))
        self.assertEqual(answer.status_code, 404)

    def test_notes_for_ourselves_are_nowhere(self):
        for body, subtype in (("Do not tell him", "note"), ("Hello", "comment")):
            self.submitted.message_post(
                body=body, message_type="comment", subtype_xmlid=f"mail.mt_{subtype}"
            )
        self.submitted.sudo().line_ids.note = "A difficult one"
        self.assertNotIn("A difficult one", self._get(self._url(self.submitted)).text)
        token = self.submitted.sudo()._portal_ensure_token()
        found = [self._fetch_messages(token=token)]
        self._log_in("customer")
        found += [self._fetch_messages(token=token), self._fetch_messages()]
        for bodies in found:
            self.assertIn("Hello", bodies)
            self.assertNotIn("Do not tell him", bodies)

    def _fetch_messages(self, **params):
        params |= {
            "thread_model": self.submitted._name,
            "thread_id": self.submitted.id,
        }
        return str(self.make_jsonrpc_request("/mail/chatter_fetch", params))

    def test_what_the_customer_writes_reaches_the_responsible(self):
        self.submitted.sudo().with_context(tracking_disable=False).user_id = self.users[
            "viewer"
        ]
        self._log_in("customer")
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": self.submitted._name,
                "thread_id": self.submitted.id,
                "post_data": {
                    "body": "Any news? <script>",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
            },
        )
        message = self.submitted.sudo().message_ids[0]
        self.assertEqual(message.author_id, self.customer)
        self.assertIn("Any news?", message.body)
        self.assertNotIn("script", message.body)
        self.assertIn(
            self.users["viewer"].partner_id, message.notification_ids.res_partner_id
        )

    def test_employees_without_a_right_on_amounts_are_refused(self):
        self.users["warehouse"].sudo().password = "return_test_warehouse"
        self._log_in("warehouse")
        for token in ("", None):
            answer = self._get(self._url(self.approved, token=token))
            self.assertEqual(answer.status_code, 303)
