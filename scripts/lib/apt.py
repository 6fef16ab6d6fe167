"""Debian packages: those of this machine, and one look into another suite."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

from .refusal import Refusal

# Package -> the program to look for where there is no dpkg (None: a library, font or
# script, which has none).
PACKAGES = {
    "postgresql": "initdb",
    "wkhtmltopdf": "wkhtmltopdf",
    "chromium": "chromium",
    "poppler-utils": "pdftotext",
    "libatomic1": None,  # of Playwright's own node, which brings no libraries along
    "fonts-noto-cjk": None,
    "fonts-dejavu-core": None,
    "libjs-jquery": None,
    "libjs-jquery-form": None,
    "libjs-underscore": None,
    "fonts-font-awesome": None,
    "fonts-roboto-unhinted": None,
    "fonts-inconsolata": None,
    "fonts-ocr-b": None,
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/no-main-cluster.conf")

_one_at_a_time = threading.Lock()


def missing(packages=PACKAGES):
    """Return the packages of that mapping which are not installed, sorted."""
    if not shutil.which("dpkg-query"):
        return sorted(p for p, tool in packages.items() if tool and not _program(tool))
    query = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Package}\n", *packages]
    listed = subprocess.run(query, capture_output=True, text=True).stdout
    there = {line[3:] for line in listed.splitlines() if line.startswith("ii ")}
    return sorted(set(packages) - there)


def _program(name):
    if name == "initdb" and os.environ.get("PGHOST"):
        name = "psql"
    return shutil.which(name) or list(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))


def install(packages):
    """Install Debian packages, or refuse where this user or machine cannot."""
    packages = list(packages)
    if not packages:
        return
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise Refusal(
            f"not installed, and there is no apt-get to install it: {names}. Install "
            "these Debian packages, or what they are called on this system."
        )
    prefix = _as_root(f"apt-get install {names}")
    command = [
        *prefix,
        *("env", "DEBIAN_FRONTEND=noninteractive"),
        *("apt-get", "install", "-y", "-q", "--no-install-recommends"),
        *("-o", "DPkg::Lock::Timeout=300"),
        *packages,
    ]
    with _one_at_a_time, _no_system_cluster(prefix, packages):
        # Old package lists are worth the try: an update takes longer than a miss.
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            update()
            done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Refusal(
            f"apt-get could not install {names}:\n{_end(done.stderr)}\n"
            f"Mend that, or install them by hand: apt-get install {names}"
        )


def update():
    """Fetch the machine's own package lists."""
    command = [*_as_root("apt-get update"), "apt-get", "update", "-q"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Refusal(
            f"apt-get update failed:\n{_end(done.stderr)}\nMend the machine's package "
            "sources or its network, and try again."
        )


def _as_root(command):
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        can = subprocess.run(["sudo", "-n", "true"], capture_output=True)
        if can.returncode == 0:
            return ["sudo", "-n"]
    raise Refusal(
        "this user has no right to install packages (neither root nor sudo without a "
        f"password). Ask an administrator to run: {command}"
    )


class _no_system_cluster:
    """Keep Debian's postgresql from making and starting a cluster of its own.

    A machine on which it is installed already is left as it is.
    """

    def __init__(self, prefix, packages):
        self.prefix = prefix
        self.needed = "postgresql" in packages and not NO_CLUSTER.parent.exists()

    def _run(self, script):
        subprocess.run([*self.prefix, "sh", "-c", script], check=True)

    def __enter__(self):
        if self.needed:
            self._run(
                f"mkdir -p {NO_CLUSTER.parent} && "
                f"echo 'create_main_cluster = false' > {NO_CLUSTER}"
            )

    def __exit__(self, *exception):
        if self.needed:
            self._run(f"rm {NO_CLUSTER} && rmdir {NO_CLUSTER.parent}")


class Suite:
    """Another Debian suite, looked into through a private apt configuration.

    The mirror and the keyring are those of the machine's own apt, whose lists and
    configuration stay untouched; what is downloaded is verified as always.
    """

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder

    def newest(self, package, version):
        """Return the newest version of the package that begins so, or None."""
        self._refresh()
        listed = self._apt("apt-cache", "madison", package).stdout
        versions = (line.split("|")[1].strip() for line in listed.splitlines())
        return next((v for v in versions if v.startswith(version)), None)

    def download(self, package, version):
        """Download the package and return the path of the .deb."""
        partial = self.folder / "partial-download"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        done = self._apt("apt-get", "download", f"{package}={version}", cwd=partial)
        debs = list(partial.glob("*.deb"))
        if done.returncode or not debs:
            raise Refusal(
                f"could not download {package} {version}:\n{_end(done.stderr)}\n"
                "Try again, or name a downloaded package with ODOO_DEB=/path/to.deb."
            )
        return debs[0]

    def _refresh(self):
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        (self.folder / "sources.list").write_text(
            f"deb [signed-by={KEYRING}] {mirror()} {self.name} main\n"
        )
        done = self._apt("apt-get", "update", "-q", "--error-on=any")
        if done.returncode:
            raise Refusal(
                f"the package list of Debian's suite {self.name} could not be "
                f"fetched:\n{_end(done.stderr)}\nMend the network or the machine's "
                "package sources; or name an Odoo 19.0 with ODOO_DEB=/path/to.deb or "
                "ODOO_BIN=/path/to/odoo-bin."
            )

    def _apt(self, *command, cwd=None):
        user = os.environ.get("USER", "root") if os.geteuid() else "root"
        options = {
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "APT::Sandbox::User": user,
            "Acquire::AllowInsecureRepositories": "false",
            "Acquire::Languages": "none",
            "Acquire::PDiffs": "false",
        }
        flags = [f"-o{name}={value}" for name, value in options.items()]
        return subprocess.run(
            [command[0], *flags, *command[1:]],
            capture_output=True,
            text=True,
            cwd=cwd,
        )


def mirror():
    """Return the address of the Debian mirror that the machine's own apt uses."""
    for last_try in (False, True):
        rows = subprocess.run(
            [
                "apt-get",
                "indextargets",
                "--format",
                "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)",
                "Created-By: Packages",
            ],
            capture_output=True,
            text=True,
        ).stdout
        for row in rows.splitlines():
            if row.startswith("Debian|Debian|main|"):
                return row.rsplit("|", 1)[1]
        if not last_try:
            # A machine that never updated its lists does not know its mirror.
            with _one_at_a_time:
                update()
    raise Refusal(
        "the machine's apt has no Debian mirror to fetch Odoo 19.0 from. Name an Odoo "
        "with ODOO_DEB=/path/to.deb or ODOO_BIN=/path/to/odoo-bin."
    )


def _end(text):
    return "\n".join(text.strip().splitlines()[-8:])
