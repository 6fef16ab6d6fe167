"""The feed of events, followed from where the last run stopped."""

import json
import os
import time

from .errors import ClientError

LIMIT = 500


class Place:
    """The file that keeps the id of the last event told, of one server's database."""

    def __init__(self, path, credentials):
        self.path = path
        self._owner = {"url": credentials.url, "database": credentials.database}

    def load(self):
        """The id to go on from; 0 at the first run."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            last_id = kept.pop("last_id")
        except FileNotFoundError:
            return 0
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise ClientError(
                f"{self.path} keeps no place in the feed. Name another file with "
                "--state, or remove it to start from the first event."
            ) from error
        if kept != self._owner or type(last_id) is not int or last_id < 0:
            raise ClientError(
                f"{self.path} is of another server or database. Name a file for this "
                "one with --state."
            )
        return last_id

    def save(self, last_id):
        scratch = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            scratch.write_text(json.dumps(self._owner | {"last_id": last_id}))
            scratch.replace(self.path)
        except OSError as error:
            raise ClientError(
                f"{self.path} cannot be written: {error.strerror}. Name another file "
                "with --state."
            ) from error


def follow(caller, place, once, pause):
    """Yield the events that are new.

    What was taken is kept as the next are asked for: an event may be told twice after
    a sudden end, and is never lost.

    :param once: end where nothing is new; else look again after ``pause`` seconds
    """
    last_id = place.load()
    while True:
        events = caller.call("api_events", after_id=last_id, limit=LIMIT)
        yield from events
        if events:
            last_id = events[-1]["id"]
            place.save(last_id)
        elif once:
            return
        else:
            time.sleep(pause)


def line(event):
    """An event as a line for people."""
    step = event["from_state"], event["to_state"]
    states = " → ".join(dict.fromkeys(filter(None, step)))
    parts = [
        event["date"],
        event["return"],
        f"#{event['number']}",
        event["type"],
        states,
    ]
    if event["ref"]:
        parts.append(f"({event['source']}: {event['ref']})")
    parts += [event.get("user"), " ".join(str(event.get("note") or "").split())]
    return "  ".join(filter(None, parts))
