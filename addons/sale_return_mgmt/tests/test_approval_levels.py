from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import GROUPS
from .common_approval import ApprovalLevelsCommon


@tagged("post_install", "-at_install")
class TestApprovalLevels(ApprovalLevelsCommon):
    """Which levels a return has to pass."""

    def test_a_level_only_for_what_is_out_of_policy(self):
        self._add_level(out_of_policy_only=True)
        self.assertEqual(self._levels(self._submitted()), ["Approvers"])
        late = self._submitted(date_request="2099-01-01")
        self.assertEqual(self._levels(late), ["Approvers", "Boss"])

    def test_a_level_only_for_some_reasons(self):
        level = self._add_level(reason_ids=self.reason_note.ids)
        self.assertEqual(self._levels(self._submitted()), ["Approvers"])
        draft = self._request(self.order, {self.product: 1, self.product_on_order: 1})
        draft.line_ids[1].write({"reason_id": self.reason_note.id, "note": "Broken"})
        self.reason_note.sudo().active = False  # archived ones still ask for it
        draft.action_submit()
        self.assertEqual(self._levels(draft), ["Approvers", "Boss"])
        spare = self.reason_note.sudo().create({"name": "Spare", "code": "SPARE"})
        level.reason_ids = spare
        with self.assertRaisesRegex(UserError, "archive it"):
            spare.unlink()

    def test_levels_of_other_companies_do_not_apply(self):
        other = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        self._add_level("Own", company_id=self.company.id)
        self._add_level("Foreign").sudo().company_id = other
        self.assertEqual(self._levels(self._submitted()), ["Approvers", "Own"])

    def test_a_level_starts_at_its_amount(self):
        """One lamp is 115.00 with its tax."""
        level = self._add_level(min_amount=115.01)
        self.assertEqual(self._levels(self._submitted()), ["Approvers"])
        level.min_amount = 230
        order = self._sell([(self.product, 2)])
        whole = self._request(order)
        whole.action_submit()
        self.assertEqual(self._levels(whole), ["Approvers", "Boss"])

    def test_nobody_gets_under_a_limit_by_splitting(self):
        self._add_level(min_amount=230)
        first = self._submitted()
        self.assertEqual(self._levels(first), ["Approvers"])
        # Another article of the same order, while the first is open or done.
        second = self._submitted(product=self.product_on_order)
        self.assertEqual(self._levels(second), ["Approvers", "Boss"])
        second.action_cancel()
        self._as("approver", first).action_approve()
        self._receive(first)
        self.assertEqual(first.state, "done")
        third = self._submitted()
        self.assertEqual(self._levels(third), ["Approvers", "Boss"])

    def test_what_was_given_up_does_not_count(self):
        self._add_level(min_amount=230)
        rejected, cancelled = self._submitted(), self._submitted()
        cancelled.action_cancel()
        self._as("approver", rejected).action_reject("No")
        self._request(self.order, {self.product: 1})  # a draft
        self.assertEqual(self._levels(self._submitted()), ["Approvers"])

    def test_without_rules_the_approver_group_decides(self):
        self.rule.active = False
        return_order = self._submitted()
        self.assertEqual(len(return_order.sudo().approval_ids), 1)
        self._as("approver", return_order).action_approve()
        self.assertEqual(return_order.state, "approved")

    def test_levels_are_those_of_the_submission(self):
        """A rule that is changed or archived later changes nothing for it."""
        level = self._add_level()
        return_order = self._submitted()
        level.write(
            {
                "user_ids": [Command.set(self.users["manager"].ids)],
                "min_amount": 100000,
                "sequence": 0,
            }
        )
        level.active = False
        with self.assertRaisesRegex(UserError, "archive it"):
            level.unlink()
        self._as("approver", return_order).action_approve()
        self.assertEqual(return_order.state, "submitted")
        with self.assertRaises(AccessError):
            self._as("manager", return_order).action_approve()
        return_order.with_user(self.boss).action_approve()
        self.assertEqual(return_order.state, "approved")
        unused = self._add_level("Unused", active=False)
        self.assertTrue(unused.unlink())

    def test_who_loses_the_role_loses_the_right(self):
        group = self.env["res.groups"].sudo().create({"name": "After-Sales Heads"})
        group.user_ids = self.boss + self.users["approver"]
        self.rule.write({"group_id": group.id})
        return_order = self._submitted()
        boss = return_order.with_user(self.boss)
        self.assertTrue(boss.can_approve)
        group.user_ids -= self.boss
        with self.assertRaises(AccessError) as error:
            boss.action_approve()
        self.assertEqual(self._code(error), "ACCESS_DENIED")
        group.user_ids += self.boss
        self.assertTrue(boss.can_approve)
        self.boss.sudo().group_ids -= self.env.ref(GROUPS["approver"])
        with self.assertRaises(AccessError):
            boss.action_approve()
        self.boss.sudo().group_ids += self.env.ref(GROUPS["approver"])
        other = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        self.boss.sudo().write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            boss.action_approve()
        self.assertEqual(return_order.state, "submitted")

    def test_approving_many_stops_at_what_is_not_theirs(self):
        mine = self._submitted() | self._submitted()
        own = self._submitted(role="manager")
        manager = self._as("manager", mine | own)
        for step in (
            manager.action_approve,
            lambda: self._explain(manager.action_reject(), "manager", "Worn"),
        ):
            with self.assertRaisesRegex(AccessError, own.name):
                step()
            self.assertEqual((mine | own).mapped("state"), ["submitted"] * 3)
        self._as("manager", mine).action_approve()
        self.assertEqual(mine.mapped("state"), ["approved"] * 2)

    def _explain(self, action, role, explanation, **vals):
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.users[role])
            .with_context(**action["context"])
        )
        form.explanation = explanation
        for name, value in vals.items():
            form[name] = value
        return form.save().action_apply()

    def test_rejecting_many_asks_one_reason(self):
        returns = self._submitted() | self._submitted() | self._submitted()
        action = self._as("approver", returns).action_reject()
        self._explain(action, "approver", "Worn")
        self.assertEqual(set(returns.mapped("state")), {"rejected"})
        self.assertEqual(set(returns.mapped("rejection_reason")), {"Worn"})
        self.assertFalse(self._asked(returns))

    # === NAMED APPROVERS === #

    def test_a_manager_names_an_approver_for_what_nobody_could_decide(self):
        self.rule.write({"group_id": False, "user_ids": [Command.set(self.boss.ids)]})
        draft = self._request(self.order, {self.product: 1})
        self.boss.sudo().active = False
        with self.assertRaisesRegex(UserError, "Ask a manager to name"):
            draft.action_submit()
        action = self._as("manager", draft).action_name_approver()
        self._explain(
            action, "manager", "Boss has left", user_id=self.users["approver"]
        )
        draft.action_submit()
        self.assertEqual(self._asked(draft), self.users["approver"])
        self._as("approver", draft).action_approve()
        self.assertEqual(draft.state, "approved")
        event = draft.sudo().event_ids.filtered(lambda e: e.type == "approver_named")
        self.assertRecordValues(
            event,
            [
                {
                    "user_id": self.users["manager"].id,
                    "note": "Boss has left",
                    "payload": {"user": self.users["approver"].id},
                }
            ],
        )

    def test_a_manager_names_an_approver_for_what_waits(self):
        self.rule.write({"group_id": False, "user_ids": [Command.set(self.boss.ids)]})
        return_order = self._submitted()
        named = self._create_user("named", "approver")
        with self.assertRaises(AccessError):
            return_order.with_user(named).action_approve()
        self._as("manager", return_order).action_name_approver(named.id, "Holidays")
        self.assertEqual(self._asked(return_order), self.boss | named)
        self.assertEqual(len(return_order.sudo().activity_ids), 2)
        return_order.with_user(named).action_approve()
        self.assertEqual(return_order.state, "approved")

    def test_whoever_is_named_decides_one_level_only(self):
        self._add_level()
        return_order = self._submitted()
        named = self._create_user("named", "approver")
        self._as("manager", return_order).action_name_approver(named.id, "Holidays")
        return_order.with_user(named).action_approve()
        with self.assertRaises(AccessError) as error:
            return_order.with_user(named).action_approve()
        self.assertEqual(self._code(error), "LEVEL_ORDER")

    def test_not_everybody_can_be_named(self):
        return_order = self._submitted()
        self._as("manager", return_order).action_withdraw()
        self._as("manager", return_order).line_ids.quantity = 2  # now an author
        return_order.action_submit()
        second_manager = self._create_user("manager2", "manager")
        stranger = self._create_user("stranger", "approver")
        other = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        stranger.sudo().write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        cases = [
            (second_manager, second_manager.id, "SELF_APPROVAL"),
            (second_manager, self.users["manager"].id, "SELF_APPROVAL"),
            (second_manager, self.users["viewer"].id, "INVALID"),
            (second_manager, stranger.id, "INVALID"),
            *((second_manager, id_, "INVALID") for id_ in (2**31, "1", [1], True)),
        ]
        for manager, user_id, code in cases:
            with self.subTest(user=user_id), self.assertRaises(UserError) as error:
                return_order.with_user(manager).action_name_approver(user_id, "Why")
            self.assertEqual(self._code(error), code)
        for role in ("clerk", "approver", "viewer"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_name_approver(self.boss.id, "Why")
        self.assertFalse(return_order.sudo().named_approver_ids)
