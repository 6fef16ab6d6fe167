"""The measuring of scripts/bench, in a process that is Odoo itself."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from odoo import release
from odoo.modules.registry import Registry
from odoo.tools import config

from .bench_meter import Cost, Meter
from .bench_table import table
from .bench_ways import Native, Oca, Ours, OursOneByOne
from .bench_world import LINES, World
from .refusal import Refusal

WIDTH = 110


def main(arguments):
    """The entry for run.py: one argument, the JSON that bench.py made."""
    job = json.loads(arguments[0])
    config.parse_config(
        ["-c", job["configuration"], "-d", job["database"], "--log-level=error"],
        setup_logging=True,
    )
    meter = Meter(Registry(job["database"]))
    ways = [Ours, OursOneByOne, *([Oca] if job["rma"] else []), Native]
    bench = Bench(meter, World(meter, job["rma"]), ways, job["cap"])
    # The first request of its kind fills caches that all later ones share.
    bench.measure(1)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    figures = {}
    for size in job["sizes"]:
        with console.status(f"{size} returns in each way"):
            figures[size] = bench.measure(size)
        console.print(table(size, figures[size], {way.key: way for way in ways}))
    console.print(
        "\nSQL queries for one return, under them CPU time of Odoo and PostgreSQL "
        f"together. A return is {LINES} lines, all goods of an order.",
        *([f"More than {bench.cap} at once: our batch only."] if bench.capped else []),
        style="dim",
        highlight=False,
    )
    if job["json"]:
        document = {"odoo": release.version, "lines": LINES, "sizes": _plain(figures)}
        Path(job["json"]).write_text(json.dumps(document, indent=1) + "\n")
    return 0


class Bench:
    """Takes back as many orders as asked for, in each of the ways."""

    def __init__(self, meter, world, ways, cap):
        self.meter = meter
        self.world = world
        self.ways = ways
        self.cap = cap
        self.capped = False

    def measure(self, size):
        """Return the Cost of one return by way and step, the step "total" included.

        More than the cap only for ours: the others take long and get no better.
        """
        figures = {}
        for way in self.ways:
            if size > self.cap and way.is_capped:
                self.capped = True
                continue
            order_ids = self.world.sell(size)
            self.meter.take()
            process = way(self.meter, self.world).process
            for part in [order_ids] if way.together else [[id] for id in order_ids]:
                process(part)
            costs = {step: cost / size for step, cost in self.meter.take().items()}
            figures[way.key] = {**costs, "total": sum(costs.values(), Cost())}
            self._check(way, order_ids)
        return figures

    def _check(self, way, order_ids):
        """Refuse figures of a way that did not come to the end."""
        with self.meter.superuser() as env:
            orders = env["sale.order"].browse(order_ids)
            invoices = orders.invoice_ids
            sold = invoices.filtered(lambda move: move.move_type == "out_invoice")
            refunds = invoices - sold
            ended = {
                "not delivered": not any(orders.order_line.mapped("qty_delivered")),
                "received": set(orders.picking_ids.mapped("state")) == {"done"},
                "credited": len(refunds) == len(orders)
                and refunds.reversed_entry_id == sold,
                "reconciled": set(invoices.mapped("payment_state"))
                <= {"paid", "reversed"},
            }
            missing = [fact for fact, is_true in ended.items() if not is_true]
            if missing:
                raise Refusal(
                    f"“{way.title}” did not come to the end ({', '.join(missing)}): "
                    "its figures mean nothing. Mend scripts/lib/bench_ways.py."
                )


def _plain(figures):
    """Figures as JSON has them."""
    return {
        size: {
            key: {step: asdict(cost) for step, cost in costs.items()}
            for key, costs in costs_by_way.items()
        }
        for size, costs_by_way in figures.items()
    }
