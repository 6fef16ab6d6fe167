from datetime import timedelta

from odoo import SUPERUSER_ID, fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import GROUPS, SaleReturnCommon


@tagged("native", "post_install", "-at_install")
class TestTourManager(SaleReturnCommon, HttpCase):
    """A manager's first day with returns, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(su=True)
        # As after the installation, by nobody's hand.
        for name in (
            "sale_return_reason_no_longer_wanted",
            "sale_return_policy_default",
            "sale_return_approval_rule_default",
        ):
            record = cls.env.ref(f"sale_return_mgmt.{name}")
            others = record.with_context(active_test=False).search(
                [("id", "!=", record.id)]
            )
            others.with_user(SUPERUSER_ID).write({"sequence": 50})
            record.with_user(SUPERUSER_ID).write({"sequence": 1})
        cls.manager = cls.users["manager"]
        cls.manager.write({"login": "return_manager_tour", "lang": "en_US"})
        cls.manager.password = "return_manager_tour"
        new_test_user(
            cls.env,
            login="return_test_both",
            groups=f"{GROUPS['clerk']},{GROUPS['approver']}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.order = cls._sell([(cls.product, 5)])
        cls.late = cls._request(cls.order, {cls.product: 1})
        cls.late.action_submit()
        cls.late.sudo().date_deadline = fields.Date.today() - timedelta(days=5)

    def test_a_manager_sets_returns_up(self):
        self.start_tour(
            "/odoo", "sale_return_manager_tour", login="return_manager_tour"
        )
        self.assertEqual(
            self.env.ref("sale_return_mgmt.sale_return_reason_no_longer_wanted").name,
            "Changed their mind",
        )
        policy = self.env.ref("sale_return_mgmt.sale_return_policy_default")
        self.assertEqual(policy.window_days, 14)
        step = self.env.ref("sale_return_mgmt.onboarding_step_approval_rule")
        step = step.with_company(self.company)
        self.assertEqual(step.current_step_state, "just_done")

    def test_settings_of_returns_are_found_by_typing(self):
        self.manager.group_ids = [
            Command.link(self.env.ref("base.group_system").id),
            Command.link(self.env.ref("sales_team.group_sale_manager").id),
        ]
        # Else Odoo warns of the pricelists that the demo of another addon brought.
        self.env.ref("base.group_user").implied_ids = [
            Command.link(self.env.ref("product.group_product_pricelist").id)
        ]
        self.assertTrue(self.company.sale_return_four_eyes)
        self.start_tour(
            "/odoo/settings", "sale_return_settings_tour", login="return_manager_tour"
        )
        self.assertFalse(self.company.sale_return_four_eyes)
