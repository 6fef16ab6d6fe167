"""scripts/bench: what a return costs, beside the other ways to take goods back."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from . import postgres, replay_world, setup, venv
from .databases import Databases
from .odoo import Odoo
from .places import ADDONS, cache, locked, modules
from .server import serving
from .templates import Templates

DATABASE = "bench"
RIVAL = "rma_sale"
MOST_WORKERS = 4


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
    parser.add_argument(
        "--api",
        type=_size,
        nargs="?",
        const=100,
        metavar="N",
        help="measure instead how many returns a second other systems can send, one in "
        "a call and N (%(const)s), to servers with 1 and 4 workers",
    )
    parser.add_argument(
        "--report",
        type=_size,
        nargs="?",
        const=200_000,
        metavar="N",
        help="measure instead how long management's questions take on N (%(const)s) "
        "return lines",
    )
    options = parser.parse_args(arguments)
    environment = setup.ensure()
    with_rival = options.rma and not (options.api or options.report)
    addons = [ADDONS, *([_rival(environment)] if with_rival else [])]
    with postgres.server("test").running() as server:
        databases = Databases(environment, server)
        databases.drop_leftovers()
        folder = cache() / "runs" / str(os.getpid())
        odoo = Odoo(databases, folder, addons=",".join(map(str, addons)))
        try:
            templates = Templates(odoo)
            if options.api:
                return _measure_api(odoo, templates, options.api)
            if options.report:
                return _measure_report(odoo, templates, options.report)
            database = templates.copy(templates.core(), DATABASE)
            # Without glue: kits would cost all ways the same, and few have them.
            names = ",".join([*modules(glue=False), *([RIVAL] if options.rma else [])])
            print(f"installing {names}", file=sys.stderr, flush=True)
            odoo.run("-d", database, "-i", names, log="bench-install.log")
            return _measure(odoo, database, options)
        finally:
            databases.drop_own()


def _sizes(text):
    return [_size(number) for number in text.split(",")]


def _size(text):
    size = int(text)
    if size < 1:
        raise argparse.ArgumentTypeError("a size is 1 or more")
    return size


def _measure(odoo, database, options):
    """Run the job in a process of its own: only that Python can import Odoo."""
    job = {
        "configuration": str(odoo.configuration),
        "database": database,
        "sizes": options.sizes,
        "cap": options.cap,
        "rma": options.rma,
        "json": str(options.json.absolute()) if options.json else None,
    }
    return _run_job("bench_job", job, odoo.databases).returncode


def _run_job(name, job, databases, **options):
    return subprocess.run(
        [
            *(databases.environment.python, "-P", Path(__file__).with_name("run.py")),
            *(name, json.dumps(job)),
        ],
        env=databases.variables(),
        stdin=subprocess.DEVNULL,
        **options,
    )


def _measure_api(odoo, templates, size):
    """Print returns per second: a server for each number of workers, one database."""
    databases = odoo.databases
    database = templates.copy(templates.addons(), DATABASE)
    key = replay_world.prepare(odoo, database)["clerk"]
    job = {"database": database, "size": size, "key": key}

    def serve(clients, **options):
        with serving(odoo, database, workers=clients or MOST_WORKERS) as base_url:
            more = {"base_url": base_url, "clients": clients}
            done = _run_job("bench_api", job | more, databases, **options)
        if done.returncode:
            raise SystemExit(done.returncode)  # it has said why
        return done.stdout

    print("loading orders", file=sys.stderr, flush=True)
    serve(0)
    print("returns of 3 lines a second, requested and submitted over JSON-2")
    for workers in (1, MOST_WORKERS):
        alone, bulk = json.loads(serve(workers, stdout=subprocess.PIPE))
        print(
            f"{workers} workers and clients: {alone:.1f} one in a call, {bulk:.1f} "
            f"with {size} in a call",
            flush=True,
        )
    return 0


def _measure_report(odoo, templates, lines):
    """Print how long management's questions take, beside the same in plain SQL."""
    database = templates.copy(templates.addons(), DATABASE)
    job = {
        "configuration": str(odoo.configuration),
        "database": database,
        "lines": lines,
    }
    print(f"making {lines} return lines", file=sys.stderr, flush=True)
    return _run_job("bench_report", job, odoo.databases).returncode


def _rival(environment):
    """Return the folder with the addons to compare with, downloaded if need be."""
    place = cache() / "rivals" / venv.digest(venv.RIVALS)
    with locked("rivals"):
        if not (place / "complete").exists():
            print(f"downloading {RIVAL}", file=sys.stderr, flush=True)
            venv.install_apart(environment.python, venv.RIVALS, place)
    return place / "odoo" / "addons"
