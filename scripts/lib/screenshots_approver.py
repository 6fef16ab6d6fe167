"""Pictures of the approver's day."""

from .browser import fill, fill_cell
from .screenshots_list import shot

APPROVER = "return_approver"


@shot(APPROVER)
def to_approve(studio):
    studio.open("sale_return_order_action_to_approve")


@shot(APPROVER, "tall")
def return_to_approve(studio):
    studio.open("sale_return_order_action_to_approve", studio.world["out_of_policy"])


@shot(APPROVER)
def grant_dialog(studio):
    studio.open("sale_return_order_action_to_approve", studio.world["to_grant"])
    dialog = studio.dialog("action_approve_with_changes")
    rows = dialog.locator(".o_data_row")
    fill_cell(rows, "quantity", "1")
    fill_cell(rows, "percent", "80")
    fill(dialog.locator("[name=comment]"), studio.text("grant"))
    return dialog


@shot(APPROVER)
def reject_dialog(studio):
    return studio.explained("to_grant", "action_reject", "rejection")


@shot(APPROVER, "form")
def approvals(studio):
    studio.open("sale_return_order_action", studio.world["rejected"])
    studio.tab("approvals")
