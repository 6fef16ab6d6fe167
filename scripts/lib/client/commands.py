"""The commands: what is typed, and what their help says."""

import uuid
from dataclasses import dataclass
from pathlib import Path

import click

from . import credentials, feed, screen, steps
from .caller import BATCH, Caller
from .columns import COLUMNS
from .errors import Interrupted
from .importing import Import
from .transports import Json2, JsonRpc

EPILOG = """\b
Exit codes:
  0    all done
  1    something was refused; the table says what
  2    wrong usage, or a file that cannot be used
  3    the server cannot be reached, refuses the login, or failed
  130  stopped by Ctrl-C

Server and login come from a file (--credentials) or the environment: RETURNS_URL,
RETURNS_DATABASE, RETURNS_LOGIN, RETURNS_PASSWORD, RETURNS_API_KEY. More in
docs/client.md."""

FILE = click.Path(dir_okay=False, path_type=Path)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for machines."
)
source = click.option(
    "--source",
    metavar="NAME",
    envvar="RETURNS_SOURCE",
    help="The refs are those of this system, not numbers of returns.",
)
refs = click.argument("refs", metavar="REF...", nargs=-1, required=True)
key = click.option(
    "--key",
    metavar="TEXT",
    help="Name this run: repeated with the same name, nothing is done twice. "
    "Without it each run has a new one.",
)


@dataclass
class Connection:
    """How to reach the server, as the options before the command say."""

    path: Path
    profile: str
    json2: bool
    timeout: float
    retry_for: float

    def open(self):
        """A Caller; nothing is sent yet."""
        mine = credentials.load(self.path, self.profile)
        transport = (Json2 if self.json2 else JsonRpc)(mine, self.timeout)
        return Caller(transport, self.retry_for, screen.say)


class Commands(click.Group):
    def invoke(self, context):
        try:
            return super().invoke(context)
        except KeyboardInterrupt as stop:
            raise Interrupted("Stopped. Run it again: it goes on from here.") from stop


@click.group(cls=Commands, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.option(
    "--credentials",
    "path",
    type=FILE,
    envvar="RETURNS_CREDENTIALS",
    help=f"File with server and login.  [default: {credentials.DEFAULT_FILE}]",
)
@click.option(
    "--profile",
    metavar="NAME",
    envvar="RETURNS_PROFILE",
    help="Section of that file, where it has several.",
)
@click.option(
    "--json2",
    is_flag=True,
    envvar="RETURNS_JSON2",
    help="Use JSON-2 with an API key, not JSON-RPC.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=180,
    show_default=True,
    help="Seconds to wait for an answer.",
)
@click.option(
    "--retry-for",
    type=click.FloatRange(0),
    default=120,
    show_default=True,
    help="Seconds to try again while the server is busy or does not answer.",
)
@click.pass_context
def client(context, **options):
    """Make, follow and process returns on an Odoo with sale_return_mgmt.

    Every command may be run again: nothing is made twice.
    """
    context.obj = Connection(**options)


@client.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--source",
    metavar="NAME",
    envvar="RETURNS_SOURCE",
    help="Name of your system, for rows without one in column source.",
)
@click.option("--check", is_flag=True, help="Only look the file over; send nothing.")
@click.option(
    "--skip-bad", is_flag=True, help="Send the good returns of a file with bad rows."
)
@click.option(
    "--draft", is_flag=True, help="Leave the returns as drafts, not submitted."
)
@click.option(
    "--batch",
    type=click.IntRange(1, BATCH),
    default=BATCH,
    show_default=True,
    help="Returns in one call.",
)
@click.option("--result", type=FILE, help="Result file.  [default: FILE.result.csv]")
@as_json
@click.pass_context
def import_(context, file, source, check, skip_bad, draft, batch, result, as_json):
    """Make returns of the rows of FILE, CSV or XLSX.

    Rows with the same ref are one return; the command `columns` lists what a row may
    have. All rows are checked first: if one is bad, nothing is sent.

    Run it again after whatever happened: what is there already is only read
    (replayed), what is missing is made. The result file says for each row of FILE
    what became of it.

    \b
    Example:
      returns_client.py import returns.csv --source webshop
    """
    run = Import(file, source, result)
    is_sent = not check and (run.is_clean or skip_bad)
    caller = context.obj.open() if is_sent else None
    try:
        if caller:
            run.send(caller, batch, not draft, as_json)
    finally:
        if not check:
            run.write()
    if as_json:
        screen.print_json(run.as_json())
    elif check:
        run.print_check()
    else:
        run.print_all(is_sent)
    context.exit(run.exit_code(is_sent))


@client.command()
def columns():
    """List the columns that a file to import may have."""
    rows = [
        (
            name,
            "yes" if column.needed else "",
            "row" if column.of_line else "return",
            column.help,
        )
        for name, column in COLUMNS.items()
    ]
    screen.print_table(["column", "needed", "of the", "content"], rows)


@client.command()
@refs
@source
@as_json
@click.pass_context
def status(context, refs, source, as_json):
    """Tell how far returns are.

    \b
    Examples:
      returns_client.py status RET/2026/00008 RET/2026/00009
      returns_client.py status R-1001 --source webshop
    """
    found = steps.named(refs, source)
    caller = context.obj.open()
    context.exit(steps.run(caller, "reading", "api_get", "refs", found, refs, as_json))


@client.command()
@refs
@source
@click.option("--comment", metavar="TEXT", help="For the log of the returns.")
@key
@as_json
@click.pass_context
def approve(context, refs, comment, **options):
    """Approve returns, one level each, as an approver.

    Nobody approves what they made themselves: use the profile of another user.
    """
    more = {"decision": "approve"} | ({"comment": comment} if comment else {})
    _take(context, "api_decide", "decisions", refs, more, **options)


@client.command()
@refs
@source
@key
@as_json
@click.pass_context
def receive(context, refs, **options):
    """Take in all that is awaited of returns, as the warehouse.

    Parcels in which something is missing are received in Odoo or over the API.
    """
    _take(context, "api_receive", "receipts", refs, {}, **options)


@client.command()
@refs
@source
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Of credit notes where today is in a closed period: the day that the refusal "
    "names. Agree it with accounting.",
)
@key
@as_json
@click.pass_context
def settle(context, refs, date, **options):
    """Credit and replace what is due of returns, as a manager."""
    arguments = {"date": date.date().isoformat()} if date else {}
    _take(context, "api_settle", "refs", refs, {}, arguments, **options)


def _take(
    context, method, argument, refs, more, arguments=None, *, key, source, as_json
):
    """Take a step of each return.

    :param more: of each item
    :param arguments: of each call
    """
    name = context.info_name
    items = [{"return": ref} | more for ref in steps.named(refs, source)]
    items = steps.keyed(items, name, key or uuid.uuid4().hex)
    caller, arguments = context.obj.open(), arguments or {}
    code = steps.run(caller, name, method, argument, items, refs, as_json, **arguments)
    context.exit(code)


@client.command()
@click.option("--once", is_flag=True, help="End when nothing is new.")
@click.option(
    "--state",
    type=FILE,
    default=credentials.DEFAULT_FILE.with_name("events.json"),
    show_default=True,
    help="File that keeps the place in the feed.",
)
@click.option(
    "--pause",
    type=click.FloatRange(0.1),
    default=5,
    show_default=True,
    help="Seconds between looks where nothing is new.",
)
@as_json
@click.pass_context
def watch(context, once, state, pause, as_json):
    """Follow what happens to returns, one line for each event.

    It goes on where the last run stopped, at first from the first event; with --json
    each line is a JSON object. Ctrl-C ends it.
    """
    caller = context.obj.open()
    place = feed.Place(state, caller.transport.credentials)
    for event in feed.follow(caller, place, once, pause):
        screen.print_line(event if as_json else feed.line(event))
