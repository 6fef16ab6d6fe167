import psycopg2

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestCosts(SaleReturnCommon):
    """What a return cost us is entered by managers and accountants, and money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.return_order = cls._approved(cls._sell([(cls.product, 5)]))

    def _enter(self, role, **vals):
        action = self._as(role, self.return_order).action_enter_costs()
        Cost = self.env[action["res_model"]].with_user(self.users[role])
        with Form(
            Cost.with_context(**action["context"]),
            "sale_return_mgmt.sale_return_cost_view_list",
        ) as form:
            form.type = "freight_in"
            form.amount = 12.5
            for name, value in vals.items():
                form[name] = value
        return form.record

    def test_managers_and_accountants_enter_costs(self):
        for role in ("manager", "accountant"):
            cost = self._enter(role, note="Parcel service")
            self.assertRecordValues(
                cost,
                [
                    {
                        "order_id": self.return_order.id,
                        "amount": 12.5,
                        "currency_id": self.company.currency_id.id,
                        "company_id": self.company.id,
                    }
                ],
            )
        costs = self._as("viewer", self.return_order).cost_ids
        self.assertEqual(sum(costs.mapped("amount")), 25)

    def test_others_enter_none(self):
        for role in ("clerk", "approver", "viewer", "warehouse", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.env["sale.return.cost"].with_user(self.users[role]).create(
                    {"order_id": self.return_order.id, "amount": 1.0}
                )

    def test_the_warehouse_sees_no_cost(self):
        self._enter("manager")
        for role in ("warehouse", "storekeeper"):
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self.env["sale.return.cost"].with_user(self.users[role]).search([])
                with self.assertRaises(AccessError):
                    self._as(role, self.return_order).read(["cost_ids"])

    def test_other_companies_see_no_cost(self):
        cost = self._enter("manager")
        other = self.env["res.company"].create({"name": "Other"})
        manager = self.users["manager"]
        manager.company_ids += other
        seen = self.env["sale.return.cost"].with_user(manager)
        self.assertIn(cost, seen.with_company(self.company).search([]))
        manager.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        self.assertNotIn(
            cost, seen.with_context(allowed_company_ids=other.ids).search([])
        )

    def test_a_cost_is_above_zero(self):
        cost = self._enter("manager")
        for amount in (0.0, -5.0):
            with (
                self.subTest(amount=amount),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.cr.savepoint(),
            ):
                cost.write({"amount": amount})
                cost.flush_recordset()
