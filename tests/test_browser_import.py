"""A clerk imports returns from the template of the import screen, in Chromium."""

import uuid

from clicks import open_menu
from openpyxl import load_workbook
from playwright.sync_api import expect


def test_a_clerk_imports_a_filled_in_template(
    page_as, screenshot, company, sold, tmp_path
):
    page = page_as("return_clerk")
    open_menu(page, "Sales/Returns/Returns")
    page.locator(".o_cp_action_menus button").first.click()
    page.get_by_role("menuitem", name="Import records").click()
    with page.expect_download() as download:
        page.get_by_text("Import Template for Returns").click()
    file = tmp_path / "returns.xlsx"
    download.value.save_as(file)
    reference = uuid.uuid4().hex[:8]

    def fill_in(*orders):
        """One return, with a row for each order."""
        book = load_workbook(file)
        sheet = book.worksheets[0]
        sheet.delete_rows(2, sheet.max_row)
        for order in orders:
            row = ["", "", "", order, company.sku, 2, "UNWANTED"]
            if order == orders[0]:
                row[:3] = [f"SHOP-{reference}", "", reference]
            sheet.append(row)
        book.save(file)
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Data File").click()
        # the preview of the file before stays on screen until this answer: what is
        # tested before it is forgotten with it
        with page.expect_response("**/base_import.import/parse_preview"):
            chooser.value.set_files(file)
        expect(page.locator(".o_blockUI")).to_have_count(0)
        expect(page.locator(".o_import_data_content")).to_contain_text(
            "Return Lines/Sales Order"
        )

    fill_in(sold.name, "S99999")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator(".o_import_action")).to_contain_text(
        "Row 2: “S99999” was not found."
    )
    screenshot(page, "import")
    fill_in(sold.name)
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator(".o_import_action")).to_contain_text("Everything seems valid.")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".o_list_view")).to_contain_text(company.customer_name)
    [order] = company.admin(
        "sale.return.order",
        "search_read",
        [("customer_reference", "=", reference)],
        ["state", "channel", "partner_id"],
    )
    assert (order["state"], order["channel"]) == ("draft", "import")
    assert order["partner_id"][1] == company.customer_name
