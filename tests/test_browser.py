"""Each role does its part of a return by clicking, in Chromium.

The fixture page_as fails a test whose pages log an error on the browser's console.
"""

import pytest
from clicks import expect_status, open_record, pick, press, tab_stops
from helpers import PRICE, RETURN, get
from playwright.sync_api import expect


@pytest.fixture
def finished(users, approved):
    receipt = approved["transfers"][0]["id"]
    users["warehouse"]("stock.picking", "button_validate", [receipt])
    return get(users["clerk"], approved["id"])


def test_a_clerk_returns_a_delivered_order(page_as, screenshot, company):
    sold = company.sell(5)
    page = page_as("return_clerk")
    open_record(page, "Sales/Returns/Sales Orders", sold.name)
    press(page, "Return")
    expect(page.locator("[name=line_ids] .o_data_row")).to_have_count(1)
    # By keyboard alone: who, why, how, then the goods.
    page.locator("[name=partner_id] input").focus()
    assert tab_stops(page, 12) == [
        "partner_shipping_id",
        "customer_reference",
        "reason_id",
        "legal_basis",
        "date_request",
        "refund_method",
        "carrier_tracking_ref",
        "Return Lines",
        "Other Information",
        "Add from Deliveries",
        "line_ids",
        "attachment_ids",
    ]
    pick(page, "reason_id", "No longer wanted")
    page.get_by_role("button", name="Save manually").click()
    expect(page.locator(".oe_title")).to_contain_text("RET/")
    expect_status(page, "Draft")
    screenshot(page, "clerk_draft")
    # The buttons of the header are on the way back from the first field.
    page.locator("[name=partner_id] input").focus()
    stops = tab_stops(page, 6, "Shift+Tab")
    assert "Submit" in stops, stops
    for _stop in stops[stops.index("Submit") + 1 :]:
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_status(page, "To Approve")
    screenshot(page, "clerk_submitted")
    [asked] = company.read("sale.order", sold.id, "return_order_ids")[
        "return_order_ids"
    ]
    told = company.read(RETURN, asked, "state", "amount_total", "submitted_by_id")
    assert (told["state"], told["amount_total"]) == ("submitted", 5 * PRICE)
    assert told["submitted_by_id"][1] == "Clara Hoffmann"


def test_the_counter_is_gone_through_by_keyboard(page_as):
    page = page_as("return_clerk")
    page.goto("/odoo/action-sale_return_mgmt.sale_return_order_action_counter")
    page.locator("[name=partner_id] input").focus()
    assert tab_stops(page, 11) == [
        "partner_shipping_id",
        "customer_reference",
        "reason_id",
        "legal_basis",
        "date_request",
        "refund_method",
        "carrier_tracking_ref",
        "Return Lines",
        "Other Information",
        "line_ids",
        "attachment_ids",
    ]
    # What is scanned comes first of all, and before it the buttons.
    page.locator("[name=partner_id] input").focus()
    assert tab_stops(page, 2, "Shift+Tab") == ["goods_sought", "Submit"]


def test_an_approver_approves_what_waits(page_as, screenshot, company, asked):
    page = page_as("return_approver")
    open_record(page, "Sales/Returns/To Approve", asked["name"])
    expect_status(page, "To Approve")
    screenshot(page, "approver_before")
    press(page, "Approve")
    expect_status(page, "Approved")
    screenshot(page, "approver_after")
    told = company.read(RETURN, asked["id"], "state", "receipt_status", "picking_ids")
    assert (told["state"], told["receipt_status"]) == ("approved", "pending")
    assert len(told["picking_ids"]) == 1


def test_a_clerk_is_offered_no_approval(page_as, asked):
    page = page_as("return_clerk")
    open_record(page, "Sales/Returns/Returns", asked["name"])
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)


def test_the_warehouse_receives_the_goods(page_as, screenshot, company, approved):
    page = page_as("return_warehouse")
    open_record(page, "Inventory/Returns/Customer Returns", approved["name"])
    screenshot(page, "warehouse_return")
    assert str(2 * PRICE) not in page.inner_text(".o_form_view")
    press(page, "Receive Goods")
    press(page, "Validate")
    expect_status(page, "Done")
    screenshot(page, "warehouse_received")
    told = company.read(
        RETURN, approved["id"], "state", "receipt_status", "refund_status"
    )
    assert (told["state"], told["receipt_status"]) == ("done", "full")
    assert told["refund_status"] == "paid"  # set off against the open invoice


def test_a_manager_reads_the_finished_return_and_its_credit_note(
    page_as, screenshot, finished
):
    page = page_as("return_manager")
    open_record(page, "Sales/Returns/Returns", finished["name"])
    expect_status(page, "Done")
    expect(page.locator("[name=amount_refunded]")).to_contain_text(str(2 * PRICE))
    screenshot(page, "manager_return")
    page.get_by_role("button", name="Credit Notes").click()
    expect(page.locator(".oe_title")).to_contain_text(
        finished["credit_notes"][0]["name"]
    )
    expect_status(page, "Posted")
    screenshot(page, "manager_credit_note")


def test_a_viewer_sees_a_return_without_buttons(page_as, screenshot, asked):
    page = page_as("return_viewer")
    open_record(page, "Sales/Returns/Returns", asked["name"])
    expect_status(page, "To Approve")
    expect(page.locator("div[name=amount_total]:visible").first).to_contain_text(
        str(2 * PRICE)
    )
    expect(page.locator(".o_statusbar_buttons button:visible")).to_have_count(0)
    expect(page.get_by_role("button", name="New", exact=True)).to_have_count(0)
    expect(page.locator(".o_form_readonly")).to_be_visible()
    screenshot(page, "viewer")
