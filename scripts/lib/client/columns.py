"""The columns of a file to import, and how their cells are read.

A reader is called with the text of a cell that is not empty, and raises ValueError with
what to do where it is none that the API takes.
"""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from openpyxl.cell.cell import ERROR_CODES

MAX_KEY, MAX_TEXT, MAX_ID, MAX_QUANTITY = 200, 5000, 2**31 - 1, 10**9


def text(cell):
    return _text(cell, MAX_TEXT)


def key(cell):
    return _text(cell, MAX_KEY)


def _text(cell, longest):
    if len(cell) > longest:
        raise ValueError(f"has {len(cell)} characters; shorten it to {longest}")
    if any(ord(char) < 32 and char not in "\t\n\r" for char in cell):
        raise ValueError("has a control character; type it again")
    return cell


def number(cell):
    """A whole number is an integer: the same content is the same request, whether
    written as 2 or 2.0."""
    if not re.fullmatch(r"\d+(\.\d+)?", cell, re.ASCII):
        raise ValueError("is no number; write it like 2 or 1.5")
    value = float(cell)
    return int(value) if value.is_integer() else value


def quantity(cell):
    value = number(cell)
    if not 0 < value <= MAX_QUANTITY:
        raise ValueError(f"is out of range; it is above 0 and up to {MAX_QUANTITY:,}")
    return value


def identifier(cell):
    value = number(cell)
    if not isinstance(value, int) or not 0 < value <= MAX_ID:
        raise ValueError("is no id; it is a whole number above 0")
    return value


def texts(cell):
    return [_text(part.strip(), MAX_TEXT) for part in cell.split(";") if part.strip()]


def one_of(*values):
    def read(cell):
        if cell.lower() not in values:
            raise ValueError(f"is not known here; write {' or '.join(values)}")
        return cell.lower()

    return read


@dataclass(frozen=True)
class Column:
    """``of_line``: each row has its own; else it is of the whole return, and rows of
    one return must not differ."""

    name: str
    help: str
    read: Callable = text
    of_line: bool = False
    needed: bool = False


COLUMNS = {
    column.name: column
    for column in (
        Column(
            "ref",
            "your own key of the return; rows with the same are one return",
            key,
            needed=True,
        ),
        Column("source", "name of your system; --source gives it for all rows", key),
        Column(
            "order",
            "number of the sales order, or the customer's reference on it",
            of_line=True,
        ),
        Column(
            "sale_line",
            "id of the line of the sales order, instead of product",
            identifier,
            True,
        ),
        Column("product", "internal reference or barcode", of_line=True),
        Column("quantity", "above 0, like 2 or 1.5", quantity, True, needed=True),
        Column("uom", "unit of the quantity; default: that of the order", of_line=True),
        Column("lots", "lots or serial numbers, separated by semicolons", texts, True),
        Column("reason", "code of the reason, like DEFECT", of_line=True),
        Column("note", "what is wrong; some reasons need it", of_line=True),
        Column("goods", "return (default) or keep", one_of("return", "keep"), True),
        Column(
            "resolution",
            "refund (default) or replace",
            one_of("refund", "replace"),
            True,
        ),
        Column(
            "replacement_product", "with replace: what is sent instead", of_line=True
        ),
        Column("replacement_quantity", "with replace: how many of it", quantity, True),
        Column("price", "of a unit; only for goods without an order", number, True),
        Column(
            "partner", "customer's reference or e-mail address; needed without an order"
        ),
        Column("company", "name of the company, to be sure it is the user's"),
        Column("warehouse", "code of the warehouse that receives the goods"),
        Column("customer_reference", "the customer's own claim number"),
        Column("tracking", "number of the parcel"),
        Column(
            "legal_basis",
            "voluntary (default), withdrawal or warranty",
            one_of("voluntary", "withdrawal", "warranty"),
        ),
        Column(
            "refund_method",
            "credit (default), original or transfer",
            one_of("credit", "original", "transfer"),
        ),
        Column("bank_account", "number of the customer's account, for transfer"),
    )
}


def cell_text(value):
    """What a cell of a spreadsheet or a CSV file says, as text; empty: nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        raise ValueError("is a truth value; format the cell as text and type it again")
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        raise ValueError(
            "was made a date by the spreadsheet; format the cell as text and type it "
            "again"
        )
    if isinstance(value, float):  # a spreadsheet's numbers are; 2.0 is typed as 2
        value = int(value) if value.is_integer() else format(Decimal(repr(value)), "f")
    value = str(value).strip()
    if value in ERROR_CODES:
        raise ValueError("is an error of the spreadsheet; mend its formula")
    return value
