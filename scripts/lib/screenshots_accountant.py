"""Pictures of the accountant's day."""

from .screenshots_list import shot

ACCOUNTANT = "admin"


@shot(ACCOUNTANT)
def refunds_to_pay(studio):
    studio.open("account_payment_action_refund")


@shot(ACCOUNTANT, "form")
def paid_back(studio):
    studio.open("sale_return_order_action", studio.world["paid_back"])
    studio.tab("settlement").evaluate("tab => tab.scrollIntoView()")
