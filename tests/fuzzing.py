"""What other systems may send, from right to absurd, and what they must be told."""

import base64
import copy
from dataclasses import dataclass, field

from hypothesis import strategies as st

# Becomes a key that nobody has sent.
NEW = "a new key"

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


def _base64(content):
    return base64.b64encode(content).decode()


_PNG = base64.b64decode(PNG)
FILES = [
    PNG,
    PNG[:40],
    # A picture of four thousand million points, in a few bytes.
    _base64(_PNG[:16] + b"\0\0\xff\xff\0\0\xff\xff" + _PNG[24:]),
    *map(_base64, (b"%PDF-1.4\n", b"GIF89a\xff\xff\xff\xff\0", b"\xff\xd8\xff\xe0")),
    *map(_base64, (b"<svg onload='x'/>", b"RIFF0000WEBPVP8 ", b"MZ", b"")),
    *("data:image/png;base64,AAAA", "====", "é", "A" * 1_000_000),
]


def _nested(depth):
    value = []
    for _level in range(depth):
        value = [value]
    return value


NASTY = [
    *(None, True, False, 0, 1, -1, 0.5, 1.5, -0.0, 1e-320, 1e308, 1e9, 0.001),
    *(2**31 - 1, 2**31, 2**63, 10**400, -(10**400), float("nan")),
    *(float("inf"), float("-inf"), 2**31 - 1.0),
    *("", " ", "\n", "\0", "a\0b", "\ud800", "x\udfff", "\uffff", "\ufffe", "\x1b[0m"),
    *("\x7f\x85\u2028\u202e", "é", "中文", "\U0001f600", "x" * 1_000_000, "x" * 5000),
    "".join(map(chr, range(0x4E00, 0x4E00 + 200))),
    *("'; DROP TABLE sale_return_order; --", "%s", "%(name)s", "{0}", "\\", "%", "_"),
    *("<script>alert(1)</script>", "1", "true", "NaN", "null", "2026-02-30", "today"),
    *("RET/0000", "id", "state", "__class__", "a.b", "0", "approve", "refund"),
    *([], {}, [[]], [None], [{}], {"": 1}, {"a.b": {"": []}}, _nested(200)),
    *([1] * 1000, {"name": "x"}, {"source": "x", "ref": "y"}, {"id": 1}),
]


def any_of(values):
    """As sampled_from, which would print all of them now and then."""
    return st.integers(0, len(values) - 1).map(values.__getitem__)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8)
)
nasty = st.one_of(
    any_of(NASTY),
    any_of(NASTY),
    scalars,
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=5,
    ),
)


@dataclass
class World:
    """What may be named: all of it is there, some of it in another company."""

    orders: list
    sale_lines: list
    products: list
    lots: list
    partners: list
    strangers: list
    returns: list = field(default_factory=list)

    def strangely(self):
        """Something of another place, or of nobody."""
        lines = [line["id"] for one in self.returns[:20] for line in one["lines"]]
        known = [*self.orders, *self.sale_lines, *self.products, *self.lots, *lines]
        return st.sampled_from(self.strangers + known) | nasty


# === WHAT IS RIGHT === #


def numbers(*usual):
    return st.sampled_from(usual)


def requests_of(world):
    reasons = st.sampled_from(["UNWANTED", "LATE", "DEFECT", "DAMAGED"])
    extras = {
        "note": st.sampled_from(["Broken", "中文", "two\nlines"]),
        "goods": st.sampled_from(["return", "keep"]),
        "uom": st.sampled_from(["Units", "Dozens", 1]),
        "lots": st.lists(st.sampled_from(world.lots), min_size=1, max_size=2),
        "resolution": st.just("refund"),
    }
    replaced = {
        "resolution": st.just("replace"),
        "replacement": st.fixed_dictionaries(
            {},
            optional={
                "product": st.sampled_from(world.products),
                "quantity": numbers(1, 2, 0.5),
            },
        ),
    }
    quantity = {"quantity": numbers(1, 1, 2, 1.5, 3, 100), "reason": reasons}
    product = quantity | {"product": st.sampled_from(world.products)}
    sold = quantity | {"sale_line": st.sampled_from(world.sale_lines)}
    lines = st.one_of(
        st.fixed_dictionaries(sold),
        st.fixed_dictionaries(sold, optional=extras),
        st.fixed_dictionaries(sold | replaced),
        st.fixed_dictionaries(product, optional=extras),
    )
    unsold = st.fixed_dictionaries(
        product | {"price": numbers(0, 1, 0.1, 1e12)}, optional=extras
    )
    more = {
        "company": st.just(1),
        "warehouse": st.sampled_from(["WH", 1]),
        "customer_reference": st.just("C-7"),
        "tracking": st.just("1Z"),
        "legal_basis": st.sampled_from(["voluntary", "withdrawal", "warranty"]),
        "refund_method": st.sampled_from(["credit", "original", "transfer"]),
        "bank_account": st.just("DE00 1234"),
        "attachments": st.lists(
            st.fixed_dictionaries({"name": st.just("photo"), "data": any_of(FILES)}),
            min_size=1,
            max_size=2,
        ),
        "reason": reasons,
        "goods": st.sampled_from(["return", "keep"]),
    }
    key = {"source": st.just("fuzz"), "ref": st.just(NEW)}
    some = st.lists(lines, min_size=1, max_size=3)
    return st.one_of(
        st.fixed_dictionaries(key | {"lines": st.lists(lines, min_size=1, max_size=1)}),
        st.fixed_dictionaries(
            key | {"lines": some, "order": st.sampled_from(world.orders)}, optional=more
        ),
        st.fixed_dictionaries(
            key
            | {
                "lines": st.lists(unsold, min_size=1, max_size=2),
                "partner": st.sampled_from(world.partners),
            },
            optional=more,
        ),
    )


def names_of(one):
    """What one return may be called."""
    names = [one["id"], one["name"]]
    if one["ref"]:
        names.append({key: one[key] for key in ("source", "ref")})
    return names


def refs_of(world):
    return st.sampled_from([name for one in world.returns for name in names_of(one)])


def steps_of(world, required=None, optional=None, named=True):
    """Steps of any return.

    :param required, optional: dicts of strategies, made of the return
    """

    def of(one):
        name = {"return": st.sampled_from(names_of(one))} if named else {}
        more = optional(one) if optional else {}
        needed = name | (required(one) if required else {})
        step = st.fixed_dictionaries(needed, optional=more)
        keys = needed | {"source": st.just("fuzz"), "ref": st.sampled_from([NEW, "K"])}
        return step | st.fixed_dictionaries(keys, optional=more)

    return st.sampled_from(world.returns).flatmap(of)


def _line_of(one):
    return st.sampled_from([line["id"] for line in one["lines"]])


def decisions_of(world):
    def grants(one):
        grant = st.fixed_dictionaries(
            {"line": _line_of(one)},
            optional={
                "quantity": numbers(0, 1, 0.5, 2),
                "percent": numbers(0, 50, 33.3, 100),
            },
        )
        return st.lists(grant, min_size=1, max_size=2)

    return steps_of(
        world,
        lambda one: {
            "decision": st.sampled_from(["approve", "approve", "reject", "send_back"])
        },
        lambda one: {
            "reason": st.just("Worn"),
            "comment": st.just("Photos seen"),
            "grants": grants(one),
        },
    )


def receipts_of(world):
    def lines(one):
        quantity = {"quantity": numbers(1, 1, 2, 0.5, 30)}
        name = st.sampled_from(world.lots)
        counted = st.fixed_dictionaries({"name": name} | quantity)
        lots = {"lots": st.lists(name | counted, min_size=1, max_size=2)}
        product = {"product": st.sampled_from(world.products)}
        line = st.one_of(
            st.fixed_dictionaries({"line": _line_of(one)} | quantity, optional=lots),
            st.fixed_dictionaries(product | quantity, optional=lots),
        )
        return {"lines": st.lists(line, min_size=1, max_size=3)}

    def transfer(one):
        found = [ref for move in one["transfers"] for ref in (move["id"], move["name"])]
        return {"transfer": st.sampled_from(found or ["WH/NOPE"])}

    return st.one_of(
        steps_of(world, optional=lines),
        steps_of(world, lines),
        steps_of(world, transfer, lines, named=False),
    )


def inspections_of(world):
    disposition = st.sampled_from(["RESTOCK", "SCRAP", "REPAIR", "QUARANTINE", 1])

    def lines(one):
        line = st.fixed_dictionaries(
            {"line": _line_of(one), "quantity": numbers(1, 0.5, 2)},
            optional={
                "disposition": disposition,
                "condition": st.sampled_from(["as_new", "damaged", "wrong_item"]),
                "note": st.just("A crack"),
                "credit_percent": numbers(0, 50, 99.99, 100),
                "lot": st.sampled_from(world.lots),
            },
        )
        return st.lists(line, min_size=1, max_size=3)

    return steps_of(
        world, optional=lambda one: {"disposition": disposition, "lines": lines(one)}
    )


def plain_or_keyed(world):
    return refs_of(world) | steps_of(world)


# === WHAT IS NOT === #


def places(value):
    """Where the parts of a payload are: (container, key), itself as (None, None)."""
    found, waiting = [(None, None)], [value]
    while waiting and len(found) < 200:
        container = waiting.pop()
        if isinstance(container, dict):
            found += [(container, key) for key in container]
            waiting += container.values()
        elif isinstance(container, list):
            found += [(container, key) for key in range(len(container))]
            waiting += container
    return found


def mutate(draw, payload, world):
    """Another payload, with one thing wrong (or as right as before)."""
    root = [copy.deepcopy(payload)]
    container, key = draw(st.sampled_from(places(root[0])))
    if container is None:
        container, key = root, 0
        if draw(st.integers(0, 4)):  # else most are nonsense as a whole
            return payload
    how = draw(st.sampled_from(["set", "set", "set", "drop", "add", "wrap", "twice"]))
    if how == "set":
        container[key] = draw(world.strangely())
    elif how == "drop" and container is not root:
        del container[key]
    elif how == "wrap":
        value = container[key]
        container[key] = [value] if draw(st.booleans()) else {str(key): value}
    elif how == "twice" and isinstance(container[key], list):
        container[key] = container[key] * draw(st.sampled_from([2, 2, 20]))
    elif isinstance(container[key], dict):
        name = draw(st.text(max_size=6) | st.sampled_from(["price", "state", "\ud800"]))
        container[key][name] = draw(world.strangely())
    return root[0]


@st.composite
def spoilt(draw, valid, world):
    payload = draw(valid)
    for _mutation in range(draw(st.sampled_from([0, 1, 1, 1, 2, 4]))):
        payload = mutate(draw, payload, world)
    return payload


def renewed(payload, new_key):
    """The payload with a key that nobody has sent, where it is to have one."""
    if isinstance(payload, dict) and payload.get("ref") == NEW:
        return payload | {"ref": new_key()}
    return payload
