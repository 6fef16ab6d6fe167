"""How many returns a second other systems send to a real server, over JSON-2."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import requests

from .client.screen import progress
from .demo_person import Person
from .refusal import Refusal
from .replay_data import Sold
from .replay_world import World

LINES = 3
# In bulk as many calls as the largest server has workers, each with orders of its own.
CALLS = 4
# What each measurement takes back is one of each line.
QUANTITY = 20


def main(arguments):
    """The entry for run.py: one argument, the JSON that bench.py made.

    Without "clients" it loads the orders, else it prints as JSON how many returns a
    second that many clients send, one in a call and in bulk.
    """
    job = json.loads(arguments[0])
    if not job["clients"]:
        _load(job)
        return 0
    clients, size = Clients(job), job["size"]
    alone = [[request] for request in clients.requests("alone", size)]
    bulk = clients.requests("bulk", CALLS * size)
    calls = [bulk[start : start + size] for start in range(0, len(bulk), size)]
    print(json.dumps([clients.rate(alone), clients.rate(calls)]))
    return 0


def _load(job):
    count = CALLS * job["size"]
    sold = [
        Sold(
            order=_order(number),
            customer=f"C-{number}",
            country="",
            product=_product(line),
            description=f"Article {line}",
            quantity=Decimal(QUANTITY),
            price=Decimal(10 * line),
        )
        for number in range(count)
        for line in range(LINES)
    ]
    world = World(Person(job["base_url"], job["database"], "admin"), sold, [])
    world.load_masters()
    with progress("orders", count) as advance:
        world.load_orders(advance)


def _order(number):
    return f"BENCH-{number}"


def _product(line):
    return f"ARTICLE-{line}"


class Clients:
    """So many at once, all with the clerk's key."""

    def __init__(self, job):
        self._count = job["clients"]
        self._url = f"{job['base_url']}/json/2/sale.return.order/api_request"
        self._headers = {
            "Authorization": f"bearer {job['key']}",
            "X-Odoo-Database": job["database"],
        }
        self._run = f"{job['clients']} clients"

    def requests(self, kind, count):
        """So many requests, each for one of all that another order sold."""
        return [
            {
                "source": f"bench, {self._run}",
                "ref": f"{kind} {number}",
                "order": _order(number),
                "reason": "NO_REASON",
                "lines": [
                    {"product": _product(line), "quantity": 1} for line in range(LINES)
                ],
            }
            for number in range(count)
        ]

    def rate(self, calls):
        """Returns per second, from the first call to the last answer."""
        with ThreadPoolExecutor(self._count) as threads:
            started = time.monotonic()
            answers = [one for many in threads.map(self._send, calls) for one in many]
            seconds = time.monotonic() - started
        for answer in answers:
            if not answer["ok"] or answer["replayed"]:
                raise Refusal(f"a request of the bench was not taken: {answer}")
        return len(answers) / seconds

    def _send(self, batch):
        response = requests.post(
            self._url, json={"requests": batch}, headers=self._headers, timeout=600
        )
        response.raise_for_status()
        return response.json()
