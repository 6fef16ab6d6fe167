import psycopg2.errors

from odoo import api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

from odoo.addons.base.tests.common import DISABLED_MAIL_CONTEXT


class TwoCursorsCase(BaseCase):
    """A delivered order with two lines of one unit each, for two real transactions at
    once.

    Everything here is committed, because a transaction sees nothing of another's
    uncommitted work, and removed again at the end.
    """

    sold_quantity = 1

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self._env(cr)
            product = self._create_product(env)
            partner = env["res.partner"].create({"name": "Two at Once"})
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": self.sold_quantity,
                            }
                        )
                        for _ in range(2)
                    ],
                }
            )
            order.action_confirm()
            order.picking_ids.move_ids.picked = True
            order.picking_ids.button_validate()
            self.sale_order_id = order.id
            # The year's number range exists: its creation would be a conflict as well.
            env["ir.sequence"].next_by_code("sale.return.order")
        self.addCleanup(self._remove)

    def _create_product(self, env):
        return env["product.product"].create(
            {"name": "Last One", "type": "consu", "is_storable": False}
        )

    def _env(self, cr, uid=api.SUPERUSER_ID):
        return api.Environment(cr, uid, DISABLED_MAIL_CONTEXT)

    def _assert_late_one_is_replayed(self, early_step, late_step, replay=None):
        """Only what the early one updated makes the late one fail, so that Odoo replays
        it on what the winner wrote: the lock alone is granted here.

        :param replay: what happens then, with the late cursor and a new snapshot
        """
        with self.registry.cursor() as late:
            late.execute("SELECT 1")  # pins the snapshot
            with self.registry.cursor() as early:
                early_step(early)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                late_step(late)
            late.rollback()
            if replay:
                replay(late)

    def _remove(self):
        lines = SQL(
            "SELECT id FROM sale_order_line WHERE order_id = %s", self.sale_order_id
        )
        moves = SQL("SELECT id FROM stock_move WHERE sale_line_id IN (%s)", lines)
        returns = SQL(
            "SELECT id FROM sale_return_order WHERE partner_id ="
            " (SELECT partner_id FROM sale_order WHERE id = %s)",
            self.sale_order_id,
        )
        with self.registry.cursor() as cr:
            for query in (
                SQL("DELETE FROM stock_move_line WHERE move_id IN (%s)", moves),
                SQL("DELETE FROM stock_move WHERE id IN (%s)", moves),
                SQL("DELETE FROM stock_picking WHERE sale_id = %s", self.sale_order_id),
                SQL(
                    "DELETE FROM mail_activity"
                    " WHERE res_model = 'sale.return.order' AND res_id IN (%s)",
                    returns,
                ),
                SQL("DELETE FROM sale_return_event WHERE order_id IN (%s)", returns),
                SQL("DELETE FROM sale_return_order WHERE id IN (%s)", returns),
                SQL("DELETE FROM sale_order WHERE id = %s", self.sale_order_id),
            ):
                cr.execute(query)

    def _request(self, cr, index=0, **line_vals):
        """Ask for one unit of a line in a return of its own: two transactions share
        nothing but the sales order.

        :param line_vals: more values of the return line
        """
        env = self._env(cr)
        order = env["sale.order"].browse(self.sale_order_id)
        reason = env.ref("sale_return_mgmt.sale_return_reason_no_longer_wanted")
        return_order = env["sale.return.order"].create(
            {
                "partner_id": order.partner_id.id,
                "line_ids": [
                    Command.create(
                        {
                            "sale_line_id": order.order_line[index].id,
                            "reason_id": reason.id,
                            **line_vals,
                        }
                    )
                ],
            }
        )
        return_order.action_submit()
        env.flush_all()
        return return_order
