"""scripts/bench: what it prints and writes, on the smallest size, no network."""

import json
import os
import subprocess

from lib.places import ROOT

STEPS = ["request", "approve", "receive", "credit", "total"]


def bench(environment, *options):
    """scripts/bench with the options, ended."""
    return subprocess.run(
        [ROOT / "scripts" / "bench", *map(str, options)],
        env=os.environ | {"PYTHON": str(environment.python.resolve())},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_it_tells_what_a_return_costs_in_each_way(environment, tmp_path):
    path = tmp_path / "figures.json"
    done = bench(environment, "--sizes", 1, "--no-rma", "--json", path)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    titles = ("Ours, as a batch", "Ours, one by one", "Odoo alone")
    rows = [
        line for title in titles for line in lines if line.strip().startswith(title)
    ]
    assert len(rows) == len(titles), done.stdout
    figures = json.loads(path.read_text())["sizes"]["1"]
    keys = ("ours_batch", "ours_one_by_one", "odoo")
    assert list(figures) == list(keys)
    for key, row in zip(keys, rows, strict=True):
        costs = figures[key]
        # Odoo alone knows no approval.
        assert list(costs) == [step for step in STEPS if step in costs]
        assert set(STEPS) - set(costs) == ({"approve"} if key == "odoo" else set())
        for cost in costs.values():
            assert cost["queries"] > 0 and cost["odoo"] > 0 and cost["database"] >= 0
            assert f"{cost['queries']:,.1f}" in row
        parts = [cost for step, cost in costs.items() if step != "total"]
        assert sum(part["queries"] for part in parts) == costs["total"]["queries"]
    share = (
        figures["ours_batch"]["total"]["queries"]
        / (figures["odoo"]["total"]["queries"])
    )
    assert f"{share:.0%} of the queries" in rows[-1]


def test_it_tells_how_many_returns_a_second_are_taken(environment):
    done = bench(environment, "--api", 1)

    assert done.returncode == 0, done.stderr
    _title, *rows = done.stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["1", "4"]
    for row in rows:
        alone, bulk = (float(word) for word in row.split() if "." in word)
        assert alone > 0 and bulk > 0


def test_it_tells_how_long_questions_of_management_take(environment):
    done = bench(environment, "--report", 120)

    assert done.returncode == 0, done.stderr
    title, *rows = done.stdout.splitlines()
    assert title.startswith("120 return lines")
    asked = [row.split(maxsplit=3) for row in rows]
    for ours, plain, ratio, _question in asked:
        assert float(ours) > 0 and float(plain) >= 0 and float(ratio) > 0
    questions = [question for *_figures, question in asked]
    assert len(questions) == 7
    assert questions[4:] == [f"dashboard of {days} days" for days in (30, 90, 365)]
