"""What other systems do with an API key over /json/2."""

import json
import urllib.error
import urllib.request

import pytest
from helpers import PRICE, RETURN


@pytest.fixture(scope="module")
def keys(api_key_of):
    return {role: api_key_of(f"return_{role}") for role in ("clerk", "approver")}


@pytest.fixture(scope="module")
def post(server):
    """A function: post(key, method, **body) returns HTTP status and answer."""

    def post(key, method, model=RETURN, **body):
        request = urllib.request.Request(
            f"{server.base_url}/json/2/{model}/{method}",
            json.dumps(body).encode(),
            {
                "Authorization": f"bearer {key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": server.db,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    return post


@pytest.fixture
def asked(post, keys, sold):
    """The answer to a request of two lanterns."""
    status, [result] = post(keys["clerk"], "api_request", requests=[sold.request(2)])
    assert status == 200 and result["ok"], result
    return result


def test_a_key_requests_a_return_and_reads_how_it_goes(post, keys, asked):
    assert (asked["state"], asked["amount_total"]) == ("submitted", 2 * PRICE)
    assert post(keys["approver"], "action_approve", ids=[asked["id"]]) == (200, True)
    key = {"source": asked["source"], "ref": asked["ref"]}
    for ref in (asked["id"], asked["name"], key):
        status, [told] = post(keys["clerk"], "api_get", refs=[ref])
        assert (status, told["id"], told["state"]) == (200, asked["id"], "approved")


def test_a_replayed_request_makes_no_second_return(post, keys, company, asked):
    before = company.count_returns()
    line = asked["lines"][0]
    lines = [{"sale_line": line["sale_line"], "quantity": 2, "reason": line["reason"]}]
    again = {"source": asked["source"], "ref": asked["ref"], "lines": lines}
    status, [result] = post(keys["clerk"], "api_request", requests=[again])
    assert (status, result) == (200, asked | {"replayed": True})
    assert company.count_returns() == before


def test_a_refused_request_is_an_answer_and_no_error(post, keys, untouched):
    too_much = untouched.request(6)
    status, [result] = post(keys["clerk"], "api_request", requests=[too_much])
    assert (status, result["ok"]) == (200, False)
    [error] = result["errors"]
    assert (error["code"], error["path"]) == (
        "QTY_EXCEEDS_RETURNABLE",
        "lines.0.quantity",
    )


def test_a_wrong_key_is_refused(post, company, asked):
    before = company.count_returns()
    for key in ("", "0" * 40, "return_clerk"):
        status, _error = post(key, "api_get", refs=[asked["id"]])
        assert status == 401
    assert company.count_returns() == before


def test_an_unknown_argument_is_refused(post, keys, asked):
    status, error = post(keys["clerk"], "api_get", refs=[asked["id"]], sudo=True)
    assert status == 422 and "sudo" in error["message"]
    assert post(keys["clerk"], "api_get")[0] == 422


def test_a_clerks_key_cannot_approve(post, keys, company, asked):
    status, error = post(keys["clerk"], "action_approve", ids=[asked["id"]])
    assert status == 403
    assert error["name"] == "odoo.exceptions.AccessError"
    assert company.read(RETURN, asked["id"], "state")["state"] == "submitted"


def test_an_approvers_key_cannot_request(post, keys, company, asked):
    request = {"source": "shop", "ref": "approver", "lines": []}
    before = company.count_returns()
    assert post(keys["approver"], "api_request", requests=[request])[0] == 403
    assert company.count_returns() == before


def test_a_key_sets_no_workflow_field(post, keys, company, asked):
    vals = {"partner_id": company.customer}
    clerk = keys["clerk"]
    before = company.count_returns()
    for body in (
        {"vals_list": [vals | {"state": "approved"}]},
        {"vals_list": [vals], "context": {"default_state": "approved"}},
    ):
        assert post(clerk, "create", **body)[0] in (403, 422)
    assert company.count_returns() == before
    assert post(clerk, "write", ids=[asked["id"]], vals={"state": "done"})[0] in (
        403,
        422,
    )
    assert company.read(RETURN, asked["id"], "state")["state"] == "submitted"


def test_a_private_method_does_not_exist_for_a_key(post, keys, asked):
    body = {"ids": [asked["id"]], "state": "done", "event_type": "done"}
    status, _error = post(keys["clerk"], "_transition", **body)
    assert status in (403, 404)
