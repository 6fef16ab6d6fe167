"""What must be answered, whatever was sent."""

import re
from pathlib import Path

from transports import Refusal, assert_plain, fits_xml

TOLD = Path(__file__).parents[1] / "docs" / "api" / "errors.md"
CODES = set(re.findall(r"^\| `([A-Z_]+)` \|", TOLD.read_text(), re.MULTILINE))
# What only the inside of the server says.
LEAKS = re.compile(
    r"Traceback|psycopg|odoo\.|File \"|violates|syntax|ERROR:|DETAIL:|LINE \d|SELECT |"
    r"UnicodeError|surrogates|out of range|[Ee]xpected singleton|object has no|NoneType"
)


def check(result, payload):
    """A result is right, or a refusal that the caller can act on."""
    assert_plain(result)
    assert not LEAKS.search(str(result)), "the inside shows"
    assert result["ok"] in (True, False)
    if result["ok"]:
        return
    assert result.keys() == {"ok", "errors"} and result["errors"]
    for error in result["errors"]:
        assert error.keys() == {"code", "path", "message", "details"}
        assert error["code"] in CODES, error
        assert error["message"].strip() and isinstance(error["details"], dict)
        assert leads_into(error["path"], payload), error["path"]


def _escaped(char):
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def leads_into(path, payload):
    """Whether the path names a place of the payload: something that is there, or that
    is missing from something that is."""
    if not path:
        return True
    if isinstance(payload, dict):
        for key, value in payload.items():
            # XML carries a carriage return as a new line.
            for sent in {key, key.replace("\r\n", "\n").replace("\r", "\n")}:
                name = "".join(map(_escaped, sent[:64]))
                rest = path.removeprefix(name)
                if path.startswith(name) and (
                    not rest or rest[0] == "." and leads_into(rest[1:], value)
                ):
                    return True
        return re.fullmatch("[a-z_]+", path)
    if isinstance(payload, list | tuple):
        index, _dot, rest = path.partition(".")
        return (
            index.isdecimal()
            and int(index) < len(payload)
            and leads_into(rest, payload[int(index)])
        )
    return False


def carried(transport, payload):
    return transport != "xmlrpc" or fits_xml(payload)


def is_clean(answer):
    """Whether a call that is wrong as a whole is refused as such."""
    return (
        isinstance(answer, Refusal)
        and answer.kind in ("UserError", "UnprocessableEntity")
        and answer.message.strip()
        and not LEAKS.search(answer.message.replace("odoo.", ""))
    )
