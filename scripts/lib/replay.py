"""scripts/replay: real orders and returns, through the whole life, reconciled."""

import argparse
import json
import os
import subprocess
from pathlib import Path

from . import postgres, replay_data, setup
from .databases import Databases
from .odoo import Odoo
from .places import cache
from .replay_world import prepare
from .server import serving
from .templates import Templates

DATABASE = "replay"


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/replay",
        description="Load orders into a database of its own (sold, delivered, "
        "invoiced), send returns with the command-line client as another system does, "
        "let approver and warehouse act, and check that every row was received and "
        "credited for exactly quantity × price of its order line. docs/replay.md tells "
        "the columns.",
    )
    parser.add_argument("orders", type=Path, metavar="ORDERS.csv")
    parser.add_argument("returns", type=Path, metavar="RETURNS.csv")
    parser.add_argument(
        "--without-order",
        action="store_true",
        help="let the company take goods without an order; else they are refused",
    )
    parser.add_argument(
        "--price",
        type=replay_data.price,
        default="1.00",
        help="asked for a unit of goods that no order tells the price of (%(default)s)",
    )
    parser.add_argument(
        "--json2", action="store_true", help="let the client use JSON-2, not JSON-RPC"
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="of the server (%(default)s)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write what became of each row to FILE, as CSV",
    )
    options = parser.parse_args(arguments)
    # A mistake in the files is told before anything is set up.
    replay_data.read(options.orders, options.returns, options.price)
    environment = setup.ensure()
    folder = cache() / "runs" / str(os.getpid())
    with postgres.server("test").running() as server:
        databases = Databases(environment, server)
        databases.drop_leftovers()
        try:
            odoo = Odoo(databases, folder)
            templates = Templates(odoo)
            database = templates.copy(templates.addons(), DATABASE)
            return _replay(odoo, database, options)
        finally:
            databases.drop_own()


def _replay(odoo, database, options):
    """Run the job in a process of its own: only that Python has the packages."""
    environment = odoo.databases.environment
    keys = prepare(odoo, database, options.without_order)
    with serving(odoo, database, workers=options.workers) as base_url:
        job = vars(options) | {
            "base_url": base_url,
            "database": database,
            "folder": odoo.folder,
            "keys": keys,
        }
        done = subprocess.run(
            [
                *(environment.python, "-P", Path(__file__).with_name("run.py")),
                *("replay_job", json.dumps(job, default=str)),
            ],
            env=environment.variables(),
            stdin=subprocess.DEVNULL,
        )
    return done.returncode
