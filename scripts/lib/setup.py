"""scripts/setup: everything that Odoo and the tests need on this machine."""

import argparse
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from . import apt, environment, odoo_source, postgres, venv
from .places import cache, check_space, locked
from .refusal import Refusal


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/setup",
        description="Set up what the other commands use. They all call this first.",
        epilog="Everything is kept in one folder for all clones: SALE_RETURN_CACHE, "
        "by default /var/cache/sale-return-mgmt (root) or ~/.cache/sale-return-mgmt. "
        "PYTHON, ODOO_BIN, ODOO_DEB and PGHOST choose what is there already.",
    )
    parser.add_argument(
        "--clean", action="store_true", help="stop what runs and remove that folder"
    )
    if parser.parse_args(arguments).clean:
        return clean()
    started = time.monotonic()
    there = ensure()
    print(f"Odoo {there.version} in {there.odoo}")
    print(f"Python {there.python}")
    print(f"PostgreSQL {postgres.describe()}")
    print(f"ready in {time.monotonic() - started:.1f} s")
    return 0


def ensure():
    """Set up what is missing, and return the Environment."""
    odoo_source.check()
    postgres.check()
    with locked("setup"):
        _install()
        source = odoo_source.resolve()
        odoo_source.mend(source)
        return environment.Environment(
            python=venv.add(source), odoo=source.path, version=source.version
        )


def _install():
    packages = apt.missing()
    tasks = {}
    if not venv.is_ready():
        tasks["Python packages"] = _make_venv
    if not odoo_source.is_there():
        tasks["Odoo 19.0"] = odoo_source.resolve
    if packages:
        tasks["Debian packages"] = lambda: apt.install(packages)
    if not tasks:
        return
    check_space()
    started = time.monotonic()
    print(f"setting up: {', '.join(tasks)}", file=sys.stderr, flush=True)

    def run(name):
        tasks[name]()
        seconds = time.monotonic() - started
        print(f"  {name}: done after {seconds:.0f} s", file=sys.stderr, flush=True)

    # Three downloads that wait for nothing of each other.
    with ThreadPoolExecutor() as threads:
        list(threads.map(run, tasks))


def _make_venv():
    if venv.lacks_pip():
        apt.install(["python3-venv"])
    venv.make()


def clean():
    """Stop the clusters and remove the cache, unless somebody is using it."""
    folder = cache()
    if not folder.exists():
        print(f"{folder} is not there")
        return 0
    for cluster in postgres.private_clusters():
        if not cluster.stop_if_unused():
            raise Refusal(
                f"the databases in {cluster.folder} are in use by another command. "
                "Stop that one first (a server, a demo or a test run)."
            )
    with locked("setup"):
        shutil.rmtree(folder)
    if os.path.lexists(folder):
        raise Refusal(f"{folder} could not be removed whole. Remove it by hand.")
    print(f"removed {folder}")
    return 0
