"""Odoo's own commands, run in the Environment on databases of one server."""

import subprocess
import sys

from .places import ADDONS, ROOT
from .refusal import Refusal

ODOO_BIN = ROOT / "scripts" / "lib" / "bin" / "odoo-bin"


class Odoo:
    """Odoo as installed, with our addons, on the databases of one server.

    databases: a Databases; folder: where configuration and logs of this run are kept.
    """

    def __init__(self, databases, folder, addons=ADDONS):
        self.databases = databases
        self.folder = folder
        self.configuration = folder / "odoo.conf"
        folder.mkdir(parents=True, exist_ok=True)
        addons_path = [databases.environment.odoo / "odoo" / "addons"]
        if addons:
            addons_path.append(addons)
        self.configuration.write_text(
            "[options]\n"
            f"addons_path = {','.join(map(str, addons_path))}\n"
            f"data_dir = {databases.data_dir}\n"
            "http_interface = 127.0.0.1\n"
            "list_db = False\n"
        )

    def command(self, *options, name=None):
        """Return the command line of `odoo NAME -c our configuration OPTIONS`."""
        # -P: the caller's folder is not where to import from.
        python = [str(self.databases.environment.python), "-P", str(ODOO_BIN)]
        named = [name] if name else []
        return [*python, *named, "-c", str(self.configuration), *map(str, options)]

    def run(self, *options, log):
        """Run the server until it stops by itself; refuse if it fails.

        Returns the path of its log, a file of that name in the folder.
        """
        path = self.folder / log
        with path.open("w") as file:
            done = subprocess.run(
                self.command("--stop-after-init", "--no-http", *options),
                env=self.databases.variables(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        if done.returncode or " ERROR " in path.read_text():
            sys.stderr.write(tail(path))
            raise Refusal(
                f"Odoo failed, as {path} tells. Mend what it complains about."
            )
        return path

    def shell(self, database, code):
        """Run Python code in `odoo shell` on that database and return what it printed.

        `env` is there as in any shell; the work is committed at the end.
        """
        done = subprocess.run(
            self.command(
                "-d", database, "--no-http", "--log-level=error", name="shell"
            ),
            env=self.databases.variables(),
            input=f"{code}\nenv.cr.commit()\n",
            capture_output=True,
            text=True,
        )
        if done.returncode or "Traceback" in done.stderr:
            raise RuntimeError(f"odoo shell failed:\n{done.stdout}{done.stderr}")
        return done.stdout


def tail(path, lines=40):
    """Return the last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) + "\n"
