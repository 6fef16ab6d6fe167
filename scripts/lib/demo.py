"""scripts/demo: the main job, from an order to a credit note, on a running Odoo."""

import argparse
import subprocess
from pathlib import Path

from . import demo_database, serve, setup
from .places import ROOT
from .server import serving


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Start Odoo on the demo database, process returns over XML-RPC as "
        "the demo's clerk, approver and warehouse user, print what became of them and "
        "write their documents.",
    )
    serve.add_options(parser)
    parser.add_argument(
        "--serve", action="store_true", help="stay up afterwards, until Ctrl-C"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "out",
        help="folder for the PDFs (%(default)s)",
    )
    options = parser.parse_args(arguments)
    serve.check(options)
    environment = setup.ensure()
    with (
        demo_database.ready(environment, options.fresh) as (odoo, database),
        serving(odoo, database, options.port) as base_url,
    ):
        # In a process of its own: only that Python has the packages it needs.
        job = subprocess.run(
            [
                *(environment.python, "-P", Path(__file__).with_name("run.py")),
                *("demo_job", base_url, database, options.out.absolute()),
            ],
            env=environment.variables(),
            stdin=subprocess.DEVNULL,
        )
        if options.serve and job.returncode == 0:
            serve.welcome(odoo, base_url)
    return job.returncode
