from odoo import api, models
from odoo.tools import is_html_empty

from ..tools import api_payload


class SaleReturnDockSheetMixin(models.AbstractModel):
    """What the dock's screen shows of one return: what is awaited, what waits for
    inspection, and the words and buttons for it. No amounts."""

    _name = "sale.return.dock.sheet.mixin"
    _description = "Sheet of a Return at the Dock"

    @api.model
    def open_return(self, return_id, transfer_id=False):
        """The sheet of an approved return.

        :param transfer_id: only what this transfer brings
        :return: dict with ``id``, ``name``, ``partner``, ``stamp``, ``transfers`` that
            bring goods, ``expected`` goods, what is ``waiting`` for inspection, and the
            ``conditions`` and ``dispositions`` to choose from
        """
        return self._get_sheet(self._get_return(return_id), transfer_id)

    @api.model
    def _get_sheet(self, order, transfer_id=False):
        Inspection = self.env["sale.return.inspection"]
        conditions = Inspection._fields["condition"]._description_selection(self.env)
        status = dict(order._fields["receipt_status"]._description_selection(self.env))
        dispositions = self.env["sale.return.disposition"].search(
            [("company_id", "in", (False, order.company_id.id))]
        )
        awaited = order.picking_ids.move_ids._filter_awaited()
        return {
            "id": order.id,
            "name": order.name,
            "partner": order.partner_id.display_name,
            "status": status[order.receipt_status],
            "stamp": self._get_stamp(order),
            "transfers": [
                {
                    "id": picking.id,
                    "name": picking.name,
                    "warehouse": picking.picking_type_id.warehouse_id.name or "",
                    "goods": self._describe_goods(moves),
                }
                for picking, moves in awaited.grouped("picking_id").items()
            ],
            "expected": self._get_expected(awaited, transfer_id),
            "waiting": self._get_waiting(order),
            "conditions": [[key, label] for key, label in conditions],
            "dispositions": [
                {"id": one.id, "name": one.name, "accepts": one.accepts}
                for one in dispositions
            ],
            "has_labels": bool(self._get_restocked_moves(order)),
        }

    @api.model
    def _get_stamp(self, order):
        """Another one as soon as anything was received or inspected."""
        awaited = order.picking_ids.move_ids._filter_awaited()
        return api_payload.digest(
            [
                order.state,
                sorted([move.id, move.product_qty] for move in awaited),
                sorted(
                    [line.id, line.quantity_received, line.quantity_inspected]
                    for line in order.line_ids
                ),
            ]
        )

    @api.model
    def _get_expected(self, awaited, transfer_id):
        """What is to come, by product, in its own unit: pieces count, not lines."""
        # A transfer that is done has given what is missing to another one.
        here = awaited.filtered(lambda move: move.picking_id.id == transfer_id)
        awaited = here or awaited
        return [
            {
                "product": product.id,
                "name": product.display_name,
                "code": product.default_code or "",
                "barcodes": self._get_barcodes(product),
                "uom": product.uom_id.name,
                "tracking": product.tracking,
                "quantity": self._count_units(moves),
                "lots": self._get_lot_names(product, moves),
            }
            for product, moves in awaited.grouped("product_id").items()
        ]

    @api.model
    def _describe_goods(self, moves):
        return ", ".join(
            f"{self._count_units(same):g} {product.display_name}"
            for product, same in moves.grouped("product_id").items()
        )

    @api.model
    def _count_units(self, moves):
        """How much of one product comes, in its own unit."""
        return moves.product_id.uom_id.round(sum(moves.mapped("product_qty")))

    @api.model
    def _get_barcodes(self, product):
        """What the screen need not ask the server for: dict of code to quantity."""
        codes = {
            packaging.barcode: packaging.uom_id._compute_quantity(1.0, product.uom_id)
            for packaging in product.product_uom_ids
        }
        return codes | ({product.barcode: 1.0} if product.barcode else {})

    @api.model
    def _get_lot_names(self, product, moves):
        """Lots that were named, else those that were delivered."""
        if product.tracking == "none":
            return []
        lots = moves.move_line_ids.lot_id | moves.origin_returned_move_id.lot_ids
        return lots.sorted("name").mapped("name")

    @api.model
    def _get_waiting(self, order):
        rows = order._prepare_inspection_rows(for_dialog=True)
        kinds = dict(
            order.line_ids._fields["discrepancy"]._description_selection(self.env)
        )
        return [
            {
                "line": row["line"].id,
                "lot": row["lot"].id,
                "lot_name": row["lot"].name or "",
                "name": row["line"].product_id.display_name,
                "uom": row["line"].product_uom_id.name,
                "quantity": row["quantity"],
                "disposition": row["disposition"].id,
                "condition": row["condition"],
                "discrepancy": kinds.get(row["line"].discrepancy, ""),
                "instructions": self._get_instructions(row["line"]),
            }
            for row in rows
        ]

    @api.model
    def _get_instructions(self, line):
        instructions = line._get_inspection_instructions()
        return "" if is_html_empty(instructions) else str(instructions)

    @api.model
    def _get_restocked_moves(self, order):
        """What went back to stock, after inspection or without."""
        facts = order.inspection_ids.filtered(
            lambda fact: (
                fact.disposition_id.kind == "restock"
                and not fact.is_undone
                and not fact.reversed_id
            )
        )
        plain = order.line_ids.filtered(lambda line: not line.inspection_required)
        return facts.move_ids | plain._get_received_moves().sudo(False)
