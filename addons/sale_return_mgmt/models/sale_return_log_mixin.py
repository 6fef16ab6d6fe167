from odoo import fields, models

from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnLogMixin(models.AbstractModel):
    """What is on file about a return beside its documents: its event log, its costs."""

    _name = "sale.return.log.mixin"
    _description = "Return Log"

    # Hidden from whom the model is closed to: else nobody of them could read a return
    # without naming the fields.
    event_ids = fields.One2many(
        "sale.return.event",
        "order_id",
        "Event Log",
        readonly=True,
        groups="sale_return_mgmt.group_sale_return_viewer",
    )
    log_hash = fields.Char(
        readonly=True,
        copy=False,
        help="Hash of the last entry of the event log: none can be cut off its end.",
    )
    cost_ids = fields.One2many(
        "sale.return.cost", "order_id", "Costs", readonly=True, groups=MONEY_GROUPS
    )

    def unlink(self):
        """The log does not go with its return; only that of drafts which may be
        deleted is dropped before."""
        self.check_access("unlink")
        self._unlink_except_submitted()
        self.env["sale.return.event"]._forget(self)
        return super().unlink()

    def _log_moves(self, event_type, moves, link):
        """Log which goods of these returns moved.

        :param str link: field of ``stock.move`` that names the return line
        """
        payloads = {
            order: {
                "transfers": order_moves.picking_id.mapped("name"),
                "lines": [
                    {"line": move[link].id, "quantity": move.quantity}
                    for move in order_moves
                ],
            }
            for order, order_moves in moves.grouped(
                lambda move: move[link].order_id
            ).items()
        }
        self.env["sale.return.event"]._log(self, event_type, payloads=payloads)

    def action_verify_log(self):
        """Check that no entry of the event logs was changed or removed, by anybody."""
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        # sudo: what other users did is checked as well
        orders_sudo = self.sudo()
        broken_sudo = orders_sudo.event_ids._find_broken_links(orders_sudo)
        wrong_sudo = orders_sudo.filtered(
            lambda order: (
                order.event_ids & broken_sudo
                or order.event_ids.sorted("sequence")[-1:].to_state != order.state
            )
        )
        if not wrong_sudo:
            return self._notify(
                self.env._("Nothing was changed or removed in the event log."),
                "success",
            )
        names = []
        for order in wrong_sudo:
            events = (order.event_ids & broken_sudo).sorted("sequence")
            numbers = ", ".join(str(number) for number in events.mapped("sequence"))
            names.append(f"{order.name} ({numbers})" if numbers else order.name)
        return self._notify(
            self.env._(
                "Entries of the event log were changed or removed from outside: %s.",
                ", ".join(names),
            ),
            "danger",
        )

    def action_enter_costs(self):
        """List of what the return cost us, for those who may enter it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Costs of %s", self.name),
            "res_model": "sale.return.cost",
            "view_mode": "list",
            "domain": [("order_id", "=", self.id)],
            "context": {
                "default_order_id": self.id,
                "default_currency_id": self.company_id.currency_id.id,
            },
        }
