"""Pictures of the clerk's day."""

import re

from openpyxl import load_workbook
from playwright.sync_api import expect

from .places import ADDONS
from .screenshots_list import shot

TEMPLATES = {"en_US": "returns.xlsx", "zh_CN": "returns_zh_CN.xlsx"}

CLERK = "return_clerk"


@shot(CLERK)
def returns_list(studio):
    studio.open("sale_return_order_action")


@shot(CLERK)
def returns_kanban(studio):
    studio.open("sale_return_order_action")
    studio.page.locator(".o_switch_view.o_kanban").click()
    studio.page.locator(".o_kanban_record").first.wait_for()


@shot(CLERK)
def returns_calendar(studio):
    studio.open("sale_return_order_action")
    studio.page.locator(".o_switch_view.o_calendar").click()
    studio.page.locator(".o_calendar_view .fc-event").first.wait_for()


@shot("admin", "form")
def customer(studio):
    studio.open("base.action_partner_form", studio.world.id("partner_larkspur"))


@shot(CLERK, "form")
def sale_order_button(studio):
    studio.open("sale_order_action_return", studio.world["order"])


@shot(CLERK, "form")
def not_returnable(studio):
    studio.open("sale_order_action_return", studio.world["partly_back"])
    studio.press("action_create_return")
    studio.tab("unreturnable")


@shot(CLERK)
def add_deliveries(studio):
    studio.open("sale_return_order_action", studio.world["draft"])
    return studio.dialog("action_add_deliveries")


@shot(CLERK, "form")
def warnings(studio):
    studio.open("sale_return_order_action", studio.world["warned"])


@shot(CLERK, "form")
def return_form(studio):
    studio.open("sale_return_order_action", studio.world["draft"])


@shot(CLERK, "form")
def mail_draft(studio):
    studio.open("sale_return_order_action", studio.world["mailed"])


@shot(CLERK, "form")
def replacement(studio):
    studio.open("sale_return_order_action", studio.world["replaced"])


@shot(CLERK, "form")
def import_file(studio):
    world = studio.world
    name = TEMPLATES[world.language]
    book = load_workbook(ADDONS / "sale_return_mgmt" / "static" / "xlsx" / name)
    sheet = book.worksheets[0]
    sheet.delete_rows(2, sheet.max_row)
    sheet.append(["SHOP-1", "", "C-5001", "S00030", "LAMP-01", 2, "DEFECT"])
    sheet.append(["", "", "", "S99999", "BLANKET-03", 1, "LATE"])
    file = world.folder / name
    book.save(file)
    page = studio.page
    studio.open("sale_return_order_action")
    page.locator(".o_cp_action_menus button").first.click()
    page.locator(".o_import_menu").click()
    with page.expect_file_chooser() as chooser:
        page.locator(".o_import_file").first.click()
    chooser.value.set_files(file)
    page.locator(".o_import_data_content").wait_for()
    page.locator(".o_control_panel_main_buttons .btn-primary:visible").first.click()
    expect(page.locator(".o_import_data_content")).to_contain_text(
        re.compile("[“「]S99999")
    )


@shot("return_manager", "form")
def counter(studio):
    studio.open("sale_return_order_action_counter")
    box = studio.page.locator("[name=goods_sought] input")
    box.fill(studio.world["receipt"])
    box.press("Enter")
    studio.page.locator("[name=line_ids] .o_data_row").first.wait_for()


@shot(CLERK)
def parcels(studio):
    studio.open("sale_return_parcel_line_action")
    studio.page.locator(".o_data_row input[type=checkbox]").first.check()


@shot(CLERK)
def parcel_dialog(studio):
    parcels.take(studio)
    return studio.dialog("action_attach")


@shot(CLERK, "form")
def return_rejected(studio):
    studio.open("sale_return_order_action", studio.world["rejected"])


@shot(CLERK, "form")
def return_slip(studio):
    name = "sale_return_mgmt.report_return_slip"
    studio.page.goto(f"/report/html/{name}/{studio.world['awaited']}")


@shot(CLERK, "form")
def return_label(studio):
    name = "sale_return_mgmt.report_return_label"
    studio.page.goto(f"/report/html/{name}/{studio.world['awaited']}")


@shot(CLERK, "form")
def goods_receipt(studio):
    name = "sale_return_mgmt_report.report_goods_receipt"
    studio.page.goto(f"/report/html/{name}/{studio.world['inspected']}")


@shot(CLERK, "form")
def inspection_report(studio):
    name = "sale_return_mgmt_report.report_inspection"
    studio.page.goto(f"/report/html/{name}/{studio.world['inspected']}")


@shot(CLERK, "form")
def settlement_statement(studio):
    name = "sale_return_mgmt_report.report_settlement"
    studio.page.goto(f"/report/html/{name}/{studio.world['paid_back']}")
