"""Pictures of a customer who asks for a return in the portal."""

from .screenshots_list import shot

CUSTOMER = "return_customer"


def fill_in(studio):
    """The page of the order, with one thing to return filled in."""
    page, world = studio.page, studio.world
    page.goto(f"/my/orders/{world['bought']}/return")
    lamp = page.locator(".o_sale_return_line").first
    lamp.locator(".o_sale_return_choose").check()
    lamp.locator(".o_sale_return_less").click()
    reason = str(world.id("sale_return_reason_quality_defect"))
    lamp.locator(".o_sale_return_reason").select_option(reason)
    lamp.locator("textarea").fill(world.text("flickers"))
    page.locator("[name=preview]").wait_for()
    return page


@shot(CUSTOMER, "tall")
def portal_request(studio):
    fill_in(studio)


@shot(CUSTOMER, "phone")
def portal_request_phone(studio):
    fill_in(studio).locator(".o_sale_return_line").first.scroll_into_view_if_needed()


@shot(CUSTOMER, "phone")
def portal_request_phone_amount(studio):
    page = fill_in(studio)
    page.locator("button[name=confirm]").scroll_into_view_if_needed()
