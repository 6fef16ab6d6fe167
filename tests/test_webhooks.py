"""Odoo's automation rules post the events of returns, as docs/webhooks.md tells."""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from helpers import RETURN, ask

from lib.server import free_port

EVENT = "sale.return.event"
DOCS = Path(__file__).resolve().parents[1] / "docs"
# What only those see who may read the log.
LOG = {"user", "note", "payload"}


class Listener(ThreadingHTTPServer):
    """Keeps what is posted to it; one that hangs answers when it is told."""

    def __init__(self, hangs=False):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies = []
        self.may_answer = threading.Event()
        if not hangs:
            self.may_answer.set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/returns"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(json.loads(body))
        self.server.may_answer.wait()
        with suppress(OSError):  # Odoo waits no longer
            self.send_response(204)
            self.end_headers()

    def log_message(self, *arguments):
        pass


@contextmanager
def listening(hangs=False):
    with Listener(hangs) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield listener
        finally:
            listener.may_answer.set()
            listener.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def ring(company):
    """A function: ring(url) makes the rule of docs/webhooks.md post to that address."""
    admin = company.admin
    [model] = admin("ir.model", "search", [("model", "=", EVENT)])
    domain = [("model_id", "=", model), ("name", "=", "event")]
    [field] = admin("ir.model.fields", "search", domain)
    action = {
        "name": "Send Webhook Notification",
        "model_id": model,
        "usage": "base_automation",
        "state": "webhook",
        "webhook_url": "http://127.0.0.1:9",
        "webhook_field_ids": [(6, 0, [field])],
    }
    values = {
        "name": "Ring the web shop",
        "model_id": model,
        "trigger": "on_create",
        "action_server_ids": [(0, 0, action)],
    }
    rule = admin("base.automation", "create", values)
    [action] = company.read("base.automation", rule, "action_server_ids")[
        "action_server_ids"
    ]
    yield lambda url: admin(
        "ir.actions.server", "write", [action], {"webhook_url": url}
    )
    admin("base.automation", "unlink", [rule])


@pytest.fixture
def feed(users):
    """A function: feed(after_id) returns the events that follow, once `count` of the
    returns with these ids are there."""

    def feed(returns, count):
        # An event is told once no older transaction is open, in whatever database of
        # the cluster: other tests install addons beside this one.
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            last, found = 0, []
            while events := users["clerk"](RETURN, "api_events", after_id=last):
                found += [e for e in events if e["return_id"] in returns]
                last = events[-1]["id"]
            if len(found) >= count:
                return found
            time.sleep(0.5)
        raise AssertionError(f"only {len(found)} events: {found}")

    return feed


def test_each_event_is_posted_after_its_step(ring, feed, users, sold):
    with listening() as listener:
        ring(listener.url)
        asked = ask(users["clerk"], sold.request(1))
        users["approver"](RETURN, "action_approve", [asked["id"]])
        bodies = [
            body
            for body in listener.bodies
            if body["event"]["return_id"] == asked["id"]
        ]
    told = feed([asked["id"]], 3)
    assert [event["type"] for event in told[:3]] == ["created", "submitted", "approved"]
    expected = [{key: event[key] for key in event if key not in LOG} for event in told]
    # The key of the request is written right after its return.
    expected[0] |= {"source": "", "ref": ""}
    assert [body["event"] for body in bodies] == expected
    for body, event in zip(bodies, told, strict=True):
        assert body.keys() == {"_action", "_id", "_model", "id", "event"}
        assert (body["_model"], body["_id"]) == (EVENT, event["id"])
        assert body["_action"].startswith("Send Webhook Notification(#")


def test_what_was_undone_may_ring_but_is_not_in_the_feed(ring, feed, users, untouched):
    good, bad = untouched.request(1), untouched.request(6)
    with listening() as listener:
        ring(listener.url)
        made, refused = users["clerk"](RETURN, "api_request", [good, bad])
        posted = {body["_id"] for body in listener.bodies}
    assert (made["ok"], refused["ok"]) == (True, False)
    told = {event["id"] for event in feed([made["id"]], 2)}
    assert told < posted
    users["clerk"](RETURN, "action_cancel", [made["id"]])


def test_no_listener_holds_a_step_up(ring, feed, users, sold):
    ring(f"http://127.0.0.1:{free_port()}/nobody")
    unheard = ask(users["clerk"], sold.request(1))
    assert unheard["state"] == "submitted"
    with listening(hangs=True) as listener:
        ring(listener.url)
        started = time.monotonic()
        hung = ask(users["clerk"], sold.request(1))
        assert hung["state"] == "submitted"
        # A second for each of its events, and then it goes on.
        assert time.monotonic() - started > 2
        assert len(listener.bodies) == 2
    told = feed([unheard["id"], hung["id"]], 4)
    assert [event["type"] for event in told] == ["created", "submitted"] * 2


@pytest.fixture
def program(server, json2_users, tmp_path):
    """The listener of docs/webhooks.md, with a connection of docs/api.md: a function
    that starts it, and returns what it prints."""
    connect = (DOCS / "api.md").read_text().split("```python\n")
    [connect] = [text.split("```")[0] for text in connect if '"""JSON-2' in text]
    listener = (DOCS / "webhooks.md").read_text()
    listener = listener.split("```python\n")[1].split("```")[0]
    shop = 'shop = connect("return_clerk", os.environ["SHOP_KEY"])\n'
    path = tmp_path / "listener.py"
    path.write_text(connect + shop + listener)
    variables = {
        "PATH": os.environ["PATH"],
        "ODOO_URL": server.base_url,
        "ODOO_DB": server.db,
        "SHOP_KEY": json2_users["clerk"].key,
        "LAST_EVENT_FILE": str(tmp_path / "last"),
        "LISTENER_PORT": str(free_port()),
    }

    @contextmanager
    def program():
        process = subprocess.Popen(
            [sys.executable, str(path)],
            env=variables,
            stdout=subprocess.PIPE,
            text=True,
        )
        patience = threading.Timer(180, process.kill)
        patience.start()
        try:
            yield process.stdout
        finally:
            patience.cancel()
            process.kill()
            process.wait()
            process.stdout.close()

    program.url = f"http://127.0.0.1:{variables['LISTENER_PORT']}"
    return program


def read_until(lines, expected):
    """What is printed of the return of the last line that is expected, up to it."""
    name = expected.split(" ")[0]
    found = []
    for line in lines:
        if line.startswith(f"{name} "):
            found.append(line.strip())
        if found and found[-1] == expected:
            return found
    raise AssertionError(f"the listener ended without “{expected}”: {found}")


def test_the_listener_of_the_page_misses_nothing(ring, program, users, sold):
    ring(program.url)
    unheard = ask(users["clerk"], sold.request(1))
    name = unheard["name"]
    with program() as lines:
        assert read_until(lines, f"{name} 2 submitted") == [
            f"{name} 1 created",
            f"{name} 2 submitted",
        ]
        users["clerk"](RETURN, "action_withdraw", [unheard["id"]])
        assert read_until(lines, f"{name} 3 withdrawn") == [f"{name} 3 withdrawn"]
    users["clerk"](RETURN, "action_cancel", [unheard["id"]])
    with program() as lines:
        told = read_until(lines, f"{name} 4 cancelled")
    # Killed before it had noted the third, it is told that again.
    assert told in ([f"{name} 3 withdrawn", f"{name} 4 cancelled"], told[-1:])


def test_the_rule_shows_a_sample(ring, page_as, screenshot, company):
    ring("https://shop.example.com/odoo/6f1c2b7a9d")
    [rule] = company.admin("base.automation", "search", [("model_name", "=", EVENT)])
    page = page_as("admin")
    page.goto(f"/odoo/base.automation/{rule}")
    page.get_by_text("Send Webhook Notification").click()
    sample = page.locator(".modal [name=webhook_sample_payload]")
    sample.get_by_text("to_state").wait_for()
    screenshot(page, "webhook")
