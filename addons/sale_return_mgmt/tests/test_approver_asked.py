from unittest.mock import patch

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from .common_approval import ApprovalLevelsCommon

JOB = "sale_return_mgmt.ir_cron_ask_approvers"


@tagged("post_install", "-at_install")
class TestApproverAskedByMail(ApprovalLevelsCommon):
    """Approvers get one mail about all that came to them. Its links decide nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.rule.sudo().write(
            {"group_id": False, "user_ids": [Command.set(cls.users["approver"].ids)]}
        )

    def _patch_commit(self):
        IrCron = type(self.env["ir.cron"])
        return patch.object(IrCron, "_commit_progress", lambda *_a, **_kw: 1000.0)

    def _send(self):
        """The mails of the job that submitting starts."""
        Message = self.env["mail.message"].sudo()
        before = Message.search([], order="id desc", limit=1).id
        with self._patch_commit():
            self.env["sale.return.order"].sudo()._cron_ask_approvers()
        return Message.search(
            [("id", ">", before), ("message_type", "=", "user_notification")]
        )

    def _links(self, message):
        return [a.get("href") for a in html.fromstring(message.body).iter("a")]

    def test_one_mail_for_all_that_was_submitted(self):
        returns = self._request(self.order, {self.product: 1}) | self._request(
            self.order, {self.product_on_order: 1}
        )
        returns.action_submit()
        mail = self._send()
        self.assertEqual(mail.partner_ids, self.users["approver"].partner_id)
        self.assertEqual(mail.subject, "2 returns wait for your approval")
        for return_order in returns:
            self.assertIn(return_order.name, mail.body)
        self.assertIn("115.00", mail.body)
        self.assertIn(self.customer.name, mail.body)
        self.assertEqual(mail.author_id, self.users["clerk"].partner_id)
        self.assertFalse(self._send(), "Nobody is told twice")

    def test_submitting_starts_the_job(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        domain = [("cron_id", "=", self.env.ref(JOB).id)]
        before = triggers.search_count(domain)
        self._submitted()
        self.assertEqual(triggers.search_count(domain), before + 1)

    def test_links_lead_to_a_question(self):
        """What follows links in mails by itself gets a page, and changes nothing."""
        return_order = self._submitted()
        links = self._links(self._send())
        place = f"{return_order.id}?company={self.company.id}"
        for tag in ("approve", "reject", "open"):
            [link] = [link for link in links if f"/odoo/sale_return_{tag}/" in link]
            self.assertTrue(link.endswith(place), link)
        self.assertTrue(all("/odoo/" in link for link in links))

    def test_the_mail_speaks_the_language_of_its_reader(self):
        self.users["approver"].sudo().lang = "zh_CN"
        return_order = self._submitted()
        mail = self._send()
        self.assertIn("批准", mail.body)
        self.assertNotIn("Approve<", mail.body)
        self.assertNotEqual(
            mail.subject, f"{return_order.name} of Customer waits for your approval"
        )

    def test_the_next_level_is_told_at_its_turn(self):
        self._add_level()
        return_order = self._submitted()
        self.assertEqual(self._send().partner_ids, self.users["approver"].partner_id)
        self._as("approver", return_order).action_approve()
        self.assertEqual(self._send().partner_ids, self.boss.partner_id)
        return_order.with_user(self.boss).action_approve()
        self.assertFalse(self._send())

    def test_what_was_decided_meanwhile_is_not_asked(self):
        for step, args in {"action_approve": (), "action_reject": ("Worn",)}.items():
            self._submitted()
            decided = self._submitted()
            getattr(self._as("approver", decided), step)(*args)
            mail = self._send()
            self.assertNotIn(decided.name, mail.body)
        withdrawn = self._submitted(product=self.product_on_order)
        withdrawn.action_withdraw()
        self.assertFalse(self._send())

    def test_a_company_can_do_without_mails(self):
        self.company.sale_return_ask_by_mail = False
        return_order = self._submitted()
        self.assertFalse(self._send())
        self.assertEqual(self._asked(return_order), self.users["approver"])

    def test_who_wants_no_mails_has_it_in_the_inbox(self):
        self.users["approver"].sudo().notification_type = "inbox"
        self._submitted()
        mail = self._send()
        self.assertEqual(mail.notification_ids.notification_type, "inbox")
        self.users["approver"].sudo().notification_type = "email"
        self._submitted()
        self.assertEqual(self._send().notification_ids.notification_type, "email")

    def test_who_is_named_later_is_told_at_once(self):
        return_order = self._submitted()
        self._send()
        Message = self.env["mail.message"].sudo()
        self._as("manager", return_order).action_name_approver(self.boss.id, "Leave")
        mail = Message.search(
            [("partner_ids", "in", self.boss.partner_id.ids)], order="id desc", limit=1
        )
        self.assertIn(return_order.name, mail.body)
        self.assertFalse(self._send())

    def test_nobody_else_reads_the_mail(self):
        """Its amounts must not be read on the return by those who may not see them."""
        return_order = self._submitted()
        mail = self._send()
        self.assertFalse(mail.model)
        self._as("approver", return_order).action_approve()
        for role in ("warehouse", "viewer", "storekeeper"):
            with self.subTest(role=role):
                self.assertFalse(self._as(role, mail).has_access("read"))

    def test_the_customer_hears_nothing_of_a_return_sent_back(self):
        return_order = self._submitted()
        self._as("approver", return_order).action_send_back("Photo?")
        posted = return_order.sudo().message_ids.filtered(
            lambda message: "Photo?" in message.body
        )
        self.assertTrue(posted)
        told = posted.partner_ids | posted.notified_partner_ids
        self.assertNotIn(self.customer, told)
        self.assertFalse(
            self.env["mail.mail"]
            .sudo()
            .search([("recipient_ids", "in", self.customer.ids)])
        )

    def test_many_are_sent_back_at_once(self):
        returns = self._submitted() | self._submitted(product=self.product_on_order)
        action = self._as("approver", returns).action_send_back()
        Wizard = self.env[action["res_model"]].with_user(self.users["approver"])
        wizard = Wizard.with_context(**action["context"]).create(
            {"explanation": "Photos?"}
        )
        wizard.action_apply()
        self.assertEqual(set(returns.mapped("state")), {"draft"})

    def test_one_mail_that_fails_does_not_stop_the_others(self):
        self.rule.sudo().user_ids |= self.boss
        self._submitted()
        Return = type(self.env["sale.return.order"])
        send = Return._mail_approver

        def fail_for_boss(orders, user, is_reminder=False):
            if user == self.boss:
                raise ValueError("No")
            return send(orders, user, is_reminder)

        logger = "odoo.addons.sale_return_mgmt.models.sale_return_ask_mixin"
        with (
            patch.object(Return, "_mail_approver", fail_for_boss),
            self.assertLogs(logger, "WARNING"),
        ):
            mail = self._send()
        self.assertEqual(mail.partner_ids, self.users["approver"].partner_id)

    def test_a_mail_about_many_costs_little_more(self):
        def count(number):
            orders = [self._sell([(self.product, 1)]) for _index in range(number)]
            returns = self.env["sale.return.order"].with_user(self.users["clerk"])
            for order in orders:
                returns |= self._request(order)
            returns.action_submit()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self._send()
            return self.env.cr.sql_log_count - start

        count(1)
        one = count(1)
        self.assertLessEqual(count(5) - one, 5)
