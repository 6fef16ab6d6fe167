from odoo.tests import Form, tagged

from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon
from odoo.addons.sale_return_mgmt_mrp.tests.common import KitCommon

from .common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestDeliveryKits(DeliveryCommon, KitCommon, ReceiptCommon):
    """Of kits the delivery is refunded once every component has come back.

    Two desks at 100 (two legs for 60, a top for 40) and a delivery at 20, with 15 %:
    253 in all, 23 of it for the delivery.
    """

    def _sell_desks(self, **vals):
        charge = {"price_unit": 20, "is_delivery": True}
        return self._sell([(self.kit, 2), (self.express.product_id, 1, charge)], **vals)

    def _amounts(self, returned):
        self.env.flush_all()
        self.env.invalidate_all()
        return returned.sudo().amount_total, returned.sudo().amount_delivery

    def _back(self, order, *lines):
        """What a return of ``(product, quantity)`` is credited in all, and of it for
        the delivery: the same from the draft to the credit note."""
        returned = self._draft(order, lines)
        expected = self._amounts(returned)
        returned.action_submit()
        self._as("approver", returned).action_approve()
        self.assertEqual(self._amounts(returned), expected)
        self._receive(returned)
        self.assertEqual(returned.state, "done")
        self.assertEqual(self._amounts(returned), expected)
        self._check_credited(returned, *expected)
        return expected

    def _check_credited(self, returned, total, delivery):
        self.env.flush_all()
        refunds = returned.sudo().refund_ids
        charges = self._charges(refunds)
        self.assertEqual(
            (
                sum(refunds.mapped("amount_total")),
                sum(charges.mapped("price_total")),
                len(charges),
            ),
            (total, delivery, 1 if delivery else 0),
        )

    def test_all_in_one_return(self):
        for lines in (
            [(self.kit, 2)],
            [(self.leg, 4), (self.top, 2)],
            [(self.kit, 1), (self.leg, 2), (self.top, 1)],
        ):
            with self.subTest(lines=lines):
                order = self._sell_desks()
                self.assertEqual(self._back(order, *lines), (253, 23))
                self.assertEqual(self._get_invoice(order).payment_state, "reversed")
                self.assertEqual(order.invoice_status, "invoiced")

    def test_a_part_brings_nothing(self):
        for lines, total in (
            ([(self.kit, 1)], 115),
            # No whole kit is left with the customer, but two tops are.
            ([(self.leg, 4)], 138),
            ([(self.kit, 1), (self.leg, 2)], 184),
            ([(self.leg, 3), (self.top, 2)], 195.5),
        ):
            with self.subTest(lines=lines):
                self.assertEqual(self._back(self._sell_desks(), *lines), (total, 0))

    def test_two_returns_complete_it_with_the_second(self):
        for first, total, second, rest in (
            ([(self.kit, 1)], 115, [(self.kit, 1)], 138),
            ([(self.leg, 4)], 138, [(self.top, 2)], 115),
            ([(self.kit, 1)], 115, [(self.top, 1), (self.leg, 2)], 138),
            ([(self.leg, 2), (self.top, 1)], 115, [(self.kit, 1)], 138),
        ):
            with self.subTest(first=first, second=second):
                order = self._sell_desks()
                self.assertEqual(self._back(order, *first), (total, 0))
                self.assertEqual(self._back(order, *second), (rest, 23))
                self.assertEqual(self._get_invoice(order).payment_state, "reversed")

    def test_one_leg_after_the_other(self):
        returned = self._approve(self._sell_desks(), [(self.kit, 2)])
        self._receive(returned, {self.leg: 4, self.top: 0})
        self.assertFalse(returned.sudo().refund_ids)
        self._receive(returned, {self.top: 1})
        self._check_credited(returned, 115, 0)
        self._receive(returned)
        self._check_credited(returned, 253, 23)

    def test_a_component_that_never_came(self):
        order = self._sell_desks()
        returned = self._approve(order, [(self.kit, 2)])
        self._receive(returned, {self.leg: 4, self.top: 1})
        self._close_short(returned)
        self.assertEqual(returned.state, "done")
        self._check_credited(returned, 115, 0)
        # Two legs are here and not credited; with the top they are the rest.
        self.assertEqual(self._back(order, (self.top, 1))[1], 23)

    def test_a_component_that_is_still_to_be_delivered(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._sell_desks(deliver=False, invoice=False)
        pick = order.picking_ids
        for move in pick.move_ids:
            move.quantity = 4 if move.product_id == self.leg else 1
        pick.move_ids.picked = True
        Form.from_action(self.env, pick.button_validate()).save().process()
        order.picking_ids.filtered(
            lambda picking: picking.picking_type_id == self.warehouse.out_type_id
        ).button_validate()
        order._create_invoices().action_post()
        # A top waits to be picked: nothing of it has a step to the customer yet.
        returned = self._approve(order, [(self.kit, 1), (self.leg, 2)])
        self._receive(returned)
        self.assertFalse(self._charges(returned.sudo().refund_ids))
