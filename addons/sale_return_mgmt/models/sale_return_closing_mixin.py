from odoo import fields, models

from ..exceptions import return_error


class SaleReturnClosingMixin(models.AbstractModel):
    """How a return order ends: done by itself, closed short or given up."""

    _name = "sale.return.closing.mixin"
    _description = "Return Closing Steps"

    def action_cancel(self):
        """Give up returns before goods or money moved; their receipts go too."""
        self = self._prepare_step("sale_return_mgmt.group_sale_return_clerk")
        orders = self.filtered(lambda order: order.state != "cancelled")
        orders._check_state("draft", "submitted", "approved", "rejected")
        orders._check_nothing_moved()
        orders._cancel_open_receipts()
        orders._cancel_open_replacements()
        orders._drop_pending_approvals()
        orders._transition("cancelled", "cancelled")
        return True

    def action_close_short(self, reason=None):
        """End approved returns with what came in. Without ``reason`` a dialog asks."""
        if not reason:
            return self._open_explain("close_short")
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        orders = self.filtered(lambda order: order.state != "done")
        orders._check_state("approved")
        orders._do_close_short(reason)
        return True

    # === BUSINESS METHODS === #

    def _do_close_short(self, reason):
        self._check_nothing_to_inspect()
        self._check_nothing_to_settle()
        self._cancel_open_receipts()
        self._transition(
            "done",
            "closed_short",
            note=reason,
            date_done=fields.Datetime.now(),
            is_closed_short=True,
        )
        self.sudo()._replace_automatically()  # what is owed for what came, no more
        self.filtered(lambda order: order._has_replacement_pending())._check_done()
        self._release_credit()

    def _check_nothing_moved(self):
        for order in self:
            # sudo: documents the user may not see count as well
            order_sudo = order.sudo()
            received = any(
                not line.product_uom_id.is_zero(line.quantity_received)
                for line in order_sudo.line_ids
            )
            if received or order_sudo.refund_ids.filtered(
                lambda move: move.state != "cancel"
            ):
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(order)s cannot be cancelled: goods or money have moved. "
                        "Reverse the transfer or the credit note, or let a manager "
                        "close the return short.",
                        order=order.name,
                    ),
                )

    def _check_done(self):
        """Set ``done`` where nothing is pending, and undo it where something is.

        Called after every document that belongs to a return has changed.
        """
        approved = self.filtered(lambda order: order.state == "approved")
        finished = approved.filtered(lambda order: order._is_finished())
        finished._transition("done", "done", date_done=fields.Datetime.now())
        done = self.filtered(lambda order: order.state == "done") - finished
        reopened = done.filtered(lambda order: not order._is_finished())
        reopened._transition("approved", "reopened", date_done=False)

    def _is_finished(self):
        self.ensure_one()
        return (
            self.receipt_status in ("none", "full", "short")
            and not self._is_inspection_pending()
            and not self._is_sending_back()
            and not self._has_money_pending()
        )
