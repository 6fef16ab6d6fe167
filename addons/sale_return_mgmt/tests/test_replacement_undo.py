from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementUndo(ReplacementCommon):
    """What is undone, cancelled, given up or goes wrong."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.line = cls.order.order_line

    def _retry(self, return_order, times=3):
        for _time in range(times):
            self._as("manager", return_order).action_retry()
        self.env.flush_all()

    def _types(self, return_order):
        return return_order.sudo().event_ids.sorted("id").mapped("type")

    def test_cancelled_with_the_return_while_nothing_left(self):
        self.company.sale_return_replacement_trigger = "approval"
        return_order = self._exchange(self.order, {self.product: 2})
        delivery = self._open_replacements(return_order)
        return_order.action_cancel()
        self.assertEqual(delivery.state, "cancel")
        self.assertEqual(
            set(return_order.sudo().picking_ids.mapped("state")), {"cancel"}
        )
        self._check_progress(return_order, "cancelled", "none", (0, 0, 0, 0))
        self._check_counts(self.line, 5, 5)
        self.assertEqual(self.line.quantity_returnable, 5)
        self.assertIn("replacement_cancelled", self._types(return_order))

    def test_steps_before_are_cancelled_too(self):
        self.company.sale_return_replacement_trigger = "approval"
        self._let_each_step_order_the_one_before()
        return_order = self._exchange(self.order, {self.product: 2})
        moves = return_order.sudo().replacement_reference_id.move_ids
        self.assertEqual(len(moves), 2)
        self._check_progress(return_order, "approved", "pending", (0, 2, 0, 0), 2)
        return_order.action_cancel()
        self.assertEqual(set(moves.mapped("state")), {"cancel"})

    def _let_each_step_order_the_one_before(self):
        """Delivery in two steps as before Odoo 18, as some keep it."""
        ship, output = self.warehouse.out_type_id, self.warehouse.wh_output_stock_loc_id
        output.active = True
        self.warehouse.pick_type_id.active = True
        self.warehouse.delivery_route_id.rule_ids.active = False
        vals = {
            "action": "pull",
            "route_id": self.warehouse.delivery_route_id.id,
            "warehouse_id": self.warehouse.id,
            "company_id": self.company.id,
        }
        self.env["stock.rule"].create(
            [
                {
                    **vals,
                    "name": "Ship",
                    "procure_method": "make_to_order",
                    "location_src_id": output.id,
                    "location_dest_id": self.customers.id,
                    "picking_type_id": ship.id,
                },
                {
                    **vals,
                    "name": "Pick",
                    "procure_method": "make_to_stock",
                    "location_src_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": output.id,
                    "location_dest_from_rule": True,
                    "picking_type_id": self.warehouse.pick_type_id.id,
                },
            ]
        )

    def test_steps_that_order_the_one_before(self):
        self._let_each_step_order_the_one_before()
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        moves = return_order.sudo().replacement_reference_id.move_ids.sorted("id")
        for move in moves.sorted("id", reverse=True):
            self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 2)
            self.assertEqual(move.state, "assigned")
            move.picked = True
            move.picking_id.with_user(self.users["storekeeper"]).button_validate()
        self._check_progress(return_order, "done", "done", (2, 2, 2, 0))
        self._check_counts(self.line, 5, 5)

    def test_not_cancelled_once_a_replacement_left(self):
        self.company.sale_return_replacement_trigger = "approval"
        return_order = self._exchange(self.order, {self.product: 2})
        self._ship(return_order, 1)
        with self.assertRaisesRegex(UserError, "a replacement has left") as refusal:
            return_order.action_cancel()
        self.assertEqual(refusal.exception.sale_return_code, "INVALID_STATE")
        self._check_progress(return_order, "approved", "partial", (0, 2, 1, 0), 1)

    def test_cancelled_transfer_is_made_again_once(self):
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        self.assertFalse(return_order.has_exception)
        self._as("storekeeper", self._open_replacements(return_order)).action_cancel()
        self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 0)
        self.assertTrue(return_order.has_exception)
        self.assertIn("replacement", return_order.exception_message)
        self._retry(return_order)
        self.assertFalse(return_order.has_exception)
        self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 2)
        self._ship(return_order)
        self._retry(return_order)
        self._check_progress(return_order, "done", "done", (2, 2, 2, 0))

    def test_no_backorder_is_made_again_once(self):
        return_order = self._exchange(self.order, {self.product: 3})
        self._receive(return_order)
        self._ship(return_order, 1, backorder=False)
        self._check_progress(return_order, "approved", "partial", (3, 3, 1, 0), 0)
        self.assertTrue(return_order.has_exception)
        self._retry(return_order)
        self._check_progress(return_order, "approved", "partial", (3, 3, 1, 0), 2)

    def test_settle_sends_what_is_due(self):
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        self._open_replacements(return_order).action_cancel()
        for _time in range(3):
            self._settle(return_order)
        self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 2)

    def test_transfer_reversed_in_inventory(self):
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        delivery = self._ship(return_order)
        self._check_progress(return_order, "done", "done", (2, 2, 2, 0))
        back = self._return_natively(delivery, 1)
        back.move_ids.picked = True
        back.button_validate()
        self._check_progress(return_order, "approved", "partial", (2, 2, 1, 0), 0)
        self._check_counts(self.line, 5, 5)
        self.assertEqual(self.line.quantity_returnable, 4)
        self.assertIn("replacement_undone", self._types(return_order))
        self._retry(return_order)
        self._ship(return_order)
        self._check_progress(return_order, "done", "done", (2, 2, 2, 0))
        self.assertEqual(self.line.quantity_returnable, 5)

    def test_receipt_undone_before_shipping(self):
        return_order = self._exchange(self.order, {self.product: 2})
        receipt = self._receive(return_order)
        back = self._return_natively(receipt, 1)
        back.move_ids.picked = True
        back.button_validate()
        self._check_progress(return_order, "approved", "pending", (1, 1, 0, 0), 1)

    def test_inspection_undone_before_shipping(self):
        self.company.sale_return_inspection_required = True
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        fact = self._inspect(return_order, (return_order.line_ids, "restock", 2))
        self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 2)
        self._as("warehouse", fact).action_undo()
        self._check_progress(return_order, "approved", "pending", (2, 0, 0, 0), 0)

    def test_close_short_sends_what_is_owed_for_what_came(self):
        for trigger, planned in (("approval", 3), ("inspection", 1)):
            with self.subTest(trigger=trigger):
                self.company.sale_return_replacement_trigger = trigger
                order = self._sell([(self.product, 5)])
                return_order = self._exchange(order, {self.product: 3})
                self._receive(return_order, {self.product: 1})
                accepted = planned
                self._check_progress(
                    return_order, "approved", "pending", (1, accepted, 0, 0), planned
                )
                self._close_short(return_order)
                self._check_progress(
                    return_order, "approved", "pending", (1, 1, 0, 0), 1
                )
                self._ship(return_order)
                self._check_progress(return_order, "done", "done", (1, 1, 1, 0))
                self.assertEqual(order.order_line.quantity_returnable, 5)
                self._check_counts(order.order_line, 5, 5)

    def test_closed_short_after_a_replacement_in_advance(self):
        """He has seven and paid for five: five may come back."""
        self.company.sale_return_replacement_trigger = "approval"
        return_order = self._exchange(self.order, {self.product: 2})
        self._ship(return_order)
        self._close_short(return_order)
        self._check_progress(return_order, "done", "done", (0, 0, 2, 0))
        self.assertEqual(self.line.quantity_returnable, 5)
        self._check_counts(self.line, 5, 5)

    def test_credited_instead_of_replaced(self):
        for product in (self.product, self.product_on_order):
            with self.subTest(policy=product.invoice_policy):
                order = self._sell([(product, 5)])
                line = order.order_line
                return_order = self._exchange(order, {product: 3})
                self._receive(return_order)
                self._ship(return_order, 1)
                self._check_progress(
                    return_order, "approved", "partial", (3, 3, 1, 0), 2
                )
                manager = self._as("manager", return_order)
                wizard = Form.from_action(manager.env, manager.action_credit_instead())
                wizard.explanation = "Out of stock for months"
                wizard.save().action_apply()
                self._check_progress(return_order, "done", "done", (3, 3, 1, 2))
                self._check_counts(line, 3, 3)
                self.assertEqual(
                    self._refunds(return_order).mapped("amount_total"), [230.0]
                )
                self.assertEqual(return_order.amount_total, 230.0)
                self.assertEqual(line.quantity_returnable, 3)

    def test_only_managers_credit_instead(self):
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        for role in ("viewer", "clerk", "approver", "warehouse", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_credit_instead("I want to")
        self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 2)

    def test_what_cannot_be_sent_is_reported_and_the_goods_stay(self):
        route = self.warehouse.delivery_route_id
        route.rule_ids.active = False
        return_order = self._exchange(self.order, {self.product: 2})
        self._receive(return_order)
        self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 0)
        self.assertTrue(return_order.has_exception)
        self.assertIn("failed", self._types(return_order))
        self.assertTrue(return_order.sudo().activity_ids)
        route.with_context(active_test=False).rule_ids.active = True
        self._retry(return_order)
        self.assertFalse(return_order.has_exception)
        self._check_progress(return_order, "approved", "pending", (2, 2, 0, 0), 2)

    def test_one_that_fails_does_not_keep_the_others(self):
        rug = self._create_goods("Rug")
        order = self._sell([(self.product, 5), (rug, 5)])
        good = self._exchange(order, {self.product: 1})
        bad = self._exchange(order, {rug: 1})
        Line = type(self.env["sale.return.order.line"])
        prepare = Line._prepare_replacement_procurement

        def fail(line, product, quantity):
            if product == rug:
                raise line._get_over_return_error(0)
            return prepare(line, product, quantity)

        pickings = (good | bad).sudo().picking_ids.with_user(self.users["storekeeper"])
        pickings.move_ids.picked = True
        with patch.object(Line, "_prepare_replacement_procurement", fail):
            pickings.button_validate()
        self._check_progress(good, "approved", "pending", (1, 1, 0, 0), 1)
        self._check_progress(bad, "approved", "pending", (1, 1, 0, 0), 0)
        self.assertFalse(good.has_exception)
        self.assertIn("can still be returned", bad.exception_message)
