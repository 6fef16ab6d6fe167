import io

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from odoo import api, models

# Measures of the returns analysis, of which some are no reader's.
QUANTITIES = ("quantity", "quantity_received", "quantity_accepted", "quantity_refunded")
AMOUNTS = (
    "amount_returned",
    "amount_delivery",
    "amount_cost",
    "amount_written_off",
    "amount_fee",
    "amount_goods",
    "amount_recovered",
    "amount_retained",
    "amount_loss",
)


class SaleReturnWorkbook(models.AbstractModel):
    """The analysis of a period as a workbook: what was counted as numbers, what is
    computed of them as formulas."""

    _name = "sale.return.workbook"
    _description = "Workbook of Returns"

    @api.model
    def _make(self, analysis):
        """:return: the XLSX file of a ``sale.return.analysis``, as bytes"""
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
            # Names of customers and products are texts, also those that begin with "=".
            formats = {
                "head": book.add_format(
                    {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
                ),
                "bold": book.add_format({"bold": True, "top": 1}),
                "number": book.add_format({"num_format": "#,##0.00"}),
                "total": book.add_format(
                    {"num_format": "#,##0.00", "bold": True, "top": 1}
                ),
                "percent": book.add_format({"num_format": "0.0%"}),
                "rate": book.add_format({"num_format": "0.0%", "bold": True, "top": 1}),
            }
            self._add_rates(book, formats, analysis)
            self._add_reasons(book, formats, analysis)
            self._add_returns(book, formats, analysis)
        return content.getvalue()

    # === SHEETS === #

    @api.model
    def _add_rates(self, book, formats, analysis):
        """Sold and returned by product, with the rates as formulas."""
        names = ["quantity_delivered", "quantity_returned"]
        if self.env["sale.return.dashboard"]._has_money():
            names += ["amount_invoiced", "amount_credited"]
        report = self.env["sale.return.rate.report"]
        rows = report._read_group(
            analysis._get_rate_domain(),
            ["product_id"],
            [f"{name}:sum" for name in names],
        )
        sheet = book.add_worksheet(self.env._("Return Rates"))
        labels = [report._fields[name]._description_string(self.env) for name in names]
        pairs = [(1, 2, self.env._("Return Rate"))]
        if len(names) > 2:
            pairs.append((3, 4, self.env._("Value Return Rate")))
        heads = [self.env._("Product"), *labels, *(name for _a, _b, name in pairs)]
        self._start(sheet, heads, formats)
        for number, (product, *values) in enumerate(rows, 1):
            sheet.write_string(number, 0, product.display_name or self.env._("None"))
            for column, value in enumerate(values, 1):
                sheet.write_number(number, column, value or 0.0, formats["number"])
            self._write_rates(sheet, number, pairs, len(heads), formats["percent"])
        last = len(rows) + 1
        self._write_totals(sheet, last, range(1, len(names) + 1), formats)
        self._write_rates(sheet, last, pairs, len(heads), formats["rate"])

    @api.model
    def _add_reasons(self, book, formats, analysis):
        """What came back by reason, most first, with shares as formulas."""
        rows = self.env["sale.return.report"]._read_group(
            analysis._get_report_domain(), ["reason_id"], ["quantity_received:sum"]
        )
        rows = sorted(
            ((reason, value) for reason, value in rows if (value or 0.0) > 0),
            key=lambda row: -row[1],
        )
        sheet = book.add_worksheet(self.env._("Reasons"))
        heads = [
            self.env._("Reason"),
            self.env._("Received"),
            self.env._("Share"),
            self.env._("Together"),
        ]
        self._start(sheet, heads, formats)
        last = len(rows) + 1
        total = xl_rowcol_to_cell(last, 1, row_abs=True, col_abs=True)
        for number, (reason, value) in enumerate(rows, 1):
            sheet.write_string(number, 0, reason.display_name or self.env._("None"))
            sheet.write_number(number, 1, value, formats["number"])
            own = xl_rowcol_to_cell(number, 1)
            sheet.write_formula(number, 2, f"={own}/{total}", formats["percent"])
            first = xl_rowcol_to_cell(1, 1, row_abs=True)
            sheet.write_formula(
                number, 3, f"=SUM({first}:{own})/{total}", formats["percent"]
            )
        self._write_totals(sheet, last, [1], formats)

    @api.model
    def _add_returns(self, book, formats, analysis):
        """Quantities and amounts by month, reason and product."""
        report = self.env["sale.return.report"]
        names = [*QUANTITIES]
        if self.env["sale.return.dashboard"]._has_money():
            names += AMOUNTS
        else:
            names.remove("quantity_refunded")
        rows = report._read_group(
            analysis._get_report_domain(),
            ["date_request:month", "reason_id", "product_id"],
            [f"{name}:sum" for name in names],
        )
        sheet = book.add_worksheet(self.env._("Returns"))
        heads = [
            self.env._("Month"),
            self.env._("Reason"),
            self.env._("Product"),
            *(report._fields[name]._description_string(self.env) for name in names),
        ]
        self._start(sheet, heads, formats)
        for number, (month, reason, product, *values) in enumerate(rows, 1):
            sheet.write_string(number, 0, f"{month:%Y-%m}")
            sheet.write_string(number, 1, reason.display_name or "")
            sheet.write_string(number, 2, product.display_name or "")
            for column, value in enumerate(values, 3):
                # Costs that nobody recorded are an empty cell.
                if value is not None and value is not False:
                    sheet.write_number(number, column, value, formats["number"])
        self._write_totals(sheet, len(rows) + 1, range(3, len(heads)), formats)

    # === CELLS === #

    @api.model
    def _start(self, sheet, heads, formats):
        sheet.write_row(0, 0, heads, formats["head"])
        sheet.set_column(0, len(heads) - 1, 16)
        sheet.set_column(0, 0, 36)
        sheet.freeze_panes(1, 1)

    @api.model
    def _write_totals(self, sheet, row, columns, formats):
        sheet.write_string(row, 0, self.env._("Total"), formats["bold"])
        for column in columns:
            letter = xl_col_to_name(column)
            formula = f"=SUM({letter}2:{letter}{row})" if row > 1 else "=0"
            sheet.write_formula(row, column, formula, formats["total"])

    @api.model
    def _write_rates(self, sheet, row, pairs, width, style):
        """What came back by what was sold, in the last columns."""
        for number, (whole, part, _name) in enumerate(pairs):
            sold, returned = (xl_rowcol_to_cell(row, cell) for cell in (whole, part))
            sheet.write_formula(
                row,
                width - len(pairs) + number,
                f'=IF({sold}=0,"",{returned}/{sold})',
                style,
            )
