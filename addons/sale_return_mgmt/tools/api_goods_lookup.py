"""Goods that the steps of one API call name, read together."""

from odoo.fields import Domain

from .api_lookup import load_lots, load_products
from .api_payload import is_id


def get_lot_name(ref):
    """The name of a lot that a line names, with or without a quantity."""
    return ref["name"] if isinstance(ref, dict) else ref


class GoodsLookup:
    """Finds what lines of receipts and inspections name.

    :param env: environment of the caller; the company is its current one
    :param items: well-formed steps
    """

    def __init__(self, env, items):
        self.env = env
        lines = [line for item in items for line in item.get("lines", [])]
        self._products = load_products(env, [line.get("product") for line in lines])
        self._lots = load_lots(
            env, [get_lot_name(lot) for line in lines for lot in line.get("lots", [])]
        )
        self._dispositions = {}

    def find_product(self, awaited, ref):
        """One that is awaited, or else any: what nobody asked for comes as well."""
        return self.find_among(awaited, ref) or self._products[ref][:1]

    def find_among(self, products, ref):
        """The first of ``products`` that is called so; empty if none is."""
        fields = ["id"] if is_id(ref) else ["default_code", "barcode"]
        domain = Domain.OR([Domain(field, "=", ref) for field in fields])
        return products.filtered_domain(domain)[:1]

    def find_lot(self, product, name):
        return self._lots.get((product, name), self.env["stock.lot"])

    def find_disposition(self, key, company):
        """:raise UserError: see ``sale.return.disposition._get_from_key``"""
        if (key, company) not in self._dispositions:
            Disposition = self.env["sale.return.disposition"]
            self._dispositions[key, company] = Disposition._get_from_key(key, company)
        return self._dispositions[key, company]
