"""Pictures of the accountant's day."""

from .browser import fill
from .screenshots_list import shot

ACCOUNTANT = "admin"


@shot(ACCOUNTANT)
def settlements(studio):
    studio.open("sale_return_order_action_settlement")


@shot(ACCOUNTANT, "form")
def credit_note(studio):
    action = "account.action_move_out_refund_type"
    studio.open(action, studio.world["credit_note"])


@shot(ACCOUNTANT, "form")
def credit_note_print(studio):
    name = "account.report_invoice_with_payments"
    studio.page.goto(f"/report/html/{name}/{studio.world['credit_note']}")


@shot(ACCOUNTANT)
def refunds_to_pay(studio):
    studio.open("account_payment_action_refund")


@shot(ACCOUNTANT)
def without_proof(studio):
    studio.open("account_payment_action_without_proof")


@shot(ACCOUNTANT)
def proof_dialog(studio):
    studio.open("account_payment_action_refund", studio.world["payment"])
    dialog = studio.dialog("action_send_return_proof")
    file = studio.world.folder / studio.text("proof_file")
    file.write_text("%PDF")
    dialog.locator("input[type=file]").first.set_input_files(file)
    dialog.get_by_text(studio.text("proof_file")).first.wait_for()
    fill(dialog.locator("[name=note]"), studio.text("proof"))
    return dialog


@shot(ACCOUNTANT, "form")
def paid_back(studio):
    studio.open("sale_return_order_action", studio.world["paid_back"])
    studio.tab("settlement")


@shot(ACCOUNTANT)
def claims(studio):
    studio.open("sale_return_order_line_action_liable")
    studio.page.locator(".o_pivot table").wait_for()
