from odoo.fields import Command
from odoo.tests import tagged

from .common import GROUPS
from .common_approval import ApprovalLevelsCommon


@tagged("post_install", "-at_install")
class TestApproversAreAsked(ApprovalLevelsCommon):
    """Whose turn it is learns of it, and forgets it when it is decided."""

    def test_activities_follow_the_turn(self):
        self._add_level()
        return_order = self._submitted()
        members = self._asked(return_order)
        self.assertIn(self.users["approver"], members)
        self._as("approver", return_order).action_approve()
        self.assertEqual(self._asked(return_order), self.boss)
        return_order.with_user(self.boss).action_approve()
        self.assertFalse(self._asked(return_order))

    def test_activities_vanish_with_the_question(self):
        steps = {
            "action_approve": ("approver", ()),
            "action_reject": ("approver", ("Worn",)),
            "action_send_back": ("approver", ("Photo?",)),
            "action_withdraw": ("clerk", ()),
            "action_cancel": ("clerk", ()),
        }
        for step, (role, args) in steps.items():
            with self.subTest(step=step):
                return_order = self._submitted()
                self.assertTrue(self._asked(return_order))
                getattr(self._as(role, return_order), step)(*args)
                self.assertFalse(self._asked(return_order))

    def test_named_approvers_are_asked_without_a_mail_server(self):
        self.env["ir.mail_server"].sudo().search([]).active = False
        self.rule.write({"group_id": False, "user_ids": [Command.set(self.boss.ids)]})
        return_order = self._submitted()
        self.assertEqual(self._asked(return_order), self.boss)
        self.env.cr.flush()
        self.assertEqual(return_order.state, "submitted")

    def test_what_waits_for_me_is_found_as_it_is_decided(self):
        """The search and the check of each single return agree, for everybody."""
        self._add_level()
        returns = self._submitted() | self._submitted(role="manager")
        second_level = self._submitted()
        self._as("approver", second_level).action_approve()
        sent_back = self._submitted()
        self._as("approver", sent_back).action_approve()
        sent_back.with_user(self.boss).action_send_back("Again")
        sent_back.action_submit()
        named = self._create_user("named", "approver")
        edited = self._request(self.order, {self.product_on_order: 1})
        self._as("manager", edited).line_ids.quantity = 2
        edited.action_submit()
        self._as("manager", returns[:1]).action_name_approver(named.id, "Holidays")
        decided = self._submitted(product=self.product_on_order)
        self._as("approver", decided).action_reject("No")
        returns |= second_level | sent_back | edited | decided
        users = [*self.users.values(), self.boss, named]
        found_somewhere = self.env["sale.return.order"]
        for four_eyes in (True, False):
            self.company.sale_return_four_eyes = four_eyes
            for user in users:
                if not user.has_group(GROUPS["viewer"]):
                    continue
                mine = returns.with_user(user)
                found = mine.search([("can_approve", "=", True)]) & mine
                found_somewhere |= found
                with self.subTest(user=user.login, four_eyes=four_eyes):
                    self.assertEqual(found, mine.filtered("can_approve").sorted())
                    rest = mine.search([("can_approve", "=", False)]) & mine
                    self.assertEqual(rest, (mine - found).sorted())
        self.assertEqual(len(found_somewhere), 5)

    def test_looking_for_my_approvals_costs_the_same_for_many(self):
        Return = self.env["sale.return.order"].with_user(self.users["approver"])

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            Return.search([("can_approve", "=", True)])
            return self.env.cr.sql_log_count - start

        self._submitted()
        count()
        few = count()
        for _number in range(4):
            self._submitted()
        self.assertEqual(count(), few)
