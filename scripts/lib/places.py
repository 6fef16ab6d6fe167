"""Where things are, and how much room they need."""

import ast
import contextlib
import fcntl
import os
import shutil
from pathlib import Path

from .refusal import Refusal

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
GIGABYTE = 2**30


def cache():
    """Return the one folder that everything made here lives in, for all clones.

    SALE_RETURN_CACHE, else /var/cache/sale-return-mgmt for root (where the postgres
    user can walk), else the user's own cache folder.
    """
    named = os.environ.get("SALE_RETURN_CACHE")
    if named:
        return Path(named).absolute()
    if os.geteuid() == 0:
        return Path("/var/cache/sale-return-mgmt")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "sale-return-mgmt"


def modules(glue=True):
    """Return the names of our addons, those with a manifest.

    Glue installs itself where Odoo's optional modules are: the demo has none of them.
    """
    return sorted(
        path.parent.name
        for path in ADDONS.glob("*/__manifest__.py")
        if glue or not ast.literal_eval(path.read_text()).get("auto_install")
    )


@contextlib.contextmanager
def locked(name, shared=False):
    """Hold the lock of that name, which all clones and their commands share."""
    folder = cache() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / name, "w") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield file


def check_space():
    """Refuse if the cache's disk has less room than a first set-up takes.

    SALE_RETURN_FREE_GB changes the limit, in gigabytes.
    """
    needed = float(os.environ.get("SALE_RETURN_FREE_GB", 3))
    there = cache()
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free / GIGABYTE
    if free < needed:
        raise Refusal(
            f"{free:.1f} GB free on the disk of {there}, and setting up takes "
            f"{needed:g} GB. Free some space, or put the cache on another disk with "
            "SALE_RETURN_CACHE=/some/folder."
        )
