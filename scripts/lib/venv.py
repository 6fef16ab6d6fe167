"""The virtual environment: our pinned packages, and Odoo importable."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys

from . import odoo_source
from .places import ROOT, cache
from .refusal import Refusal

REQUIREMENTS = ROOT / "requirements.txt"
RIVALS = ROOT / "requirements-bench.txt"


def lacks_pip():
    """Say if this Python cannot make environments (Debian's, without python3-venv)."""
    return importlib.util.find_spec("ensurepip") is None


def folder():
    """Return where the environment is, for this Python, requirements and Odoo."""
    key = hashlib.sha256(REQUIREMENTS.read_bytes())
    key.update(f"{sys.version} {sys.base_prefix} {odoo_source.choice()}".encode())
    return cache() / "venv" / key.hexdigest()[:12]


def is_ready():
    """Say if the environment is there, whole."""
    return (folder() / "complete").exists()


def make():
    """Make the environment."""
    where = folder()
    shutil.rmtree(where, ignore_errors=True)
    _run([sys.executable, "-m", "venv", where])
    # The list is complete: looking for what the packages need would only take time.
    pip = [where / "bin" / "python", "-m", "pip", "install", "-q", "--no-input"]
    _run([*pip, "--no-deps", "--no-compile", "-r", REQUIREMENTS])
    (where / "complete").touch()


def install_apart(python, requirements, place):
    """Install that list, which is complete, into a folder that is on no path."""
    shutil.rmtree(place, ignore_errors=True)
    pip = [python, "-m", "pip", "install", "-q", "--no-input", "--no-deps"]
    _run([*pip, "--no-compile", "--target", place, "-r", requirements])
    (place / "complete").touch()


def digest(requirements):
    """Return a name for what that list installs."""
    return hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]


def add(source):
    """Make that Odoo importable in the environment, and return its Python."""
    where = folder()
    [packages] = where.glob("lib/python3*/site-packages")
    line = f"{source.path}\n"
    path = packages / "odoo.pth"
    if not path.exists() or path.read_text() != line:
        path.write_text(line)
    return where / "bin" / "python"


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        end = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise Refusal(
            f"the Python packages could not be installed:\n{end}\nMend the network or "
            "pip's configuration, and try again; another interpreter is named with "
            "PYTHON=/path/to/python3."
        )
