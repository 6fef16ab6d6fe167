"""PostgreSQL: private clusters on a unix socket, or the server that PGHOST names."""

import contextlib
import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from .places import cache, locked
from .refusal import Refusal

ROLE = "odoo"
# The longest path that a unix socket can have is 107 bytes.
LONGEST_FOLDER = 80
# No autovacuum: it would take what tests have not committed for empty tables, and
# PostgreSQL then joins them all with all, for minutes.
FAST = """
autovacuum = off
fsync = off
synchronous_commit = off
full_page_writes = off
"""
ALL = """
listen_addresses = ''
shared_buffers = 256MB
max_connections = 200
jit = off
log_min_messages = fatal
"""


def server(name):
    """Return the server to use: PGHOST's, else the private cluster "demo" or "test"."""
    if os.environ.get("PGHOST"):
        return ExistingServer()
    return Cluster(name, ALL + (FAST if name == "test" else ""))


def private_clusters():
    """Return the private clusters that exist."""
    there = (path.name for path in (cache() / "postgres").glob("*"))
    return [Cluster(name, "") for name in there]


def describe():
    """Say in a few words which server is used."""
    if os.environ.get("PGHOST"):
        return f"at PGHOST={os.environ['PGHOST']}"
    return f"in {cache() / 'postgres'}, started and stopped by the commands"


def check():
    """Refuse a cache folder that no private cluster can work in."""
    if os.environ.get("PGHOST"):
        return
    folder = cache()
    if len(str(folder).encode()) > LONGEST_FOLDER:
        raise Refusal(
            f"the path of {folder} is too long for a unix socket. Choose a shorter one "
            "with SALE_RETURN_CACHE=/some/folder."
        )
    if os.geteuid() == 0:
        there = folder
        while there != there.parent:
            if there.exists() and not there.stat().st_mode & 0o001:
                raise Refusal(
                    f"PostgreSQL does not run as root, and the postgres user cannot "
                    f"pass {there}. Choose another folder with "
                    "SALE_RETURN_CACHE=/some/folder."
                )
            there = there.parent


class ExistingServer:
    """A server that others run, with the caller's PG* variables."""

    def __init__(self):
        self.variables = {k: v for k, v in os.environ.items() if k.startswith("PG")}
        # What makes server() find this one again, in another process.
        self.choice = self.variables
        self.name = "existing"

    @contextlib.contextmanager
    def running(self):
        """Do nothing: its owner runs it."""
        yield self


class Cluster:
    """A private cluster, owned by the caller or, if that is root, by `postgres`."""

    def __init__(self, name, settings):
        self.name = name
        self.settings = settings
        self.folder = cache() / "postgres" / name
        self.data = self.folder / "data"
        self.choice = {}
        self.variables = {
            "PGHOST": str(self.folder),
            "PGPORT": "5432",
            "PGUSER": ROLE,
        }

    @contextlib.contextmanager
    def running(self):
        """Keep the cluster running; whoever leaves last stops it.

        The users hold a shared lock, which goes with its process however that ends.
        """
        with locked(f"postgres-{self.name}"):
            users = self._users()
            fcntl.flock(users, fcntl.LOCK_SH)
            self._start()
        try:
            yield self
        finally:
            users.close()
            self.stop_if_unused()

    def stop_if_unused(self):
        """Stop the cluster and return True, or False if somebody is using it."""
        with locked(f"postgres-{self.name}"), self._users() as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if self._pid():
                self._control("stop", "-m", "fast")
        return True

    def _users(self):
        return open(cache() / "locks" / f"postgres-{self.name}-users", "w")  # noqa: SIM115

    def _start(self):
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if self._pid():
            return
        # Left by a crash; another process may have that number by now.
        for name in ("data/postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.folder / name).unlink(missing_ok=True)
        log = self.folder / "log"
        done = self._control("start", "-l", log, "-o", f"-k {self.folder}")
        if done.returncode:
            end = log.read_text().strip().splitlines()[-5:] if log.exists() else []
            raise Refusal(
                f"the database cluster in {self.folder} does not start:\n"
                + "\n".join(end)
                + "\nscripts/setup --clean removes it and all else that was set up."
            )

    def _create(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.folder.chmod(0o700)
        partial = self.folder / "partial"
        initdb = ["-D", partial, "-U", ROLE, "-A", "trust", "-E", "UTF8"]
        self._run("initdb", *initdb, "--locale=C.UTF-8", "--no-sync").check_returncode()
        with (partial / "postgresql.conf").open("a") as configuration:
            configuration.write(self.settings)
        partial.rename(self.data)

    def _pid(self):
        """Return the process id of the running postmaster, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self.data).encode() in command else None

    def _control(self, action, *options):
        return self._run("pg_ctl", action, "-w", "-D", self.data, *options)

    def _run(self, program, *options):
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        # Not a pipe for its output: the server would keep it open.
        return subprocess.run(
            [*prefix, tool(program), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if program == "initdb" else subprocess.DEVNULL,
            cwd="/",
        )


def tool(name):
    """Return the path of one of PostgreSQL's programs, of the newest version."""
    installed = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(installed, key=lambda path: float(path.parts[4]), default=None)
    return str(newest or shutil.which(name) or name)
