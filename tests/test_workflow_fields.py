"""No user sets a workflow field, by whatever way of RPC."""

import pytest
from helpers import LINE, OWN_MODELS, RETURN, ROLES, approve, ask, refuses, request_id

# Odoo fills these itself and passes over them in what others send.
MAGIC = {"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"}


@pytest.fixture(scope="module")
def records(users, company, sold):
    """One record of each of our models, of a draft that was submitted before."""
    draft = request_id(users["clerk"], sold.request())
    users["approver"](RETURN, "action_send_back", [draft], "Once more")
    users["clerk"](RETURN, "action_submit", [draft])
    approval = company.read(RETURN, draft, "approval_ids")["approval_ids"]
    users["approver"](RETURN, "action_reject", [draft], "No")
    users["clerk"](RETURN, "action_reset_to_draft", [draft])
    values = company.read(RETURN, draft, "line_ids", "event_ids")
    ids = (draft, values["line_ids"][0], approval[0], values["event_ids"][0])
    return dict(zip(OWN_MODELS, ids, strict=True))


def readonly_fields(user, model):
    fields = user(model, "fields_get", [], ["readonly"])
    return sorted(name for name in fields.keys() - MAGIC if fields[name]["readonly"])


def read_values(company, model, records):
    values = company.read(model, records[model])
    # Mails that wait are sent, and gone, whenever the server comes to it.
    values.pop("notice_ids", None)
    return values


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_a_return_without_naming_fields(users, sold, role):
    asked = approve(users, sold.request())
    [told] = users[role](RETURN, "read", [asked])
    assert told["state"] == "approved"
    [line] = users[role](LINE, "read", told["line_ids"])
    assert line["quantity_approved"] == 1


@pytest.mark.parametrize("model", OWN_MODELS)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_writes_a_workflow_field(users, company, records, role, model):
    if role == "warehouse" and model in OWN_MODELS[2:]:
        names = ["state"] if "approval" in model else ["type"]
    else:
        names = readonly_fields(users[role], model)
    assert names
    before = read_values(company, model, records)
    for name in names:
        with refuses():
            users[role](model, "write", [records[model]], {name: False})
    assert read_values(company, model, records) == before


@pytest.mark.parametrize("model", OWN_MODELS)
@pytest.mark.parametrize("role", ["clerk", "manager"])
def test_nobody_sets_a_workflow_field_at_creation(users, company, records, role, model):
    wanted = {"order_id": records[RETURN], "partner_id": company.customer}
    known = users[role](model, "fields_get", [], ["readonly"])
    vals = {name: wanted[name] for name in wanted if name in known}
    vals = {name: value for name, value in vals.items() if not known[name]["readonly"]}
    if model == LINE:
        [line] = company.admin(LINE, "read", [records[LINE]], ["sale_line_id"])
        vals["sale_line_id"] = line["sale_line_id"][0]
    before = company.count_returns()
    for name in readonly_fields(users[role], model):
        with refuses():
            users[role](model, "create", vals | {name: False})
    assert company.count_returns() == before


def test_the_callers_context_sets_no_workflow_field(users, company):
    before = company.count_returns()
    vals = {"partner_id": company.customer}
    for default in ({"default_state": "approved"}, {"default_round": 7}):
        with refuses():
            users["clerk"](RETURN, "create", vals, context=default)
    assert company.count_returns() == before


def test_a_clerks_own_default_values_set_no_workflow_field(users, company, sold):
    clerk = users["clerk"]
    approval = "sale.return.approval"
    for model in (RETURN, approval):
        clerk("ir.default", "set", model, "state", "approved", True)
    try:
        asked = ask(clerk, sold.request())
    finally:
        own = clerk("ir.default", "search", [("user_id", "=", clerk.uid)])
        clerk("ir.default", "unlink", own)
    assert len(own) == 2
    assert asked["state"] == "submitted"
    [level] = company.read(RETURN, asked["id"], "approval_ids")["approval_ids"]
    assert company.read(approval, level, "state")["state"] == "pending"
