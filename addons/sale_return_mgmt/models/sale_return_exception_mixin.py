from odoo import api, fields, models

from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnExceptionMixin(models.AbstractModel):
    """Approved returns that do not go on by themselves, and the way on.

    What is wrong is read from the facts: goods that no open transfer will bring,
    because somebody cancelled it or did without a backorder. Only a failure leaves no
    document to read it from, and is kept.
    """

    _name = "sale.return.exception.mixin"
    _description = "Return Exceptions"

    failure = fields.Text(
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
        help="Why the last step that the return took by itself failed.",
    )
    has_exception = fields.Boolean(
        "Exception", compute="_compute_has_exception", store=True, index=True
    )
    exception_message = fields.Text(
        compute="_compute_exception_message", groups=MONEY_GROUPS
    )

    @api.depends(
        "state",
        "failure",
        "is_closed_short",
        "line_ids.goods_return",
        "line_ids.quantity_approved",
        "line_ids.quantity_received",
        "line_ids.move_ids.state",
        "line_ids.move_ids.product_uom_qty",
        "refund_ids.return_transaction_ids.return_refund_state",
    )
    def _compute_has_exception(self):
        for order in self:
            order.has_exception = bool(
                order.state == "approved"
                and (order.failure or order._get_lines_without_receipt())
            ) or bool(order._get_failed_refunds())

    @api.depends("has_exception")
    @api.depends_context("lang")
    def _compute_exception_message(self):
        for order in self:
            messages = []
            if order.has_exception and order.failure:
                messages.append(order.failure)
            if order.has_exception and (lines := order._get_lines_without_receipt()):
                messages.append(
                    self.env._(
                        "No open transfer brings back: %s.",
                        ", ".join(lines.mapped("product_id.display_name")),
                    )
                )
            messages += order._get_failed_refunds().mapped("return_refund_failure")
            order.exception_message = "\n".join(messages)

    def _get_lines_without_receipt(self):
        """Lines whose goods are awaited, but not all on an open transfer."""
        return self.line_ids.filtered(lambda line: line._get_unplanned())

    def action_retry(self):
        """Take up returns that stopped: the transfers that are missing are made, what
        is due is credited. Where nothing is wrong nothing is done."""
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        orders = self.filtered("has_exception")
        if orders:
            orders._do_retry()
        still = orders.filtered("has_exception")
        return self._notify(
            self.env._("Still failing: %s", ", ".join(still.mapped("name")))
            if still
            else self.env._("Nothing is left to mend."),
            "danger" if still else "success",
        )

    def _do_retry(self):
        # sudo: what the return does by itself needs no rights of the manager's
        orders_sudo = self.sudo()
        orders_sudo.line_ids.sale_line_id._bump_return_guard()
        self.env["sale.return.event"]._log(self, "retried")
        orders_sudo.failure = False
        orders_sudo._create_receipts()
        orders_sudo._settle_automatically("inspection")
        orders_sudo._retry_refunds()
        orders_sudo._check_done()

    def write(self, vals):
        """What is mended needs nobody any more, and nothing fails that has ended."""
        if vals.get("state") in ("done", "cancelled"):
            vals = {**vals, "failure": False}
        mended = self.filtered("failure") if vals.get("failure") is False else self[:0]
        res = super().write(vals)
        mended._close_failure_activities()
        return res

    def _close_failure_activities(self):
        """Where nothing waits for a person any more."""
        self.filtered(
            lambda order: not (order.failure or order._get_failed_refunds())
        ).activity_unlink(["sale_return_mgmt.mail_activity_type_failure"])

    def _report_failure(self, message, summary):
        """A step that the return took by itself failed: see ``_tell_failure``."""
        self.failure = message
        self._tell_failure(message, summary, "failed")

    def _tell_failure(self, message, summary, event_type):
        """Say on the return what failed, in a way that nobody overlooks.

        :param str message: why, for people
        :param str summary: what the responsible person has to do
        """
        self.ensure_one()
        self.env["sale.return.event"]._log(self, event_type, note=message)
        self.message_post(body=message)
        self.activity_schedule(
            "sale_return_mgmt.mail_activity_type_failure",
            summary=summary,
            user_id=self._get_responsible_user().id,
        )

    def _get_responsible_user(self):
        """Somebody of ours: customers submit as well."""
        self.ensure_one()
        users = self.user_id + self.submitted_by_id + self.env.user
        return users.filtered(lambda user: not user.share)[:1] or self.env.ref(
            "base.user_root"
        )

    @api.model
    def _notify(self, message, kind):
        """Client action that shows ``message``, then shows the return anew."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
