from odoo.tests import tagged

from .common_load import SaleReturnLoadCommon


@tagged("post_install", "-at_install")
class TestLoadRefused(SaleReturnLoadCommon):
    """A bad row is named, with its column, and nothing of the file is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sold = cls._sell([(cls.product, 5), (cls.product_on_order, 2)])

    def _load_bad(self, *bad_cells, fields=None):
        """Load two returns of two rows, the last row with these cells."""
        fields = fields or self.FIELDS
        count = self.env["sale.return.order"].search_count([])
        rows = [
            self._row("R-1", self.sold, "LAMP", 1),
            self._row("", self.sold, "CHAIR", 1),
            self._row("R-2", self.sold, "LAMP", 1),
            bad_cells,
        ]
        padding = [""] * (len(fields) - len(self.FIELDS))
        rows = [[*row, *padding][: len(fields)] for row in rows]
        result = self._load_raw(fields, rows)
        self.assertEqual(self.env["sale.return.order"].search_count([]), count)
        self.assertFalse(
            self.env["ir.model.data"].search_count([("name", "in", ["R-1", "R-2"])])
        )
        return result

    def _assert_bad(self, cells, text, column=None, fields=None):
        message = self._assert_refused(self._load_bad(*cells, fields=fields), 3, text)
        if column:
            self.assertEqual(message["field_path"], ["line_ids", column])
            self.assertTrue(message["message"].startswith("Row 4: "))
        else:
            self.assertEqual(message["field"], "line_ids")

    def test_an_unknown_order(self):
        row = self._row("", "S-UNKNOWN", "LAMP", 1)
        self._assert_bad(row, "“S-UNKNOWN” was not found.", "sale_order_id")

    def test_an_order_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        order = self.env["sale.order"].create(
            {
                "name": "S-ELSEWHERE",
                "partner_id": self.customer.id,
                "company_id": other.id,
                "warehouse_id": self.env["stock.warehouse"]
                .search([("company_id", "=", other.id)], limit=1)
                .id,
            }
        )
        row = self._row("", order, "LAMP", 1)
        self._assert_bad(row, "“S-ELSEWHERE” was not found.", "sale_order_id")

    def test_a_product_that_the_order_did_not_sell(self):
        row = self._row("", self.sold, "TABLE", 1)
        self._assert_bad(row, f"{self.sold.name} has no line of “TABLE”.", "product_id")

    def test_an_order_without_a_product(self):
        row = self._row("", self.sold, "", 1)
        self._assert_bad(row, f"Name the product of {self.sold.name}")

    def test_a_product_without_an_order(self):
        row = self._row("", "", "LAMP", 1)
        self._assert_bad(row, "Choose the sales order line that sold")

    def test_a_product_that_the_order_sold_twice(self):
        twice = self._sell([(self.product, 5), (self.product, 3)])
        row = self._row("", twice, "LAMP", 1)
        self._assert_bad(
            row, "several lines of “LAMP”: leave Sales Order and Product empty here"
        )

    def test_an_unknown_reason(self):
        row = self._row("", self.sold, "CHAIR", 1, reason="NOSUCH")
        message = self._assert_refused(self._load_bad(*row), 3, "'NOSUCH'")
        self.assertIn("Reason", message["message"])

    def test_no_reason(self):
        row = self._row("", self.sold, "CHAIR", 1, reason="")
        self._assert_bad(row, "Reason: Choose a return reason for [CHAIR] Chair.")

    def test_a_reason_that_needs_a_note(self):
        row = self._row("", self.sold, "CHAIR", 1, reason=self.reason_note.code)
        self._assert_bad(row, "Note: Reason “Quality defect” needs a note")

    def test_text_for_a_number(self):
        row = self._row("", self.sold, "CHAIR", "two")
        self._assert_bad(row, "'two' does not seem to be a number")

    def test_what_is_no_quantity(self):
        for quantity in ("0", "-1", "nan", "inf", "1e12"):
            with self.subTest(quantity):
                row = self._row("", self.sold, "CHAIR", quantity)
                self._assert_bad(row, "The quantity to return must be above zero")

    def test_more_than_can_be_returned(self):
        row = self._row("", self.sold, "CHAIR", 3)
        self._assert_bad(
            row,
            f"Quantity: [CHAIR] Chair of {self.sold.name}: 3 Units asked, 1 can still",
        )

    def test_more_than_can_be_returned_by_all_returns_of_the_file(self):
        rows = [
            self._row("R-1", self.sold, "LAMP", 3),
            self._row("R-2", self.sold, "CHAIR", 1),
            self._row("R-3", self.sold, "LAMP", 3),
        ]
        result = self._load_raw(self.FIELDS, rows)
        self._assert_refused(result, 2, "3 Units asked, 2 can still be returned")

    def test_goods_of_another_customer(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        sold = self._sell([(self.product, 1)], partner_id=other.id)
        row = self._row("", sold, "LAMP", 1)
        self._assert_bad(row, f"{sold.name} belongs to Somebody else")

    def test_goods_of_an_order_that_was_cancelled(self):
        order = self._sell([(self.product, 1)], deliver=False, invoice=False)
        order._action_cancel()
        row = self._row("", order, "LAMP", 1)
        self._assert_bad(row, f"{order.name} is not confirmed")

    def test_a_service(self):
        service = self.env["product.product"].create(
            {"name": "Advice", "default_code": "ADVICE", "type": "service"}
        )
        sold = self._sell([(service, 1)], deliver=False, invoice=False)
        row = self._row("", sold, "ADVICE", 1)
        self._assert_bad(row, "is not a delivered product")

    def test_all_bad_rows_are_named(self):
        rows = [
            self._row("R-1", self.sold, "TABLE", 1),
            self._row("", self.sold, "LAMP", "two"),
            self._row("R-2", self.sold, "CHAIR", 1, reason="NOSUCH"),
            self._row("", "S-UNKNOWN", "LAMP", 1),
            self._row("R-3", self.sold, "LAMP", 1),
        ]
        result = self._load_raw(self.FIELDS, rows)
        self.assertEqual(
            [message["rows"]["from"] for message in result["messages"]], [0, 1, 3, 2]
        )

    def test_an_ambiguous_customer(self):
        self.customer.copy({"name": "Customer"})
        fields = ["id", "partner_id", *self.FIELDS[2:]]
        row = self._row("R-1", self.sold, "LAMP", 1)
        row[1] = "Customer"
        result = self._load_raw(fields, [row])
        self._assert_refused(result, 0, "Found multiple matches for value")
        row[1] = ""
        self.assertTrue(self._load_raw(fields, [row])["ids"])

    def test_workflow_fields_are_no_columns(self):
        row = self._row("R-1", self.sold, "LAMP", 1)
        for field, value, label in (
            ("state", "approved", "Status"),
            ("name", "RET/1", "Number"),
            ("line_ids/quantity_approved", "5", "Approved"),
            ("line_ids/sale_order_id/.id", str(self.sold.id), "Sales Order"),
        ):
            with self.subTest(field):
                result = self._load_raw([*self.FIELDS, field], [[*row, value]])
                message = self._assert_refused(
                    result, 0, f"“{label}” follows from the steps of a return"
                )
                self.assertEqual(message["field"], field)

    def test_an_external_id_that_comes_twice(self):
        rows = [
            self._row("R-1", self.sold, "LAMP", 1),
            self._row("R-2", self.sold, "LAMP", 1),
            self._row("R-1", self.sold, "CHAIR", 1),
        ]
        result = self._load_raw(self.FIELDS, rows)
        self._assert_refused(result, 2, "External ID “R-1” was used in row 1 already")
        rows = [
            self._row("R-1", self.sold, "LAMP", 1),
            self._row("R-1", self.sold, "CHAIR", 1),
        ]
        rows[1][1] = "Another claim"
        result = self._load_raw(self.FIELDS, rows)
        message = self._assert_refused(
            result, 1, "Rows with the External ID “R-1” differ"
        )
        self.assertEqual(message["field"], "customer_reference")
