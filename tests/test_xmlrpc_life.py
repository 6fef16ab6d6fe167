"""What other systems do with returns over XML-RPC and JSON-RPC, and may not do."""

import pytest
from helpers import (
    FORBIDDEN,
    LINE,
    PRICE,
    RETURN,
    ROLES,
    approve,
    ask,
    get,
    refuses,
    request_id,
)

# === THE LIFE OF A RETURN === #


def test_a_shops_request_ends_as_a_posted_credit_note(over, company, sold):
    request = sold.request(2)
    asked = ask(over["clerk"], request)
    assert asked["ok"] and not asked["replayed"]
    assert (asked["state"], asked["amount_total"]) == ("submitted", 2 * PRICE)

    assert over["approver"](RETURN, "action_approve", [asked["id"]]) is True
    approved = get(over["clerk"], asked["name"])
    assert (approved["state"], approved["receipt_status"]) == ("approved", "pending")

    [receipt] = approved["transfers"]
    assert (
        over["warehouse"]("stock.picking", "button_validate", [receipt["id"]]) is True
    )
    done = get(over["clerk"], {"source": request["source"], "ref": request["ref"]})
    assert (done["state"], done["receipt_status"]) == ("done", "full")
    assert (done["refund_status"], done["amount_refunded"]) == ("paid", 2 * PRICE)

    [credited] = done["credit_notes"]
    note = company.read(
        "account.move", credited["id"], "move_type", "state", "amount_total", "name"
    )
    note.pop("id")
    assert note == {
        "move_type": "out_refund",
        "state": "posted",
        "amount_total": 2 * PRICE,
        "name": credited["name"],
    }
    assert credited["invoice"] == sold.invoice  # and set off against it: paid
    assert get(over["clerk"], asked["id"]) == done


# === WHO MAY DO WHAT === #


@pytest.mark.parametrize("role", ["viewer", "approver", "warehouse"])
def test_only_clerks_request_returns(users, company, untouched, role):
    before = company.count_returns()
    with refuses(FORBIDDEN):
        ask(users[role], untouched.request())
    with refuses(FORBIDDEN):
        users[role](RETURN, "create", {"partner_id": company.customer})
    assert company.count_returns() == before


def test_a_clerk_cannot_approve(users, company, sold):
    asked = request_id(users["clerk"], sold.request())
    with refuses(FORBIDDEN):
        users["clerk"](RETURN, "action_approve", [asked])
    assert company.read(RETURN, asked, "state")["state"] == "submitted"


def test_a_manager_cannot_approve_what_he_asked_for(users, company, sold):
    asked = request_id(users["manager"], sold.request())
    with refuses(FORBIDDEN):
        users["manager"](RETURN, "action_approve", [asked])
    assert company.read(RETURN, asked, "state")["state"] == "submitted"


def test_an_approver_cannot_submit(users, company, sold):
    draft = request_id(users["clerk"], sold.request(), submit=False)
    with refuses(FORBIDDEN):
        users["approver"](RETURN, "action_submit", [draft])
    assert company.read(RETURN, draft, "state")["state"] == "draft"


def test_steps_beneath_the_public_ones_cannot_be_called(users, company, sold):
    draft = request_id(users["clerk"], sold.request(), submit=False)
    for method in ("_transition", "_do_approve", "_settle", "_create_receipts"):
        with refuses(FORBIDDEN):
            users["manager"](RETURN, method, [draft])
    assert company.read(RETURN, draft, "state")["state"] == "draft"


def test_a_step_is_refused_to_all_who_may_not_take_it(users, company, sold):
    submitted = request_id(users["clerk"], sold.request())
    approved = approve(users, sold.request())
    for asked, method, arguments, roles in [
        (submitted, "action_approve", [], ("viewer", "clerk", "warehouse")),
        (submitted, "action_reject", ["No."], ("viewer", "clerk", "warehouse")),
        (submitted, "action_send_back", ["Why?"], ("viewer", "clerk", "warehouse")),
        (submitted, "action_withdraw", [], ("viewer", "approver", "warehouse")),
        (approved, "action_cancel", [], ("viewer", "approver", "warehouse")),
        (approved, "action_close_short", ["No."], ROLES[:-1]),
        (approved, "action_settle", [], ROLES[:-1]),
    ]:
        for role in roles:
            with refuses(FORBIDDEN):
                users[role](RETURN, method, [asked], *arguments)
    assert company.read(RETURN, submitted, "state")["state"] == "submitted"
    assert company.read(RETURN, approved, "state")["state"] == "approved"


# === WHAT THE WAREHOUSE MAY NOT SEE === #


def test_the_warehouse_sees_no_amount(users, company, sold):
    asked = approve(users, sold.request(2))
    warehouse = users["warehouse"]
    [line] = company.read(RETURN, asked, "line_ids")["line_ids"]
    for model, record in ((RETURN, asked), (LINE, line)):
        known = company.admin(model, "fields_get", [], ["type"])
        money = {name for name in known if known[name]["type"] == "monetary"}
        money |= known.keys() & {"price_unit", "discount", "tax_ids", "refund_ids"}
        assert len(money) >= 4
        assert not money & warehouse(model, "fields_get").keys()
        assert not money & warehouse(model, "read", [record])[0].keys()
        for name in money:
            with refuses(FORBIDDEN):
                warehouse(model, "read", [record], [name])
            with refuses(FORBIDDEN):
                warehouse(model, "search_read", [], [name])
            with refuses(FORBIDDEN):
                warehouse(model, "search", [(name, ">", 0)])
            with refuses(FORBIDDEN):
                warehouse(model, "search", [], order=name)
            with refuses(FORBIDDEN):
                warehouse(model, "formatted_read_group", [], [name], ["__count"])


def test_no_price_is_in_anything_the_warehouse_reads(users, company, sold):
    asked = approve(users, sold.request(2))
    warehouse = users["warehouse"]
    receipt = get(warehouse, asked)["transfers"][0]["id"]
    warehouse("stock.picking", "button_validate", [receipt])
    told = [
        get(warehouse, asked),
        warehouse(RETURN, "read", [asked]),
        warehouse(LINE, "search_read", [("order_id", "=", asked)]),
        warehouse(
            "mail.message",
            "search_read",
            [("model", "=", RETURN), ("res_id", "=", asked)],
        ),
    ]
    assert str(PRICE) in str(get(users["clerk"], asked))
    assert str(PRICE) not in str(told) and str(2 * PRICE) not in str(told)
