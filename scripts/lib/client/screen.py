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
STATUSES = {
    "state": "state",
    "goods": "receipt_status",
    "inspection": "inspection_status",
    "money": "refund_status",
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
    """Print rows of plain values; colours are those of the results among them.

    Columns without content are left out. Where it is narrow, cells are broken, and the
    first one, by which people know the row, as the last.
    """
    rows = [[str(cell) for cell in row] for row in rows]
    shown = [index for index in range(len(names)) if any(row[index] for row in rows)]
    table = Table(box=box.SIMPLE, header_style="bold")
    for index in shown:
        table.add_column(names[index], overflow="fold", no_wrap=index == shown[0])
    for row in rows:
        cells = (Text(printable(row[i]), COLORS.get(row[i], "")) for i in shown)
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


def print_answers(given, answers):
    """Print results of the API: how far the returns are, and what was refused.

    :param given: the refs as they were typed
    """
    told = list(zip(given, answers, strict=True))
    done = [
        (
            answer["name"],
            *(answer.get(name, "") for name in STATUSES.values()),
            _credited(answer),
            "replayed" if answer["replayed"] else "done",
        )
        for _ref, answer in told
        if answer["ok"]
    ]
    refused = [
        (ref, error["code"], advice(error))
        for ref, answer in told
        for error in answer.get("errors", [])
    ]
    if done:
        print_table(["return", *STATUSES, "credited", "result"], done)
    if refused:
        print_table(["refused", "code", "what is wrong"], refused)


def _credited(answer):
    """Empty for who may not see amounts, as the status of money is."""
    if "amount_total" not in answer:
        return ""
    amounts = answer["amount_refunded"], answer["amount_total"]
    return "{:.2f} of {:.2f} {}".format(*amounts, answer["currency"])


def advice(error):
    """The message of a refusal, and how the client goes on from there."""
    code, message = error.get("code"), error.get("message", "")
    day = error.get("details", {}).get("proposed_date")
    more = f"Agreed with accounting: --date {day}." if day else NEXT.get(code)
    return f"{message} {more}" if more else message
