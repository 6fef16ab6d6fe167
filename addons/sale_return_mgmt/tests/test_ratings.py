import re

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tests.common import MailCase

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestRatings(MailCase, HttpCase, SaleReturnCommon):
    """What customers say of a return that is done, and that nobody says it for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.email = "shop@example.com"
        cls.order = cls._sell([(cls.product, 20)])
        cls.return_order = cls._approved(cls.order, {cls.product: 1})
        cls._receive(cls.return_order)
        cls.done_sudo = cls.return_order.sudo()

    def _send(self):
        notice = self.done_sudo.notice_ids.filtered(lambda n: n.kind == "rating")
        root = self.env.ref("base.user_root")
        with self.mock_mail_gateway():
            notice.with_user(root)._send_safely()
        return notice, [
            mail for mail in self._mails if self.customer.email in str(mail["email_to"])
        ]

    def _submit(self, token, rate=5, feedback=""):
        page = self.url_open(f"/rate/{token}/{rate}")
        csrf = re.search(r'name="csrf_token"[^>]*value="(\w+)"', page.text)
        data = {"rate": rate, "feedback": feedback, "csrf_token": csrf and csrf[1]}
        return self.url_open(f"/rate/{token}/submit_feedback", data=data)

    def test_one_mail_asks_when_the_return_is_done(self):
        notice, [mail] = self._send()
        self.assertEqual(notice.state, "sent")
        token = self.done_sudo.rating_ids.access_token
        for rate in (1, 3, 5):
            self.assertIn(f"/rate/{token}/{rate}", mail["body"])
        # Done again after it was opened again: asked once.
        self.done_sudo.refund_ids.button_draft()
        self.assertEqual(self.done_sudo.state, "approved")
        self.done_sudo.refund_ids.action_post()
        self.assertEqual(self.done_sudo.state, "done")
        self.assertEqual(
            self.done_sudo.notice_ids.filtered(lambda n: n.kind == "rating"), notice
        )

    def test_no_mail_for_what_is_open_again_and_none_where_it_is_switched_off(self):
        self.company.sale_return_notify_rating = False
        notice, mails = self._send()
        self.assertEqual(notice.state, "off")
        self.assertFalse(mails)
        self.company.sale_return_notify_rating = True
        notice.state = "waiting"
        self.done_sudo.refund_ids.button_draft()
        notice, mails = self._send()
        self.assertFalse(notice.exists())
        self.assertFalse(mails)

    def test_who_is_not_asked(self):
        done = self.done_sudo
        self.assertTrue(done._is_news("rating"))
        done.channel = "counter"
        self.assertFalse(done._is_news("rating"), "He stood there.")
        done.channel = "email"
        done.rating_apply(3, token=done._rating_get_access_token())
        self.assertFalse(done._is_news("rating"), "He said it already.")

    def test_links_are_in_no_message_that_colleagues_read(self):
        self._send()
        token = self.done_sudo.rating_ids.access_token
        for role in ("manager", "warehouse", "employee"):
            env = self.env(user=self.users[role])
            self.assertFalse(env["mail.message"].search([("body", "ilike", token)]))
            self.assertFalse(
                env["rating.rating"].search([("res_model", "=", "sale.return.order")])
            )
        preview = (
            self.env["mail.template.preview"]
            .with_user(self.users["manager"])
            .with_context(
                **self.return_order.with_user(self.users["manager"])
                ._preview_notice("rating")
                .get("context")
            )
            .create({})
        )
        self.assertIn("How satisfied are you", preview.body_html)
        self.assertNotIn("/rate/", preview.body_html.replace("/rating/", ""))

    def test_score_and_word_are_on_the_return(self):
        token = self.done_sudo._rating_get_access_token()
        self._submit(token, 5, "Quick. <script>alert(1)</script>\n谢谢")
        order = self._as("warehouse", self.return_order)
        self.assertEqual(order.satisfaction, "satisfied")
        self.assertEqual(order.rating_last_value, 5)
        self.assertIn("谢谢", order.rating_last_feedback)
        [message] = self.done_sudo.message_ids.filtered("rating_ids")
        self.assertEqual(message.author_id, self.customer)
        self.assertNotIn("<script>", message.body)
        self.assertIn("谢谢", message.body)

    def test_the_last_word_counts_and_a_replay_adds_nothing(self):
        token = self.done_sudo._rating_get_access_token()
        for rate, word in ((1, "Slow."), (3, "Well."), (3, "Well.")):
            self._submit(token, rate, word)
        self.assertEqual(self.done_sudo.satisfaction, "neutral")
        self.assertEqual(self.done_sudo.rating_last_feedback, "Well.")
        self.assertEqual(len(self.done_sudo.rating_ids), 1)
        self.assertEqual(len(self.done_sudo.message_ids.filtered("rating_ids")), 1)

    def test_it_stays_when_the_return_is_opened_again(self):
        self._submit(self.done_sudo._rating_get_access_token(), 1, "Slow.")
        self.done_sudo.refund_ids.button_draft()
        self.assertEqual(self.done_sudo.state, "approved")
        self.assertEqual(self.done_sudo.satisfaction, "unsatisfied")

    def test_what_is_no_rating(self):
        token = self.done_sudo._rating_get_access_token()
        self.assertEqual(self.url_open("/rate/0123456789abcdef/5").status_code, 404)
        self.assertEqual(
            self.url_open("/rate/0123456789abcdef/submit_feedback").status_code, 404
        )
        self.assertGreaterEqual(self._submit(token, 4).status_code, 400)
        self.url_open(f"/rate/{token}/submit_feedback")  # as a scanner follows links
        self.url_open(f"/rate/{token}/1")
        self.assertFalse(self.done_sudo.satisfaction)
        self._submit(token, 5, "x" * 100_000 + "\0")
        self.assertEqual(len(self.done_sudo.rating_last_feedback), 5000)

    def test_the_token_of_one_return_rates_no_other(self):
        other = self._approved(self.order, {self.product: 1}).sudo()
        self._submit(self.done_sudo._rating_get_access_token(), 1)
        self.assertFalse(other.satisfaction)

    def test_nobody_inside_rates(self):
        token = self.done_sudo._rating_get_access_token()
        rating = self.done_sudo.rating_ids
        model_id = self.env["ir.model"]._get_id("sale.return.order")
        for role in ("manager", "clerk", "warehouse", "employee"):
            order = self._as(role, self.return_order)
            for refused in (
                lambda order=order: order.rating_apply(5, token=token),
                lambda order=order: order.message_post(body="Fine", rating_value=5),
                lambda order=order: order.write({"rating_last_value": 5}),
                lambda order=order: order.write({"satisfaction": "satisfied"}),
                lambda order=order: order.env["rating.rating"].create(
                    {"res_model_id": model_id, "res_id": order.id, "rating": 5}
                ),
                lambda order=order: rating.with_env(order.env).write({"rating": 5}),
                lambda order=order: rating.with_env(order.env).read(["access_token"]),
            ):
                with self.subTest(role=role), self.assertRaises(UserError):
                    refused()
        draft = self._request(self.order, {self.product: 1})
        vals = {"res_model_id": model_id, "rating": 5, "consumed": True}
        with self.assertRaises(AccessError):
            draft.write({"rating_ids": [Command.create(vals)]})
        with self.assertRaises(AccessError):
            draft.write({"satisfaction": "satisfied"})
        self.assertNotIn("rating_value", draft._get_allowed_message_params())
