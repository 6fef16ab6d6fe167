"""What scripts/setup found or made, and how programs are started in it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from .places import cache


@dataclass(frozen=True)
class Environment:
    """Python: the interpreter to run everything with, in which `import odoo` works;
    odoo: the folder that holds the package `odoo`; version: of that Odoo."""

    python: Path
    odoo: Path
    version: str

    def variables(self, **more):
        """Return the environment variables for a program: the caller's, without what
        would steer Odoo, Python or PostgreSQL unasked, with ours first on PATH."""
        unasked = ("ODOO_", "PG", "PYTHON", "VIRTUAL_ENV", "PYTEST_", "PIP_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(unasked)}
        kept["PATH"] = f"{self.python.parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
        # No compiled files between the sources, and none compiled twice.
        kept["PYTHONPYCACHEPREFIX"] = str(cache() / "pycache")
        kept["PYTHONUNBUFFERED"] = "1"
        return kept | {name: str(value) for name, value in more.items()}

    def dump(self):
        """Return this as a text that load() reads, for a program started with it."""
        return json.dumps({name: str(value) for name, value in asdict(self).items()})

    @classmethod
    def load(cls, text):
        fields = json.loads(text)
        return cls(Path(fields["python"]), Path(fields["odoo"]), fields["version"])
