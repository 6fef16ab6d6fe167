"""scripts/test: the tests of all addons, and those against a running server.

Three parts, each on fresh copies of template databases: pytest in one process with
Odoo (addons/*/tests), Odoo's own runner at install and update of the addons, pytest
against servers (tests/).
"""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from . import postgres, setup
from .databases import Databases
from .minimum import MINIMUM
from .odoo import Odoo, tail
from .places import ADDONS, ROOT, cache, modules
from .templates import Templates

BLACK_BOX = ROOT / "tests"
NO_TESTS = 5
# What Odoo's log must not have: any error, and warnings about what is ours. (Others
# stand there by design, as of an unpatched wkhtmltopdf.)
OURS = re.compile(r" (ERROR|CRITICAL) | WARNING .*sale[._]return")


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self


def main(arguments):
    if set(arguments) & {"-h", "--help"}:
        print(f"usage: scripts/test [PYTEST ARGUMENT...]\n\n{__doc__}")
        return 0
    environment = setup.ensure()
    folder = cache() / "runs" / str(os.getpid())
    _drop_old_runs(folder.parent)
    with postgres.server("test").running() as server:
        databases = Databases(environment, server)
        databases.drop_leftovers()
        try:
            return Run(Odoo(databases, folder), arguments).all()
        finally:
            databases.drop_own()


def _drop_old_runs(folder):
    """Logs stay until the next run after theirs."""
    for run in folder.glob("*"):
        if not Path("/proc", run.name).exists():
            shutil.rmtree(run, ignore_errors=True)


class Run:
    """One run of the tests that the arguments name (all of them, if they name none)."""

    def __init__(self, odoo, arguments):
        self.odoo = odoo
        self.databases = odoo.databases
        self.templates = Templates(odoo)
        self.is_whole = not arguments
        paths = [a for a in arguments if Path(a.split("::")[0]).exists()]
        self.options = [a for a in arguments if a not in paths]
        self.in_addons = [a for a in paths if _is_in(ADDONS, a)]
        self.in_tests = [a for a in paths if _is_in(BLACK_BOX, a)]
        if not self.in_addons and not self.in_tests:
            self.in_addons = [str(p) for p in ADDONS.glob("*/tests") if p.is_dir()]
            self.in_tests = [str(BLACK_BOX)]
        self.count = Count()
        self.complaints = []

    def all(self):
        """Run the parts, print what came of them, and return the exit code."""
        if self.in_addons:
            self._part("tests of the addons", self._in_process)
        if self.is_whole and modules():
            self._part("Odoo's own runner", self._native)
        if self.in_tests:
            self._part("tests against a server", self._black_box)
        return self._summary()

    def _part(self, title, part):
        started = time.monotonic()
        print(f"\n=== {title} ===", flush=True)
        part()
        print(f"=== {title}: {time.monotonic() - started:.0f} s ===", flush=True)

    def _in_process(self):
        database = self.templates.copy(self.templates.addons(), "addons")
        self._pytest(
            "addons",
            *("--odoo-database", database),
            *("--odoo-config", self.odoo.configuration),
            "--odoo-http",
            *self.in_addons,
        )

    def _black_box(self):
        self._pytest("servers", "-p", "no:odoo", *self.in_tests)

    def _pytest(self, name, *options):
        report = self.odoo.folder / f"{name}.xml"
        python = self.databases.environment.python
        variables = self.databases.variables(
            SALE_RETURN_ENVIRONMENT=self.databases.environment.dump(),
            SALE_RETURN_RUN=self.odoo.folder,
        )
        # No plugin of tests/ may depend on where the run was started.
        done = subprocess.run(
            [
                *(python, "-P", "-m", "pytest", "-p", "no:cacheprovider"),
                *(f"--rootdir={ROOT}", f"--junitxml={report}"),
                *map(str, options),
                *self.options,
            ],
            env=variables,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
        )
        count = _read(report)
        self.count += count
        if done.returncode not in (0, NO_TESTS) and not count.failed:
            self._complain(f"pytest ended with code {done.returncode} ({name})")
        if count.skipped:
            self.complaints.append(f"{count.skipped} tests were skipped ({name})")

    def _native(self):
        """Install and update the addons as an administrator would, with their tests."""
        database = self.templates.copy(self.templates.core(), "native")
        names = ",".join(modules())
        tags = ",".join(f"/{name}" for name in modules())
        for action in ("-i", "-u"):
            log = self.odoo.folder / f"native{action}.log"
            with log.open("w") as file:
                done = subprocess.run(
                    self.odoo.command(
                        *("-d", database, action, names, "--test-tags", tags),
                        *("--http-port", 0, "--stop-after-init"),
                    ),
                    env=self.databases.variables(),
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
            text = log.read_text()
            told = re.findall(r"(\d+ failed, .* of \d+ tests.*)", text)
            print(f"odoo {action} {names}: {told[-1] if told else 'no test ran'}")
            for line in text.splitlines():
                if OURS.search(line):
                    self._complain(f"odoo {action}: {line}")
            if done.returncode:
                self._complain(f"odoo {action} failed:\n{tail(log)}")

    def _complain(self, text):
        self.complaints.append(text)
        self.count.failed += 1

    def _summary(self):
        total = self.count.passed + self.count.failed + self.count.skipped
        if self.is_whole and total < MINIMUM:
            self.complaints.append(
                f"{total} tests ran, and there are at least {MINIMUM}"
            )
        if not total:
            self.complaints.append("no test ran")
        print()
        for complaint in self.complaints:
            print(f"FAILED: {complaint}")
        print(f"logs: {self.odoo.folder}")
        sys.stderr.flush()
        print(f"{self.count.passed} passed, {self.count.failed} failed", flush=True)
        return 1 if self.complaints or self.count.failed else 0


def _is_in(folder, argument):
    return Path(argument.split("::")[0]).resolve().is_relative_to(folder)


def _read(report):
    """Return the Count of a JUnit report; nothing, if pytest wrote none."""
    if not report.exists():
        return Count()
    count = Count()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        total, skipped = int(suite.get("tests")), int(suite.get("skipped"))
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        count += Count(total - failed - skipped, failed, skipped)
    return count
