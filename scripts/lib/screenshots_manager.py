"""Pictures of the manager's day."""

from .browser import fill, fill_cell
from .screenshots_list import shot

MANAGER = "return_manager"


@shot(MANAGER)
def fee_dialog(studio):
    studio.open("sale_return_order_action", studio.world["fee"])
    dialog = studio.dialog("action_set_fee")
    fill_cell(dialog.locator(".o_data_row"), "percent", "10")
    fill(dialog.locator("[name=reason]"), studio.text("fee"))
    return dialog


@shot(MANAGER, "form")
def exception(studio):
    studio.open("sale_return_order_action", studio.world["stopped"])


@shot(MANAGER, "form")
def policy(studio):
    studio.open(
        "sale_return_policy_action", studio.world.id("sale_return_policy_furniture")
    )


@shot("admin", "form")
def settings(studio):
    studio.page.goto("/odoo/action-sale.action_sale_config_settings")
    setting = studio.page.locator("#sale_return_inspection_required")
    setting.wait_for()
    # With the title of its block.
    setting.evaluate("it => it.parentElement.previousElementSibling.scrollIntoView()")
