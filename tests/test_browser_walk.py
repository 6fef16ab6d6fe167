"""Each role walks through all of the web client that is ours, in Chromium: every menu,
kind of view, tab and smart button, and each button of a return's header once.

What is wrong on the way fails the test: an error or warning on the console, a missing
right, a term that is not translated, a control without a name, pale text.
"""

import pytest
from walking import BUTTONS, Walker
from walking_world import GROUPS, SCENES, World

DESK = {"viewport": {"width": 1440, "height": 900}}
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture
def walker(browser, server, world):
    """A function: walker(login) returns that user's Walker, who must find no fault."""
    walkers = []

    def start(login, **options):
        walkers.append(Walker(browser, server, world, login, **DESK | options))
        return walkers[-1]

    yield start
    faults = [fault for each in walkers for fault in each.faults]
    for each in walkers:
        each.close()
    assert not faults, "\n".join(faults)


def scenes_of(role):
    """The manager opens returns in all states, others those in which he sees most."""
    if role == "manager":
        return list(SCENES)
    # The warehouse reads no return before it is approved.
    before = [] if role == "warehouse" else ["draft", "submitted", "rejected"]
    return [*before, "replacing", "received", "to_refund", "exception"]


@pytest.mark.parametrize("role", GROUPS)
def test_all_opens_and_each_button_does_what_it_says(walker, world, role):
    someone = walker(f"walk_{role}_zh")
    someone.walk_menus(world.actions)
    known = set()
    for scene in scenes_of(role):
        someone.walk_record(scene, known)
    someone.walk_buttons()
    assert someone.menus(world.actions)


def test_all_opens_in_english(walker, world):
    someone = walker("walk_clerk_en")
    someone.walk_menus(world.actions)
    for scene in ("draft", "received"):
        someone.walk_record(scene, set())


def test_the_manager_clicks_all_that_there_is(walker):
    """So that no button is forgotten that nobody sees."""
    someone = walker("walk_manager_zh")
    someone.do("form", "sale.return.order", someone.world.shown["draft"])
    someone.look()
    assert set(BUTTONS) == set(someone.headers["sale.return.order form"])


@pytest.mark.parametrize("window", [TABLET, PHONE], ids=["tablet", "phone"])
def test_the_warehouse_works_on_what_it_carries(walker, world, window):
    someone = walker("walk_warehouse_zh", **window)
    someone.walk_menus(world.actions)
    for scene in ("approved", "received"):
        someone.walk_record(scene, None)
