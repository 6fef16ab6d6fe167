"""The command import: from rows to returns."""

import datetime
import re

import pytest
from client_helpers import rows_of, told, write

from lib.client.columns import COLUMNS
from lib.places import ROOT

SAMPLE = ROOT / "docs" / "samples" / "returns.csv"


@pytest.mark.parametrize("name", ["returns.csv", "returns.xlsx"])
def test_rows_become_returns_once(
    run, transport, source, made, sold, company, tmp_path, name
):
    rows = rows_of(sold.name, "A", "A", "B")
    path = write(tmp_path / name, rows)
    command = ["import", path, "--source", source]

    first = run(*command)
    assert first.code == 0, first
    assert made(source) == ["A", "B"]
    results = told(path)
    assert [(r["line"], r["ref"], r["result"], r["state"]) for r in results] == [
        ("2", "A", "made", "submitted"),
        ("3", "A", "made", "submitted"),
        ("4", "B", "made", "submitted"),
    ]
    assert len({r["number"] for r in results}) == 2
    before = company.count_returns()

    again = run(*command, "--json")
    assert again.code == 0 and again.json["count"] == {"replayed": 3}
    assert [row["number"] for row in again.json["rows"]] == [
        row["number"] for row in results
    ]
    assert "replayed" in run(*command).out
    assert company.count_returns() == before


def test_a_csv_and_a_workbook_with_the_same_content_are_the_same(
    run, source, sold, tmp_path
):
    [row] = rows_of(sold.name, "1001")
    text = write(tmp_path / "a.csv", [row | {"quantity": "2.0"}])
    numbers = write(tmp_path / "a.xlsx", [row | {"ref": 1001, "quantity": 2}])
    assert run("import", text, "--source", source).code == 0
    again = run("import", numbers, "--source", source, "--json")
    assert again.json["count"] == {"replayed": 1}


def test_what_the_server_refuses_is_told_by_row(
    run, transport, source, made, sold, untouched, tmp_path
):
    rows = [*rows_of(untouched.name, "much", "much"), *rows_of(sold.name, "good")]
    rows[1]["quantity"] = 6
    path = write(tmp_path / "returns.csv", rows)

    done = run("import", path, "--source", source)
    assert done.code == 1 and "QTY_EXCEEDS_RETURNABLE" in done.out
    assert made(source) == ["good"]
    results = told(path)
    assert [row["result"] for row in results] == ["refused", "refused", "made"]
    assert results[1]["code"] == "QTY_EXCEEDS_RETURNABLE"
    assert results[1]["path"] == "lines.1.quantity" and results[1]["message"]


def test_other_content_under_a_ref_is_refused(run, source, made, sold, tmp_path):
    path = write(tmp_path / "returns.csv", rows_of(sold.name, "A"))
    assert run("import", path, "--source", source).code == 0
    write(path, [rows_of(sold.name, "A")[0] | {"quantity": 2}])
    assert run("import", path, "--source", source).code == 1
    assert [row["code"] for row in told(path)] == ["REF_CONFLICT"]
    assert made(source) == ["A"]


GOOD = {"ref": "R", "order": "S1", "product": "P", "quantity": "1"}
BAD_ROWS = [  # what differs from GOOD; the column and words of what is told
    ({"ref": ""}, "ref", "missing"),
    ({"quantity": ""}, "quantity", "missing"),
    ({"product": ""}, "product", "missing"),
    ({"order": ""}, "order", "missing"),
    ({"order": "", "partner": "C"}, "price", "missing"),
    ({"quantity": "1,5"}, "quantity", "write it like 2 or 1.5"),
    ({"quantity": "nan"}, "quantity", "no number"),
    ({"quantity": "0"}, "quantity", "above 0"),
    ({"quantity": "-1"}, "quantity", "no number"),
    ({"sale_line": "1.5"}, "sale_line", "no id"),
    ({"price": "9"}, "price", "without an order"),
    ({"goods": "burn"}, "goods", "return or keep"),
    ({"replacement_product": "Q"}, "replacement_product", "“replace”"),
    ({"note": "#REF!"}, "note", "formula"),
    ({"note": "a\x07b"}, "note", "control character"),
    ({"ref": "R" * 201}, "ref", "shorten it to 200"),
]


def test_each_bad_row_is_told_with_its_line(run, tmp_path, monkeypatch):
    rows = [
        GOOD | {"ref": f"R{number}"} | wrong
        for number, (wrong, _column, _words) in enumerate(BAD_ROWS)
    ]
    rows[1]["note"] = "two\nlines"  # of the file, but one row
    rows += [GOOD, GOOD | {"tracking": "T1"}, GOOD | {"tracking": "T2"}]
    path = write(tmp_path / "returns.csv", rows)
    # Nothing listens there: what is sent is a failure.
    monkeypatch.setenv("RETURNS_URL", "http://127.0.0.1:1")

    done = run("import", path, "--source", "shop")
    assert done.code == 2 and "Nothing was sent" in done.err
    results = told(path)
    for number, (_wrong, column, words) in enumerate(BAD_ROWS):
        row = results[number]
        assert row["line"] == str(2 + number + (number > 1)), row
        assert (row["result"], row["path"]) == ("bad", column), row
        assert words in row["message"], row
    assert [row["result"] for row in results[-3:]] == ["open", "open", "bad"]
    assert f"line {int(results[-1]['line']) - 1}" in results[-1]["message"]
    assert run("import", path, "--source", "shop", "--check").code == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("ref,order,product,quantity\n", "no rows"),
        ("ref,order,product\nA,S,P\n", "“quantity” is missing"),
        ("ref,order,product,quantiti\nA,S,P,1\n", "is it “quantity”?"),
        ("ref,ref,order,product,quantity\nA,A,S,P,1\n", "there twice"),
        ('ref,order,product,quantity\nA,S,P,1\nB,"S,P,1\n', "line 3"),
        ("ref,order,product,quantity\nA,S,Pä,1\n".encode("latin-1"), "line 2"),
    ],
)
def test_a_file_of_no_use_is_refused(run, tmp_path, text, words):
    path = tmp_path / "returns.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("import", path, "--source", "shop")
    assert done.code == 2 and words in done.err, done


def test_a_workbook_of_no_use_is_refused(run, tmp_path):
    path = tmp_path / "returns.xlsx"
    path.write_text("ref,order,product,quantity")
    assert "no XLSX" in run("import", path, "--source", "shop").err
    date = datetime.datetime(2026, 1, 2)
    write(path, [GOOD, GOOD | {"ref": date}, GOOD | {"quantity": True}])
    done = run("import", path, "--source", "shop", "--json")
    assert done.code == 2
    [_good, dated, truth] = done.json["rows"]
    assert (dated["line"], dated["path"]) == (3, "ref") and "date" in dated["message"]
    assert (truth["line"], truth["path"]) == (4, "quantity")


def test_a_source_is_needed(run, tmp_path):
    path = write(tmp_path / "returns.csv", [GOOD])
    done = run("import", path)
    assert done.code == 2 and "--source" in done.err


def test_good_rows_of_a_bad_file_are_sent_if_wanted(run, source, made, sold, tmp_path):
    rows = rows_of(sold.name, "good", "half", "half")
    rows[2]["quantity"] = "two"
    path = write(tmp_path / "returns.csv", rows)
    done = run("import", path, "--source", source, "--skip-bad", "--draft")
    assert done.code == 1 and made(source) == ["good"]
    results = [(row["result"], row["state"]) for row in told(path)]
    assert results == [("made", "draft"), ("open", ""), ("bad", "")]


def test_the_sample_is_what_the_demo_takes(run, source, made, tmp_path):
    assert "3 of 3" in run("import", SAMPLE, "--source", source, "--check").err
    assert made(source) == []
    result = tmp_path / "result.csv"
    done = run("import", SAMPLE, "--source", source, "--result", result)
    assert done.code == 0, done
    assert made(source) == ["W-2001", "W-2002", "W-2003"]


def test_the_columns_are_documented():
    text = (ROOT / "docs" / "client.md").read_text()
    table = text.partition("## Columns")[2].partition("\n##")[0]
    documented = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    assert documented == list(COLUMNS)
