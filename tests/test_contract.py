"""The contract of docs/api.md, from one table over all three transports: what each
method answers, and refuses, is the same on each."""

import re
import time

import pytest
from contract_table import TABLE, World
from helpers import PRICE
from transports import Refusal, assert_plain, told

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
