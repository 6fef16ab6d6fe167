"""Approvers decide and managers look after it, by clicking, in Chromium."""

from clicks import (
    expect_status,
    fill,
    fill_cell,
    open_details,
    open_menu,
    open_record,
    press,
    tick,
)
from helpers import PRICE, RETURN, ask, get
from playwright.sync_api import expect

LINE = "sale.return.order.line"


def test_an_approver_grants_less(page_as, screenshot, company, users, asked):
    page = page_as("return_approver")
    open_record(page, "Sales/Returns/To Approve", asked["name"])
    press(page, "Approve with Changes")
    dialog = page.get_by_role("dialog")
    rows = dialog.locator(".o_data_row")
    expect(rows).to_have_count(1)
    fill_cell(rows, "quantity", "1")
    fill_cell(rows, "percent", "80")
    fill(dialog.locator("[name=comment]"), "One is scratched, the other was used")
    screenshot(page, "grant_dialog")
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect_status(page, "Approved")
    page.get_by_role("tab", name="Approvals").click()
    expect(page.locator("[name=approval_ids] .o_data_row")).to_contain_text(
        "One is scratched, the other was used"
    )
    screenshot(page, "grant_approvals")
    [line] = get(users["clerk"], asked["id"])["lines"]
    told = company.read(LINE, line["id"], "quantity_approved", "credit_percent")
    assert (told["quantity_approved"], told["credit_percent"]) == (1, 80)
    told = company.read(RETURN, asked["id"], "amount_total")
    assert told["amount_total"] == round(0.8 * PRICE, 2)


def test_an_approver_approves_several_at_once(
    page_as, screenshot, company, users, sold
):
    asked = [ask(users["clerk"], sold.request(1)) for _ in range(3)]
    page = page_as("return_approver")
    open_menu(page, "Sales/Returns/To Approve")
    tick(page, asked[0]["name"], asked[1]["name"])
    screenshot(page, "several_ticked")
    page.locator(".o_control_panel").get_by_role(
        "button", name="Approve", exact=True
    ).click()
    expect(page.get_by_role("cell", name=asked[0]["name"])).to_have_count(0)
    expect(page.get_by_role("cell", name=asked[2]["name"])).to_be_visible()
    screenshot(page, "several_approved")
    states = [company.read(RETURN, each["id"], "state")["state"] for each in asked]
    assert states == ["approved", "approved", "submitted"]


def test_a_manager_settles_several_at_once(page_as, screenshot, company, users):
    lamp = company.create_product("Credited Lamp", "SKU-CREDITED")
    policy = {
        "name": "Credited by hand",
        "product_ids": [(6, 0, [lamp])],
        "refund_trigger": "manual",
    }
    company.admin("sale.return.policy", "create", policy)
    received = []
    for _ in range(2):
        asked = ask(users["clerk"], company.sell(2, lamp).request(1))
        users["approver"](RETURN, "action_approve", [asked["id"]])
        receipt = get(users["clerk"], asked["id"])["transfers"][0]["id"]
        users["warehouse"]("stock.picking", "button_validate", [receipt])
        received.append(asked)
    page = page_as("return_manager")
    open_menu(page, "Sales/Returns/Returns")
    tick(page, *(each["name"] for each in received))
    page.locator(".o_control_panel").get_by_role(
        "button", name="Settle", exact=True
    ).click()
    for each in received:
        row = page.get_by_role("row").filter(has_text=each["name"])
        expect(row).to_contain_text("Done")
        told = company.read(RETURN, each["id"], "refund_status", "amount_refunded")
        assert (told["refund_status"], told["amount_refunded"]) == ("paid", PRICE)
    screenshot(page, "several_settled")
    page.get_by_role("cell", name=received[0]["name"], exact=True).click()
    page.get_by_role("tab", name="Settlement").click()
    rows = page.locator("[name=settlement_line_ids] .o_data_row")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("123.45$ 123.45$ 123.45$ 123.45$ 0.00")
    screenshot(page, "settlement")
    rows.locator("button[name=action_view_refunds]").click()
    expect(page.get_by_text("RINV/").first).to_be_visible()


def test_a_manager_reads_and_changes_a_policy(page_as, screenshot, company):
    assert company.vase
    page = page_as("return_manager")
    open_details(page, "Sales/Returns/Return Policies", "Glass Vase: inspected")
    expect(page.locator("[name=product_ids]")).to_contain_text("Glass Vase")
    expect(page.locator("[name=requires_inspection] input")).to_have_value("Always")
    fill(page.locator("div[name=window_days]"), "21")
    page.get_by_role("tab", name="Inspection Instructions").click()
    expect(page.locator("div[name=inspection_instructions]")).to_contain_text(
        "Hold it against the light."
    )
    page.get_by_role("button", name="Save manually").click()
    expect(page.get_by_role("button", name="Save manually")).to_be_hidden()
    screenshot(page, "policy")
    policy = "sale.return.policy"
    [told] = company.admin(
        policy, "search_read", [("product_ids", "in", company.vase)], ["window_days"]
    )
    assert told["window_days"] == 21


def test_a_manager_reads_an_approval_level(page_as, screenshot):
    page = page_as("return_manager")
    open_details(page, "Sales/Returns/Approval Levels", "Approvers")
    expect(page.locator("[name=group_id] input")).to_have_value(
        "Sales Returns / Approver"
    )
    screenshot(page, "approval_level")


def test_a_manager_finds_what_has_stopped_and_sets_it_going(
    page_as, screenshot, users, approved
):
    receipt = approved["transfers"][0]["id"]
    users["warehouse"]("stock.picking", "action_cancel", [receipt])
    page = page_as("return_manager")
    open_menu(page, "Sales/Returns/Returns")
    page.locator(".o_searchview_dropdown_toggler").click()
    page.get_by_role("menuitemcheckbox", name="Exceptions", exact=True).click()
    expect(page.locator(".o_searchview_facet")).to_contain_text("Exceptions")
    screenshot(page, "exceptions")
    page.get_by_role("cell", name=approved["name"], exact=True).click()
    alert = page.get_by_role("alert").filter(has_text="does not go on by itself")
    expect(alert).to_contain_text("Storm Lantern")
    screenshot(page, "exception")
    press(page, "Retry")
    expect(alert).to_be_hidden()
    transfers = get(users["clerk"], approved["id"])["transfers"]
    assert sorted(each["state"] for each in transfers) == ["assigned", "cancel"]


def test_a_manager_verifies_the_event_log(page_as, screenshot, approved):
    page = page_as("return_manager")
    open_record(page, "Sales/Returns/Returns", approved["name"])
    page.get_by_role("tab", name="Event Log").click()
    expect(page.locator("[name=event_ids] .o_data_row td[name=type]")).to_have_text(
        ["Approved", "Submitted", "Created"]
    )
    page.get_by_role("button", name="Verify").click()
    expect(page.locator(".o_notification")).to_contain_text(
        "Nothing was changed or removed"
    )
    screenshot(page, "event_log")
