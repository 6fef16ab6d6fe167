"""scripts/returns_client.py as somebody types it, against the shared server."""

import json
import os
import uuid
from dataclasses import dataclass

import pytest
from helpers import RETURN, ROLES

from lib.client.commands import client

KEYS = """
from odoo.fields import Datetime
until = Datetime.add(Datetime.now(), days=1)
for role in {roles!r}:
    user = env["res.users"].search([("login", "=", f"return_{{role}}")])
    keys = env["res.users.apikeys"].with_user(user)
    print("KEY", role, keys._generate("rpc", "client", until))
"""


def profiles(server):
    """The text of a credentials file with a profile of each role."""
    printed = server.shell(KEYS.format(roles=ROLES))
    keys = [
        line.split()[1:] for line in printed.splitlines() if line.startswith("KEY ")
    ]
    parts = [f"[DEFAULT]\nurl = {server.base_url}\ndatabase = {server.db}\n"]
    for role, key in keys:
        login = f"return_{role}"
        parts.append(
            f"[{role}]\nlogin = {login}\npassword = {login}\napi_key = {key}\n"
        )
    return "\n".join(parts)


@dataclass(frozen=True)
class Done:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture(scope="module")
def credentials(server, tmp_path_factory):
    """A credentials file with a profile of each role."""
    path = tmp_path_factory.mktemp("client") / "credentials.ini"
    path.touch(0o600)
    path.write_text(profiles(server))
    return path


@pytest.fixture
def run(credentials, capsys, monkeypatch):
    """A function: run("import", …) as the clerk, or another profile, returns Done."""
    for name in [name for name in os.environ if name.startswith("RETURNS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RETURNS_CREDENTIALS", str(credentials))
    # The faster one, where both are the same: it checks no password at each call.
    monkeypatch.setenv("RETURNS_JSON2", "1")

    def run(*arguments, profile="clerk"):
        with pytest.raises(SystemExit) as end:
            client(["--profile", profile, *map(str, arguments)])
        return Done(end.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def source():
    """The name of a calling system that no other test uses."""
    return f"client {uuid.uuid4().hex[:12]}"


@pytest.fixture(params=["jsonrpc", "json2"])
def transport(request, run, monkeypatch):
    """One transport and then the other, for what is run."""
    monkeypatch.setenv("RETURNS_JSON2", str(int(request.param == "json2")))


@pytest.fixture
def made(company):
    """A function: the refs of the returns that a source has, in their order."""

    def made(source):
        domain = [("external_source", "=", source)]
        rows = company.admin(
            RETURN, "search_read", domain, ["external_ref"], order="id"
        )
        return [row["external_ref"] for row in rows]

    return made
