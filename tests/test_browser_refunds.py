"""Accounting pays customers back, by clicking, in Chromium."""

from clicks import fill, open_menu, press
from helpers import PRICE, RETURN, ask, get
from playwright.sync_api import expect


def test_accounting_pays_a_refund_and_proves_it(
    page_as, screenshot, company, users, tmp_path
):
    account = {"acc_number": "DE12 3456 7890", "partner_id": company.customer}
    company.admin("res.partner.bank", "create", account)
    sold = company.sell()  # what other tests sold has credit notes as well
    [invoice] = company.read("sale.order", sold.id, "invoice_ids")["invoice_ids"]
    context = {"active_model": "account.move", "active_ids": [invoice]}
    payment = company.admin("account.payment.register", "create", {}, context=context)
    company.admin(
        "account.payment.register", "action_create_payments", [payment], context=context
    )
    request = sold.request(2) | {
        "refund_method": "transfer",
        "bank_account": "DE1234567890",
    }
    asked = ask(users["clerk"], request)
    users["approver"](RETURN, "action_approve", [asked["id"]])
    [receipt] = get(users["clerk"], asked["id"])["transfers"]
    users["warehouse"]("stock.picking", "button_validate", [receipt["id"]])
    told = get(users["clerk"], asked["id"])
    assert [each["state"] for each in told["payments"]] == ["draft"]

    page = page_as("admin")
    open_menu(page, "Sales/Returns/Refunds to Pay")
    row = page.get_by_role("row").filter(has_text=asked["name"])
    expect(row).to_contain_text("DE12 3456 7890")
    screenshot(page, "refunds_to_pay")
    row.get_by_role("cell", name=company.customer_name).click()
    press(page, "Confirm")
    press(page, "Send Proof of Payment")
    dialog = page.get_by_role("dialog")
    proof = tmp_path / "bank_confirmation.txt"
    proof.write_text("Paid on the day")
    dialog.locator("input[type=file]").set_input_files(proof)
    expect(dialog).to_contain_text("bank_confirmation.txt")
    fill(dialog.locator("[name=note]"), "It should arrive tomorrow.")
    screenshot(page, "proof_dialog")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_have_count(0)
    page.locator("button[name=action_view_return_order]").click()
    page.get_by_role("tab", name="Settlement").click()
    expect(page.locator("[name=refund_payment_ids] .o_data_row")).to_contain_text(
        str(2 * PRICE)
    )
    expect(page.locator("[name=refund_proof_ids]")).to_contain_text(
        "bank_confirmation.txt"
    )
    page.locator("[name=refund_proof_ids]").scroll_into_view_if_needed()
    screenshot(page, "paid_back")
    told = get(users["clerk"], asked["id"])
    assert (told["refund_status"], told["payments"][0]["amount"]) == ("paid", 2 * PRICE)
