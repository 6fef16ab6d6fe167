"""What another system does: it runs the command-line client, each step as its user."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

from .places import ROOT
from .refusal import Refusal

CLIENT = ROOT / "scripts" / "returns_client.py"
SOURCE, REASON = "replay", "NO_REASON"
ROLES = ("clerk", "approver", "warehouse")
COLUMNS = ("ref", "partner", "order", "product", "quantity", "price", "reason")
FINE = (0, 1)  # 1: something was refused, and the result says what


class Sender:
    """Sends returns to the server of the options of scripts/replay."""

    def __init__(self, options):
        self._folder = Path(options["folder"])
        self._transport = ["--json2"] if options["json2"] else []
        self._file = self._folder / "returns.csv"
        self._credentials = self._folder / "credentials.ini"
        self._credentials.touch(0o600)
        self._credentials.write_text(
            f"[DEFAULT]\nurl = {options['base_url']}\n"
            + f"database = {options['database']}\n"
            + "".join(
                f"[{role}]\nlogin = replay_{role}\npassword = replay_{role}\n"
                f"api_key = {options['keys'].get(role, '')}\n"
                for role in ROLES
            )
        )

    def send(self, returned):
        """Import the rows; return what the result file says of each."""
        with self._file.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(
                (
                    one.ref,
                    one.customer,
                    one.order,
                    one.product,
                    one.quantity,
                    "" if one.price is None else one.price,
                    REASON,
                )
                for one in returned
            )
        self._run("clerk", "import", self._file, "--source", SOURCE)
        result = Path(f"{self._file}.result.csv")
        with result.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def take(self, role, command, refs):
        """Have a step of the returns taken."""
        self._run(role, command, *refs, "--source", SOURCE)

    def read(self, refs):
        """The answers of the API, by ref."""
        printed = self._run("clerk", "status", *refs, "--source", SOURCE, "--json")
        return {answer["given"]: answer for answer in json.loads(printed)}

    def _run(self, role, *arguments):
        done = subprocess.run(
            [
                *(sys.executable, CLIENT, "--credentials", self._credentials),
                *("--profile", role, *self._transport, *map(str, arguments)),
            ],
            env=_without_settings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # Its progress bar is there, for whoever can see it move.
            stderr=None if sys.stderr.isatty() else subprocess.PIPE,
            text=True,
        )
        if done.returncode not in FINE:
            raise Refusal(
                f"returns_client.py {arguments[0]} ended with {done.returncode}: "
                f"{done.stderr or 'it says why above'}"
            )
        return done.stdout


def _without_settings():
    """The environment without what whoever calls has set for their own server."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("RETURNS_")
    }
