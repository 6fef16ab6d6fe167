import csv
import io

from openpyxl import load_workbook

from odoo.tests import tagged
from odoo.tools import file_open

from .common_load import SaleReturnLoadCommon

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": ",",
    "encoding": "utf-8",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "date_format": "%Y-%m-%d",
    "datetime_format": "%Y-%m-%d %H:%M:%S",
}
HEADS = [
    "External ID",
    "Return Lines/Sales Order",
    "Return Lines/Product",
    "Return Lines/Quantity",
    "Return Lines/Reason",
]


@tagged("post_install", "-at_install")
class TestLoadFile(SaleReturnLoadCommon):
    """A clerk imports a file as the web client does: upload, match, test, import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sold = cls._sell([(cls.product, 5), (cls.product_on_order, 2)])

    def _open(self, content, mimetype, lang="en_US"):
        """The import screen after the upload.

        :return: the import, and the field path of each column as it was guessed
        """
        wizard = (
            self.env["base_import.import"]
            .with_user(self.users["clerk"])
            .with_context(lang=lang)
            .create(
                {
                    "res_model": "sale.return.order",
                    "file": content,
                    "file_type": mimetype,
                    "file_name": "returns",
                }
            )
        )
        preview = wizard.parse_preview(dict(OPTIONS))
        self.assertNotIn("error", preview)
        matches = preview["matches"]
        return wizard, [
            "/".join(matches[index]) if index in matches else False
            for index in range(len(preview["headers"]))
        ]

    def _open_csv(self, *rows):
        text = io.StringIO()
        csv.writer(text).writerows([HEADS, *rows])
        return self._open(text.getvalue().encode(), "text/csv")

    def _read_template(self, lang):
        """The template that the import screen offers, opened."""
        orders = self.env["sale.return.order"].with_context(lang=lang)
        [template] = orders.get_import_templates()
        with file_open(template["template"].removeprefix("/"), "rb") as file:
            return load_workbook(file)

    def _import_template(self, lang):
        """Fill the template with what this company sold and import it."""
        book = self._read_template(lang)
        texts = {
            "S00042": self.sold.name,
            "S00043": self.sold.name,
            "LAMP-01": "LAMP",
            "TABLE-02": "CHAIR",
            "Harbour Lights Interiors": "Customer",
            "上海晨光家居有限公司": "Customer",
        }
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                cell.value = texts.get(cell.value, cell.value)
        content = io.BytesIO()
        book.save(content)
        wizard, fields = self._open(content.getvalue(), XLSX, lang)
        result = wizard.execute_import(fields, fields, dict(OPTIONS))
        return self._get_loaded(result), fields

    def test_the_template_can_be_imported(self):
        orders, fields = self._import_template("en_US")
        self.assertEqual(
            fields,
            [
                "id",
                "partner_id",
                "customer_reference",
                "line_ids/sale_order_id",
                "line_ids/product_id",
                "line_ids/quantity",
                "line_ids/reason_id",
                "line_ids/resolution",
                "line_ids/goods_return",
                "line_ids/note",
            ],
        )
        self.assertRecordValues(
            orders,
            [
                {"customer_reference": "RMA-77", "partner_id": self.customer.id},
                {"customer_reference": "RMA-78", "partner_id": self.customer.id},
            ],
        )
        self.assertRecordValues(
            orders.line_ids,
            [
                {"product_id": product.id, "quantity": quantity, "resolution": ends}
                for product, quantity, ends in (
                    (self.product, 2, "refund"),
                    (self.product_on_order, 1, "refund"),
                    (self.product, 1, "replace"),
                )
            ],
        )
        orders.action_submit()
        self.assertEqual(set(orders.mapped("state")), {"submitted"})

    def test_the_template_in_chinese_can_be_imported_as_well(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"].search(
            [("name", "in", ("base_import", "sale_return_mgmt"))]
        )._update_translations(["zh_CN"])
        orders, fields = self._import_template("zh_CN")
        self.assertEqual(fields, self._import_template("en_US")[1])
        self.assertEqual(len(orders.line_ids), 3)
        english, chinese = map(self._read_template, ("en_US", "zh_CN"))
        for book in (english, chinese):  # the second sheet explains each column
            heads = [cell.value for cell in book.worksheets[0][1]]
            explained = [
                row[0].value for row in book.worksheets[1].iter_rows(min_row=2)
            ]
            self.assertEqual(explained[: len(heads)], heads)

    def test_a_csv_file_is_tested_then_imported(self):
        wizard, fields = self._open_csv(
            ["R-1", self.sold.name, "LAMP", "2.0", "UNWANTED"],
            ["", self.sold.name, "CHAIR", "1", "UNWANTED"],
        )
        tested = wizard.execute_import(fields, HEADS, dict(OPTIONS), dryrun=True)
        self.assertFalse(tested["messages"])
        self.assertFalse(
            self.env["sale.return.order"].search(
                [("partner_id", "=", self.customer.id)]
            )
        )
        order = self._get_loaded(wizard.execute_import(fields, HEADS, dict(OPTIONS)))
        self.assertEqual(order.line_ids.mapped("quantity"), [2, 1])

    def test_bad_rows_of_a_file_are_named(self):
        wizard, fields = self._open_csv(
            ["R-1", self.sold.name, "LAMP", "2", "UNWANTED"],
            ["", self.sold.name, "LAMP", "two", "UNWANTED"],
            ["R-2", "S-UNKNOWN", "CHAIR", "1", "UNWANTED"],
            ["R-3", self.sold.name, "CHAIR", "1", "NOSUCH"],
        )
        result = wizard.execute_import(fields, HEADS, dict(OPTIONS))
        self.assertFalse(result["ids"])
        self.assertEqual(
            [
                (message["rows"]["from"], message["field"], message["message"])
                for message in result["messages"]
            ],
            [
                (
                    1,
                    "line_ids",
                    "'two' does not seem to be a number for field "
                    "'Return Lines/Quantity'",
                ),
                (
                    2,
                    "line_ids/sale_order_id",
                    "Row 3: “S-UNKNOWN” was not found.",
                ),
                (
                    3,
                    "line_ids",
                    "Row 4: No matching record found for name 'NOSUCH' in field "
                    "'Return Lines/Reason'",
                ),
            ],
        )
        self.assertEqual(result["messages"][2]["field_path"], ["line_ids", "reason_id"])

    def test_columns_that_no_file_may_set_are_not_offered(self):
        wizard = self.env["base_import.import"].with_user(self.users["clerk"])
        fields = {
            field["name"]: field
            for field in wizard.get_fields_tree("sale.return.order")
        }
        lines = {field["name"] for field in fields["line_ids"]["fields"]}
        self.assertLessEqual({"sale_order_id", "sale_line_id", "lot_ids"}, lines)
        self.assertTrue(lines.isdisjoint({"quantity_approved", "state", "policy_id"}))
        self.assertTrue(fields.keys().isdisjoint({"state", "name", "amount_total"}))
