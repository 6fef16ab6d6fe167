from collections import defaultdict

from odoo import api, models


class ReportReturnSlip(models.AbstractModel):
    """The slip that the customer puts into the parcel."""

    _name = "report.sale_return_mgmt.report_return_slip"
    _description = "Return Slip"

    @api.model
    def _get_report_values(self, docids, data=None):
        orders = self.env["sale.return.order"].browse(docids)
        orders.check_access("read")
        return {
            "doc_ids": orders.ids,
            "doc_model": orders._name,
            "docs": orders,
            "get_sheets": self._get_sheets,
        }

    @api.model
    def _get_sheets(self, order):
        """What is sent from where to where: one sheet for each pair of addresses.

        Before there are receipts it is what was asked for.

        :return: list of dicts with ``sender`` and ``receiver`` (``res.partner``) and
            ``lines``, a dict of return line to quantity in its unit
        """
        # sudo: whoever reads the return may know which parcel goes where
        order_sudo = order.sudo()
        lines_sudo = order_sudo.line_ids.filtered(
            lambda line: line.goods_return == "return" and not line.discrepancy
        )
        sheets = defaultdict(lambda: defaultdict(float))
        for line in lines_sudo:
            for move in line.move_ids.filtered(lambda move: move.state != "cancel"):
                warehouse = move.picking_id.picking_type_id.warehouse_id
                key = (move.picking_id.partner_id, warehouse.partner_id)
                sheets[key][line] += move.product_uom._compute_quantity(
                    move.product_uom_qty, line.product_uom_id, rounding_method="HALF-UP"
                )
        if not sheets:
            warehouse = (
                order_sudo.warehouse_id or order_sudo.sale_order_ids.warehouse_id
            )
            key = (order_sudo.partner_shipping_id, warehouse[:1].partner_id)
            sheets[key] = {line: line._get_granted_quantity() for line in lines_sudo}
        return [
            {
                "sender": sender or order_sudo.partner_id,
                "receiver": receiver or order_sudo.company_id.partner_id,
                "lines": lines,
            }
            for (sender, receiver), lines in sheets.items()
        ]
