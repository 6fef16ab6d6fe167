"""The slip that the customer puts into the parcel, as text in its PDF."""

import http.cookiejar
import json
import subprocess
import unicodedata
import urllib.error
import urllib.request

import pytest
from helpers import LINE, RETURN
from transports import Remote

SLIP = "/report/pdf/sale_return_mgmt.report_return_slip"
# Of the demo data: one of an English and one of a Chinese customer.
ENGLISH, CHINESE = "CLAIM-0192", "CG-RMA-20"


class Session:
    """A web client's session of that login: `get(path)` returns status and body."""

    def __init__(self, served, login):
        self._base_url = served.base_url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        params = {"db": served.db, "login": login, "password": login}
        request = urllib.request.Request(
            f"{served.base_url}/web/session/authenticate",
            json.dumps({"params": params}).encode(),
            {"Content-Type": "application/json"},
        )
        with self._opener.open(request) as response:
            assert json.load(response)["result"]["uid"]

    def get(self, path):
        try:
            with self._opener.open(self._base_url + path) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read()


@pytest.fixture(scope="module", params=["stand-in", "wkhtmltopdf"])
def printing(request):
    """A Served that prints with Chromium, then one with Debian's wkhtmltopdf."""
    if request.param == "stand-in":
        yield request.getfixturevalue("server")
    else:
        with request.getfixturevalue("serve")("unpatched", stand_in=False) as served:
            yield served


def find(user, reference):
    """The id of the demo data's return with that reference of the customer."""
    [found] = user(RETURN, "search", [("customer_reference", "=", reference)])
    return found


def plain(text):
    """Text to compare: where lines break, and which of several equal-looking Chinese
    code points a font has, is for the printer to choose."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize(
    ("reference", "lang"), [(ENGLISH, "en_US"), (CHINESE, "zh_CN")]
)
def test_the_slip_says_what_comes_back_and_no_price(
    printing, tmp_path, reference, lang
):
    clerk = Remote(printing, "return_clerk")
    asked = find(clerk, reference)
    status, pdf = Session(printing, "return_clerk").get(f"{SLIP}/{asked}")
    assert status == 200 and pdf.startswith(b"%PDF-")
    (tmp_path / "slip.pdf").write_bytes(pdf)
    printed = subprocess.check_output(
        ["pdftotext", tmp_path / "slip.pdf", "-"], text=True
    )

    [told] = clerk(RETURN, "api_get", [asked])
    words = [told["name"], told["customer"], reference]
    lines = clerk(
        LINE, "search_read", [("order_id", "=", asked)], context={"lang": lang}
    )
    for line in lines:
        words += [line["product_id"][1].split("] ")[1], line["reason_id"][1]]
        words += [f"{line['quantity']:.2f}"]
    words += [line["product"] for line in told["lines"]]
    for word in words:
        assert plain(word) in plain(printed), f"{word} is not in:\n{printed}"
    for line in lines:
        for amount in (line["price_unit"], line["price_subtotal"], line["price_total"]):
            assert f"{amount:.2f}" not in printed
    assert f"{told['amount_total']:.2f}" not in printed


@pytest.fixture(scope="module")
def employee(server):
    """The login of an employee in none of our groups."""
    admin = Remote(server, "admin")
    [group] = admin(
        "ir.model.data",
        "search_read",
        [("name", "=", "group_user"), ("module", "=", "base")],
    )
    user = {"name": "Plain", "login": "plain_employee", "password": "plain_employee"}
    admin("res.users", "create", user | {"group_ids": [(6, 0, [group["res_id"]])]})
    return user["login"]


def test_an_employee_outside_our_groups_gets_no_slip(server, employee):
    clerk = Remote(server, "return_clerk")
    asked = find(clerk, ENGLISH)
    [told] = clerk(RETURN, "api_get", [asked])
    for path in (f"{SLIP}/{asked}", f"{SLIP}/{asked}".replace("pdf", "html", 1)):
        status, page = Session(server, employee).get(path)
        assert status == 403
        assert told["name"].encode() not in page and b"%PDF" not in page


def test_the_warehouse_gets_the_slips_of_approved_returns_only(server):
    clerk, warehouse = (
        Remote(server, "return_clerk"),
        Session(server, "return_warehouse"),
    )
    assert warehouse.get(f"{SLIP}/{find(clerk, CHINESE)}")[0] == 200
    assert warehouse.get(f"{SLIP}/{find(clerk, 'CLAIM-0201')}")[0] == 403
