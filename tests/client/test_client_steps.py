"""The commands status, approve, receive, settle and watch, each as its role."""

import re
import time

import pytest
from client_helpers import rows_of, told, write

# A long transaction of another test run on the same cluster holds the feed up.
PATIENCE = 180


@pytest.fixture
def imported(run, source, sold, tmp_path):
    """The refs of two submitted returns."""
    path = write(tmp_path / "returns.csv", rows_of(sold.name, "A", "B"))
    assert run("import", path, "--source", source).code == 0
    return ["A", "B"]


STEPS = [  # the role, what it does, the state after it
    ("approver", "approve", "approved"),
    ("warehouse", "receive", "done"),
    ("manager", "settle", "done"),
]


def test_a_return_is_taken_through_its_life(run, transport, source, imported):
    named = [*imported, "--source", source, "--json"]
    for role, command, state in STEPS:
        done = run(command, *named, profile=role)
        assert done.code == 0, done
        assert [(row["given"], row["state"]) for row in done.json] == [
            (ref, state) for ref in imported
        ]
    done = run("status", *named)
    assert done.code == 0
    assert {row["receipt_status"] for row in done.json} == {"full"}
    assert all(row["amount_refunded"] == row["amount_total"] for row in done.json)


def test_a_step_is_for_its_role_and_taken_once(run, source, imported):
    named = [*imported, "--source", source]
    for role, command, _state in STEPS:
        wrong = run(command, *named, "--json", profile="viewer")
        assert wrong.code == 1, (command, wrong)
        codes = {error["code"] for row in wrong.json for error in row["errors"]}
        assert codes == {"ACCESS_DENIED"}
        for replayed in (False, True):
            done = run(command, *named, "--key", source, "--json", profile=role)
            assert done.code == 0, done
            assert [row["replayed"] for row in done.json] == [replayed] * 2
    answers = run("status", *named, "--json").json
    number, record = answers[0]["name"], answers[1]["id"]
    by_number = run("status", number, record)
    assert by_number.code == 0 and number in by_number.out


def test_nobody_approves_their_own_return(run, source, sold, tmp_path):
    path = write(tmp_path / "returns.csv", rows_of(sold.name, "A"))
    assert run("import", path, "--source", source, profile="manager").code == 0
    done = run("approve", "A", "--source", source, profile="manager")
    assert done.code == 1 and "SELF_APPROVAL" in done.out


def test_who_may_not_request_makes_nothing(
    run, transport, source, made, sold, tmp_path
):
    path = write(tmp_path / "returns.csv", rows_of(sold.name, "A"))
    done = run("import", path, "--source", source, profile="approver")
    assert done.code == 1 and made(source) == []
    assert [row["code"] for row in told(path)] == ["ACCESS_DENIED"]


def test_the_warehouse_is_told_no_amount(run, source, imported):
    named = [*imported, "--source", source]
    assert run("approve", *named, profile="approver").code == 0
    for role, is_told in (("clerk", True), ("warehouse", False)):
        done = run("status", *named, profile=role)
        assert done.code == 0 and "pending" in done.out
        assert ("USD" in done.out) == ("money" in done.out) == is_told, done.out


def test_an_unknown_ref_is_told(run, transport, source, imported):
    done = run("status", "A", "Z", "--source", source)
    assert done.code == 1 and "NOT_FOUND" in done.out and "submitted" in done.out


def test_events_are_told_once(run, transport, source, imported, tmp_path, monkeypatch):
    state = tmp_path / "state" / "events.json"
    command = ["watch", "--once", "--state", state]
    lines, deadline = [], time.monotonic() + PATIENCE
    while len(lines) < 4 and time.monotonic() < deadline:
        done = run(*command, profile="viewer")
        assert done.code == 0, done
        lines += [line for line in done.out.splitlines() if source in line]
    shapes = [
        re.sub(r"^\S+Z  RET/\S+", "", line).split("(")[0].split() for line in lines
    ]
    # In order for each return, and each one once.
    created, submitted = ["#1", "created", "draft"], ["#2", "submitted", "draft"]
    assert [shape[:3] for shape in shapes].count(created) == 2, lines
    assert [shape[:3] for shape in shapes].count(submitted) == 2, lines
    assert source not in run(*command, "--json", profile="viewer").out

    monkeypatch.setenv("RETURNS_URL", "http://127.0.0.1:1")
    other = run(*command, profile="viewer")
    assert other.code == 2 and "--state" in other.err


def test_a_day_for_credit_notes_is_part_of_the_step(run, transport, source, imported):
    named = ["A", "--source", source]
    assert run("approve", *named, profile="approver").code == 0
    command = ["settle", *named, "--key", source]
    for day, code in ((), 0), (("--date", "2026-01-31"), 1):
        done = run(*command, *day, profile="manager")
        assert done.code == code, done
    assert "REF_CONFLICT" in done.out
