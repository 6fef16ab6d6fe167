import base64

from odoo.fields import Command
from odoo.tests import Form, new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
GROUPS = {
    "viewer": "sale_return_mgmt.group_sale_return_viewer",
    "clerk": "sale_return_mgmt.group_sale_return_clerk",
    "approver": "sale_return_mgmt.group_sale_return_approver",
    "warehouse": "sale_return_mgmt.group_sale_return_warehouse",
    "manager": "sale_return_mgmt.group_sale_return_manager",
    "storekeeper": "stock.group_stock_user",
    "accountant": "account.group_account_invoice",
    "employee": "base.group_user",
}


class SaleReturnCommon(AccountTestInvoicingCommon):
    """A company that sold, delivered and invoiced, with one user per role.

    ``self.env.user`` sets the scene; whoever acts in a test does it ``with_user``.
    """

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref(
            "sales_team.group_sale_manager"
        )

    @classmethod
    def setup_independent_company(cls, **kwargs):
        """The one that the database of our test runs has, if it has one: a new one
        with its accounts takes seconds."""
        company = (
            cls.env["res.company"].sudo().search([("name", "=", "company_1_data")])
        )
        if not company or kwargs:
            return super().setup_independent_company(**kwargs)
        cls.env.user.company_ids = [Command.link(company.id)]
        return company.with_env(cls.env)

    @classmethod
    def _use_chart_template(cls, company, chart_template_ref=None):
        """Without looking through all charts for the best one, which takes seconds."""
        cls.env["account.chart.template"].try_loading(
            chart_template_ref or "generic_coa", company=company, install_demo=False
        )
        company.account_fiscal_country_id = cls.env.ref("base.us")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        # Receiving is accepting, but for the tests that are about inspection.
        cls.company.sale_return_inspection_required = False
        cls.customer = cls.env["res.partner"].create(
            {"name": "Customer", "email": "customer@example.com"}
        )
        users = cls.env["res.users"].create(
            [
                {
                    "name": role.capitalize(),
                    "login": f"return_test_{role}",
                    "email": f"{role}@example.com",
                    "group_ids": [Command.set(cls.quick_ref(group).ids)],
                    "company_id": cls.company.id,
                    "company_ids": [Command.set(cls.company.ids)],
                }
                for role, group in GROUPS.items()
            ]
        )
        cls.users = dict(zip(GROUPS, users, strict=True))
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.tax_excluded = cls.env["account.tax"].create(
            {"name": "15 %", "amount": 15.0, "type_tax_use": "sale"}
        )
        cls.tax_included = cls.env["account.tax"].create(
            {
                "name": "21 % included",
                "amount": 21.0,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        cls.product = cls._create_goods("Lamp")
        cls.product_on_order = cls._create_goods("Chair", invoice_policy="order")
        cls.reason = cls.env.ref("sale_return_mgmt.sale_return_reason_no_longer_wanted")
        cls.reason_note = cls.env.ref(
            "sale_return_mgmt.sale_return_reason_quality_defect"
        )

    @classmethod
    def _add_seller(cls, groups="sales_team.group_sale_salesman_all_leads"):
        """A salesperson without any role of returns, as ``users["seller"]``."""
        cls.users["seller"] = new_test_user(
            cls.env,
            login="return_test_seller",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_goods(cls, name, **vals):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "default_code": name.upper(),
                "type": "consu",
                "is_storable": True,
                "list_price": 100.0,
                "standard_price": 60.0,
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(cls.tax_excluded.ids)],
                **vals,
            }
        )
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.warehouse.lot_stock_id, 1000
        )
        return product

    @classmethod
    def _sell(cls, lines, deliver=True, invoice=True, **vals):
        """Confirm an order, deliver and invoice it.

        :param lines: list of ``(product, quantity)`` or ``(product, quantity, vals)``
        """
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            **(line_vals[0] if line_vals else {}),
                        }
                    )
                    for product, quantity, *line_vals in lines
                ],
                **vals,
            }
        )
        order.action_confirm()
        if deliver:
            order.picking_ids.button_validate()
        if invoice:
            order._create_invoices().action_post()
        return order

    @classmethod
    def _request(cls, order, quantities=None, role="clerk", **vals):
        """A draft return made through the order's own button, as ``role``.

        :param quantities: quantity by product; empty: everything returnable
        """
        action = order.with_user(cls.users[role]).action_create_return()
        form = Form(
            cls.env["sale.return.order"]
            .with_user(cls.users[role])
            .with_context(**action["context"])
        )
        form.reason_id = cls.reason
        for name, value in vals.items():
            form[name] = value
        for index in reversed(range(len(form.line_ids))):
            with form.line_ids.edit(index) as line:
                line.reason_id = cls.reason
                product = line.product_id
                if quantities is not None and product in quantities:
                    line.quantity = quantities[product]
            if quantities is not None and product not in quantities:
                form.line_ids.remove(index)
        return form.save()

    def _count_queries(self, step):
        """:return: ``(queries, answer)`` of a step that starts without caches"""
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        answer = step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - start, answer

    @classmethod
    def _load_chinese(cls):
        """What the database was made with may be older than the files."""
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.env.ref("base.module_sale_return_mgmt")._update_translations(
            ["zh_CN"], overwrite=True
        )

    @classmethod
    def _as(cls, role, records):
        return records.with_user(cls.users[role])

    @classmethod
    def _approved(cls, order, quantities=None, **vals):
        return_order = cls._request(order, quantities, **vals)
        return_order.action_submit()
        cls._as("approver", return_order).action_approve()
        return return_order

    def _request_without_order(self, product=None, quantity=2, price=80.0):
        """A draft return of goods that no sales order is known for."""
        form = Form(self.env["sale.return.order"].with_user(self.users["clerk"]))
        form.partner_id = self.customer
        form.reason_id = self.reason
        with form.line_ids.new() as line:
            line.product_id = product or self.product
            line.quantity = quantity
            line.price_asked = price
        return form.save()

    def _approved_without_order(self, **vals):
        self.company.sale_return_allow_unreferenced = True
        return_order = self._request_without_order(**vals)
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        return return_order

    @classmethod
    def _receive(
        cls, return_order, quantities=None, role="storekeeper", backorder=True
    ):
        """Validate the open receipt as the storekeeper does.

        :param quantities: quantity by product; empty: everything
        """
        picking = return_order.sudo().picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        picking = picking.with_user(cls.users[role])
        for move in picking.move_ids:
            if quantities is not None:
                move.quantity = quantities.get(move.product_id, 0)
        picking.move_ids.picked = True
        result = picking.button_validate()
        if isinstance(result, dict):
            wizard = Form.from_action(picking.env, result).save()
            wizard.process() if backorder else wizard.process_cancel_backorder()
        return picking
