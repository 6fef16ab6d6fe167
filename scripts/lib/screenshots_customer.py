"""Pictures of what customers see in their portal."""

from .screenshots_list import shot

CUSTOMER = "return_customer"


def open_return(studio, scene):
    """The page of that return; what comes of it is in view when its messages are."""
    studio.page.goto(f"/my/returns/{studio.world[scene]}")
    studio.page.locator("#chatterRoot").wait_for(state="attached")
    studio.page.wait_for_load_state("networkidle")


@shot(CUSTOMER)
def portal_returns(studio):
    studio.page.goto("/my/returns")


@shot(CUSTOMER, "form")
def portal_return(studio):
    open_return(studio, "awaited")


@shot(CUSTOMER, "phone")
def portal_return_phone(studio):
    open_return(studio, "awaited")


@shot(CUSTOMER, "phone")
def portal_rejected_phone(studio):
    open_return(studio, "rejected")
