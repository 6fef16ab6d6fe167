import psycopg2.errors

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common_cursors import TwoCursorsCase
from .common_inspection import SaleReturnInspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionUndo(SaleReturnInspectionCommon):
    """Mistakes are undone by counter-inspections, as long as the goods are there."""

    def _assert_nothing_inspected(self, order, return_order, quantity):
        self.env.invalidate_all()
        self.assertRecordValues(
            return_order.line_ids,
            [
                {
                    "quantity_received": quantity,
                    "quantity_inspected": 0,
                    "quantity_accepted": 0,
                    "quantity_rejected": 0,
                    "quantity_to_inspect": quantity,
                }
            ],
        )
        self.assertRecordValues(
            return_order, [{"inspection_status": "pending", "state": "approved"}]
        )
        self.assertEqual(self._in_stock(self.product, self.waiting), quantity)
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_each_kind_can_be_undone_and_inspected_again(self):
        for kind, disposition in self.dispositions.items():
            with self.subTest(kind=kind):
                order = self._sell([(self.product, 5)])
                return_order = self._received(order, {self.product: 3})
                warehouse = self._as("warehouse", return_order)
                warehouse.action_inspect_all(disposition.code)
                fact = return_order.inspection_ids
                self.assertIs(self._as("warehouse", fact).action_undo("Oops"), True)
                self._assert_nothing_inspected(order, return_order, 3)
                counter = return_order.inspection_ids - fact
                self.assertRecordValues(
                    counter,
                    [{"quantity": -3, "reversed_id": fact.id, "note": "Oops"}],
                )
                self.assertEqual(
                    return_order.event_ids.sorted("sequence").mapped("type")[-2:],
                    ["inspection_undone", "reopened"]
                    if disposition.accepts
                    else ["inspected", "inspection_undone"],
                )
                self._as("warehouse", fact).action_undo()
                self.assertEqual(len(return_order.inspection_ids), 2, "undone once")
                warehouse.action_inspect_all()
                self.assertEqual(return_order.state, "done")
                self.assertFalse(self._in_stock(self.product, self.waiting))

    def test_a_counter_inspection_is_final(self):
        return_order = self._received(self._sell([(self.product, 5)]))
        self._as("warehouse", return_order).action_inspect_all()
        self._as("warehouse", return_order.inspection_ids).action_undo()
        counter = return_order.inspection_ids.filtered("reversed_id")
        with self.assertRaises(UserError) as refusal:
            self._as("warehouse", counter).action_undo()
        self.assertEqual(refusal.exception.sale_return_code, "INVALID_STATE")

    def test_goods_that_are_gone_cannot_be_undone(self):
        product = self._create_goods("Rare")
        self.env["stock.quant"].search(
            [("product_id", "=", product.id)]
        ).sudo().unlink()
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, 3
        )
        return_order = self._received(self._sell([(product, 3)]))
        self._as("warehouse", return_order).action_inspect_all()
        self._sell([(product, 2)])
        with self.assertRaises(UserError) as refusal:
            self._as("warehouse", return_order.inspection_ids).action_undo()
        place = self.warehouse.lot_stock_id.display_name
        for text in ("Rare", "3 Units", "only 1", place):
            self.assertIn(text, str(refusal.exception))
        self.assertEqual(len(return_order.inspection_ids), 1)
        self.assertEqual(return_order.line_ids.quantity_accepted, 3)

    def test_what_was_shipped_to_the_customer_cannot_be_undone(self):
        return_order = self._received(self._sell([(self.product, 5)]))
        self._as("warehouse", return_order).action_inspect_all("SEND_BACK")
        transfer = return_order.sudo().inspection_ids.move_ids.picking_id
        transfer.with_user(self.users["storekeeper"]).button_validate()
        with self.assertRaises(UserError) as refusal:
            self._as("warehouse", return_order.inspection_ids).action_undo()
        self.assertIn(transfer.name, str(refusal.exception))

    def test_goods_moved_by_hand_are_not_disposed_of(self):
        return_order = self._received(self._sell([(self.product, 5)]))
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.waiting, -2
        )
        with self.assertRaises(UserError) as refusal:
            self._as("warehouse", return_order).action_inspect_all()
        for text in (self.product.display_name, "5 Units", "only 3"):
            self.assertIn(text, str(refusal.exception))
        self.assertFalse(return_order.inspection_ids)

    # === RECEIPTS THAT ARE UNDONE === #

    def test_what_is_not_inspected_can_be_given_back(self):
        order = self._sell([(self.product, 5)])
        return_order = self._received(order, {self.product: 3})
        self._inspect(return_order, (return_order.line_ids, "restock", 1))
        self._undo_receipt(return_order, 2)
        self.assertRecordValues(
            return_order.line_ids,
            [
                {
                    "quantity_received": 1,
                    "quantity_inspected": 1,
                    "quantity_to_inspect": 0,
                    "quantity_accepted": 1,
                }
            ],
        )
        self.assertEqual(return_order.inspection_status, "done")

    def test_inspected_goods_keep_their_receipt(self):
        order = self._sell([(self.product, 5)])
        return_order = self._received(order, {self.product: 3})
        self._inspect(return_order, (return_order.line_ids, "restock", 2))
        with self.assertRaises(UserError) as refusal:
            self._undo_receipt(return_order, 2)
        self.assertIn("Undo the inspection", str(refusal.exception))
        self.assertEqual(return_order.line_ids.quantity_received, 3)
        self._as("warehouse", return_order.inspection_ids).action_undo()
        self._undo_receipt(return_order, 2)
        self.assertEqual(return_order.line_ids.quantity_to_inspect, 1)

    def test_nothing_is_closed_short_before_it_is_inspected(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        self._receive(return_order, {self.product: 2})
        with self.assertRaises(UserError) as refusal:
            self._as("manager", return_order).action_close_short("Enough")
        self.assertEqual(refusal.exception.sale_return_code, "INSPECTION_REQUIRED")
        self._as("warehouse", return_order).action_inspect_all()
        self._as("manager", return_order).action_close_short("Enough")
        self.assertEqual(return_order.state, "done")


@tagged("post_install", "-at_install", "database_breaking")
class TestInspectAtOnce(TwoCursorsCase):
    """Two storekeepers inspect the same goods: one of them is too late."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self._env(cr)
            required = env.company.sale_return_inspection_required
            env.company.sale_return_inspection_required = True
            return_order = self._request(cr)
            env.company.sale_return_inspection_required = required
            return_order._do_approve()
            return_order.picking_ids.move_ids.picked = True
            return_order.picking_ids.button_validate()
            self.return_id = return_order.id

    def _remove(self):
        with self.registry.cursor() as cr:
            facts = SQL(
                "SELECT id FROM sale_return_inspection WHERE order_id = %s",
                self.return_id,
            )
            moves = SQL(
                "SELECT id FROM stock_move WHERE return_inspection_id IN (%s)", facts
            )
            for query in (
                SQL("DELETE FROM stock_move_line WHERE move_id IN (%s)", moves),
                SQL("DELETE FROM stock_move WHERE id IN (%s)", moves),
                SQL("DELETE FROM sale_return_inspection WHERE id IN (%s)", facts),
            ):
                cr.execute(query)
        return super()._remove()

    def _inspect(self, cr):
        return_order = self._env(cr)["sale.return.order"].browse(self.return_id)
        return_order.action_inspect_all("REPAIR")
        return_order.env.flush_all()

    def test_a_snapshot_older_than_the_winner_cannot_inspect_as_well(self):
        with self.registry.cursor() as late:
            late.execute("SELECT 1")  # pins the snapshot
            with self.registry.cursor() as early:
                self._inspect(early)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                self._inspect(late)
            late.rollback()
            self._inspect(late)  # replayed: nothing is left
            late.rollback()
        with self.registry.cursor() as cr:
            return_order = self._env(cr)["sale.return.order"].browse(self.return_id)
            self.assertEqual(return_order.inspection_ids.mapped("quantity"), [1.0])
