"""What goes wrong on the way: kills, lost answers, a server that is busy."""

import os
import signal
import subprocess
import sys

from client_helpers import Between, rows_of, told, write

from lib.client.caller import Caller
from lib.places import ROOT

PROGRAM = ROOT / "scripts" / "returns_client.py"


def start(between, *command):
    """The client as a process of its own, over that server."""
    return subprocess.Popen(
        [sys.executable, PROGRAM, "--profile", "clerk", *command],
        env=os.environ | {"RETURNS_URL": between.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_killed_in_the_middle_and_run_again_nothing_is_twice_or_missing(
    server, run, source, made, sold, tmp_path
):
    refs = ["A", "B", "C", "D", "E"]
    path = write(tmp_path / "returns.csv", rows_of(sold.name, *refs))
    command = ["import", path, "--source", source, "--batch", "2"]
    with Between(server.base_url, "api_request") as between:
        # The second batch is made, and the client never hears of it.
        between.answers[2] = lambda: process.send_signal(signal.SIGKILL)
        process = start(between, *command)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    assert made(source) == refs[:4]

    done = run(*command, "--json")
    assert done.code == 0 and done.json["count"] == {"replayed": 4, "made": 1}
    assert made(source) == refs


def test_stopped_by_ctrl_c_it_says_so_and_writes_what_it_knows(
    server, run, source, made, sold, tmp_path
):
    path = write(tmp_path / "returns.csv", rows_of(sold.name, "A", "B"))
    command = ["import", path, "--source", source, "--batch", "1"]
    with Between(server.base_url, "api_request") as between:
        between.answers[2] = lambda: process.send_signal(signal.SIGINT)
        process = start(between, *command)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Run it again" in err, err
    assert "Traceback" not in err
    assert [row["result"] for row in told(path)] == ["made", "open"]
    assert run(*command).code == 0 and made(source) == ["A", "B"]


def test_a_lost_answer_is_asked_for_again_with_the_same_ref(
    server, run, transport, source, made, sold, tmp_path, monkeypatch
):
    path = write(tmp_path / "returns.csv", rows_of(sold.name, "A"))
    with Between(server.base_url, "api_request") as between:
        between.answers[1] = lambda: None
        between.statuses[2] = 503
        monkeypatch.setenv("RETURNS_URL", between.url)
        done = run("import", path, "--source", source)
        assert between.count == 3
    assert done.code == 0 and "again in" in done.err
    assert made(source) == ["A"]


def test_who_gives_up_says_what_is_open(
    server, run, source, made, sold, tmp_path, monkeypatch
):
    path = write(tmp_path / "returns.csv", rows_of(sold.name, "A", "B"))
    with Between(server.base_url, "api_request") as between:
        between.statuses[2] = 503
        monkeypatch.setenv("RETURNS_URL", between.url)
        command = ["import", path, "--source", source, "--batch", "1"]
        done = run("--retry-for", 0, *command)
    assert done.code == 3 and "Run the same command again" in done.err
    assert [row["result"] for row in told(path)] == ["made", "open"]
    assert made(source) == ["A"]


class Busy:
    """A transport whose server is busy with the second of two items, twice."""

    def __init__(self):
        self.asked = []

    def call(self, method, items):
        self.asked.append(items)
        busy = {"ok": False, "errors": [{"code": "BUSY"}]}
        fine = {"ok": True}
        return [busy if i == 2 and len(self.asked) < 3 else fine for i in items]


def test_only_what_was_busy_is_sent_again():
    transport, pauses = Busy(), []
    caller = Caller(transport, 60, pauses.append)
    [results] = caller.take("api_request", "items", [1, 2])
    assert results == [{"ok": True}] * 2
    assert transport.asked == [[1, 2], [2], [2]] and len(pauses) == 2
    [results] = Caller(Busy(), 0, pauses.append).take("api_request", "items", [1, 2])
    assert [result["ok"] for result in results] == [True, False]
