import io

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import trans_export

MODULE = "sale_return_mgmt_report"
# The same in both languages; the linter wants such a translation left empty.
INTERNATIONAL = {"ID"}


@tagged("post_install", "-at_install")
class TestReportTranslations(TransactionCase):
    def _read(self, name):
        with file_open(f"{MODULE}/i18n/{name}") as file:
            return polib.pofile(file.read())

    def test_every_term_is_translated_into_chinese(self):
        buffer = io.BytesIO()
        trans_export(None, [MODULE], buffer, "po", self.env)
        terms = {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}
        self.assertEqual({entry.msgid for entry in self._read(f"{MODULE}.pot")}, terms)
        translated = {
            entry.msgid for entry in self._read("zh_CN.po").translated_entries()
        }
        self.assertEqual(translated, terms - INTERNATIONAL)
