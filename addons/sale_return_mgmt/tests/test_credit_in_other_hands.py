from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestCreditInOtherHands(SettlementCommon):
    """What an accountant makes of our credit notes, and credits beside them."""

    def _draft_credit(self, quantity=2, order=None):
        self.company.sale_return_post_refund = False
        order = order or self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: quantity})
        return return_order, self._refunds(return_order)

    def _edit(self, refund, quantity):
        with Form(refund) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = quantity

    def _assert_too_much(self, refund, asked, possible):
        with self.assertRaises(UserError) as refusal:
            refund.action_post()
        self.assertEqual(refund.state, "draft")
        error = refusal.exception
        self.assertEqual(error.sale_return_code, "QTY_EXCEEDS_RETURNABLE")
        self.assertEqual(
            error.sale_return_details, {"asked": asked, "returnable": possible}
        )
        self.assertEqual(error.sale_return_position, 0)
        message = str(error)
        self.assertIn(refund.sudo().return_order_id.name, message)
        self.assertIn(self.product.display_name, message)
        self.assertIn(f"{asked:g} Units", message)
        self.assertIn(f"only {possible:g} were", message)

    def _assert_status(self, return_order, status, refunded, to_refund=0):
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [
                {
                    "refund_status": status,
                    "amount_refunded": refunded,
                    "state": "approved"
                    if status in ("to_refund", "partial")
                    else "done",
                }
            ],
        )
        self.assertEqual(
            sum(return_order.line_ids.mapped("quantity_to_refund")), to_refund
        )

    # === OUR CREDIT NOTE, CHANGED === #

    def test_more_than_was_accepted_is_not_posted(self):
        return_order, refund = self._draft_credit()
        self._edit(refund, 3)
        self._assert_too_much(refund, 3, 2)
        self._edit(refund, 2)
        refund.action_post()
        self._assert_status(return_order, "paid", 230)

    def test_what_was_credited_before_counts(self):
        """Less is posted, and leaves the rest; then more than the rest is refused."""
        return_order, refund = self._draft_credit(3)
        self._edit(refund, 2)
        refund.action_post()
        self._assert_status(return_order, "partial", 230, to_refund=1)
        self._settle(return_order)
        second = self._refunds(return_order) - refund
        self._edit(second, 2)
        self._assert_too_much(second, 2, 1)
        self._edit(second, 1)
        second.action_post()
        self._assert_status(return_order, "paid", 345)

    def test_two_drafts_posted_together_count_together(self):
        """Both were lowered, so that a second one was made, then both were raised."""
        return_order, first = self._draft_credit(2)
        self._edit(first, 1)
        self._settle(return_order)
        second = self._refunds(return_order) - first
        self._edit(first, 2)
        self._edit(second, 2)
        with self.assertRaises(UserError) as refusal:
            (first | second).action_post()
        self.assertEqual(refusal.exception.sale_return_details["asked"], 4)

    def test_another_unit_hides_nothing(self):
        return_order, refund = self._draft_credit()
        dozen = self.env.ref("uom.product_uom_dozen")
        refund.invoice_line_ids.sudo().product_uom_id = dozen
        with self.assertRaises(UserError) as refusal:
            refund.action_post()
        self.assertEqual(refusal.exception.sale_return_details["asked"], 24)

    def test_a_posted_one_reset_and_raised_is_not_posted_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        refund = self._refunds(return_order)
        refund.button_draft()
        self._edit(refund, 5)
        self._assert_too_much(refund, 5, 2)
        self._edit(refund, 1)
        refund.action_post()
        self._assert_status(return_order, "partial", 115, to_refund=1)
        self._settle(return_order)
        self._assert_status(return_order, "paid", 230)

    def test_goods_without_an_order_have_their_limit_too(self):
        self.company.sale_return_post_refund = False
        return_order = self._approved_without_order()
        self._receive(return_order)
        self._settle(return_order)
        refund = self._refunds(return_order)
        self._edit(refund, 3)
        self._assert_too_much(refund, 3, 2)

    def _type_line(self, refund, quantity, price=None, instead=True):
        with Form(refund) as form:
            if instead:
                form.invoice_line_ids.remove(0)
            with form.invoice_line_ids.new() as line:
                line.product_id = self.product
                line.quantity = quantity
                if price:
                    line.price_unit = price

    def test_a_line_typed_in_place_of_ours_credits_the_same_goods(self):
        order = self._sell([(self.product, 5)])
        return_order, refund = self._draft_credit(3, order)
        self._type_line(refund, 4)
        self._assert_too_much(refund, 4, 3)
        self._edit(refund, 2)
        refund.action_post()
        self._assert_status(return_order, "partial", 230, to_refund=1)
        self.assertEqual(order.order_line.qty_invoiced, 3)
        self._settle(return_order)
        self._refunds(return_order)[-1].action_post()
        self._assert_status(return_order, "paid", 345)

    def test_a_line_typed_beside_ours_is_a_present(self):
        return_order, refund = self._draft_credit(2)
        self._type_line(refund, 1, price=10, instead=False)
        refund.action_post()
        self._assert_status(return_order, "paid", 241.5)
        self.assertEqual(return_order.line_ids.quantity_refunded, 2)

    # === CREDITED BY OTHERS BESIDE OURS === #

    def test_our_draft_of_an_invoice_that_was_reversed_is_not_posted(self):
        order = self._sell([(self.product, 5)])
        return_order, refund = self._draft_credit(order=order)
        self._reverse(order.invoice_ids - refund.sudo())
        self._assert_too_much(refund, 2, 0)
        refund.button_cancel()
        self._assert_status(return_order, "none", 0)
        self.assertEqual(order.order_line.qty_invoiced, 0)

    def test_a_part_reversed_by_hand_leaves_the_rest_to_us(self):
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        self._reverse(order.invoice_ids, quantity=1)
        self._assert_status(return_order, "to_refund", 0, to_refund=1)
        self._settle(return_order)
        self._assert_status(return_order, "paid", 115)
        self.assertEqual(order.order_line.qty_invoiced, 3)

    def test_the_orders_own_credit_note_leaves_nothing_to_us(self):
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        order._create_invoices(final=True).action_post()
        self._settle(return_order)
        self._assert_status(return_order, "none", 0)
        self.assertEqual(order.order_line.qty_invoiced, 3)
        self.assertFalse(return_order.sudo().refund_ids)

    def test_a_credit_by_hand_undone_is_due_from_us(self):
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 5)])
        return_order = self._returned(order, {self.product: 2})
        by_hand = self._reverse(order.invoice_ids, quantity=2)
        self._assert_status(return_order, "none", 0)
        by_hand.button_draft()
        by_hand.button_cancel()
        self._assert_status(return_order, "to_refund", 0, to_refund=2)
        self._settle(return_order)
        self._assert_status(return_order, "paid", 230)
