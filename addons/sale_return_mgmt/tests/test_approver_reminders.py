from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common_approval import ApprovalLevelsCommon


@tagged("post_install", "-at_install")
class TestApproverReminders(ApprovalLevelsCommon):
    """Approvers who are late are reminded, once a day, of all that waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.sudo().write(
            {"group_id": False, "user_ids": [Command.set(cls.users["approver"].ids)]}
        )
        cls.now = datetime.now().replace(hour=12, microsecond=0)
        with freeze_time(cls.now):
            cls.returns = cls._request(cls.order, {cls.product: 1})
            cls.returns |= cls._request(cls.order, {cls.product_on_order: 1})
            cls.returns.action_submit()
            cls.env.flush_all()

    def _patch_commit(self):
        IrCron = type(self.env["ir.cron"])
        return patch.object(IrCron, "_commit_progress", lambda *_a, **_kw: 1000.0)

    def _remind(self, days=0, **delta):
        Message = self.env["mail.message"].sudo()
        before = Message.search([], order="id desc", limit=1).id
        with (
            freeze_time(self.now + timedelta(days=days, **delta)),
            self._patch_commit(),
        ):
            self.env["sale.return.order"].sudo()._cron_remind_approvers()
        return Message.search(
            [("id", ">", before), ("message_type", "=", "user_notification")]
        )

    def test_who_is_late_is_reminded_of_all_in_one_mail(self):
        self.assertFalse(self._remind(1, hours=23))
        mail = self._remind(2)
        self.assertEqual(mail.partner_ids, self.users["approver"].partner_id)
        self.assertEqual(mail.subject, "Reminder: 2 returns wait for your approval")
        for name in self.returns.mapped("name"):
            self.assertIn(name, mail.body)

    def test_once_a_day_until_it_is_decided(self):
        self.assertTrue(self._remind(2))
        self.assertFalse(self._remind(2, hours=3))
        self.assertTrue(self._remind(3))
        self._as("approver", self.returns[0]).action_approve()
        self.assertIn(self.returns[1].name, self._remind(4).subject)
        self._as("approver", self.returns[1]).action_send_back("Photo?")
        self.assertFalse(self._remind(5))

    def test_the_company_says_after_how_many_days(self):
        self.company.sale_return_approval_days = 5
        self.assertFalse(self._remind(4))
        self.assertTrue(self._remind(5))
        self.company.sale_return_approval_days = 0
        self.assertFalse(self._remind(100))

    def test_without_mails_there_are_no_reminders(self):
        self.company.sale_return_ask_by_mail = False
        self.assertFalse(self._remind(10))

    def test_each_level_has_its_own_days(self):
        level = self._add_level()
        with freeze_time(self.now):
            waiting = self._submitted()
        with freeze_time(self.now + timedelta(10)):
            self._as("approver", waiting | self.returns).action_approve()
        self.assertFalse(self._remind(11))
        mail = self._remind(12)
        self.assertEqual(mail.partner_ids, level.user_ids.partner_id)
        self.assertIn(waiting.name, mail.subject)

    def test_the_substitute_is_reminded_instead(self):
        self.users["approver"].sudo().write(
            {
                "sale_return_substitute_id": self.boss.id,
                "sale_return_absent_from": self.now.date(),
            }
        )
        self.assertFalse(self._asked(self.returns) & self.boss)
        self.assertEqual(self._remind(2).partner_ids, self.boss.partner_id)
        self.assertIn(self.boss, self._asked(self.returns))
        self._remind(3)
        activities = self.returns.sudo().activity_ids
        mine = activities.filtered(lambda activity: activity.user_id == self.boss)
        self.assertEqual(len(mine), 2)

    def test_nobody_puts_off_their_reminder(self):
        approver = self.users["approver"]
        with self.assertRaises(AccessError):
            approver.with_user(approver).write(
                {"sale_return_date_reminded": "2999-01-01"}
            )
