"""scripts/test: the tests of all addons, and those against a running server.

Three parts, each on fresh copies of template databases: pytest in the process of Odoo
(addons/*/tests; in a whole run one process for each core, with a copy of its own),
Odoo's own runner at install and update of the addons (the tests tagged ``native``, what
depends most on how the addons got there), pytest against servers (tests/; in a whole
run two processes, each with servers of its own). In a whole run the first, which takes
the longest, goes on beside the others: servers and browsers wait a lot.
"""

import os
import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
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
WORKERS = min(4, len(os.sched_getaffinity(0)))
SERVERS = 2
# What Odoo's log must not have: any error, and warnings about what is ours. (Others
# stand there by design, as of an unpatched wkhtmltopdf.)
OURS = re.compile(r" (ERROR|CRITICAL) | WARNING .*sale[._]return")


@dataclass
class Outcome:
    """What came of some tests, and in words what was wrong."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    complaints: list = field(default_factory=list)

    def __add__(self, other):
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.complaints + other.complaints,
        )

    def fail(self, complaint):
        """Count a failure that no test has told of."""
        self.failed += 1
        self.complaints.append(complaint)


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
            run = Run(Odoo(databases, folder), arguments)
            return _close(run.all(), folder, run.is_whole)
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

    def all(self):
        """Run the parts and return the Outcome."""
        outcome = Outcome()
        with ThreadPoolExecutor() as threads:
            beside = None
            if self.is_whole:
                self._build_templates()
                beside = threads.submit(self._beside)
            if self.in_addons:
                outcome += self._timed("tests of the addons", self._in_process)
            if beside:
                outcome += self._timed("what ran beside them", beside.result)
                print((self.odoo.folder / "beside.log").read_text(), flush=True)
            elif self.in_tests:
                outcome += self._timed("tests against a server", self._black_box)
        return outcome

    def _build_templates(self):
        """Both at once: each keeps one core busy."""
        with ThreadPoolExecutor() as threads:
            for built in [
                threads.submit(self.templates.addons, demo=demo)
                for demo in (False, True)
            ]:
                built.result()

    def _beside(self):
        """What runs beside the tests of the addons, and what it prints in a file. Not
        both at once: to install addons is a long transaction, which holds back what
        servers tell of events."""
        with (self.odoo.folder / "beside.log").open("w") as log:
            outcome = self._timed(
                "tests against a server", lambda: self._black_box(log), log
            )
            outcome += self._timed("Odoo's own runner", lambda: self._native(log), log)
            return outcome

    def _timed(self, title, part, log=None):
        started = time.monotonic()
        print(f"\n=== {title} ===", file=log, flush=True)
        outcome = part()
        seconds = time.monotonic() - started
        print(f"=== {title}: {seconds:.0f} s ===", file=log, flush=True)
        return outcome

    def _in_process(self):
        database = self.templates.copy(self.templates.addons(), "addons")
        # Class by class: its tests share what the class set up.
        workers = ["-n", WORKERS, "--dist", "loadscope"] if self.is_whole else []
        return self._pytest(
            "addons",
            self.databases.variables(PYTHONPATH=ROOT / "scripts"),
            *("-p", "lib.test_process"),
            *("--odoo-database", database),
            *("--odoo-config", self.odoo.configuration),
            "--odoo-http",
            *workers,
            *self.in_addons,
        )

    def _black_box(self, log=None):
        environment = self.databases.environment
        variables = environment.variables(
            **self.databases.server.choice,
            SALE_RETURN_ENVIRONMENT=environment.dump(),
            SALE_RETURN_RUN=self.odoo.folder,
        )
        # File by file: the tests of one share what they made on the server.
        workers = ["-n", SERVERS, "--dist", "loadfile"] if self.is_whole else []
        return self._pytest(
            "servers", variables, "-p", "no:odoo", *workers, *self.in_tests, log=log
        )

    def _pytest(self, name, variables, *options, log=None):
        report = self.odoo.folder / f"{name}.xml"
        done = subprocess.run(
            [
                *(self.databases.environment.python, "-P", "-m", "pytest"),
                *("-c", ROOT / "pyproject.toml", f"--junitxml={report}"),
                *map(str, options),
                *self.options,
            ],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log and subprocess.STDOUT,
            cwd=ROOT,
        )
        outcome = _read(report)
        if done.returncode not in (0, NO_TESTS) and not outcome.failed:
            outcome.fail(f"pytest ended with code {done.returncode} ({name})")
        if outcome.skipped:
            outcome.complaints.append(f"{outcome.skipped} tests skipped ({name})")
        return outcome

    def _native(self, log):
        """Install the addons as an administrator would, with tests, then update them;
        what Odoo's log complains about is a failure."""
        database = self.templates.copy(self.templates.optional(), "native")
        names = ",".join(modules())
        tags = ",".join(f"native/{name}" for name in modules())
        outcome = Outcome()
        for options in (("-i", names, "--test-tags", tags), ("-u", names)):
            title = f"odoo {options[0]} {names}"
            odoo_log = self.odoo.folder / f"native{options[0]}.log"
            with odoo_log.open("w") as file:
                done = subprocess.run(
                    self.odoo.command(
                        *("-d", database, *options),
                        *("--http-port", 0, "--stop-after-init"),
                    ),
                    env=self.databases.variables(),
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
            text = odoo_log.read_text()
            ran = re.findall(r"\d+ failed, .* of \d+ tests", text)
            print(f"{title}: {ran[-1] if ran else 'done'}", file=log, flush=True)
            for line in text.splitlines():
                if OURS.search(line):
                    outcome.fail(f"{title}: {line}")
            if done.returncode:
                outcome.fail(f"{title} failed:\n{tail(odoo_log)}")
            elif "--test-tags" in options and not ran:
                outcome.fail(f"{title} ran no test")
        return outcome


def _close(outcome, folder, is_whole):
    """Print what came of all, and return the exit code."""
    total = outcome.passed + outcome.failed + outcome.skipped
    if is_whole and total < MINIMUM:
        outcome.complaints.append(f"{total} tests ran, and there are {MINIMUM} or more")
    if not total:
        outcome.complaints.append("no test ran")
    print()
    for complaint in outcome.complaints:
        print(f"FAILED: {complaint}")
    print(f"logs: {folder}", flush=True)
    print(f"{outcome.passed} passed, {outcome.failed} failed", flush=True)
    return 1 if outcome.complaints or outcome.failed else 0


def _is_in(folder, argument):
    return Path(argument.split("::")[0]).resolve().is_relative_to(folder)


def _read(report):
    """Return the Outcome that a JUnit report tells; an empty one, if there is none.

    Its own number of tests counts their subtests too.
    """
    outcome = Outcome()
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            failed = int(suite.get("failures")) + int(suite.get("errors"))
            passed = [
                case
                for case in suite.iter("testcase")
                if not {"failure", "error", "skipped"} & {child.tag for child in case}
            ]
            outcome += Outcome(len(passed), failed, int(suite.get("skipped")))
    return outcome
