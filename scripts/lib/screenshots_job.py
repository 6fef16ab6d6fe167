"""The work of scripts/screenshots on a running server."""

import io
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Error

from . import (  # noqa: F401  they enter their pictures in the list
    browser,
    screenshots_accountant,
    screenshots_approver,
    screenshots_clerk,
    screenshots_customer,
    screenshots_manager,
    screenshots_request,
    screenshots_warehouse,
)
from .refusal import Refusal
from .screenshots_list import SHOTS, SIZES
from .screenshots_world import World

COLOURS = 128
MARGIN = 24  # pixels that stay below the last thing to be seen
PATIENCE = 60_000
# What moves, or hides what is behind it.
STYLE = """
.o_popover:has(.o-tooltip), .o-tooltip, .o_notification_manager, .o-mail-ChatHub {
    display: none !important;
}
* { caret-color: transparent !important; transition: none !important; }
"""


def main(arguments):
    command, *rest = arguments
    if command == "check":
        check(rest)
    else:
        base_url, database, language, out, *names = rest
        take(base_url, database, language, Path(out), names or list(SHOTS))
    return 0


def check(names):
    """Refuse names that no picture has."""
    if unknown := set(names) - set(SHOTS):
        raise Refusal(
            f"there is no picture {', '.join(sorted(unknown))}. There are: "
            f"{', '.join(SHOTS)}."
        )


def take(base_url, database, language, out, names):
    """Prepare what there is to see, and write NAME.png of each into the folder."""
    world = World(base_url, database, language)
    out.mkdir(parents=True, exist_ok=True)
    failed = []
    with browser.running() as running:
        seats = Seats(running, world)
        for name in names:
            studio = Studio(seats.page(SHOTS[name]), world, SHOTS[name])
            try:
                studio.shoot(out / f"{name}.png")
            except (Error, AssertionError) as error:
                failed.append(name)
                print(f"{language} {name}: {error}", flush=True)
                studio.page.screenshot(path=out / f"{name}.failed.png")
            studio.page.close()
    if failed:
        raise Refusal(f"{language}: {', '.join(failed)} could not be made.")


class Seats:
    """Where each user sits: logged in, with the scripts of the web client at hand."""

    def __init__(self, running, world):
        self._running, self._world = running, world
        self._contexts = {}

    def page(self, shot):
        """Return a new page for the picture."""
        seat = shot.login, shot.size
        if seat not in self._contexts:
            self._contexts[seat] = self._context(*seat)
        page = self._contexts[seat].new_page()
        page.set_default_timeout(PATIENCE)
        return page

    def _context(self, login, size):
        width, height = SIZES[size]
        touch = size in ("tablet", "phone")
        context = self._running.new_context(
            base_url=self._world.base_url,
            viewport={"width": width, "height": height},
            locale=self._world.language.replace("_", "-"),
            has_touch=touch,
            is_mobile=touch,
        )
        cookie = {"name": "session_id", "url": self._world.base_url}
        session_id = self._world.user(login).session_id
        context.add_cookies([cookie | {"value": session_id}])
        return context


class Studio:
    """One picture in the making: `page` shows it, `world` says what there is to see."""

    def __init__(self, page, world, shot):
        self.page, self.world, self.shot = page, world, shot

    def shoot(self, path):
        """Write the picture."""
        part = self.shot.take(self) or self.page
        self.page.mouse.move(0, SIZES[self.shot.size][1] - 1)  # off what tells more
        self.page.add_style_tag(content=STYLE)
        browser.settle(self.page)
        self.page.evaluate("document.fonts.ready")
        self.page.wait_for_function("[...document.images].every(i => i.complete)")
        clip = {"clip": self._form()} if part is self.page else {}
        data = part.screenshot(animations="disabled", caret="hide", **clip)
        image = trim(Image.open(io.BytesIO(data)).convert("RGB"))
        image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)

    def _form(self):
        """Return the part of the window from its top to the end of the form, if there
        is one: not the messages below."""
        width, height = SIZES[self.shot.size]
        sheet = self.page.locator(".o_form_sheet_bg")
        if sheet.count():
            box = sheet.first.bounding_box()
            height = min(height, round(box["y"] + box["height"]))
        return {"x": 0, "y": 0, "width": width, "height": height}

    # What the pictures are made with.

    def open(self, action, record=None):
        """Open an action of our addon, or one with its module's name, and a record."""
        action = action if "." in action else f"sale_return_mgmt.{action}"
        self.page.goto(f"/odoo/action-{action}" + (f"/{record}" if record else ""))
        # The frame of a view is there before what it shows.
        view = ".o_form_view" if record else ".o_content > *"
        self.page.locator(f".o_action_manager {view}").first.wait_for()
        browser.settle(self.page)

    def press(self, name, within=None):
        """Press the button of that method."""
        scope = within or self.page
        scope.locator(f"button[name={name}]:visible").first.click()

    def dialog(self, name):
        """Press the button of that method, and return the dialog that opens."""
        self.press(name)
        dialog = self.page.locator(".modal-content")
        dialog.locator(".o_form_view, main").first.wait_for()
        browser.settle(self.page)
        return dialog

    def explained(self, scene, name, key):
        """Press the button on that return, and say why in the dialog that opens."""
        self.open("sale_return_order_action", self.world[scene])
        dialog = self.dialog(name)
        browser.fill(dialog.locator("[name=explanation]"), self.text(key))
        return dialog

    def tab(self, name):
        """Turn to that page of the form, and bring it into view."""
        tab = self.page.locator(f".o_notebook_headers [name={name}]")
        tab.click()
        browser.settle(self.page)
        return self.page.locator(".o_notebook")

    def text(self, key):
        return self.world.text(key)


def trim(image):
    """Cut off below what is the same on every line."""
    width, height = image.size
    last = image.crop((0, height - 1, width, height)).resize(image.size)
    box = ImageChops.difference(image, last).getbbox()
    bottom = min(height, box[3] + MARGIN) if box else height
    return image.crop((0, 0, width, bottom))
