import io
import re

import polib

from odoo.tools import file_open
from odoo.tools.translate import trans_export

# What a translation has to keep: placeholders and tags.
KEPT = re.compile(r"%(?:\(\w+\))?[sd]|</?\w+>")


class TranslationsMixin:
    """Tests of the terms of one addon, for a ``TransactionCase``.

    ``module`` names the addon, ``international`` the terms that are the same in both
    languages: the linter wants such a translation left empty.
    """

    module = None
    international = {"ID"}

    def _read(self, name):
        with file_open(f"{self.module}/i18n/{name}") as file:
            return polib.pofile(file.read())

    def _get_kinds(self, entries):
        """:return: dict of term to what Odoo looks for before it reads one of code"""
        return {
            entry.msgid: set(re.findall(r"odoo-\w+", entry.comment))
            for entry in entries
        }

    def test_every_term_is_translated_into_chinese(self):
        buffer = io.BytesIO()
        trans_export(None, [self.module], buffer, "po", self.env)
        exported = self._get_kinds(polib.pofile(buffer.getvalue().decode()))
        self.assertEqual(self._get_kinds(self._read(f"{self.module}.pot")), exported)
        self.assertEqual(self._get_kinds(self._read("zh_CN.po")), exported)
        terms = set(exported)
        # Fuzzy entries do not count as translated.
        translated = {
            entry.msgid for entry in self._read("zh_CN.po").translated_entries()
        }
        self.assertEqual(translated, terms - self.international)

    def test_translations_keep_placeholders_and_tags(self):
        for entry in self._read("zh_CN.po").translated_entries():
            with self.subTest(msgid=entry.msgid):
                self.assertEqual(
                    sorted(KEPT.findall(entry.msgstr)),
                    sorted(KEPT.findall(entry.msgid)),
                )
