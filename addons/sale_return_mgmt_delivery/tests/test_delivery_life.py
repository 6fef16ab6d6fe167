from odoo.tests import Form, tagged

from odoo.addons.sale_return_mgmt.tests.common_inspection import (
    SaleReturnInspectionCommon,
)
from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon

from .common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestDeliveryLife(SaleReturnInspectionCommon, ReceiptCommon, DeliveryCommon):
    """Whatever happens to the goods: the delivery is refunded once all are accepted."""

    def test_what_inspection_rejects_has_not_come_back(self):
        order = self._sell_delivered()
        returned = self._received(order)
        line = returned.line_ids
        self._inspect(returned, (line, "restock", 1))
        self.assertEqual(returned.sudo().amount_refunded, 115)
        self.assertEqual(returned.sudo().amount_delivery, 23)
        self._inspect(returned, (line, "return_to_customer", 1))
        sent_back = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        ) or returned.sudo().picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        sent_back.move_ids.picked = True
        sent_back.button_validate()
        self.assertEqual(returned.state, "done")
        self.assertEqual(returned.sudo().amount_refunded, 115)
        # It comes back once more, and now it is accepted.
        self.company.sale_return_inspection_required = False
        second = self._approved(order)
        self.assertEqual(second.sudo().amount_total, 138)
        self._receive(second)
        self.assertEqual(second.sudo().amount_refunded, 138)

    def test_everybody_opens_the_transfers_of_a_return(self):
        """Odoo's form of a transfer reads what only salespeople may, with carriers."""
        returned = self._approved(self._sell_delivered())
        for role in ("storekeeper", "warehouse", "viewer", "approver"):
            with self.subTest(role):
                form = Form(self._as(role, returned.sudo().picking_ids))
                self.assertEqual(form.state, "assigned")

    def test_what_never_came_has_not_come_back(self):
        self.company.sale_return_inspection_required = False
        returned = self._approved(self._sell_delivered())
        self._receive(returned, {self.product: 1})
        self._close_short(returned)
        self.assertEqual(returned.state, "done")
        self.env.invalidate_all()
        self.assertEqual(returned.sudo().amount_refunded, 115)

    def test_what_came_back_natively_has_come_back(self):
        self.company.sale_return_inspection_required = False
        order = self._sell_delivered()
        native = self._return_natively(order.picking_ids, 1)
        native.move_ids.picked = True
        native.button_validate()
        returned = self._approved(order)
        self.assertEqual(returned.line_ids.quantity, 1)
        self.assertEqual(returned.sudo().amount_delivery, 23)
        self._receive(returned)
        self.assertEqual(
            sum(self._charges(returned.sudo().refund_ids).mapped("price_total")), 23
        )

    def test_credited_before_the_goods_come(self):
        self.company.sale_return_refund_trigger = "approval"
        returned = self._approved(self._sell_delivered())
        self.assertEqual(returned.sudo().amount_refunded, 253)
        self._receive(returned)
        self.assertEqual(returned.state, "approved")
        self.assertEqual(len(returned.sudo().refund_ids), 1)
