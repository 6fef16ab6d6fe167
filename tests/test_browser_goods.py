"""Inspections, and parcels that nobody announced: by clicking, in Chromium."""

import pytest
from clicks import (
    expect_status,
    fill,
    fill_cell,
    open_menu,
    open_record,
    pick,
    pick_cell,
    press,
    tick,
)
from helpers import PRICE, RETURN, ask, get
from playwright.sync_api import expect

INSPECTION = "sale.return.inspection"
CUSTOMER_RETURNS = "Inventory/Returns/Customer Returns"
PARCELS = "Sales/Returns/Unannounced Parcels"


@pytest.fixture
def vases(company):
    """Five vases, Sold."""
    return company.sell(5, company.vase)


@pytest.fixture
def awaited(users, vases):
    """An approved return of four of them, as api_get answers it."""
    asked = ask(users["clerk"], vases.request(4))
    users["approver"](RETURN, "action_approve", [asked["id"]])
    return get(users["clerk"], asked["id"])


@pytest.fixture
def parcel(users, company):
    """The number of a parcel with two vases that the warehouse has received."""
    [warehouse] = company.admin(
        "stock.warehouse", "search_read", [], ["sale_return_type_id"], limit=1
    )
    move = {"product_id": company.vase, "product_uom_qty": 2, "quantity": 2}
    picking = users["warehouse"](
        "stock.picking",
        "create",
        {
            "picking_type_id": warehouse["sale_return_type_id"][0],
            "partner_id": company.customer,
            "return_tracking_ref": "1Z-AX-4712",
            "move_ids": [(0, 0, move)],
        },
    )
    users["warehouse"]("stock.picking", "button_validate", [picking])
    return "1Z-AX-4712"


def read_facts(company, return_id):
    """What the inspections of a return say, in the order they were made."""
    return company.admin(
        INSPECTION,
        "search_read",
        [("order_id", "=", return_id)],
        ["quantity", "disposition_id", "condition", "note", "move_ids"],
        order="id",
    )


def read_destinations(company, facts):
    """How much went to locations of which usage."""
    moves = [move for fact in facts for move in fact["move_ids"]]
    rows = company.admin(
        "stock.move", "read", moves, ["quantity", "location_dest_usage", "state"]
    )
    assert {row["state"] for row in rows} == {"done"}
    return {row["location_dest_usage"]: row["quantity"] for row in rows}


def test_the_warehouse_inspects_what_came(page_as, screenshot, company, awaited):
    page = page_as("return_warehouse")
    open_record(page, CUSTOMER_RETURNS, awaited["name"])
    press(page, "Receive Goods")
    press(page, "Validate")
    expect_status(page, "Done")
    told = company.read(RETURN, awaited["id"], "inspection_status", "refund_status")
    assert (told["inspection_status"], told["refund_status"]) == ("pending", "none")
    page.locator(".breadcrumb").get_by_text(awaited["name"]).click()
    press(page, "Inspect")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Hold it against the light.")
    rows = dialog.locator(".o_data_row")
    expect(rows).to_have_count(1)
    fill_cell(rows.first, "quantity", "3")
    dialog.get_by_role("button", name="Add a line").click()
    expect(rows).to_have_count(2)
    pick_cell(rows.last, "line_id", "[SKU-VASE] Glass Vase")
    fill_cell(rows.last, "quantity", "1")
    pick_cell(rows.last, "disposition_id", "Scrapped")
    rows.last.locator("td[name=condition]").click()
    page.get_by_role("menuitem", name="Damaged").click()
    fill_cell(rows.last, "note", "Hairline crack")
    screenshot(page, "inspection_dialog")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).to_have_count(0)
    expect_status(page, "Done")
    page.get_by_role("tab", name="Inspections").click()
    facts = page.locator("[name=inspection_ids] .o_data_row")
    expect(facts).to_have_count(2)
    expect(facts.filter(has_text="Scrapped")).to_contain_text("Hairline crack")
    expect(facts.filter(has_text="Back to stock")).to_contain_text("3.00")
    screenshot(page, "inspections")
    told = company.read(
        RETURN, awaited["id"], "inspection_status", "refund_status", "amount_refunded"
    )
    assert (told["inspection_status"], told["refund_status"]) == ("done", "paid")
    assert told["amount_refunded"] == 4 * PRICE
    facts = read_facts(company, awaited["id"])
    found = [
        (fact["quantity"], fact["disposition_id"][1], fact["condition"], fact["note"])
        for fact in facts
    ]
    assert found == [
        (3, "Back to stock", "as_new", False),
        (1, "Scrapped", "damaged", "Hairline crack"),
    ]
    assert read_destinations(company, facts) == {"internal": 3, "inventory": 1}


def test_the_warehouse_undoes_an_inspection(
    page_as, screenshot, company, users, awaited
):
    receipt = awaited["transfers"][0]["id"]
    users["warehouse"]("stock.picking", "button_validate", [receipt])
    users["warehouse"](RETURN, "action_inspect_all", [awaited["id"]])
    page = page_as("return_warehouse")
    open_menu(page, CUSTOMER_RETURNS)
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("cell", name=awaited["name"], exact=True).click()
    page.get_by_role("tab", name="Inspections").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_in_viewport(ratio=1)
    undo.click()
    page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    expect(page.locator("[name=inspection_ids] .o_data_row")).to_have_count(2)
    expect_status(page, "Approved")
    screenshot(page, "inspection_undone")
    assert [fact["quantity"] for fact in read_facts(company, awaited["id"])] == [4, -4]
    told = company.read(RETURN, awaited["id"], "inspection_status", "state")
    assert (told["inspection_status"], told["state"]) == ("pending", "approved")


def test_an_unannounced_parcel_becomes_a_return(
    page_as, screenshot, company, users, vases
):
    dock = page_as("return_warehouse")
    dock.get_by_title("Home Menu").click()
    dock.get_by_role("menuitem", name="Inventory", exact=True).click()
    card = dock.locator(".o_kanban_record").filter(has_text="Returns")
    card.get_by_text("Returns", exact=True).click()
    dock.get_by_role("button", name="New", exact=True).click()
    pick(dock, "partner_id", company.customer_name)
    fill(dock.locator("[name=return_tracking_ref]"), "1Z-AX-4711")
    dock.get_by_role("button", name="Add a Product").click()
    row = dock.locator("[name=move_ids] .o_data_row")
    fill_cell(row, "product_id", "SKU-VASE")
    dock.get_by_role("option").filter(has_text="Glass Vase").click()
    fill_cell(row, "product_uom_qty", "2")
    press(dock, "Validate")
    expect_status(dock, "Done")
    screenshot(dock, "parcel_received")

    desk = page_as("return_clerk")
    open_menu(desk, PARCELS)
    tick(desk, "1Z-AX-4711")
    screenshot(desk, "parcels")
    desk.get_by_role("button", name="Create Return").click()
    expect_status(desk, "Draft")
    expect(desk.locator("[name=line_ids] .o_data_row")).to_contain_text(vases.name)
    pick(desk, "reason_id", "No longer wanted")
    press(desk, "Submit")
    expect_status(desk, "To Approve")
    screenshot(desk, "parcel_return")
    [asked] = company.read("sale.order", vases.id, "return_order_ids")[
        "return_order_ids"
    ]
    users["approver"](RETURN, "action_approve", [asked])
    told = get(users["clerk"], asked)
    assert (told["receipt_status"], told["inspection_status"]) == ("full", "pending")
    assert told["tracking"] == "1Z-AX-4711"
    assert [line["quantity_received"] for line in told["lines"]] == [2]


def test_a_clerk_adds_an_unannounced_parcel_to_a_return(
    page_as, screenshot, company, awaited, parcel
):
    page = page_as("return_clerk")
    open_menu(page, PARCELS)
    tick(page, parcel)
    page.get_by_role("button", name="Add to a Return").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".o_data_row")).to_contain_text("Glass Vase")
    pick(dialog, "order_id", awaited["name"])
    screenshot(page, "parcel_dialog")
    dialog.get_by_role("button", name="Add to Return").click()
    expect_status(page, "Approved")
    screenshot(page, "parcel_added")
    told = company.read(RETURN, awaited["id"], "receipt_status", "line_ids")
    assert told["receipt_status"] == "partial"
    [line] = told["line_ids"]
    told = company.read("sale.return.order.line", line, "quantity_received")
    assert told["quantity_received"] == 2
    open_menu(page, PARCELS)
    expect(page.locator(".o_list_view")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=parcel)).to_have_count(0)
