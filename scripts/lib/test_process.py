"""A pytest plugin for the processes that run the tests of the addons.

Each has a filestore of its own. pytest-odoo gives each a database of its own and all
the same filestore. Odoo cleans that up after each class of tests: of files that its own
database does not know, such as the one that a test in the other process will read.

And what Odoo caches is kept from one test of a class to the next, unless the test made
Odoo forget some of it. Odoo's own runner forgets all after each test, as it does here
with the tests tagged ``native``: filling the caches again took an eighth of the time.
"""

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest_odoo

from odoo.orm.registry import Registry
from odoo.tests.common import TransactionCase
from odoo.tools import config


@contextmanager
def own_filestore(origin, name):
    """Copy the filestore of the database ``origin`` for its copy ``name``."""
    if origin == name:
        yield
        return
    ours = Path(config.filestore(name))
    try:
        subprocess.run(["cp", "-al", config.filestore(origin), ours], check=True)
        yield
    finally:
        shutil.rmtree(ours, ignore_errors=True)


class Caches:
    """What is done to all caches, and whether something was forgotten since."""

    clear_some = Registry.clear_cache
    clear_all = Registry.clear_all_caches
    set_up_class = TransactionCase.setUpClass.__func__
    touched = True


def clear_cache(registry, *names):
    Caches.touched = True
    Caches.clear_some(registry, *names)


def clear_all_caches(registry):
    if Caches.touched:
        Caches.clear_all(registry)
        Caches.touched = False


def touch():
    Caches.touched = True


def set_up_class(cls):
    # What the class made is in no cache after it.
    Caches.set_up_class(cls)
    cls.addClassCleanup(touch)


pytest_odoo._shared_filestore = own_filestore
Registry.clear_cache = clear_cache
Registry.clear_all_caches = clear_all_caches
TransactionCase.setUpClass = classmethod(set_up_class)
