from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common_inspection import SaleReturnInspectionCommon

CLERK = "sale_return_mgmt.group_sale_return_clerk"
WAREHOUSE = "sale_return_mgmt.group_sale_return_warehouse"


@tagged("post_install", "-at_install")
class TestCounter(SaleReturnInspectionCommon):
    """A customer at the counter: one form, one button, and the papers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env.ref("sale_return_mgmt.sale_return_policy_default").sudo()
        cls.policy.auto_approve_limit = 1000
        cls.users["counter"] = new_test_user(
            cls.env,
            login="return_test_counter",
            groups=f"{CLERK},{WAREHOUSE}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.order = cls._sell([(cls.product, 5)])

    def _draft(self, quantity=2, role="counter", order=None, **vals):
        """As at the counter: the number of the receipt fills the form."""
        Return = self.env["sale.return.order"].with_user(self.users[role])
        form = Form(Return.with_context(default_channel="counter"))
        form.reason_id = self.reason
        form.goods_sought = (order or self.order).invoice_ids[:1].name
        for name, value in vals.items():
            form[name] = value
        with form.line_ids.edit(0) as line:
            line.quantity = quantity
        return form.save()

    def test_the_number_of_the_receipt_fills_the_form(self):
        draft = self._draft()
        self.assertEqual(draft.partner_id, self.customer)
        self.assertEqual(draft.line_ids.sale_line_id, self.order.order_line)
        self.assertEqual(draft.line_ids.reason_id, self.reason)
        self.assertTrue(draft.can_take_back)

    def test_what_no_receipt_is_called_is_told(self):
        Return = self.env["sale.return.order"].with_user(self.users["counter"])
        answer = Return.new({"goods_sought": "no such receipt"})
        warning = answer._onchange_goods_sought()["warning"]
        self.assertIn("no such receipt", warning["message"])
        self.assertFalse(answer.line_ids)

    def test_one_button_runs_from_request_to_credit_and_prints(self):
        draft = self._draft()
        action = draft.action_take_back()
        self.assertEqual(
            (action["type"], action["report_name"], action["context"]["active_ids"]),
            (
                "ir.actions.report",
                "sale_return_mgmt.report_counter_papers",
                draft.ids,
            ),
        )
        self.assertRecordValues(
            draft,
            [
                {
                    "state": "done",
                    "receipt_status": "full",
                    "inspection_status": "done",
                    "refund_status": "paid",
                }
            ],
        )
        self.assertEqual(draft.sudo().event_ids.user_id, self.users["counter"])
        self.assertIn("auto_approved", draft.sudo().event_ids.mapped("type"))

    def test_the_papers_are_the_slip_and_the_credit_note(self):
        draft = self._draft()
        draft.action_take_back()
        report = self.env["ir.actions.report"].with_user(self.users["counter"])
        page, _kind = report._render_qweb_html(
            "sale_return_mgmt.report_counter_papers", draft.ids
        )
        page = page.decode()
        self.assertIn("Return Slip", page)
        self.assertIn(draft.refund_ids.name, page)

    def test_the_papers_are_not_for_who_may_not_see_amounts(self):
        draft = self._draft()
        draft.action_take_back()
        report = self.env["ir.actions.report"].with_user(self.users["warehouse"])
        with self.assertRaises(AccessError):
            report._render_qweb_html(
                "sale_return_mgmt.report_counter_papers", draft.ids
            )

    def test_the_counter_does_not_approve(self):
        self.policy.auto_approve_limit = 10
        draft = self._draft()
        self.assertIn(self.users["approver"].name, draft.approval_preview)
        action = draft.action_take_back()
        self.assertEqual(draft.state, "submitted")
        self.assertFalse(draft.sudo().picking_ids)
        self.assertIn(self.users["approver"].name, action["params"]["message"])
        # Asked again it says the same; approved, it goes on.
        self.assertEqual(draft.action_take_back()["tag"], action["tag"])
        self._as("approver", draft).action_approve()
        self.assertTrue(draft.can_take_back)
        draft.action_take_back()
        self.assertEqual(draft.state, "done")

    def test_who_may_approve_does_not_at_the_counter(self):
        self.policy.auto_approve_limit = 0
        draft = self._draft(role="manager")
        draft.action_take_back()
        self.assertEqual(draft.state, "submitted")

    def test_each_right_is_needed(self):
        for missing in ("clerk", "warehouse", "viewer", "approver", "storekeeper"):
            # A clerk lacks the warehouse's right, the warehouse the clerk's.
            draft = self._draft()
            with self.subTest(role=missing), self.assertRaises(AccessError):
                self._as(missing, draft).action_take_back()
            self.assertEqual(draft.state, "draft")
        self.assertFalse(self._as("clerk", draft).can_take_back)

    def test_a_step_that_is_refused_undoes_all_before_it(self):
        """The goods are tracked, and nobody named a serial number."""
        phone = self._create_goods("Phone", tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": phone.id} for name in ("SN-1", "SN-2")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                phone, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        order = self._sell([(phone, 2)], deliver=False, invoice=False)
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        draft = self._draft(1, order=order)
        events = len(draft.sudo().event_ids)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            draft.action_take_back()
        draft.invalidate_recordset()
        self.assertEqual((draft.state, len(draft.sudo().event_ids)), ("draft", events))
        self.assertFalse(draft.sudo().picking_ids)
        draft.line_ids.lot_ids = lots[:1]
        draft.action_take_back()
        self.assertEqual(draft.state, "done")

    def test_where_nothing_can_be_credited_nothing_is_received(self):
        draft = self._draft()
        today = self.company._get_local_date()
        self.company.sudo().fiscalyear_lock_date = today + timedelta(5)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            draft.action_take_back()
        draft.invalidate_recordset()
        self.assertEqual(draft.state, "draft")

    def test_what_must_be_looked_at_opens_the_inspection(self):
        self.policy.inspection_instructions = "<p>Switch it on.</p>"
        draft = self._draft()
        action = draft.action_take_back()
        self.assertEqual(action["res_model"], "sale.return.order.inspect")
        self.assertEqual(draft.inspection_status, "pending")
        dialog = Form.from_action(draft.env, action).save()
        papers = dialog.with_context(**action["context"]).action_apply()
        self.assertEqual(papers["type"], "ir.actions.report")
        self.assertEqual(draft.state, "done")

    def test_a_clerk_finds_the_counter(self):
        menu = self.env.ref("sale_return_mgmt.sale_return_order_menu_counter")
        Menu = self.env["ir.ui.menu"]
        for role, seen in (("counter", True), ("clerk", True), ("viewer", False)):
            ids = Menu.with_user(self.users[role])._visible_menu_ids()
            self.assertEqual(menu.id in ids, seen)
        action = self.env.ref("sale_return_mgmt.sale_return_order_action_counter")
        self.assertIn("'default_channel': 'counter'", action.context)
