"""Databases with their filestores, on one server: made, copied, dropped."""

import os
import re
import shutil
import socket
import subprocess

from .places import cache
from .postgres import tool

# Ours, on a server that may be shared with others: sale return management.
PREFIX = "srm"


class Databases:
    """The databases of one server, with the filestores that belong to them."""

    def __init__(self, environment, server):
        self.environment = environment
        self.server = server
        self.data_dir = cache() / "data" / server.name
        (self.data_dir / "filestore").mkdir(parents=True, exist_ok=True)

    def variables(self, **more):
        """Return the environment variables with which programs reach the server."""
        tools = os.path.dirname(tool("psql"))
        variables = self.environment.variables(**self.server.variables, **more)
        if tools:
            variables["PATH"] += os.pathsep + tools
        return variables

    def filestore(self, name):
        return self.data_dir / "filestore" / name

    def sql(self, name, statement):
        """Run a statement in that database and return its rows as lines of text."""
        done = self._run("psql", "-XAtqc", statement, "-d", name, check=True)
        return done.stdout.splitlines()

    def names(self):
        """Return the names of our databases."""
        rows = self.sql("postgres", "SELECT datname FROM pg_database ORDER BY 1")
        return [name for name in rows if name.startswith(f"{PREFIX}_")]

    def copy(self, origin, name):
        """Make a database as a copy of another that nobody is connected to."""
        self._run("createdb", "-T", origin, name, check=True)
        if self.filestore(origin).exists():
            # Files in a filestore are never written twice: links will do.
            command = ["cp", "-al", self.filestore(origin), self.filestore(name)]
            subprocess.run(command, check=True)
        return name

    def rename(self, old, new):
        if self.filestore(old).exists():
            shutil.rmtree(self.filestore(new), ignore_errors=True)
            self.filestore(old).rename(self.filestore(new))
        self.sql("postgres", f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def drop(self, name):
        """Drop the database, who ever may be connected to it, and its filestore."""
        self._run("dropdb", "--if-exists", "--force", name, check=True)
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def _run(self, program, *options, check=False):
        return subprocess.run(
            [tool(program), *options],
            env=self.variables(PGOPTIONS="-c client_min_messages=warning"),
            check=check,
            stdout=subprocess.PIPE,
            text=True,
        )

    # Databases of one run carry its process id: what a killed run leaves behind is
    # known by that.

    def of_run(self, label):
        """Return the name of a database of this process."""
        return f"{_run_prefix()}{os.getpid()}_{label}"

    def drop_leftovers(self):
        """Drop the databases of runs on this machine that are over."""
        pattern = re.compile(rf"{_run_prefix()}(\d+)_")
        for name in self.names():
            run = pattern.match(name)
            if run and not _alive(int(run[1])):
                self.drop(name)

    def drop_own(self):
        """Drop the databases of this process."""
        for name in self.names():
            if name.startswith(self.of_run("")):
                self.drop(name)


def _run_prefix():
    machine = re.sub(r"\W", "", socket.gethostname().lower())[:20]
    return f"{PREFIX}_run_{machine}_"


def _alive(pid):
    return os.path.exists(f"/proc/{pid}")
