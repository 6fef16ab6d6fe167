"""The slip and the label of a parcel that a customer sends, as text in their PDFs."""

import http.cookiejar
import json
import re
import subprocess
import unicodedata
import urllib.error
import urllib.request

import pytest
from helpers import LINE, RETURN
from transports import Remote

SLIP = "/report/pdf/sale_return_mgmt.report_return_slip"
LABEL = "/report/pdf/sale_return_mgmt.report_return_label"
PAPERS = "/report/pdf/sale_return_mgmt.report_counter_papers"
# Of the demo data: one of an English and one of a Chinese customer.
ENGLISH, CHINESE = "CLAIM-0192", "CG-RMA-20"

# A return of sixty goods with long names.
SIXTY_LINES = """
products = env["product.product"].create(
    [
        {
            "name": "A name that is much too long for one line of a slip of paper, and "
            "that is printed on this page down to its very end",
            "default_code": f"SIXTY-{number:02}",
            "type": "consu",
        }
        for number in range(60)
    ]
)
reason = env.ref("sale_return_mgmt.sale_return_reason_no_longer_wanted")
order = env["sale.order"].create(
    {
        "partner_id": env.ref("sale_return_mgmt.partner_harbour").id,
        "order_line": [
            (0, 0, {"product_id": product.id, "product_uom_qty": 1})
            for product in products
        ],
    }
)
order.action_confirm()
order.picking_ids.with_context(skip_sms=True).button_validate()
asked = env["sale.return.order"].create(
    {
        "partner_id": order.partner_id.id,
        "reason_id": reason.id,
        "line_ids": [
            (
                0,
                0,
                {"sale_line_id": line.id, "quantity": 1, "reason_id": reason.id},
            )
            for line in order.order_line
        ],
    }
)
asked.action_submit()
while asked.state == "submitted":
    asked.with_user(env.ref("sale_return_mgmt.user_return_approver")).action_approve()
print(asked.id)
"""


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


def printed_pages(pdf, folder):
    """The text of each page."""
    assert pdf.startswith(b"%PDF-")
    (folder / "printed.pdf").write_bytes(pdf)
    text = subprocess.check_output(
        ["pdftotext", "-layout", folder / "printed.pdf", "-"], text=True
    )
    return text.split("\f")[:-1]


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


@pytest.mark.parametrize(
    ("reference", "title"), [(ENGLISH, "Return Label"), (CHINESE, "退货标签")]
)
def test_the_label_is_one_page_with_the_number(printing, tmp_path, reference, title):
    clerk = Remote(printing, "return_clerk")
    asked = find(clerk, reference)
    status, pdf = Session(printing, "return_clerk").get(f"{LABEL}/{asked}")
    assert status == 200
    [page] = printed_pages(pdf, tmp_path)
    [told] = clerk(RETURN, "api_get", [asked])
    for word in (title, told["name"], told["customer"], reference):
        assert plain(word) in plain(page), f"{word} is not in:\n{page}"
    assert f"{told['amount_total']:.2f}" not in page


def test_the_counter_prints_the_slip_and_the_credit_note(server, tmp_path):
    """Two documents in one file, which takes wkhtmltopdf's patched build."""
    clerk = Remote(server, "return_clerk")
    credited = [("state", "=", "done"), ("amount_refunded", ">", 0)]
    returns = clerk(RETURN, "api_get", clerk(RETURN, "search", credited))
    told = next(each for each in returns if len(each["credit_notes"]) == 1)
    status, pdf = Session(server, "return_clerk").get(f"{PAPERS}/{told['id']}")
    assert status == 200
    slip, *credit_note = printed_pages(pdf, tmp_path)
    assert plain(told["name"]) in plain(slip)
    for word in (told["credit_notes"][0]["name"], f"{told['amount_refunded']:.2f}"):
        assert plain(word) in plain("".join(credit_note))
    assert f"{told['amount_refunded']:.2f}" not in slip


def test_sixty_lines_have_a_head_on_each_page_and_signatures_on_the_last(
    printing, tmp_path
):
    asked = int(printing.shell(SIXTY_LINES))
    status, pdf = Session(printing, "return_clerk").get(f"{SLIP}/{asked}")
    assert status == 200
    pages = printed_pages(pdf, tmp_path)
    assert len(pages) > 3
    articles = [re.findall(r"SIXTY-\d\d", page) for page in pages]
    assert sum(articles, []) == [f"SIXTY-{number:02}" for number in range(60)]
    for page, its_articles in zip(pages, articles, strict=True):
        # No row is cut in two: each article's name ends on its page.
        assert plain(page).count("toitsveryend") == len(its_articles)
        assert ("Description" in page) == bool(its_articles)
    signed = [page for page in pages if "Received By" in page]
    assert signed == pages[-1:]
    assert pages[-1].count("Date, Signature") == 2


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


def test_an_employee_outside_our_groups_gets_neither(server, employee):
    clerk = Remote(server, "return_clerk")
    asked = find(clerk, ENGLISH)
    [told] = clerk(RETURN, "api_get", [asked])
    paths = [f"{SLIP}/{asked}", f"{LABEL}/{asked}"]
    for path in paths + [path.replace("pdf", "html", 1) for path in paths]:
        status, page = Session(server, employee).get(path)
        assert status == 403
        assert told["name"].encode() not in page and b"%PDF" not in page


def test_the_warehouse_gets_those_of_approved_returns_only(server):
    clerk, warehouse = (
        Remote(server, "return_clerk"),
        Session(server, "return_warehouse"),
    )
    for report in (SLIP, LABEL):
        assert warehouse.get(f"{report}/{find(clerk, CHINESE)}")[0] == 200
        assert warehouse.get(f"{report}/{find(clerk, 'CLAIM-0201')}")[0] == 403
