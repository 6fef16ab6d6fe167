"""scripts/replay, on the sample of this repository."""

import csv
import os
import subprocess

import pytest

from lib.places import ROOT

SAMPLE = ROOT / "docs" / "samples" / "replay"


@pytest.fixture
def replay(environment, tmp_path):
    """A function: replay(returns, "--option", …) returns the ended process, and what
    became of each row."""

    def replay(returns, *options):
        out = tmp_path / "out.csv"
        done = subprocess.run(
            [
                *(ROOT / "scripts" / "replay", SAMPLE / "orders.csv", returns),
                *("--out", out, *options),
            ],
            env=os.environ | {"PYTHON": str(environment.python.resolve())},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if not out.exists():
            return done, []
        with out.open(newline="") as file:
            return done, list(csv.DictReader(file))

    return replay


def test_goods_without_an_order_are_taken_where_the_company_allows_it(replay):
    done, rows = replay(SAMPLE / "returns.csv", "--without-order", "--json2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything adds up" in done.stdout
    assert {row["result"] for row in rows} == {"made"}
    credited = [row["credited"] for row in rows]
    assert credited == [
        *("26.10", "39.95", "214.80", "71.64", "55.50", "25.50", "3.98"),
        *("283.05", "1.00"),
    ]


def test_what_does_not_add_up_is_told(replay, tmp_path):
    returns = tmp_path / "returns.csv"
    text = (SAMPLE / "returns.csv").read_text()
    returns.write_text(text.replace("SIEVE,333", "SIEVE,501"))
    done, rows = replay(returns)
    assert done.returncode == 1, done.stdout + done.stderr
    assert [row["ref"] for row in rows if row["problems"]] == ["R-4"]
    told = [line for line in done.stdout.splitlines() if "✗" in line]
    assert len(told) == 1 and "line 9" in told[0] and "501" in told[0]
    # Without an order, and the company takes none: refused, and that is right.
    refused = {row["ref"]: row["code"] for row in rows if row["result"] == "refused"}
    assert refused.pop("R-4") == "QTY_EXCEEDS_RETURNABLE"
    assert list(refused) == ["R-3-without-order", "R-5-without-order"]
    assert all(refused.values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ref,customer,order,product\nR,C,A,P\n", "quantity"),
        ("ref,customer,order,product,quantity\nR,C,A,P,1\nR,C,A,P,-1\n", "line 3"),
        ("ref,customer,order,product,quantity\n,C,A,P,1\n", "ref is missing"),
    ],
)
def test_a_file_of_no_use_is_refused(replay, tmp_path, text, words):
    returns = tmp_path / "returns.csv"
    returns.write_text(text)
    done, _rows = replay(returns)
    assert done.returncode == 1 and words in done.stderr
    assert "Traceback" not in done.stderr
