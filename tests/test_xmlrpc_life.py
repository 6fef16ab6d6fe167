"""What other systems do with returns over XML-RPC and JSON-RPC, and may not do."""

import time
from concurrent.futures import ThreadPoolExecutor

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


def test_other_systems_take_every_step(over, sold):
    """As the feed tells it afterwards; each step is sent twice and taken once."""
    clerk = over["clerk"]
    ref = request_id(clerk, sold.request(2))
    key = {"return": ref, "source": "desk", "ref": f"decide {ref}"}
    for role, method, step in (
        ("approver", "api_decide", key | {"decision": "approve"}),
        ("warehouse", "api_receive", key | {"source": "wms"}),
    ):
        [taken] = over[role](RETURN, method, [step])
        assert taken["ok"] and not taken["replayed"], taken
        [again] = over[role](RETURN, method, [step])
        assert again["replayed"] and again["id"] == ref
    assert get(clerk, ref)["refund_status"] == "paid"
    types, last_id = [], 0
    deadline = time.monotonic() + 60
    # What a job has begun in the meantime holds the feed up until it is done.
    while types.count("called") < 2 and time.monotonic() < deadline:
        events = clerk(RETURN, "api_events", after_id=last_id)
        types += [event["type"] for event in events if event["return_id"] == ref]
        last_id = events[-1]["id"] if events else last_id
        time.sleep(0 if events else 0.2)
    assert types[:5] == ["created", "submitted", "approved", "called", "received"]
    assert types[-1] == "called" and "credit_posted" in types and "done" in types


def test_the_same_reference_answers_the_same_return(over, company, sold):
    request = sold.request()
    first = ask(over["clerk"], request)
    before = company.count_returns()
    assert ask(over["clerk"], request) == first | {"replayed": True}
    assert company.count_returns() == before


def test_the_same_reference_with_other_content_is_a_conflict(over, company, sold):
    request = sold.request(1)
    request_id(over["clerk"], request)
    before = company.count_returns()
    changed = request | {"lines": sold.request(2)["lines"]}
    [error] = ask(over["clerk"], changed)["errors"]
    assert error["code"] == "REF_CONFLICT"
    assert company.count_returns() == before


def test_an_unknown_return_is_not_found(over):
    for ref in (2**31 - 1, 2**31 - 1.0, "RET/0000", {"source": "shop"}, [], True, "\n"):
        [error] = get(over["clerk"], ref)["errors"]
        assert error["code"] == "NOT_FOUND", ref


def test_more_than_was_delivered_is_refused(over, company, untouched):
    before = company.count_returns()
    [error] = ask(over["clerk"], untouched.request(6))["errors"]
    assert error["code"] == "QTY_EXCEEDS_RETURNABLE"
    assert error["path"] == "lines.0.quantity"
    assert error["details"] == {"returnable": 5.0}
    assert company.count_returns() == before


def test_lines_of_one_request_share_what_is_left(over, company, untouched):
    request = untouched.request(3)
    request["lines"] *= 2
    before = company.count_returns()
    [error] = ask(over["clerk"], request)["errors"]
    assert (error["code"], error["path"]) == (
        "QTY_EXCEEDS_RETURNABLE",
        "lines.1.quantity",
    )
    assert error["details"] == {"returnable": 2.0}
    assert company.count_returns() == before


def test_one_bad_request_does_not_spoil_the_good_ones(over, sold):
    requests = [sold.request(n) for n in (1, 99_999, 2)]
    results = over["clerk"](RETURN, "api_request", requests)
    assert [result["ok"] for result in results] == [True, False, True]
    assert results[1]["errors"][0]["path"] == "lines.0.quantity"


def test_an_atomic_call_makes_all_returns_or_none(over, company, sold):
    before = company.count_returns()
    requests = [sold.request(n) for n in (1, 99_999, 2)]
    results = over["clerk"](RETURN, "api_request", requests, atomic=True)
    assert not any(result["ok"] for result in results)
    assert company.count_returns() == before


def test_parallel_requests_never_get_more_than_was_delivered(xmlrpc_as, company):
    """Who is told BUSY asks again, as the interface says."""
    sold = company.sell(2)

    def ask_until_told(number):
        clerk = xmlrpc_as("return_clerk")
        while True:
            result = ask(clerk, sold.request())
            if result["ok"] or result["errors"][0]["code"] != "BUSY":
                return result

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(ask_until_told, range(6)))
    codes = sorted("" if r["ok"] else r["errors"][0]["code"] for r in results)
    assert codes == ["", ""] + 4 * ["QTY_EXCEEDS_RETURNABLE"]
    lines = company.admin(LINE, "search_count", [("sale_line_id", "=", sold.line)])
    assert lines == 2


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


def test_every_public_method_answers_what_xml_rpc_can_carry(users, company, sold):
    """Odoo commits before it writes the answer: what XML-RPC cannot carry would be
    done, told to have failed, and done again."""
    clerk, approver, manager = (
        users[role] for role in ("clerk", "approver", "manager")
    )
    explain = "sale.return.order.explain"
    asked = request_id(clerk, sold.request(), submit=False)
    steps = [
        *(
            (clerk, method)
            for method in ("action_submit", "action_submit", "action_withdraw")
        ),
        (clerk, "action_withdraw"),
        (clerk, "action_submit"),
        (approver, "action_send_back"),
        (approver, "action_send_back", "Which one?"),
        (clerk, "action_submit"),
        (approver, "action_reject"),
        (approver, "action_reject", "Too old."),
        (clerk, "action_reset_to_draft"),
        (clerk, "action_cancel"),
        (clerk, "action_cancel"),
    ]
    for user, method, *arguments in steps:
        assert user(RETURN, method, [asked], *arguments), method
    asked = approve(users, sold.request(2))
    receipt = get(clerk, asked)["transfers"][0]["id"]
    for user, method in [
        (approver, "action_approve"),
        (clerk, "action_view_sale_orders"),
        (clerk, "action_view_pickings"),
        (clerk, "action_print_slip"),
        (manager, "action_close_short"),
    ]:
        assert user(RETURN, method, [asked]), method
    assert users["warehouse"]("stock.picking", "button_validate", [receipt])
    assert clerk(RETURN, "action_view_refunds", [asked])
    assert manager(RETURN, "action_settle", [asked])
    for method in ("action_create_return", "action_view_returns"):
        assert clerk("sale.order", method, [sold.id]), method
    asked = approve(users, sold.request(2))
    vals = {
        "step": "close_short",
        "explanation": "Lost",
        "order_ids": [(6, 0, [asked])],
    }
    dialog = manager(explain, "create", vals)
    assert manager(explain, "action_apply", [dialog])
    assert company.read(RETURN, asked, "state")["state"] == "done"


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
