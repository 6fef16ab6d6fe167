"""What the rows of an imported file name, read together."""

from odoo.fields import Command

from .api_lookup import ApiLookup
from .api_payload import PayloadErrors


class LoadLookup:
    """Finds sold lines by order and product, lots, and reasons by their codes.

    :param env: environment of the user; the company is its current one
    :param records: raw records, as ``_extract_records`` makes them
    """

    def __init__(self, env, records):
        self.env = env
        lines = [line for record in records for line in record.get("line_ids", [])]
        self._lookup = ApiLookup(
            env,
            [
                {
                    "lines": [
                        {
                            "order": _read_name(line, "sale_order_id"),
                            "lots": _read_names(line, "lot_ids"),
                        }
                        for line in lines
                    ]
                }
            ],
        )

    def find_line(self, cells, errors):
        """What a row names, taken out of its raw cells.

        :param dict cells: raw sub-record; cells that were understood are emptied
        :param list errors: refusals are added, each as ``(field, value, message)``;
            ``value`` is the text that was not found, if it is that
        :return: dict of values for the return line
        """
        vals = self.find_reason(cells)
        order_name = _read_name(cells, "sale_order_id")
        if order_name:
            sale_line, product = self._find_sold(order_name, cells, errors)
            cells |= {"sale_order_id": [], "product_id": []}
            if sale_line:
                vals |= {"sale_line_id": sale_line.id, "product_id": product.id}
                vals |= self._find_lots(product, cells, errors)
        return vals

    def find_reason(self, cells):
        """Values for a reason that is called by its code; one that is not is left to
        Odoo, which knows names."""
        reason = self._lookup.find_reason(
            _read_name(cells, "reason_id"), "", PayloadErrors()
        )
        if not reason:
            return {}
        cells["reason_id"] = []
        return {"reason_id": reason.id}

    def _find_sold(self, order_name, cells, errors):
        """:return: the sold line and what comes back of it; empty with an error"""
        none = self.env["sale.order.line"], self.env["product.product"]
        if cells.get("sale_line_id"):
            message = self.env._(
                "Name what was sold by its order and product, or by its sales order "
                "line, not by both."
            )
            errors.append(("line_ids", None, message))
            return none
        refusals = PayloadErrors()
        order = self._lookup.find_order(order_name, "", refusals)
        if not order:
            errors.append(
                ("line_ids/sale_order_id", order_name, refusals[0]["message"])
            )
            return none
        product_name = _read_name(cells, "product_id")
        if not product_name:
            message = self.env._(
                "Name the product of %(order)s that comes back.", order=order.name
            )
            errors.append(("line_ids", None, message))
            return none
        found = [
            (line, line.product_id)
            for line in order.order_line
            if product_name in _get_names(line.product_id)
        ] or [  # or what is part of a kit that was sold
            (line, product)
            for line in order.order_line
            for product in line._get_products_to_return()
            if product_name in _get_names(product)
        ]
        if not found:
            message = self.env._(
                "%(order)s has no line of “%(product)s”.",
                order=order.name,
                product=product_name,
            )
            errors.append(("line_ids/product_id", product_name, message))
        elif len(found) > 1:
            message = self.env._(
                "%(order)s has several lines of “%(product)s”: leave Sales Order and "
                "Product empty here, and name the line in a column “Return Lines/Sales "
                "Order Line/External ID”.",
                order=order.name,
                product=product_name,
            )
            errors.append(("line_ids", None, message))
        return found[0] if len(found) == 1 else none

    def _find_lots(self, product, cells, errors):
        names = _read_names(cells, "lot_ids")
        if not names:
            return {}
        refusals = PayloadErrors()
        lots = self._lookup.find_lots(product, {"lots": names}, "", refusals)
        errors += [
            ("line_ids/lot_ids", ", ".join(names), refusal["message"])
            for refusal in refusals
        ]
        cells["lot_ids"] = []
        return {"lot_ids": [Command.set(lots.ids)]}


def _read_name(cells, field):
    """Text of a cell that names a record as people do; empty where there is none, or
    where it is given by its id."""
    [reference] = cells.get(field) or [{}]
    return (reference.get(None) or "").strip()


def _read_names(cells, field):
    return [name.strip() for name in _read_name(cells, field).split(",") if name]


def _get_names(product):
    return {
        product.default_code,
        product.barcode,
        product.name,
        product.display_name,
    } - {False}
