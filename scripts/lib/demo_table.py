"""What became of the demo's returns, as a table for people."""

from rich import box
from rich.table import Table


def table(answers, labels):
    """What became of the returns, for people."""
    result = Table(box=box.ROUNDED, show_lines=True, header_style="bold")
    for heading in ("Return", "Lines", "Approval", "Goods", "Money"):
        result.add_column(heading, overflow="fold")
    for answer in answers:
        amounts = (answer["amount_refunded"], answer["amount_total"])
        credited = "{:.2f} of {:.2f} {}".format(*amounts, answer["currency"])
        inspection = answer["inspection_status"]
        inspected = inspection != "none" and labels["inspection_status"][inspection]
        texts = {
            "state": list(filter(None, [answer["rejection_reason"]])),
            "receipt_status": [
                *documents(answer["transfers"]),
                *filter(None, [inspected]),
                *(
                    f"{order['name']} instead"
                    for order in answer["replacements"]["orders"]
                ),
            ],
            "refund_status": [
                *documents(answer["credit_notes"] + answer["payments"]),
                credited,
                *([f"fee {answer['amount_fee']:.2f}"] if answer["amount_fee"] else []),
            ],
        }
        lines = (
            f"{line['quantity']:g} × {line['product']}" for line in answer["lines"]
        )
        result.add_row(
            cell(f"[bold]{answer['name']}[/]", [answer["customer"]]),
            "\n".join(lines),
            *(
                cell(colored(labels[name][answer[name]], answer[name]), more)
                for name, more in texts.items()
            ),
        )
    return result


def documents(entries):
    return [f"{entry['name']} {entry['state']}" for entry in entries]


def cell(first, more):
    return "\n".join([first, *(f"[dim]{text}[/]" for text in more)])


def colored(label, value):
    color = {"rejected": "red", "partial": "yellow", "approved": "blue"}.get(
        value, "green"
    )
    return label if value == "none" else f"[{color}]{label}[/]"
