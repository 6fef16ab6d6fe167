"""Pictures of the day in the warehouse."""

from playwright.sync_api import expect

from .browser import fill_cell
from .screenshots_list import shot
from .screenshots_texts import BARCODES

WAREHOUSE = "return_warehouse"


def scan(studio, scene, *products):
    """At the dock: the slip of that return, then the products."""
    page, world = studio.page, studio.world
    page.goto("/odoo/action-sale_return_mgmt.sale_return_dock_action")
    for code in (world.name(scene), *(BARCODES[name] for name in products)):
        page.locator(".o_dock_code").press_sequentially(code, delay=30)
        page.locator(".o_dock_code").press("Enter")
        expect(page.locator(".o_dock_code")).to_have_value("")
        page.locator(".o_dock_leave").wait_for()


@shot(WAREHOUSE)
def expected_returns(studio):
    studio.open("stock_picking_action_expected")
    studio.page.locator(".o_data_row").first.wait_for()


@shot(WAREHOUSE, "tablet")
def dock(studio):
    scan(studio, "awaited", "lamp", "lamp", "blanket", "vase")


@shot(WAREHOUSE, "tablet")
def dock_inspection(studio):
    scan(studio, "to_inspect")
    studio.page.locator(".o_dock_split").first.click()
    studio.page.locator("[data-condition=damaged]").last.click()
    dock = studio.page.locator(".o_sale_return_dock")
    dock.evaluate("dock => dock.scrollTo(0, 0)")


@shot(WAREHOUSE, "phone")
def dock_phone(studio):
    scan(studio, "awaited", "lamp", "lamp")


@shot(WAREHOUSE)
def customer_returns(studio):
    studio.open("sale_return_order_action_receive")


@shot(WAREHOUSE, "form")
def receipt(studio):
    studio.open("sale_return_order_action_receive", studio.world["awaited"])
    studio.press("action_view_receipts")
    studio.page.locator("[name=move_ids] .o_data_row").first.wait_for()


@shot(WAREHOUSE, "form")
def discrepancy(studio):
    studio.open("sale_return_order_action_receive", studio.world["too_many"])


@shot(WAREHOUSE)
def inspection_dialog(studio):
    studio.open("sale_return_order_action_receive", studio.world["to_inspect"])
    dialog = studio.dialog("action_inspect")
    rows = dialog.locator(".o_data_row")
    fill_cell(rows.first, "quantity", "3")
    return dialog


@shot(WAREHOUSE, "form")
def inspections(studio):
    studio.open("sale_return_order_action_receive", studio.world["inspected"])
    studio.tab("inspections")
