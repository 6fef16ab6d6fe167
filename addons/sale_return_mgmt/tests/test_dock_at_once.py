from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common_cursors import TwoCursorsCase


@tagged("post_install", "-at_install", "database_breaking")
class TestDockAtOnce(TwoCursorsCase):
    """Two storekeepers at one return, in two real transactions: all that was received
    was counted by one of them, once; the other is told."""

    sold_quantity = 5

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            self.return_id = self._approve(cr, 0)

    def _remove(self):
        facts = SQL(
            """SELECT fact.id
                 FROM sale_return_inspection fact
                 JOIN sale_return_order_line line ON line.id = fact.line_id
                 JOIN sale_order_line sold ON sold.id = line.sale_line_id
                WHERE sold.order_id = %s""",
            self.sale_order_id,
        )
        moves = SQL(
            "SELECT id FROM stock_move WHERE return_inspection_id IN (%s)", facts
        )
        with self.registry.cursor() as cr:
            for query in (
                SQL("DELETE FROM stock_move_line WHERE move_id IN (%s)", moves),
                SQL("DELETE FROM stock_move WHERE id IN (%s)", moves),
                SQL("DELETE FROM sale_return_inspection WHERE id IN (%s)", facts),
            ):
                cr.execute(query)
        return super()._remove()

    def _approve(self, cr, index):
        order = self._request(cr, index, quantity=5)
        order._do_approve()
        order.env.flush_all()
        return order.id

    # === WHAT THE TWO DO === #

    def _dock(self, cr):
        env = self._env(cr, self._env(cr).ref("base.user_admin").id)
        return env["sale.return.dock"]

    def _open(self, return_id=None):
        with self.registry.cursor() as cr:
            return self._dock(cr).open_return(return_id or self.return_id)

    def _receive(self, cr, sheet, quantity, key):
        [row] = sheet["expected"]
        counts = [{"product": row["product"], "quantity": quantity}]
        sheet = self._dock(cr).receive(sheet["id"], key, sheet["stamp"], counts)
        cr.flush()
        return sheet

    def _inspect(self, cr, sheet, quantity, key):
        [row] = sheet["waiting"]
        finding = {
            "line": row["line"],
            "lot": False,
            "quantity": quantity,
            "disposition": row["disposition"],
        }
        sheet = self._dock(cr).inspect(sheet["id"], key, sheet["stamp"], [finding])
        cr.flush()
        return sheet

    def _assert_told(self, step):
        with self.assertRaisesRegex(UserError, "Somebody else") as told:
            step()
        self.assertEqual(told.exception.sale_return_code, "BUSY")

    def _assert_quantities(self, received, inspected=0):
        with self.registry.cursor() as cr:
            lines = self._env(cr)["sale.return.order"].browse(self.return_id).line_ids
            self.assertEqual(sum(lines.mapped("quantity_received")), received)
            self.assertEqual(sum(lines.mapped("quantity_inspected")), inspected)
            self.assertFalse(any(lines.mapped("discrepancy")))

    # === TESTS === #

    def test_who_comes_later_is_told_and_receives_the_rest_on_a_new_sheet(self):
        sheet = self._open()

        def receive_the_rest(late):
            self._assert_told(lambda: self._receive(late, sheet, 3, "late"))
            late.rollback()
            [row] = self._dock(late).open_return(self.return_id)["expected"]
            self.assertEqual(row["quantity"], 2)
            late.rollback()
            self._receive(late, self._open(), 2, "late")
            late.commit()

        self._assert_late_one_is_replayed(
            lambda early: self._receive(early, sheet, 3, "early"),
            lambda late: self._receive(late, sheet, 3, "late"),
            receive_the_rest,
        )
        self._assert_quantities(5)

    def test_who_meets_the_other_at_work_is_told_at_once(self):
        sheet = self._open()
        with self.registry.cursor() as early:
            self._receive(early, sheet, 3, "early")
            with self.registry.cursor() as late:
                self._assert_told(lambda: self._receive(late, sheet, 2, "late"))
        self._assert_quantities(3)

    def test_a_step_that_is_sent_twice_at_once_counts_once(self):
        sheet = self._open()

        def receive(cr):
            return self._receive(cr, sheet, 3, "key")

        def receive_again(late):
            [row] = receive(late)["expected"]
            self.assertEqual(row["quantity"], 2)
            late.commit()

        self._assert_late_one_is_replayed(receive, receive, receive_again)
        self._assert_quantities(3)

    def test_two_returns_of_one_order_are_both_received(self):
        with self.registry.cursor() as cr:
            other_id = self._approve(cr, 1)
        sheet, other = self._open(), self._open(other_id)

        def receive_other(late):
            self._receive(late, other, 4, "late")
            late.commit()
            self.assertEqual(self._open(other_id)["expected"][0]["quantity"], 1)

        self._assert_late_one_is_replayed(
            lambda early: self._receive(early, sheet, 3, "early"),
            lambda late: self._receive(late, other, 4, "late"),
            receive_other,
        )
        self._assert_quantities(3)

    def test_goods_are_inspected_once(self):
        with self.registry.cursor() as cr:
            sheet = self._receive(cr, self._open(), 5, "goods")

        def inspect_again(late):
            self._assert_told(lambda: self._inspect(late, sheet, 5, "late"))

        self._assert_late_one_is_replayed(
            lambda early: self._inspect(early, sheet, 4, "early"),
            lambda late: self._inspect(late, sheet, 5, "late"),
            inspect_again,
        )
        self._assert_quantities(5, inspected=4)
