from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import GROUPS, SaleReturnCommon


@tagged("post_install", "-at_install")
class TestApproval(SaleReturnCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.rule = cls.env.ref(
            "sale_return_mgmt.sale_return_approval_rule_default"
        ).with_user(cls.users["manager"])
        cls.boss = new_test_user(
            cls.env,
            login="return_test_boss",
            groups=GROUPS["approver"],
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _submitted(self, quantity=1, role="clerk"):
        return_order = self._request(self.order, {self.product: quantity}, role=role)
        return_order.action_submit()
        return return_order

    def _code(self, error):
        return getattr(error.exception, "sale_return_code", None)

    def test_nobody_approves_what_they_created(self):
        return_order = self._submitted(role="manager")
        with self.assertRaises(AccessError) as error:
            return_order.action_approve()
        self.assertEqual(self._code(error), "SELF_APPROVAL")
        self.assertEqual(return_order.state, "submitted")
        self._as("approver", return_order).action_approve()
        self.assertEqual(return_order.state, "approved")

    def test_nobody_approves_what_they_edited(self):
        return_order = self._request(self.order, {self.product: 1})
        self._as("manager", return_order).line_ids.quantity = 2
        return_order.action_submit()
        with self.assertRaises(AccessError) as error:
            self._as("manager", return_order).action_approve()
        self.assertEqual(self._code(error), "SELF_APPROVAL")

    def test_nobody_approves_what_they_submitted(self):
        return_order = self._request(self.order, {self.product: 1})
        self._as("manager", return_order).action_submit()
        with self.assertRaises(AccessError) as error:
            self._as("manager", return_order).action_approve()
        self.assertEqual(self._code(error), "SELF_APPROVAL")

    def test_without_four_eyes_the_manager_may_decide_alone(self):
        self.company.sale_return_four_eyes = False
        return_order = self._submitted(role="manager")
        return_order.action_approve()
        self.assertEqual(return_order.state, "approved")

    def test_approving_twice_does_no_harm(self):
        return_order = self._as("approver", self._submitted())
        self.assertTrue(return_order.action_approve())
        self.assertTrue(return_order.action_approve())
        self.assertEqual(len(return_order.sudo().picking_ids), 1)

    def _add_second_level(self, min_amount=0):
        self.rule.sequence = 1
        self.rule.create(
            {
                "name": "Boss",
                "sequence": 2,
                "min_amount": min_amount,
                "user_ids": [Command.set((self.boss + self.users["approver"]).ids)],
            }
        )

    def test_levels_are_decided_in_order_by_different_people(self):
        self._add_second_level()
        return_order = self._submitted()
        self._as("approver", return_order).action_approve("fine")
        self.assertEqual(return_order.state, "submitted")
        with self.assertRaises(AccessError) as error:
            self._as("approver", return_order).action_approve()
        self.assertEqual(self._code(error), "LEVEL_ORDER")
        self.assertEqual(return_order.sudo().activity_ids.user_id, self.boss)
        return_order.with_user(self.boss).action_approve()
        self.assertRecordValues(
            return_order.sudo().approval_ids,
            [
                {
                    "state": "approved",
                    "user_id": self.users["approver"].id,
                    "comment": "fine",
                },
                {"state": "approved", "user_id": self.boss.id, "comment": False},
            ],
        )
        self.assertEqual(return_order.state, "approved")

    def test_a_level_cannot_be_skipped(self):
        self.rule.write(
            {"group_id": False, "user_ids": [Command.set(self.users["manager"].ids)]}
        )
        self._add_second_level()
        return_order = self._submitted()
        with self.assertRaises(AccessError) as error:
            return_order.with_user(self.boss).action_approve()
        self.assertEqual(self._code(error), "LEVEL_ORDER")

    def test_a_level_is_asked_from_its_amount_on(self):
        self._add_second_level(min_amount=200)
        small = self._submitted(quantity=1)  # 115.00
        self._as("approver", small).action_approve()
        self.assertEqual(small.state, "approved")
        large = self._submitted(quantity=2)  # 230.00
        self._as("approver", large).action_approve()
        self.assertEqual(large.state, "submitted")

    def test_named_users_need_the_approver_role(self):
        self.rule.write(
            {
                "group_id": False,
                "user_ids": [Command.set((self.users["viewer"] + self.boss).ids)],
            }
        )
        return_order = self._submitted()
        with self.assertRaises(AccessError):
            self._as("viewer", return_order).action_approve()
        self.assertEqual(return_order.sudo().activity_ids.user_id, self.boss)

    def test_submit_is_refused_where_nobody_could_decide(self):
        self.rule.write({"group_id": False, "user_ids": [Command.set(self.boss.ids)]})
        self.boss.active = False
        return_order = self._request(self.order, {self.product: 1})
        with self.assertRaisesRegex(UserError, "Nobody can approve"):
            return_order.action_submit()

    def test_rejected_returns_are_mended_and_submitted_again(self):
        return_order = self._submitted(quantity=2)
        approver = self._as("approver", return_order)
        action = approver.action_reject()
        self.assertEqual(action["res_model"], "sale.return.order.explain")
        self.env[action["res_model"]].with_user(self.users["approver"]).with_context(
            **action["context"]
        ).create({"explanation": "Worn"}).action_apply()
        self.assertRecordValues(
            return_order, [{"state": "rejected", "rejection_reason": "Worn"}]
        )
        self.assertEqual(self.order.order_line.quantity_returnable, 5)
        self.assertFalse(return_order.sudo().activity_ids)
        return_order.action_reset_to_draft()
        return_order.line_ids.quantity = 1
        return_order.action_submit()
        approver.action_approve()
        self.assertEqual(
            return_order.sudo().approval_ids.mapped("state"), ["rejected", "approved"]
        )

    def test_sent_back_returns_reach_the_clerk_with_the_note(self):
        return_order = self._submitted()
        self._as("approver", return_order).action_send_back("Photo missing")
        self.assertEqual(return_order.state, "draft")
        self.assertIn("Photo missing", return_order.message_ids[0].body)
        self.assertIn(
            self.users["clerk"].partner_id, return_order.message_ids[0].partner_ids
        )
        self.assertFalse(return_order.sudo().approval_ids)

    def test_submission_is_withdrawn_by_its_author_while_undecided(self):
        self._add_second_level()
        return_order = self._submitted()
        other = new_test_user(
            self.env,
            login="return_test_clerk2",
            groups=GROUPS["clerk"],
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            return_order.with_user(other).action_withdraw()
        return_order.action_withdraw()
        self.assertEqual(return_order.state, "draft")
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        with self.assertRaises(UserError) as error:
            return_order.action_withdraw()
        self.assertEqual(self._code(error), "INVALID_STATE")

    def test_steps_out_of_order_are_refused(self):
        return_order = self._request(self.order, {self.product: 1})
        for role, step, args in (
            ("approver", "action_approve", ()),
            ("clerk", "action_reset_to_draft", ()),
            ("manager", "action_settle", ()),
            ("manager", "action_close_short", ("reason",)),
            ("manager", "action_credit_instead", ("reason",)),
        ):
            if step == "action_reset_to_draft":
                continue  # a draft is already what it asks for
            with self.subTest(step=step), self.assertRaises(UserError) as error:
                getattr(self._as(role, return_order), step)(*args)
            self.assertEqual(self._code(error), "INVALID_STATE")

    def test_many_are_approved_at_once(self):
        returns = self._submitted() + self._submitted() + self._submitted()
        self._as("approver", returns).action_approve()
        self.assertEqual(returns.mapped("state"), ["approved"] * 3)
        self.assertEqual(len(returns.sudo().picking_ids), 3)

    def test_what_waits_for_me_is_found(self):
        mine, own = self._submitted(), self._submitted(role="manager")
        Return = self.env["sale.return.order"]
        found = Return.with_user(self.users["manager"]).search(
            [("can_approve", "=", True), ("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(found.ids, mine.ids)
        found = Return.with_user(self.users["approver"]).search(
            [("can_approve", "=", True), ("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(set(found.ids), set((mine + own).ids))
        self.assertFalse(
            Return.with_user(self.users["clerk"]).search([("can_approve", "=", True)])
        )

    def test_submit_and_approve_work_without_a_mail_server(self):
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.config_parameter"].set_param("mail.catchall.domain", False)
        return_order = self._submitted()
        self._as("approver", return_order).action_approve()
        self.assertEqual(return_order.state, "approved")
