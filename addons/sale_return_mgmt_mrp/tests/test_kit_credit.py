from odoo.tests import tagged

from .common import KitCommon


@tagged("post_install", "-at_install")
class TestKitCredit(KitCommon):
    """A component is credited its share of the kit's price; all of them together are
    the kit, and what was shown is what is posted."""

    def _assert_credited(self, return_order, untaxed):
        refunds = return_order.sudo().refund_ids
        self.assertEqual(set(refunds.mapped("state")), {"posted"})
        self.assertAlmostEqual(sum(refunds.mapped("amount_untaxed")), untaxed, 2)
        self.assertAlmostEqual(
            return_order.amount_total, sum(refunds.mapped("amount_total")), 2
        )
        self.assertEqual(return_order.state, "done")

    def test_a_component_is_credited_its_share(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._draft(order, [(self.leg, 1)])
        self.assertRecordValues(
            return_order.line_ids, [{"price_unit": 30, "price_subtotal": 30}]
        )
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self._assert_credited(return_order, 30)
        [line] = return_order.sudo().refund_ids.invoice_line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "product_id": self.leg.id,
                    "quantity": 1,
                    "sale_line_ids": order.order_line.ids,
                    "tax_ids": self.tax_excluded.ids,
                }
            ],
        )
        self.assertIn("Desk", line.name)

    def test_all_components_together_are_credited_as_the_kit(self):
        order = self._sell([(self.kit, 2)])
        credited = 0
        for lines, untaxed in (
            ([(self.leg, 1)], 30),
            ([(self.top, 2)], 80),
            ([(self.leg, 3)], 90),
        ):
            return_order = self._approve(order, lines)
            self._receive(return_order)
            self._assert_credited(return_order, untaxed)
            credited += untaxed
        self.assertEqual(credited, 200)
        self.assertRecordValues(
            order.order_line,
            [{"qty_delivered": 0, "qty_invoiced": 0, "qty_to_invoice": 0}],
        )
        self.assertEqual(order.invoice_status, "invoiced")

    def test_shares_do_not_move_with_prices(self):
        order = self._sell([(self.kit, 2)])
        self._receive(self._approve(order, [(self.leg, 4)]))
        self.leg.list_price = 1
        self.top.list_price = 1000
        return_order = self._approve(order, [(self.top, 2)])
        self._receive(return_order)
        self._assert_credited(return_order, 80)

    def test_as_invoiced_not_as_ordered(self):
        order = self._sell([(self.kit, 2)], invoice=False)
        invoice = order._create_invoices()
        invoice.invoice_line_ids.write({"price_unit": 200, "discount": 10})
        invoice.action_post()
        return_order = self._approve(order, [(self.leg, 2), (self.kit, 1)])
        self._receive(return_order)
        self._assert_credited(return_order, 2 * 54 + 180)

    def test_components_of_what_is_not_invoiced_are_credited_once_it_is(self):
        order = self._sell([(self.kit, 3)], invoice=False)
        return_order = self._approve(order, [(self.leg, 1)])
        self._receive(return_order)
        self.assertFalse(return_order.sudo().refund_ids)
        self.assertEqual(return_order.state, "done")
        order._create_invoices().action_post()
        self.assertEqual(order.order_line.qty_invoiced, 3)
        self.assertRecordValues(
            return_order, [{"state": "approved", "refund_status": "to_refund"}]
        )
        self._as("manager", return_order).action_settle()
        self._assert_credited(return_order, 30)

    def test_a_kit_that_came_back_in_parts_is_not_invoiced(self):
        order = self._sell([(self.kit, 3)], invoice=False)
        self._receive(self._approve(order, [(self.leg, 2), (self.top, 1)]))
        order._create_invoices().action_post()
        self.assertRecordValues(
            order.order_line,
            [{"qty_delivered": 2, "qty_invoiced": 2, "qty_to_invoice": 0}],
        )
        self.assertFalse(order.order_line.return_line_ids.sudo().refund_line_ids)

    def test_partly_invoiced_kits(self):
        order = self._sell([(self.kit, 3)], invoice=False)
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 2
        invoice.action_post()
        return_order = self._approve(order, [(self.kit, 2), (self.leg, 1)])
        self._receive(return_order)
        # One kit is with the customer less a leg, two were invoiced.
        refunds = return_order.sudo().refund_ids
        self.assertAlmostEqual(sum(refunds.mapped("amount_untaxed")), 130, 2)

    def test_ordered_quantities_policy(self):
        kit = self._create_kit(
            "Table", [(self.leg, 4), (self.top, 1)], invoice_policy="order"
        )
        order = self._sell([(kit, 2)])
        self._receive(self._approve(order, [(self.leg, 4)]))
        self.assertRecordValues(
            order.order_line,
            [{"qty_delivered": 2, "qty_invoiced": 2, "qty_to_invoice": 0}],
        )
        self._receive(self._approve(order, [(self.top, 1)]))
        self.assertRecordValues(
            order.order_line,
            [{"qty_delivered": 1, "qty_invoiced": 1, "qty_to_invoice": 0}],
        )

    def test_a_cancelled_credit_note_is_made_again(self):
        order = self._sell([(self.kit, 2)])
        return_order = self._approve(order, [(self.leg, 2)])
        self._receive(return_order)
        refund = return_order.sudo().refund_ids
        refund.button_draft()
        refund.button_cancel()
        self.assertEqual(return_order.refund_status, "to_refund")
        self._as("manager", return_order).action_settle()
        self.assertEqual(
            return_order.sudo().refund_ids.mapped("state").count("posted"), 1
        )
        self.assertAlmostEqual(return_order.amount_refunded, 69, 2)

    def test_components_come_back_at_the_cost_they_left_with(self):
        category = self.env["product.category"].create(
            {"name": "Perpetual", "property_cost_method": "average"}
        )
        (self.leg | self.top).categ_id = category
        self.leg.standard_price, self.top.standard_price = 10, 20
        order = self._sell([(self.kit, 3)])
        self.leg.standard_price = 99
        return_order = self._approve(order, [(self.leg, 2)])
        receipt = self._receive(return_order)
        self.assertEqual(receipt.move_ids.value, 20)

    def test_shares_without_prices(self):
        """Free components are split by what they cost, else evenly."""
        screw = self._create_goods("Screw", list_price=0, standard_price=1)
        plate = self._create_goods("Plate", list_price=0, standard_price=6)
        kit = self._create_kit("Shelf", [(screw, 4), (plate, 1)])
        order = self._sell([(kit, 1)])
        [line] = self._draft(order, [(screw, 1)]).line_ids
        self.assertAlmostEqual(line.price_subtotal, 10, 2)
        (screw | plate).standard_price = 0
        [line] = self._draft(order, [(plate, 1)]).line_ids
        self.assertAlmostEqual(line.price_subtotal, 50, 2)

    def test_kits_and_components_over_two_invoices(self):
        order = self._sell([(self.kit, 2)], invoice=False)
        for _time in range(2):
            invoice = order._create_invoices()
            invoice.invoice_line_ids.quantity = 1
            invoice.action_post()
        for lines, amounts in (
            ([(self.leg, 1)], [30]),
            ([(self.kit, 1)], [50, 50]),  # half of each invoice is left of the legs
            ([(self.leg, 1), (self.top, 1)], [20, 50]),
        ):
            return_order = self._approve(order, lines)
            self._receive(return_order)
            self._assert_credited(return_order, sum(amounts))
        self.assertEqual(
            [
                sum(invoice.reversal_move_ids.mapped("amount_untaxed"))
                for invoice in order.invoice_ids.filtered(
                    lambda move: move.move_type == "out_invoice"
                )
            ],
            [100, 100],
        )

    def test_two_invoices(self):
        order = self._sell([(self.kit, 3)], invoice=False)
        for quantity in (1, 2):
            invoice = order._create_invoices()
            invoice.invoice_line_ids.quantity = quantity
            invoice.action_post()
        return_order = self._approve(order, [(self.leg, 6), (self.top, 3)])
        self._receive(return_order)
        self._assert_credited(return_order, 300)
        self.assertEqual(
            sorted(return_order.sudo().refund_ids.mapped("amount_untaxed")), [100, 200]
        )
        self.assertEqual(order.order_line.qty_invoiced, 0)
