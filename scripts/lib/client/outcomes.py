"""What became of each row of a file, and the file that says so."""

import collections
import csv
import os
from dataclasses import asdict, dataclass, fields

from .errors import BadFile

MADE, REPLAYED, REFUSED, BAD, OPEN = "made", "replayed", "refused", "bad", "open"


@dataclass
class Outcome:
    """``result`` is one of the above; ``number`` and ``state`` are the return's."""

    line: int
    source: str
    ref: str
    result: str = OPEN
    number: str = ""
    state: str = ""
    code: str = ""
    path: str = ""
    message: str = ""


class Outcomes:
    """The outcomes of all rows, in the order of the file."""

    def __init__(self, rows, returns):
        self._by_line = {}
        for one in returns:
            for row in one.rows:
                self._by_line[row.line] = Outcome(row.line, one.source, one.ref)
        self._by_line = {row.line: self._by_line[row.line] for row in rows}
        for row in rows:
            if row.problems:
                self._note_problems(row)

    def __iter__(self):
        return iter(self._by_line.values())

    def count(self):
        """Number of rows by result."""
        return collections.Counter(outcome.result for outcome in self)

    def lines(self, result):
        """The lines with that result as a short text: ``2-4, 7``."""
        runs = []
        for outcome in self:
            if outcome.result != result:
                continue
            if runs and runs[-1][1] == outcome.line - 1:
                runs[-1][1] = outcome.line
            else:
                runs.append([outcome.line, outcome.line])
        return ", ".join(
            str(first) if first == last else f"{first}-{last}" for first, last in runs
        )

    def _note_problems(self, row):
        outcome = self._by_line[row.line]
        outcome.result, outcome.code = BAD, "INVALID"
        outcome.path = row.problems[0][0]
        outcome.message = "; ".join(
            f"{column}: {text}" if column else text for column, text in row.problems
        )

    def note(self, one, answer):
        """Take down what the API answered for a return."""
        errors = answer.get("errors", [])
        for index, row in enumerate(one.rows):
            outcome = self._by_line[row.line]
            if answer["ok"]:
                outcome.result = REPLAYED if answer["replayed"] else MADE
                outcome.number, outcome.state = answer["name"], answer["state"]
                outcome.message = "; ".join(answer["warnings"])
                continue
            prefix = f"lines.{index}"
            own = [e for e in errors if f"{e['path']}.".startswith(f"{prefix}.")]
            outcome.result = REFUSED
            # Of the others the row is refused with, for want of one of its own.
            told = own or errors
            outcome.code, outcome.path = told[0]["code"], told[0]["path"]
            outcome.message = "; ".join(error["message"] for error in told)

    def write(self, path):
        """Write them as CSV, whole or not at all."""
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        names = [field.name for field in fields(Outcome)]
        try:
            with scratch.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.DictWriter(file, names)
                writer.writeheader()
                writer.writerows(asdict(outcome) for outcome in self)
            scratch.replace(path)
        except OSError as error:
            scratch.unlink(missing_ok=True)
            raise BadFile(
                f"{path} cannot be written: {error.strerror}. Name another with "
                "--result."
            ) from error
