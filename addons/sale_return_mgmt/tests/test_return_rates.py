from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common_receipt import ReceiptCommon

FIELDS = ["return_order_count", "return_rate", "has_return_rate"]


@tagged("post_install", "-at_install")
class TestReturnRates(ReceiptCommon):
    """How much of what was delivered came back, on customers and products."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_seller("sales_team.group_sale_salesman")
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.order = cls._sell([(cls.product, 20), (cls.product_on_order, 10)])
        cls.returned = cls._approved(cls.order, {cls.product: 5})
        cls._receive(cls.returned)

    def _read(self, record, role="viewer"):
        record.invalidate_recordset(FIELDS)
        [values] = self._as(role, record).read(FIELDS)
        return (
            values["return_order_count"],
            values["has_return_rate"] and round(values["return_rate"], 6),
        )

    # === WHAT IS COUNTED === #

    def test_places_of_customers_are_known_as_they_are(self):
        Location = self.env["stock.location"]
        before = set(Location._get_customer_location_ids())
        place = Location.create({"name": "Depot", "usage": "customer"})
        self.assertEqual(
            set(Location._get_customer_location_ids()) - before, {place.id}
        )
        place.usage = "transit"
        self.assertEqual(set(Location._get_customer_location_ids()), before)
        place.usage = "customer"
        place.unlink()
        self.assertEqual(set(Location._get_customer_location_ids()), before)

    def test_products_templates_and_customers(self):
        self.assertEqual(self._read(self.product), (1, 0.25))
        self.assertEqual(self._read(self.product.product_tmpl_id), (1, 0.25))
        self.assertEqual(self._read(self.product_on_order), (0, 0.0))
        self.assertEqual(self._read(self.customer), (1, round(5 / 30, 6)))

    def test_nothing_delivered_is_no_rate(self):
        unsold = self._create_goods("Unsold")
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        for record in (unsold, unsold.product_tmpl_id, nobody):
            with self.subTest(record._name):
                self.assertEqual(self._read(record), (0, False))

    def test_what_is_asked_but_not_here_counts_as_a_return_and_in_no_rate(self):
        self._approved(self.order, {self.product: 3})
        self.assertEqual(self._read(self.product), (2, 0.25))

    def test_other_units_are_converted(self):
        self._sell([(self.product, 5, {"product_uom_id": self.dozen.id})])
        self.assertEqual(self._read(self.product), (1, 5 / 80))

    def test_native_returns_count_and_reversals_do_not(self):
        native = self._return_natively(self.order.picking_ids[0], 5)
        native.move_ids.picked = True
        native.button_validate()
        back = native.move_ids.filtered(lambda move: move.state == "done")
        quantity = sum(
            back.filtered(lambda move: move.product_id == self.product).mapped(
                "quantity"
            )
        )
        self.assertGreater(quantity, 0)
        self.assertEqual(self._read(self.product)[1], (5 + quantity) / 20)
        undone = self._return_natively(native, quantity)
        undone.move_ids.picked = True
        undone.button_validate()
        self.assertEqual(self._read(self.product)[1], 0.25)

    def test_a_receipt_that_is_undone_never_was(self):
        receipt = self._receipts(self.returned)
        undone = self._return_natively(receipt, 5)
        undone.move_ids.picked = True
        undone.button_validate()
        self.assertEqual(self._read(self.product)[1], 0.0)
        self.assertEqual(self._read(self.customer)[1], 0.0)

    def test_a_company_counts_for_its_contacts(self):
        company = self.env["res.partner"].create({"name": "Group", "is_company": True})
        site = self.env["res.partner"].create({"name": "Site", "parent_id": company.id})
        self.customer.parent_id = company
        order = self._sell([(self.product, 10)], partner_id=site.id)
        self._receive(self._approved(order, {self.product: 1}))
        self.assertEqual(self._read(site), (1, 0.1))
        self.assertEqual(self._read(company), (2, round(6 / 40, 6)))
        self.assertEqual(self._read(self.customer), (1, round(5 / 30, 6)))

    def test_goods_without_an_order_are_their_customers(self):
        return_order = self._approved_without_order(quantity=4)
        self._receive(return_order)
        self.assertEqual(self._read(self.customer), (2, round(9 / 30, 6)))
        self.assertEqual(self._read(self.product), (2, 9 / 20))

    def test_all_variants_count_for_the_product(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Colour",
                "value_ids": [Command.create({"name": n}) for n in ("Red", "Blue")],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Cup",
                "is_storable": True,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        red, blue = template.product_variant_ids
        for variant in (red, blue):
            self.env["stock.quant"]._update_available_quantity(
                variant, self.warehouse.lot_stock_id, 10
            )
        order = self._sell([(red, 4), (blue, 4)], invoice=False)
        self._receive(self._approved(order, {red: 2}))
        self.assertEqual(self._read(red), (1, 0.5))
        self.assertEqual(self._read(blue), (0, 0.0))
        self.assertEqual(self._read(template), (1, 0.25))

    def test_other_companies_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.users["viewer"].company_ids += other
        product = self._as("viewer", self.product).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(product.has_return_rate)
        self.assertEqual(product.return_order_count, 0)

    # === RIGHTS === #

    def test_who_reads_returns_sees_them(self):
        for role in ("viewer", "clerk", "approver", "warehouse", "accountant"):
            for record in (self.customer, self.product, self.product.product_tmpl_id):
                with self.subTest(role=role, model=record._name):
                    self.assertEqual(self._read(record, role)[0], 1)

    def test_a_salesman_counts_the_returns_of_his_orders(self):
        self.order.user_id = self.users["manager"]
        self.assertEqual(self._read(self.product, "seller"), (0, 0.25))
        self.order.user_id = self.users["seller"]
        self.assertEqual(self._read(self.product, "seller"), (1, 0.25))

    def test_others_are_told_nothing(self):
        portal = new_test_user(
            self.env, login="return_portal", groups="base.group_portal"
        )
        self.users["portal"] = portal
        for role in ("employee", "storekeeper", "portal"):
            record = self._as(role, self.product)
            self.assertFalse(set(FIELDS) & set(record.fields_get()))
            with self.subTest(role), self.assertRaises(AccessError):
                record.read(["return_rate"])
        for model in ("res.partner", "product.template", "product.product"):
            with self.subTest(model):
                arch = (
                    self.env[model]
                    .with_user(self.users["storekeeper"])
                    .get_view(view_type="form")["arch"]
                )
                self.assertNotIn("return_rate", arch)

    # === THE BUTTONS === #

    def test_the_button_leads_to_the_returns(self):
        for record, action in (
            (self.customer, "partner"),
            (self.product, "product"),
            (self.product.product_tmpl_id, "product_template"),
        ):
            with self.subTest(record._name):
                action = self.env.ref(
                    f"sale_return_mgmt.sale_return_order_action_{action}"
                )
                arch = self._as("viewer", record).get_view(view_type="form")["arch"]
                [button] = etree.fromstring(arch).xpath(
                    f"//button[@name='{action.id}']"
                )
                self.assertEqual(button.get("type"), "action")
                domain = safe_eval(action.domain, {"active_ids": record.ids})
                returns = self.env["sale.return.order"].search(domain)
                self.assertEqual(returns, self.returned.sudo(False))
                self.assertTrue(action.help)

    def test_documents_lead_to_the_returns_of_what_they_sold(self):
        delivery = self.order.picking_ids - self.returned.sudo().picking_ids
        other = self._sell([(self.product, 1)])
        asked = self._request(self.order, {self.product: 1})
        invoice = self.order.invoice_ids - self.returned.sudo().refund_ids
        for document in (delivery, invoice, self.order):
            with self.subTest(document._name):
                document = self._as("viewer", document)
                self.assertEqual(document.return_order_count, 2)
                self.assertEqual(
                    set(document.return_order_ids.ids),
                    set((asked | self.returned).ids),
                )
                action = document.action_view_returns()
                self.assertEqual(action["res_model"], "sale.return.order")
        for document in (other.picking_ids, other.invoice_ids, other):
            self.assertFalse(document.return_order_count)

    def test_readers_of_documents_need_no_right_on_returns(self):
        delivery = self.order.picking_ids - self.returned.sudo().picking_ids
        delivery = self._as("storekeeper", delivery)
        self.assertEqual(delivery.return_order_count, 0)
        Form(delivery)
        auditor = new_test_user(
            self.env,
            login="return_test_auditor",
            groups="account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        invoice = (self.order.invoice_ids - self.returned.sudo().refund_ids)[0]
        invoice = invoice.with_user(auditor)
        self.assertEqual(invoice.return_order_count, 0)
        arch = invoice.get_view(view_type="form")["arch"]
        self.assertNotIn("action_view_returns", arch)

    # === COST === #

    def _create_customers(self):
        children = self.env["res.partner"].create(
            [{"name": f"Site {n}", "parent_id": self.customer.id} for n in range(5)]
        )
        self._sell([(self.product, 1)], partner_id=children[0].id)
        return self.customer | children

    def test_a_list_costs_the_same_for_many(self):
        products = self.product | self.product_on_order
        for number in range(6):
            products |= self._create_goods(f"Cheap {number}")
        self._sell([(product, 1) for product in products])
        for records in (products, products.product_tmpl_id, self._create_customers()):
            records = records.browse(records.ids)
            counts = []
            for some in (records[:1], records[:1], records):
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                self._as("viewer", some).read(FIELDS)
                counts.append(self.cr.sql_log_count - before)
            with self.subTest(records._name, counts=counts):
                self.assertLessEqual(counts[2], counts[1] + 1)
