from odoo import api, models
from odoo.fields import Domain

from .sale_return_api_goods_mixin import WAREHOUSE_GROUP

# What a label or slip may have on it, the surest first.
RETURN_KEYS = (
    "name",
    "carrier_tracking_ref",
    "picking_ids.name",
    "picking_ids.return_tracking_ref",
    "customer_reference",
    "external_ref",
    "lot_names",
)
MAX_FOUND = 20


class SaleReturnDockFindMixin(models.AbstractModel):
    """What a scanned code means at the dock: a return, or goods."""

    _name = "sale.return.dock.find.mixin"
    _description = "Codes Scanned at the Dock"

    @api.model
    def find_return(self, code):
        """Approved returns that a scanned or typed code stands for.

        :return: list of dicts with ``id``, ``name``, ``partner``, ``status``; empty if
            none is known by it
        """
        Return = self.env["sale.return.order"]
        Return._prepare_step(WAREHOUSE_GROUP)
        code = self._clean_code(code)
        found = Return
        for key in RETURN_KEYS if code else ():
            found = Return.search(
                Domain(key, "=ilike" if key == "name" else "=", self._escape(key, code))
                & Domain("state", "in", ("approved", "done")),
                limit=MAX_FOUND,
            )
            if found:
                break
        # What still waits for somebody comes first.
        found = found.sorted(lambda order: order.state == "done")
        labels = dict(Return._fields["receipt_status"]._description_selection(self.env))
        return [
            {
                "id": order.id,
                "name": order.name,
                "partner": order.partner_id.display_name,
                "status": labels.get(order.receipt_status, ""),
            }
            for order in found
        ]

    @api.model
    def find_product(self, code):
        """Goods that a scanned code stands for, expected or not.

        :return: list of dicts with ``product``, ``name``, ``code``, ``uom``,
            ``tracking``, ``quantity`` that one scan counts, and ``lot`` (name or False)
        """
        self.env["sale.return.order"]._prepare_step(WAREHOUSE_GROUP)
        code = self._clean_code(code)
        if not code:
            return []
        found = self._find_goods(code)
        if not found and (parsed := self._parse_gs1(code)):
            found = [
                (product, parsed.get("quantity") or quantity, parsed.get("lot") or lot)
                for product, quantity, lot in self._find_goods(*parsed["codes"])
            ]
        return [
            {
                "product": product.id,
                "name": product.display_name,
                "code": product.default_code or "",
                "uom": product.uom_id.name,
                "tracking": product.tracking,
                "quantity": quantity,
                "lot": lot,
            }
            for product, quantity, lot in found[:MAX_FOUND]
        ]

    @api.model
    def _clean_code(self, code):
        return code.replace("\0", "").strip() if isinstance(code, str) else ""

    @api.model
    def _escape(self, key, code):
        """``=ilike`` is for capital letters alone, not for patterns."""
        if key != "name":
            return code
        return code.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")

    @api.model
    def _find_goods(self, *codes):
        """:return: list of ``(product, quantity, name of the lot or False)``"""
        # What was archived comes back as well.
        Product = self.env["product.product"].with_context(active_test=False)
        if products := Product.search([("barcode", "in", codes)]):
            return [(product, 1.0, False) for product in products]
        packagings = self.env["product.uom"].search([("barcode", "in", codes)])
        if packagings:
            return [
                (
                    packaging.product_id,
                    packaging.uom_id._compute_quantity(
                        1.0, packaging.product_id.uom_id
                    ),
                    False,
                )
                for packaging in packagings
            ]
        lots = self.env["stock.lot"].search(
            [
                ("name", "in", codes),
                ("company_id", "in", (False, self.env.company.id)),
            ]
        )
        if lots:
            return [(lot.product_id, 1.0, lot.name) for lot in lots]
        products = Product.search([("default_code", "in", codes)])
        return [(product, 1.0, False) for product in products]

    @api.model
    def _parse_gs1(self, code):
        """Product, lot and quantity of a GS1 code, where the company uses them.

        :return: dict with ``codes``, ``lot``, ``quantity``; empty if it is none
        """
        nomenclature = self.env.company.nomenclature_id
        if not nomenclature.is_gs1_nomenclature:
            return {}
        rows = nomenclature.parse_barcode(code)
        found = {}
        for row in rows if isinstance(rows, list) else ():
            if row["type"] == "product":
                value = str(row["value"])
                # The GTIN of 14 digits holds the shorter ones.
                found["codes"] = {
                    value,
                    *(value.lstrip("0").zfill(n) for n in (8, 12, 13)),
                }
            elif row["type"] == "lot":
                found["lot"] = str(row["value"])
            elif row["type"] == "quantity" and isinstance(row["value"], int | float):
                found["quantity"] = float(row["value"])
        return found if "codes" in found else {}
