"""The steps of a job on the terminal: what is done, by whom, how long it took."""

import time
from contextlib import contextmanager


@contextmanager
def step(console, title, who):
    """Show a step while it lasts, and tick it off."""
    start = time.monotonic()
    with console.status(f"{title} [dim]({who})[/]"):
        yield
    seconds = time.monotonic() - start
    console.print(
        f"[green]✓[/] {title} [dim]({who}, {seconds:.1f} s)[/]", highlight=False
    )
