import uuid

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_cursors import TwoCursorsCase


@tagged("post_install", "-at_install", "database_breaking")
class TestPortalRequestAtOnce(TwoCursorsCase):
    """A form that is confirmed twice at once is one return, and two forms for the last
    unit are one return and one refusal."""

    def _confirm(self, cr, key):
        env = self._env(cr, self._env(cr).ref("base.public_user").id)
        sale_order = env(su=True)["sale.order"].browse(self.sale_order_id)
        sale_order = sale_order.with_company(sale_order.company_id)
        ask = {
            "source": "portal",
            "ref": key,
            "lines": [
                {
                    "sale_line": sale_order.order_line[0].id,
                    "quantity": 1,
                    "reason": "UNWANTED",
                }
            ],
        }
        result = sale_order.env["sale.return.order"]._request_from_portal(
            sale_order, ask
        )
        sale_order.env.flush_all()
        return result

    def _confirm_at_once(self, early_key, late_key):
        """:return: results of the first, and of the second when Odoo runs it again"""
        with self.registry.cursor() as late:
            late.execute("SELECT 1")  # pins the snapshot
            with self.registry.cursor() as early:
                first = self._confirm(early, early_key)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises((ConcurrencyError, SerializationFailure)),
            ):
                self._confirm(late, late_key)
            late.rollback()
            second = self._confirm(late, late_key)
            late.rollback()
        return first, second

    def test_the_same_form(self):
        key = str(uuid.uuid4())
        first, second = self._confirm_at_once(key, key)
        self.assertTrue(first["ok"] and second["replayed"])
        self.assertEqual(first["id"], second["id"])

    def test_two_forms_for_the_last_unit(self):
        first, second = self._confirm_at_once(str(uuid.uuid4()), str(uuid.uuid4()))
        self.assertTrue(first["ok"])
        self.assertEqual(second["errors"][0]["code"], "QTY_EXCEEDS_RETURNABLE")
