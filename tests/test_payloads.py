"""Malformed requests are refused with a code and a path, and write nothing."""

import uuid

import pytest
from helpers import REFUSED, RETURN, Company, ask, refuses
from transports import JsonRemote, fits_xml

NAN, INFINITY = float("nan"), float("inf")
BIG = "x" * 1_000_000
UNINDEXABLE = "".join(map(chr, range(0x4E00, 0x4E00 + 4000)))
NESTED = [[{"a": [[{}]]}]]

# Keys that a line may have, with values it may not; then keys it may not have.
BAD_IN_LINES = {
    "quantity": [
        *(NAN, INFINITY, -INFINITY, 1e308, 1e-320, 0.0001, 0, -1, 10**9 + 1, 10**400),
        *(True, False, None, "2", "", [2], {"n": 2}, NESTED),
    ],
    "sale_line": [0, -1, 2**31 - 1, 2**31, 2**63, 10**400, 1.0, True, "1", None, [1]],
    "reason": ["", " ", "NOPE", BIG, "A\0", "\ud800", 7, True, None, NESTED],
    "uom": ["", "Bushel", 2**31, -1, True, NAN, NESTED],
    "note": ["", BIG, "a\0b", "\x1b[0m", "\udfff", 7, True, None, NESTED],
    "goods": ["burn", "", True, 1, NESTED],
    "resolution": ["gift", None, NESTED],
    # Nor may a line have one without asking for a replacement.
    "replacement": [
        *(None, {}, "SKU", 7, NESTED, {"price": 1}, {"product": True}),
        *({"quantity": NAN}, {"quantity": -1}, {"quantity": 10**400}),
        {"product": "SKU", "quantity": 1},
    ],
    "product": [True, 1.5, "", BIG, "\ud800", NESTED],
    "lots": [[], {}, "SN1", [7], [""], [BIG], NESTED],
    # An order says what was paid.
    "price": [0, 1, -1, NAN, True, "1", NESTED],
    "price_unit": [0.01],
    "state": ["approved"],
    "quantity_approved": [5],
    "order_id": [1],
    "": [1],
}
BAD_IN_REQUESTS = {
    "source": ["", "\n", BIG, "a\0b", "\ud800", 7, True, None, NESTED, UNINDEXABLE],
    "ref": ["", "\n", BIG, "a\0b", "\ud800", 7, True, None, NESTED, UNINDEXABLE],
    "lines": [[], {}, "all", 7, True, None],
    "partner": ["NOPE", "no@where.example", 2**31 - 1, 2**31, True, "\0", NESTED],
    "company": ["NOPE", 2**31 - 1, True, NESTED],
    "attachments": [[], {}, "x", [{"name": "x"}], [{"name": 1, "data": ""}], NESTED],
    "warehouse": ["NOPE", 2**31 - 1, 2**31, True, "\0", NESTED],
    "goods": ["burn", True],
    "reason": ["NOPE", True, NESTED],
    "refund_method": ["cash", None],
    "customer_reference": ["", BIG, "a\0b", 7, NESTED],
    "legal_basis": ["", "gift", BIG, 7, None, ["withdrawal"], NESTED],
    "tracking": ["", BIG, "\ud800", True, NESTED],
    "state": ["done"],
    "partner_id": [1],
    "external_digest": ["0"],
    "company_id": [1],
}
BAD_LINES = [None, 7, True, "SKU", [], NESTED]
BAD_REQUESTS = [None, 7, True, "", "shop", [], NESTED]


def rename(request, path):
    """The request under a key of its own, where its key is not what is wrong."""
    if path == "ref" or not isinstance(request, dict):
        return request
    return request | {"ref": uuid.uuid4().hex}


@pytest.fixture
def assert_refused(over, company):
    """A function: each of these requests is refused with that path, in its own call,
    and by the preview in one call for all; none writes anything. XML cannot carry all
    of them."""

    def assert_refused(requests, path):
        before = company.count_returns()
        clerk = over["clerk"]
        requests = [
            request
            for request in requests
            if isinstance(clerk, JsonRemote) or fits_xml(request)
        ]
        answers = [ask(clerk, request) for request in requests]
        previews = clerk(RETURN, "api_preview", [rename(r, path) for r in requests])
        for request, *results in zip(requests, answers, previews, strict=True):
            for result in results:
                errors = result.get("errors", [])
                told = [(error["code"], error["path"]) for error in errors]
                assert ("INVALID", path) in told or ("NOT_FOUND", path) in told, (
                    f"{ascii(request)[:400]} was answered {ascii(result)[:400]}"
                )
                assert all(error["message"] for error in errors) and not result["ok"]
        assert company.count_returns() == before

    return assert_refused


@pytest.mark.parametrize("key", BAD_IN_LINES)
def test_a_bad_value_in_a_line_is_refused(assert_refused, untouched, key):
    requests = []
    for value in BAD_IN_LINES[key]:
        request = untouched.request()
        request["lines"][0][key] = value
        requests.append(request)
    assert_refused(requests, f"lines.0.{key}")


@pytest.mark.parametrize("key", BAD_IN_REQUESTS)
def test_a_bad_value_in_a_request_is_refused(assert_refused, untouched, key):
    requests = [untouched.request() | {key: value} for value in BAD_IN_REQUESTS[key]]
    assert_refused(requests, key)


def test_a_line_that_is_none_is_refused(assert_refused, untouched):
    request = untouched.request()
    lines = request["lines"]
    assert_refused([request | {"lines": [*lines, bad]} for bad in BAD_LINES], "lines.1")


def test_a_request_that_is_none_is_refused(assert_refused):
    assert_refused(BAD_REQUESTS, "")


def test_a_request_without_what_it_needs_is_refused(assert_refused, untouched):
    request = untouched.request()
    for key in request:
        assert_refused([{k: request[k] for k in request if k != key}], key)
    line = request["lines"][0]
    assert_refused([request | {"lines": [{}]}], "lines.0.quantity")
    for key in ("product", "order"):
        bare = {"quantity": 1, "reason": line["reason"]}
        assert_refused([request | {"lines": [bare]}], f"lines.0.{key}")


def test_a_key_that_no_text_can_hold_is_refused(json_users, company, untouched):
    before = company.count_returns()
    request = untouched.request() | {"\ud800\0": 1}
    [error] = ask(json_users["clerk"], request)["errors"]
    assert (error["code"], error["path"][:6]) == ("INVALID", r"\ud800")
    assert company.count_returns() == before


def test_requests_that_are_no_list_are_refused(users, company):
    before = company.count_returns()
    for requests in ({}, {"0": {}}, "all", 7, True, None):
        with refuses(REFUSED):
            users["clerk"](RETURN, "api_request", requests)
        for method in ("api_preview", "api_get", "api_returnable", *BAD_STEPS):
            with refuses(REFUSED):
                users["clerk"](RETURN, method, requests)
    for after_id in (-1, "1", None, True, [1]):
        with refuses(REFUSED):
            users["clerk"](RETURN, "api_events", after_id)
    assert company.count_returns() == before


# Steps that no return can have, with the place of what is wrong.
BAD_STEPS = {
    "api_decide": [
        *((bad, "") for bad in BAD_REQUESTS),
        ({"decision": "approve"}, "return"),
        ({"return": 1, "decision": "perhaps"}, "decision"),
        ({"return": 1, "decision": "reject", "reason": BIG}, "reason"),
        ({"return": 1, "decision": "approve", "grants": NESTED}, "grants.0"),
        ({"return": 1, "decision": "approve", "ref": "x"}, "source"),
    ],
    "api_receive": [
        *((bad, "") for bad in BAD_REQUESTS),
        ({"return": 1, "lines": NESTED}, "lines.0"),
        ({"return": 1, "lines": [{"line": 1, "quantity": -1}]}, "lines.0.quantity"),
        ({"transfer": True}, "transfer"),
    ],
    "api_inspect": [
        *((bad, "") for bad in BAD_REQUESTS),
        ({"return": NESTED}, "return"),
        ({"return": 1, "lines": [{"line": 1}]}, "lines.0.quantity"),
        ({"return": 1, "price": 1}, "price"),
    ],
    "api_cancel": [({"return": True}, "return"), (True, ""), (NESTED, "")],
    "api_settle": [({"return": 1, "source": "\0", "ref": "x"}, "source"), ([], "")],
}


@pytest.mark.parametrize("method", BAD_STEPS)
def test_a_malformed_step_is_refused(over, method):
    steps = [
        (step, path)
        for step, path in BAD_STEPS[method]
        if isinstance(over["manager"], JsonRemote) or fits_xml(step)
    ]
    results = over["manager"](RETURN, method, [step for step, _path in steps])
    for (step, path), result in zip(steps, results, strict=True):
        told = [(error["code"], error["path"]) for error in result["errors"]]
        assert ("INVALID", path) in told, f"{ascii(step)[:400]} was answered {told}"


def test_more_than_500_requests_are_refused(users, company, untouched):
    before = company.count_returns()
    requests = [untouched.request() for _number in range(501)]
    results = users["clerk"](RETURN, "api_request", requests)
    assert [result["errors"][0]["code"] for result in results] == 501 * [
        "LIMIT_EXCEEDED"
    ]
    assert company.count_returns() == before


def test_what_is_of_another_company_is_not_found(assert_refused, foreign, untouched):
    request = untouched.request()
    line = {"quantity": 1, "reason": "UNWANTED"}
    request["lines"] = [line | {"sale_line": foreign["order_line"][0]}]
    assert_refused([request], "lines.0.sale_line")
    request["lines"] = [line | {"product": Company.sku}]
    assert_refused([request | {"order": foreign["id"]}], "order")
    request["lines"] = [line | {"product": Company.sku, "order": foreign["id"]}]
    assert_refused([request], "lines.0.order")


def test_what_is_not_on_the_order_is_not_found(assert_refused, untouched):
    request = untouched.request() | {"order": untouched.name}
    request["lines"] = [{"product": "SKU-NOPE", "quantity": 1, "reason": "UNWANTED"}]
    assert_refused([request], "lines.0.product")
    assert_refused([request | {"order": "S-NOPE"}], "order")


def test_a_quotation_is_not_returnable(over, company):
    draft = company.order()
    line = company.read("sale.order", draft, "order_line")["order_line"][0]
    request = {"source": "shop", "ref": f"quotation {draft}"}
    request["lines"] = [{"sale_line": line, "quantity": 1, "reason": "UNWANTED"}]
    before = company.count_returns()
    [error] = ask(over["clerk"], request)["errors"]
    assert error["code"] in ("INVALID", "NOT_RETURNABLE")
    assert company.count_returns() == before
