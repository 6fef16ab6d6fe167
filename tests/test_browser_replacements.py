"""Goods are replaced and fees are kept back, by clicking, in Chromium."""

import pytest
from clicks import expect_status, fill, fill_cell, open_record, pick, pick_cell, press
from helpers import PRICE, RETURN, ask, get
from playwright.sync_api import expect

CUSTOMER_RETURNS = "Inventory/Returns/Customer Returns"
RETURNS = "Sales/Returns/Returns"


def expect_clock(page, field, text):
    """One of the form's badges says how far the return is."""
    expect(page.locator(f".o_form_view [name={field}]").first).to_have_text(text)


@pytest.fixture
def unreplaceable(company, users):
    """A return whose only piece was replaced by none: it came back broken, and no other
    is in stock. As api_get answers it."""
    kettle = company.create_stored("Copper Kettle", "SKU-KETTLE", 1)
    [scrapped] = company.admin(
        "sale.return.disposition", "search", [("kind", "=", "scrap")], limit=1
    )
    reason = {
        "code": "BROKEN",
        "name": "BROKEN",
        "category": "quality",
        "liable_party": "carrier",
        "default_disposition_id": scrapped,
    }
    company.admin("sale.return.reason", "create", reason)
    policy = {
        "name": "Kettles are inspected",
        "product_ids": [(6, 0, [kettle])],
        "requires_inspection": "yes",
    }
    company.admin("sale.return.policy", "create", policy)
    request = company.sell(1, kettle).request()
    request["lines"][0] |= {"reason": "BROKEN", "resolution": "replace"}
    asked = ask(users["clerk"], request)["id"]
    users["approver"](RETURN, "action_approve", [asked])
    [receipt] = get(users["clerk"], asked)["transfers"]
    users["warehouse"]("stock.picking", "button_validate", [receipt["id"]])
    users["warehouse"](RETURN, "action_inspect_all", [asked])
    return get(users["clerk"], asked)


def test_one_line_is_replaced_and_another_credited(page_as, screenshot, company, users):
    mug = company.create_product("Enamel Mug", "SKU-MUG")
    lines = [
        (0, 0, {"product_id": product, "product_uom_qty": 2})
        for product in (company.product, mug)
    ]
    sold = company.sell(order_line=lines)
    desk = page_as("return_clerk")
    open_record(desk, "Sales/Returns/Sales Orders", sold.name)
    press(desk, "Return")
    pick(desk, "reason_id", "No longer wanted")
    rows = desk.locator("[name=line_ids] .o_data_row")
    expect(rows).to_have_count(2)
    pick_cell(rows.first, "resolution", "Replacement", role="menuitem")
    expect(rows.first.locator("td[name=price_subtotal]")).to_contain_text("0.00")
    expect(rows.last.locator("td[name=resolution]")).to_have_text("Credit")
    screenshot(desk, "resolution")
    press(desk, "Submit")
    expect_status(desk, "To Approve")
    expect(desk.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(desk.get_by_role("button", name="Set Fee")).to_have_count(0)
    name = desk.locator(".oe_title h1").inner_text()
    screenshot(desk, "replacement_submitted")

    page = page_as("return_approver")
    open_record(page, "Sales/Returns/To Approve", name)
    expect(page.locator("div[name=amount_total]:visible").first).to_contain_text(
        str(2 * PRICE)
    )
    expect(page.locator("[name=amount_exchanged]")).to_contain_text(str(2 * PRICE))
    press(page, "Approve")
    expect_status(page, "Approved")
    expect_clock(page, "replacement_status", "To Replace")

    dock = page_as("return_warehouse")
    open_record(dock, CUSTOMER_RETURNS, name)
    press(dock, "Receive Goods")
    press(dock, "Validate")
    expect_status(dock, "Done")
    dock.locator(".breadcrumb").get_by_text(name).click()
    expect_clock(dock, "receipt_status", "Received")
    expect_clock(dock, "replacement_status", "To Replace")
    screenshot(dock, "replacement_due")
    dock.locator("button[name=action_view_pickings]").click()
    delivery = dock.get_by_role("row").filter(has_text="/OUT/")
    expect(delivery).to_contain_text("Ready")
    screenshot(dock, "replacement_transfers")
    delivery.get_by_role("cell").nth(2).click()
    expect(dock.locator("[name=move_ids] .o_data_row")).to_contain_text("Storm Lantern")
    screenshot(dock, "replacement_delivery")
    press(dock, "Validate")
    expect_status(dock, "Done")
    dock.locator(".breadcrumb").get_by_text(name).click()
    expect_clock(dock, "replacement_status", "Replaced")
    expect_status(dock, "Done")
    screenshot(dock, "replaced_dock")

    desk.reload()
    expect_clock(desk, "replacement_status", "Replaced")
    screenshot(desk, "replaced")
    told = get(users["clerk"], name)
    assert (told["state"], told["amount_refunded"]) == ("done", 2 * PRICE)
    found = [
        (line["quantity_replaced"], line["quantity_refunded"]) for line in told["lines"]
    ]
    assert found == [(2, 0), (0, 2)]
    [sent] = told["replacements"]["transfers"]
    assert sent["state"] == "done"


def test_a_manager_sets_a_fee(page_as, screenshot, users, company):
    # Of an order of its own: what others took of one shares the cents.
    asked = ask(users["clerk"], company.sell(5).request(2))
    page = page_as("return_manager")
    open_record(page, RETURNS, asked["name"])
    press(page, "Set Fee")
    dialog = page.get_by_role("dialog")
    rows = dialog.locator(".o_data_row")
    expect(rows).to_have_count(1)
    fill_cell(rows, "percent", "10")
    fill(dialog.locator("[name=reason]"), "The boxes were opened")
    screenshot(page, "fee_dialog")
    dialog.get_by_role("button", name="Set Fee").click()
    expect(dialog).to_have_count(0)
    fee = round(0.1 * 2 * PRICE, 2)
    left = round(2 * PRICE - fee, 2)
    page.get_by_role("tab", name="Return Lines").click()
    expect(page.locator("[name=line_ids] td[name=price_fee]")).to_contain_text(str(fee))
    expect(page.locator("div[name=amount_fee]:visible")).to_contain_text(str(fee))
    expect(page.locator("div[name=amount_total]:visible").first).to_contain_text(
        str(left)
    )
    screenshot(page, "fee")
    told = get(users["clerk"], asked["id"])
    assert (told["amount_fee"], told["amount_total"]) == (fee, left)


def test_a_manager_credits_what_cannot_be_replaced(
    page_as, screenshot, company, users, unreplaceable
):
    assert unreplaceable["amount_refunded"] == 0
    page = page_as("return_manager")
    open_record(page, RETURNS, unreplaceable["name"])
    expect_clock(page, "replacement_status", "To Replace")
    screenshot(page, "credit_instead_before")
    press(page, "Credit Instead")
    dialog = page.get_by_role("dialog")
    fill(dialog.locator("[name=explanation]"), "It is not made any more")
    screenshot(page, "credit_instead_dialog")
    dialog.get_by_role("button", name="Credit Instead").click()
    expect_status(page, "Done")
    expect(page.locator("[name=replacement_status]")).to_have_count(0)
    expect(page.locator("[name=amount_refunded]")).to_contain_text(str(PRICE))
    screenshot(page, "credited_instead")
    told = get(users["clerk"], unreplaceable["id"])
    assert (told["refund_status"], told["amount_refunded"]) == ("paid", PRICE)
    [sent] = told["replacements"]["transfers"]
    assert sent["state"] == "cancel"
