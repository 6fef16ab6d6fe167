from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_receipt import ReceiptCommon


@tagged("post_install", "-at_install")
class TestReceiptUndo(ReceiptCommon):
    """Receipts that are cancelled, undone or made by others."""

    # === CANCELLED === #

    def test_cancelling_the_return_cancels_its_receipts_and_frees_the_quantity(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order)
        self.assertEqual(order.order_line.quantity_returnable, 0)
        return_order.action_cancel()
        self.assertEqual(self._receipts(return_order).state, "cancel")
        self.assertRecordValues(
            return_order, [{"state": "cancelled", "receipt_status": "none"}]
        )
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 5)

    def test_a_return_is_not_cancelled_once_goods_came(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        self._receive(return_order, {self.product: 1})
        with self.assertRaises(UserError):
            return_order.action_cancel()
        self.assertEqual(return_order.state, "approved")
        self.assertEqual(self._open_receipt(return_order).state, "assigned")

    def test_only_clerks_cancel(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        for role in ("approver", "warehouse", "viewer", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_cancel()

    def test_a_receipt_that_the_storekeeper_cancelled_leaves_the_return_open(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order)
        self._open_receipt(return_order).action_cancel()
        self.assertRecordValues(
            return_order, [{"state": "approved", "receipt_status": "pending"}]
        )
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 0)
        return_order.action_cancel()
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 5)

    def test_goods_sent_back_to_the_customer_are_not_received(self):
        """The receipt was a mistake: reversing it with Odoo's own wizard undoes it."""
        self.company.sale_return_refund_trigger = "manual"
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        receipt = self._receive(return_order)
        self._return_natively(receipt, 2).button_validate()
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order.line_ids, [{"quantity_received": 0, "quantity_accepted": 0}]
        )
        self.assertRecordValues(
            return_order, [{"state": "approved", "receipt_status": "pending"}]
        )
        self.assertRecordValues(
            order.order_line, [{"qty_delivered": 5, "qty_to_invoice": 0}]
        )
        self._as("manager", return_order).action_settle()
        self.assertFalse(return_order.sudo().refund_ids)

    def test_goods_sent_back_after_the_credit_are_to_be_invoiced_again(self):
        order = self._sell([(self.product, 5)])
        return_order = self._approved(order, {self.product: 2})
        receipt = self._receive(return_order)
        self.assertEqual(return_order.state, "done")
        self._return_natively(receipt, 2).button_validate()
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order,
            [
                {
                    "state": "approved",
                    "receipt_status": "pending",
                    "amount_refunded": 230,
                }
            ],
        )
        self.assertEqual(return_order.event_ids.sorted("sequence")[-1].type, "reopened")
        self.assertRecordValues(
            order.order_line,
            [{"qty_delivered": 5, "qty_invoiced": 3, "qty_to_invoice": 2}],
        )

    # === ODOO'S OWN RETURNS === #

    def test_native_returns_count(self):
        order = self._sell([(self.product, 5)])
        native = self._return_natively(order.picking_ids, 2)
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 5, "not here yet")
        native.button_validate()
        self.env.invalidate_all()
        self.assertEqual(order.order_line.quantity_returnable, 3)
        return_order = self._request(order)
        self.assertEqual(return_order.line_ids.quantity, 3)
        return_order.line_ids.quantity = 4
        with self.assertRaises(UserError):
            return_order.action_submit()
        return_order.line_ids.quantity = 3
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_goods_that_were_announced_natively_too(self):
        """Both announce the same goods; what arrives on ours is what counts for us."""
        order = self._sell([(self.product, 5)])
        native = self._return_natively(order.picking_ids, 2)
        return_order = self._approved(order)
        self.assertEqual(
            sum(self._receipts(return_order).move_ids.mapped("product_uom_qty")), 5
        )
        self.assertEqual(native.state, "assigned")
        native.button_validate()
        self._receive(return_order, {self.product: 3}, backorder=False)
        self.assertEqual(return_order.line_ids.quantity_accepted, 3)
        self.env.invalidate_all()
        self.assertRecordValues(
            order.order_line, [{"qty_delivered": 0, "quantity_returnable": 0}]
        )
        self._close_short(return_order, "Two came on the other transfer")
        self.assertEqual(return_order.receipt_status, "short")
        self.assertEqual(order.order_line.quantity_returnable, 0)

    def test_a_native_return_keeps_the_reservation_of_ours(self):
        product = self._create_tracked("serial", {"SN1": 1, "SN2": 1, "SN3": 1})
        order = self._sell([(product, 3)])
        return_order = self._approved(order, {product: 2})
        reserved = self._receipts(return_order).move_line_ids.lot_id
        self._return_natively(order.picking_ids - self._receipts(return_order), 1)
        self.env.invalidate_all()
        self.assertEqual(self._receipts(return_order).move_line_ids.lot_id, reserved)

    # === WHO MAY LINK TRANSFERS TO RETURNS === #

    def _prepare_forged_move(self, receipt, line, **vals):
        return {
            "product_id": self.product.id,
            "product_uom": self.product.uom_id.id,
            "product_uom_qty": 1,
            "picking_type_id": receipt.picking_type_id.id,
            "location_id": receipt.location_id.id,
            "location_dest_id": receipt.location_dest_id.id,
            "return_line_id": line.id,
            **vals,
        }

    def test_storekeepers_cannot_link_a_move_to_a_return(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        receipt = self._open_receipt(return_order)
        line = return_order.line_ids.sudo()
        Move = self.env["stock.move"].with_user(self.users["storekeeper"])
        with self.assertRaises(AccessError):
            Move.create(self._prepare_forged_move(receipt, line))
        move = Move.create(self._prepare_forged_move(receipt, line.browse()))
        with self.assertRaises(AccessError):
            move.return_line_id = line.id
        with self.assertRaises(AccessError):
            receipt.move_ids.return_line_id = False
        with self.assertRaises(AccessError):
            receipt.return_order_id = False
        vals = self._prepare_forged_move(receipt, line)
        del vals["return_line_id"]
        with self.assertRaises(AccessError):
            Move.with_context(default_return_line_id=line.id).create(vals)
        self.assertEqual(line.move_ids, receipt.sudo().move_ids)

    def test_storekeepers_of_another_company_cannot_copy_the_link(self):
        return_order = self._approved(
            self._sell([(self.product, 5)]), {self.product: 2}
        )
        receipt = self._receipts(return_order)
        other = self._create_company(name="Elsewhere")
        stranger = self.users["storekeeper"].copy(
            {
                "login": "return_test_stranger",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)])
        forged = self._prepare_forged_move(
            receipt,
            return_order.line_ids,
            company_id=other.id,
            picking_type_id=warehouse.sale_return_type_id.id,
            location_dest_id=warehouse.sale_return_location_id.id,
            origin_returned_move_id=receipt.move_ids.origin_returned_move_id.id,
        )
        with self.assertRaises(AccessError):
            self.env["stock.move"].with_user(stranger).create(forged)
