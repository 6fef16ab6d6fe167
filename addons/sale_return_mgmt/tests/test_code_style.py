"""Odoo's own lint rules, run on our addons with the rest of the registry."""

from contextlib import nullcontext
from inspect import isfunction, unwrap

from odoo.tests import TransactionCase, tagged

from odoo.addons.test_lint.tests import (
    test_index,
    test_naming,
    test_override_signatures,
)


@tagged("post_install", "-at_install")
class TestIndexes(test_index.TestIndex):
    pass


class PlainSubTests:
    """These rules make a subtest of each of 15,000 methods: the first failure tells
    enough, and their reports would take longer than the checks."""

    def subTest(self, *args, **kwargs):
        return nullcontext()


@tagged("post_install", "-at_install")
class TestPublicNames(PlainSubTests, test_naming.TestNaming):
    pass


@tagged("post_install", "-at_install")
class TestSignatures(
    PlainSubTests, test_override_signatures.TestLintOverrideSignatures
):
    pass


@tagged("post_install", "-at_install")
class TestMixins(TransactionCase):
    """A return is made of many mixins, of which none may hide a method of another."""

    def test_who_overrides_calls_what_was_there(self):
        for model in ("sale.return.order", "sale.return.order.line"):
            first, hidden = {}, set()
            for each in type(self.env[model]).__mro__:
                if not each.__module__.startswith("odoo.addons.sale_return_mgmt"):
                    continue
                for name, method in vars(each).items():
                    if not isfunction(method):
                        continue
                    above = first.setdefault(name, method)
                    if above is not method and not self._calls_super(above):
                        hidden.add(f"{above.__qualname__} hides {method.__qualname__}")
            self.assertFalse(hidden)

    def _calls_super(self, method):
        return "super" in unwrap(method).__code__.co_names


# Odoo's own loader would run what is imported a second time.
del test_index, test_naming, test_override_signatures
