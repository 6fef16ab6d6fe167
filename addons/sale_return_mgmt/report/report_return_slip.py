from collections import defaultdict

from odoo import api, models
from odoo.tools import html2plaintext, is_html_empty

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..tools import slip_pages
from ..tools.slip_pages import count_lines


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
            "get_pages": self._get_pages,
            "keeps_rows": not data
            or data.get("report_type") != "pdf"
            or _wkhtml().is_patched_qt,
        }

    @api.model
    def _get_sheets(self, order):
        """What is sent from where to where: one sheet for each pair of addresses.

        Before there are receipts it is what was asked for.

        :return: list of dicts with ``sender`` and ``receiver`` (``res.partner``),
            ``lines``, a dict of return line to quantity in its unit, and ``texts``,
            what policies tell customers, as HTML
        """
        # sudo: whoever reads the return may know which parcel goes where
        order_sudo = order.sudo()
        lines_sudo = order_sudo.line_ids.filtered(
            lambda line: line.goods_return == "return" and not line.discrepancy
        )
        sheets = defaultdict(lambda: defaultdict(float))
        for move, quantity in self._get_sent_moves(lines_sudo):
            line = move.return_line_id
            sheets[self._get_addresses(move)][line] += (
                move.product_uom._compute_quantity(
                    quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
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
                "texts": self._get_customer_texts(lines),
            }
            for (sender, receiver), lines in sheets.items()
        ]

    @api.model
    def _get_sent_moves(self, lines):
        """The moves from the customer, awaited and done, with their quantity: without
        what a receipt that was undone gave back, nor the goods' further way.

        :return: list of ``(stock.move, quantity in its unit)``
        """
        inbound = lines.move_ids.filtered(
            lambda move: move.state != "cancel"
        )._filter_inbound()
        undone = defaultdict(float)
        for move in lines.move_ids._filter_receipt_reversals():
            origin = move.origin_returned_move_id
            undone[origin] += move.product_uom._compute_quantity(
                move.quantity, origin.product_uom, rounding_method="HALF-UP"
            )
        sent = [(move, move.product_uom_qty - undone[move]) for move in inbound]
        return [
            (move, quantity)
            for move, quantity in sent
            if move.product_uom.compare(quantity, 0) > 0
        ]

    @api.model
    def _get_addresses(self, move):
        """``(sender, receiver)`` of what that move brings back, empty if unknown."""
        sender = move.picking_id.partner_id
        receiver = move.picking_id.picking_type_id.warehouse_id.partner_id
        if move.location_dest_id.usage == "supplier":
            # Odoo's transfers from a vendor to a customer name the vendor.
            vendor = move.origin_returned_move_id.picking_id.partner_id
            if vendor.commercial_partner_id != sender.commercial_partner_id:
                receiver = vendor
        return sender, receiver

    @api.model
    def _get_customer_texts(self, lines):
        """What the policies of those return lines tell customers, each text once."""
        texts = [
            line.policy_id.customer_text
            for line in lines
            if not is_html_empty(line.policy_id.customer_text)
        ]
        return list(dict.fromkeys(texts))

    @api.model
    def _get_pages(self, order, sheet):
        """The lines of a sheet, parted where a printer that cuts rows in two has to
        begin a page: see ``tools/slip_pages.py``."""
        paper = self.env.ref(
            "sale_return_mgmt.sale_return_order_slip"
        ).get_paperformat()
        room = paper.print_page_height - paper.margin_top - paper.margin_bottom
        addresses = [
            count_lines(partner.with_context(show_address=True).display_name, 40) + 1
            for partner in (sheet["sender"], sheet["receiver"])
        ]
        sale_orders_sudo = order.sudo().sale_order_ids  # sudo: as the template
        facts = [", ".join(sale_orders_sudo.mapped("name")), order.customer_reference]
        texts = [html2plaintext(text) for text in sheet["texts"]]
        is_sent = sheet["lines"] and order.state in ("approved", "done")
        above = (
            slip_pages.TABLE_HEAD
            + slip_pages.TITLE
            + (0 if is_sent else slip_pages.WARNING)
            + slip_pages.ADDRESSES
            + slip_pages.FACTS
            + slip_pages.LINE
            * (max(addresses) + max(count_lines(fact, 18) for fact in facts))
        )
        below = slip_pages.CLOSING if is_sent else 0
        below += slip_pages.LINE * sum(count_lines(text, 85) + 1 for text in texts)
        rows = [(line, self._get_row_height(line)) for line in sheet["lines"]]
        return slip_pages.split_rows(
            rows, room - above, room - slip_pages.PAGE_HEAD, below
        )

    @api.model
    def _get_row_height(self, line):
        product = line.product_id.with_context(display_default_code=False)
        lines = max(
            count_lines(product.display_name, 33),
            count_lines(product.default_code, 13),
            count_lines(line.reason_id.name, 17),
            count_lines(f"{line.quantity:.2f} {line.product_uom_id.name}", 12),
        )
        fee = slip_pages.SMALL_LINE if line.fee_percent else 0
        return slip_pages.ROW + slip_pages.LINE * lines + fee
