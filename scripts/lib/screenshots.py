"""scripts/screenshots: the pictures of the user guide, in English and Chinese."""

import argparse
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import postgres, setup
from .databases import Databases
from .odoo import Odoo
from .places import ROOT, cache
from .server import serving
from .templates import Templates

LANGUAGES = ("en_US", "zh_CN")
IMAGES = ROOT / "docs" / "images"


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/screenshots",
        description="Make the pictures of docs/user-guide.md anew: what the roles see "
        "on a fresh copy of the demo data, in Chromium, once in English and once in "
        "Chinese.",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", default=[], help="only these pictures"
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, help="only those in this language"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=IMAGES,
        help="folder for the pictures, one folder for each language (%(default)s)",
    )
    options = parser.parse_args(arguments)
    environment = setup.ensure()
    if not _work(environment, "check", *options.only):
        return 1
    with postgres.server("test").running() as server:
        databases = Databases(environment, server)
        try:
            folder = cache() / "runs" / str(os.getpid())
            odoo = Odoo(databases, folder)
            template = Templates(odoo).addons(demo=True)
            wanted = [options.language] if options.language else LANGUAGES
            # Side by side: a server and a browser wait a lot for each other.
            with ThreadPoolExecutor() as threads:
                taken = list(
                    threads.map(lambda one: _take(odoo, template, one, options), wanted)
                )
        finally:
            databases.drop_own()
    return int(not all(taken))


def _take(odoo, template, language, options):
    """Serve a copy of the demo data, take its pictures in that language, and say if
    none failed."""
    started = time.monotonic()
    database = Templates(odoo).copy(template, language.lower())
    with serving(odoo, database, log=f"{database}.log") as base_url:
        out = options.out.absolute() / language
        where = (base_url, database, language, out)
        done = _work(odoo.databases.environment, "take", *where, *options.only)
    print(f"{language}: {time.monotonic() - started:.0f} s", flush=True)
    return done


def _work(environment, *arguments):
    """Run screenshots_job, and say if all went well: only that Python has the packages
    it needs."""
    job = subprocess.run(
        [
            *(environment.python, "-P", Path(__file__).with_name("run.py")),
            *("screenshots_job", *arguments),
        ],
        env=environment.variables(),
        stdin=subprocess.DEVNULL,
    )
    return not job.returncode
