"""What a quantity is, wherever it comes from: a form, an import, another system."""

from odoo.tools import float_is_zero, float_round

MAX_QUANTITY = 1e9


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_quantity(value):
    """Above zero and at most ``MAX_QUANTITY``; false for NaN and the infinities."""
    return is_number(value) and 0 < value <= MAX_QUANTITY


def is_countable(env, quantity):
    """Whether ``quantity`` is no finer than quantities are counted."""
    digits = env["decimal.precision"].precision_get("Product Unit")
    return float_is_zero(quantity - float_round(quantity, digits), digits + 6)
