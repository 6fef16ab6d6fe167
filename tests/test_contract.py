"""The contract of docs/api.md, from one table over all three transports: what each
method answers, and refuses, is the same on each."""

import re
import time
from dataclasses import dataclass, field

import pytest
from helpers import PRICE, Company, Sold
from transports import Refusal, assert_plain, new_key, told

NOBODY = {"source": "shop", "ref": "never sent"}


@dataclass
class World:
    """What one transport works on: an order of lanterns, one of vases (which are
    inspected), and what its returns turned out to be."""

    lantern: Sold
    vase: Sold
    customer: int
    foreign: dict
    first_event: int
    asked: dict = field(default_factory=dict)
    requests: dict = field(default_factory=dict)

    def request(self, name, *lines, **more):
        """The request of that name, the same each time."""
        if name not in self.requests:
            self.requests[name] = {"source": "shop", "ref": new_key(), "lines": lines}
        return self.requests[name] | more

    def lamp(self, name, quantity=1, **more):
        line = {"product": Company.sku, "quantity": quantity, "reason": "UNWANTED"}
        return self.request(name, line | more, order=self.lantern.name)

    def glass(self, name, quantity=2):
        line = {"sale_line": self.vase.line, "quantity": quantity, "reason": "LATE"}
        return self.request(name, line)

    def step(self, name, **more):
        """A step of the return of that name, with a key of its own."""
        return {"return": self.asked[name]["id"]} | more

    def line(self, name):
        return self.asked[name]["lines"][0]["id"]

    def known(self):
        """The ids and names by which strangers would notice the returns."""
        return {made["id"] for made in self.asked.values()}


@dataclass
class Row:
    """One call: who calls what, and what comes of each item, `True` or "CODE path"; or
    how the call is refused."""

    title: str
    role: str
    method: str
    arguments: object
    expected: object
    keep: tuple = ()


TABLE = [
    # What may come back
    Row(
        *("offer", "clerk", "api_returnable"),
        lambda w: {"orders": [w.lantern.name, w.vase.id, "NOPE", w.foreign["name"]]},
        [True, True, "NOT_FOUND orders.2", "NOT_FOUND orders.3"],
    ),
    Row(
        *("offer to a customer", "viewer", "api_returnable"),
        lambda w: {"orders": [w.lantern.id], "partner": w.customer},
        [True],
    ),
    Row(
        *("offer to nobody", "clerk", "api_returnable"),
        lambda w: {"partner": "nobody@where.example"},
        ["NOT_FOUND partner"],
    ),
    Row("offer of nothing", "clerk", "api_returnable", lambda w: {}, "UserError"),
    # What it would come to
    Row(
        *("preview", "clerk", "api_preview"),
        lambda w: {
            "requests": [
                w.lamp("A", 2),
                w.lamp("B") | {"order": w.foreign["id"]},
                w.lamp("C", 99),
                7,
            ]
        },
        [True, "NOT_FOUND order", "QTY_EXCEEDS_RETURNABLE lines.0.quantity", "INVALID"],
    ),
    Row(
        *("preview of the warehouse", "warehouse", "api_preview"),
        lambda w: {"requests": [w.lamp("A")]},
        "AccessError",
    ),
    # Requests
    Row(
        *("request", "clerk", "api_request"),
        lambda w: {
            "requests": [
                w.lamp("A"),
                w.lamp("C"),
                w.glass("V"),
                w.lamp("R"),
                w.lamp("S"),
                w.lamp("X") | {"lines": [{"sale_line": w.foreign["order_line"][0]}]},
            ]
        },
        [
            *(True, "QTY_EXCEEDS_RETURNABLE lines.0.quantity", True, True, True),
            "INVALID lines.0.quantity",
        ],
        keep=("A", None, "V", "R", "S"),
    ),
    Row(
        *("the same request", "clerk", "api_request"),
        lambda w: {"requests": [w.lamp("A"), w.lamp("A") | {"tracking": "1Z"}]},
        [True, "REF_CONFLICT"],
    ),
    Row(
        *("lines share what is left", "clerk", "api_request"),
        lambda w: {"requests": [w.lamp("two") | {"lines": 2 * w.lamp("A")["lines"]}]},
        ["QTY_EXCEEDS_RETURNABLE lines.1.quantity"],
    ),
    Row(
        *("all or nothing", "clerk", "api_request"),
        lambda w: {"requests": [w.lamp("N"), w.lamp("C")], "atomic": True},
        ["INVALID", "QTY_EXCEEDS_RETURNABLE lines.0.quantity"],
    ),
    Row(
        *("a draft", "clerk", "api_request"),
        lambda w: {"requests": [w.lamp("D")], "submit": False},
        [True],
        keep=("D",),
    ),
    Row(
        *("too many", "clerk", "api_request"),
        lambda w: {"requests": 501 * [w.lamp("N")]},
        501 * ["LIMIT_EXCEEDED"],
    ),
    Row(
        *("of a manager", "manager", "api_request"),
        lambda w: {"requests": [w.lamp("M")]},
        [True],
        keep=("M",),
    ),
    Row(
        *("of an approver", "approver", "api_request"),
        lambda w: {"requests": [w.lamp("N")]},
        "AccessError",
    ),
    Row("no list", "clerk", "api_request", lambda w: {"requests": "all"}, "UserError"),
    # Reading
    Row(
        *("get", "clerk", "api_get"),
        lambda w: {
            "refs": [
                w.asked["A"]["id"],
                w.asked["V"]["name"],
                {key: w.asked["R"][key] for key in ("source", "ref")},
                *("RET/0000", NOBODY, True, w.foreign["return"], None, 2**31 - 1.0),
            ]
        },
        [True, True, True] + 6 * ["NOT_FOUND"],
    ),
    Row(
        *("the warehouse sees no request", "warehouse", "api_get"),
        lambda w: {"refs": [w.asked["A"]["id"]]},
        ["NOT_FOUND"],
    ),
    # Decisions
    Row(
        *("a clerk decides nothing", "clerk", "api_decide"),
        lambda w: {"decisions": [w.step("A", decision="approve")]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("nobody decides on his own", "manager", "api_decide"),
        lambda w: {"decisions": [w.step("M", decision="approve")]},
        ["SELF_APPROVAL"],
    ),
    Row(
        *("decide", "approver", "api_decide"),
        lambda w: {
            "decisions": [
                w.step("A", decision="approve", source="desk", ref=f"d{w.lantern.id}"),
                w.step("V", decision="approve"),
                w.step("R", decision="reject", reason="Worn"),
                w.step("R", decision="approve"),
                w.step("S", decision="send_back", comment="Which one?"),
                w.step("M", decision="approve", grants=[{"line": w.line("A")}]),
                w.step("M", decision="reject"),
                {"return": w.foreign["return"], "decision": "approve"},
            ]
        },
        [
            *(True, True, True, "INVALID_STATE", True),
            *("NOT_FOUND grants.0.line", "INVALID reason", "NOT_FOUND return"),
        ],
    ),
    Row(
        *("the same decision", "approver", "api_decide"),
        lambda w: {
            "decisions": [
                w.step("A", decision="approve", source="desk", ref=f"d{w.lantern.id}"),
                w.step("M", decision="approve", source="desk", ref=f"d{w.lantern.id}"),
            ]
        },
        [True, "REF_CONFLICT"],
    ),
    # Goods
    Row(
        *("a clerk takes nothing in", "clerk", "api_receive"),
        lambda w: {"receipts": [w.step("A")]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("receive", "warehouse", "api_receive"),
        lambda w: {
            "receipts": [
                w.step("A", source="wms", ref=f"i{w.lantern.id}"),
                w.step("V", lines=[{"line": w.line("V"), "quantity": 1}]),
                w.step("V", lines=[{"product": "NOPE", "quantity": 1}]),
                w.step("V", lines=[{"product": "SKU-VASE", "quantity": 1}]),
                w.step("M"),
                {"transfer": "WH/NOPE"},
            ]
        },
        [
            *(True, True, "NOT_FOUND lines.0.product", True),
            *("NOT_FOUND return", "NOT_FOUND return"),
        ],
    ),
    Row(
        *("the same receipt", "warehouse", "api_receive"),
        lambda w: {
            "receipts": [
                w.step("A", source="wms", ref=f"i{w.lantern.id}"),
                w.step("A"),
            ]
        },
        [True, "INVALID_STATE"],
    ),
    Row(
        *("a clerk inspects nothing", "clerk", "api_inspect"),
        lambda w: {"inspections": [w.step("V")]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("inspect", "warehouse", "api_inspect"),
        lambda w: {
            "inspections": [
                w.step("V", lines=[{"line": w.line("V"), "quantity": 9}]),
                w.step("V", disposition="NOPE"),
                w.step(
                    "V",
                    lines=[
                        {
                            "line": w.line("V"),
                            "quantity": 1,
                            "disposition": "SCRAP",
                            "condition": "damaged",
                            "note": "A crack",
                            "credit_percent": 50,
                        }
                    ],
                ),
                w.step("V", disposition="RESTOCK"),
            ]
        },
        ["INVALID lines.0", "NOT_FOUND disposition", True, True],
    ),
    # Money
    Row(
        *("a clerk settles nothing", "clerk", "api_settle"),
        lambda w: {"refs": [w.asked["A"]["id"]]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("settle", "manager", "api_settle"),
        lambda w: {"refs": [w.asked["V"]["name"], w.step("D"), NOBODY]},
        [True, "INVALID_STATE", "NOT_FOUND"],
    ),
    # Giving up
    Row(
        *("an approver cancels nothing", "approver", "api_cancel"),
        lambda w: {"refs": [w.asked["S"]["id"]]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("cancel", "clerk", "api_cancel"),
        lambda w: {"refs": [w.asked["S"]["id"], w.asked["A"]["id"], "RET/0000"]},
        [True, "INVALID_STATE", "NOT_FOUND"],
    ),
    # How it ended, for who sees prices and who does not
    Row(
        *("read by the clerk", "clerk", "api_get"),
        lambda w: {"refs": [w.asked[name]["id"] for name in "AVRSM"]},
        5 * [True],
    ),
    Row(
        *("read by the warehouse", "warehouse", "api_get"),
        lambda w: {"refs": [w.asked[name]["id"] for name in "AVM"]},
        [True, True, "NOT_FOUND"],
    ),
    Row(
        *("events before the first", "clerk", "api_events"),
        lambda w: {"after_id": -1},
        "UserError",
    ),
]
EVENTS = {"clerk": "events", "warehouse": "events of the warehouse"}


@pytest.fixture(scope="module")
def answers(transports, company, foreign):
    """What the table was answered: by transport, by title."""
    answers = {}
    for transport, users in transports.items():
        world = World(
            lantern=company.sell(7),
            vase=company.sell(2, company.vase),
            customer=company.customer,
            foreign=foreign,
            first_event=last_event(users["clerk"]),
        )
        answers[transport] = told_rows = {}
        for row in TABLE:
            answer = told(users[row.role], row.method, **row.arguments(world))
            told_rows[row.title] = answer
            for index, name in enumerate(row.keep):
                if name:
                    assert answer[index]["ok"], answer[index]
                    world.asked[name] = answer[index]
        for role, title in EVENTS.items():
            told_rows[title] = follow(users[role], world)
    return answers


def last_event(user, last_id=0):
    while events := told(user, "api_events", after_id=last_id):
        last_id = events[-1]["id"]
    return last_id


def follow(user, world):
    """The events of this world's returns, up to the last one: what a job has begun in
    the meantime holds the feed up until it is done."""
    last_id, found = world.first_event, []
    last = world.asked["S"]["id"], "cancelled"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        events = told(user, "api_events", after_id=last_id, limit=50)
        found += [event for event in events if event["return_id"] in world.known()]
        last_id = events[-1]["id"] if events else last_id
        if not events and (
            any((event["return_id"], event["type"]) == last for event in found)
            or not told(user, "api_get", refs=[last[0]])[0]["ok"]
        ):
            break
        time.sleep(0 if events else 0.2)
    return found


def outcome(answer):
    """What the table expects of an answer."""
    if isinstance(answer, Refusal):
        assert answer.message and "Traceback" not in answer.message
        return answer.kind
    outcomes = []
    for result in answer:
        if not result["ok"]:
            assert all(error["message"] for error in result["errors"])
        [*errors] = result.get("errors", [])
        told = [f"{error['code']} {error['path']}".strip() for error in errors]
        outcomes.append(result["ok"] or (told[0] if len(told) == 1 else told))
    return outcomes


@pytest.mark.parametrize("transport", ["xmlrpc", "jsonrpc", "json2"])
def test_each_call_is_answered_as_promised(answers, transport):
    told_rows = answers[transport]
    outcomes = {row.title: outcome(told_rows[row.title]) for row in TABLE}
    assert outcomes == {row.title: row.expected for row in TABLE}


@pytest.mark.parametrize("transport", ["jsonrpc", "json2"])
def test_all_transports_tell_the_same(answers, transport):
    for title, answer in answers["xmlrpc"].items():
        assert alike(answers[transport][title]) == alike(answer), title


def alike(value, key=""):
    """The value without what is another for each return: ids, numbers, dates."""
    if isinstance(value, dict):
        return {k: alike(item, k) for k, item in value.items()}
    if isinstance(value, list):
        return [alike(item, key) for item in value]
    if isinstance(value, Refusal):
        return value.kind, value.message
    if isinstance(value, str):
        return re.sub(r"[0-9a-f]{32}|\d+", "#", value)
    if isinstance(value, int) and not isinstance(value, bool):
        return "#"
    return value


@pytest.mark.parametrize("transport", ["xmlrpc", "jsonrpc", "json2"])
def test_answers_hold_what_every_transport_carries(answers, transport):
    times, days, currencies = [], [], set()
    for answer in answers[transport].values():
        if isinstance(answer, Refusal):
            continue
        assert_plain(answer)
        for key, value in leaves(answer):
            if key in ("date_request", "until"):
                days.append(value)
            elif key == "date" or key.startswith("date_"):
                times.append(value)
            elif key == "currency":
                currencies.add(value)
            elif key.startswith(("amount_", "price_", "quantity")):
                assert isinstance(value, float), (key, value)
    time_format, day_format = r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z", r"\d{4}(-\d\d){2}"
    assert times and all(re.fullmatch(time_format, text) for text in times if text)
    assert days and all(re.fullmatch(day_format, text) for text in days if text)
    assert len(currencies) == 1 and re.fullmatch("[A-Z]{3}", currencies.pop())


def leaves(value, key=""):
    """Each value with its key."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    else:
        yield key, value


@pytest.mark.parametrize("transport", ["xmlrpc", "jsonrpc", "json2"])
def test_no_price_is_in_what_the_warehouse_is_told(answers, transport):
    titles = [row.title for row in TABLE if row.role == "warehouse"]
    heard = [answers[transport][title] for title in [*titles, EVENTS["warehouse"]]]
    seen = str(answers[transport]["read by the clerk"])
    for amount in (PRICE, 2 * PRICE, 0.5 * PRICE, 1.5 * PRICE):
        assert str(amount) not in str(heard)
    assert str(PRICE) in seen and "credit_notes" in seen
    told_keys = {key for key, _value in leaves(heard)}
    assert "quantity_received" in told_keys
    for word in ("amount", "price", "refund", "payment", "residual", "payload"):
        assert not [key for key in told_keys if word in key]


@pytest.mark.parametrize("transport", ["xmlrpc", "jsonrpc", "json2"])
def test_events_tell_each_return_in_order(answers, transport):
    stories = {}
    for event in answers[transport]["events"]:
        stories.setdefault(event["return_id"], []).append(event)
    types = []
    for story in stories.values():
        assert [event["number"] for event in story] == list(range(1, len(story) + 1))
        for before, after in zip(story, story[1:], strict=False):
            assert after["from_state"] == before["to_state"]
        types.append([event["type"] for event in story])
    heads = [tuple(story[:3]) for story in types]
    assert len(types) == 6 and ("created", "submitted", "rejected") in heads
    lantern, vase = types[:2]
    assert lantern.count("called") == 2 and {"credit_posted", "done"} <= {*lantern}
    assert {"received", "inspected", "credit_posted", "done"} <= {*vase}
