from odoo import models
from odoo.tools import float_round

from ..exceptions import return_error
from ..tools.quantities import MAX_QUANTITY, is_countable, is_number

PERCENT_DIGITS = 2


class SaleReturnGrantMixin(models.AbstractModel):
    """How much of a return order its approvers grant.

    Each level may lower what the level before it left, never raise it. Until the last
    level has decided the grants are kept with the levels; then they are written to the
    lines.
    """

    _name = "sale.return.grant.mixin"
    _description = "Return Grants"

    def _read_grants(self, grants, comment):
        """Check what a caller wants to grant.

        :param list grants: one dict per line that gets less: ``{"line": id,
            "quantity": in the unit of the line, "percent": of the price}``; what is
            left out stays as it is
        :param str comment: why; needed where something is lowered
        :return: dict of line to ``(quantity, percent)``, all lines of ``self``
        """
        granted = self._get_granted()
        if not isinstance(grants, list | tuple | None):
            raise self._grant_error(self.env._("“grants” must be a list."))
        lines = {line.id: line for line in self.line_ids}
        changed = {}
        for grant in grants or []:
            if not isinstance(grant, dict) or not (
                {"line"} < grant.keys() <= {"line", "quantity", "percent"}
            ):
                raise self._grant_error(
                    self.env._("Each grant names a line and a quantity or a percent.")
                )
            id_ = grant["line"]
            if type(id_) is not int or id_ not in lines:
                raise self._grant_error(
                    self.env._("There is no line %s on these returns.", id_)
                )
            line = lines[id_]
            if line in changed:
                raise self._grant_error(
                    self.env._("Line %s is granted twice.", id_), line
                )
            quantity, percent = granted[line]
            changed[line] = (
                self._read_granted_quantity(grant, line, quantity),
                self._read_granted_percent(grant, line, percent),
            )
        lowered = any(changed[line] != granted[line] for line in changed)
        if lowered and not (isinstance(comment, str) and comment.strip()):
            raise return_error(
                "NOTE_REQUIRED",
                self.env._("Say in the comment why less is granted than was asked."),
            )
        return granted | changed

    def _read_granted_quantity(self, grant, line, limit):
        quantity, uom = grant.get("quantity", limit), line.product_uom_id
        if (
            not is_number(quantity)
            or not 0 <= quantity <= MAX_QUANTITY
            or uom.compare(quantity, limit) > 0
        ):
            raise self._grant_error(
                self.env._(
                    "%(product)s: %(quantity)s cannot be granted. Grant between 0 and "
                    "%(limit)s %(uom)s.",
                    product=line.product_id.display_name,
                    quantity=quantity,
                    limit=line._format_quantity(limit),
                    uom=uom.name,
                ),
                line,
                possible=limit,
            )
        if not is_countable(self.env, quantity):
            raise self._grant_error(
                self.env._(
                    "%(product)s: %(quantity)s is too fine to be counted in %(uom)s.",
                    product=line.product_id.display_name,
                    quantity=quantity,
                    uom=uom.name,
                ),
                line,
            )
        return uom.round(quantity)

    def _read_granted_percent(self, grant, line, limit):
        percent = grant.get("percent", limit)
        if not is_number(percent) or not 0 <= percent <= limit:
            raise self._grant_error(
                self.env._(
                    "%(product)s: %(percent)s %% cannot be granted. Grant between 0 "
                    "and %(limit)s %%.",
                    product=line.product_id.display_name,
                    percent=percent,
                    limit=f"{limit:g}",
                ),
                line,
                possible=limit,
            )
        return float_round(percent, PERCENT_DIGITS)

    def _grant_error(self, message, line=None, **details):
        return return_error("INVALID", message, line=line, **details)

    def _get_granted(self):
        """What is granted so far: dict of line to ``(quantity, percent)``."""
        granted = {}
        for order in self:
            granted |= {
                line: (line.quantity, line.credit_percent) for line in order.line_ids
            }
            lines = {line.id: line for line in order.line_ids}
            # In the order of the levels: each has the last word so far.
            for approval in order._get_current_approvals():
                for grant in approval.grants or []:
                    granted[lines[grant["line"]]] = (
                        grant["quantity"],
                        grant["percent"],
                    )
        return granted

    def _filter_nothing_granted(self, granted):
        return self.filtered(
            lambda order: all(
                line.product_uom_id.is_zero(granted[line][0]) for line in order.line_ids
            )
        )

    def _prepare_grants(self, granted):
        """What a level keeps of its grants: the lines that get less than was asked."""
        self.ensure_one()
        return [
            {
                "line": line.id,
                "quantity": granted[line][0],
                "percent": granted[line][1],
            }
            for line in self.line_ids
            if granted[line] != (line.quantity, line.credit_percent)
        ] or False

    def _prepare_grant_payloads(self):
        """What was granted less, for the log: dict of order to its payload."""
        granted = self._get_granted()
        payloads = {}
        for order in self:
            grants = order._prepare_grants(granted)
            if grants:
                payloads[order] = {"grants": grants}
        return payloads

    def _write_grants(self):
        """Put what all levels granted on the lines."""
        granted = self._get_granted()
        for line in self.line_ids.sudo():  # the grant is a workflow field
            quantity, percent = granted[line]
            line.write({"quantity_approved": quantity, "credit_percent": percent})
