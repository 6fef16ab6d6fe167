"""The addons as wheels: built, installed into another environment, and running."""

import subprocess
import zipfile

import pytest

from lib.databases import Databases
from lib.odoo import Odoo
from lib.places import ADDONS, modules
from lib.templates import Templates

# Installed by themselves, where the module of Odoo is that they are for.
GLUE = ["sale_return_mgmt_delivery", "sale_return_mgmt_mrp"]


@pytest.fixture(scope="module")
def wheels(environment, tmp_path_factory):
    """The paths of the wheels, by addon."""
    folder = tmp_path_factory.mktemp("wheels")
    for name in modules():
        build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
        run(environment, environment.python, *build, ADDONS / name)
    return {path.name.split("-")[0]: path for path in folder.glob("*.whl")}


@pytest.fixture(scope="module")
def elsewhere(environment, wheels, tmp_path_factory):
    """A second Environment, with the wheels and the packages of the first."""
    folder = tmp_path_factory.mktemp("environment")
    run(environment, environment.python, "-m", "venv", "--without-pip", folder)
    [packages] = folder.glob("lib/python3*/site-packages")
    [first] = environment.python.parents[1].glob("lib/python3*/site-packages")
    # The first environment's packages without its own list of further folders.
    (packages / "first.pth").write_text(f"{first}\n{environment.odoo}\n")
    install = ("-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target")
    run(environment, environment.python, *install, packages, *wheels.values())
    return type(environment)(
        folder / "bin" / "python", environment.odoo, environment.version
    )


def run(environment, *command):
    done = subprocess.run(
        command,
        env=environment.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_every_addon_builds_with_all_that_its_manifest_names(wheels):
    assert sorted(wheels) == [f"odoo_addon_{name}" for name in modules()]
    for name in modules():
        there = set(zipfile.ZipFile(wheels[f"odoo_addon_{name}"]).namelist())
        folder = f"odoo/addons/{name}"
        source = ADDONS / name
        wanted = {
            f"{folder}/{path.relative_to(source)}"
            for path in source.rglob("*")
            if path.suffix
            in {".py", ".xml", ".csv", ".po", ".js", ".scss", ".png", ".xlsx"}
        }
        assert not wanted - there


def test_odoo_installs_the_addons_from_the_wheels(elsewhere, databases, odoo):
    """On a database without what glue addons wait for: they stay away by themselves."""
    wanted = [name for name in modules() if name not in GLUE]
    templates = Templates(odoo)
    database = templates.copy(templates.core(), "wheels")
    with_wheels = Odoo(
        Databases(elsewhere, databases.server), odoo.folder / "wheels", addons=None
    )

    with_wheels.run("-d", database, "-i", ",".join(wanted), log="install.log")

    told = with_wheels.shell(
        database,
        "from odoo.modules import get_module_path\n"
        f"for name in {wanted}:\n"
        "    module = env['ir.module.module'].search([('name', '=', name)])\n"
        "    print(module.state, get_module_path(name))\n"
        f"for name in {GLUE}:\n"
        "    print(env['ir.module.module'].search([('name', '=', name)]).state)",
    )
    [packages] = elsewhere.python.parents[1].glob("lib/python3*/site-packages")
    assert told.splitlines() == [
        *(f"installed {packages}/odoo/addons/{name}" for name in wanted),
        *("uninstalled" for _name in GLUE),
    ]
