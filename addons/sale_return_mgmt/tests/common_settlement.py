from .common import SaleReturnCommon


class SettlementCommon(SaleReturnCommon):
    """The customer gets back what he was invoiced: not less, never more."""

    def _returned(self, order, quantities=None):
        """A return whose goods are here."""
        return_order = self._approved(order, quantities)
        self._receive(return_order)
        return return_order

    def _settle(self, return_orders):
        return self._as("manager", return_orders).action_settle()

    def _refunds(self, return_order, role="accountant"):
        return return_order.sudo().refund_ids.sorted("id").with_user(self.users[role])

    def _reverse(self, move, quantity=None):
        """Reverse an entry with Odoo's own wizard, as the accountant does."""
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.users["accountant"])
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        wizard.refund_moves()
        reversal = wizard.new_move_ids
        if quantity:
            reversal.invoice_line_ids.quantity = quantity
        reversal.action_post()
        return reversal

    def _pay(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({}).action_create_payments()
