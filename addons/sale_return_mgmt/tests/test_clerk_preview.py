from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common_fees import FeeCommon


@tagged("post_install", "-at_install")
class TestClerkPreview(FeeCommon):
    """What a clerk is told of a return before it is submitted, or even saved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5), (cls.product_on_order, 2)])

    def _new(self):
        action = self._as("clerk", self.order).action_create_return()
        Return = self.env["sale.return.order"].with_user(self.users["clerk"])
        form = Form(Return.with_context(**action["context"]))
        form.reason_id = self.reason
        return form

    def _is_late(self, days=41):
        today = self.company._get_local_date()
        self.order.order_line.move_ids.sudo().date = today - timedelta(days)
        self.policy.window_days = 30

    def test_amounts_are_shown_before_it_is_saved_and_stay(self):
        form = self._new()
        with form.line_ids.edit(0) as line:
            line.quantity = 3
        self.assertEqual(form.line_ids._records[0]["price_fee"], 34.5)
        amounts = form.amount_untaxed, form.amount_tax, form.amount_total
        fee = form.amount_fee
        draft = form.save()
        self.assertEqual(
            (draft.amount_untaxed, draft.amount_tax, draft.amount_total), amounts
        )
        draft.line_ids.reason_id = self.reason
        self._approve(draft)
        self._receive(draft)
        refund = draft.sudo().refund_ids
        self.assertEqual((refund.amount_total, draft.amount_fee), (amounts[2], fee))

    def test_the_fee_is_explained(self):
        form = self._new()
        self.assertEqual(
            form.amount_explanation,
            f"10 % fee on [LAMP] Lamp, [CHAIR] Chair: policy “{self.policy.name}”.",
        )
        form.legal_basis = "withdrawal"
        self.assertIn("the law allows no fee", form.amount_explanation)
        self.assertFalse(form.amount_fee)

    def test_a_fee_that_a_manager_set_is_no_policys(self):
        draft = self._request(self.order, {self.product: 1})
        self._approve(draft)
        self._as("manager", draft).action_set_fee()
        draft.sudo().line_ids.fee_percent = 5
        self.assertIn("set by a manager", draft.amount_explanation)

    def test_who_decides_is_told(self):
        draft = self._request(self.order, {self.product: 1})
        approver, manager = self.users["approver"].name, self.users["manager"].name
        self.assertIn("Needs approval by", draft.approval_preview)
        rule = self.env.ref("sale_return_mgmt.sale_return_approval_rule_default").sudo()
        rule.write(
            {
                "group_id": False,
                "user_ids": [Command.set(self.users["approver"].ids)],
            }
        )
        rule.copy(
            {
                "name": "Big",
                "sequence": 90,
                "min_amount": 200,
                "user_ids": [Command.set(self.users["manager"].ids)],
            }
        )
        draft.invalidate_recordset()
        self.assertEqual(draft.approval_preview, f"Needs approval by {approver}.")
        with Form(draft) as form, form.line_ids.edit(0) as line:
            line.quantity = 5
        self.assertEqual(
            form.approval_preview, f"Needs approval by {approver}, then by {manager}."
        )
        draft.action_submit()
        levels = draft.sudo().approval_ids
        self.assertEqual(
            levels.user_ids, self.users["approver"] | self.users["manager"]
        )
        self.assertFalse(draft.approval_preview)

    def test_authors_are_not_named(self):
        form = self._new_as("manager")
        self.assertNotIn(self.users["manager"].name, form.approval_preview)

    def _new_as(self, role):
        action = self._as(role, self.order).action_create_return()
        Return = self.env["sale.return.order"].with_user(self.users[role])
        return Form(Return.with_context(**action["context"]))

    def test_what_needs_nobody_is_told(self):
        self.policy.auto_approve_limit = 10000
        form = self._new()
        self.assertEqual(
            form.approval_preview, "Approved by itself once it is submitted."
        )
        draft = form.save()
        draft.line_ids.reason_id = self.reason
        draft.action_submit()
        self.assertEqual(draft.state, "approved")

    def test_the_verdict_counts_the_days(self):
        self._is_late()
        form = self._new()
        today = self.company._get_local_date()
        last = (today - timedelta(11)).strftime("%m/%d/%Y")
        self.assertIn(
            f"[LAMP] Lamp could be returned until {last}: delivered 41 days before "
            "this request, the window is 30 days",
            form.policy_warning,
        )
        self.assertIn("Needs approval by", form.approval_preview)
        self.policy.out_of_policy = "refuse"
        draft = form.save()
        draft.invalidate_recordset()
        self.assertTrue(draft.is_policy_refusing)
        self.assertFalse(draft.approval_preview)

    def test_a_missing_file_is_told_and_refused(self):
        draft = self._request(self.order, {self.product: 1})
        self.assertFalse(draft.attachment_warning)
        self.reason.sudo().requires_attachment = True
        draft.invalidate_recordset()
        self.assertIn(f"reason “{self.reason.name}”", draft.attachment_warning)
        with self.assertRaisesRegex(UserError, "attach a file"):
            draft.action_submit()
        self.env["ir.attachment"].with_user(self.users["clerk"]).create(
            {"name": "a.png", "raw": b"a", "res_model": draft._name, "res_id": draft.id}
        )
        draft.invalidate_recordset()
        self.assertFalse(draft.attachment_warning)
        draft.action_submit()

    def test_a_policy_that_wants_a_file_says_so(self):
        self.policy.requires_attachment = True
        form = self._new()
        self.assertIn(f"policy “{self.policy.name}”", form.attachment_warning)
