from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestDeliveryRefund(DeliveryCommon):
    """What a fully returned order is credited of its delivery charge, and once."""

    def test_all_comes_back_and_the_delivery_with_it(self):
        order = self._sell_delivered()
        refund = self._credited(order)
        self.assertEqual(refund.amount_total, 253)  # (200 + 20) and 15 %
        invoice = self._get_invoice(order)
        charged = invoice.invoice_line_ids.filtered(
            lambda line: line.product_id == self.express.product_id
        )
        self.assertRecordValues(
            self._charges(refund),
            [
                {
                    "product_id": self.express.product_id.id,
                    "quantity": 1,
                    "price_subtotal": 20,
                    "tax_ids": self.tax_excluded.ids,
                    "account_id": charged.account_id.id,
                    "return_origin_line_id": charged.id,
                    "sale_line_ids": [],
                }
            ],
        )
        self.assertEqual(invoice.payment_state, "reversed")
        # The order does not want to invoice it again.
        self.assertEqual(set(order.order_line.mapped("qty_to_invoice")), {0})
        self.assertEqual(order.invoice_status, "invoiced")

    def test_a_draft_says_whether_the_delivery_is_refunded(self):
        order = self._sell_delivered()
        part = self._request(order, {self.product: 1})
        self.assertIn("is not refunded: not all", part.amount_explanation)
        part.action_cancel()
        whole = self._request(order)
        self.assertIn("is refunded: all of the order", whole.amount_explanation)
        whole.action_cancel()
        self.policy.refund_delivery = False
        refused = self._request(order)
        self.assertIn("the policy does not provide", refused.amount_explanation)

    def test_a_part_brings_nothing(self):
        order = self._sell_delivered()
        self.assertEqual(self._credited(order, {self.product: 1}).amount_total, 115)

    def test_two_returns_complete_it_in_whichever_order(self):
        for first, second in ((0, 1), (1, 0)):
            with self.subTest(first=first):
                order = self._sell_delivered()
                returns = [
                    self._approved(order, {self.product: 1}) for _index in range(2)
                ]
                # Nobody knows yet which one will be the last.
                self._receive(returns[first])
                self.assertEqual(returns[first].sudo().amount_refunded, 115)
                self.assertEqual(returns[first].state, "done")
                self.assertEqual(returns[second].sudo().amount_total, 138)
                self._receive(returns[second])
                self.assertEqual(returns[second].sudo().amount_refunded, 138)
                for returned, total in ((first, 115), (second, 138)):
                    self.assertRecordValues(
                        returns[returned].sudo(),
                        [
                            {
                                "amount_total": total,
                                "amount_refunded": total,
                                "state": "done",
                                "refund_status": "paid",
                            }
                        ],
                    )
                self.assertEqual(self._get_invoice(order).payment_state, "reversed")

    def test_in_parts_with_the_last_one(self):
        returned = self._approved(self._sell_delivered())
        self.assertEqual(returned.sudo().amount_total, 253)
        self._receive(returned, {self.product: 1})
        self.assertEqual(returned.sudo().amount_refunded, 115)
        self._receive(returned)
        self.assertEqual(returned.sudo().amount_refunded, 253)
        self.assertEqual(returned.sudo().amount_total, 253)

    def test_settled_by_hand(self):
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell_delivered()
        returns = self.env["sale.return.order"].union(
            *(self._approved(order, {self.product: 1}) for _index in range(2))
        )
        for returned in returns:
            self._receive(returned)
        self.assertEqual(returns.sudo().mapped("refund_status"), ["to_refund"] * 2)
        self.assertEqual(sum(returns.sudo().mapped("amount_total")), 253)
        self._as("manager", returns).action_settle()
        self.assertEqual(sum(returns.sudo().mapped("amount_refunded")), 253)
        self.assertEqual(returns.mapped("state"), ["done"] * 2)
        self._as("manager", returns).action_settle()
        self.assertEqual(len(returns.sudo().refund_ids), 2)

    # === TO THE CENT === #

    def test_taxes_in_the_price(self):
        order = self._sell_delivered(
            price=9.99, charge={"tax_ids": [Command.set(self.tax_included.ids)]}
        )
        refund = self._credited(order)
        self.assertEqual(self._charges(refund).price_subtotal, 8.26)
        self.assertEqual(refund.amount_total, 239.99)

    def test_a_discount_on_the_order_comes_off(self):
        order = self._sell_delivered(deliver=False, invoice=False)
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.333,
            }
        ).action_apply_discount()
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        total = self._get_invoice(order).amount_total
        refund = self._credited(order)
        self.assertEqual(refund.amount_total, total)
        self.assertEqual(self._get_invoice(order).payment_state, "reversed")

    def test_the_goods_keep_their_fee_and_the_delivery_has_none(self):
        self.policy.fee_percent = 10
        self.company.sale_return_fee_product_id = self.env.ref(
            "sale_return_mgmt.product_return_fee"
        )
        request = self._request(self._sell_delivered())
        self.assertRecordValues(
            request.sudo(),
            [{"amount_fee": 23, "amount_delivery": 23, "amount_total": 230}],
        )
        # What the customer reads adds up.
        charges = request.sudo()._get_customer_charges()
        self.assertEqual(charges, [("Fee", -23), ("Delivery", 23)])

    # === THE STANDARD RATE === #

    def test_only_the_standard_rate_where_a_dearer_one_was_chosen(self):
        self.policy.standard_carrier_id = self.standard
        refund = self._credited(self._sell_delivered())
        self.assertEqual(self._charges(refund).price_subtotal, 8)
        self.assertEqual(refund.amount_total, 239.2)

    def test_no_more_than_was_charged(self):
        self.policy.standard_carrier_id = self.standard
        refund = self._credited(self._sell_delivered(price=5))
        self.assertEqual(self._charges(refund).price_subtotal, 5)

    def test_where_the_standard_delivery_does_not_go(self):
        self.policy.standard_carrier_id = self._create_carrier(
            "Island", 3, country_ids=[Command.set(self.env.ref("base.is").ids)]
        )
        self.customer.country_id = self.env.ref("base.us")
        refund = self._credited(self._sell_delivered())
        self.assertEqual(self._charges(refund).price_subtotal, 20)

    def test_the_rate_of_the_submission_stands(self):
        self.policy.standard_carrier_id = self.standard
        returned = self._approved(self._sell_delivered())
        self.standard.fixed_price = 12
        self.policy.refund_delivery = False
        self._receive(returned)
        self.assertEqual(returned.sudo().amount_refunded, 239.2)

    # === ONCE === #

    def _reverse(self, invoice, kept):
        """The accountant credits what of the invoice ``kept`` says yes to."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        with Form(refund) as form:
            for index in reversed(range(len(refund.invoice_line_ids))):
                if not kept(refund.invoice_line_ids[index]):
                    form.invoice_line_ids.remove(index)
        refund.action_post()
        return refund

    def test_a_delivery_that_was_credited_by_hand_counts(self):
        order = self._sell_delivered()
        self._reverse(
            self._get_invoice(order),
            lambda line: line.product_id == self.express.product_id,
        )
        refund = self._credited(order)
        self.assertEqual(refund.amount_total, 230)
        self.assertFalse(self._charges(refund))
        self.assertEqual(self._get_invoice(order).payment_state, "reversed")

    def test_a_draft_credits_no_delivery_that_was_credited_meanwhile(self):
        self.company.sale_return_post_refund = False
        order = self._sell_delivered()
        returned = self._approved(order)
        self._receive(returned)
        draft = self._as("accountant", returned.sudo().refund_ids)
        self._reverse(
            self._get_invoice(order),
            lambda line: line.product_id == self.express.product_id,
        )
        with self.assertRaisesRegex(UserError, "is credited already"):
            draft.action_post()
        with Form(draft) as form:
            form.invoice_line_ids.remove(1)
        draft.action_post()
        self.assertEqual(draft.amount_total, 230)
        self.assertEqual(returned.state, "done")

    def test_goods_that_were_credited_by_hand_leave_the_delivery(self):
        order = self._sell_delivered()
        returned = self._approved(order)
        self._reverse(
            self._get_invoice(order), lambda line: line.product_id == self.product
        )
        self._receive(returned)
        self.assertEqual(returned.sudo().refund_ids.amount_total, 23)
        self.assertEqual(returned.state, "done")

    def test_an_undone_credit_note_makes_it_due_again(self):
        self.company.sale_return_post_refund = False
        returned = self._approved(self._sell_delivered())
        self._receive(returned)
        draft = returned.sudo().refund_ids
        self.assertEqual((draft.state, draft.amount_total), ("draft", 253))
        self.assertEqual(returned.sudo().amount_total, 253)
        self._as("accountant", draft).unlink()
        self.assertEqual(returned.sudo().refund_status, "to_refund")
        self.assertEqual(returned.sudo().amount_total, 253)
        self.company.sale_return_post_refund = True
        self._as("manager", returned).action_settle()
        first = returned.sudo().refund_ids
        self.assertEqual(first.amount_total, 253)
        self._as("accountant", first)._reverse_moves(cancel=True)
        self.assertEqual(returned.state, "approved")
        self.assertEqual(returned.sudo().amount_refunded, 0)
        self.assertEqual(returned.sudo().amount_delivery, 23)
        self._as("manager", returned).action_settle()
        self.assertEqual((returned.sudo().refund_ids - first).amount_total, 253)
        self.assertEqual(returned.sudo().amount_refunded, 253)

    def test_an_accountant_who_takes_it_off_leaves_it_due(self):
        """As with any line of a credit note that somebody removes."""
        self.company.sale_return_post_refund = False
        returned = self._approved(self._sell_delivered())
        self._receive(returned)
        draft = self._as("accountant", returned.sudo().refund_ids)
        with Form(draft) as form:
            form.invoice_line_ids.remove(1)
        draft.action_post()
        self.assertEqual(draft.amount_total, 230)
        self.assertEqual(returned.sudo().refund_status, "partial")
        self.assertEqual(returned.sudo().amount_total, 253)
