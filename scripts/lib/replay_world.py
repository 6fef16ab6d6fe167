"""What was sold, in Odoo: customers, products, orders, deliveries, invoices."""

from itertools import groupby

# Odoo's shell runs it before the server starts.
PREPARE = """
from odoo.fields import Datetime

company = env.company
if not company.chart_template:
    env["account.chart.template"].try_loading(
        "generic_coa", company=company, install_demo=False
    )
company.sale_return_inspection_required = False
company.sale_return_allow_unreferenced = {without_order}
until = Datetime.add(Datetime.now(), days=1)
for role in ("clerk", "approver", "warehouse"):
    group = env.ref(f"sale_return_mgmt.group_sale_return_{{role}}")
    user = env["res.users"].create({{
        "name": role.capitalize(),
        "login": f"replay_{{role}}",
        "password": f"replay_{{role}}",
        # No mail waits in a queue.
        "notification_type": "inbox",
        "group_ids": [(6, 0, group.ids)],
    }})
    keys = env["res.users.apikeys"].with_user(user)
    print("KEY", role, keys._generate("rpc", "replay", until))
"""
BATCH = 25


def prepare(odoo, database, without_order=False):
    """Ready the database and its users; return their API keys by role."""
    printed = odoo.shell(database, PREPARE.format(without_order=without_order))
    lines = [line.split() for line in printed.splitlines()]
    return {line[1]: line[2] for line in lines if line[:1] == ["KEY"]}


class World:
    """Makes in Odoo what the rows say, as its administrator.

    ``sold_by_line``: the row of each sales order line, by its id.
    """

    def __init__(self, admin, sold, returned):
        self.admin, self.call = admin, admin.call
        self._sold, self._returned = sold, returned
        self.sold_by_line = {}

    def load_masters(self):
        """Make the customers and the products, with enough in stock."""
        countries = self._ids_by("res.country", "name")
        country = {one.customer: countries.get(one.country) for one in self._sold}
        rows = (*self._sold, *self._returned)
        customers = dict.fromkeys(one.customer for one in rows)
        self._customers = self._create(
            "res.partner",
            {
                number: {
                    "name": f"Customer {number}",
                    "ref": number,
                    "country_id": country.get(number) or False,
                }
                for number in customers
            },
        )
        names = {one.product: one.product for one in self._returned}
        names |= {one.product: one.description for one in self._sold}
        self._products = self._create(
            "product.product",
            {
                code: {
                    "name": name,
                    "default_code": code,
                    "is_storable": True,
                    "invoice_policy": "delivery",
                    "taxes_id": [(5,)],  # what is credited is quantity × price
                }
                for code, name in names.items()
            },
        )
        self._stock_up()

    def _ids_by(self, model, field):
        rows = self.call(model, "search_read", [], [field])
        return {row[field]: row["id"] for row in rows}

    def _create(self, model, values):
        """Create a record for each key; return their ids by key."""
        ids = self.call(model, "create", list(values.values()))
        return dict(zip(values, ids, strict=True))

    def _stock_up(self):
        [warehouse] = self.call(
            "stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1
        )
        needed = dict.fromkeys(self._products, 0)
        for one in self._sold:
            needed[one.product] += one.quantity
        context = {"inventory_mode": True}
        for batch in _batches(list(filter(needed.get, needed)), 200):
            quant_ids = self.call(
                "stock.quant",
                "create",
                [
                    {
                        "product_id": self._products[code],
                        "location_id": warehouse["lot_stock_id"][0],
                        "inventory_quantity": float(needed[code]),
                    }
                    for code in batch
                ],
                context=context,
            )
            self.admin.press(
                "stock.quant", "action_apply_inventory", quant_ids, context
            )

    def load_orders(self, advance):
        """Sell, deliver and invoice all orders; ``advance`` hears of each batch."""
        rows_by_order = {}
        for one in self._sold:
            rows_by_order.setdefault(one.order, []).append(one)
        for batch in _batches(list(rows_by_order.items()), BATCH):
            order_ids = self._sell(batch)
            self._deliver(order_ids)
            self._invoice(order_ids)
            advance(len(batch))

    def _sell(self, batch):
        order_ids = self.call(
            "sale.order",
            "create",
            [
                {
                    "name": name,
                    "partner_id": self._customers[rows[0].customer],
                    "order_line": [
                        (
                            0,
                            0,
                            {
                                "product_id": self._products[one.product],
                                "product_uom_qty": float(one.quantity),
                                "price_unit": float(one.price),
                            },
                        )
                        for one in rows
                    ],
                }
                for name, rows in batch
            ],
        )
        self.call("sale.order", "action_confirm", order_ids)
        lines = self.call(
            "sale.order.line",
            "search_read",
            [("order_id", "in", order_ids)],
            ["order_id"],
            order="order_id, id",
        )
        by_order = {
            order_id: [line["id"] for line in group]
            for order_id, group in groupby(lines, lambda line: line["order_id"][0])
        }
        for order_id, (_name, rows) in zip(order_ids, batch, strict=True):
            self.sold_by_line |= zip(by_order[order_id], rows, strict=True)
        return order_ids

    def _deliver(self, order_ids):
        domain = [("sale_id", "in", order_ids)]
        picking_ids = self.call("stock.picking", "search", domain)
        self.call("stock.picking", "button_validate", picking_ids)

    def _invoice(self, order_ids):
        wizard = "sale.advance.payment.inv"
        context = {"active_model": "sale.order", "active_ids": order_ids}
        wizard_id = self.call(wizard, "create", {}, context=context)
        self.admin.press(wizard, "create_invoices", [wizard_id], context)
        domain = [("invoice_line_ids.sale_line_ids.order_id", "in", order_ids)]
        invoice_ids = self.call("account.move", "search", domain)
        self.call("account.move", "action_post", invoice_ids)


def _batches(items, size):
    return (items[start : start + size] for start in range(0, len(items), size))
