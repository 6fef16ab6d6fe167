from odoo.exceptions import UserError

from .common import SaleReturnCommon


class SaleReturnInspectionCommon(SaleReturnCommon):
    """The company inspects what comes back, as it does when nothing is changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_inspection_required = True
        cls.waiting = cls.warehouse.sale_return_location_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.dispositions = {
            disposition.kind: disposition
            for disposition in cls.env["sale.return.disposition"].search([])
        }

    def _received(self, order, quantities=None):
        """An approved return whose goods are in the return location."""
        return_order = self._approved(order, quantities)
        self._receive(return_order)
        return return_order

    def _inspect(self, return_order, *rows, role="warehouse"):
        """Inspect through the dialog, as ``role``.

        :param rows: ``(line, kind of disposition, quantity, other values)``
        """
        dialog = self._open_dialog(return_order, role)
        row_model = self.env["sale.return.order.inspect.line"]
        dialog.line_ids.unlink()
        for line, kind, quantity, *other in rows:
            row_model.with_user(self.users[role]).create(
                {
                    "inspect_id": dialog.id,
                    "line_id": line.id,
                    "disposition_id": self.dispositions[kind].id,
                    "quantity": quantity,
                    **(other[0] if other else {}),
                }
            )
        before = return_order.sudo().inspection_ids
        dialog.action_apply()
        return return_order.sudo().inspection_ids - before

    def _undo_receipt(self, return_order, quantity):
        """Give goods back to the customer with Odoo's own return wizard."""
        receipt = return_order.sudo().picking_ids.filtered(
            lambda picking: picking.state == "done"
        )[:1]
        wizard = (
            self.env["stock.return.picking"]
            .with_user(self.users["storekeeper"])
            .create({"picking_id": receipt.id})
        )
        wizard.product_return_moves.quantity = quantity
        back = wizard._create_return()
        back.move_ids.quantity = quantity
        back.move_ids.picked = True
        back.button_validate()

    def _open_dialog(self, return_order, role="warehouse"):
        action = self._as(role, return_order).action_inspect()
        return (
            self.env[action["res_model"]]
            .with_user(self.users[role])
            .with_context(**action["context"])
            .create({})
        )

    def _in_stock(self, product, location, lot=None, owner=None):
        """Quantity in ``location`` itself and below."""
        self.env.flush_all()
        domain = [
            ("product_id", "=", product.id),
            ("location_id", "child_of", location.id),
        ]
        if lot:
            domain.append(("lot_id", "=", lot.id))
        if owner:
            domain.append(("owner_id", "=", owner.id))
        return sum(self.env["stock.quant"].search(domain).mapped("quantity"))

    def _create_lots(self, product, quantities):
        """Lots with quantities in stock.

        :param quantities: by name of the lot
        """
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in quantities]
        )
        for lot, quantity in zip(lots, quantities.values(), strict=True):
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        return lots

    def _assert_refused(self, return_order, row, code, text=None):
        with self.assertRaises(UserError) as refusal:
            self._inspect(return_order, row)
        self.assertEqual(refusal.exception.sale_return_code, code)
        self.assertIn(self.product.display_name, str(refusal.exception))
        if text:
            self.assertIn(text, str(refusal.exception))
        self.env.invalidate_all()
        self.assertFalse(return_order.sudo().inspection_ids)
        self.assertEqual(self._in_stock(self.product, self.waiting), 3)
