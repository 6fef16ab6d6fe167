from odoo.tests import tagged

from .common import SaleReturnCommon


@tagged("native", "post_install", "-at_install")
class TestReturnLife(SaleReturnCommon):
    def test_from_request_to_posted_credit_note(self):
        order = self._sell([(self.product, 5)])
        invoice = order.invoice_ids
        return_order = self._request(order, {self.product: 2})
        self.assertRecordValues(
            return_order,
            [{"state": "draft", "receipt_status": "none", "refund_status": "none"}],
        )
        self.assertRegex(return_order.name, r"^RET/\d{4}/\d{5}$")

        return_order.action_submit()
        self.assertEqual(return_order.state, "submitted")
        activity = return_order.sudo().activity_ids
        self.assertIn(self.users["approver"], activity.user_id)

        self._as("approver", return_order).action_approve()
        self.assertRecordValues(
            return_order,
            [{"state": "approved", "receipt_status": "pending", "picking_count": 1}],
        )
        self.assertFalse(return_order.sudo().activity_ids)

        picking = self._receive(return_order)
        self.assertEqual(picking.location_dest_id, self.warehouse.lot_stock_id)
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "done",
                    "receipt_status": "full",
                    "refund_status": "paid",
                    "amount_refunded": 230.0,
                    "amount_total": 230.0,
                }
            ],
        )
        refund = return_order.sudo().refund_ids
        self.assertRecordValues(
            refund,
            [
                {
                    "state": "posted",
                    "move_type": "out_refund",
                    "reversed_entry_id": invoice.id,
                    "amount_total": 230.0,
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertEqual(invoice.amount_residual, 345.0)
        self.assertEqual(order.return_order_ids, return_order)
        self.assertEqual(
            return_order.event_ids.sorted("sequence").mapped("type"),
            [
                "created",
                "submitted",
                "approved",
                "received",
                "credited",
                "credit_posted",
                "done",
            ],
        )
        self.assertFalse(
            self.env["sale.return.event"].sudo()._find_broken_links(return_order)
        )
