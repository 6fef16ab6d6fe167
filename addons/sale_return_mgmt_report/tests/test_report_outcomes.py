from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sale_return_mgmt.tests.common_inspection import (
    SaleReturnInspectionCommon,
)
from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon

from .common import QUANTITIES, SaleReturnReportCommon


@tagged("post_install", "-at_install")
class TestReportOutcomes(
    SaleReturnReportCommon, SaleReturnInspectionCommon, ReceiptCommon
):
    """What became of the goods, and what they cost, is counted once each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.standard_price = 40.0
        cls.order = cls._sell([(cls.product, 10)])

    def _split(self):
        """Ten lamps came back: six to stock, two to repair, one scrapped, one sent back
        to the customer."""
        return_order = self._received(self.order, {self.product: 10})
        line = return_order.line_ids
        self._inspect(
            return_order,
            (line, "restock", 6, {"condition": "as_new"}),
            (line, "repair", 2, {"condition": "defective"}),
            (line, "scrap", 1, {"condition": "damaged"}),
            (line, "return_to_customer", 1, {"condition": "opened"}),
        )
        sent_back = return_order.sudo().inspection_ids.move_ids.picking_id
        sent_back.move_ids.picked = True
        sent_back.button_validate()
        return return_order

    def _groups(self, return_orders, groupby, names):
        return self._report().formatted_read_group(
            [("order_id", "in", return_orders.ids)], groupby, names
        )

    def test_a_line_split_in_four_is_counted_once(self):
        return_order = self._split()
        self.assertSumsAreDocuments(return_order)
        self.assertSums(
            return_order,
            quantity=10,
            quantity_received=10,
            quantity_accepted=9,
            quantity_refunded=9,
            quantity_disposed=10,
            amount_returned=900,
            amount_goods=360,
            amount_recovered=240,
            amount_written_off=40,
            # 900 credited and 40 lost, 360 of goods are back.
            amount_loss=580,
        )
        groups = self._groups(
            return_order, ["disposition_id"], ["quantity_disposed:sum"]
        )
        kinds = {
            self.env["sale.return.disposition"]
            .browse(group["disposition_id"][0])
            .kind: (group["quantity_disposed:sum"])
            for group in groups
        }
        self.assertEqual(
            kinds, {"restock": 6, "repair": 2, "scrap": 1, "return_to_customer": 1}
        )
        # Whatever the groups, their sums are the whole.
        for name in ("quantity", "quantity_received", "quantity_disposed"):
            for groupby in ("disposition_id", "condition", "reason_id", "row_type"):
                groups = self._groups(return_order, [groupby], [f"{name}:sum"])
                self.assertEqual(sum(group[f"{name}:sum"] for group in groups), 10)

    def test_an_inspection_that_is_undone_leaves_nothing(self):
        return_order = self._split()
        self._as(
            "warehouse",
            return_order.inspection_ids.filtered(
                lambda fact: fact.disposition_id.kind == "scrap"
            ),
        ).action_undo()
        self.assertSums(return_order, quantity_disposed=9, amount_written_off=0)

    def test_rates_are_of_sums(self):
        return_order = self._split()
        [group] = self._groups(
            return_order, [], ["recovery_rate:avg", "no_fault_rate:avg"]
        )
        self.assertAlmostEqual(group["recovery_rate:avg"], 240 / 360)
        self.assertAlmostEqual(
            group["no_fault_rate:avg"],
            6 / 10 if self.reason.category == "quality" else False,
        )
        # A sum of rates means nothing: it is the rate as well.
        [group] = self._groups(return_order, [], ["recovery_rate:sum"])
        self.assertAlmostEqual(group["recovery_rate:sum"], 240 / 360)

    def test_second_grade_is_worth_a_part(self):
        restock = self.env.ref("sale_return_mgmt.sale_return_disposition_restock")
        restock.sudo().recovery_percent = 60
        return_order = self._split()
        self.assertSums(return_order, amount_recovered=144, amount_written_off=40 + 96)

    def test_costs_are_those_recorded_and_none_is_not_zero(self):
        lamp, chair = self.product, self.product_on_order
        order = self._sell([(lamp, 1), (chair, 3)])
        with_costs = self._approved(order)
        without = self._approved(self.order, {lamp: 1})
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        self.env["sale.return.cost"].create(
            [
                {"order_id": with_costs.id, "amount": 12.0},
                {"order_id": with_costs.id, "amount": 16.0, "currency_id": euro.id},
            ]
        )
        groups = self._groups(
            with_costs | without,
            ["order_id"],
            ["amount_cost:sum", "cost_count:count_distinct"],
        )
        costs = {
            group["order_id"][0]: (
                group["amount_cost:sum"],
                group["cost_count:count_distinct"],
            )
            for group in groups
        }
        self.assertEqual(costs[with_costs.id], (20, 1))
        self.assertEqual(costs[without.id], (False, 0))
        self.assertIs(costs[without.id][0], False)
        # Shared by value: one lamp and three chairs, 100 each.
        groups = self._groups(with_costs, ["product_id"], ["amount_cost:sum"])
        self.assertEqual(
            {group["product_id"][0]: group["amount_cost:sum"] for group in groups},
            {lamp.id: 5, chair.id: 15},
        )

    def test_odoos_own_returns_count_without_a_reason(self):
        delivery = self.order.picking_ids
        native = self._return_natively(delivery, 3)
        native.move_ids.picked = True
        native.button_validate()
        domain = [("sale_order_id", "=", self.order.id)]
        [row] = self._report().search(domain)
        self.assertRecordValues(
            row,
            [
                {
                    "row_type": "native",
                    "order_id": False,
                    "partner_id": self.customer.id,
                    "product_id": self.product.id,
                    "quantity_received": 3,
                    "quantity": 0,
                    "amount_goods": 120,
                }
            ],
        )
        self.assertEqual(row.reason_id.sudo().code, "NOT_RECORDED")
        self.assertEqual(row.reason_id.sudo().name, "Not recorded")
        self.assertEqual(row.action_open_order()["res_id"], self.order.id)

        # What is credited for them by hand counts, a discount later on does not.
        invoice = self.order.invoice_ids
        credit = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        credit.invoice_line_ids.quantity = 3
        credit.action_post()
        other = self._sell([(self.product, 1)])
        other.invoice_ids._reverse_moves([{}]).action_post()
        domain = [("sale_order_id", "in", (self.order | other).ids)]
        [sums] = self._report()._read_group(
            domain, [], ["amount_returned:sum", "amount_refunded:sum"]
        )
        self.assertEqual(sums, (300, 345))

        undone = self._return_natively(native, 3)
        undone.move_ids.picked = True
        undone.button_validate()
        [sums] = self._report()._read_group(domain, [], ["quantity_received:sum"])
        self.assertEqual(sums, (0,))

    def test_goods_sent_in_exchange_are_what_it_cost(self):
        return_order = self._request(self.order, {self.product: 2})
        return_order.line_ids.resolution = "replace"
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self._as("manager", return_order).action_inspect_all()
        deliveries = self.env["stock.move"].search(
            [("replacement_line_id", "in", return_order.line_ids.ids)]
        )
        deliveries.picked = True
        deliveries.picking_id.button_validate()
        self.assertEqual(set(deliveries.mapped("state")), {"done"})
        self.assertSums(
            return_order,
            quantity_replaced=2,
            amount_returned=0,
            amount_goods=80,
            amount_loss=0,
        )

    def test_days_are_those_of_the_documents(self):
        return_order = self._split()
        order_sudo = return_order.sudo()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_return_order SET date_submitted = '2026-05-01 08:00', "
            "date_approved = '2026-05-02 20:00' WHERE id = %s",
            [return_order.id],
        )
        self.env.cr.execute(
            "UPDATE stock_move SET date = '2026-05-05 20:00' WHERE return_line_id = %s",
            [return_order.line_ids.id],
        )
        self.env.cr.execute(
            "UPDATE sale_return_inspection SET date = '2026-05-06 08:00' "
            "WHERE order_id = %s",
            [return_order.id],
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET date = '2026-05-09' WHERE move_id IN %s",
            [tuple(order_sudo.refund_ids.ids)],
        )
        self.env.invalidate_all()
        [group] = self._groups(
            return_order,
            [],
            [
                f"days_to_{step}:avg"
                for step in ("approve", "receive", "inspect", "refund")
            ],
        )
        self.assertAlmostEqual(group["days_to_approve:avg"], 1.5)
        self.assertAlmostEqual(group["days_to_receive:avg"], 3)
        self.assertAlmostEqual(group["days_to_inspect:avg"], 0.5)
        self.assertAlmostEqual(group["days_to_refund:avg"], 4)

    def test_dates_only_leave_out_what_is_asked_to(self):
        """What a lower bound spares PostgreSQL is nothing that belongs to the sums."""
        early = self._split()
        early.sudo().date_request = "2026-03-01"
        late = self._approved(self._sell([(self.product, 4)]), {self.product: 4})
        late.sudo().date_request = "2026-06-01"
        self._receive(late)
        names = [*QUANTITIES, "amount_returned", "amount_refunded", "amount_goods"]
        domain = [("order_id", "in", (early | late).ids)]
        bounded = [*domain, ("date_request", ">=", "2026-05-01")]
        specs = [f"{name}:sum" for name in names]
        self.assertEqual(
            self._report()._read_group(bounded, [], specs),
            [tuple(self._sums(late, names))],
        )
        relative = [*domain, ("date_request", ">=", "today -2000d")]
        for asked, context in (
            (relative, {}),
            (domain, {"return_analysis_since": "2026-05-01"}),
            (domain, {"return_analysis_since": "no day"}),
        ):
            report = self._report().with_context(**context)
            self.assertEqual(
                report._read_group(asked, [], specs),
                [tuple(self._sums(early | late, names))],
            )
            self.assertTrue(report.search(asked))
        either = ["|", *bounded[1:], ("date_request", "<", "2026-05-01"), domain[0]]
        self.assertEqual(
            self._report()._read_group(either, [], specs),
            [tuple(self._sums(early | late, names))],
        )

    def test_the_reason_that_stands_for_none_cannot_be_deleted(self):
        reason = self.env.ref(
            "sale_return_mgmt_report.sale_return_reason_not_recorded"
        ).sudo()
        self.assertFalse(reason.active)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            reason.unlink()
