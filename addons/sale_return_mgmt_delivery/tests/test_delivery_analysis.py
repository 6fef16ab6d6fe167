from odoo.tests import tagged

from .common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestDeliveryAnalysis(DeliveryCommon):
    """The returns analysis, where it is installed, knows what was given back of
    charges."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "sale.return.report" not in cls.env:
            cls.skipTest(cls, "sale_return_mgmt_report is not installed")

    def _sums(self, return_orders, *names):
        self.env.flush_all()
        report = self.env["sale.return.report"].with_user(self.users["viewer"])
        [sums] = report._read_group(
            [("order_id", "in", return_orders.ids)],
            [],
            [f"{name}:sum" for name in names],
        )
        return sums

    def test_charges_are_a_loss_and_no_value_of_goods(self):
        self.product.standard_price = 40.0
        refund = self._credited(self._sell_delivered())
        returned = refund.return_order_id
        self.assertEqual(
            self._sums(returned, "amount_delivery", "amount_returned", "amount_loss"),
            (20, 200, 200 + 20 - 80),
        )

    def test_charges_are_shared_among_the_lines_by_their_value(self):
        dear = self._create_goods("Dear", list_price=300.0)
        self.env["stock.quant"]._update_available_quantity(
            dear, self.warehouse.lot_stock_id, 5
        )
        refund = self._credited(self._sell_delivered(1, lines=[(dear, 1)]))
        report = self.env["sale.return.report"].with_user(self.users["viewer"])
        shares = {
            row.product_id.id: row.amount_delivery
            for row in report.search([("order_id", "=", refund.return_order_id.id)])
        }
        self.assertEqual(shares, {self.product.id: 5, dear.id: 15})

    def test_what_is_taken_back_of_the_credit_is_off_the_charges(self):
        refund = self._credited(self._sell_delivered())
        returned = refund.return_order_id
        refund._reverse_moves(cancel=True)
        self.assertEqual(self._sums(returned, "amount_delivery"), (0,))
