"""scripts/serve: a development server on the demo database."""

import argparse
import signal
import threading

from . import demo_database, setup
from .server import check_port, serving

WELCOME = """
Odoo is at {base_url}
  log in as admin, return_clerk, return_approver, return_warehouse, return_manager or
  return_viewer, or as the customer return_customer; the password is the login
  first: Sales → Returns; open one, and follow the buttons at its top right
  log: {log}
Ctrl-C stops it."""


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/serve",
        description="Serve the demo database on the loopback interface until Ctrl-C. "
        "An addon that changed is updated at the start; views are read anew at once. "
        "Further options go to Odoo.",
    )
    add_options(parser)
    options, more = parser.parse_known_args(arguments)
    check(options)
    environment = setup.ensure()
    with demo_database.ready(environment, options.fresh) as (odoo, database):
        more = ["--dev=xml", *more]
        with serving(odoo, database, options.port, options=more) as base_url:
            welcome(odoo, base_url)
    return 0


def add_options(parser):
    parser.add_argument("--port", type=int, help="default: a free one")
    parser.add_argument(
        "--fresh", action="store_true", help="make the demo database anew"
    )


def check(options):
    """Refuse at once what cannot work later."""
    if options.port:
        check_port(options.port)


def welcome(odoo, base_url):
    """Say what is there to see, and wait for Ctrl-C or a polite end."""
    # Before the text, which others may take for the sign that all is ready.
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    text = WELCOME.format(base_url=base_url, log=odoo.folder / "server.log")
    print(text, flush=True)
    end.wait()
