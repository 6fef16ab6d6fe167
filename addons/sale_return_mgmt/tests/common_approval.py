from odoo.fields import Command
from odoo.tests import new_test_user

from .common import GROUPS, SaleReturnCommon


class ApprovalLevelsCommon(SaleReturnCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5), (cls.product_on_order, 5)])
        cls.rule = cls.env.ref(
            "sale_return_mgmt.sale_return_approval_rule_default"
        ).with_user(cls.users["manager"])
        cls.rule.sequence = 1
        cls.boss = cls._create_user("boss", "approver")

    @classmethod
    def _create_user(cls, name, role):
        return new_test_user(
            cls.env,
            login=f"return_test_{name}",
            groups=GROUPS[role],
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            email=f"{name}@example.com",
        )

    def _add_level(self, name="Boss", **vals):
        return self.rule.create(
            {
                "name": name,
                "sequence": 2,
                "user_ids": [Command.set(self.boss.ids)],
                **vals,
            }
        )

    def _submitted(self, quantity=1, product=None, role="clerk", **vals):
        return_order = self._request(
            self.order, {product or self.product: quantity}, role=role, **vals
        )
        return_order.action_submit()
        return return_order

    def _code(self, error):
        return getattr(error.exception, "sale_return_code", None)

    def _levels(self, return_order):
        return return_order.sudo().approval_ids.rule_id.mapped("name")

    def _asked(self, return_order):
        """Who has an activity to decide."""
        return return_order.sudo().activity_ids.user_id
