from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..exceptions import return_error

# What a manager may still change once a return was submitted: nothing that was decided.
OPEN_FIELDS = {
    "active",
    "activity_ids",
    "carrier_tracking_ref",
    "customer_reference",
    "date_deadline",
    "date_send_before",
    "message_follower_ids",
    "message_ids",
    "team_id",
    "user_id",
}


class EditedReturns(frozenset):
    """Ids of returns whose edit is logged by who writes them with their lines. As a
    value of the context nobody outside can make one."""


class SaleReturnDraftMixin(models.AbstractModel):
    """A draft is written freely and remembers its authors; what was submitted stays as
    it is."""

    _name = "sale.return.draft.mixin"
    _description = "Return Draft"

    def write(self, vals):
        self._check_line_quantities(vals)
        if self.env.su:
            return super().write(vals)
        self._check_can_write(vals)
        writer = self
        if vals.get("line_ids"):
            # The lines are written one by one: read for all in one go what each looks
            # at, and log one edit.
            self.line_ids._load_for_edit()
            writer = self.with_context(sale_return_edited=EditedReturns(self.ids))
        res = super(SaleReturnDraftMixin, writer).write(vals)
        # Rules were checked on the old values only: also refuse to move a return out
        # of the caller's sight.
        self.check_access("write")
        if vals.keys() - OPEN_FIELDS:
            self._log_edit()
        return res

    @api.model
    def _check_line_quantities(self, vals):
        """Before the ORM stumbles on a quantity that is no number at all."""
        for command in vals.get("line_ids") or []:
            if command[0] in (Command.CREATE, Command.UPDATE):
                self.env["sale.return.order.line"]._check_quantity(command[2])

    def _check_can_write(self, vals):
        if "company_id" in vals and any(
            order.company_id.id != vals["company_id"] for order in self
        ):
            raise UserError(
                self.env._(
                    "The company of a return order cannot be changed: make a new one."
                )
            )
        if vals.keys() - OPEN_FIELDS:
            self._check_is_draft()

    def _check_is_draft(self):
        """What was submitted is read-only for everybody."""
        for order in self:
            if order.state != "draft":
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(order)s is no longer a draft: withdraw it, or ask the "
                        "approver to send it back, before you change it.",
                        order=order.name,
                    ),
                )

    def _log_edit(self):
        """Remember who worked on a draft, once per user and round."""
        logged = self.env.context.get("sale_return_edited")
        if isinstance(logged, EditedReturns) and logged.issuperset(self.ids):
            return
        Event = self.env["sale.return.event"]
        # sudo: every author counts, whatever the reader may see
        known = Event.sudo()._read_group(
            [("order_id", "in", self.ids), ("type", "in", ("created", "edited"))],
            ["order_id", "user_id", "round"],
        )
        # Lines that are created together with their order are not an edit of it.
        born = {order.id for order, _user, _round in known}
        edited = {
            (order.id, round_)
            for order, user, round_ in known
            if user.id == self.env.uid
        }
        Event._log(
            self.filtered(
                lambda order: order.id in born and (order.id, order.round) not in edited
            ),
            "edited",
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for order in self:
            if order.state != "draft" or order.round:
                raise UserError(
                    self.env._(
                        "%(order)s was submitted once and stays on file: cancel it "
                        "instead.",
                        order=order.name,
                    )
                )
