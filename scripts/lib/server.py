"""An Odoo server on a loopback port, started and stopped by process id."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from .odoo import tail
from .places import ROOT
from .refusal import Refusal

STAND_IN = ROOT / "scripts" / "lib" / "pdf"
HOST = "127.0.0.1"
PATIENCE = 60
_DIE_WITH_PARENT = 1


def free_port():
    with socket.create_server((HOST, 0)) as listener:
        return listener.getsockname()[1]


def check_port(port):
    """Refuse a port that somebody listens on."""
    try:
        socket.create_server((HOST, port)).close()
    except (OSError, OverflowError) as error:
        raise Refusal(
            f"port {port} is taken ({error}). Choose another with --port, or leave it "
            "out to get a free one."
        ) from error


@contextlib.contextmanager
def serving(
    odoo, database, port=None, workers=0, options=(), log="server.log", stand_in=True
):
    """Run a server on that database and yield its base URL; stop it in the end.

    The PDFs of its reports are made by the stand-in for wkhtmltopdf, or else by the
    machine's own.
    """
    port = port or free_port()
    base_url = f"http://{HOST}:{port}"
    # Else Odoo looks for the pictures and styles of reports at another address.
    odoo.databases.sql(
        database,
        f"UPDATE ir_config_parameter SET value = '{base_url}'"
        " WHERE key = 'web.base.url'",
    )
    variables = odoo.databases.variables()
    if stand_in:
        variables["PATH"] = f"{STAND_IN}{os.pathsep}{variables['PATH']}"
    path = odoo.folder / log
    with path.open("w") as file:
        process = subprocess.Popen(
            odoo.command(
                *("-d", database, "--db-filter", f"^{database}$"),
                *("--http-port", port, "--gevent-port", free_port()),
                *("--workers", workers, "--max-cron-threads", 1),
                *options,
            ),
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    try:
        _wait(process, base_url, path)
        yield base_url
    finally:
        stop(process)


def _die_with_parent():
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def _wait(process, base_url, log):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{base_url}/web/health", timeout=5).close()
            return
        time.sleep(0.1)
    sys.stderr.write(tail(log))
    raise Refusal(f"Odoo does not start, as {log} tells. Mend what it complains about.")


def stop(process):
    """Stop a process that leads a session of its own, and all it started."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        # A server with workers takes its time, and the database needs no goodbye.
        process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
