"""What people see: tables on the standard output, everything else beside it."""

import json
from contextlib import contextmanager

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

# Wide enough that no cell is broken, where no terminal says how wide it is.
WIDE = 200
COLORS = {"done": "green", "made": "green", "replayed": "cyan", "refused": "red"}
COLORS |= {"bad": "red", "open": "yellow"}
ANSWER = {
    "return": "name",
    "state": "state",
    "goods": "receipt_status",
    "inspection": "inspection_status",
    "money": "refund_status",
    "amount": "amount_total",
    "credited": "amount_refunded",
    "currency": "currency",
}
# What to do next, where the client has a way of its own.
NEXT = {
    "BUSY": "Somebody works on the same: run the same command again.",
    "REF_CONFLICT": "What was sent under this ref before stays as it is.",
}


ERR = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def printable(text):
    """The text without what would steer a terminal: people wrote it, and not here."""
    return "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def say(text):
    """Tell something that is no result."""
    ERR.print(printable(text))


def print_json(value):
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_line(value):
    """Print a text, or else JSON, as one line that whoever reads along gets at once."""
    if isinstance(value, str):
        click.echo(printable(value))
    else:
        click.echo(json.dumps(value, ensure_ascii=False))


def print_table(names, rows):
    """Print rows of plain values; colours are those of the results among them."""
    table = Table(*names, box=box.SIMPLE, header_style="bold")
    for row in rows:
        cells = (Text(printable(str(cell)), COLORS.get(cell, "")) for cell in row)
        table.add_row(*cells)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)


@contextmanager
def progress(title, total, hidden=False):
    """A bar; yields a function to call with the number of what is done."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    hidden = hidden or not ERR.is_terminal
    with Progress(*columns, console=ERR, disable=hidden) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)


def answer_row(given, answer, result):
    """Cells for one result of the API, as ANSWER and what was refused."""
    [error] = answer.get("errors", [])[:1] or [{}]
    cells = [answer.get(key, "") for key in ANSWER.values()]
    cells[0] = cells[0] or str(given)
    cells = [f"{c:.2f}" if isinstance(c, float) else c for c in cells]
    return [*cells, result, error.get("code", ""), advice(error)]


def advice(error):
    """The message of a refusal, and how the client goes on from there."""
    code, message = error.get("code"), error.get("message", "")
    day = error.get("details", {}).get("proposed_date")
    more = f"Agreed with accounting: --date {day}." if day else NEXT.get(code)
    return f"{message} {more}" if more else message
