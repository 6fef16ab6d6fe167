from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import float_compare, float_round

from ..exceptions import return_error
from ..tools.quantities import is_number
from .sale_return_grant_mixin import PERCENT_DIGITS
from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnFeeMixin(models.AbstractModel):
    """What is kept back from the credit of a return order, and which law says whether
    that is possible."""

    _name = "sale.return.fee.mixin"
    _description = "Return Fees"

    legal_basis = fields.Selection(
        [
            ("voluntary", "Voluntary"),
            ("withdrawal", "Right of Withdrawal"),
            ("warranty", "Warranty"),
        ],
        required=True,
        default="voluntary",
        tracking=True,
        help="By what right the customer returns the goods. No fee is charged on a "
        "statutory withdrawal.",
    )
    currency_id = fields.Many2one("res.currency")
    amount_fee = fields.Monetary(
        "Fee",
        compute="_compute_amounts",
        store=True,
        groups=MONEY_GROUPS,
        help="Kept back from the credit, taxes included. The other amounts are what is "
        "left.",
    )

    def action_set_fee(self, percent=None, reason=None, lines=None):
        """Charge another fee than the policies say, or none.

        :param percent: of the credit, 0 to 100; without it or the reason a dialog asks
        :param str reason: why, for the log
        :param list lines: ids of the lines that it is for; empty: all of these returns
        """
        if percent is None or not reason:
            return self._open_fees()
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        self._check_state("submitted", "approved")
        self._check_work_of_others()
        percent = self._read_fee_percent(percent)
        changed = self._read_fee_lines(lines).filtered(
            lambda line: float_compare(line.fee_percent, percent, PERCENT_DIGITS)
        )
        changed._check_can_set_fee(percent)
        payloads = {
            order: {
                "fees": [
                    {"line": line.id, "before": line.fee_percent, "percent": percent}
                    for line in order_lines
                ]
            }
            for order, order_lines in changed.grouped("order_id").items()
        }
        changed.sudo().write({"fee_percent": percent})  # sudo: a workflow field
        self.env["sale.return.event"]._log(
            changed.order_id, "fee_set", note=reason, payloads=payloads
        )
        return True

    def _open_fees(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set Fee"),
            "res_model": "sale.return.order.fee",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _check_work_of_others(self):
        """Nobody decides on the money of a return that they made, where four eyes are
        to see it."""
        for order in self:
            if self.env.user in order._get_barred_users():
                raise return_error(
                    "SELF_APPROVAL",
                    self.env._(
                        "%(order)s is your own work: a manager who did not create, "
                        "edit or submit it has to set its fee.",
                        order=order.name,
                    ),
                    AccessError,
                )

    def _read_fee_percent(self, percent):
        if not is_number(percent) or not 0 <= percent <= 100:
            raise return_error(
                "INVALID",
                self.env._(
                    "%s %% is no fee: charge between 0 and 100 %% of the credit.",
                    percent,
                ),
            )
        return float_round(float(percent), PERCENT_DIGITS)

    def _read_fee_lines(self, lines):
        if not lines:
            return self.line_ids.filtered(lambda line: not line.discrepancy)
        known = self.line_ids.ids
        if not isinstance(lines, list | tuple) or any(
            id_ not in known for id_ in lines
        ):
            raise return_error(
                "INVALID",
                self.env._("“lines” must be a list of ids of lines of these returns."),
            )
        return self.line_ids.filtered(lambda line: line.id in lines)
