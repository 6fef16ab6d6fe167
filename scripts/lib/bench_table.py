"""The figures of scripts/bench for people."""

from rich import box
from rich.table import Table

STEPS = ("request", "approve", "receive", "credit", "total")


def table(size, figures, ways):
    """What one return of so many costs, a row for each way.

    :param dict figures: by key of the way and step, the Cost of one return
    :param dict ways: class of the way by its key
    """
    title = f"{size} returns" if size > 1 else "1 return"
    result = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    result.add_column("")
    for step in STEPS:
        style = "bold" if step == "total" else ""
        result.add_column(step.capitalize(), justify="right", style=style)
    result.add_column("Our batch needs", justify="right", style="green")
    ours = figures["ours_batch"]["total"]
    for key, costs in figures.items():
        cells = [_cell(costs.get(step)) for step in STEPS]
        total = costs["total"]
        share = "" if key == "ours_batch" else _share(ours, total)
        result.add_row(f"{ways[key].title}\n", *cells, share)
    return result


def _cell(cost):
    if cost is None:
        return "–"
    return f"{cost.queries:,.1f}\n[dim]{cost.cpu * 1000:,.0f} ms[/]"


def _share(ours, theirs):
    queries = f"{ours.queries / theirs.queries:.0%} of the queries"
    return f"{queries}\n{ours.cpu / theirs.cpu:.0%} of the CPU"
