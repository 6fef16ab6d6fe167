from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUPS, SaleReturnCommon

OUR_MODELS = [
    "sale.return.order",
    "sale.return.order.line",
    "sale.return.approval",
    "sale.return.event",
]
ROLES_READING = ["viewer", "clerk", "approver", "manager", "accountant"]


@tagged("native", "post_install", "-at_install")
class TestRights(SaleReturnCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.draft = cls._request(cls.order, {cls.product: 1})
        cls.submitted = cls._request(cls.order, {cls.product: 1})
        cls.submitted.action_submit()
        cls.approved = cls._approved(cls.order, {cls.product: 1})

    def _returns(self, role):
        Return = self.env["sale.return.order"].with_user(self.users[role])
        return Return.search([("partner_id", "=", self.customer.id)])

    # === READING === #

    def test_roles_read_the_returns_of_their_company(self):
        for role in ROLES_READING:
            with self.subTest(role=role):
                self.assertEqual(len(self._returns(role)), 3)
                self._as(role, self.approved).read(["name", "amount_total"])
                self._as(role, self.approved.line_ids).read(["price_total"])

    def test_warehouse_sees_approved_returns_only(self):
        self.assertEqual(
            self._returns("warehouse"), self._as("warehouse", self.approved)
        )
        with self.assertRaises(AccessError):
            self._as("warehouse", self.submitted).read(["name"])

    def test_other_employees_see_no_returns(self):
        for role in ("employee", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._returns(role)

    def test_new_internal_user_is_in_none_of_our_groups(self):
        user = self.env["res.users"].create({"name": "New", "login": "return_new"})
        for role, group in GROUPS.items():
            if group.startswith("sale_return_mgmt."):
                self.assertFalse(user.has_group(group), role)

    def test_salespeople_read_the_returns_of_their_orders_only(self):
        salesman = new_test_user(
            self.env, login="return_salesman", groups="sales_team.group_sale_salesman"
        )
        self.order.user_id = salesman
        other = self._sell([(self.product, 1)], user_id=self.users["manager"].id)
        other_return = self._approved(other)
        Return = self.env["sale.return.order"].with_user(salesman)
        found = Return.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(
            found.ids, (self.draft + self.submitted + self.approved).sorted().ids
        )
        with self.assertRaises(AccessError):
            other_return.with_user(salesman).read(["name"])
        with self.assertRaises(AccessError):
            other_return.line_ids.with_user(salesman).read(["product_id"])

    def test_warehouse_sees_no_money(self):
        """Every amount and price of our models, found by its type, and a filter or
        sort by it, which would tell it as well."""
        self._receive(self.approved)
        for model, record in (
            ("sale.return.order", self.approved),
            ("sale.return.order.line", self.approved.line_ids),
        ):
            record = self._as("warehouse", record)
            names = [
                name
                for name, field in self.env[model]._fields.items()
                if field.type == "monetary"
                or name in ("price_unit", "discount", "tax_ids", "refund_ids")
            ]
            self.assertTrue(names)
            for name in names:
                with self.subTest(model=model, field=name):
                    self.assertNotIn(name, record.fields_get())
                    with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
                        record.read([name])
                    with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
                        record.search([(name, "!=", False)])
            with self.assertRaises(AccessError):
                record.search([], order=names[0])
        answer = (
            self.env["sale.return.order"]
            .with_user(self.users["warehouse"])
            .api_get([self.approved.id])[0]
        )
        self.assertTrue(answer["ok"])
        self.assertFalse([key for key in answer if "amount" in key or "credit" in key])
        self.assertFalse([key for key in answer["lines"][0] if "price" in key])

    def test_clerk_reads_the_linked_documents_without_a_sales_group(self):
        self._receive(self.approved)
        return_order = self._as("clerk", self.approved)
        return_order.sale_order_ids.read(["name", "amount_total"])
        return_order.picking_ids.read(["name", "state"])
        return_order.refund_ids.read(["name", "amount_total"])
        entry = self.env["account.move"].create({"move_type": "entry"})
        with self.assertRaises(AccessError):
            self._as("clerk", entry).read(["name"])
        for records in (self.order, return_order.picking_ids, return_order.refund_ids):
            with self.assertRaises(AccessError):
                self._as("clerk", records).write(
                    {"origin": "x"} if "origin" in records else {"ref": "x"}
                )

    # === WRITING === #

    def test_only_clerks_and_managers_create_returns(self):
        vals = {"partner_id": self.customer.id}
        for role in GROUPS:
            Return = self.env["sale.return.order"].with_user(self.users[role])
            with self.subTest(role=role):
                if role in ("clerk", "manager"):
                    self.assertEqual(Return.create(vals).state, "draft")
                else:
                    with self.assertRaises(AccessError):
                        Return.create(vals)

    def test_clerk_writes_drafts_only(self):
        self.draft.customer_reference = "C-1"
        for return_order in (self.submitted, self.approved):
            with self.assertRaises(UserError):
                return_order.customer_reference = "C-1"
            with self.assertRaises(UserError):
                return_order.line_ids.quantity = 2
            with self.assertRaises(UserError):
                return_order.line_ids.unlink()
            with self.assertRaises(UserError):
                return_order.write(
                    {
                        "line_ids": [
                            Command.create({"sale_line_id": self.order.order_line.id})
                        ]
                    }
                )

    def test_manager_changes_what_was_not_decided(self):
        return_order = self._as("manager", self.approved)
        return_order.carrier_tracking_ref = "1Z999"
        for vals in (
            {"partner_id": self.company.partner_id.id},
            {"line_ids": [Command.clear()]},
            {"warehouse_id": self.warehouse.id},
        ):
            with self.assertRaises(UserError):
                return_order.write(vals)
        with self.assertRaises(UserError):
            return_order.line_ids.quantity = 5

    def test_others_write_nothing(self):
        for role in ("viewer", "approver", "warehouse", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, self.approved).write({"customer_reference": "x"})

    def test_submitted_returns_are_never_deleted(self):
        self.submitted.action_withdraw()
        with self.assertRaises(UserError):
            self.submitted.unlink()
        self.draft.unlink()
        with self.assertRaises(UserError):
            self._as("manager", self.approved).unlink()

    # === WORKFLOW FIELDS === #

    def _workflow_fields(self, model):
        return [
            name
            for name, field in self.env[model]._fields.items()
            if field.readonly and name not in ("id", "display_name")
        ]

    def test_workflow_fields_are_never_written_from_outside(self):
        records = {
            "sale.return.order": self.draft,
            "sale.return.order.line": self.draft.line_ids,
            "sale.return.approval": self.submitted.approval_ids,
            "sale.return.event": self.draft.event_ids,
        }
        for role in ("clerk", "manager"):
            for model in OUR_MODELS:
                record = self._as(role, records[model][:1].sudo())
                for name in self._workflow_fields(model):
                    with (
                        self.subTest(role=role, model=model, field=name),
                        mute_logger(
                            "odoo.orm.models", "odoo.addons.base.models.ir_model"
                        ),
                        self.assertRaises(UserError),
                    ):
                        record.with_user(self.users[role]).write({name: False})

    def test_workflow_fields_are_never_set_at_creation(self):
        Return = self.env["sale.return.order"].with_user(self.users["manager"])
        vals = {"partner_id": self.customer.id}
        count = Return.search_count([])
        for name in self._workflow_fields("sale.return.order"):
            with (
                self.subTest(field=name),
                mute_logger("odoo.orm.models"),
                self.assertRaises(AccessError),
            ):
                Return.create({**vals, name: False})
        for context in ({"default_state": "approved"}, {"default_round": 3}):
            with mute_logger("odoo.orm.models"), self.assertRaises(AccessError):
                Return.with_context(**context).create(vals)
        with mute_logger("odoo.orm.models"), self.assertRaises(AccessError):
            Return.create(
                {
                    **vals,
                    "line_ids": [
                        Command.create(
                            {
                                "sale_line_id": self.order.order_line.id,
                                "quantity_approved": 5,
                            }
                        )
                    ],
                }
            )
        self.assertEqual(Return.search_count([]), count)

    def test_own_default_values_do_not_reach_workflow_fields(self):
        clerk = self.users["clerk"]
        defaults = self.env["ir.default"].with_user(clerk)
        defaults.set("sale.return.order", "state", "approved", user_id=True)
        defaults.set("sale.return.approval", "state", "approved", user_id=True)
        return_order = self._request(self.order, {self.product: 1})
        self.assertEqual(return_order.state, "draft")
        return_order.action_submit()
        self.assertEqual(return_order.sudo().approval_ids.mapped("state"), ["pending"])

    def test_callers_context_does_not_reach_what_a_step_creates(self):
        return_order = self._request(self.order, {self.product: 1})
        return_order.with_context(
            default_state="approved", default_user_id=1
        ).action_submit()
        self.assertRecordValues(
            return_order.sudo().approval_ids, [{"state": "pending", "user_id": False}]
        )

    def test_callers_context_does_not_let_him_write_in_a_log(self):
        """Paid credit notes are logged on the order, which asks for no rights."""
        order = self.order.with_user(self.users["employee"])
        before = self.order.message_ids
        with self.assertRaises(AccessError):
            order.with_context(sale_return_log_note=True).message_post(body="Paid")
        self.assertEqual(self.order.message_ids, before)

    @mute_logger("odoo.orm.models")
    def test_import_cannot_set_workflow_fields(self):
        Return = self.env["sale.return.order"].with_user(self.users["manager"])
        result = Return.load(
            ["partner_id/.id", "state"], [[str(self.customer.id), "approved"]]
        )
        self.assertFalse(result["ids"])
        self.assertEqual(result["messages"][0]["type"], "error")

    def test_links_on_odoo_documents_are_ours_to_set(self):
        self._receive(self.approved)
        accountant = self.users["accountant"]
        refund = self.approved.sudo().refund_ids
        cases = [
            (refund.with_user(accountant), {"return_order_id": False}),
            (
                refund.invoice_line_ids.with_user(accountant),
                {"return_line_id": False},
            ),
            (
                self._as("storekeeper", self.approved.sudo().picking_ids),
                {"return_order_id": False},
            ),
            (
                self._as("storekeeper", self.approved.sudo().picking_ids.move_ids),
                {"return_line_id": False},
            ),
            (
                self._as("storekeeper", self.order.order_line),
                {"return_guard": 0},
            ),
        ]
        for records, vals in cases:
            with (
                self.subTest(model=records._name, **vals),
                mute_logger("odoo.orm.models"),
                self.assertRaises(AccessError),
            ):
                records.write(vals)

    # === STEPS === #

    def test_each_step_is_refused_to_the_roles_that_may_not_take_it(self):
        steps = [
            (self.draft, "action_submit", (), ("clerk", "manager")),
            (self.submitted, "action_withdraw", (), ("clerk", "manager")),
            (self.submitted, "action_approve", (), ("approver", "manager")),
            (
                self.submitted,
                "action_approve_with_changes",
                (),
                ("approver", "manager"),
            ),
            (self.submitted, "action_send_back", ("note",), ("approver", "manager")),
            (self.submitted, "action_reject", ("reason",), ("approver", "manager")),
            (self.draft, "action_reset_to_draft", (), ("clerk", "manager")),
            (self.draft, "action_cancel", (), ("clerk", "manager")),
            (self.draft, "action_override_policy", ("reason",), ("manager",)),
            (
                self.submitted,
                "action_name_approver",
                (self.users["approver"].id, "reason"),
                ("manager",),
            ),
            (self.approved, "action_close_short", ("reason",), ("manager",)),
            (self.approved, "action_settle", (), ("manager",)),
            (self.approved, "action_settle_selected", (), ("manager",)),
            (self.approved, "action_queue_settlement", (), ("manager",)),
        ]
        for records, step, args, allowed in steps:
            state = records.state
            for role in GROUPS:
                if role in allowed:
                    continue
                with self.subTest(step=step, role=role), self.assertRaises(AccessError):
                    getattr(self._as(role, records), step)(*args)
                self.assertEqual(records.state, state)
