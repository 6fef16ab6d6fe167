from odoo.tests import Form, tagged

from .common import KitCommon


@tagged("post_install", "-at_install")
class TestKits(KitCommon):
    """Kits come back whole or by component; the order counts kits all the way."""

    def _assert_counts(self, line, delivered, invoiced, to_invoice):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertRecordValues(
            line,
            [
                {
                    "qty_delivered": delivered,
                    "qty_invoiced": invoiced,
                    "qty_to_invoice": to_invoice,
                }
            ],
        )

    def test_whole_kits_come_back_as_their_components(self):
        order = self._sell([(self.kit, 3)])
        self._assert_counts(order.order_line, 3, 3, 0)
        return_order = self._request(order, {self.kit: 2})
        self.assertRecordValues(
            return_order.line_ids,
            [{"quantity_delivered": 3, "quantity_returnable": 3, "quantity": 2}],
        )
        return_order.action_submit()
        self.assertEqual(self._returnable(order), 1)
        self._as("approver", return_order).action_approve()
        self.assertEqual(self._expected(return_order), {self.leg: 4, self.top: 2})
        self._assert_counts(order.order_line, 3, 3, 0)
        self._receive(return_order)
        self.assertRecordValues(
            return_order.line_ids, [{"quantity_received": 2, "quantity_accepted": 2}]
        )
        self.assertRecordValues(
            return_order, [{"state": "done", "receipt_status": "full"}]
        )
        self._assert_counts(order.order_line, 1, 1, 0)
        self.assertEqual(self._returnable(order), 1)

    def test_a_kit_is_received_once_all_of_it_is_there(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._approve(order, [(self.kit, 2)])
        line = return_order.line_ids
        self._receive(return_order, {self.leg: 3, self.top: 0})
        self.assertEqual(line.quantity_received, 0)
        self.assertEqual(return_order.receipt_status, "pending")
        self._assert_counts(order.order_line, 3, 3, 0)
        self._receive(return_order, {self.top: 1})
        self.assertEqual(line.quantity_received, 1)
        self.assertEqual(return_order.receipt_status, "partial")
        self._assert_counts(order.order_line, 2, 2, 0)
        self.assertEqual(self._expected(return_order), {self.leg: 1, self.top: 1})
        self._receive(return_order)
        self.assertEqual(return_order.state, "done")
        self._assert_counts(order.order_line, 1, 1, 0)

    def test_a_component_by_itself_takes_no_kit_off_the_order(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._approve(order, [(self.leg, 1)])
        self.assertEqual(return_order.line_ids.product_uom_id, self.leg.uom_id)
        self.assertEqual(self._expected(return_order), {self.leg: 1})
        self._receive(return_order)
        self.assertRecordValues(
            return_order.line_ids, [{"quantity_received": 1, "quantity_accepted": 1}]
        )
        self.assertEqual(return_order.state, "done")
        self._assert_counts(order.order_line, 3, 3, 0)
        self.assertEqual(self._returnable(order), 2)
        # With the other parts of the same kit it is a whole one.
        rest = self._approve(order, [(self.leg, 1), (self.top, 1)])
        self._receive(rest)
        self._assert_counts(order.order_line, 2, 2, 0)
        self.assertEqual(self._returnable(order), 2)

    def test_the_clerk_chooses_kit_or_component_in_the_form(self):
        order = self._sell([(self.kit, 3)])
        action = order.with_user(self.users["clerk"]).action_create_return()
        form = Form(
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .with_context(**action["context"])
        )
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.product_id, self.kit)
            self.assertEqual(line.kit_product_ids[:], self.kit | self.leg | self.top)
            line.product_id = self.leg
            self.assertEqual(line.quantity_returnable, 6)
            line.quantity = 2
            line.reason_id = self.reason
        return_order = form.save()
        self.assertRecordValues(
            return_order.line_ids, [{"product_id": self.leg.id, "quantity": 2}]
        )

    def test_raising_the_order_after_a_return_ships_only_the_difference(self):
        order = self._sell([(self.kit, 3)])
        self._receive(self._approve(order, [(self.kit, 1)]))
        self._receive(self._approve(order, [(self.leg, 1)]))
        order.order_line.product_uom_qty = 4
        new = order.picking_ids.move_ids.filtered(lambda move: move.state != "done")
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in new},
            {self.leg: 2, self.top: 1},
        )
        new.picking_id.button_validate()
        self._assert_counts(order.order_line, 3, 2, 1)

    def test_kits_within_kits(self):
        room = self._create_kit("Room", [(self.kit, 2), (self.product, 3)])
        order = self._sell([(room, 2)])
        return_order = self._approve(order, [(room, 1), (self.leg, 3)])
        self.assertEqual(
            self._expected(return_order),
            {self.leg: 7, self.top: 2, self.product: 3},
        )
        self._receive(return_order)
        self.assertEqual(return_order.line_ids.mapped("quantity_received"), [1, 3])
        self._assert_counts(order.order_line, 1, 1, 0)

    def test_one_bill_of_materials_for_several_kits(self):
        kit = self._create_kit("Ten", [(self.leg, 5), (self.top, 10)], quantity=10)
        order = self._sell([(kit, 4)])
        return_order = self._approve(order, [(kit, 2)])
        self.assertEqual(self._expected(return_order), {self.leg: 1, self.top: 2})
        self._receive(return_order)
        self._assert_counts(order.order_line, 2, 2, 0)

    def test_kits_sold_by_the_dozen(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.kit.uom_ids += dozen
        order = self._sell([(self.kit, 1, {"product_uom_id": dozen.id})])
        self._assert_counts(order.order_line, 1, 1, 0)
        first = self._approve(
            order, [(self.kit, 5, {"product_uom_id": self.kit.uom_id.id})]
        )
        self.assertEqual(self._expected(first), {self.leg: 10, self.top: 5})
        self._receive(first)
        self.assertEqual(first.line_ids.quantity_received, 5)
        self.assertEqual(first.state, "done")
        self._assert_counts(order.order_line, 0.58, 0.58, 0)
        rest = self._request(order)  # 0.58 dozen are the seven that are left
        rest.action_submit()
        self._as("approver", rest).action_approve()
        self.assertEqual(self._expected(rest), {self.leg: 14, self.top: 7})
        self._receive(rest)
        self.assertEqual(rest.state, "done")
        self._assert_counts(order.order_line, 0, 0, 0)

    def test_what_a_kit_is_made_of_is_frozen_with_its_first_return(self):
        order = self._sell([(self.kit, 3)])
        self._receive(self._approve(order, [(self.leg, 1)]))
        bom = self.kit.sudo().bom_ids
        bom.bom_line_ids.filtered(
            lambda line: line.product_id == self.leg
        ).product_qty = 4
        return_order = self._approve(order, [(self.kit, 2)])
        self.assertEqual(self._expected(return_order), {self.leg: 4, self.top: 2})
        self._receive(return_order)
        self.assertEqual(return_order.state, "done")
        self.assertEqual(self._returnable(order), 0)

    def test_a_ticked_box_at_the_dock_takes_nothing_off_the_order(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._approve(order, [(self.leg, 1)])
        return_order.sudo().picking_ids.move_ids.to_refund = True
        self._receive(return_order)
        self._assert_counts(order.order_line, 3, 3, 0)

    def test_a_cancelled_receipt_of_a_kit_is_made_again(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._approve(order, [(self.kit, 2)])
        self._receive(return_order, {self.leg: 4, self.top: 1}, backorder=False)
        self.assertTrue(return_order.has_exception)
        for _time in range(3):
            self._as("manager", return_order).action_retry()
        self.assertEqual(self._expected(return_order), {self.top: 1})
        self.assertFalse(return_order.has_exception)
        self._receive(return_order)
        self.assertEqual(return_order.state, "done")
        self._assert_counts(order.order_line, 1, 1, 0)

    def test_more_than_asked_of_a_component_is_a_discrepancy(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._approve(order, [(self.kit, 1)])
        self._receive(return_order, {self.leg: 3, self.top: 1})
        [asked, unasked] = return_order.line_ids
        self.assertEqual(asked.quantity_received, 1)
        self.assertRecordValues(
            unasked,
            [
                {
                    "discrepancy": "excess",
                    "product_id": self.leg.id,
                    "quantity_received": 1,
                    "quantity_accepted": 0,
                }
            ],
        )
        self._assert_counts(order.order_line, 2, 2, 0)

    def test_a_receipt_that_is_undone(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._approve(order, [(self.kit, 2)])
        receipt = self._receive(return_order)
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_ids=receipt.ids, active_id=receipt.id, active_model=receipt._name
            )
        ).save()
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.move_ids.picked = True
        back.button_validate()
        # Two of four legs and both tops went back: a pair of legs stayed with us.
        self.assertEqual(return_order.line_ids.quantity_received, 0)
        self.assertEqual(return_order.state, "approved")

    def test_kits_and_components_are_inspected(self):
        self.company.sale_return_inspection_required = True
        self.company.sale_return_refund_trigger = "inspection"
        for lines, untaxed in (([(self.leg, 2)], 60), ([(self.kit, 2)], 200)):
            with self.subTest(lines=lines):
                order = self._sell([(self.kit, 3)])
                stock = self.leg.free_qty, self.top.free_qty
                return_order = self._approve(order, lines)
                self._receive(return_order)
                self.assertEqual(return_order.state, "approved")
                self._as("warehouse", return_order).action_inspect_all()
                self.assertEqual(return_order.line_ids.quantity_accepted, 2)
                self.assertEqual(return_order.state, "done")
                refunds = return_order.sudo().refund_ids
                self.assertAlmostEqual(refunds.amount_untaxed, untaxed, 2)
                self.env.invalidate_all()
                legs = 2 if lines[0][0] == self.leg else 4
                tops = 0 if lines[0][0] == self.leg else 2
                self.assertEqual(
                    (self.leg.free_qty, self.top.free_qty),
                    (stock[0] + legs, stock[1] + tops),
                )

    def test_a_file_names_kits_and_components(self):
        order = self._sell([(self.kit, 3)])
        fields = ["id"] + [
            f"line_ids/{name}"
            for name in ("sale_order_id", "product_id", "quantity", "reason_id")
        ]
        rows = [
            ["R-1", order.name, "Desk", "1", self.reason.code],
            ["", order.name, "LEG", "2", self.reason.code],
        ]
        orders = self._as("clerk", self.env["sale.return.order"])
        for _attempt in ("made", "found again"):
            result = orders.load(fields, [list(row) for row in rows])
            self.assertFalse(result["messages"])
            self.assertRecordValues(
                orders.browse(result["ids"]).line_ids,
                [
                    {"product_id": product.id, "sale_line_id": order.order_line.id}
                    for product in (self.kit, self.leg)
                ],
            )

    def test_the_return_rate_counts_kits(self):
        order = self._sell([(self.kit, 4)])
        self._receive(self._approve(order, [(self.kit, 1)]))
        kit = self._as("viewer", self.kit)
        self.assertEqual(kit.return_rate, 0.25)
        self.assertEqual(self._as("viewer", self.leg).return_rate, 0.25)
        # Both legs and the top make up one more kit.
        self._receive(self._approve(order, [(self.leg, 2), (self.top, 1)]))
        self.env.invalidate_all()
        self.assertEqual(kit.return_rate, 0.5)
        self.assertEqual(kit.product_tmpl_id.return_rate, 0.5)
