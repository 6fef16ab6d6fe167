"""scripts/serve: a development server on the demo database."""

import argparse
import signal
import threading

from . import demo_database, setup
from .server import check_port, serving


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/serve",
        description="Serve the demo database on the loopback interface until Ctrl-C. "
        "Python code is reloaded when the server is started again; an addon that "
        "changed is updated at the start.",
    )
    parser.add_argument("--port", type=int, help="default: a free one")
    options, more = parser.parse_known_args(arguments)
    if options.port:
        check_port(options.port)
    environment = setup.ensure()
    with demo_database.ready(environment) as (odoo, database):
        more = ["--dev=xml", *more]
        with serving(odoo, database, port=options.port, options=more) as base_url:
            print(WELCOME.format(base_url=base_url, log=odoo.folder / "server.log"))
            wait()
    return 0


WELCOME = """
Odoo is at {base_url}
  admin / admin, and one user per role, with the login as password:
  return_clerk, return_approver, return_warehouse, return_manager, return_viewer
  log: {log}
Ctrl-C stops it."""


def wait():
    """Wait for Ctrl-C or a polite end."""
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    end.wait()
