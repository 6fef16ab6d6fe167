"""Find an Odoo 19.0, or unpack Debian's."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import apt
from .places import cache
from .refusal import Refusal

SERIES = "19.0"
PACKAGE = "odoo-19"
WAYS = (
    "ODOO_BIN=/path/to/odoo-bin of an Odoo 19.0, ODOO_DEB=/path/to/odoo-19_….deb, or "
    "PYTHON=/path/to/python3 of an environment in which `import odoo` is an Odoo 19.0"
)


@dataclass(frozen=True)
class Source:
    """The folder that holds the package `odoo`, and the version it is."""

    path: Path
    version: str


def choice():
    """Return which Odoo to use, as (kind, path): a "program" or a Debian package
    ("deb") that is named, one that Python can "import", else that of "debian"."""
    for kind, variable in (("program", "ODOO_BIN"), ("deb", "ODOO_DEB")):
        if os.environ.get(variable):
            return kind, Path(os.environ[variable]).absolute()
    found = importlib.util.find_spec("odoo")
    if found:
        return "import", Path(next(iter(found.submodule_search_locations))).parent
    return "debian", None


def check():
    """Refuse at once what resolve() would refuse after other work was done."""
    kind, path = choice()
    if is_there():
        resolve()
    elif kind == "deb":
        _deb_version(path)
    elif not shutil.which("apt-get"):
        raise Refusal(
            f"there is no Odoo {SERIES}, and no apt-get to fetch Debian's. "
            f"Name one with {WAYS}."
        )


def is_there():
    """Say if resolve() has nothing to fetch or unpack."""
    kind, path = choice()
    if kind == "deb":
        return (cache() / "odoo" / _deb_version(path)).exists()
    return kind != "debian" or (cache() / "odoo" / "current").exists()


def resolve():
    """Return the Source that choice() stands for, fetching it if need be."""
    kind, path = choice()
    if kind == "program":
        return _of_program(path)
    if kind == "deb":
        return _unpacked(path, _deb_version(path))
    if kind == "import":
        return _checked(path)
    return _of_debian()


def _checked(path, version=None):
    release = path / "odoo" / "release.py"
    if not release.is_file():
        raise Refusal(f"there is no Odoo at {path}. Name another with {WAYS}.")
    match = re.search(
        r"^version_info = \((.+?), (.+?),", release.read_text(), re.MULTILINE
    )
    series = ".".join(part.strip("'\"") for part in match.groups())
    if series != SERIES:
        raise Refusal(
            f"the Odoo at {path} is {series}, and these addons are made for {SERIES}. "
            f"Name another with {WAYS}."
        )
    return Source(path, version or series)


def _of_program(program):
    if not program.is_file():
        raise Refusal(f"ODOO_BIN={program} is no file. Name another with {WAYS}.")
    checkout = program.resolve().parent
    if (checkout / "odoo" / "release.py").is_file():
        return _checked(checkout)
    first = program.open("rb").readline().decode(errors="replace")
    if first.startswith("#!") and "python" in first:
        where = "import odoo; print(next(iter(odoo.__path__)))"
        told = subprocess.run(
            [*shlex.split(first[2:]), "-c", where], capture_output=True, text=True
        )
        if told.returncode == 0:
            return _checked(Path(told.stdout.strip()).parent)
    raise Refusal(
        f"ODOO_BIN={program} belongs to no Odoo that could be found: neither beside it "
        f"nor in its own Python. Name another with {WAYS}."
    )


def _deb_version(deb):
    if not deb.is_file():
        raise Refusal(f"ODOO_DEB={deb} is no file. Name another with {WAYS}.")
    fields = subprocess.run(
        ["dpkg-deb", "-f", deb, "Version"], capture_output=True, text=True
    )
    version = fields.stdout.strip()
    if not version.startswith(f"{SERIES}."):
        raise Refusal(
            f"{deb} is {f'version {version}' if version else 'no Debian package'}, "
            f"and these addons are made for Odoo {SERIES}. Name another with {WAYS}."
        )
    return version


def _of_debian():
    current = cache() / "odoo" / "current"
    if current.exists():
        return _checked(current.resolve(), current.resolve().name)
    suite = apt.Suite(os.environ.get("ODOO_SUITE", "sid"), cache() / "apt")
    version = suite.newest(PACKAGE, SERIES)
    if not version:
        raise Refusal(
            f"Debian's suite {suite.name} has no {PACKAGE} {SERIES} any more. "
            f"Name an Odoo with {WAYS}."
        )
    source = _unpacked(suite.download(PACKAGE, version), version)
    current.symlink_to(version)
    return source


def _unpacked(deb, version):
    folder = cache() / "odoo" / version
    if not folder.exists():
        partial = folder.with_name(f"{version}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _extract(deb, partial)
        partial.rename(folder)
    return _checked(folder, version)


def _extract(deb, folder):
    # Nine tenths of the package are translations; Chinese is the one we use.
    unpack = subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE
    )
    subprocess.run(
        [
            *("tar", "-x", "-C", folder, "--strip-components=5", "--wildcards"),
            *("--exclude=*/i18n*/[!z]*.po", "--exclude=*/i18n*/z[!h]*.po"),
            "./usr/lib/python3/dist-packages/odoo*",
        ],
        stdin=unpack.stdout,
        check=True,
    )
    if unpack.wait():
        raise Refusal(f"{deb} could not be unpacked. Name another with {WAYS}.")


def mend(source):
    """Make an unpacked Debian package whole: its links and the file it lacks.

    Links into Debian's packages of fonts and scripts are pointed at what this machine
    has of them; those with no target go, as a file that is not there hurts less.
    """
    if source.path.parent != cache() / "odoo" or (source.path / ".mended").exists():
        return
    shared = {}
    for name in ("fonts", "fonts-font-awesome", "javascript"):
        for path in Path("/usr/share", name).rglob("*"):
            shared.setdefault(path.name, path)
    for folder, names, files in os.walk(source.path):
        for link in (Path(folder, name) for name in names + files):
            if link.is_symlink() and not link.exists():
                link.unlink()
                if link.name in shared:
                    link.symlink_to(shared[link.name])
    # Debian leaves this library out, and mail's manifest still loads it: without the
    # file every page logs an error, on which every browser test fails.
    stub = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    path = source.path / stub
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("// Not part of Debian's package of Odoo.\n")
    (source.path / ".mended").touch()
