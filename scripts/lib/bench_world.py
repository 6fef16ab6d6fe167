"""The company that scripts/bench works for: what it sold, and who does what."""

from odoo.fields import Command

LINES = 3
QUANTITY = 2
# What one request prepares; more only takes more memory.
CHUNK = 200
REASON = "sale_return_mgmt.sale_return_reason_quality_defect"
PEOPLE = {
    "clerk": ["sale_return_mgmt.group_sale_return_clerk"],
    "approver": ["sale_return_mgmt.group_sale_return_approver"],
    "storekeeper": ["stock.group_stock_user"],
    "manager": ["sale_return_mgmt.group_sale_return_manager"],
    # Does all steps of the other ways, which part no roles.
    "allrounder": [
        "sales_team.group_sale_salesman_all_leads",
        "stock.group_stock_user",
        "account.group_account_invoice",
    ],
}


class World:
    """Makes orders that are delivered and invoiced, each of its own customer."""

    def __init__(self, meter, rma):
        self._meter = meter
        with meter.superuser() as env:
            company = env.company
            # As the other ways, which know no inspection. By hand: else the credit
            # notes would be part of the receipt.
            company.sale_return_inspection_required = False
            company.sale_return_refund_trigger = "manual"
            if not company.chart_template:
                env["account.chart.template"].try_loading(
                    "generic_coa", company, install_demo=False
                )
            self.users = self._hire(env, rma)
            self.products = self._stock_up(env)
            self.reason = env.ref(REASON).id

    def _hire(self, env, rma):
        groups = dict(PEOPLE)
        if rma:
            groups["allrounder"] = [*groups["allrounder"], "rma.rma_group_user_all"]
        users = env["res.users"].create(
            [
                {
                    "name": role.capitalize(),
                    "login": f"bench_{role}",
                    # No mail leaves this machine, nor waits in a queue.
                    "notification_type": "inbox",
                    "group_ids": [
                        Command.set([env.ref(name).id for name in names]),
                    ],
                }
                for role, names in groups.items()
            ]
        )
        return dict(zip(groups, users.ids, strict=True))

    def _stock_up(self, env):
        products = env["product.product"].create(
            [
                {
                    "name": f"Article {number}",
                    "is_storable": True,
                    "list_price": 10.0 * number,
                    "standard_price": 6.0 * number,
                    "invoice_policy": "delivery",
                }
                for number in range(1, LINES + 1)
            ]
        )
        warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        for product in products:
            env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, 10**6
            )
        return products.ids

    def sell(self, count):
        """Return the ids of so many new orders, delivered and invoiced."""
        order_ids = []
        while len(order_ids) < count:
            with self._meter.superuser() as env:
                order_ids += self._sell(env, min(CHUNK, count - len(order_ids)))
        return order_ids

    def _sell(self, env, count):
        customers = env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )
        lines = [
            Command.create({"product_id": product, "product_uom_qty": QUANTITY})
            for product in self.products
        ]
        orders = env["sale.order"].create(
            [{"partner_id": customer.id, "order_line": lines} for customer in customers]
        )
        orders.action_confirm()
        orders.picking_ids.button_validate()
        orders._create_invoices(grouped=True).action_post()
        return orders.ids
