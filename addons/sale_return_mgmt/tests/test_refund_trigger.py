from odoo.tests import tagged

from .common_inspection import SaleReturnInspectionCommon


@tagged("post_install", "-at_install")
class TestRefundTrigger(SaleReturnInspectionCommon):
    """When the customer is credited, and what inspection has to do with it."""

    def _assert_figures(self, order, return_order, refunded, delivered, returnable):
        self.env.invalidate_all()
        self.assertEqual(return_order.line_ids.quantity_refunded, refunded)
        self.assertEqual(order.order_line.qty_delivered, delivered)
        self.assertEqual(order.order_line.quantity_returnable, returnable)

    def test_credited_at_approval_before_anything_came(self):
        self.company.sale_return_refund_trigger = "approval"
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self._assert_figures(order, return_order, 2, 3, 3)
        self.assertEqual(return_order.state, "approved")
        self._receive(return_order)
        self._as("warehouse", return_order).action_inspect_all()
        self._assert_figures(order, return_order, 2, 3, 3)
        self.assertEqual(len(return_order.sudo().refund_ids), 1)
        self.assertEqual(return_order.state, "done")

    def test_what_was_credited_and_never_came_is_not_returnable_again(self):
        self.company.sale_return_refund_trigger = "approval"
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self._as("manager", return_order).action_close_short("Lost on the way")
        self._assert_figures(order, return_order, 2, 3, 3)

    def test_credited_at_receipt_whatever_inspection_says(self):
        self.company.sale_return_refund_trigger = "receipt"
        order = self._sell([(self.product, 5)])
        return_order = self._received(order, {self.product: 2})
        self._assert_figures(order, return_order, 2, 3, 3)
        self.assertEqual(return_order.inspection_status, "pending")
        self.assertEqual(return_order.state, "approved")
        self._as("warehouse", return_order).action_inspect_all("SCRAP")
        self._assert_figures(order, return_order, 2, 3, 3)
        self.assertEqual(return_order.state, "done")

    def test_credited_by_hand_after_inspection(self):
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 5)])
        return_order = self._received(order, {self.product: 2})
        self._as("manager", return_order).action_settle()
        self._assert_figures(order, return_order, 0, 5, 3)
        self._inspect(return_order, (return_order.line_ids, "restock", 2))
        self._assert_figures(order, return_order, 0, 3, 3)
        self._as("manager", return_order).action_settle()
        self._assert_figures(order, return_order, 2, 3, 3)

    def test_the_trigger_and_the_inspection_are_frozen_at_submission(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self.company.sale_return_refund_trigger = "receipt"
        self.company.sale_return_inspection_required = False
        self._receive(return_order)
        self._assert_figures(order, return_order, 0, 5, 3)
        self.assertEqual(return_order.inspection_status, "pending")

    def test_the_policy_gives_the_credit_at_another_time(self):
        policy = self.env.ref("sale_return_mgmt.sale_return_policy_default").sudo()
        for trigger, refunded in (("approval", 2), ("manual", 0)):
            with self.subTest(trigger=trigger):
                policy.refund_trigger = trigger
                order = self._sell([(self.product, 5)])
                return_order = self._approved(order, {self.product: 2})
                self.assertEqual(return_order.line_ids.quantity_refunded, refunded)
                self._receive(return_order)
                self._as("warehouse", return_order).action_inspect_all()
                self._assert_figures(order, return_order, refunded, 3, 3)

    def test_the_policy_says_otherwise_than_the_company(self):
        policy = self.env.ref("sale_return_mgmt.sale_return_policy_default").sudo()
        for required, says, expected in (
            (True, "no", False),
            (False, "yes", True),
            (True, False, True),
            (False, False, False),
        ):
            with self.subTest(required=required, says=says):
                self.company.sale_return_inspection_required = required
                policy.requires_inspection = says
                return_order = self._received(self._sell([(self.product, 2)]))
                self.assertEqual(return_order.line_ids.inspection_required, expected)
                self.assertEqual(
                    return_order.inspection_status, "pending" if expected else "none"
                )
                self.assertEqual(
                    return_order.sudo().picking_ids.location_dest_id,
                    self.waiting if expected else self.warehouse.lot_stock_id,
                )
