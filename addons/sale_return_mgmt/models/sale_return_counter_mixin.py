from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import return_error

# Whoever takes goods back at the counter asks for the return and handles the goods.
COUNTER_GROUPS = (
    "sale_return_mgmt.group_sale_return_clerk",
    "sale_return_mgmt.group_sale_return_warehouse",
)


class SaleReturnCounterMixin(models.AbstractModel):
    """A customer stands at the counter with the goods: one button takes all the steps
    that need no decision, each with the right that it needs anywhere else.

    The counter never approves. What the policies do not approve by themselves is
    submitted, and waits for its approvers as any other return.
    """

    _name = "sale.return.counter.mixin"
    _description = "Return at the Counter"

    can_take_back = fields.Boolean(compute="_compute_can_take_back")

    @api.depends("state", "channel", "receipt_status")
    @api.depends_context("uid")
    def _compute_can_take_back(self):
        """At the counter, before the goods are here; approved ones while the customer
        waits."""
        user = self.env.user
        is_able = all(user.has_group(group) for group in COUNTER_GROUPS)
        for order in self:
            order.can_take_back = (
                is_able
                and order.channel == "counter"
                and (
                    order.state == "draft"
                    or (order.state == "approved" and order.receipt_status == "pending")
                )
            )

    def action_take_back(self):
        """Submit a draft and, if its policies approve it, receive, inspect and credit
        what came with the customer; then print the papers.

        All of it or, where a step is refused, nothing. What has to be looked at opens
        the dialog of the inspection, which goes on with the rest.

        :return: the papers to print; else a dialog, or who has to decide
        """
        self.ensure_one()
        for group in COUNTER_GROUPS:
            self = self._prepare_step(group)
        self._check_state("draft", "submitted", "approved")
        if self.state != "submitted":
            self._check_brought_along()
        if self.state == "draft":
            self.check_access("write")
            self._do_submit()
        if self.state == "submitted":
            return self._tell_who_decides()
        self._receive_at_counter()
        if self._needs_look():
            action = self.action_inspect()
            action["context"]["sale_return_counter"] = True
            return action
        rows = self._prepare_inspection_rows()
        if rows:
            self._inspect(rows)
        return self._finish_at_counter()

    def _check_brought_along(self):
        """Refuse what cannot be handed over at the counter, and what nobody looked at:
        the numbers on the goods are those that were named, not those that Odoo would
        propose."""
        if any(
            line.goods_return == "return" and line.allowed_lot_ids and not line.lot_ids
            for line in self.line_ids
        ):
            raise self._get_not_at_once_error()
        if self.send_to == "vendor":
            raise return_error(
                "INVALID",
                self.env._(
                    "%s goes to the vendor: submit it, the goods are not taken at the "
                    "counter.",
                    self.name,
                ),
            )

    def _tell_who_decides(self):
        approval = self._get_pending_approval()
        return self._notify(
            self.env._(
                "%(order)s is submitted and waits for %(approvers)s: nothing was "
                "received or credited yet.",
                order=self.name,
                approvers=self._get_deciders_text(approval._get_approvers()),
            ),
            "warning",
        )

    def _receive_at_counter(self):
        """Validate the open receipts in full, with the user's own right on them."""
        pickings = self.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.location_id._is_outgoing()
            )
        )
        if not pickings:
            return
        pickings.move_ids.picked = True
        pickings.button_validate()
        if any(picking.state != "done" for picking in pickings):
            raise self._get_not_at_once_error()

    def _get_not_at_once_error(self):
        return return_error(
            "LOT_REQUIRED",
            self.env._(
                "The goods of %s cannot be received in one go: name their lots or "
                "serial numbers, or receive them in the transfer.",
                self.name,
            ),
        )

    def _needs_look(self):
        """Whether somebody has to say what was found: a policy insists or says how to
        look, or the goods do not simply go back to stock."""
        waiting = self.line_ids.filtered(
            lambda line: not line.product_uom_id.is_zero(line.quantity_to_inspect)
        )
        return any(
            line.discrepancy
            or line.policy_id.requires_inspection == "yes"
            or line._get_usual_disposition().kind != "restock"
            for line in waiting
        ) or bool(waiting._get_inspection_instructions())

    def _finish_at_counter(self):
        """Credit what only a manager's hand credits, then print.

        :raise UserError: if no credit note could be made: at the counter that undoes
            all the rest
        """
        self.ensure_one()
        # sudo: only whether something is due, of documents nobody here may see
        if self._is_manager() and self.sudo()._has_money_pending():
            self.action_settle()
        failure = self.sudo().failure  # sudo: read by whoever is at the counter
        if failure:
            raise UserError(failure)
        report = self.env.ref("sale_return_mgmt.sale_return_order_papers")
        # Without data the answer would hold a None, which XML-RPC cannot carry.
        return report.report_action(self, data={})
