from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_fees import FeeCommon


@tagged("post_install", "-at_install")
class TestFeesByHand(FeeCommon):
    """A manager charges another fee than the policy, or none, and says why."""

    def _submitted(self, order=None, quantities=None, **vals):
        order = order or self._sell([(self.product, 2)])
        request = self._request(order, quantities, **vals)
        request.action_submit()
        return request

    def _set_fee(self, returns, percent, reason="Agreed on the phone", **kwargs):
        return self._as("manager", returns).action_set_fee(percent, reason, **kwargs)

    def test_a_fee_is_raised_lowered_and_waived(self):
        for percent, credited in ((25, 172.5), (5, 218.5), (0, 230), (100, 0)):
            with self.subTest(percent=percent):
                request = self._submitted()
                self.assertTrue(self._set_fee(request, percent))
                self.assertEqual(request.sudo().amount_total, credited)
                self._as("approver", request).action_approve()
                self._receive(request)
                self.assertEqual(request.sudo().refund_ids.amount_total, credited)
                self.assertEqual(request.sudo().amount_total, credited)

    def test_also_after_the_approval_and_in_the_log(self):
        returned = self._approved(self._sell([(self.product, 2)]))
        self._set_fee(returned, 12.5, "Box is missing")
        self.assertEqual(returned.sudo().amount_total, 201.25)
        event = returned.sudo().event_ids.filtered(lambda e: e.type == "fee_set")
        self.assertRecordValues(
            event, [{"note": "Box is missing", "user_id": self.users["manager"].id}]
        )
        self.assertEqual(
            event.payload,
            {"fees": [{"line": returned.line_ids.id, "before": 10.0, "percent": 12.5}]},
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(event._find_broken_links(returned.sudo()))
        # The same again is nothing new.
        self.assertTrue(self._set_fee(returned, 12.5))
        self.assertEqual(
            len(returned.sudo().event_ids.filtered(lambda e: e.type == "fee_set")), 1
        )

    def test_line_by_line_in_the_dialog(self):
        order = self._sell([(self.product, 1), (self.product_on_order, 1)])
        request = self._as("manager", self._submitted(order))
        action = request.action_set_fee()
        self.assertEqual(action, request.action_set_fee(5))
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.users["manager"])
            .with_context(**action["context"])
        )
        form.reason = "Scratched"
        with form.line_ids.edit(1) as line:
            self.assertEqual(line.product_id, self.product_on_order)
            self.assertEqual(line.percent, 10)
            line.percent = 30
        form.save().action_apply()
        self.assertEqual(request.line_ids.mapped("fee_percent"), [10, 30])
        event = request.sudo().event_ids.filtered(lambda e: e.type == "fee_set")
        self.assertEqual(event.note, "Scratched")
        self.assertEqual(
            event.payload["fees"],
            [{"line": request.line_ids[1].id, "before": 10.0, "percent": 30.0}],
        )

    def test_the_dialog_leaves_out_what_is_credited(self):
        order = self._sell([(self.product, 1), (self.product_on_order, 1)])
        returned = self._approved(order)
        self._receive(returned, {self.product: 1})
        wizard = (
            self.env["sale.return.order.fee"]
            .with_user(self.users["manager"])
            .create({"order_id": returned.id, "reason": "Late"})
        )
        self.assertEqual(wizard.line_ids.product_id, self.product_on_order)
        wizard.line_ids.percent = 0
        wizard.action_apply()
        self.assertEqual(returned.line_ids.mapped("fee_percent"), [10, 0])
        self._receive(returned)
        self.assertEqual(returned.sudo().amount_refunded, 103.5 + 115)

    def test_back_in_draft_the_policy_decides_again(self):
        request = self._submitted()
        self._set_fee(request, 50)
        request.action_withdraw()
        self.assertEqual(request.line_ids.fee_percent, 10)
        request.action_submit()
        self.assertEqual(request.sudo().amount_fee, 23)

    def test_an_undone_credit_note_opens_the_fee(self):
        returned = self._approved(self._sell([(self.product, 2)]))
        self._receive(returned)
        refund = self._as("accountant", returned.sudo().refund_ids)
        refund._reverse_moves(cancel=True)
        self.assertEqual(returned.state, "approved")
        self._set_fee(returned, 20)
        self._as("manager", returned).action_settle()
        second = returned.sudo().refund_ids - refund.sudo()
        self.assertEqual(second.amount_total, 184)
        self.assertEqual(returned.sudo().amount_fee, 46)

    # === REFUSALS === #

    def _assert_refused(self, code, call, error=UserError):
        with self.assertRaises(error) as refusal, self.env.cr.savepoint():
            call()
        self.assertEqual(refusal.exception.sale_return_code, code)
        return str(refusal.exception)

    def test_only_managers(self):
        request = self._submitted()
        for role in ("clerk", "approver", "warehouse", "viewer", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, request.sudo()).action_set_fee(0, "Mine")
        with self.assertRaises(AccessError):
            self.env["sale.return.order.fee"].with_user(self.users["approver"]).create(
                {"order_id": request.id, "reason": "Mine"}
            )
        self.assertEqual(request.line_ids.fee_percent, 10)

    def test_not_on_ones_own_return(self):
        order = self._sell([(self.product, 2)])
        own = self._submitted(order, {self.product: 1}, role="manager")
        for percent in (0, 20):
            self._assert_refused(
                "SELF_APPROVAL",
                lambda percent=percent: self._set_fee(own, percent),
                AccessError,
            )
        self.company.sale_return_four_eyes = False
        self._set_fee(own, 20)
        self.assertEqual(own.line_ids.fee_percent, 20)

    def test_not_where_the_customer_is_not_liable(self):
        for party in ("company", "carrier", "vendor"):
            self.reason.sudo().liable_party = party
            request = self._submitted()
            message = self._assert_refused(
                "INVALID", lambda request=request: self._set_fee(request, 10)
            )
            self.assertIn("not liable", message)
            self.assertTrue(self._set_fee(request, 0))

    def test_not_on_a_withdrawal(self):
        request = self._submitted(legal_basis="withdrawal")
        message = self._assert_refused("INVALID", lambda: self._set_fee(request, 1))
        self.assertIn("right of withdrawal", message)

    def test_not_for_goods_that_the_customer_keeps(self):
        request = self._request(self._sell([(self.product, 1)]))
        request.line_ids.goods_return = "keep"
        request.action_submit()
        self._assert_refused("INVALID", lambda: self._set_fee(request, 1))

    def test_not_before_or_after_its_time(self):
        draft = self._request(self._sell([(self.product, 1)]))
        self._assert_refused("INVALID_STATE", lambda: self._set_fee(draft, 1))
        returned = self._approved(self._sell([(self.product, 2)]))
        self._receive(returned, {self.product: 1})
        message = self._assert_refused(
            "INVALID_STATE", lambda: self._set_fee(returned, 1)
        )
        self.assertIn("on a credit note already", message)
        self._receive(returned)
        self.assertEqual(returned.state, "done")
        self._assert_refused("INVALID_STATE", lambda: self._set_fee(returned, 1))

    def test_not_while_a_draft_credits_it(self):
        self.company.sale_return_post_refund = False
        returned = self._approved(self._sell([(self.product, 1)]))
        self._receive(returned)
        self._assert_refused("INVALID_STATE", lambda: self._set_fee(returned, 1))

    def test_what_is_no_fee(self):
        request = self._submitted()
        for percent in (-0.01, 100.01, 1e300, float("nan"), "5", True, [5]):
            with self.subTest(percent=percent):
                self._assert_refused(
                    "INVALID", lambda percent=percent: self._set_fee(request, percent)
                )
        foreign = self._submitted().line_ids
        for lines in ([foreign.id], [0], "all", {"a": 1}, [[1]]):
            with self.subTest(lines=lines):
                self._assert_refused(
                    "INVALID",
                    lambda lines=lines: self._set_fee(request, 5, lines=lines),
                )
        self.assertEqual(request.line_ids.fee_percent, 10)
