"""Odoo's own lint rules, run on our addons with the rest of the registry."""

from contextlib import nullcontext

from odoo.tests import tagged

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


# Odoo's own loader would run what is imported a second time.
del test_index, test_naming, test_override_signatures
