from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import return_error
from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnReplacementMixin(models.AbstractModel):
    """How the customer gets other goods for those of a return order.

    The same goods leave with a procurement of the return: its own reference and no
    sales order line, so that the order counts neither what comes nor what goes.
    """

    _name = "sale.return.replacement.mixin"
    _description = "Return Replacements"

    replacement_reference_id = fields.Many2one(
        "stock.reference",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Keeps replacements together, and apart from the sales order.",
    )
    replacement_picking_ids = fields.Many2many(
        "stock.picking",
        string="Replacement Transfers",
        compute="_compute_replacement_picking_ids",
    )
    currency_id = fields.Many2one("res.currency")
    amount_exchanged = fields.Monetary(
        "Value Exchanged",
        compute="_compute_amount_exchanged",
        groups=MONEY_GROUPS,
        help="What the goods of an even exchange cost, taxes included. Nobody gets "
        "this money; approvers decide on it all the same.",
    )
    replacement_status = fields.Selection(
        [
            ("none", "Nothing to Replace"),
            ("pending", "To Replace"),
            ("partial", "Partially Replaced"),
            ("done", "Replaced"),
        ],
        compute="_compute_replacement_status",
        store=True,
        index=True,
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.replacement_move_ids.picking_id")
    def _compute_replacement_picking_ids(self):
        for order in self:
            # sudo: which transfers there are is no secret to readers of returns
            moves_sudo = order.sudo().line_ids.replacement_move_ids
            order.replacement_picking_ids = moves_sudo.picking_id.sudo(False)

    @api.depends("replacement_picking_ids")
    def _compute_picking_count(self):
        res = super()._compute_picking_count()
        for order in self:
            order.picking_count += len(order.replacement_picking_ids)
        return res

    @api.depends("line_ids.exchange_total")
    def _compute_amount_exchanged(self):
        for order in self:
            order.amount_exchanged = sum(order.line_ids.mapped("exchange_total"))

    @api.depends(
        "state",
        "is_closed_short",
        "line_ids.resolution",
        "line_ids.quantity_approved",
        "line_ids.quantity_received",
        "line_ids.quantity_accepted",
        "line_ids.quantity_to_inspect",
        "line_ids.quantity_rejected",
        "line_ids.quantity_replaced",
        "line_ids.is_replacement_given_up",
    )
    def _compute_replacement_status(self):
        for order in self:
            lines = order._get_lines_to_replace().filtered(
                lambda line: line.quantity_approved
            )
            replaced = any(line.quantity_replaced > 0 for line in lines)
            complete = all(line._is_replacement_complete() for line in lines)
            if complete:
                order.replacement_status = "done" if replaced else "none"
            else:
                order.replacement_status = "partial" if replaced else "pending"

    @api.depends(
        "line_ids.resolution",
        "line_ids.quantity_accepted",
        "line_ids.quantity_replaced",
        "line_ids.is_replacement_given_up",
        "line_ids.replacement_move_ids.state",
        "line_ids.replacement_move_ids.product_uom_qty",
    )
    def _compute_has_exception(self):
        res = super()._compute_has_exception()
        for order in self:
            if order.state == "approved" and order._get_lines_without_replacement():
                order.has_exception = True
        return res

    def _compute_exception_message(self):
        res = super()._compute_exception_message()
        for order in self:
            lines = order.has_exception and order._get_lines_without_replacement()
            if lines:
                products = self.env["product.product"].union(
                    *(line._get_replacement_product() for line in lines)
                )
                message = self.env._(
                    "No open transfer sends the replacement: %s. “Retry” sends it "
                    "anew, “Credit Instead” gives it up.",
                    ", ".join(products.mapped("display_name")),
                )
                order.exception_message = "\n".join(
                    filter(None, [order.exception_message, message])
                )
        return res

    # === ACTION METHODS === #

    def action_view_pickings(self):
        pickings = self.picking_ids | self.replacement_picking_ids
        return pickings._get_records_action(name=self.env._("Transfers"))

    def action_credit_instead(self, reason=None):
        """Credit what was accepted and cannot be replaced. Without ``reason`` a dialog
        asks."""
        if not reason:
            return self._open_explain("credit_instead")
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        self._check_state("approved")
        orders = self.filtered(
            lambda order: order.replacement_status in ("pending", "partial")
        )
        if orders:
            orders._give_up_replacements(reason)
        return True

    # === BUSINESS METHODS === #

    def _get_lines_to_replace(self):
        """Lines of approved returns that goods are given for."""
        return self.line_ids.filtered(
            lambda line: (
                line.resolution == "replace" and line.state in ("approved", "done")
            )
        )

    def _get_lines_without_replacement(self):
        return self._get_lines_to_replace().filtered(
            lambda line: line._has_unsent_replacement()
        )

    def _has_replacement_pending(self):
        """Whether something that is due has not left yet."""
        self.ensure_one()
        return any(
            not line._get_replacement_uom().is_zero(line._get_quantity_to_replace())
            for line in self._get_lines_to_replace()
        )

    def _is_finished(self):
        return super()._is_finished() and not self._has_replacement_pending()

    def _freeze_policy(self, override_reason=False):
        res = super()._freeze_policy(override_reason)
        # sudo: workflow fields, as all of the verdict
        lines_sudo = self.sudo().line_ids
        for line in lines_sudo.filtered(lambda line: line.resolution == "replace"):
            line.replacement_trigger = line.company_id.sale_return_replacement_trigger
        return res

    def _settle_automatically(self, trigger):
        """Goods follow by themselves wherever money does: each line knows its own
        moment."""
        res = super()._settle_automatically(trigger)
        self._replace_automatically()
        return res

    def _replace_automatically(self):
        """Send what is due; called in ``sudo``. As with credit notes, what goes wrong
        does not undo the step that has really happened."""
        lines = self._get_lines_to_replace()
        if not lines or not self._try_to_replace(lines):
            return
        for order, order_lines in lines.grouped("order_id").items():
            error = order._try_to_replace(order_lines)
            if error:
                order._report_failure(
                    self.env._("No replacement could be sent: %s", error),
                    self.env._("Send the replacement"),
                )

    def _try_to_replace(self, lines):
        """Send for all or none.

        :return: the refusal, or None
        """
        try:
            with self.env.cr.savepoint():
                self._replace(lines)
        except UserError as error:
            return error
        return None

    def _replace(self, lines):
        """Make what is on its way match what is due, all in one batch.

        Called again it finds nothing left to do, so that nothing is sent twice.
        """
        # sudo: who receives or inspects needs no rights on what is sent for it
        lines_sudo = lines.sudo()
        lines_sudo.filtered(
            lambda line: any(
                quantity < 0 for quantity in line._get_replacement_balance().values()
            )
        )._withdraw_replacements()
        unsent = lines_sudo.filtered(lambda line: line._has_unsent_replacement())
        if not unsent:
            return
        unsent._send_replacements()
        self.env["sale.return.event"]._log(unsent.order_id, "replacement_prepared")

    def _check_nothing_moved(self):
        res = super()._check_nothing_moved()
        for order in self:
            # sudo: as super
            if any(line.quantity_replaced > 0 for line in order.sudo().line_ids):
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%s cannot be cancelled: a replacement has left for the "
                        "customer. Reverse its transfer, or let a manager close the "
                        "return short.",
                        order.name,
                    ),
                )
        return res

    def _cancel_open_replacements(self):
        self.sudo().line_ids._withdraw_replacements()  # sudo: as _cancel_open_receipts

    def _give_up_replacements(self, reason):
        # sudo: workflow fields; transfers and credit notes are the return's own
        orders_sudo = self.sudo()
        lines_sudo = orders_sudo._get_lines_to_replace().filtered(
            lambda line: not line._is_replacement_complete()
        )
        lines_sudo.is_replacement_given_up = True
        lines_sudo._withdraw_replacements()
        self.env["sale.return.event"]._log(self, "replacement_given_up", note=reason)
        orders_sudo._settle_automatically("inspection")
        self._check_done()

    def _on_replaced(self, event_type, moves):
        """What follows when ``moves`` of replacements are done; called in ``sudo``."""
        self._log_moves(event_type, moves, "replacement_line_id")
        self._check_done()

    # === OTHER SYSTEMS === #

    @api.model
    def _api_prepare_replacement_vals(self, line, lookup, path, errors):
        product = lookup.find_replacement(line, path, errors)
        return {
            "resolution": line.get("resolution", "refund"),
            "replacement_product_id": product.id,
            "replacement_quantity": float(
                line.get("replacement", {}).get("quantity", 0.0)
            ),
        }

    def _api_replacements(self):
        """Transfers and orders that bring the customer other goods."""
        # sudo: as for transfers
        order_sudo = self.sudo()
        answer = {
            "transfers": [
                {"id": picking.id, "name": picking.name, "state": picking.state}
                for picking in order_sudo.replacement_picking_ids
            ],
            "orders": [
                {"id": sold.id, "name": sold.name, "state": sold.state}
                for sold in order_sudo.replacement_order_ids
            ],
        }
        if self._has_field_access(self._fields["amount_total"], "read"):
            for sold, values in zip(
                order_sudo.replacement_order_ids, answer["orders"], strict=True
            ):
                values["amount_total"] = sold.amount_total
        return answer
