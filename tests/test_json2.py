"""What is of /json/2 alone: keys, HTTP status, arguments. What the methods answer is
in test_contract.py."""

import pytest
from helpers import RETURN, request_id
from transports import Json2Remote


@pytest.fixture
def clerk(json2_users):
    return json2_users["clerk"]


@pytest.fixture
def asked(clerk, sold):
    """The id of a submitted return."""
    return request_id(clerk, sold.request(2))


def test_a_wrong_key_is_refused(server, company, asked):
    before = company.count_returns()
    for key in ("", "0" * 40, "return_clerk"):
        status, _error = Json2Remote(server, key).post(RETURN, "api_get", refs=[asked])
        assert status == 401
    assert company.count_returns() == before


def test_an_unknown_argument_is_refused(clerk, asked):
    status, error = clerk.post(RETURN, "api_get", refs=[asked], sudo=True)
    assert status == 422 and "sudo" in error["message"]
    assert clerk.post(RETURN, "api_get")[0] == 422
    assert clerk.post(RETURN, "api_get", refs=[asked], ids=[asked])[0] == 422


def test_a_step_tells_its_code_beside_the_message(clerk, company, asked):
    status, error = clerk.post(RETURN, "action_reset_to_draft", ids=[asked])
    assert (status, error["context"]["code"]) == (422, "INVALID_STATE")
    status, error = clerk.post(RETURN, "action_approve", ids=[asked])
    assert (status, error["name"]) == (403, "odoo.exceptions.AccessError")
    assert company.read(RETURN, asked, "state")["state"] == "submitted"


def test_a_key_sets_no_workflow_field(clerk, company, asked):
    vals = {"partner_id": company.customer}
    before = company.count_returns()
    for body in (
        {"vals_list": [vals | {"state": "approved"}]},
        {"vals_list": [vals], "context": {"default_state": "approved"}},
    ):
        assert clerk.post(RETURN, "create", **body)[0] in (403, 422)
    assert company.count_returns() == before
    status, _error = clerk.post(RETURN, "write", ids=[asked], vals={"state": "done"})
    assert status in (403, 422)
    assert company.read(RETURN, asked, "state")["state"] == "submitted"


def test_a_private_method_does_not_exist_for_a_key(clerk, asked):
    body = {"ids": [asked], "state": "done", "event_type": "done"}
    assert clerk.post(RETURN, "_transition", **body)[0] in (403, 404)
