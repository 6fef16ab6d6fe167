from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_load import SaleReturnLoadCommon


@tagged("post_install", "-at_install")
class TestLoad(SaleReturnLoadCommon):
    """A file of returns becomes drafts, as if a clerk had typed them."""

    def _read_line(self, line):
        return line.read(
            [
                "sale_line_id",
                "product_id",
                "product_uom_id",
                "quantity",
                "reason_id",
                "note",
                "goods_return",
                "resolution",
                "price_unit",
                "tax_ids",
                "price_total",
            ]
        )[0] | {"id": 0}

    def test_a_loaded_return_is_the_one_a_clerk_would_type(self):
        sold = self._sell([(self.product, 5), (self.product_on_order, 2)])
        [loaded] = self._load(
            self._row("R-1", sold, "LAMP", 2), self._row("", sold, "CHAIR", 2)
        )
        typed = self._request(sold, {self.product: 2, self.product_on_order: 2})
        for mine, theirs in zip(loaded.line_ids, typed.line_ids, strict=True):
            self.assertEqual(self._read_line(mine), self._read_line(theirs))
        for name in (
            "state",
            "partner_id",
            "partner_invoice_id",
            "company_id",
            "currency_id",
            "warehouse_id",
            "user_id",
            "amount_total",
            "legal_basis",
            "refund_method",
        ):
            self.assertEqual(loaded[name], typed[name], name)
        self.assertEqual(loaded.channel, "import")
        self.assertEqual(loaded.event_ids.mapped("type"), ["created"])
        self.assertEqual(loaded.create_uid, self.users["clerk"])
        loaded.action_submit()
        self.assertEqual(loaded.state, "submitted")

    def test_a_file_may_name_its_customer_and_leave_cells_empty(self):
        sold = self._sell([(self.product, 5)])
        fields = [
            "id",
            "partner_id",
            "channel",
            "customer_reference",
            "reason_id",
            "line_ids/sale_order_id",
            "line_ids/product_id",
            "line_ids/quantity",
            "line_ids/reason_id",
            "line_ids/goods_return",
            "line_ids/note",
        ]
        row = ["R-1", "Customer", "Phone", "RMA-7", "No longer wanted", sold.name]
        result = self._load_raw(fields, [[*row, "[LAMP] Lamp", "", "", "keep", ""]])
        order = self._get_loaded(result)
        self.assertEqual(order.partner_id, self.customer)
        self.assertEqual(order.channel, "phone")
        self.assertEqual(order.customer_reference, "RMA-7")
        self.assertEqual(order.line_ids.quantity, 1)  # as the form proposes
        self.assertEqual(order.line_ids.reason_id, self.reason)  # of the return
        self.assertEqual(order.line_ids.goods_return, "keep")

    def test_rows_may_repeat_the_cells_of_their_return(self):
        sold = self._sell([(self.product, 5), (self.product_on_order, 2)])
        orders = self._load(
            self._row("R-1", sold, "LAMP", 2),
            self._row("R-1", sold, "CHAIR", 1),
            self._row("R-2", sold, "LAMP", 1),
        )
        self.assertEqual(orders.mapped(lambda order: len(order.line_ids)), [2, 1])

    def test_a_sold_line_can_be_named_by_its_external_id(self):
        sold = self._sell([(self.product, 5), (self.product, 3)])
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": "shop.second", "record": sold.order_line[1]}]
        )
        result = self._load_raw(
            ["id", "line_ids/sale_line_id/id", "line_ids/reason_id"],
            [["R-1", "shop.second", self.reason.code]],
        )
        self.assertEqual(
            self._get_loaded(result).line_ids.sale_line_id, sold.order_line[1]
        )

    def test_the_reason_code_of_the_company_goes_before_the_shared_one(self):
        own = self.reason.sudo().copy({"company_id": self.company.id})
        sold = self._sell([(self.product, 5)])
        [order] = self._load(self._row("R-1", sold, "LAMP", 1))
        self.assertEqual(order.line_ids.reason_id, own)

    def test_lots_are_those_of_the_product(self):
        phone = self._create_goods("Phone", tracking="serial")
        other = self._create_goods("Tablet", tracking="serial")
        stock = self.warehouse.lot_stock_id
        lots = self.env["stock.lot"].create(
            [{"name": "SN1", "product_id": product.id} for product in (other, phone)]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                lot.product_id, stock, 1, lot_id=lot
            )
        sold = self._sell([(phone, 1)], deliver=False, invoice=False)
        sold.picking_ids.move_ids.move_line_ids.lot_id = lots[1]
        sold.picking_ids.button_validate()
        fields = [*self.FIELDS, "line_ids/lot_ids"]
        result = self._load_raw(fields, [[*self._row("R-1", sold, "PHONE", 1), "SN1"]])
        self.assertEqual(self._get_loaded(result).line_ids.lot_ids, lots[1])
        result = self._load_raw(fields, [[*self._row("R-2", sold, "PHONE", 1), "SN2"]])
        self._assert_refused(result, 0, "“SN2” was not found.")

    def test_goods_without_an_order_where_the_company_takes_them(self):
        fields = ["id", "partner_id", "line_ids/product_id", "line_ids/price_asked"]
        fields.append("line_ids/reason_id")
        row = ["R-1", "Customer", "LAMP", "80", self.reason.code]
        self._assert_refused(
            self._load_raw(fields, [row]), 0, "takes nothing back without an order"
        )
        self.company.sale_return_allow_unreferenced = True
        order = self._get_loaded(self._load_raw(fields, [row]))
        self.assertEqual(order.line_ids.product_id, self.product)
        self.assertEqual(order.line_ids.price_unit, 80)

    # === LOADED AGAIN === #

    def test_a_file_loaded_again_changes_nothing(self):
        sold = self._sell([(self.product, 5), (self.product_on_order, 2)])
        rows = [self._row("R-1", sold, "LAMP", 2), self._row("", sold, "CHAIR", 2)]
        first = self._load(*rows)
        lines = first.line_ids
        self.assertEqual(self._load(*rows), first)
        self.assertEqual(first.line_ids, lines)
        self.assertEqual(first.event_ids.mapped("type"), ["created"])
        rows[0][4] = "9"
        result = self._load_raw(self.FIELDS, rows)
        self._assert_refused(result, 0, "9 Units asked, 5 can still be returned")
        rows[0][4] = "2"
        first.action_submit()
        self._as("approver", first).action_approve()
        self.assertEqual(self._load(*rows), first)  # nor is it refused
        self.assertEqual(first.state, "approved")
        self.assertEqual(first.line_ids, lines)

    def test_a_file_loaded_again_changes_what_differs_of_drafts_alone(self):
        sold = self._sell([(self.product, 5), (self.product_on_order, 2)])
        first = self._load(self._row("R-1", sold, "LAMP", 2, note="Dented"))
        line = first.line_ids
        self._load(self._row("R-1", sold, "LAMP", 3), self._row("", sold, "CHAIR", 2))
        self.assertEqual(line.quantity, 3)
        self.assertEqual(line.note, "Dented")  # an empty cell changes nothing
        self.assertEqual(first.line_ids.mapped("quantity"), [3, 2])
        self.assertEqual(line, first.line_ids[0])
        first.action_submit()
        result = self._load_raw(self.FIELDS, [self._row("R-1", sold, "LAMP", 1)])
        self._assert_refused(result, 0, f"{first.name} is no longer a draft")
        self.assertEqual(line.quantity, 3)

    def test_a_draft_can_be_named_by_its_database_id(self):
        sold = self._sell([(self.product, 5)])
        first = self._load(self._row("R-1", sold, "LAMP", 2))
        row = self._row(str(first.id), sold, "LAMP", 3)
        row[1] = "Claim R-1"
        result = self._load_raw([".id", *self.FIELDS[1:]], [row])
        self.assertEqual(self._get_loaded(result), first)
        self.assertEqual(first.line_ids.quantity, 3)

    def test_a_line_stays_with_its_return(self):
        sold = self._sell([(self.product, 5)])
        fields = [*self.FIELDS, "line_ids/id"]
        row = [*self._row("R-1", sold, "LAMP", 2), "R-1-a"]
        first = self._get_loaded(self._load_raw(fields, [row]))
        row = [*self._row("R-2", sold, "LAMP", 1), "R-1-a"]
        for _attempt in ("a new return", "one that is there"):
            result = self._load_raw(fields, [row])
            self._assert_refused(result, 0, "cannot be moved to another return")
            self._load(self._row("R-2", sold, "LAMP", 1))
        self.assertEqual(first.line_ids.quantity, 2)

    def test_a_row_finds_the_line_with_its_own_external_id(self):
        sold = self._sell([(self.product, 5)])
        fields = [*self.FIELDS, "line_ids/id"]
        rows = [
            [*self._row("R-1", sold, "LAMP", 2), "R-1-a"],
            [*self._row("", sold, "LAMP", 1), "R-1-b"],
        ]
        order = self._get_loaded(self._load_raw(fields, rows))
        lines = order.line_ids
        self.assertEqual(lines.mapped("quantity"), [2, 1])
        rows[1][4] = "3"
        self.assertEqual(self._get_loaded(self._load_raw(fields, rows)), order)
        self.assertEqual(order.line_ids, lines)
        self.assertEqual(lines.mapped("quantity"), [2, 3])
        rows[1][-1] = "base.main_company"
        result = self._load_raw(fields, rows)
        self._assert_refused(result, 1, "“base.main_company”")

    # === RIGHTS === #

    def test_only_clerks_and_managers_load(self):
        sold = self._sell([(self.product, 5)])
        row = self._row("R-1", sold, "LAMP", 1)
        for role in ("viewer", "approver", "warehouse", "accountant", "employee"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._load_raw(self.FIELDS, [row], role=role)
        self.assertTrue(self._load_raw(self.FIELDS, [row], role="manager")["ids"])

    def test_nothing_is_loaded_into_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        there = (
            self.env["sale.return.order"]
            .sudo()
            .create({"partner_id": self.customer.id, "company_id": other.id})
        )
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": "shop.there", "record": there}]
        )
        sold = self._sell([(self.product, 5)])
        row = self._row("R-1", sold, "LAMP", 1)
        result = self._load_raw(
            [*self.FIELDS, "company_id/.id"], [[*row, str(other.id)]]
        )
        self._assert_refused(result, 0, "multi-company")
        row[0] = "shop.there"
        result = self._load_raw(self.FIELDS, [row])
        self._assert_refused(result, 0, "multi-company")
        self.assertFalse(there.line_ids)
        self.assertFalse(there.customer_reference)
