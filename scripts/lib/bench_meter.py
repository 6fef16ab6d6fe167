"""What requests cost: SQL queries, and CPU time here and in PostgreSQL."""

import os
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odoo import api

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """Queries, and seconds of CPU in Odoo and in the database."""

    queries: float = 0
    odoo: float = 0.0
    database: float = 0.0

    def __add__(self, other):
        return Cost(
            self.queries + other.queries,
            self.odoo + other.odoo,
            self.database + other.database,
        )

    def __truediv__(self, count):
        return Cost(self.queries / count, self.odoo / count, self.database / count)

    @property
    def cpu(self):
        return self.odoo + self.database


class Meter:
    """Runs requests as a server does, each in a transaction of its own with an empty
    cache, and adds up what they cost by step."""

    def __init__(self, registry):
        self._registry = registry
        self.costs = defaultdict(Cost)

    @contextmanager
    def request(self, step, uid):
        """An environment of that user; the work is committed at the end."""
        cpu = time.process_time()
        with self._registry.cursor() as cr:
            backend = Path("/proc", str(cr._cnx.info.backend_pid), "stat")
            database = _seconds(backend)
            yield api.Environment(cr, uid, {"lang": "en_US", "tz": "UTC"})
            cr.commit()
            self.costs[step] += Cost(
                cr.sql_log_count,
                time.process_time() - cpu,
                _seconds(backend) - database,
            )

    def superuser(self):
        """The same for work that is not measured."""
        return self.request(None, api.SUPERUSER_ID)

    def take(self):
        """Return what was added up so far, by step, and begin anew."""
        costs = {step: cost for step, cost in self.costs.items() if step}
        self.costs.clear()
        return costs


def _seconds(stat):
    """Return the CPU time of a process; 0.0 if it runs on another machine."""
    try:
        # The name in parentheses may hold spaces.
        numbers = stat.read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(numbers[11]) + int(numbers[12])) / TICKS
