from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_cursors import TwoCursorsCase

KEY = {"source": "shop", "ref": "K-1"}


@tagged("post_install", "-at_install", "database_breaking")
class TestApiAtOnce(TwoCursorsCase):
    """A key that two calls use at once is taken by one; Odoo runs the other again, and
    that finds what the first one did."""

    def _call(self, cr, method, items, **arguments):
        env = self._env(cr, self._env(cr).ref("base.user_admin").id)
        [result] = getattr(env["sale.return.order"], method)([items], **arguments)
        env.flush_all()
        return result

    def _decide(self, cr, return_id):
        step = {"return": return_id, "decision": "send_back", "comment": "Which one?"}
        return self._call(cr, "api_decide", step | KEY)

    def _ask(self, cr, index):
        line = self._env(cr)["sale.order"].browse(self.sale_order_id).order_line[index]
        lines = [{"sale_line": line.id, "quantity": 1, "reason": "UNWANTED"}]
        return self._call(cr, "api_request", {**KEY, "lines": lines}, submit=False)

    def _assert_taken_meanwhile(self, early_step, late_step, replay):
        with self.registry.cursor() as late:
            late.execute("SELECT 1")  # pins the snapshot
            with self.registry.cursor() as early:
                self.assertTrue(early_step(early)["ok"])
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises((ConcurrencyError, SerializationFailure)),
            ):
                late_step(late)
            late.rollback()
            replay(late_step(late))
            late.rollback()

    def _assert_replayed(self, result):
        self.assertTrue(result["ok"] and result["replayed"], result)

    def _assert_conflict(self, result):
        self.assertEqual(result["errors"][0]["code"], "REF_CONFLICT")

    def test_a_step_on_a_snapshot_older_than_the_same_step(self):
        with self.registry.cursor() as cr:
            return_id = self._request(cr).id

        def decide(cr):
            return self._decide(cr, return_id)

        self._assert_late_one_is_replayed(
            decide, decide, lambda cr: self._assert_replayed(decide(cr))
        )
        with self.registry.cursor() as cr:
            events = self._env(cr)["sale.return.order"].browse(return_id).event_ids
            self.assertEqual(events.mapped("type").count("called"), 1)
            self.assertEqual(events.mapped("type").count("sent_back"), 1)

    def test_a_key_of_a_step_is_that_of_one_return(self):
        with self.registry.cursor() as cr:
            first, second = (self._request(cr, index).id for index in range(2))
        self._assert_taken_meanwhile(
            lambda cr: self._decide(cr, first),
            lambda cr: self._decide(cr, second),
            self._assert_conflict,
        )

    def test_a_reference_makes_one_return(self):
        self._assert_taken_meanwhile(
            lambda cr: self._ask(cr, 0),
            lambda cr: self._ask(cr, 0),
            self._assert_replayed,
        )

    def test_a_reference_is_that_of_one_request(self):
        self._assert_taken_meanwhile(
            lambda cr: self._ask(cr, 0),
            lambda cr: self._ask(cr, 1),
            self._assert_conflict,
        )
