"""Many callers at once: nothing is done twice, nothing more is promised than there is,
and who is told BUSY asks again and is answered."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from helpers import PRICE, RETURN, Company, get
from transports import JsonRemote, json2_of, new_key, odoorpc_of

ROLES = ("clerk", "approver", "warehouse")
CALLERS = 8
TOO_MUCH = "QTY_EXCEEDS_RETURNABLE"


@pytest.fixture(scope="module")
def crowded(serve):
    """A server of their own, with as many workers as disturb each other."""
    with serve("crowd", workers=4) as served:
        yield served


@pytest.fixture(scope="module")
def company(crowded):
    return Company(JsonRemote(odoorpc_of(crowded, "admin")))


@pytest.fixture(scope="module")
def users(crowded):
    return json2_of(crowded, ROLES)


@pytest.fixture(autouse=True)
def calm(crowded):
    """No call ends in a traceback, and Odoo's own retries are enough."""
    start = len(crowded.log)
    yield
    log = crowded.log[start:]
    assert "Traceback" not in log and "retries failed" not in log.lower()


def insist(user, method, **arguments):
    """The result of one item; as often as it is BUSY, it is sent again.

    Nobody queues for a lock, so who waits longer must not ask less often than
    who comes anew: on a slow machine he would starve."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        [result] = user(RETURN, method, **arguments)
        if result["ok"] or result["errors"][0]["code"] != "BUSY":
            return result
        time.sleep(random.uniform(0.1, 0.8))
    raise AssertionError(f"still busy: {result}")


def at_once(call, items):
    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(call, items))


def code(result):
    return "" if result["ok"] else result["errors"][0]["code"]


def request(line, quantity):
    lines = [{"sale_line": line, "quantity": quantity, "reason": "UNWANTED"}]
    return {"source": "shop", "ref": new_key(), "lines": lines}


# === THE SAME AGAIN === #


def test_a_reference_makes_one_return(users, company):
    sold = company.sell(5)
    clerk, same = users["clerk"], sold.request(1)

    def ask(_number):
        return insist(clerk, "api_request", requests=[same])

    results = at_once(ask, range(50)) + [ask(number) for number in range(50)]
    assert {result["id"] for result in results} == {results[0]["id"]}
    assert [result["replayed"] for result in results].count(False) == 1
    assert all(result["replayed"] for result in results[50:])
    mine = [("external_ref", "=", same["ref"])]
    assert company.admin(RETURN, "search_count", mine) == 1
    other = same | {"lines": sold.request(2)["lines"]}
    results = at_once(
        lambda _number: insist(clerk, "api_request", requests=[other]), range(8)
    )
    assert {code(result) for result in results} == {"REF_CONFLICT"}
    told = get(clerk, {key: same[key] for key in ("source", "ref")})
    assert told["amount_total"] == PRICE


def test_a_step_is_taken_once(users, company):
    sold = company.sell(5)
    asked = insist(users["clerk"], "api_request", requests=[sold.request(2)])["id"]
    step = {"return": asked, "source": "desk", "ref": new_key()}
    taken = []
    for role, method, name, more in (
        ("approver", "api_decide", "decisions", {"decision": "approve"}),
        ("warehouse", "api_receive", "receipts", {"ref": new_key()}),
    ):
        same = {name: [step | more]}
        results = at_once(
            lambda _number, r=role, m=method, s=same: insist(users[r], m, **s),
            range(50),
        )
        assert {code(result) for result in results} == {""}
        assert [result["replayed"] for result in results].count(False) == 1
        other = {name: [step | more | {"return": "RET/0000"}]}
        assert code(insist(users[role], method, **other)) == "REF_CONFLICT"
        taken.append(results[0]["id"])
    assert taken == [asked, asked]
    told = get(users["clerk"], asked)
    assert [transfer["state"] for transfer in told["transfers"]] == ["done"]
    assert [line["quantity_received"] for line in told["lines"]] == [2]
    assert (len(told["credit_notes"]), told["amount_refunded"]) == (1, 2 * PRICE)
    calls = [("order_id", "=", asked), ("type", "=", "called")]
    assert company.admin("sale.return.event", "search_count", calls) == 2


# === NEVER MORE THAN WAS DELIVERED === #


@pytest.mark.parametrize(
    ("lines", "delivered"), [(20, 8), (1, 120)], ids=["20 lines", "one line"]
)
def test_no_unit_is_promised_twice_and_none_is_lost(users, company, lines, delivered):
    values = {"product_id": company.product, "product_uom_qty": delivered}
    sold = company.sell(order_line=[(0, 0, values)] * lines)
    ids = company.read("sale.order", sold.id, "order_line")["order_line"]
    chance = random.Random(lines)
    requests = [
        request(chance.choice(ids), chance.choice([1, 1, 2])) for _number in range(200)
    ]
    clerk = users["clerk"]
    results = at_once(
        lambda one: insist(clerk, "api_request", requests=[one]), requests
    )
    assert {code(result) for result in results} == {"", TOO_MUCH}
    left = dict.fromkeys(ids, float(delivered))
    for result in results:
        for line in result.get("lines", []):
            left[line["sale_line"]] -= line["quantity"]
    assert min(left.values()) >= 0
    rest = [request(line, quantity) for line, quantity in left.items() if quantity]
    for result in clerk(RETURN, "api_request", requests=rest):
        assert result["ok"], result
    more = [request(line, 1) for line in ids]
    for result in clerk(RETURN, "api_request", requests=more):
        [error] = result["errors"]
        assert (error["code"], error["details"]) == (TOO_MUCH, {"returnable": 0.0})
