"""What people do in the web client, by clicking."""

from contextlib import suppress

from playwright.sync_api import TimeoutError, expect

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


def tick(page, *names):
    """Select the rows of a list in which these texts are."""
    for name in names:
        row = page.get_by_role("row").filter(has_text=name)
        row.get_by_role("checkbox").check()


def press(page, name):
    page.locator(".o_statusbar_buttons").get_by_role(
        "button", name=name, exact=True
    ).click()


def expect_status(page, status):
    expect(page.locator(".o_arrow_button_current")).to_have_text(status)


def pick(page, field, text):
    """Choose a record in a many2one field by typing its name."""
    page.locator(f"[name={field}] input").first.fill(text)
    page.get_by_role("option", name=text, exact=True).click()


def fill(field, text):
    """Type into a field, as slowly as the web client follows."""
    field.click()
    box = field.locator("input:visible, textarea:visible")
    box.click()  # a dialog that just opened takes the focus away
    box.fill(text)
    expect(box).to_have_value(text)


def fill_cell(row, name, text):
    """Type into a cell of an editable list."""
    fill(row.locator(f"td[name={name}]"), text)


def pick_cell(row, name, text, role="option"):
    """Choose among the few records that a cell of the edited row offers; among those of
    a selection with the role "menuitem".

    What was typed before may close the list when the server has answered it: then the
    list is opened again.
    """
    cell = row.locator(f"td[name={name}]")
    option = row.page.get_by_role(role, name=text, exact=True)
    for _attempt in range(10):
        cell.click()
        with suppress(TimeoutError):
            option.click(timeout=3_000)
            break
    expect(cell.locator("input")).to_have_value(text)
