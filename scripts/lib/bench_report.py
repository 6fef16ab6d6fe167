"""How long the analysis takes on many returns, in a process that is Odoo itself."""

import json
import statistics
import time
from datetime import date, timedelta

from odoo.modules.registry import Registry
from odoo.tools import config

from .bench_copies import Pool, copy_all
from .bench_dashboard import QUERIES
from .bench_meter import Meter
from .bench_ways import Ours
from .bench_world import LINES, World

ORDERS = 40  # half of them are returned
PRODUCTS = 500
CUSTOMERS = 5000
DISPOSITIONS = ("RESTOCK", "SCRAP", "QUARANTINE", "VENDOR")


RUNS = 7
LINES_BY_REASON = """
    SELECT line.reason_id, date_trunc('month', return_order.date_request), {measures}
    FROM sale_return_order_line line
    JOIN sale_return_order return_order ON return_order.id = line.order_id
    {more}
    GROUP BY 1, 2
"""
CREDITED = """
    LEFT JOIN account_move_line item ON item.return_line_id = line.id
    AND item.parent_state = 'posted' AND item.display_type = 'product'
"""
RATES = """
    SELECT
        move.product_id,
        SUM(move.quantity) FILTER (WHERE source.usage = 'customer')
            / NULLIF(SUM(move.quantity) FILTER (WHERE target.usage = 'customer'), 0)
    FROM stock_move move
    JOIN stock_location source ON source.id = move.location_id
    JOIN stock_location target ON target.id = move.location_dest_id
    WHERE move.state = 'done'
    AND (source.usage = 'customer') != (target.usage = 'customer')
    GROUP BY 1
"""
# What managers ask the analysis: (model, groups, measures), and much the same in SQL.
QUESTIONS = {
    "asked and expected credit, by reason and month": (
        "sale.return.report",
        ["reason_id", "date_request:month"],
        ["quantity:sum", "amount_untaxed:sum"],
        LINES_BY_REASON.format(
            measures="SUM(line.quantity), SUM(line.price_subtotal)", more=""
        ),
    ),
    "received and value returned, by reason and month": (
        "sale.return.report",
        ["reason_id", "date_request:month"],
        ["quantity_received:sum", "amount_returned:sum"],
        LINES_BY_REASON.format(
            measures="SUM(line.quantity_received), SUM(item.balance)", more=CREDITED
        ),
    ),
    "what was inspected, by disposition": (
        "sale.return.report",
        ["disposition_id"],
        ["quantity_disposed:sum"],
        "SELECT disposition_id, SUM(quantity) FROM sale_return_inspection GROUP BY 1",
    ),
    "return rate, by product": (
        "sale.return.rate.report",
        ["product_id"],
        ["return_rate:avg"],
        RATES,
    ),
}


def main(arguments):
    """The entry for run.py: one argument, the JSON that bench.py made."""
    job = json.loads(arguments[0])
    config.parse_config(
        ["-c", job["configuration"], "-d", job["database"], "--log-level=error"],
        setup_logging=True,
    )
    meter = Meter(Registry(job["database"]))
    world = ReportWorld(meter)
    world.fill(job["lines"])
    print(f"{job['lines']} return lines: ms of the analysis, of plain SQL, and ratio")
    for question, asked in QUESTIONS.items():
        with meter.request("ask", world.users["manager"]) as env:
            ours, plain = _ask(env, *asked)
        print(f"{ours:8.1f} {plain:8.1f} {ours / plain:6.1f}  {question}", flush=True)
    for period in ("30", "90", "365"):
        with meter.request("ask", world.users["manager"]) as env:
            ours, plain = _ask_dashboard(env, period)
        title = f"dashboard of {period} days"
        print(f"{ours:8.1f} {plain:8.1f} {ours / plain:6.1f}  {title}", flush=True)
    return 0


def _ask(env, model, groupby, measures, plain):
    """Return the milliseconds of the analysis, and of plain SQL."""
    return (
        _time(lambda: env[model].formatted_read_group([], groupby, measures)),
        _time(lambda: (env.cr.execute(plain), env.cr.fetchall())),
    )


def _ask_dashboard(env, period):
    """The same of the dashboard, and of all that it tells."""
    last = date.today()
    length = timedelta(days=int(period))
    first = last - length + timedelta(days=1)
    months = last.year * 12 + last.month - 1 - 4
    days = {
        "first": first,
        "last": last,
        "before": first - length,
        "since": date(months // 12, months % 12 + 1, 1),
    }

    def ask_plainly():
        for query in QUERIES:
            env.cr.execute(query, days)
            env.cr.fetchall()

    dashboard = env["sale.return.dashboard"]
    dashboard._tune()  # for both alike
    plain = _time(ask_plainly)
    return _time(lambda: dashboard.get_dashboard({"period": period})), plain


def _time(ask):
    """Milliseconds that a question takes, the median of some times."""
    taken = []
    for _ in range(RUNS):
        started = time.monotonic()
        ask()
        taken.append(1000 * (time.monotonic() - started))
    return statistics.median(taken)


class ReportWorld(World):
    """The company of the other benches, with inspections, and many times over."""

    def __init__(self, meter):
        super().__init__(meter, rma=False)
        with meter.superuser() as env:
            env.company.sale_return_inspection_required = True
            env.company.sale_return_refund_trigger = "inspection"

    def _stock_up(self, env):
        ids = super()._stock_up(env)
        more = env["product.product"].create(
            [
                {"name": f"Article {number}", "is_storable": True, "list_price": 10.0}
                for number in range(LINES + 1, PRODUCTS + 1)
            ]
        )
        self._products = Pool(ids[0], len(ids) + len(more))
        return ids

    def fill(self, lines):
        """Make that many return lines, and twice as many that were sold."""
        order_ids = self.sell(ORDERS)
        Ours(self._meter, self).process(order_ids[: ORDERS // 2])
        with self._meter.request("inspect", self.users["manager"]) as env:
            returns = env["sale.return.order"].search([])
            for number, disposition in enumerate(DISPOSITIONS):
                returns[number :: len(DISPOSITIONS)].action_inspect_all(disposition)
            env["sale.return.cost"].create(
                [{"order_id": order.id, "amount": 7.0} for order in returns[::2]]
            )
        with self._meter.superuser() as env:
            customers = env["sale.order"].browse(order_ids).partner_id
            more = env["res.partner"].create(
                [{"name": f"Client {number}"} for number in range(CUSTOMERS - ORDERS)]
            )
            reasons = env["sale.return.reason"].search([])
            copy_all(
                env.cr,
                lines // (ORDERS // 2 * LINES),
                {
                    "product_product": self._products,
                    "res_partner": Pool(min(customers.ids), len(customers | more)),
                    "sale_return_reason": Pool(min(reasons.ids), len(reasons)),
                },
            )
        with self._meter.superuser() as env:
            env.cr.execute("ANALYZE")
