"""The little company that the black-box tests work for, made over RPC only."""

import functools
import uuid
import xmlrpc.client
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

RETURN = "sale.return.order"
LINE = "sale.return.order.line"
OWN_MODELS = (RETURN, LINE, "sale.return.approval", "sale.return.event")
ROLES = ("viewer", "clerk", "approver", "warehouse", "manager")
# How XML-RPC tells a UserError and an AccessError.
REFUSED, FORBIDDEN = 2, 4
# Easy to find in what must not tell it; twice and five times it are as odd.
PRICE = 123.45


@dataclass(frozen=True)
class Sold:
    """An order that was delivered and invoiced: its id, number, first line, invoice."""

    id: int
    name: str
    line: int
    invoice: str

    def request(self, quantity=1.0):
        """What a web shop sends to api_request to take `quantity` of it back."""
        line = {"sale_line": self.line, "quantity": quantity, "reason": "UNWANTED"}
        return {"source": "shop", "ref": uuid.uuid4().hex, "lines": [line]}


class Company:
    """What it sells and to whom.

    `admin` is a connection over JSON-RPC: Odoo's own steps answer what XML-RPC cannot
    carry.
    """

    sku = "SKU-LANTERN"
    product_name = "Storm Lantern"
    customer_name = "Ada Kowalski"

    def __init__(self, admin):
        self.admin = admin

    @functools.cached_property
    def customer(self):
        return self.admin("res.partner", "create", {"name": self.customer_name})

    @functools.cached_property
    def product(self):
        return self.create_product(self.product_name, self.sku)

    @functools.cached_property
    def vase(self):
        """A hundred are in stock; what comes back is inspected."""
        return self.create_inspected("Glass Vase", "SKU-VASE", 100)

    def create_inspected(self, name, sku, quantity):
        """A product of which so many are in stock; a policy wants it inspected."""
        product = self.create_stored(name, sku, quantity)
        policy = {
            "name": f"{name}: inspected",
            "product_ids": [(6, 0, [product])],
            "requires_inspection": "yes",
            "inspection_instructions": "<p>Hold it against the light.</p>",
        }
        self.admin("sale.return.policy", "create", policy)
        return product

    def create_product(self, name, sku, **more):
        product = {
            "name": name,
            "default_code": sku,
            "type": "consu",
            "list_price": PRICE,
            "invoice_policy": "delivery",
            "taxes_id": [(5,)],
        }
        return self.admin("product.product", "create", product | more)

    def create_stored(self, name, sku, quantity):
        """A product of which so many are in stock."""
        product = self.create_product(name, sku, is_storable=True)
        if quantity:
            self._stock(product, {False: quantity})
        return product

    def create_tracked(self, name, sku, tracking, quantities):
        """A product of which so many of each lot are in stock."""
        product = self.create_product(name, sku, is_storable=True, tracking=tracking)
        vals_list = [{"name": lot, "product_id": product} for lot in quantities]
        lots = self.admin("stock.lot", "create", vals_list)
        self._stock(product, dict(zip(lots, quantities.values(), strict=True)))
        return product

    def _stock(self, product, quantities):
        [warehouse] = self.admin(
            "stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1
        )
        vals_list = [
            {
                "product_id": product,
                "lot_id": lot,
                "location_id": warehouse["lot_stock_id"][0],
                "inventory_quantity": quantity,
            }
            for lot, quantity in quantities.items()
        ]
        quants = self.admin("stock.quant", "create", vals_list)
        self.admin("stock.quant", "action_apply_inventory", quants)

    def order(self, quantity=5.0, product=None, **more):
        """Make a quotation, for lanterns by default, and return its id."""
        line = {"product_id": product or self.product, "product_uom_qty": quantity}
        vals = {"partner_id": self.customer, "order_line": [(0, 0, line)]}
        return self.admin("sale.order", "create", vals | more)

    def sell(self, quantity=5.0, product=None, **more):
        """Sell a product, deliver and invoice it, and return what was Sold."""
        order = self.order(quantity, product, **more)
        self.admin("sale.order", "action_confirm", [order])
        sold = self.read("sale.order", order, "name", "order_line", "picking_ids")
        self.admin("stock.picking", "button_validate", sold["picking_ids"])
        wizard = self.admin(
            "sale.advance.payment.inv", "create", {"sale_order_ids": [(6, 0, [order])]}
        )
        self.admin("sale.advance.payment.inv", "create_invoices", [wizard])
        [invoice] = self.read("sale.order", order, "invoice_ids")["invoice_ids"]
        self.admin("account.move", "action_post", [invoice])
        name = self.read("account.move", invoice, "name")["name"]
        return Sold(order, sold["name"], sold["order_line"][0], name)

    def read(self, model, record, *fields):
        """What the database holds: the fields of that record, as its administrator."""
        [values] = self.admin(model, "read", [record], fields)
        return values

    def count_returns(self):
        """Number of rows in the models that a request writes."""
        everything = [("id", ">", 0)]
        return {
            model: self.admin(model, "search_count", everything) for model in OWN_MODELS
        }


@contextmanager
def refuses(*codes):
    """What is in the block must be refused, in words and not with a traceback."""
    with pytest.raises(xmlrpc.client.Fault) as refusal:
        yield
    assert "Traceback" not in refusal.value.faultString
    assert refusal.value.faultCode in (codes or (REFUSED, FORBIDDEN))


def ask(user, request, **options):
    """The only result of one request."""
    [result] = user(RETURN, "api_request", requests=[request], **options)
    return result


def get(user, ref):
    """The only answer of api_get."""
    [result] = user(RETURN, "api_get", refs=[ref])
    return result


def request_id(user, request, **options):
    """The id of the return that the request must make."""
    result = ask(user, request, **options)
    assert result["ok"], result["errors"]
    return result["id"]


def approve(users, request):
    asked = request_id(users["clerk"], request)
    users["approver"](RETURN, "action_approve", [asked])
    return asked
