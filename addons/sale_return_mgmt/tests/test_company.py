from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import SaleReturnCommon


@tagged("native", "post_install", "-at_install")
class TestCompany(SaleReturnCommon):
    """Several warehouses and companies, also those that come later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="Elsewhere")
        cls.other_warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.other_company.id)]
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.other_warehouse.lot_stock_id, 100
        )
        cls.strangers = {
            role: new_test_user(
                cls.env,
                login=f"return_test_stranger_{role}",
                groups=f"sale_return_mgmt.group_sale_return_{role}",
                company_id=cls.other_company.id,
                company_ids=[Command.set(cls.other_company.ids)],
            )
            for role in ("clerk", "manager")
        }

    def _sell_elsewhere(self):
        """A delivered order of the other company."""
        other = self.env(
            context=dict(self.env.context, allowed_company_ids=self.other_company.ids)
        )
        order = other["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.other_company.id,
                "client_order_ref": "ELSEWHERE-1",
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 5,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        return order

    def _request_elsewhere(self, order):
        stranger = self.strangers["clerk"]
        action = order.with_user(stranger).action_create_return()
        return_order = (
            self.env["sale.return.order"]
            .with_user(stranger)
            .with_context(**action["context"])
            .create({"reason_id": self.reason.id})
        )
        return_order.line_ids.reason_id = self.reason
        return return_order

    # === WHAT EACH HAS BY ITSELF === #

    def _assert_ready_for_returns(self, warehouse):
        location = warehouse.sale_return_location_id
        self.assertRecordValues(
            location,
            [
                {
                    "usage": "internal",
                    "company_id": warehouse.company_id.id,
                    "active": True,
                }
            ],
        )
        self.assertNotEqual(location.warehouse_id, warehouse, "outside the free stock")
        self.assertRecordValues(
            warehouse.sale_return_type_id,
            [
                {
                    "code": "incoming",
                    "warehouse_id": warehouse.id,
                    "company_id": warehouse.company_id.id,
                    "default_location_dest_id": location.id,
                    "sequence_code": "RET",
                    "active": True,
                }
            ],
        )
        self.assertEqual(
            warehouse.sale_return_type_id.sequence_id.prefix, f"{warehouse.code}/RET/"
        )

    def test_every_warehouse_is_ready_for_returns(self):
        for warehouse in self.env["stock.warehouse"].sudo().search([]):
            with self.subTest(warehouse=warehouse.name):
                self._assert_ready_for_returns(warehouse)

    def test_a_warehouse_made_later_is_ready_for_returns(self):
        # Odoo lets only administrators make the second one, which turns warehouses on.
        self.env["stock.warehouse"].create({"name": "South", "code": "SOU"})
        keeper = new_test_user(
            self.env,
            login="return_test_stock_manager",
            groups="stock.group_stock_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        warehouse = (
            self.env["stock.warehouse"]
            .with_user(keeper)
            .create({"name": "North", "code": "NOR"})
        )
        self._assert_ready_for_returns(warehouse.sudo())
        warehouse.code = "NTH"
        self._assert_ready_for_returns(warehouse.sudo())
        self.assertEqual(len(self.warehouse.sale_return_location_id), 1)
        self.assertNotEqual(
            warehouse.sudo().sale_return_location_id,
            self.warehouse.sale_return_location_id,
        )

    def test_a_company_made_later_is_ready_for_returns(self):
        self._assert_ready_for_returns(self.other_warehouse)
        reasons = self.env["sale.return.reason"].with_user(self.strangers["clerk"])
        self.assertIn(self.reason, reasons.search([]))
        self.assertRecordValues(
            self.other_company,
            [
                {
                    "sale_return_refund_trigger": "inspection",
                    "sale_return_inspection_required": True,
                    "sale_return_post_refund": True,
                    "sale_return_four_eyes": True,
                }
            ],
        )

    def test_a_return_lives_in_a_company_made_later(self):
        self.other_company.sale_return_inspection_required = False
        order = self._sell_elsewhere()
        return_order = self._request_elsewhere(order)
        return_order.action_submit()
        return_order.with_user(self.strangers["manager"]).action_approve()
        receipt = return_order.sudo().picking_ids
        self.assertRecordValues(
            receipt,
            [
                {
                    "company_id": self.other_company.id,
                    "picking_type_id": self.other_warehouse.sale_return_type_id.id,
                    "location_dest_id": self.other_warehouse.lot_stock_id.id,
                }
            ],
        )
        receipt.with_user(self.strangers["manager"]).button_validate()
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "done",
                    "company_id": self.other_company.id,
                    "amount_refunded": 500.0,
                }
            ],
        )
        self.assertEqual(return_order.sudo().refund_ids.company_id, self.other_company)

    def test_a_manager_of_two_companies_acts_in_that_of_the_return(self):
        self.other_company.sale_return_refund_trigger = "manual"
        self.other_company.sale_return_inspection_required = False
        return_order = self._request_elsewhere(self._sell_elsewhere())
        return_order.action_submit()
        manager = self.users["manager"]
        both = (self.company | self.other_company).ids
        manager.company_ids = [Command.set(both)]
        return_order = return_order.with_user(manager).with_context(
            allowed_company_ids=both
        )
        return_order.action_approve()
        self.assertEqual(return_order.picking_ids.company_id, self.other_company)
        return_order.picking_ids.button_validate()
        return_order.action_settle()
        self.assertRecordValues(
            return_order.sudo().refund_ids,
            [
                {
                    "state": "posted",
                    "company_id": self.other_company.id,
                    "amount_total": 500.0,
                    "payment_state": "paid",
                }
            ],
        )

    def test_an_archived_warehouse_comes_back_with_its_operation_type(self):
        warehouse = self.env["stock.warehouse"].create({"name": "North", "code": "NOR"})
        warehouse.action_archive()
        self.assertFalse(warehouse.sale_return_type_id.active)
        warehouse.action_unarchive()
        self._assert_ready_for_returns(warehouse)

    # === WHAT OTHERS DO NOT SEE === #

    def test_returns_of_another_company_are_out_of_sight(self):
        return_order = self._request_elsewhere(self._sell_elsewhere())
        return_order.action_submit()
        for role in (
            "viewer",
            "clerk",
            "approver",
            "warehouse",
            "manager",
            "accountant",
        ):
            user = self.users[role]
            with self.subTest(role=role):
                for records in (return_order, return_order.line_ids):
                    Model = self.env[records._name].with_user(user)
                    self.assertFalse(Model.search([("id", "in", records.ids)]))
                    with self.assertRaises(AccessError):
                        records.with_user(user).read(["state"])
        self.env.invalidate_all()
        for role in ("viewer", "manager"):
            for records in (return_order.event_ids, return_order.approval_ids):
                with self.subTest(role=role, model=records._name):
                    Model = self.env[records._name].with_user(self.users[role])
                    self.assertFalse(Model.search([("id", "in", records.ids)]))
        for step in ("action_approve", "action_cancel", "action_settle"):
            with self.subTest(step=step), self.assertRaises(AccessError):
                getattr(self._as("manager", return_order), step)()
        self.assertEqual(return_order.state, "submitted")

    def test_other_systems_do_not_find_returns_of_another_company(self):
        return_order = self._request_elsewhere(self._sell_elsewhere())
        api = self.env["sale.return.order"].with_user(self.users["manager"])
        for ref in (return_order.id, return_order.name):
            with self.subTest(ref=ref):
                result = api.api_get([ref])[0]
                self.assertFalse(result["ok"])
                self.assertEqual(result["errors"][0]["code"], "NOT_FOUND")

    def test_other_systems_do_not_find_orders_of_another_company(self):
        order = self._sell_elsewhere()
        api = self.env["sale.return.order"].with_user(self.users["clerk"])
        lines = [
            {"product": "LAMP", "quantity": 1, "reason": self.reason.code},
            {
                "sale_line": order.order_line.id,
                "quantity": 1,
                "reason": self.reason.code,
            },
        ]
        cases = [{"order": order.id}, {"order": order.name}, {"order": "ELSEWHERE-1"}]
        requests = [
            {"source": "shop", "ref": f"R-{number}", "lines": lines[:1], **case}
            for number, case in enumerate(cases)
        ]
        requests.append({"source": "shop", "ref": "R-line", "lines": lines[1:]})
        for result in api.api_request(requests):
            self.assertFalse(result["ok"])
            self.assertEqual(result["errors"][0]["code"], "NOT_FOUND")

    # === WHAT CANNOT BE MIXED === #

    def test_a_line_of_another_company_is_refused(self):
        order = self._sell([(self.product, 5)])
        elsewhere = self._sell_elsewhere()
        both = (self.company | self.other_company).ids
        clerk = self.users["clerk"]
        clerk.company_ids = [Command.set(both)]
        Return = (
            self.env["sale.return.order"]
            .with_user(clerk)
            .with_context(allowed_company_ids=both)
        )
        with self.assertRaises(UserError):
            Return.create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "line_ids": [
                        Command.create({"sale_line_id": line.id, "quantity": 1})
                        for line in (order + elsewhere).order_line
                    ],
                }
            )
        return_order = self._request(order)
        with self.assertRaises(UserError):
            return_order.with_env(Return.env).write(
                {
                    "line_ids": [
                        Command.create(
                            {"sale_line_id": elsewhere.order_line.id, "quantity": 1}
                        )
                    ]
                }
            )

    def test_a_return_of_orders_of_two_companies_is_refused(self):
        both = (self.company | self.other_company).ids
        clerk = self.users["clerk"]
        clerk.company_ids = [Command.set(both)]
        orders = self._sell([(self.product, 5)]) + self._sell_elsewhere()
        with self.assertRaises(UserError):
            action = (
                orders.with_user(clerk)
                .with_context(allowed_company_ids=both)
                .action_create_return()
            )
            self.env["sale.return.order"].with_user(clerk).with_context(
                **action["context"], allowed_company_ids=both
            ).create({"reason_id": self.reason.id})

    def test_a_warehouse_of_another_company_is_refused(self):
        return_order = self._request(self._sell([(self.product, 5)]))
        with self.assertRaises(UserError):
            return_order.sudo().warehouse_id = self.other_warehouse

    def test_the_company_of_a_return_is_fixed(self):
        both = (self.company | self.other_company).ids
        return_order = self._request(self._sell([(self.product, 5)]))
        for role in ("clerk", "manager"):
            self.users[role].company_ids = [Command.set(both)]
            with self.subTest(role=role), self.assertRaises(UserError):
                self._as(role, return_order).with_context(
                    allowed_company_ids=both
                ).company_id = self.other_company
        self.assertEqual(return_order.company_id, self.company)

    def test_an_order_opened_from_another_company_keeps_its_own(self):
        """The company of the order counts, not the one the user has selected."""
        order = self._sell([(self.product, 5)])
        both = (self.other_company | self.company).ids
        clerk = self.users["clerk"]
        clerk.company_ids = [Command.set(both)]
        in_both = order.with_user(clerk).with_context(allowed_company_ids=both)
        action = in_both.action_create_return()
        return_order = (
            in_both.env["sale.return.order"]
            .with_context(**action["context"])
            .create({"reason_id": self.reason.id})
        )
        self.assertEqual(return_order.company_id, self.company)
        self.assertEqual(return_order.line_ids.company_id, self.company)

    def test_numbers_are_shared_and_unique(self):
        order, elsewhere = self._sell([(self.product, 5)]), self._sell_elsewhere()
        returns = self.env["sale.return.order"]
        for _time in range(3):
            returns |= self._request(order, {self.product: 1}).sudo()
            returns |= self._request_elsewhere(elsewhere).sudo()
        names = returns.mapped("name")
        self.assertEqual(len(set(names)), 6)
        numbers = sorted(int(name.rsplit("/", 1)[1]) for name in names)
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 6)))
