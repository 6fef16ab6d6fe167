"""Which pictures there are: each is a function, named as its file."""

from collections.abc import Callable
from dataclasses import dataclass

# Width and height of the window, in pixels.
SIZES = {
    "desk": (1280, 800),
    "laptop": (1366, 768),
    "form": (1280, 1100),
    "tall": (1280, 1500),
    "sheet": (1280, 2900),
    "tablet": (1024, 768),
    "phone": (390, 844),
}
SHOTS = {}


@dataclass(frozen=True)
class Shot:
    """A picture of what a role sees.

    take(studio) brings the studio's page to where the picture is taken. It changes no
    record, so that each picture can be taken alone. What it returns, a locator, is all
    that the picture shows; with None it shows the window.
    """

    name: str
    login: str
    size: str
    take: Callable


def shot(login, size="desk"):
    """Enter the function as a picture that is taken as that user."""

    def enter(take):
        assert take.__name__ not in SHOTS, take.__name__
        SHOTS[take.__name__] = entered = Shot(take.__name__, login, size, take)
        return entered

    return enter
