"""The contract of docs/api.md as a table: who calls what, and what comes of it."""

from dataclasses import dataclass, field

from helpers import Company, Sold
from transports import new_key

NOBODY = {"source": "shop", "ref": "never sent"}


@dataclass
class World:
    """What one transport works on: an order of lanterns, one of vases (which are
    inspected), and what its returns turned out to be."""

    lantern: Sold
    vase: Sold
    customer: int
    foreign: dict
    first_event: int
    asked: dict = field(default_factory=dict)
    requests: dict = field(default_factory=dict)

    def request(self, name, *lines, **more):
        """The request of that name, the same each time."""
        if name not in self.requests:
            self.requests[name] = {"source": "shop", "ref": new_key(), "lines": lines}
        return self.requests[name] | more

    def lamp(self, name, quantity=1, **more):
        line = {"product": Company.sku, "quantity": quantity, "reason": "UNWANTED"}
        return self.request(name, line | more, order=self.lantern.name)

    def glass(self, name, quantity=2):
        line = {"sale_line": self.vase.line, "quantity": quantity, "reason": "LATE"}
        return self.request(name, line)

    def step(self, name, **more):
        """A step of the return of that name, with a key of its own."""
        return {"return": self.asked[name]["id"]} | more

    def line(self, name):
        return self.asked[name]["lines"][0]["id"]

    def known(self):
        """The ids and names by which strangers would notice the returns."""
        return {made["id"] for made in self.asked.values()}


@dataclass
class Row:
    """One call: who calls what, and what comes of each item, `True` or "CODE path"; or
    how the call is refused."""

    title: str
    role: str
    method: str
    arguments: object
    expected: object
    keep: tuple = ()


TABLE = [
    # What may come back
    Row(
        *("offer", "clerk", "api_returnable"),
        lambda w: {"orders": [w.lantern.name, w.vase.id, "NOPE", w.foreign["name"]]},
        [True, True, "NOT_FOUND orders.2", "NOT_FOUND orders.3"],
    ),
    Row(
        *("offer to a customer", "viewer", "api_returnable"),
        lambda w: {"orders": [w.lantern.id], "partner": w.customer},
        [True],
    ),
    Row(
        *("offer to nobody", "clerk", "api_returnable"),
        lambda w: {"partner": "nobody@where.example"},
        ["NOT_FOUND partner"],
    ),
    Row("offer of nothing", "clerk", "api_returnable", lambda w: {}, "UserError"),
    # What it would come to
    Row(
        *("preview", "clerk", "api_preview"),
        lambda w: {
            "requests": [
                w.lamp("A", 2),
                w.lamp("B") | {"order": w.foreign["id"]},
                w.lamp("C", 99),
                7,
            ]
        },
        [True, "NOT_FOUND order", "QTY_EXCEEDS_RETURNABLE lines.0.quantity", "INVALID"],
    ),
    Row(
        *("preview of the warehouse", "warehouse", "api_preview"),
        lambda w: {"requests": [w.lamp("A")]},
        "AccessError",
    ),
    # Requests
    Row(
        *("request", "clerk", "api_request"),
        lambda w: {
            "requests": [
                w.lamp("A"),
                w.lamp("C"),
                w.glass("V"),
                w.lamp("R"),
                w.lamp("S"),
                w.lamp("X") | {"lines": [{"sale_line": w.foreign["order_line"][0]}]},
            ]
        },
        [
            *(True, "QTY_EXCEEDS_RETURNABLE lines.0.quantity", True, True, True),
            "INVALID lines.0.quantity",
        ],
        keep=("A", None, "V", "R", "S"),
    ),
    Row(
        *("the same request", "clerk", "api_request"),
        lambda w: {"requests": [w.lamp("A"), w.lamp("A") | {"tracking": "1Z"}]},
        [True, "REF_CONFLICT"],
    ),
    Row(
        *("lines share what is left", "clerk", "api_request"),
        lambda w: {"requests": [w.lamp("two") | {"lines": 2 * w.lamp("A")["lines"]}]},
        ["QTY_EXCEEDS_RETURNABLE lines.1.quantity"],
    ),
    Row(
        *("all or nothing", "clerk", "api_request"),
        lambda w: {"requests": [w.lamp("N"), w.lamp("C")], "atomic": True},
        ["INVALID", "QTY_EXCEEDS_RETURNABLE lines.0.quantity"],
    ),
    Row(
        *("a draft", "clerk", "api_request"),
        lambda w: {"requests": [w.lamp("D")], "submit": False},
        [True],
        keep=("D",),
    ),
    Row(
        *("too many", "clerk", "api_request"),
        lambda w: {"requests": 501 * [w.lamp("N")]},
        501 * ["LIMIT_EXCEEDED"],
    ),
    Row(
        *("of a manager", "manager", "api_request"),
        lambda w: {"requests": [w.lamp("M")]},
        [True],
        keep=("M",),
    ),
    Row(
        *("of an approver", "approver", "api_request"),
        lambda w: {"requests": [w.lamp("N")]},
        "AccessError",
    ),
    Row("no list", "clerk", "api_request", lambda w: {"requests": "all"}, "UserError"),
    # Reading
    Row(
        *("get", "clerk", "api_get"),
        lambda w: {
            "refs": [
                w.asked["A"]["id"],
                w.asked["V"]["name"],
                {key: w.asked["R"][key] for key in ("source", "ref")},
                *("RET/0000", NOBODY, True, w.foreign["return"], None, 2**31 - 1.0),
            ]
        },
        [True, True, True] + 6 * ["NOT_FOUND"],
    ),
    Row(
        *("the warehouse sees no request", "warehouse", "api_get"),
        lambda w: {"refs": [w.asked["A"]["id"]]},
        ["NOT_FOUND"],
    ),
    # Decisions
    Row(
        *("a clerk decides nothing", "clerk", "api_decide"),
        lambda w: {"decisions": [w.step("A", decision="approve")]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("nobody decides on his own", "manager", "api_decide"),
        lambda w: {"decisions": [w.step("M", decision="approve")]},
        ["SELF_APPROVAL"],
    ),
    Row(
        *("decide", "approver", "api_decide"),
        lambda w: {
            "decisions": [
                w.step("A", decision="approve", source="desk", ref=f"d{w.lantern.id}"),
                w.step("V", decision="approve"),
                w.step("R", decision="reject", reason="Worn"),
                w.step("R", decision="approve"),
                w.step("S", decision="send_back", comment="Which one?"),
                w.step("M", decision="approve", grants=[{"line": w.line("A")}]),
                w.step("M", decision="reject"),
                {"return": w.foreign["return"], "decision": "approve"},
            ]
        },
        [
            *(True, True, True, "INVALID_STATE", True),
            *("NOT_FOUND grants.0.line", "INVALID reason", "NOT_FOUND return"),
        ],
    ),
    Row(
        *("the same decision", "approver", "api_decide"),
        lambda w: {
            "decisions": [
                w.step("A", decision="approve", source="desk", ref=f"d{w.lantern.id}"),
                w.step("M", decision="approve", source="desk", ref=f"d{w.lantern.id}"),
            ]
        },
        [True, "REF_CONFLICT"],
    ),
    # Goods
    Row(
        *("a clerk takes nothing in", "clerk", "api_receive"),
        lambda w: {"receipts": [w.step("A")]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("receive", "warehouse", "api_receive"),
        lambda w: {
            "receipts": [
                w.step("A", source="wms", ref=f"i{w.lantern.id}"),
                w.step("V", lines=[{"line": w.line("V"), "quantity": 1}]),
                w.step("V", lines=[{"product": "NOPE", "quantity": 1}]),
                w.step("V", lines=[{"product": "SKU-VASE", "quantity": 1}]),
                w.step("M"),
                {"transfer": "WH/NOPE"},
            ]
        },
        [
            *(True, True, "NOT_FOUND lines.0.product", True),
            *("NOT_FOUND return", "NOT_FOUND return"),
        ],
    ),
    Row(
        *("the same receipt", "warehouse", "api_receive"),
        lambda w: {
            "receipts": [
                w.step("A", source="wms", ref=f"i{w.lantern.id}"),
                w.step("A"),
            ]
        },
        [True, "INVALID_STATE"],
    ),
    Row(
        *("a clerk inspects nothing", "clerk", "api_inspect"),
        lambda w: {"inspections": [w.step("V")]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("inspect", "warehouse", "api_inspect"),
        lambda w: {
            "inspections": [
                w.step("V", lines=[{"line": w.line("V"), "quantity": 9}]),
                w.step("V", disposition="NOPE"),
                w.step(
                    "V",
                    lines=[
                        {
                            "line": w.line("V"),
                            "quantity": 1,
                            "disposition": "SCRAP",
                            "condition": "damaged",
                            "note": "A crack",
                            "credit_percent": 50,
                        }
                    ],
                ),
                w.step("V", disposition="RESTOCK"),
            ]
        },
        ["INVALID lines.0", "NOT_FOUND disposition", True, True],
    ),
    # Money
    Row(
        *("a clerk settles nothing", "clerk", "api_settle"),
        lambda w: {"refs": [w.asked["A"]["id"]]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("settle", "manager", "api_settle"),
        lambda w: {"refs": [w.asked["V"]["name"], w.step("D"), NOBODY]},
        [True, "INVALID_STATE", "NOT_FOUND"],
    ),
    # Giving up
    Row(
        *("an approver cancels nothing", "approver", "api_cancel"),
        lambda w: {"refs": [w.asked["S"]["id"]]},
        ["ACCESS_DENIED"],
    ),
    Row(
        *("cancel", "clerk", "api_cancel"),
        lambda w: {"refs": [w.asked["S"]["id"], w.asked["A"]["id"], "RET/0000"]},
        [True, "INVALID_STATE", "NOT_FOUND"],
    ),
    # How it ended, for who sees prices and who does not
    Row(
        *("read by the clerk", "clerk", "api_get"),
        lambda w: {"refs": [w.asked[name]["id"] for name in "AVRSM"]},
        5 * [True],
    ),
    Row(
        *("read by the warehouse", "warehouse", "api_get"),
        lambda w: {"refs": [w.asked[name]["id"] for name in "AVM"]},
        [True, True, "NOT_FOUND"],
    ),
    Row(
        *("events before the first", "clerk", "api_events"),
        lambda w: {"after_id": -1},
        "UserError",
    ),
]
