"""The demo database: durable, kept, and updated when an addon changed."""

import contextlib
import os
import sys

from . import postgres
from .databases import Databases
from .odoo import Odoo
from .places import cache, locked, modules
from .templates import CORE, LANGUAGE, addons_hash, core_hash

NAME = "sale_return_demo"


@contextlib.contextmanager
def ready(environment, fresh=False):
    """Yield (Odoo, name of the demo database), made (anew) or updated if need be."""
    folder = cache() / "runs" / str(os.getpid())
    with postgres.server("demo").running() as server:
        databases = Databases(environment, server)
        odoo = Odoo(databases, folder)
        with locked("demo-database"):
            if fresh:
                databases.drop(NAME)
            _bring_up_to_date(odoo)
        yield odoo, NAME


def _bring_up_to_date(odoo):
    databases = odoo.databases
    wanted = f"{core_hash(databases.environment)} {addons_hash()}"
    comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
    there = databases.sql("postgres", f"{comment} WHERE datname = '{NAME}'")
    if there == [wanted]:
        return
    names = modules(glue=False)
    if there and there[0].split(" ")[0] == core_hash(databases.environment):
        _say("updating the demo database")
        listed = ",".join(names)
        odoo.run("-d", NAME, "-u", listed, "-i", listed, log="demo-update.log")
    else:
        _say("making the demo database, which takes about a minute")
        databases.drop(NAME)
        wanted_modules = ",".join([CORE, *names])
        language = f"--load-language={LANGUAGE}"
        odoo.run(
            *("-d", NAME, "-i", wanted_modules, "--with-demo", language),
            log="demo-install.log",
        )
    databases.sql("postgres", f"COMMENT ON DATABASE {NAME} IS '{wanted}'")


def _say(text):
    print(text, file=sys.stderr, flush=True)
