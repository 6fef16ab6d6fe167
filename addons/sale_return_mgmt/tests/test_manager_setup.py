from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import GROUPS, SaleReturnCommon

TOPICS = ("roles", "reasons", "policy", "approval_rule")


@tagged("native", "post_install", "-at_install")
class TestManagerSetup(SaleReturnCommon):
    """The four cards with which a manager sets returns up, and who holds too much."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(su=True)
        # As after the installation: only what the addon brought, by nobody's hand.
        shipped = cls.env["ir.model.data"].search([("module", "=", "sale_return_mgmt")])
        cls.root = cls.env.ref("base.user_root")
        cls.models = {
            "reasons": "sale.return.reason",
            "policy": "sale.return.policy",
            "approval_rule": "sale.return.approval.rule",
        }
        for model in cls.models.values():
            records = cls.env[model].with_context(active_test=False).search([])
            own = shipped.filtered(lambda data, model=model: data.model == model)
            (records - records.browse(own.mapped("res_id"))).company_id = cls.env[
                "res.company"
            ].create({"name": f"Elsewhere {model}"})
            records.with_user(cls.root).write({"sequence": 10})
        cls.env.flush_all()
        # Who else is in the database does not count: the company is new to them.
        cls.env["onboarding.progress.step"].search(
            [("company_id", "=", cls.company.id)]
        ).unlink()
        cls.manager = cls.users["manager"]

    def _card(self, topic, role="manager"):
        step = self.env.ref(f"sale_return_mgmt.onboarding_step_{topic}")
        step = step.with_user(self.users[role]).with_company(self.company)
        step.invalidate_recordset()
        return step

    def _keep_only(self, *roles):
        """Nobody in the company holds a role but these."""
        holders = self.env["sale.return.role.holder"].search([]).user_id
        kept = self.env["res.users"].union(*(self.users[role] for role in roles))
        admin = self.env.ref("base.user_admin")
        (holders - kept - admin - self.env.user).active = False

    # === CARDS === #

    def test_roles_are_green_when_each_is_held(self):
        self._keep_only("clerk", "approver", "warehouse")
        self.assertTrue(self._card("roles").sudo().sale_return_done)

    def test_roles_tell_what_nobody_may_do(self):
        gaps = {
            "clerk": "Nobody may ask for returns yet.",
            "approver": "Nobody may approve yet.",
            "warehouse": "Nobody may receive goods yet.",
        }
        for missing, message in gaps.items():
            with self.subTest(missing=missing):
                self.users["manager"].group_ids = [
                    Command.set(self.env.ref(GROUPS["viewer"]).ids)
                ]
                self._keep_only("clerk", "approver", "warehouse")
                self.users[missing].active = False
                card = self._card("roles").sudo()
                self.assertEqual(card.sale_return_message, message)
                self.assertFalse(card.sale_return_done)
                self.users[missing].active = True

    def test_one_person_alone_is_told_of_the_four_eyes(self):
        self._keep_only("manager")
        card = self._card("roles")
        self.assertFalse(card.sale_return_done)
        self.assertIn(self.manager.name, card.sale_return_message)
        self.company.sale_return_four_eyes = False
        self.assertTrue(self._card("roles").sale_return_done)

    def test_what_the_addon_brought_is_not_set_up(self):
        for topic in self.models:
            with self.subTest(topic=topic):
                card = self._card(topic)
                self.assertFalse(card.sale_return_done)
                self.assertTrue(card.sale_return_message)
                self.assertTrue(card.sale_return_can_keep)

    def test_an_edit_by_a_person_makes_a_card_green(self):
        for topic, model in self.models.items():
            with self.subTest(topic=topic):
                record = self.env[model].search([], limit=1)
                record.with_user(self.manager).name = "Ours"
                self.assertTrue(self._card(topic).sale_return_done)

    def test_an_own_record_makes_a_card_green(self):
        self.env["sale.return.policy"].with_user(self.root).create({"name": "Ours"})
        self.assertTrue(self._card("policy").sale_return_done)
        self.assertFalse(self._card("reasons").sale_return_done)

    def test_another_companys_record_does_not(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["sale.return.policy"].create({"name": "O", "company_id": other.id})
        self.assertFalse(self._card("policy").sale_return_done)

    def test_a_manager_keeps_what_the_addon_brought_in_the_own_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids = [Command.link(other.id)]
        for topic in TOPICS:
            card = self._card(topic)
            if card.sale_return_done:
                continue
            self.assertTrue(card.action_keep_sale_return_step())
            self.assertTrue(self._card(topic).sale_return_done)
        elsewhere = self._card("policy").with_company(other)
        self.assertFalse(elsewhere.sale_return_done)

    def test_what_would_stop_returns_cannot_be_kept(self):
        self._card("approval_rule").action_keep_sale_return_step()
        rule = self.env["sale.return.approval.rule"].search([], limit=1)
        rule.with_user(self.root).write(
            {"group_id": False, "user_ids": [Command.set(self.users["clerk"].ids)]}
        )
        card = self._card("approval_rule")
        self.assertFalse(card.sale_return_done)
        self.assertIn("Nobody may decide", card.sale_return_message)
        with self.assertRaisesRegex(UserError, "Nobody may decide"):
            card.action_keep_sale_return_step()

    def test_without_reasons_there_is_nothing_to_keep(self):
        self.env["sale.return.reason"].search([]).active = False
        card = self._card("reasons")
        self.assertFalse(card.sale_return_can_keep)
        with self.assertRaisesRegex(UserError, "no reason to choose"):
            card.action_keep_sale_return_step()

    def test_cards_open_their_list(self):
        models = {"roles": "sale.return.role.holder", **self.models}
        for topic, model in models.items():
            card = self._card(topic)
            action = card.action_open_sale_return_step()
            self.assertEqual(action["res_model"], model)
            # Odoo's own panel calls it by its name.
            by_name = getattr(card, card.panel_step_open_action_name)()
            self.assertEqual(by_name["res_model"], model)

    def test_only_managers_set_up(self):
        Step = self.env["onboarding.onboarding.step"]
        ours = [
            name
            for name in dir(type(Step))
            if "sale_return" in name and name.startswith("action_")
        ]
        self.assertEqual(len(ours), 6)
        self.users = self.users | {
            "portal": new_test_user(self.env, "return_portal", "base.group_portal"),
            "public": self.env.ref("base.public_user"),
        }
        for role in set(self.users) - {"manager"}:
            card = self._card("policy", role)
            for name in ours:
                with (
                    self.subTest(role=role, name=name),
                    self.assertRaises(AccessError),
                ):
                    getattr(card, name)()
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    card.read(["sale_return_message"])
                with self.assertRaises(AccessError):
                    Step.with_user(self.users[role]).search([])

    def test_managers_change_no_card(self):
        with self.assertRaises(AccessError):
            self._card("policy").write({"title": "Mine"})

    def test_other_onboardings_are_left_alone(self):
        step = self.env["onboarding.onboarding.step"].create({"title": "Not ours"})
        step = step.with_user(self.manager)
        self.assertFalse(step.sale_return_done)
        with self.assertRaises(UserError):
            step.action_keep_sale_return_step()
        with self.assertRaises(UserError):
            step.action_open_sale_return_step()
        self.assertEqual(step.sudo().current_step_state, "not_done")

    # === PANEL === #

    def _panel(self, role="manager"):
        self.env.invalidate_all()  # each call is a request of its own
        panel = self.env["onboarding.onboarding"].with_user(self.users[role])
        return panel.with_company(self.company)

    def test_the_panel_shows_every_card_until_all_are_green(self):
        shown = self._panel().get_sale_return_panel()
        self.assertEqual(
            [step["id"] for step in shown], [self._card(topic).id for topic in TOPICS]
        )
        for topic, step in zip(TOPICS, shown, strict=True):
            self.assertEqual(
                step["sale_return_done"], self._card(topic).sale_return_done
            )
            if not step["sale_return_done"]:
                self._card(topic).action_keep_sale_return_step()
        self.assertFalse(self._panel().get_sale_return_panel())

    def test_a_closed_panel_stays_closed_in_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids = [Command.link(other.id)]
        panel = self._panel()
        self.assertTrue(panel.action_close_sale_return_panel())
        self.assertTrue(panel.action_close_sale_return_panel())
        self.assertFalse(panel.get_sale_return_panel())
        self.assertTrue(panel.with_company(other).get_sale_return_panel())

    def test_the_panel_is_cheap(self):
        self._panel().get_sale_return_panel()
        with self.assertQueryCount(30):
            self._panel().get_sale_return_panel()
        self._panel().action_close_sale_return_panel()
        with self.assertQueryCount(6):
            self._panel().get_sale_return_panel()

    def test_only_managers_have_the_panel(self):
        for role in set(GROUPS) - {"manager"}:
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self._panel(role).get_sale_return_panel()
                with self.assertRaises(AccessError):
                    self._panel(role).action_close_sale_return_panel()

    # === SEGREGATION === #

    def _conflicts(self, role="manager"):
        Holder = self.env["sale.return.role.holder"].with_user(self.users[role])
        return Holder.search([("is_conflict", "=", True)]).user_id

    def _person(self, login, *groups):
        return new_test_user(
            self.env,
            login=login,
            groups=",".join(groups),
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_who_asks_and_decides_is_a_conflict(self):
        both = self._person("return_both", GROUPS["clerk"], GROUPS["approver"])
        found = self._conflicts()
        self.assertIn(both, found)
        self.assertFalse(found & self.env["res.users"].union(*self.users.values()))
        both.group_ids = [Command.unlink(self.env.ref(GROUPS["clerk"]).id)]
        self.assertNotIn(both, self._conflicts())

    def test_implied_roles_count(self):
        chief = self.env["res.groups"].create(
            {
                "name": "Head of After-Sales",
                "implied_ids": [
                    Command.set(
                        [
                            self.env.ref(GROUPS["clerk"]).id,
                            self.env.ref(GROUPS["approver"]).id,
                        ]
                    )
                ],
            }
        )
        above = self.env["res.groups"].create(
            {"name": "Above", "implied_ids": [Command.set(chief.ids)]}
        )
        person = self._person("return_chief", "base.group_user")
        person.group_ids = [Command.link(above.id)]
        self.assertIn(person, self._conflicts())
        holder = self.env["sale.return.role.holder"].with_user(self.manager)
        holder = holder.browse(person.id)
        self.assertTrue(holder.is_clerk and holder.is_approver)
        self.assertFalse(holder.is_manager)
        self.assertEqual(holder.given_by, "Above")

    def test_archived_users_and_those_of_other_companies_are_left_out(self):
        both = self._person("return_both", GROUPS["clerk"], GROUPS["approver"])
        other = self.env["res.company"].create({"name": "Other"})
        both.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertNotIn(both, self._conflicts())
        both.write({"company_ids": [Command.link(self.company.id)]})
        self.assertIn(both, self._conflicts())
        both.active = False
        self.assertNotIn(both, self._conflicts())

    def test_only_managers_read_who_holds_what(self):
        Holder = self.env["sale.return.role.holder"]
        for role in set(GROUPS) - {"manager"}:
            with self.subTest(role=role), self.assertRaises(AccessError):
                Holder.with_user(self.users[role]).search([])
        with self.assertRaises(AccessError):
            Holder.with_user(self.manager).create({"login": "x"})

    def test_the_user_is_opened_by_who_may_change_it(self):
        holder = self.env["sale.return.role.holder"].browse(self.users["clerk"].id)
        with self.assertRaises(AccessError):
            holder.with_user(self.manager).action_open_user()
        self.manager.group_ids = [
            Command.link(self.env.ref("base.group_erp_manager").id)
        ]
        action = holder.with_user(self.manager).action_open_user()
        self.assertEqual(action["res_id"], self.users["clerk"].id)

    # === SETTINGS === #

    def test_settings_show_all_that_a_company_decides(self):
        view = self.env["res.config.settings"].get_view(view_type="form")["arch"]
        names = {
            name
            for name, field in self.env["res.company"]._fields.items()
            if name.startswith("sale_return_") and not field.readonly
        }
        self.assertTrue(names)
        for name in names:
            self.assertIn(f'name="{name}"', view)

    def test_configuration_is_edited_in_lists(self):
        for model in (*self.models.values(), "sale.return.disposition"):
            Model = self.env[model].with_user(self.manager)
            arch = Model.get_view(view_type="list")["arch"]
            self.assertIn('editable="bottom"', arch)
            self.assertIn('open_form_view="1"', arch)
            # each can be made with what the list asks for
            needed = {
                name
                for name, field in Model._fields.items()
                if field.required and field.store
            }
            for name in needed:
                self.assertIn(f'name="{name}"', arch)
