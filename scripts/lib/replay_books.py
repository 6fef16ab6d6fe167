"""Whether Odoo's own documents say what the files say."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from .replay_data import Back

CREDIT = [("parent_state", "=", "posted"), ("move_id.move_type", "=", "out_refund")]


@dataclass
class Checked:
    """What became of a row of the returns, and in words what does not add up."""

    back: Back
    result: str
    number: str
    code: str
    message: str
    expected: Decimal = Decimal(0)
    received: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    problems: list = field(default_factory=list)

    def check(self, what, is_right):
        if not is_right:
            self.problems.append(what)


class Books:
    """Reads transfers, credit notes and orders as Odoo's administrator."""

    def __init__(self, admin, sold_by_line):
        self._read = lambda model, domain, names: admin.call(
            model, "search_read", domain, names
        )
        self._sold_by_line = sold_by_line

    def compare(self, returned, outcomes, answers, takes_all):
        """A Checked for each row.

        :param outcomes: rows of the client's result file, as sent
        :param answers: of the API, by ref
        :param takes_all: whether goods without an order are taken as well
        """
        credited = self._credited_by_line(answers)
        lines_by_ref = {
            ref: iter(sorted(answer.get("lines", []), key=lambda line: line["id"]))
            for ref, answer in answers.items()
        }
        checked = []
        for back, outcome in zip(returned, outcomes, strict=True):
            told = (outcome[name] for name in ("result", "number", "code", "message"))
            row = Checked(back, *told)
            checked.append(row)
            if outcome["result"] != "made":
                is_meant = not back.order and not takes_all and row.code
                row.check(f"not taken: {row.message}", is_meant)
                continue
            row.check("taken without an order", back.order or takes_all)
            self._check_line(row, next(lines_by_ref[back.ref]), credited)
        return checked

    def _check_line(self, row, line, credited):
        sold = self._sold_by_line.get(line["sale_line"])
        asked = sold.price if row.back.order else row.back.price
        row.expected = row.back.quantity * asked
        row.received = Decimal(str(line["quantity_received"]))
        row.credited = credited[line["id"]]
        row.check("is another product", line["product"] == row.back.product)
        row.check("is of another order", line["order"] == row.back.order)
        row.check("received otherwise", row.received == row.back.quantity)
        row.check("credited otherwise", row.credited == row.expected)

    def _credited_by_line(self, answers):
        """What posted credit notes give for each line of a return."""
        ids = [answer["id"] for answer in answers.values() if answer["ok"]]
        domain = [*CREDIT, ("return_line_id.order_id", "in", ids)]
        credited = defaultdict(Decimal)
        for row in self._read(
            "account.move.line", domain, ["return_line_id", "price_total"]
        ):
            credited[row["return_line_id"][0]] += _cents(row["price_total"])
        return credited

    def check_whole(self, checked, answers):
        """Yield in words what does not add up over all rows."""
        taken = [row for row in checked if row.result == "made"]
        yield from self._check_orders(answers)
        expected = sum(row.expected for row in taken)
        ids = [answer["id"] for answer in answers.values() if answer["ok"]]
        moves = self._read(
            "account.move",
            [("return_order_id", "in", ids), ("state", "=", "posted")],
            ["amount_total"],
        )
        total = sum((_cents(move["amount_total"]) for move in moves), Decimal(0))
        if total != expected:
            yield f"the credit notes come to {total}, and {expected} was expected"
        states = Counter(a["state"] for a in answers.values() if a["ok"])
        if set(states) - {"done"}:
            yield f"not all returns are done: {dict(states)}"

    def _check_orders(self, answers):
        """Delivered and invoiced have gone down by what came back, on each line."""
        returned = defaultdict(Decimal)
        for answer in answers.values():
            for line in answer.get("lines", []):
                if line["sale_line"]:
                    returned[line["sale_line"]] += Decimal(str(line["quantity"]))
        rows = self._read(
            "sale.order.line",
            [("id", "in", list(self._sold_by_line))],
            ["qty_delivered", "qty_invoiced"],
        )
        for row in rows:
            sold = self._sold_by_line[row["id"]]
            left = sold.quantity - returned[row["id"]]
            for name in ("qty_delivered", "qty_invoiced"):
                if Decimal(str(row[name])) != left:
                    yield (
                        f"order {sold.order}, {sold.product}: {name} is {row[name]}, "
                        f"and {left} of {sold.quantity} was kept"
                    )


def _cents(amount):
    return Decimal(str(amount)).quantize(Decimal("0.01"))
