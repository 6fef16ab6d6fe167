"""Who calls, from where the client knows it, and how it ends where it cannot."""

from urllib.parse import urlsplit

import pytest

from lib.client.commands import client


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {"RETURNS_PASSWORD": "s3cret", "RETURNS_API_KEY": "s3cret"},
            "refuses the login",
        ),
        ({"RETURNS_DATABASE": "nowhere"}, "database"),
        ({"RETURNS_URL": "http://127.0.0.1:1"}, "does not answer"),
        ({"RETURNS_URL": "https://{address}"}, "No safe connection"),
    ],
)
def test_a_server_that_cannot_be_used_is_code_3(
    server, run, transport, monkeypatch, variables, words
):
    address = urlsplit(server.base_url).netloc  # it speaks http only
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(address=address))
    done = run("--retry-for", 0, "status", "1")
    assert done.code == 3 and words in done.err, done
    assert "s3cret" not in done.err and "Traceback" not in done.err


def test_credentials_that_others_can_read_are_refused(run, credentials, tmp_path):
    open_file = tmp_path / "credentials.ini"
    open_file.write_text(credentials.read_text())
    open_file.chmod(0o640)
    done = run("--credentials", open_file, "status", "1")
    assert done.code == 2 and f"chmod 600 {open_file}" in done.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[clerk]\nurl = ftp://x\ndatabase = d\napi_key = k\n", "address"),
        ("[clerk]\nurl = http://x\napi_key = k\n", "RETURNS_DATABASE"),
        ("[clerk]\nuser = l\n", "user"),
        ("[other]\nlogin = l\n", "--profile"),
        ("secret word\n", "line 1"),
    ],
)
def test_credentials_of_no_use_are_refused(run, tmp_path, text, words):
    path = tmp_path / "credentials.ini"
    path.touch(0o600)
    path.write_text(text)
    done = run("--credentials", path, "status", "1")
    assert done.code == 2 and words in done.err, done
    assert "secret" not in done.err


def test_the_environment_alone_is_enough(server, run, monkeypatch, tmp_path):
    monkeypatch.delenv("RETURNS_CREDENTIALS")
    monkeypatch.setattr("lib.client.credentials.DEFAULT_FILE", tmp_path / "none.ini")
    for name, value in {
        "URL": server.base_url,
        "DATABASE": server.db,
        "LOGIN": "return_viewer",
        "JSON2": "0",
        "PASSWORD": "return_viewer",
    }.items():
        monkeypatch.setenv(f"RETURNS_{name}", value)
    assert run("status", "1", profile="").code == 0


def test_wrong_usage_is_code_2(run):
    for arguments in (["fly"], ["status"], ["settle", "1", "--date", "31.1.2026"]):
        assert run(*arguments).code == 2, arguments


def test_every_command_has_help(run):
    for name, command in client.commands.items():
        done = run(name, "--help")
        assert done.code == 0
        for option in command.params:
            if option.opts[0].startswith("--"):
                assert option.help and option.opts[0] in done.out, (name, option)
    assert "Exit codes" in run("--help").out
