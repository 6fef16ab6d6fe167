"""Whatever is sent, each answer is right or a coded refusal, and what is refused writes
nothing.

SALE_RETURN_FUZZ_PAYLOADS asks for more payloads than 2,000, SALE_RETURN_FUZZ_SEED for
those of an earlier run.
"""

import os
import random

import fuzzing
import pytest
from fuzz_answers import carried, check, is_clean
from fuzzing import World, renewed, spoilt
from helpers import RETURN
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from transports import Refusal, assert_plain, new_key, told

PAYLOADS = int(os.environ.get("SALE_RETURN_FUZZ_PAYLOADS", "2000"))
SEED = int(os.environ.get("SALE_RETURN_FUZZ_SEED") or random.randrange(2**32))
BATCH = 20
# Who calls it, the argument that holds the items, what these are, and how many of a
# hundred payloads are for it.
METHODS = {
    "api_preview": ("clerk", "requests", fuzzing.requests_of, 14),
    "api_decide": ("approver", "decisions", fuzzing.decisions_of, 14),
    "api_receive": ("warehouse", "receipts", fuzzing.receipts_of, 14),
    "api_inspect": ("warehouse", "inspections", fuzzing.inspections_of, 14),
    "api_settle": ("manager", "refs", fuzzing.plain_or_keyed, 4),
    "api_cancel": ("clerk", "refs", fuzzing.plain_or_keyed, 4),
    "api_get": ("viewer", "refs", fuzzing.refs_of, 4),
    # Last: it leaves hundreds of returns of each line, and all look at those.
    "api_request": ("clerk", "requests", fuzzing.requests_of, 26),
}
OPTIONS = {"api_request": ["submit", "atomic"], "api_settle": ["date"]}
TABLES = [
    *("sale_return_order", "sale_return_order_line", "sale_return_approval"),
    *("sale_return_event", "sale_return_inspection", "mail_message", "mail_mail"),
    *("mail_activity", "ir_attachment", "sale_order", "stock_picking", "stock_move"),
    *("stock_move_line", "stock_lot", "account_move", "account_payment", "res_partner"),
]
# What belongs to a return `o`: tables, what of them, and by which column. (The amounts
# of its lines depend on other returns of what the order sold.)
PARTS = [
    ("sale_return_order_line", "part.id, quantity, quantity_approved", "order_id"),
    ("sale_return_order_line", "quantity_received, quantity_accepted", "order_id"),
    ("sale_return_approval", "part::text", "order_id"),
    ("sale_return_event", "part::text", "order_id"),
    ("stock_picking", "part::text", "return_order_id"),
    ("account_move", "part.id, part.state", "return_order_id"),
    ("mail_message", "part.id", f"model = '{RETURN}' AND res_id"),
    ("ir_attachment", "part.id", f"res_model = '{RETURN}' AND res_id"),
]


@pytest.fixture(scope="module", autouse=True)
def announced(request):
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\nfuzz: {PAYLOADS} payloads, SALE_RETURN_FUZZ_SEED={SEED}", flush=True)


@pytest.fixture(scope="module")
def world(company, foreign, sold):
    """What is sold, with goods without an order allowed."""
    [own] = company.admin("res.company", "search", [], limit=1, order="id")
    company.admin("res.company", "write", [own], {"sale_return_allow_unreferenced": 1})
    serials = {f"SN{number}": 1 for number in range(100)}
    bowl = company.create_inspected("Bowl", "SKU-BOWL", 5000)
    jar = company.create_tracked("Jar", "SKU-JAR", "lot", {"L1": 2000, "L2": 3000})
    radio = company.create_tracked("Radio", "SKU-RADIO", "serial", serials)
    made = [
        sold,
        company.sell(5000, bowl),
        company.sell(5000, jar),
        company.sell(100, radio),
    ]
    yield World(
        orders=[ref for one in made for ref in (one.id, one.name)],
        sale_lines=[one.line for one in made],
        products=[
            *(company.sku, "SKU-BOWL", "SKU-JAR", "SKU-RADIO"),
            *(company.product, jar),
        ],
        lots=["L1", "L2", "SN1", "SN2", "SN99", "NOPE"],
        partners=[company.customer],
        strangers=[
            *(foreign["id"], foreign["name"], foreign["return"]),
            *foreign["order_line"],
        ],
    )
    company.admin("res.company", "write", [own], {"sale_return_allow_unreferenced": 0})


@pytest.fixture(scope="module")
def returns(world, json_users):
    """Returns in all states."""
    count = 3 + PAYLOADS // 1000
    *many, radio = [
        {"sale_line": line, "quantity": 2, "reason": "UNWANTED"}
        for line in world.sale_lines
    ]

    def ask(number):
        requests = [
            {"source": "fuzz", "ref": new_key(), "lines": [line]}
            for line in [radio] + number * many
        ]
        made = told(json_users["clerk"], "api_request", requests=requests)
        assert all(result["ok"] for result in made), made
        return [result["id"] for result in made]

    submitted, approved, received = ask(count), ask(count), ask(count)
    steps = [{"return": one, "decision": "approve"} for one in approved + received]
    told(json_users["approver"], "api_decide", decisions=steps)
    # Those with lots stay as they are: nothing says which came.
    steps = [{"return": one} for one in received]
    told(json_users["warehouse"], "api_receive", receipts=steps)
    ids = submitted + approved + received
    world.returns = told(json_users["clerk"], "api_get", refs=ids)
    return world.returns


@pytest.fixture
def rows(server):
    """A function: what is on file. `(counts, returns)`: how many rows each table has,
    and by return's id a digest of all that belongs to it."""
    counts = " UNION ALL ".join(
        f"SELECT '{table}', count(*) FROM {table}" for table in TABLES
    )
    parts = [
        f"(SELECT string_agg(concat_ws(',', {what}), ';' ORDER BY part.id)"
        f" FROM {table} part WHERE {column} = o.id)"
        for table, what, column in PARTS
    ]
    digests = (
        f"SELECT o.id, md5(concat_ws('|', o.state, {', '.join(parts)}))"
        " FROM sale_return_order o"
    )

    def rows():
        told_rows = server.odoo.databases.sql(server.db, f"{counts}; {digests}")
        pairs = dict(line.split("|") for line in told_rows)
        tables = {table: pairs.pop(table) for table in TABLES}
        return tables, {int(id_): text for id_, text in pairs.items()}

    return rows


@pytest.fixture(scope="module", autouse=True)
def no_jobs(server):
    """Nothing is written meanwhile but by the calls: mails wait."""

    def switch(active):
        # Waits for one that is running, where Odoo would refuse.
        server.odoo.databases.sql(
            server.db,
            f"UPDATE ir_cron SET active = {active} FROM ir_model_data data"
            " WHERE data.res_id = ir_cron.id AND data.model = 'ir.cron'"
            " AND data.module LIKE 'sale_return%'",
        )

    switch(False)
    yield
    switch(True)


@pytest.fixture(autouse=True)
def quiet(server):
    """The server has nothing to complain about."""
    start = len(server.log)
    yield
    complaints = [
        line
        for line in server.log[start:].splitlines()
        if " ERROR " in line or " CRITICAL " in line or line.startswith("Traceback")
    ]
    assert not complaints, complaints[:5]


def fuzz(strategy, count, test):
    """Call `test` with that many examples, and raise what it raised. (A server is not
    the same when it is asked again: there is nothing to reproduce and to shrink.)"""
    failures = []

    @seed(SEED)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(example):
        try:
            test(example)
        except Exception as error:
            failures.append(error)

    run()
    if failures:
        raise ExceptionGroup(f"SALE_RETURN_FUZZ_SEED={SEED}", failures[:9])


def assert_right(method, result, payload):
    try:
        check(result, payload)
    except AssertionError as error:
        sent, answered = ascii(payload)[:1500], ascii(result)[:1500]
        error.add_note(f"{method}: {sent}\nwas answered {answered}")
        raise


@pytest.mark.parametrize("method", METHODS)
def test_items_are_answered_or_refused(transports, world, returns, rows, method):
    role, name, items_of, share = METHODS[method]
    item = spoilt(items_of(world), world)
    batches = st.tuples(
        st.sampled_from(["json2", "json2", "json2", "jsonrpc", "xmlrpc"]),
        st.lists(item, min_size=BATCH, max_size=BATCH),
        st.dictionaries(
            st.sampled_from(OPTIONS.get(method, ["none"])),
            st.booleans() | st.sampled_from(["", "x", "2026-01-01", 0, 7]),
        ),
    )

    def call(batch):
        transport, payloads, options = batch
        options.pop("none", None)
        payloads = [renewed(p, new_key) for p in payloads if carried(transport, p)]
        before_rows, before = rows()
        answer = told(
            transports[transport][role], method, **{name: payloads}, **options
        )
        if isinstance(answer, Refusal):
            # Only what is no item may be wrong with a list of items.
            assert is_clean(answer) and options, (answer, options)
            answer = []
        else:
            assert len(answer) == len(payloads)
        for payload, result in zip(payloads, answer, strict=False):
            assert_right(method, result, payload)
        done = {result["id"] for result in answer if result.get("id")}
        after_rows, after = rows()
        if method in ("api_preview", "api_get") or not done:
            assert after_rows == before_rows and after == before
        else:
            touched = {id_ for id_ in after if after[id_] != before.get(id_)}
            assert touched <= done, (method, touched, done)

    fuzz(batches, max(1, PAYLOADS * share // 100 // BATCH), call)


def test_offers_are_answered_or_refused(json2_users, world, returns, rows):
    calls = st.fixed_dictionaries(
        {},
        optional={
            "orders": st.lists(st.sampled_from(world.orders), max_size=3),
            "partner": st.sampled_from(world.partners),
        },
    )

    def call(arguments):
        if not isinstance(arguments, dict):
            return
        answer = told(json2_users["clerk"], "api_returnable", **arguments)
        if isinstance(answer, Refusal):
            assert is_clean(answer), answer
            return
        for result in answer:
            assert_right("api_returnable", result, arguments)

    before = rows()
    fuzz(spoilt(calls, world), PAYLOADS * 3 // 100, call)
    assert rows() == before


def test_the_feed_is_answered_or_refused(json2_users, world, returns, rows):
    calls = st.fixed_dictionaries(
        {},
        optional={"after_id": st.integers(0, 500), "limit": st.integers(1, 20)},
    )

    def call(arguments):
        if not isinstance(arguments, dict):
            return
        answer = told(json2_users["clerk"], "api_events", **arguments)
        if isinstance(answer, Refusal):
            assert is_clean(answer), answer
        else:
            assert_plain(answer)

    before = rows()
    fuzz(spoilt(calls, world), PAYLOADS * 3 // 100, call)
    assert rows() == before
