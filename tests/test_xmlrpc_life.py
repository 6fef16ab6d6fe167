"""What other systems do with returns over XML-RPC and JSON-RPC, and may not do."""

import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from xml.parsers.expat import ExpatError

import pytest
from helpers import LINE, OWN_MODELS, PRICE, RETURN, ROLES, Company, JsonRemote

REFUSED, FORBIDDEN = 2, 4
# Odoo fills these itself and passes over them in what others send.
MAGIC = {"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"}


@pytest.fixture(scope="module")
def company(odoorpc_as):
    return Company(JsonRemote(odoorpc_as("admin")))


@pytest.fixture(scope="module")
def users(xmlrpc_as):
    """The XML-RPC connection of each role: users["clerk"]."""
    return {role: xmlrpc_as(f"return_{role}") for role in ROLES}


@pytest.fixture(scope="module")
def json_users(odoorpc_as):
    return {role: JsonRemote(odoorpc_as(f"return_{role}")) for role in ROLES}


@pytest.fixture(params=["xmlrpc", "jsonrpc"])
def over(request, users, json_users):
    """The connections of all roles, over one transport and then the other."""
    return {"xmlrpc": users, "jsonrpc": json_users}[request.param]


@pytest.fixture(scope="module")
def sold(company):
    """So many lanterns that no test takes the last one back."""
    return company.sell(10_000)


@pytest.fixture(scope="module")
def untouched(company):
    """Five lanterns, of which no test takes anything back."""
    return company.sell(5)


@contextmanager
def refuses(*codes):
    """What is in the block must be refused, in words and not with a traceback."""
    with pytest.raises(xmlrpc.client.Fault) as refusal:
        yield
    assert "Traceback" not in refusal.value.faultString
    assert refusal.value.faultCode in (codes or (REFUSED, FORBIDDEN))


def ask(user, request, **options):
    """The only result of one request."""
    [result] = user(RETURN, "api_request", [request], **options)
    return result


def get(user, ref):
    [result] = user(RETURN, "api_get", [ref])
    return result


def request_id(user, request, **options):
    result = ask(user, request, **options)
    assert result["ok"], result["errors"]
    return result["id"]


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


# === MALFORMED PAYLOADS === #

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
    "product": [True, 1.5, "", BIG, "\ud800", NESTED],
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
    "warehouse": ["NOPE", 2**31 - 1, 2**31, True, "\0", NESTED],
    "goods": ["burn", True],
    "reason": ["NOPE", True, NESTED],
    "refund_method": ["cash", None],
    "customer_reference": ["", BIG, "a\0b", 7, NESTED],
    "tracking": ["", BIG, "\ud800", True, NESTED],
    "state": ["done"],
    "partner_id": [1],
    "external_digest": ["0"],
    "company_id": [1],
}
BAD_LINES = [None, 7, True, "SKU", [], NESTED]
BAD_REQUESTS = [None, 7, True, "", "shop", [], NESTED]


def fits_xml(value):
    try:
        xmlrpc.client.loads(xmlrpc.client.dumps((value,), allow_none=True).encode())
    except (OverflowError, UnicodeError, ExpatError):
        return False
    return True


@pytest.fixture
def assert_refused(over, company):
    """A function: each of these requests is refused with that path, in its own call,
    and none writes anything. XML cannot carry all of them."""

    def assert_refused(requests, path):
        before = company.count_returns()
        for request in requests:
            if not fits_xml(request) and not isinstance(over["clerk"], JsonRemote):
                continue
            result = ask(over["clerk"], request)
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
    assert (error["code"], request["ref"]) == ("INVALID", request["ref"])
    assert company.count_returns() == before


def test_requests_that_are_no_list_are_refused(users, company):
    before = company.count_returns()
    for requests in ({}, {"0": {}}, "all", 7, True, None):
        with refuses(REFUSED):
            users["clerk"](RETURN, "api_request", requests)
        with refuses(REFUSED):
            users["clerk"](RETURN, "api_get", requests)
    assert company.count_returns() == before


def test_more_than_500_requests_are_refused(users, company, untouched):
    before = company.count_returns()
    requests = [untouched.request() for _number in range(501)]
    results = users["clerk"](RETURN, "api_request", requests)
    assert [result["errors"][0]["code"] for result in results] == 501 * [
        "LIMIT_EXCEEDED"
    ]
    assert company.count_returns() == before


@pytest.fixture(scope="module")
def foreign(company):
    """A quotation of a company that the clerk is not in."""
    other = company.admin("res.company", "create", {"name": "Lanterns Elsewhere"})
    order = company.order(company_id=other)
    return company.read("sale.order", order, "name", "order_line")


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


def approve(users, request):
    asked = request_id(users["clerk"], request)
    users["approver"](RETURN, "action_approve", [asked])
    return asked


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


# === WORKFLOW FIELDS === #


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
    before = company.read(model, records[model])
    for name in names:
        with refuses():
            users[role](model, "write", [records[model]], {name: False})
    assert company.read(model, records[model]) == before


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
