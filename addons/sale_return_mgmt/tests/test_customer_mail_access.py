from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestCustomerMailAccess(SaleReturnCommon):
    """Who reads and changes what customers are told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 20)])

    def test_nobody_but_editors_changes_the_mails(self):
        template = self.env.ref("sale_return_mgmt.mail_template_authorised")
        for role in ("clerk", "approver", "warehouse", "employee"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                template.with_user(self.users[role]).body_html = "<p>Pay me.</p>"

    def test_a_forged_message_changes_nothing_on_file(self):
        """Odoo lets employees write in another's name; what counts is the log."""
        return_order = self._request(self.order, {self.product: 1})
        return_order.action_submit()
        boss = self.users["manager"]
        return_order.message_post(
            body="Approved.", author_id=boss.partner_id.id, email_from=boss.email
        )
        self.assertEqual(return_order.state, "submitted")
        self.assertNotIn(boss, return_order.sudo().event_ids.user_id)

    def test_a_preview_for_those_who_may_read(self):
        return_order = self._request(self.order, {self.product: 1})
        return_order.action_submit()
        notice = return_order.sudo().notice_ids.with_user(self.users["viewer"])
        action = notice.action_preview()
        preview = (
            self.env["mail.template.preview"]
            .with_user(self.users["viewer"])
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn(return_order.name, preview.subject)
        self.assertIn("Lamp", preview.body_html)

    def test_nobody_else_reads_or_writes_them(self):
        return_order = self._request(self.order, {self.product: 1})
        return_order.action_submit()
        notice = return_order.sudo().notice_ids
        for role in ("warehouse", "employee", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                notice.with_user(self.users[role]).read(["kind"])
        for role in ("viewer", "clerk", "manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                notice.with_user(self.users[role]).write({"state": "sent"})
        with self.assertRaises(AccessError):
            notice.with_user(self.users["viewer"]).action_send_again()
