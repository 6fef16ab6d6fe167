"""Orders and returns on a running server: loaded, sent, decided, received, checked."""

import csv
import json
import sys
import time
from collections import Counter
from pathlib import Path

from rich.console import Console

from . import replay_data
from .client.screen import print_table, progress
from .demo_person import Person
from .replay_books import Books
from .replay_sender import Sender
from .replay_world import World
from .steps import step

SHOWN = 20
NAMES = (
    "line ref order product quantity result return code message received credited "
    "expected problems"
)


def main(arguments):
    """The entry for run.py: the options of scripts/replay, as JSON."""
    options = json.loads(arguments[0])
    replay = Replay(options)
    replay.load()
    replay.run()
    return replay.report()


class Replay:
    """The steps; they remember what became of the rows."""

    def __init__(self, options):
        self.options = options
        self.sold, self.returned = replay_data.read(
            Path(options["orders"]), Path(options["returns"]), options["price"]
        )
        self.admin = Person(options["base_url"], options["database"], "admin")
        self.world = World(self.admin, self.sold, self.returned)
        self.console = Console(width=None if sys.stdout.isatty() else 120)

    def _step(self, title, who):
        return step(self.console, title, who)

    def load(self):
        """Bring what was sold into Odoo."""
        with self._step("Customers and products made, goods in stock", "admin"):
            self.world.load_masters()
        count = len({one.order for one in self.sold})
        with (
            progress("orders", count) as advance,
            self._step(f"{count:,} orders sold, delivered and invoiced", "admin"),
        ):
            self.world.load_orders(advance)

    def run(self):
        """Take the returns through their life, and compare."""
        sender = Sender(self.options)
        started = time.monotonic()
        with self._step("Returns sent by the client", "replay_clerk"):
            outcomes = sender.send(self.returned)
        made = {row["ref"]: row for row in outcomes if row["result"] == "made"}
        waiting = [ref for ref, row in made.items() if row["state"] == "submitted"]
        with self._step(f"{len(waiting):,} approved", "replay_approver"):
            sender.take("approver", "approve", waiting)
        with self._step(f"{len(made):,} received and credited", "replay_warehouse"):
            sender.take("warehouse", "receive", made)
        self.per_minute = len(made) * 60 / (time.monotonic() - started)
        with self._step("The same file again: nothing made twice", "replay_clerk"):
            again = Counter(row["result"] for row in sender.send(self.returned))
        with self._step("Read back and compared", "replay_clerk, admin"):
            answers = sender.read(made)
            books = Books(self.admin, self.world.sold_by_line)
            takes_all = self.options["without_order"]
            self.rows = books.compare(self.returned, outcomes, answers, takes_all)
            self.problems = list(books.check_whole(self.rows, answers))
        if again["made"]:
            self.problems.append(f"sent again, {again['made']} rows were made twice")
        self.count = len(made)

    def report(self):
        """Print the figures and what does not add up; return the exit code."""
        results = Counter(row.result for row in self.rows)
        codes = Counter(row.code for row in self.rows if row.result != "made")
        expected = sum(row.expected for row in self.rows)
        credited = sum(row.credited for row in self.rows)
        print_table(
            ["", ""],
            [
                ("rows", f"{len(self.rows):,}"),
                ("rows accepted", f"{results['made']:,}"),
                *((f"rows refused, {code}", f"{n:,}") for code, n in codes.items()),
                ("returns made", f"{self.count:,}"),
                ("credited", f"{credited:,.2f}"),
                ("expected", f"{expected:,.2f}"),
                ("returns per minute, sent to credited", f"{self.per_minute:,.0f}"),
            ],
        )
        if self.options["out"]:
            self._write(Path(self.options["out"]))
        wrong = [
            f"line {row.back.line} of the returns ({row.back.ref}): {problem}"
            for row in self.rows
            for problem in row.problems
        ] + self.problems
        for problem in wrong[:SHOWN]:
            self.console.print(f"[red]✗[/] {problem}", highlight=False)
        if wrong[SHOWN:]:
            self.console.print(f"… and {len(wrong) - SHOWN} more")
        if not wrong:
            self.console.print("[green]✓[/] Everything adds up.")
        return 1 if wrong else 0

    def _write(self, path):
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(NAMES.split())
            for row in self.rows:
                back = row.back
                writer.writerow(
                    [
                        *(back.line, back.ref, back.order, back.product, back.quantity),
                        *(row.result, row.number, row.code, row.message),
                        *(row.received, row.credited, row.expected),
                        "; ".join(row.problems),
                    ]
                )
