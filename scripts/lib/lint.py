"""scripts/lint: what tools can judge, in the addons, scripts and tests."""

import argparse
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from . import setup
from .places import ADDONS, ROOT, modules

PROLOG = b'<?xml version="1.0" encoding="UTF-8" ?>\n'


def main(arguments):
    parser = argparse.ArgumentParser(prog="scripts/lint", description=__doc__)
    parser.add_argument("tool", nargs="*", help=f"any of {', '.join(CHECKS)}")
    named = parser.parse_args(arguments).tool or list(CHECKS)
    unknown = set(named) - set(CHECKS)
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}, only {', '.join(CHECKS)}")
    lint = Lint(setup.ensure())
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        results = list(threads.map(lint.run, named))
    return int(not all(results))


class Lint:
    """The checks, each a method that returns what it complains about (nothing: "")."""

    def __init__(self, environment):
        self.environment = environment
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        paths = (ROOT / name for name in listed.split("\0") if name)
        self.files = [path for path in paths if path.is_file()]

    def run(self, name):
        """Run the check, print what it says, and return if all is well."""
        started = time.monotonic()
        complaint = CHECKS[name](self).strip()
        seconds = time.monotonic() - started
        verdict = "FAILED" if complaint else "ok"
        print(f"{name}: {verdict} ({seconds:.1f} s)\n{complaint}".strip(), flush=True)
        return not complaint

    def _tool(self, *command):
        done = subprocess.run(
            [self.environment.python.with_name(command[0]), *command[1:]],
            cwd=ROOT,
            env=self.environment.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if not done.returncode:
            return ""
        return done.stdout or f"{command[0]} ended with code {done.returncode}"

    def _addons(self):
        return [ADDONS / name for name in modules()]

    def ruff(self):
        python = [p for p in self.files if p.suffix == ".py" or _is_python(p)]
        return self._tool("ruff", "check", "--quiet", *python)

    def format(self):
        python = [p for p in self.files if p.suffix == ".py" or _is_python(p)]
        return self._tool("ruff", "format", "--check", *python)

    def pylint(self):
        # The addons' readme is the page that Odoo shows: static/description/index.html.
        wanted = ("--disable=all", "--enable=odoolint", "--disable=missing-readme")
        return self._tool("pylint", *wanted, *self._addons())

    def module(self):
        return self._tool("oca-checks-odoo-module", *self._addons())

    def po(self):
        texts = [p for p in self.files if p.suffix in (".po", ".pot")]
        return self._tool("oca-checks-po", *texts) if texts else ""

    def licenses(self):
        paths = f"{ADDONS},{self.environment.odoo / 'odoo' / 'addons'}"
        selected = f"--select-include={','.join(modules())}"
        where = ("--select-addons-dir", ADDONS, f"--addons-path={paths}")
        return self._tool("manifestoo", *where, selected, "check-licenses")

    def prolog(self):
        wrong = [
            f"{path.relative_to(ROOT)}: does not begin with {PROLOG.decode().strip()}"
            for path in self.files
            if path.suffix == ".xml" and not path.read_bytes().startswith(PROLOG)
        ]
        return "\n".join(wrong)

    def executable(self):
        """A file is a program if and only if its first line says how to run it."""
        wrong = []
        for path in self.files:
            with path.open("rb") as file:
                is_program = file.read(2) == b"#!"
            if is_program != os.access(path, os.X_OK):
                bit = "lacks" if is_program else "has"
                wrong.append(f"{path.relative_to(ROOT)}: {bit} the executable bit")
        return "\n".join(wrong)


def _is_python(path):
    with path.open("rb") as file:
        return b"python" in file.readline() if file.read(2) == b"#!" else False


CHECKS = {
    "ruff": Lint.ruff,
    "format": Lint.format,
    "pylint": Lint.pylint,
    "module": Lint.module,
    "po": Lint.po,
    "licenses": Lint.licenses,
    "prolog": Lint.prolog,
    "executable": Lint.executable,
}
