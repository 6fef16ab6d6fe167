import itertools
from datetime import datetime, timedelta

from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_approval import ApprovalLevelsCommon


@tagged("post_install", "-at_install")
class TestApproverSubstitute(ApprovalLevelsCommon):
    """While an approver is on leave a colleague decides, who may do no more than
    either of the two."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls.users["approver"]
        cls.rule.sudo().write(
            {"group_id": False, "user_ids": [Command.set(cls.approver.ids)]}
        )
        cls.today = fields.Date.today()

    def _on_leave(self, user=None, substitute=None, first=-1, last=1):
        def day(offset):
            return False if offset is None else self.today + timedelta(offset)

        user = user or self.approver
        user.sudo().write(
            {
                "sale_return_substitute_id": (substitute or self.boss).id,
                "sale_return_absent_from": day(first),
                "sale_return_absent_until": day(last),
            }
        )
        self.env.invalidate_all()

    def _can(self, user, return_order):
        """Whether the user may decide, as they are told and as they find it."""
        self.env.flush_all()
        self.env.invalidate_all()
        mine = return_order.with_user(user)
        told = mine.can_approve
        found = bool(mine.search([("can_approve", "=", True), ("id", "=", mine.id)]))
        self.assertEqual(told, found, f"{user.login}: {return_order.name}")
        return told

    # === WHO DECIDES === #

    def test_a_substitute_decides_in_the_place_of_the_absent(self):
        return_order = self._submitted()
        with self.assertRaises(AccessError):
            return_order.with_user(self.boss).action_approve()
        self._on_leave()
        self.assertTrue(self._can(self.boss, return_order))
        return_order.with_user(self.boss).action_approve("Fine")
        approval = return_order.sudo().approval_ids
        self.assertEqual(approval.user_id, self.boss)
        self.assertEqual(approval.for_user_id, self.approver)
        event = return_order.sudo().event_ids.filtered(lambda e: e.type == "approved")
        self.assertEqual(event.user_id, self.boss)
        self.assertEqual(event.payload["for"], self.approver.id)
        self.assertIn("(for Approver)", approval._get_decision_text())

    def test_rejecting_and_sending_back_are_logged_for_the_absent_too(self):
        self._on_leave()
        for step, event_type in (
            ("action_reject", "rejected"),
            ("action_send_back", "sent_back"),
        ):
            return_order = self._submitted()
            getattr(return_order.with_user(self.boss), step)("No")
            event = return_order.sudo().event_ids.filtered(
                lambda event, type_=event_type: event.type == type_
            )
            self.assertEqual(event.payload["for"], self.approver.id)

    def test_the_absent_may_still_decide(self):
        self._on_leave()
        return_order = self._submitted()
        self._as("approver", return_order).action_approve()
        self.assertFalse(return_order.sudo().approval_ids.for_user_id)

    def test_who_decides_in_their_own_right_decides_for_nobody(self):
        self.rule.sudo().user_ids |= self.boss
        self._on_leave()
        return_order = self._submitted()
        return_order.with_user(self.boss).action_approve()
        self.assertFalse(return_order.sudo().approval_ids.for_user_id)

    def test_days_are_whole_days_where_the_absent_lives(self):
        return_order = self._submitted()
        self.approver.sudo().tz = "Pacific/Auckland"  # 12 or 13 hours ahead
        self.boss.sudo().tz = "America/Los_Angeles"
        self._on_leave(first=0, last=0)
        noon = datetime.combine(self.today, datetime.min.time())
        for hours, expected in ((-14, False), (-9, True), (9, True), (13, False)):
            with self.subTest(hours=hours), freeze_time(noon + timedelta(hours=hours)):
                self.assertEqual(self._can(self.boss, return_order), expected)

    def test_a_leave_without_an_end_lasts(self):
        return_order = self._submitted()
        self._on_leave(first=-400, last=None)
        self.assertTrue(self._can(self.boss, return_order))
        self._on_leave(first=None, last=None)
        self.assertFalse(self._can(self.boss, return_order))

    def test_nobody_stands_in_for_a_substitute(self):
        third = self._create_user("third", "approver")
        return_order = self._submitted()
        self._on_leave()
        self._on_leave(self.boss, third)
        self.assertTrue(self._can(self.boss, return_order))
        self.assertFalse(self._can(third, return_order))

    def test_a_substitute_without_role_or_company_does_nothing(self):
        return_order = self._submitted()
        self._on_leave()
        group = self.env.ref("sale_return_mgmt.group_sale_return_approver")
        viewer = self.env.ref("sale_return_mgmt.group_sale_return_viewer")
        self.boss.sudo().group_ids = (self.boss.sudo().group_ids - group) | viewer
        self.assertFalse(self._can(self.boss, return_order))
        self.boss.sudo().group_ids |= group
        self.approver.sudo().group_ids = viewer
        self.assertFalse(self._can(self.boss, return_order))

    def test_nobody_decides_their_own_work_as_a_substitute(self):
        manager = self.users["manager"]
        self._on_leave(substitute=manager)
        mine = self._submitted(role="manager")
        self.assertFalse(self._can(manager, mine))
        with self.assertRaises(AccessError):
            mine.with_user(manager).action_approve()
        self.assertTrue(
            self._can(manager, self._submitted(product=self.product_on_order))
        )

    def test_nobody_has_their_own_work_decided_by_a_substitute(self):
        """The absent could not decide it either."""
        manager = self.users["manager"]
        self.rule.sudo().user_ids |= manager
        self._on_leave(manager, self.boss)
        self.assertFalse(self._can(self.boss, self._submitted(role="manager")))
        self.assertTrue(
            self._can(self.boss, self._submitted(product=self.product_on_order))
        )

    def test_two_levels_are_not_decided_for_one_approver(self):
        self._add_level(user_ids=[Command.set(self.approver.ids)])
        self._add_level("Third", user_ids=[Command.set(self.users["manager"].ids)])
        self._on_leave()
        return_order = self._submitted()
        return_order.with_user(self.boss).action_approve()
        self.assertFalse(self._can(self.boss, return_order))
        self.assertFalse(self._can(self.approver, return_order))

    def test_the_substitute_is_asked(self):
        self._on_leave()
        return_order = self._submitted()
        self.assertEqual(self._asked(return_order), self.approver | self.boss)
        approval = return_order.sudo().approval_ids
        self.assertEqual(approval._get_asked_users(), self.boss)
        return_order.with_user(self.boss).action_approve()
        self.assertFalse(self._asked(return_order))

    def test_what_is_told_and_what_is_found_agree(self):
        """For all absences, with four eyes or without, whoever asks."""
        manager, clerk = self.users["manager"], self.users["clerk"]
        third = self._create_user("third", "approver")
        self.rule.sudo().user_ids = self.approver | manager
        self._add_level(user_ids=[Command.set((self.boss | manager).ids)])
        returns = self._submitted() | self._submitted(role="manager")
        second = self._submitted(product=self.product_on_order)
        self._as("approver", second).action_approve()
        returns |= second
        self._as("manager", returns[0]).action_name_approver(third.id, "Leave")
        people = [self.approver, self.boss, manager, third]
        absences = [
            {},
            {self.approver: self.boss},
            {self.approver: manager, self.boss: third},
            {self.approver: third, third: self.boss},
            {manager: third, self.boss: self.approver},
            {self.boss: manager, manager: self.approver, self.approver: self.boss},
        ]
        able = set()
        for four_eyes, absence in itertools.product((True, False), absences):
            self.company.sale_return_four_eyes = four_eyes
            for user in people:
                user.sudo().sale_return_substitute_id = False
            for user, substitute in absence.items():
                self._on_leave(user, substitute)
            for user in [*people, clerk]:
                for return_order in returns:
                    if self._can(user, return_order):
                        able.add((four_eyes, user, return_order))
        self.assertGreater(len(able), 8)
        self.assertNotIn((True, manager, returns[1]), able)
        self.assertIn((False, manager, returns[1]), able)

    # === WHO SAYS SO === #

    def _vals(self):
        return {
            "sale_return_substitute_id": self.boss.id,
            "sale_return_absent_from": self.today,
            "sale_return_absent_until": self.today,
        }

    def test_users_name_their_own_substitute(self):
        view = "base.view_users_form_simple_modif"
        with Form(self.approver.with_user(self.approver), view) as form:
            form.sale_return_substitute_id = self.boss
            form.sale_return_absent_from = self.today
        self.assertEqual(self.approver.sale_return_substitute_id, self.boss)

    def test_managers_name_substitutes_of_others_and_nothing_else(self):
        user = self.approver.with_user(self.users["manager"])
        user.write(self._vals())
        self.assertEqual(user.sale_return_substitute_id, self.boss)
        for vals in (
            {"name": "Mallory"},
            {**self._vals(), "login": "mallory"},
            {"group_ids": [Command.clear()]},
            {"sale_return_date_reminded": self.today},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                user.write(vals)

    def test_managers_of_another_company_do_not(self):
        company = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        stranger = self._create_user("stranger", "manager")
        stranger.sudo().write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        with self.assertRaises(AccessError):
            self.approver.with_user(stranger).with_context(
                allowed_company_ids=company.ids
            ).write(self._vals())

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else_names_somebodys_substitute(self):
        for role in ("viewer", "clerk", "warehouse", "employee", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.approver.with_user(self.users[role]).write(self._vals())
        with self.assertRaises(AccessError):
            self.approver.with_user(self.boss).write(self._vals())

    def test_a_substitute_is_another_approver(self):
        for user in (self.approver, self.users["clerk"], self.users["warehouse"]):
            with self.subTest(user=user.login), self.assertRaises(ValidationError):
                self.approver.with_user(self.approver).write(
                    {"sale_return_substitute_id": user.id}
                )

    def test_managers_have_a_list_of_substitutes(self):
        Users = self.env["res.users"].with_user(self.users["manager"])
        view = self.env.ref("sale_return_mgmt.res_users_view_list_substitute")
        arch = etree.fromstring(Users.get_view(view.id, "list")["arch"])
        self.assertEqual(arch.get("edit"), "1")
        Users.browse(self.approver.id).web_save(
            {"sale_return_substitute_id": self.boss.id},
            {"sale_return_substitute_id": {}},
        )
        self.assertEqual(self.approver.sale_return_substitute_id, self.boss)
        action = self.env.ref("sale_return_mgmt.res_users_action_substitute")
        self.assertIn(
            self.env.ref("sale_return_mgmt.group_sale_return_manager"), action.group_ids
        )

    def test_only_approvers_see_it_in_their_preferences(self):
        view = self.env.ref("base.view_users_form_simple_modif")
        for role in ("approver", "manager", "clerk", "employee"):
            arch = (
                self.users[role].with_user(self.users[role]).get_view(view.id)["arch"]
            )
            with self.subTest(role=role):
                self.assertEqual(
                    "sale_return_substitute_id" in arch, role in ("approver", "manager")
                )
