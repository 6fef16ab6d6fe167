"""What the black-box tests stand on: servers of their own, and ways to talk to them.

`scripts/test` starts this session and says with what (SALE_RETURN_ENVIRONMENT) and
where (SALE_RETURN_RUN). The demo data's logins are their own passwords:
return_clerk, return_approver, return_warehouse, return_manager, return_viewer, admin.
"""

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers import RETURN, ROLES, Company, ask, get
from transports import JsonRemote, Remote, json2_of, odoorpc_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from lib import postgres
from lib.databases import Databases
from lib.environment import Environment
from lib.odoo import Odoo
from lib.server import serving
from lib.templates import Templates

# The first page waits for the server to put its styles and scripts together.
PATIENCE = 120_000


@dataclass(frozen=True)
class Served:
    """A server that answers at base_url for its one database, `db`."""

    base_url: str
    db: str
    odoo: Odoo

    def shell(self, code):
        """Run Python code with `env` on the database, commit, return what it printed.

        It takes two seconds: prepare in one go what a test module needs.
        """
        return self.odoo.shell(self.db, code)

    @property
    def log(self):
        """The server's log so far, as text."""
        return (self.odoo.folder / f"{self.db}.log").read_text()


@pytest.fixture(scope="session")
def environment():
    """The Environment that scripts/setup made."""
    text = os.environ.get("SALE_RETURN_ENVIRONMENT")
    if not text:
        pytest.exit("run these tests with scripts/test tests", returncode=2)
    return Environment.load(text)


@pytest.fixture(scope="session")
def databases(environment):
    """The Databases of the test server; this session's are dropped at its end."""
    with postgres.server("test").running() as server:
        databases = Databases(environment, server)
        yield databases
        databases.drop_own()


@pytest.fixture(scope="session")
def odoo(databases):
    """Odoo with the addons of this repository."""
    folder = Path(os.environ["SALE_RETURN_RUN"]) / f"servers-{os.getpid()}"
    return Odoo(databases, folder)


@pytest.fixture(scope="session")
def serve(odoo):
    """A context manager: `with serve("label", workers=2) as served:` starts a Served on
    a fresh copy of the template with our addons and demo data, and stops it after.

    With stand_in=False it prints with the machine's own wkhtmltopdf.
    """

    @contextmanager
    def serve(label, workers=2, options=(), stand_in=True):
        templates = Templates(odoo)
        db = templates.copy(templates.addons(demo=True), label)
        options = {"options": options, "log": f"{db}.log", "stand_in": stand_in}
        with serving(odoo, db, workers=workers, **options) as base_url:
            yield Served(base_url, db, odoo)

    return serve


@pytest.fixture(scope="session")
def server(serve):
    """The Served that all tests share which do not need one of their own.

    Its database is not reset between tests: each works on records it made itself.
    """
    with serve("shared") as served:
        yield served


@pytest.fixture(scope="session")
def xmlrpc_as(server):
    """A function: xmlrpc_as(login) returns that user's Remote on the shared server."""
    return lambda login, password=None: Remote(server, login, password)


@pytest.fixture(scope="session")
def odoorpc_as(server):
    """A function: odoorpc_as(login) returns that user's odoorpc.ODOO, logged in."""

    def odoorpc_as(login, password=None):
        return odoorpc_of(server, login, password)

    return odoorpc_as


@pytest.fixture(scope="session")
def json2_users(server):
    """What each role does over /json/2, with an API key of its own."""
    return json2_of(server, ROLES)


@pytest.fixture(scope="session")
def company(odoorpc_as):
    """The Company that the tests work for on the shared server."""
    return Company(JsonRemote(odoorpc_as("admin")))


@pytest.fixture(scope="session")
def sold(company):
    """So many lanterns that no test takes the last one back."""
    return company.sell(10_000)


@pytest.fixture(scope="session")
def untouched(company):
    """Five lanterns, of which no test takes anything back."""
    return company.sell(5)


@pytest.fixture(scope="session")
def users(xmlrpc_as):
    """The XML-RPC connection of each role: users["clerk"]."""
    return {role: xmlrpc_as(f"return_{role}") for role in ROLES}


@pytest.fixture(scope="session")
def json_users(odoorpc_as):
    """The same over JSON-RPC."""
    return {role: JsonRemote(odoorpc_as(f"return_{role}")) for role in ROLES}


@pytest.fixture(params=["xmlrpc", "jsonrpc"])
def over(request, users, json_users):
    """The connections of all roles, over one transport and then the other."""
    return {"xmlrpc": users, "jsonrpc": json_users}[request.param]


@pytest.fixture(scope="session")
def transports(users, json_users, json2_users):
    """The connections of all roles, by the name of the transport."""
    return {"xmlrpc": users, "jsonrpc": json_users, "json2": json2_users}


@pytest.fixture(scope="session")
def foreign(company):
    """A quotation and the draft of a return, of a company that none of ours is in."""
    other = company.admin("res.company", "create", {"name": "Lanterns Elsewhere"})
    order = company.order(company_id=other)
    vals = {"partner_id": company.customer, "company_id": other}
    [draft] = company.admin(RETURN, "create", [vals])
    quotation = company.read("sale.order", order, "name", "order_line")
    return quotation | {"return": draft}


@pytest.fixture
def asked(users, sold):
    """A submitted return of two lanterns, as api_request answers it."""
    return ask(users["clerk"], sold.request(2))


@pytest.fixture
def approved(users, asked):
    """The same, approved, as api_get answers it."""
    users["approver"](RETURN, "action_approve", [asked["id"]])
    return get(users["clerk"], asked["id"])


@pytest.fixture(scope="session")
def browser():
    """Playwright's Browser: Debian's Chromium, headless."""
    from lib import browser

    with browser.running() as running:
        yield running


@pytest.fixture
def page_as(browser, server):
    """A function: page_as(login) returns a Page, logged in as that user.

    More arguments go to Browser.new_context (locale, viewport, …). The errors that the
    pages log on their console fail the test at its end; a test that expects some
    removes them from `page.errors`, a list of texts.
    """
    from lib.browser import log_in

    pages = []

    def page_as(login, **options):
        options = {"viewport": {"width": 1440, "height": 900}} | options
        context = browser.new_context(base_url=server.base_url, **options)
        context.set_default_timeout(PATIENCE)
        log_in(context, server.db, login)
        page = context.new_page()
        page.errors = []
        page.on("console", lambda message: _keep_error(page, message))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        pages.append(page)
        page.goto("/odoo")
        page.wait_for_selector(".o_main_navbar")
        return page

    yield page_as
    errors = [error for page in pages for error in page.errors]
    for page in pages:
        page.context.close()
    assert not errors, "the browser's console has errors:\n" + "\n".join(errors)


def _keep_error(page, message):
    # Without a proxy before it, a server with workers has no websocket on this port.
    if message.type == "error" and "/websocket" not in message.text:
        page.errors.append(f"{message.text} {message.location.get('url', '')}")


@pytest.fixture(scope="session")
def screenshot():
    """A function: screenshot(page, name) writes NAME.png to SALE_RETURN_SCREENSHOTS,
    or does nothing if that is not set."""
    folder = os.environ.get("SALE_RETURN_SCREENSHOTS")

    def screenshot(page, name):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.locator(".o_loading_indicator").wait_for(state="hidden")
            page.screenshot(path=Path(folder) / f"{name}.png")

    return screenshot
