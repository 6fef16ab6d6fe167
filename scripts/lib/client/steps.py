"""The steps of many returns at once, and how returns are named on the command line."""

import hashlib

from . import screen
from .errors import REFUSED

# Under which the log of a return shows the keys of the steps.
SOURCE = "returns_client"


def named(refs, source=None):
    """What the API takes for refs of the command line: those of ``source``, or else
    numbers of returns and ids."""
    if source:
        return [{"source": source, "ref": ref} for ref in refs]
    return [int(ref) if ref.isascii() and ref.isdecimal() else ref for ref in refs]


def keyed(items, command, key):
    """The items with a key of the step each: one that is sent twice is taken once.

    :param key: of the run of the command
    """
    return [
        item
        | {
            "source": SOURCE,
            # Short, whatever names the return.
            "ref": f"{command} {key} {_digest(item['return'])}",
        }
        for item in items
    ]


def _digest(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def run(caller, title, method, argument, items, given, as_json, **more):
    """Call a method for all items, print what came of them, return the exit code.

    :param given: the refs as they were typed
    """
    answers = []
    with screen.progress(title, len(items), as_json) as advance:
        for results in caller.take(method, argument, items, **more):
            answers += results
            advance(len(results))
    if as_json:
        told = zip(given, answers, strict=True)
        screen.print_json([{"given": ref} | answer for ref, answer in told])
    else:
        screen.print_answers(given, answers)
    return 0 if all(answer["ok"] for answer in answers) else REFUSED
