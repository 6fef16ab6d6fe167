"""What the documentation names is there, and what is there it names."""

import re
import xmlrpc.client
from pathlib import Path

import pytest
from helpers import RETURN, ask, get

ROOT = Path(__file__).resolve().parents[1]
API = ROOT / "docs" / "api"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r'"(INVALID|BUSY|[A-Z]+_[A-Z_]+)"')


def anchors(page):
    """What GitHub makes of the headings."""
    for title in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not link.startswith("http"):
            path, _hash, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_every_code_is_documented():
    raised = {
        code
        for path in (ROOT / "addons").rglob("*.py")
        if "tests" not in path.parts
        for code in CODE.findall(path.read_text())
    }
    rows = (API / "errors.md").read_text()
    assert raised == set(re.findall(r"^\| `([A-Z_]+)` \|", rows, re.MULTILINE))


def test_every_key_of_an_answer_is_documented(users, sold):
    request = sold.request()
    [offer] = users["clerk"](RETURN, "api_returnable", orders=[sold.name])
    [preview] = users["clerk"](RETURN, "api_preview", requests=[request])
    asked = ask(users["clerk"], request)
    users["approver"](RETURN, "action_approve", [asked["id"]])
    answer = get(users["clerk"], asked["id"])
    keys = {key for told in (offer, preview, answer) for key in told}
    keys |= {key for told in (offer, preview, answer) for key in told["lines"][0]}
    keys |= set(answer["transfers"][0])
    documented = set(re.findall(r"`(\w+)`", (API / "requests.md").read_text()))
    assert keys - documented == set()
    [event] = users["clerk"](RETURN, "api_events", limit=1)
    documented = set(re.findall(r"`(\w+)`", (API / "events.md").read_text()))
    assert event.keys() - documented == set()


@pytest.mark.parametrize(
    "method, ids, named, status, code",
    [
        ("api_get", None, {"refs": "all"}, 422, 2),
        ("action_approve", ["asked"], {}, 403, 4),
        ("action_submit", [2**31 - 1], {}, 404, 2),
        ("api_nothing", None, {}, 404, 1),
    ],
)
def test_refused_calls_answer_as_documented(
    users, json2_users, asked, method, ids, named, status, code
):
    ids = ids and [asked["id"] if id_ == "asked" else id_ for id_ in ids]
    body = named | ({"ids": ids} if ids else {})
    assert json2_users["clerk"].post(RETURN, method, **body)[0] == status
    with pytest.raises(xmlrpc.client.Fault) as refusal:
        users["clerk"](RETURN, method, *([ids] if ids else []), **named)
    assert refusal.value.faultCode == code
