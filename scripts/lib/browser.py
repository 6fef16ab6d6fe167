"""Playwright's Chromium, and what people do in the web client in any language."""

from contextlib import contextmanager, suppress

from playwright.sync_api import TimeoutError, expect, sync_playwright

from . import chromium


@contextmanager
def running():
    """Yield Playwright's Browser: Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.PATH, args=list(chromium.FLAGS)
        )
        yield browser
        browser.close()


def log_in(context, db, login):
    """Log in with the password that is the login, without loading the page for it."""
    params = {"db": db, "login": login, "password": login}
    context.request.post("/web/session/authenticate", data={"params": params})


def settle(page):
    """Wait until nothing is on its way any more."""
    page.locator(".o_loading_indicator").wait_for(state="hidden")


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
