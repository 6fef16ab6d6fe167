from ast import literal_eval
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MailCase

from .common import PIXEL, SaleReturnCommon


@tagged("post_install", "-at_install")
class TestInbox(MailCase, SaleReturnCommon):
    """Mails of customers become drafts, answers land on their return, and whoever
    writes any sender on a mail learns nothing by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create({"name": "shop.example.com"})
        cls.other_company = cls.env["res.company"].create({"name": "Other Company"})
        (cls.company | cls.other_company).alias_domain_id = cls.domain
        cls.company.sale_return_alias_name = "returns"
        cls.other_company.sale_return_alias_name = "other-returns"
        cls.company.sale_return_mail_user_id = cls.users["clerk"]
        cls.order = cls._sell([(cls.product, 5)])

    def _mail(self, body="My lamp is broken.", **headers):
        message = EmailMessage()
        for name, value in {
            "From": "Customer <customer@example.com>",
            "To": "returns@shop.example.com",
            "Subject": "Return",
            "Message-Id": f"<{self.id()}-{len(self.sent)}@example.com>",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }.items():
            message[name] = value
        message.set_content(body)
        self.sent.append(message)
        return message

    def setUp(self):
        super().setUp()
        self.sent = []

    def _receive_mail(self, message):
        """The returns that come of it."""
        Order = self.env["sale.return.order"].with_context(active_test=False)
        before = Order.search([])
        with self.mock_mail_gateway():
            gateway = self.env(
                user=self.env.ref("base.user_root"), context={"tracking_disable": False}
            )
            gateway["mail.thread"].message_process(None, message.as_bytes())
        return (Order.search([]) - before).sudo()

    def _first_message(self, order):
        return order.message_ids.filtered(lambda m: m.message_type == "email")

    def test_a_mail_of_a_customer_is_a_draft(self):
        order = self._receive_mail(
            self._mail(
                "Das Ding ist kaputt. 灯坏了。", Subject=f"退货 {self.order.name}"
            )
        )
        self.assertRecordValues(
            order,
            [
                {
                    "state": "draft",
                    "channel": "email",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": self.users["clerk"].id,
                    "named_order_ids": self.order.ids,
                    "line_ids": [],
                }
            ],
        )
        message = self._first_message(order)
        self.assertEqual(message.author_id, self.customer)
        self.assertIn("灯坏了", message.body)
        self.assertIn("退货", message.subject)
        self.assertIn(
            self.users["clerk"].partner_id, message.notified_partner_ids, "He is told."
        )
        # Nobody of ours wrote it; who completes and submits it is an author.
        self.assertEqual(
            order.event_ids.mapped("user_id"), self.env.ref("base.user_root")
        )
        self.assertFalse(order.notice_ids, "The customer hears when it is submitted.")

    def test_a_clerk_completes_it_and_cannot_approve_it(self):
        order = self._receive_mail(self._mail(f"Order: {self.order.name.lower()}."))
        clerk = self.users["clerk"]
        clerk.group_ids += self.quick_ref("sale_return_mgmt.group_sale_return_approver")
        draft = order.with_user(clerk)
        with Form.from_action(draft.env, draft.action_add_named_orders()) as dialog:
            self.assertEqual(dialog.keywords, self.order.name)
            self.assertTrue(dialog.line_ids.edit(0).is_selected)
        dialog.record.action_add()
        draft.line_ids.reason_id = self.reason
        draft.action_submit()
        self.assertEqual(draft.state, "submitted")
        with self.assertRaisesRegex(AccessError, "your own work"):
            draft.action_approve()
        self._as("approver", order).action_approve()
        self.assertEqual(order.state, "approved")

    def test_html_alone_with_a_picture_in_it_and_files(self):
        message = self._mail()
        message.set_content('<p>Sieh <img src="cid:photo"/></p>', subtype="html")
        message.add_related(PIXEL, "image", "png", cid="<photo>", filename="in.png")
        message.make_mixed()
        for name, content, kind in (
            ("damage.png", PIXEL, ("image", "png")),
            ("bill.pdf", b"%PDF-1.4\n1 0 obj", ("application", "pdf")),
            ("page.html", b"<script>alert(1)</script>", ("text", "html")),
            ("photo.png", b"MZ\x90\x00 no picture", ("image", "png")),
            ("empty.jpg", b"", ("image", "jpeg")),
            ("huge.png", PIXEL + b"\0" * (11 * 2**20), ("image", "png")),
        ):
            message.add_attachment(content, *kind, filename=name)
        order = self._receive_mail(message)
        files = order.attachment_ids.mapped("name")
        self.assertEqual(sorted(files), ["bill.pdf", "damage.png", "in.png"])
        message = self._first_message(order)
        self.assertIn("/web/image/", message.body)
        self.assertIn("page.html", message.attachment_ids.mapped("name"))
        self.assertEqual(
            set((message.attachment_ids - order.attachment_ids).mapped("res_model")),
            {"mail.message"},
        )

    def test_an_unknown_sender_is_a_new_contact(self):
        order = self._receive_mail(
            self._mail(
                f"About {self.order.name}", From="王 小明 <Wang@Unknown.example.com>"
            )
        )
        partner = order.partner_id
        self.assertRecordValues(
            partner,
            [
                {
                    "name": "王 小明",
                    "email_normalized": "wang@unknown.example.com",
                    "company_id": self.company.id,
                    "parent_id": False,
                }
            ],
        )
        self.assertEqual(self._first_message(order).author_id, partner)
        self.assertFalse(order.named_order_ids, "The order of somebody else.")
        again = self._receive_mail(
            self._mail(From="wang@unknown.example.com", Subject="And one more")
        )
        self.assertEqual(again.partner_id, partner)

    def test_the_contact_or_its_company(self):
        company = self.env["res.partner"].create(
            {"name": "Big", "is_company": True, "email": "office@big.example.com"}
        )
        contacts = self.env["res.partner"].create(
            [
                {"name": name, "parent_id": company.id, "email": email}
                for name, email in (
                    ("Ann", "ann@big.example.com"),
                    ("Ben", "office@big.example.com"),
                    ("Cem", "shared@big.example.com"),
                    ("Dan", "shared@big.example.com"),
                )
            ]
        )
        for sender, expected in (
            ("ann", contacts[0]),
            ("office", company),
            ("shared", contacts[2]),
        ):
            with self.subTest(sender=sender):
                order = self._receive_mail(
                    self._mail(From=f"{sender}@big.example.com", Subject=sender)
                )
                self.assertEqual(order.partner_id, expected)

    def test_one_address_of_several_customers(self):
        twin = self.env["res.partner"].create(
            {"name": "Twin", "email": "customer@example.com"}
        )
        order = self._receive_mail(self._mail())
        self.assertIn(order.partner_id, twin | self.customer)
        self.assertIn(
            "look whose return it is", " ".join(order.message_ids.mapped("body"))
        )
        of_twin = self._sell([(self.product, 1)], partner_id=twin.id)
        order = self._receive_mail(self._mail(Subject=f"Re: {of_twin.name}"))
        self.assertEqual(order.partner_id, twin)
        self.assertEqual(order.named_order_ids, of_twin)

    def test_machines_ask_for_no_returns(self):
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-generated; owner=x"},
            {"Precedence": "bulk"},
            {"From": "other-returns@shop.example.com"},
            {"From": "MAILER-DAEMON@example.com"},
            {"From": "nobody"},
        ):
            with self.subTest(**headers):
                self.assertFalse(self._receive_mail(self._mail(**headers)))
                self.assertFalse(self._mails, "Nor are they answered.")
        bounce = MIMEMultipart("report")
        for name, value in self._mail().items():
            if name in ("From", "To", "Subject", "Message-Id"):
                bounce[name] = value
        bounce.attach(MIMEText("Undelivered"))
        self.assertFalse(self._receive_mail(bounce))

    def test_the_same_mail_twice_and_a_flood(self):
        message = self._mail()
        self.assertEqual(len(self._receive_mail(message)), 1)
        self.assertFalse(self._receive_mail(message))
        self.env["ir.config_parameter"].sudo().set_param(
            "mail.gateway.loop.threshold", 3
        )
        made = [len(self._receive_mail(self._mail())) for _ in range(4)]
        self.assertEqual(made, [1, 1, 0, 0])

    def test_who_writes_a_colleague_s_name_on_it_acts_in_nobody_s_name(self):
        order = self._receive_mail(self._mail(From="approver@example.com"))
        self.assertEqual(
            order.event_ids.mapped("user_id"), self.env.ref("base.user_root")
        )
        self.assertEqual(order.create_uid, self.env.ref("base.user_root"))

    def test_the_address_of_another_company(self):
        foreign = self.env["res.partner"].create(
            {
                "name": "Ours",
                "email": "ours@example.com",
                "company_id": self.company.id,
            }
        )
        order = self._receive_mail(
            self._mail(
                self.order.name, To="other-returns@shop.example.com", From=foreign.email
            )
        )
        self.assertEqual(order.company_id, self.other_company)
        self.assertFalse(order.user_id, "Nobody is named there.")
        self.assertNotEqual(order.partner_id, foreign)
        self.assertEqual(order.partner_id.company_id, self.other_company)
        self.assertFalse(order.named_order_ids)
        with self.assertRaises(AccessError):
            self._as("clerk", order).check_access("read")

    def test_an_answer_lands_on_the_return_when_it_is_done_too(self):
        done = self._approved(self.order, {self.product: 1}).sudo()
        self._receive(done)
        self.assertEqual(done.state, "done")
        asked = done.message_post(body="Well?", subtype_xmlid="mail.mt_comment")
        done.message_unsubscribe(done.user_id.partner_id.ids)
        done.user_id = self.users["manager"]  # the clerk has left
        answer = self._mail(
            "Thank you", In_Reply_To=asked.message_id, References=asked.message_id
        )
        answer.add_attachment(PIXEL, "image", "png", filename="late.png")
        self.assertFalse(self._receive_mail(answer))
        message = self._first_message(done)
        self.assertIn("Thank you", message.body)
        self.assertIn(self.users["manager"].partner_id, message.notified_partner_ids)
        self.assertEqual(done.attachment_ids.mapped("name"), ["late.png"])
        self.assertEqual(done.state, "done")

    def test_the_address_belongs_to_the_settings(self):
        alias = self.company.sale_return_alias_id
        self.assertEqual(alias.alias_full_name, "returns@shop.example.com")
        self.company.sale_return_alias_name = "rma"
        self.assertEqual(alias.alias_full_name, "rma@shop.example.com")
        self.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "new.example.com"}
        )
        self.assertEqual(alias.alias_full_name, "rma@new.example.com")
        self.company.sale_return_alias_name = False
        self.assertFalse(alias.exists())
        self.assertFalse(self.company.sale_return_alias_id)
        for role in ("manager", "clerk"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, self.company).sale_return_alias_name = "mine"

    def test_drafts_from_mail_are_found(self):
        view = self.env.ref("sale_return_mgmt.sale_return_order_view_search")
        [found] = view._get_combined_arch().xpath("//filter[@name='drafts_from_mail']")
        order = self._receive_mail(self._mail())
        from_desk = self._request(self.order, {self.product: 1})
        domain = [
            ("id", "in", (order | from_desk).ids),
            *literal_eval(found.get("domain")),
        ]
        self.assertEqual(self.env["sale.return.order"].search(domain), order)

    def test_nobody_writes_which_orders_were_named(self):
        order = self._receive_mail(self._mail())
        with self.assertRaises(AccessError):
            self._as("clerk", order).named_order_ids = [Command.set(self.order.ids)]
