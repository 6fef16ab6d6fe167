"""The examples of docs/api.md and docs/api/ run as they stand: those in Python over
each transport that the page connects with, those for curl in bash."""

import contextlib
import io
import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
GUIDE = DOCS / "api.md"
PAGES = [DOCS / "api" / f"{name}.md" for name in ("requests", "steps", "events")]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Whose keys of returns and of steps the examples use.
SOURCES = "'webshop', 'desk', 'wms'"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, page, and the output that follows it."""

    language: str
    text: str
    place: str
    output: str


def read_blocks(*pages):
    blocks = []
    for page in pages:
        text = page.read_text()
        found = list(BLOCK.finditer(text))
        for match, after in zip(found, [*found[1:], None], strict=True):
            line = text.count("\n", 0, match.start()) + 1
            shows = after and after[1] == "text"
            if match[1] != "text":
                place = f"{page.name}:{line}"
                output = after[2] if shows else None
                blocks.append(Block(match[1], match[2], place, output))
    return blocks


CONNECT = {
    re.search(r'"""(.*?):', block.text)[1]: block
    for block in read_blocks(GUIDE)
    if "def connect(" in block.text
}
[MAKE_KEYS] = [b for b in read_blocks(GUIDE) if b.text.startswith("# odoo-bin shell")]
[EXPORT] = [block for block in read_blocks(GUIDE) if block.language == "sh"]
[WHO_CALLS] = [b for b in read_blocks(GUIDE) if b.text.startswith("shop = connect(")]


@pytest.fixture(scope="module")
def variables(server):
    """What the page tells to export, with the keys that its own lines make."""
    made = server.shell(MAKE_KEYS.text).split("\n")
    keys = dict(line.split() for line in made if line.startswith("return_"))
    logins = re.findall(r'connect\("(\w+)", os.environ\["(\w+)"\]\)', WHO_CALLS.text)
    values = {name: keys[login] for login, name in logins}
    values |= {"ODOO_URL": server.base_url, "ODOO_DB": server.db}
    assert sorted(re.findall(r"(\w+)=", EXPORT.text)) == sorted(values)
    return values


@pytest.fixture
def keys_free(server):
    """After the examples their keys name other returns, so that they can run again."""
    yield
    for table in ("sale_return_order", "sale_return_event"):
        server.odoo.databases.sql(
            server.db,
            f"UPDATE {table} SET external_source = external_source || {time.time()}"
            f" WHERE external_source IN ({SOURCES})",
        )


def run(block, names):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text, block.place, "exec"), names)
    return printed.getvalue()


def test_every_example_is_of_a_kind_that_runs():
    kinds = {block.language for block in read_blocks(GUIDE, *PAGES)}
    assert kinds == {"python", "bash", "sh"}
    assert sorted(CONNECT) == ["JSON-2", "JSON-RPC", "XML-RPC"]
    python, bash = (
        " ".join(b.text for b in read_blocks(GUIDE, *PAGES) if b.language == language)
        for language in ("python", "bash")
    )
    methods = re.findall(r"^\| `(api_\w+)\(", GUIDE.read_text(), re.MULTILINE)
    assert len(methods) == 10
    for method in methods:
        assert f'("{method}", ' in python and f'_KEY" {method} ' in bash


@pytest.mark.parametrize("transport", CONNECT)
def test_python(transport, variables, monkeypatch, keys_free):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    names = {}
    for block in (CONNECT[transport], WHO_CALLS):
        run(block, names)
    for block in read_blocks(*PAGES):
        if block.language == "python":
            expect_output(block, names)


def expect_output(block, names):
    # The feed waits for older transactions: of jobs, and of the tests beside these.
    tries = 180 if "api_events" in block.text else 1
    for _try in range(tries):
        printed = run(block, names)
        if printed == block.output or block.output is None:
            return
        time.sleep(1)
    raise AssertionError(f"{block.place} printed:\n{printed}")


def test_curl(variables, keys_free):
    blocks = [b for b in read_blocks(GUIDE, *PAGES) if b.language == "bash"]
    script = "\necho\n".join(block.text for block in blocks)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    told = {}
    for block, answer in zip(blocks[1:], answers, strict=True):
        assert answer, f"{block.place} answered nothing"
        for result in answer:
            assert result.get("ok", True), f"{block.place}: {result}"
        told[block.text.split()[2]] = answer
    decided = [result["state"] for result in told["api_decide"]]
    assert decided == ["approved", "rejected"]
    assert told["api_cancel"][0]["state"] == "cancelled"
    assert told["api_settle"][0]["refund_status"] == "paid"
