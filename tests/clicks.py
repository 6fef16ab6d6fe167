"""What people do in the web client, by clicking."""

from playwright.sync_api import expect

from lib.browser import fill, fill_cell, pick, pick_cell

__all__ = [
    "expect_status",
    "fill",
    "fill_cell",
    "open_details",
    "open_menu",
    "open_record",
    "pick",
    "pick_cell",
    "press",
    "tab_stops",
    "tick",
]

expect.set_options(timeout=60_000)


def open_menu(page, path):
    """Choose a menu entry by its path: "App/Section/Entry"."""
    app, section, entry = path.split("/")
    page.get_by_title("Home Menu").click()
    page.locator(".o-dropdown--menu").get_by_role(
        "menuitem", name=app, exact=True
    ).click()
    page.get_by_role("button", name=section, exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def open_record(page, path, name):
    """Choose a menu entry by its path, then the row with that name."""
    open_menu(page, path)
    page.get_by_role("cell", name=name, exact=True).click()
    expect(page.locator(".o_last_breadcrumb_item")).to_contain_text(name)


def open_details(page, path, name):
    """Choose a menu entry by its path, then the form of a row edited in place."""
    open_menu(page, path)
    row = page.get_by_role("row").filter(has_text=name)
    row.locator(".o_list_record_open_form_view button").click()
    expect(page.locator(".o_last_breadcrumb_item")).to_contain_text(name)


def tick(page, *names):
    """Select the rows of a list in which these texts are."""
    for name in names:
        row = page.get_by_role("row").filter(has_text=name)
        row.get_by_role("checkbox").check()


def press(page, name):
    page.locator(".o_statusbar_buttons").get_by_role(
        "button", name=name, exact=True
    ).click()


def tab_stops(page, count, key="Tab"):
    """Press Tab so many times: the fields that get the focus, or else the texts."""
    stops = []
    for _number in range(count):
        page.keyboard.press(key)
        stops.append(
            page.evaluate(
                """() => {
                    const element = document.activeElement;
                    const field = element.closest(".o_field_widget");
                    return field?.getAttribute("name") || element.innerText.trim();
                }"""
            )
        )
    return stops


def expect_status(page, status):
    expect(page.locator(".o_arrow_button_current")).to_have_text(status)
