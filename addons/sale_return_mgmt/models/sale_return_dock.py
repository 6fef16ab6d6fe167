from odoo import api, models
from odoo.exceptions import LockError

from ..exceptions import return_error
from ..tools import api_payload
from .sale_return_api_goods_mixin import WAREHOUSE_GROUP
from .sale_return_api_steps_mixin import Step

SOURCE = "dock"


class SaleReturnDock(models.AbstractModel):
    """The server side of the screen on which a storekeeper takes goods in.

    The screen counts; what counts is decided here, by the same steps as everywhere:
    ``api_receive``, ``_inspect`` and ``action_inspect_all``. Nothing that this model
    answers is an amount or a price. Each step is told the ``stamp`` of the sheet it was
    decided on: who looks at yesterday's sheet is refused. A step with a key that was
    taken before answers the sheet once more and does nothing.
    """

    _name = "sale.return.dock"
    _inherit = ["sale.return.dock.find.mixin", "sale.return.dock.sheet.mixin"]
    _description = "Returns Dock"

    @api.model
    def receive(self, return_id, key, stamp, counts, transfer_id=False):
        """Take in what was counted; what is missing stays awaited.

        :param str key: made up by the screen for each attempt to receive
        :param list counts: dicts with ``product`` (id), ``quantity`` in its own unit
            and ``lots``, a list of dicts with ``name`` and ``quantity``
        :return: see ``open_return``
        """
        order = self._lock_return(return_id)
        item = {"return": order.id, "source": SOURCE, "ref": key, "lines": counts}
        if transfer_id:
            item["transfer"] = transfer_id
        if not counts:
            raise return_error("INVALID", self.env._("Nothing was counted yet."))
        if not self._is_taken(item):
            self._check_stamp(order, stamp)
        [result] = order.api_receive([item])
        if not result["ok"]:
            error = result["errors"][0]
            raise return_error(error["code"], error["message"])
        return self._get_sheet(order, transfer_id)

    @api.model
    def inspect(self, return_id, key, stamp, findings, transfer_id=False):
        """Record what was found and move the goods.

        :param list findings: dicts with ``line``, ``lot`` (id or False), ``quantity``,
            ``disposition``, and perhaps ``condition``, ``note``, ``attachments``
        :return: see ``open_return``
        """
        order = self._lock_return(return_id)
        item = {
            "return": order.id,
            "source": SOURCE,
            "ref": key,
            "findings": findings,
        }
        if not api_payload.is_key(key):
            raise return_error("INVALID", self.env._("The step has no key."))
        if self._is_taken(item):
            return self._get_sheet(order, transfer_id)
        self._check_stamp(order, stamp)
        order._inspect([self._read_finding(finding) for finding in findings])
        order._api_keep_keys(["dock_inspect"], [Step(order, item, [])])
        return self._get_sheet(order, transfer_id)

    @api.model
    def accept_all(self, return_id, transfer_id=False):
        """Inspect all that waits as its reason says; once more does nothing.

        :return: see ``open_return``
        """
        order = self._lock_return(return_id)
        order.action_inspect_all()
        return self._get_sheet(order, transfer_id)

    @api.model
    def print_labels(self, return_id):
        """Odoo's own dialog of labels, for what went back to stock."""
        order = self._get_return(return_id)
        moves = self._get_restocked_moves(order)
        if not moves:
            raise return_error(
                "INVALID_STATE",
                self.env._("Nothing of %s went back to stock.", order.name),
            )
        action = moves.picking_id.action_open_label_layout()
        action["context"] |= {
            "default_product_ids": moves.product_id.ids,
            "default_move_ids": moves.ids,
            # Odoo proposes the format with prices.
            "default_print_format": "4x12",
        }
        return action

    # === BUSINESS METHODS === #

    @api.model
    def _get_return(self, return_id):
        """The return, for who may work at the dock. Who only looks locks nothing."""
        Return = self.env["sale.return.order"]
        Return = Return._prepare_step(WAREHOUSE_GROUP)
        order = Return.browse(return_id if api_payload.is_id(return_id) else ())
        if not order.exists():
            raise return_error("NOT_FOUND", self.env._("This return is not there."))
        order.check_access("read")
        order._check_state("approved", "done")
        return order

    @api.model
    def _lock_return(self, return_id):
        order = self._get_return(return_id)
        try:
            return order._prepare_step(WAREHOUSE_GROUP)
        except LockError as error:
            raise self._get_busy_error(order) from error

    @api.model
    def _is_taken(self, item):
        Return = self.env["sale.return.order"]
        return Return._api_get_step_key(item) in Return._api_find_taken([item])

    @api.model
    def _check_stamp(self, order, stamp):
        if stamp != self._get_stamp(order):
            raise self._get_busy_error(order)

    @api.model
    def _get_busy_error(self, order):
        return return_error(
            "BUSY",
            self.env._(
                "Somebody else has worked on %s meanwhile. Of what you entered is left "
                "what still fits: look at it, and press again.",
                order.name,
            ),
        )

    @api.model
    def _read_finding(self, finding):
        """A row for ``_inspect``."""
        values = {
            name: self.env[model].browse(
                finding.get(name) if api_payload.is_id(finding.get(name)) else ()
            )
            for name, model in (
                ("line", "sale.return.order.line"),
                ("lot", "stock.lot"),
                ("disposition", "sale.return.disposition"),
            )
        }
        if not values["line"]:
            raise return_error("NOT_FOUND", self.env._("This line is not there."))
        values["line"].check_access("read")
        return values | {
            "quantity": finding.get("quantity"),
            "condition": finding.get("condition"),
            "note": finding.get("note"),
            "attachments": self._get_photos(finding.get("attachments")),
        }

    @api.model
    def _get_photos(self, ids):
        """What this user uploaded here, and nothing else, whatever is asked for."""
        return self.env["ir.attachment"].search(
            [
                ("id", "in", ids or []),
                ("res_model", "=", "sale.return.order.inspect.line"),
                ("res_id", "=", 0),
                ("create_uid", "=", self.env.uid),
            ]
        )
