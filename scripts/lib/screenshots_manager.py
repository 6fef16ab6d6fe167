"""Pictures of the manager's day."""

from datetime import date, timedelta

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


@shot(MANAGER)
def override_dialog(studio):
    return studio.explained("refused", "action_override_policy", "override")


@shot(MANAGER)
def close_short_dialog(studio):
    return studio.explained("awaited", "action_close_short", "close")


@shot(MANAGER, "form")
def event_log(studio):
    studio.open("sale_return_order_action", studio.world["paid_back"])
    studio.tab("events")


@shot(MANAGER)
def setup_panel(studio):
    studio.open("sale_return_order_action")
    studio.page.locator(".o_sale_return_setup").wait_for()


@shot(MANAGER)
def setup(studio):
    studio.open("onboarding_step_action")
    studio.page.locator(".o_kanban_record").first.wait_for()


@shot(MANAGER)
def roles(studio):
    studio.open("sale_return_role_holder_action")


@shot(MANAGER)
def substitutes(studio):
    studio.open("res_users_action_substitute")


@shot(MANAGER)
def reasons(studio):
    studio.open("sale_return_reason_action")


@shot(MANAGER)
def dispositions(studio):
    studio.open("sale_return_disposition_action")


@shot(MANAGER)
def policies(studio):
    studio.open("sale_return_policy_action")


@shot(MANAGER)
def approval_levels(studio):
    studio.open("sale_return_approval_rule_action")


@shot(MANAGER, "form")
def policy(studio):
    studio.open(
        "sale_return_policy_action", studio.world.id("sale_return_policy_furniture")
    )


@shot("admin", "tall")
def settings(studio):
    studio.page.goto("/odoo/action-sale.action_sale_config_settings")
    setting = studio.page.locator("#sale_return_reasons")
    setting.wait_for()
    # With the title of its block.
    setting.evaluate("it => it.parentElement.previousElementSibling.scrollIntoView()")


@shot("admin")
def mail_settings(studio):
    studio.page.goto("/odoo/action-sale.action_sale_config_settings")
    setting = studio.page.locator("#sale_return_mail")
    setting.wait_for()
    return setting


@shot(MANAGER, "form")
def rated(studio):
    studio.open("sale_return_order_action", studio.world["paid_back"])


@shot(MANAGER)
def report(studio):
    studio.open("sale_return_mgmt_report.sale_return_report_action")
    studio.page.locator(".o_graph_renderer canvas").wait_for()
    studio.page.wait_for_timeout(2_000)  # the bars grow


@shot(MANAGER, "laptop")
def dashboard(studio):
    studio.open("sale_return_mgmt_report.sale_return_dashboard_action")
    studio.page.locator(".o_sale_return_figure").first.wait_for()


@shot(MANAGER, "phone")
def dashboard_phone(studio):
    dashboard.take(studio)


def paper(studio, report, model, **vals):
    """Show what a dialog prints."""
    dialog = studio.world.role("manager")(model, "create", vals)
    studio.page.goto(f"/report/html/sale_return_mgmt_report.{report}/{dialog}")


def week():
    return {
        "date_from": str(date.today() - timedelta(days=6)),
        "date_to": str(date.today()),
    }


@shot(MANAGER, "sheet")
def return_analysis(studio):
    paper(studio, "report_analysis", "sale.return.analysis", **week())


@shot(MANAGER, "sheet")
def weekly_summary(studio):
    paper(studio, "report_weekly_summary", "sale.return.analysis", **week())


@shot(MANAGER, "form")
def uncredited(studio):
    today = str(date.today())
    paper(studio, "report_uncredited", "sale.return.uncredited", date=today)


@shot(MANAGER, "form")
def customer_statement(studio):
    customer = studio.world.id("partner_harbour")
    paper(studio, "report_statement", "sale.return.statement", partner_id=customer)


@shot(MANAGER)
def alerts(studio):
    studio.open("sale_return_mgmt_report.sale_return_alert_action")


@shot(MANAGER)
def return_rates(studio):
    studio.open("sale_return_mgmt_report.sale_return_rate_report_action")


@shot(MANAGER)
def returns_by_reason(studio):
    studio.open("sale_return_mgmt_report.sale_return_report_action")
    studio.page.locator(".o_switch_view.o_pivot").click()
    studio.page.locator(".o_pivot table").wait_for()
