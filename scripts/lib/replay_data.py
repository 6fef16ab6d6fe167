"""The files that scripts/replay takes: what was sold, and what came back."""

import argparse
import csv
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .refusal import Refusal

# What goods without an order get as ref, so that they do not stop those with one.
LOOSE = "-without-order"
ORDERS = ("order", "customer", "product", "quantity", "price")
RETURNS = ("ref", "customer", "order", "product", "quantity")


@dataclass(frozen=True)
class Sold:
    """A row of the orders: a line of an order."""

    order: str
    customer: str
    country: str
    product: str
    description: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True)
class Back:
    """A row of the returns; ``price`` is asked for goods that name no order."""

    line: int
    ref: str
    customer: str
    order: str
    product: str
    quantity: Decimal
    price: Decimal | None


def price(text):
    """A price as argparse takes it."""
    try:
        return str(_positive(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def read(orders_path, returns_path, unknown_price):
    """The rows of both files, in their order.

    :param str unknown_price: asked for a unit of what is in no order at all
    :return: list of Sold, list of Back
    :raise Refusal: with file and line where a row cannot be used
    """
    sold = list(_read(orders_path, ORDERS, _sold))
    prices = {one.product: one.price for one in sold}  # the newest, which is last

    def back(line, row):
        order, product = row["order"], _text(row, "product")
        return Back(
            line=line,
            ref=_text(row, "ref") + ("" if order else LOOSE),
            customer=_text(row, "customer"),
            order=order,
            product=product,
            quantity=_positive(row["quantity"]),
            price=None if order else prices.get(product, Decimal(unknown_price)),
        )

    return sold, list(_read(returns_path, RETURNS, back))


def _sold(_line, row):
    return Sold(
        order=_text(row, "order"),
        customer=_text(row, "customer"),
        country=row.get("country", ""),
        product=_text(row, "product"),
        description=row.get("description") or row["product"],
        quantity=_positive(row["quantity"]),
        price=_positive(row["price"]),
    )


def _read(path, needed, make):
    """Yield what ``make(line, row)`` makes of the rows; a ValueError of it is told with
    the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="", strict=True)
            missing = [name for name in needed if name not in (rows.fieldnames or [])]
            if missing:
                raise Refusal(
                    f"{path} lacks the columns {', '.join(missing)}. docs/replay.md "
                    "tells all."
                )
            for row in rows:
                cells = {name: cell.strip() for name, cell in row.items() if name}
                try:
                    yield make(rows.line_num, cells)
                except ValueError as error:
                    raise Refusal(f"{path}, line {rows.line_num}: {error}.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refusal(f"{path} cannot be read: {error}. Give a CSV file.") from error


def _text(row, name):
    if not row[name]:
        raise ValueError(f"{name} is missing")
    return row[name]


def _positive(text):
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    if not (number.is_finite() and number > 0):
        raise ValueError(f"“{text}” is no number above 0")
    return number
