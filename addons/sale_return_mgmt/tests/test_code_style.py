"""Odoo's own lint rules, run on our addons with the rest of the registry."""

from odoo.tests import tagged

from odoo.addons.test_lint.tests import (
    test_index,
    test_naming,
    test_override_signatures,
)


@tagged("post_install", "-at_install")
class TestIndexes(test_index.TestIndex):
    pass


@tagged("post_install", "-at_install")
class TestPublicNames(test_naming.TestNaming):
    pass


@tagged("post_install", "-at_install")
class TestSignatures(test_override_signatures.TestLintOverrideSignatures):
    pass


# Odoo's own loader would run what is imported a second time.
del test_index, test_naming, test_override_signatures
