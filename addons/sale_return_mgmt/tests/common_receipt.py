from odoo.tests import Form

from .common import SaleReturnCommon


class ReceiptCommon(SaleReturnCommon):
    """The goods of a return come back through Odoo's own transfers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env.ref("stock.stock_location_customers")
        # Without inspection, returned goods go where the warehouse receives all others.
        cls.reception = cls.warehouse.in_type_id.default_location_dest_id

    def _receipts(self, return_order):
        return return_order.sudo().picking_ids.sorted("id")

    def _open_receipt(self, return_order, role="storekeeper"):
        picking = self._receipts(return_order).filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        return picking.with_user(self.users[role])

    def _deliver_steps(self, order):
        """Validate the transfers of a delivery in several steps, one by one."""
        while ready := order.picking_ids.filtered(lambda p: p.state == "assigned"):
            ready.button_validate()

    def _deliver(self, order, quantity):
        """Ship part of the open delivery and leave the rest for later."""
        picking = order.picking_ids.filtered(lambda p: p.state == "assigned")
        picking.move_ids.write({"quantity": quantity, "picked": True})
        result = picking.button_validate()
        if isinstance(result, dict):
            Form.from_action(self.env, result).save().process()
        return picking.move_ids

    def _create_tracked(self, tracking, quantities):
        """Goods in stock by lot or serial.

        :param quantities: quantity by lot name
        """
        product = self.env["product.product"].create(
            {
                "name": f"Tracked by {tracking}",
                "is_storable": True,
                "tracking": tracking,
                "list_price": 100.0,
                "invoice_policy": "delivery",
            }
        )
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in quantities]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantities[lot.name], lot_id=lot
            )
        return product

    def _return_natively(self, picking, quantity, role="storekeeper"):
        """Announce goods with Odoo's own return wizard, as a storekeeper does."""
        wizard = Form(
            self.env["stock.return.picking"]
            .with_user(self.users[role])
            .with_context(
                active_id=picking.id, active_ids=picking.ids, active_model=picking._name
            )
        )
        with wizard.product_return_moves.edit(0) as line:
            line.quantity = quantity
        action = wizard.save().action_create_returns()
        return self.env["stock.picking"].browse(action["res_id"])

    def _close_short(self, return_order, reason="The customer lost it", role="manager"):
        action = self._as(role, return_order).action_close_short()
        wizard = Form.from_action(self._as(role, return_order).env, action)
        wizard.explanation = reason
        wizard.save().action_apply()
