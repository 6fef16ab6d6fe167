"""Pictures of the day in the warehouse."""

from .browser import fill_cell
from .screenshots_list import shot

WAREHOUSE = "return_warehouse"


@shot(WAREHOUSE)
def inventory_overview(studio):
    studio.open("stock.stock_picking_type_action")


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
