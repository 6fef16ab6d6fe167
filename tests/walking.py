"""A user who walks through all of the web client that is ours, and notes what is wrong
on the way.

What runs in the page is in walking.js and walking_access.js.
"""

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from walking_texts import Untranslated

from lib.browser import log_in

HERE = Path(__file__).parent
RETURN = "sale.return.order"
SMART = ".oe_stat_button"
# What opens the first record of a view.
FIRST = {
    "list": ".o_list_view:not(:has(.o_view_sample_data)) .o_data_row td.o_data_cell",
    "kanban": ".o_kanban_record:not(.o_kanban_ghost)",
}
OURS = re.compile(r"^sale[._]return[._]")
PATIENCE = 60_000
# What the browser's console says for reasons that are not ours.
NOISE = (
    # Without a proxy before it, a server with workers has no websocket on this port.
    "/websocket",
    "WebSocket",
    # Chromium tells of headers that it does not need on plain http.
    "Cross-Origin-Opener-Policy",
    # Odoo's own bundles ask for a permission that Chromium has no name for.
    "Unrecognized feature",
)


@dataclass(frozen=True)
class Button:
    """How a button of a return's header is used, by the name of its method.

    scene: the state in which it is there; fill: what is typed into its dialog, texts by
    field; pick: what is chosen there, texts by field; cancel: whether the dialog is
    only looked at; refused: a part of the sentence if the user is refused on purpose.
    """

    scene: str
    fill: dict = field(default_factory=dict)
    pick: dict = field(default_factory=dict)
    cancel: bool = False
    refused: str = ""


WHY = {"explanation": "有原因"}
BUTTONS = {
    # The tour of the counter clicks it: a customer has to stand there.
    "action_take_back": None,
    "action_submit": Button("draft"),
    "action_approve": Button("submitted"),
    # Nothing is changed, and it says so.
    "action_approve_with_changes": Button("submitted", cancel=True),
    "action_reject": Button("submitted", fill=WHY),
    "action_send_back": Button("submitted", fill=WHY),
    "action_settle_selected": Button("to_refund"),
    "action_view_receipts": Button("approved"),
    "action_retry": Button("exception"),
    "action_inspect": Button("received"),
    "action_open_dock": None,  # only phones show it
    "action_inspect_all": Button("received"),
    "action_print_slip": Button("approved"),
    "action_withdraw": Button("submitted"),
    "action_override_policy": Button("refused", fill=WHY),
    "action_name_approver": Button(
        "draft", fill=WHY, pick={"user_id": "Daniel Okafor"}
    ),
    "action_set_fee": Button("submitted", cancel=True),
    "action_reset_to_draft": Button("rejected"),
    "action_credit_instead": Button("replacing", fill=WHY),
    "action_close_short": Button("approved", fill=WHY),
    "action_cancel": Button("draft"),
}


class Walker:
    """One user at one window: `faults` is what was wrong, in words."""

    def __init__(self, browser, server, world, login, **options):
        self.world, self.login = world, login
        self.chinese = login.endswith("_zh")
        self.faults, self.place = [], "log in"
        self.headers, self.clicked, self._seen = {}, set(), set()
        self.untranslated = Untranslated(world) if self.chinese else None
        context = browser.new_context(base_url=server.base_url, **options)
        context.set_default_timeout(PATIENCE)
        for name in ("walking.js", "walking_access.js"):
            context.add_init_script(path=HERE / name)
        log_in(context, server.db, login)
        self.page = page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.fault(f"page error {error}"))
        page.on("response", self._receive)
        page.goto("/odoo/action-sale_return_mgmt.sale_return_order_action")
        page.wait_for_selector(".o_action_manager .o_view_controller")
        self.idle()

    def close(self):
        self.page.context.close()

    # === WHAT IS WRONG === #

    def fault(self, text):
        self.faults.append(f"{self.login}, {self.place}: {text}")

    def _hear(self, message):
        if message.type not in ("error", "warning"):
            return
        text = f"{message.text} {message.location.get('url', '')}"
        if not any(noise in text for noise in NOISE):
            self.fault(f"console {message.type}: {text[:600]}")

    def _receive(self, response):
        if response.status >= 500:
            self.fault(f"status {response.status} of {response.url}")

    @contextmanager
    def at(self, *places):
        """Be at a place, and look around before leaving it."""
        before = self.place
        self.place = " › ".join(map(str, places))
        try:
            yield
        except Exception as error:
            self.fault(f"{type(error).__name__}: {str(error)[:600]}")
            self._put_dialogs_away()
        self.place = before

    def look(self, ours=True, refused=""):
        """Note what is wrong with what is to be seen, and what the server refused."""
        return self._judge(self.do("look", ours), ours, refused)

    def _judge(self, told, ours, refused=""):
        self.headers |= told["headers"]
        for refusal in told["refusals"]:
            meant = refused and refused in refusal["message"]
            if not (meant and refusal["type"].endswith("UserError")):
                self.fault(f"refused {refusal}")
        if told["error"]:
            self.fault(told["error"][:600])
        for kind in ("nameless", "pale"):
            for each in told[kind]:
                if each not in self._seen:
                    self._seen.add(each)
                    self.fault(f"{kind}: {each}")
        for text, where in told["views"]:
            self._read(text, OURS.search(where), f" in {where}")
        for text in told["texts"]:
            self._read(text, ours)
        return told

    def _read(self, text, ours, where=""):
        if self.untranslated and (error := self.untranslated.find(text or "", ours)):
            self.fault(f"untranslated{where}: {error}")

    # === STEPS === #

    def idle(self):
        self.page.evaluate("walk.idle()")

    def do(self, what, *arguments):
        """Call a function of walking.js."""
        return self.page.evaluate(
            "([what, given]) => walk[what](...given)", [what, arguments]
        )

    def menus(self, actions):
        """The menus of ours that the user has: by external id, or by their action."""
        found = {}
        for menu in self.do("menus"):
            if not menu.get("actionID"):
                continue
            if "sale_return_mgmt" in (menu["xmlid"] or "") or (
                menu["actionID"] in actions
            ):
                found[menu["actionID"]] = menu
        return list(found.values())

    def walk_menus(self, actions):
        """Open each menu, each kind of view there, and a form."""
        for menu in self.menus(actions):
            with self.at("menu", menu["xmlid"]):
                self._read(menu["name"], True)
                shown = self.do("open", menu["actionID"])
                self.look(ours=is_ours(shown))
                self._read(shown["name"], is_ours(shown))
                self._read(shown["help"], is_ours(shown))
                self._walk_views(shown)

    def _walk_views(self, shown):
        for kind in shown["views"]:
            if kind in (shown["view"], "search", "form"):
                continue
            with self.at(self.place, kind):
                self.look(ours=is_ours(self.do("switch", kind)))
        if "form" in shown["views"] and shown["model"] != RETURN:
            with self.at(self.place, "form"):
                kind = shown["views"][0]
                self.do("switch", kind)
                first = self.page.locator(FIRST[kind]).first
                if first.count():
                    first.click(timeout=10_000)
                    self.idle()
                    self.look(ours=is_ours(shown))
                    self._walk_tabs(is_ours(shown))

    def walk_record(self, scene, known):
        """Open a return in that state, its tabs, and what its smart buttons lead to.

        known: names of smart buttons that were opened elsewhere; None: leave them
        """
        names = []
        with self.at(scene):
            self.do("form", RETURN, self.world.shown[scene])
            self.look()
            self._walk_tabs()
            if known is not None:
                buttons = self.page.locator(f"{SMART}:visible")
                names = buttons.evaluate_all("all => all.map((each) => each.name)")
        for name in names:
            if name not in known:
                known.add(name)
                with self.at(scene, name):
                    self._follow(name)

    def _follow(self, name):
        self.page.locator(f"{SMART}[name={name}]:visible").click()
        self.page.wait_for_function(
            "name => walk.pressed(name)", arg=f"{RETURN}.{name}"
        )
        self.idle()
        self.look(ours=False)
        self.page.go_back()
        self.page.locator(f"{SMART}[name={name}]").wait_for()
        self.idle()

    def _walk_tabs(self, ours=True):
        for tab, told in self.do("tabs", ours):
            with self.at(self.place, "tab", tab):
                self._judge(told, ours)

    # === BUTTONS === #

    def walk_buttons(self):
        """Click each button of the header once, in the form and in the list."""
        for kind in ("form", "list"):
            for name in self.headers.get(f"{RETURN} {kind}", []):
                with self.at(kind, name):
                    if name not in BUTTONS:
                        self.fault("BUTTONS does not say when it is there")
                    elif BUTTONS[name]:
                        self._press(kind, name, BUTTONS[name])

    def _press(self, kind, name, button):
        self.do(kind, RETURN, self.world.take(button.scene))
        if kind == "list":
            self.page.locator(".o_data_row .o_list_record_selector input").check()
            self.idle()
            scope = ".o_control_panel"
        else:
            scope = ".o_form_statusbar"
        shown = self.page.locator(f"{scope} button[name={name}]:visible")
        if not shown.count():
            self._open_more(scope)
        shown.first.click(timeout=5_000)
        self.page.wait_for_function(
            "name => walk.pressed(name)", arg=f"{RETURN}.{name}"
        )
        self.idle()
        calls = self._answer_dialogs(button)
        if f"{RETURN}.{name}" not in calls:
            self.fault(f"clicking called {calls}")
        self.clicked.add(name)

    def _open_more(self, scope):
        more = self.page.locator(f"{scope} .o_statusbar_buttons .dropdown-toggle")
        if more.count():
            more.first.click()

    def _answer_dialogs(self, button):
        """Go through the dialogs that opened; return what was called."""
        calls = []
        for _number in range(4):
            dialog = self.page.locator(".modal-dialog:visible")
            calls += self.look(ours=not self._leads_away(), refused=button.refused)[
                "calls"
            ]
            if not dialog.count() or self.page.locator(".o_error_dialog").count():
                break
            dialog = dialog.last
            if button.cancel and dialog.locator(".o_form_view").count():
                dialog.locator(".btn-close, .o_form_button_cancel").first.click()
            else:
                self._fill(dialog, button)
                dialog.locator("footer .btn-primary:visible").first.click()
                self.page.wait_for_function("walk.calls.length")
            self.idle()
        self._put_dialogs_away()
        return calls

    def _fill(self, dialog, button):
        for name, text in button.pick.items():
            cell = dialog.locator(f"[name={name}] input")
            if cell.count():
                cell.fill(text)
                self.page.get_by_role("option").filter(has_text=text).first.click()
        for name, text in button.fill.items():
            box = dialog.locator(f"[name={name}]").locator("textarea, input")
            if box.count():
                box.first.fill(text)

    def _leads_away(self):
        return not is_ours(self.do("where"))

    def _put_dialogs_away(self):
        dialog = self.page.locator(".modal-dialog:visible")
        if dialog.count():
            self.fault(f"a dialog stays open: {dialog.last.inner_text()[:300]}")
            self.page.reload()
            self.page.wait_for_selector(".o_action_manager > *")
            self.idle()


def is_ours(shown):
    return bool(OURS.search(shown["model"] or ""))
