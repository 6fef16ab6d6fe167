"""From a file to returns, and a file that says what became of each row."""

from dataclasses import asdict
from pathlib import Path

from . import outcomes, returns, screen
from .errors import REFUSED, USAGE, BadFile
from .outcomes import Outcomes

SHOWN = 20
TITLES = {
    outcomes.MADE: "made",
    outcomes.REPLAYED: "replayed: there already, nothing made",
    outcomes.REFUSED: "refused by the server",
    outcomes.BAD: "bad: mend the file",
    outcomes.OPEN: "not answered: run it again",
}


class Import:
    """One run of the command.

    :param result: path of the result file; None: beside the file
    """

    def __init__(self, path, source, result):
        self.path = path
        self.result = result or Path(f"{path}.result.csv")
        if self.result.resolve() == path.resolve():
            raise BadFile(f"{path} would be overwritten. Name another with --result.")
        rows, self.returns = returns.read(path, source)
        self.outcomes = Outcomes(rows, self.returns)
        self.good = [one for one in self.returns if not one.is_bad]
        self.is_clean = len(self.good) == len(self.returns)

    def send(self, caller, batch, submit, quiet):
        """Send the good returns, and take down what is answered."""
        self.outcomes.write(self.result)  # not after the sending, if it cannot be
        requests = [one.request() for one in self.good]
        waiting = iter(self.good)
        with screen.progress("returns", len(requests), quiet) as advance:
            for results in caller.take(
                "api_request", "requests", requests, batch, submit=submit
            ):
                for result in results:
                    self.outcomes.note(next(waiting), result)
                advance(len(results))

    def write(self):
        """Write down what became of each row, and say where."""
        self.outcomes.write(self.result)
        screen.say(f"Each row: {self.result}")

    def exit_code(self, is_sent):
        """Of the whole command, see docs/client.md."""
        if not is_sent:
            return 0 if self.is_clean else USAGE
        fine = {outcomes.MADE, outcomes.REPLAYED}
        return 0 if self.outcomes.count().keys() <= fine else REFUSED

    def print_check(self):
        """Say what is right and wrong with the file."""
        screen.say(
            f"{self.path}: {len(self.good)} of {len(self.returns)} returns can be sent."
        )
        self._print_troubles()

    def print_all(self, is_sent):
        """Say what became of it."""
        count = self.outcomes.count()
        rows = [
            (result, count[result], title, self.outcomes.lines(result))
            for result, title in TITLES.items()
            if count[result]
        ]
        screen.print_table(["result", "rows", "", "lines"], rows)
        self._print_troubles()
        if not self.is_clean and not is_sent:
            screen.say(
                "Nothing was sent. Mend these rows, or send the others with --skip-bad."
            )

    def _print_troubles(self):
        troubles = [
            (told.line, told.ref, told.code, told.path, told.message)
            for told in self.outcomes
            if told.result in (outcomes.REFUSED, outcomes.BAD)
        ]
        if troubles:
            names = ["line", "ref", "code", "column or path", "what is wrong"]
            screen.print_table(names, troubles[:SHOWN])
        if len(troubles) > SHOWN:
            screen.say(f"… and {len(troubles) - SHOWN} more")

    def as_json(self):
        return {
            "rows": [asdict(outcome) for outcome in self.outcomes],
            "count": dict(self.outcomes.count()),
            "result_file": str(self.result),
        }
