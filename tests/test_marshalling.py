"""Odoo commits before it writes the answer: what a transport cannot carry would be
done, told to have failed, and done again. So every public method answers something that
can be carried, or refuses in words, whatever it is called with."""

import json

import pytest
from helpers import RETURN
from transports import Refusal, new_key, told

# Of each model the methods that nobody but us defines: whether they take records, and
# their arguments.
LIST = """
import inspect, json
public = {}
for name, Model in env.registry.items():
    if Model._abstract:
        continue
    for method in dir(Model):
        if method.startswith(("_", "api_")) or not inspect.isfunction(
            getattr(Model, method)
        ):
            continue
        ours = [vars(home)[method] for home in Model.mro() if method in vars(home)]
        if all(one.__module__.startswith("odoo.addons.sale_return_") for one in ours):
            function = getattr(Model, method)
            arguments = [*inspect.signature(function).parameters][1:]
            takes_records = not getattr(function, "_api_model", False)
            public.setdefault(name, {})[method] = [takes_records, arguments]
print(json.dumps(public))
"""
# A manager of returns need not see payments: refused in words.
OF_ACCOUNTING = {"action_view_refund_payments"}
NONSENSE = ["x", -1, True, [[None]], {"a": 1}, "\0", [{"line": "x", "quantity": {}}]]


@pytest.fixture(scope="module")
def public(server):
    found = json.loads(server.shell(LIST).splitlines()[-1])
    assert {"action_submit", "action_settle"} <= found[RETURN].keys()
    assert "sale.order" in found
    return found


@pytest.fixture(scope="module")
def returns(public, users, sold):
    """A draft, a submitted, an approved and a received return for each method."""

    def ask(**options):
        requests = [sold.request(2) | {"ref": new_key()} for _method in public[RETURN]]
        made = told(users["clerk"], "api_request", requests=requests, **options)
        return [result["id"] for result in made]

    drafts, submitted, approved, received = ask(submit=False), ask(), ask(), ask()
    steps = [{"return": one, "decision": "approve"} for one in approved + received]
    told(users["approver"], "api_decide", decisions=steps)
    steps = [{"return": one} for one in received]
    told(users["warehouse"], "api_receive", receipts=steps)
    rows = zip(drafts, submitted, approved, received, strict=True)
    return dict(zip(public[RETURN], rows, strict=True))


def records_of(company, model):
    """Ids of what the manager may have before him: of returns, where it can be."""
    fields = company.admin(model, "fields_get", ["return_order_id"], ["searchable"])
    linked = any(field["searchable"] for field in fields.values())
    domain = [("return_order_id", "!=", False)] if linked else []
    # No such dialog is open: it is asked for all the same.
    return company.admin(model, "search", domain, limit=2) or [2**31 - 1]


def assert_clean(answer):
    assert answer is not None
    if isinstance(answer, Refusal):
        assert answer.kind in ("UserError", "AccessError"), answer
        assert answer.message and "Traceback" not in answer.message, answer


def test_every_public_method_is_answered_or_refused_in_words(
    public, returns, company, users, json2_users
):
    answered, crashes = set(), []
    for model, methods in public.items():
        records = [] if model == RETURN else records_of(company, model)
        for method, (takes_records, names) in methods.items():
            for record in returns[method] if model == RETURN else records:
                ids = [[record]] if takes_records else []
                calls = [(users["manager"], {})]
                calls += [
                    (json2_users["manager"], dict.fromkeys(names, value))
                    for value in ([*NONSENSE] if names else [None])
                ]
                for user, arguments in calls:
                    try:
                        answer = told(user, method, *ids, model=model, **arguments)
                        assert_clean(answer)
                    except AssertionError as error:
                        crashes.append(f"{model}.{method}({arguments}): {error}")
                    else:
                        if not arguments and not isinstance(answer, Refusal):
                            answered.add(method)
    assert not crashes, "\n".join(crashes[:20])
    # Else nothing would have been carried.
    assert public[RETURN].keys() - OF_ACCOUNTING <= answered
