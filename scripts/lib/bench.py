"""scripts/bench: what a return costs, beside the other ways to take goods back."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from . import postgres, setup, venv
from .databases import Databases
from .odoo import Odoo
from .places import ADDONS, cache, locked, modules
from .templates import Templates

DATABASE = "bench"
RIVAL = "rma_sale"


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Take orders of three lines back, from the request to the posted "
        "credit note, in four ways on one database, and print what one return costs "
        "in SQL queries and CPU time.",
    )
    parser.add_argument(
        "--sizes",
        type=_sizes,
        default=[1, 10, 100],
        help="numbers of returns, default 1,10,100",
    )
    parser.add_argument(
        "--cap",
        type=int,
        default=100,
        metavar="N",
        help="more than N at once only for our batch (%(default)s): the other ways "
        "cost the same for each return and take long",
    )
    parser.add_argument(
        "--rma",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure OCA's rma_sale as well, which is downloaded",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures to FILE as well"
    )
    options = parser.parse_args(arguments)
    environment = setup.ensure()
    addons = [ADDONS, *([_rival(environment)] if options.rma else [])]
    with postgres.server("test").running() as server:
        databases = Databases(environment, server)
        databases.drop_leftovers()
        folder = cache() / "runs" / str(os.getpid())
        odoo = Odoo(databases, folder, addons=",".join(map(str, addons)))
        try:
            templates = Templates(odoo)
            database = templates.copy(templates.core(), DATABASE)
            # Without glue: kits would cost all ways the same, and few have them.
            names = ",".join([*modules(glue=False), *([RIVAL] if options.rma else [])])
            print(f"installing {names}", file=sys.stderr, flush=True)
            odoo.run("-d", database, "-i", names, log="bench-install.log")
            return _measure(odoo, database, options)
        finally:
            databases.drop_own()


def _sizes(text):
    sizes = [int(number) for number in text.split(",")]
    if min(sizes) < 1:
        raise argparse.ArgumentTypeError("a size is 1 or more")
    return sizes


def _measure(odoo, database, options):
    """Run the job in a process of its own: only that Python can import Odoo."""
    environment = odoo.databases.environment
    job = {
        "configuration": str(odoo.configuration),
        "database": database,
        "sizes": options.sizes,
        "cap": options.cap,
        "rma": options.rma,
        "json": str(options.json.absolute()) if options.json else None,
    }
    done = subprocess.run(
        [
            *(environment.python, "-P", Path(__file__).with_name("run.py")),
            *("bench_job", json.dumps(job)),
        ],
        env=odoo.databases.variables(),
        stdin=subprocess.DEVNULL,
    )
    return done.returncode


def _rival(environment):
    """Return the folder with the addons to compare with, downloaded if need be."""
    place = cache() / "rivals" / venv.digest(venv.RIVALS)
    with locked("rivals"):
        if not (place / "complete").exists():
            print(f"downloading {RIVAL}", file=sys.stderr, flush=True)
            venv.install_apart(environment.python, venv.RIVALS, place)
    return place / "odoo" / "addons"
