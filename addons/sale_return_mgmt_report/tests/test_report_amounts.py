from odoo.tests import tagged

from odoo.addons.sale_return_mgmt.tests.common_fees import FeeCommon
from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon
from odoo.addons.sale_return_mgmt.tests.common_replacement import ReplacementCommon

from .common import SaleReturnReportCommon


@tagged("post_install", "-at_install")
class TestReportFees(SaleReturnReportCommon, FeeCommon):
    def test_fees_are_off_the_credit_and_not_off_what_came_back(self):
        self.product.standard_price = 40.0
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        self._receive(return_order)
        self.assertSums(
            return_order,
            amount_returned=200,
            amount_fee=20,
            amount_refunded_untaxed=180,
            amount_goods=80,
            amount_loss=200 - 20 - 80,
        )
        # Rates are of goods: a fee makes none lower.
        report = self.env["sale.return.rate.report"].with_user(self.users["viewer"])
        domain = [("sale_order_id", "=", order.id)]
        self.assertEqual(
            report._read_group(domain, [], ["amount_credited:sum", "value_rate:avg"]),
            [(200, 0.4)],
        )


@tagged("post_install", "-at_install")
class TestReportExchanges(SaleReturnReportCommon, ReplacementCommon, ReceiptCommon):
    def test_what_is_bought_in_exchange_is_retained(self):
        dearer = self._create_goods("Dearer", list_price=150.0)
        self.env["stock.quant"]._update_available_quantity(
            dearer, self.warehouse.lot_stock_id, 10
        )
        order = self._sell([(self.product, 5)])
        return_order = self._replaced(order, dearer, 1.0, returned=1)
        self.assertTrue(self._sold_instead(return_order))
        self.assertSums(return_order, amount_retained=150, amount_returned=100)

    def test_goods_sent_and_taken_back_cost_nothing(self):
        self.product.standard_price = 40.0
        return_order = self._exchange(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        self._receive(return_order)
        self._ship(return_order)
        self.assertSums(return_order, amount_goods=80, amount_loss=0)
        sent = return_order.sudo().replacement_picking_ids
        undone = self._return_natively(sent.with_user(self.env.user), 2)
        undone.move_ids.picked = True
        undone.button_validate()
        self.assertSums(return_order, amount_loss=-80)
