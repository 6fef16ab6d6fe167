from odoo.tests import tagged

from .common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestCustomerStatus(SettlementCommon):
    """Where a return stands, as its customer is told: what happened, what is next."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 20, {"price_unit": 1234.5})])

    def _tell(self, order):
        status = order.sudo()._get_customer_status()
        return status["title"], f"{status['text']} {status['next']}"

    def _line(self, order):
        """The timeline in short: done steps, >the current one, (those to come)."""
        marks = {"done": "%s", "current": ">%s", "open": "(%s)", "failed": "!%s"}
        return " ".join(
            marks[step["state"]] % step["title"]
            for step in order.sudo()._get_customer_timeline()
        )

    def test_from_the_request_to_the_credit(self):
        order = self._request(self.order, {self.product: 3})
        self.assertEqual(self._tell(order)[0], "In Preparation")
        self.assertEqual(
            self._line(order), ">Requested (Approved) (Goods Arrived) (Credited)"
        )
        order.sudo().date_deadline = "2031-02-03"
        order.action_submit()
        title, text = self._tell(order)
        self.assertEqual(title, "Being Decided")
        self.assertIn("Please do not send the goods yet.", text)
        self.assertIn("a result by 02/03/2031", text)
        self._as("approver", order).action_approve()
        order.sudo().date_send_before = "2031-01-02"
        title, text = self._tell(order)
        self.assertEqual(title, "Send the Goods")
        self.assertIn("before 01/02/2031", text)
        self.assertEqual(
            self._line(order), "Requested Approved >Goods Arrived (Credited)"
        )
        order.sudo().carrier_tracking_ref = "1Z999"
        self.assertIn("on their way: 1Z999", self._tell(order)[1])
        self._receive(order, {self.product: 1})
        self.assertIn("the rest before 01/02/2031", self._tell(order)[1])
        self._receive(order)
        self.assertEqual(self._tell(order)[0], "Credited")
        self.assertEqual(self._line(order), "Requested Approved Goods Arrived Credited")
        for step in order.sudo()._get_customer_timeline():
            self.assertTrue(step["date"], step)

    def test_how_the_money_came(self):
        order = self._returned(self.order, {self.product: 1})
        invoices = self.order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        self.assertIn(f"set off against {invoices.name}.", self._tell(order)[1])
        self._pay(invoices)
        order = self._returned(self.order, {self.product: 1})
        self.assertIn("deduct it from your next payment", self._tell(order)[1])
        self._pay(order.sudo().refund_ids)
        self.assertIn("It was paid back to you.", self._tell(order)[1])

    def test_goods_that_are_looked_at(self):
        self.company.sale_return_inspection_required = True
        order = self._approved(self.order, {self.product: 2})
        self.assertIn("(Checked)", self._line(order))
        self._receive(order)
        self.assertEqual(self._tell(order)[0], "Being Checked")
        self.assertEqual(
            self._line(order), "Requested Approved Goods Arrived >Checked (Credited)"
        )
        self._as("warehouse", order).action_inspect_all()
        self.assertEqual(
            self._line(order), "Requested Approved Goods Arrived Checked Credited"
        )

    def test_a_rejection_and_what_came_of_it(self):
        order = self._request(self.order, {self.product: 1})
        order.action_submit()
        self._as("approver", order).action_reject("Worn.")
        self.assertEqual(self._tell(order)[0], "Not Accepted")
        self.assertEqual(self._line(order), "Requested !Not Accepted")
        order.action_reset_to_draft()
        self.assertEqual(self._tell(order)[0], "In Preparation")
        order.action_cancel()
        self.assertEqual(self._line(order), "Requested !Cancelled")
        self.assertTrue(order.sudo()._get_customer_timeline()[-1]["date"])

    def test_goods_that_never_came(self):
        order = self._approved(self.order, {self.product: 1})
        self._as("manager", order).action_close_short("Never came.")
        self.assertEqual(self._tell(order)[0], "Closed")
        self.assertEqual(self._line(order), "Requested Approved Closed")

    def test_goods_that_the_customer_keeps(self):
        order = self._request(self.order, {self.product: 1})
        order.line_ids.goods_return = "keep"
        order.action_submit()
        self.assertNotIn("do not send", self._tell(order)[1])
        self.assertEqual(self._line(order), "Requested >Approved (Credited)")

    def test_a_replacement(self):
        order = self._request(self.order, {self.product: 1})
        order.line_ids.resolution = "replace"
        order.action_submit()
        self._as("approver", order).action_approve()
        self._receive(order)
        title, text = self._tell(order)
        self.assertEqual(title, "Being Settled")
        self.assertIn("We send you the replacement.", text)
        order.sudo().replacement_picking_ids.button_validate()
        title, text = self._tell(order)
        self.assertEqual(title, "Replaced")
        self.assertEqual(self._line(order), "Requested Approved Goods Arrived Replaced")

    def test_no_amount_is_told(self):
        """The words may stand where the warehouse reads."""
        order = self._approved(self.order, {self.product: 1})
        told = [self._tell(order)]
        self._receive(order)
        told.append(self._tell(order))
        self.assertNotRegex(str(told), r"1,?234|1,?419")

    def test_a_customer_s_own_draft(self):
        order = self._request(self.order, {self.product: 1}, channel="portal")
        self.assertEqual(self._tell(order)[0], "Not Sent Yet")

    def test_the_list_costs_the_same_for_many(self):
        one = self._approved(self.order, {self.product: 1})
        orders = one
        for _number in range(3):
            orders |= self._approved(self.order, {self.product: 1})

        def tell(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for order in records.sudo():
                order._get_customer_status()
                order._get_customer_summary()
            return self.env.cr.sql_log_count - before

        for _stage in ("approved", "credited"):
            tell(orders)
            self.assertLessEqual(tell(orders), tell(one) + 3)
            for order in orders:
                self._receive(order)
