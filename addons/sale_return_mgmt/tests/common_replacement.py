from odoo.tests import Form

from .common_inspection import SaleReturnInspectionCommon
from .common_receipt import ReceiptCommon
from .common_settlement import SettlementCommon


class ReplacementCommon(SettlementCommon, ReceiptCommon, SaleReturnInspectionCommon):
    """The customer gets other goods for those he returned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Receiving is accepting, but for the tests that are about inspection.
        cls.company.sale_return_inspection_required = False

    def _draft_exchange(self, order, quantities=None, **vals):
        """A draft return whose lines ask for replacements."""
        return_order = self._request(order, quantities)
        return_order.line_ids.write({"resolution": "replace", **vals})
        return return_order

    def _submit_and_approve(self, return_order):
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        return return_order

    def _exchange(self, order, quantities=None, **vals):
        return self._submit_and_approve(self._draft_exchange(order, quantities, **vals))

    def _replaced(self, order, product, quantity=0.0, returned=2):
        """A return whose goods are here, and that sells others in their place."""
        return_order = self._exchange(
            order,
            {order.order_line.product_id: returned},
            replacement_product_id=product.id,
            replacement_quantity=quantity,
        )
        self._receive(return_order)
        return return_order

    def _sold_instead(self, return_order):
        return return_order.sudo().replacement_order_ids.with_user(self.env.user)

    def _deliver_all(self, order):
        pickings = order.sudo().picking_ids.with_user(self.users["storekeeper"])
        pickings.move_ids.picked = True
        pickings.button_validate()

    def _open_replacements(self, return_order, role="storekeeper"):
        pickings = return_order.sudo().replacement_picking_ids
        return pickings.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        ).with_user(self.users[role])

    def _ship(self, return_order, quantity=None, backorder=True):
        """Validate what is open of the replacement as the storekeeper does.

        :param quantity: of each move; empty: everything
        """
        pickings = self._open_replacements(return_order)
        self.assertTrue(pickings, "No replacement is on its way")
        if quantity is not None:
            pickings.move_ids.quantity = quantity
        pickings.move_ids.picked = True
        result = pickings.button_validate()
        if isinstance(result, dict):
            wizard = Form.from_action(pickings.env, result).save()
            wizard.process() if backorder else wizard.process_cancel_backorder()
        return pickings

    def _check_counts(self, sale_line, delivered, invoiced, to_invoice=0, ordered=5):
        """What the order counts, on its only line."""
        self.assertRecordValues(
            sale_line.order_id.order_line,
            [
                {
                    "id": sale_line.id,
                    "product_uom_qty": ordered,
                    "qty_delivered": delivered,
                    "qty_invoiced": invoiced,
                    "qty_to_invoice": to_invoice,
                    "invoice_status": "to invoice" if to_invoice else "invoiced",
                }
            ],
        )

    def _check_progress(self, return_order, state, status, quantities, planned=0):
        """
        :param quantities: received, accepted, replaced and for credit, of the only line
        :param planned: on open transfers that end with the customer
        """
        self.env.flush_all()
        line = return_order.sudo().line_ids
        names = ["received", "accepted", "replaced", "for_credit"]
        self.assertEqual(
            (
                return_order.state,
                return_order.replacement_status,
                *(line[f"quantity_{name}"] for name in names),
                sum(line._get_planned_replacements().mapped("product_uom_qty")),
            ),
            (state, status, *quantities, planned),
        )
