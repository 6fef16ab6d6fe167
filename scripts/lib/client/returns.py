"""What the rows of a file ask for: one request of the API for each return."""

import difflib
from dataclasses import dataclass, field
from itertools import zip_longest

from . import sheets
from .columns import COLUMNS, cell_text
from .errors import BadFile

OF_REPLACEMENT = {"replacement_product": "product", "replacement_quantity": "quantity"}


@dataclass
class Row:
    """A row of the file: what its cells are read as, and as ``(column, text)`` what is
    wrong with it."""

    line: int
    values: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)


@dataclass
class Return:
    """The rows of one return; rows without a ref are one of their own."""

    source: str
    ref: str
    rows: list = field(default_factory=list)

    @property
    def is_bad(self):
        return any(row.problems for row in self.rows)

    def request(self):
        """The request; the same rows are always the same request."""
        request = {"source": self.source, "ref": self.ref}
        for row in self.rows:
            request |= {
                name: value
                for name, value in row.values.items()
                if not COLUMNS[name].of_line
            }
        return request | {"lines": [_line(row) for row in self.rows]}


def read(path, source=None):
    """The rows of a file and the returns that they are, good and bad.

    :param source: for rows that name none
    :raise BadFile: where the file or its first line is no use
    """
    (header_line, header), *rows = sheets.read(path)
    names = [str(cell or "").strip().lower() for cell in header]
    while names and not names[-1]:
        names.pop()
    problems = list(_check_header(names, source))
    if problems:
        lines = "\n".join(f"  line {header_line}: {problem}" for problem in problems)
        raise BadFile(f"{path} has wrong columns, nothing was sent:\n{lines}")
    if not rows:
        raise BadFile(f"{path} has no rows below the names of its columns.")
    rows = [_read_row(line, names, cells, source) for line, cells in rows]
    returns = _group(rows)
    for one in returns:
        _check(one)
    return rows, returns


def _check_header(names, source):
    for name in sorted({name for name in names if names.count(name) > 1 and name}):
        yield f"column “{name}” is there twice; remove one"
    for name in names:
        if name and name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, 1)
            hint = f"is it “{near[0]}”?" if near else f"remove it; known: {known()}"
            yield f"unknown column “{name}”; {hint}"
    needed = [name for name, column in COLUMNS.items() if column.needed]
    for name in needed:
        if name not in names:
            yield f"column “{name}” is missing; add it"
    if "source" not in names and not source:
        yield "column “source” is missing; add it, or give --source"


def known():
    return ", ".join(COLUMNS)


def _read_row(line, names, cells, source):
    row = Row(line, {"source": source} if source else {})
    for place, (name, cell) in enumerate(zip_longest(names, cells), 1):
        try:
            value = cell_text(cell)
            if value and not name:
                row.problems.append(
                    ("", f"“{value}” is in column {place}, which has no name")
                )
            elif value:
                row.values[name] = COLUMNS[name].read(value)
        except ValueError as error:
            row.problems.append((name or "", f"“{cell}” {error}"))
    return row


def _group(rows):
    returns = {}
    for row in rows:
        found = row.values.get("source", ""), row.values.get("ref", "")
        if all(found):
            returns.setdefault(found, Return(*found)).rows.append(row)
        else:
            returns[row.line] = Return(*found, [row])
    return list(returns.values())


def _check(one):
    """Note what the API would refuse, by the shape alone."""
    first = {}
    for row in one.rows:
        seen = {name for name, _text in row.problems}
        for name in _missing(row, one):
            if name not in seen:
                row.problems.append((name, "is missing; fill it in"))
        row.problems += _contradictions(row)
        for name, value in row.values.items():
            if COLUMNS[name].of_line:
                continue
            line, before = first.setdefault(name, (row.line, value))
            if value != before:
                text = (
                    f"“{value}” here, and “{before}” in line {line} of the same "
                    "return; write the same, or another ref"
                )
                row.problems.append((name, text))


def _missing(row, one):
    """Names of the cells that the row lacks."""
    has = row.values.keys()
    yield from (n for n in ("source", "ref", "quantity") if n not in has)
    if "sale_line" not in has:
        if "product" not in has:
            yield "product"
        if "order" not in has:
            by_partner = any("partner" in other.values for other in one.rows)
            if not by_partner:
                yield "order"
            elif "price" not in has:
                yield "price"


def _contradictions(row):
    values = row.values
    if "price" in values and {"order", "sale_line"} & values.keys():
        yield "price", "only goods without an order have a price; remove it"
    for name in OF_REPLACEMENT:
        if name in values and values.get("resolution") != "replace":
            yield name, "needs “replace” in column resolution"


def _line(row):
    line = {
        name: value
        for name, value in row.values.items()
        if COLUMNS[name].of_line and name not in OF_REPLACEMENT
    }
    replacement = {
        key: row.values[name]
        for name, key in OF_REPLACEMENT.items()
        if name in row.values
    }
    return line | ({"replacement": replacement} if replacement else {})
