import itertools

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sale_return_mgmt.tests.common_cursors import TwoCursorsCase

from .common import KitCommon


@tagged("post_install", "-at_install")
class TestKitOverReturn(KitCommon):
    """No mix of whole kits and components brings back more than was delivered."""

    def _assert_refused(self, order, lines, returnable):
        with self.assertRaises(UserError) as error:
            self._draft(order, lines).action_submit()
        self.assertEqual(
            error.exception.sale_return_code, "QTY_EXCEEDS_RETURNABLE", error.exception
        )
        self.assertEqual(error.exception.sale_return_details["returnable"], returnable)

    def test_more_than_delivered_is_refused(self):
        order = self._sell([(self.kit, 3)])
        self._assert_refused(order, [(self.kit, 4)], 3)
        self._assert_refused(order, [(self.leg, 7)], 6)
        self._assert_refused(order, [(self.top, 4)], 3)
        self._draft(order, [(self.leg, 6), (self.top, 3)]).action_submit()
        self._assert_refused(order, [(self.kit, 1)], 0)

    def test_lines_of_one_return_count_together(self):
        order = self._sell([(self.kit, 3)])
        self._assert_refused(order, [(self.kit, 2), (self.leg, 3)], 2)
        self._assert_refused(order, [(self.leg, 3), (self.kit, 2)], 1)
        self._draft(
            order, [(self.kit, 2), (self.leg, 2), (self.top, 1)]
        ).action_submit()

    def test_every_mix_is_exact(self):
        """Three kits are six legs and three tops: what fits is granted, one more of
        anything is not."""
        for kits, legs, tops in itertools.product(range(4), range(7), range(4)):
            lines = [
                (product, quantity)
                for product, quantity in (
                    (self.kit, kits),
                    (self.leg, legs),
                    (self.top, tops),
                )
                if quantity
            ]
            # A sample of the 112 mixes: all at the edge.
            edge = 2 * kits + legs in (6, 7) or kits + tops in (3, 4)
            if not lines or not edge or (kits + legs + tops) % 3:
                continue
            with (
                self.subTest(kits=kits, legs=legs, tops=tops),
                self.cr.savepoint() as sp,
            ):
                order = self._sell([(self.kit, 3)], invoice=False)
                return_order = self._draft(order, lines)
                if 2 * kits + legs <= 6 and kits + tops <= 3:
                    return_order.action_submit()
                else:
                    with self.assertRaisesRegex(UserError, "can still be returned"):
                        return_order.action_submit()
                sp.rollback()
            self.env.invalidate_all()

    def test_part_of_a_kit_that_came_counts_once(self):
        order = self._sell([(self.kit, 3)])
        return_order = self._approve(order, [(self.kit, 2)])
        self._receive(return_order, {self.leg: 3, self.top: 0})
        # Three legs are here, one is awaited: two are left, and a top.
        self._assert_refused(order, [(self.leg, 3)], 2)
        self._assert_refused(order, [(self.top, 2)], 1)
        self._as("manager", return_order).action_close_short("The rest is lost")
        self._assert_refused(order, [(self.leg, 4)], 3)
        self._assert_refused(order, [(self.kit, 2)], 1)
        self._draft(order, [(self.leg, 3), (self.top, 3)]).action_submit()

    def test_native_returns_of_components_count(self):
        order = self._sell([(self.kit, 3)])
        delivery = order.picking_ids
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model=delivery._name)
            .create({})
        )
        legs = wizard.product_return_moves.filtered(
            lambda line: line.product_id == self.leg
        )
        legs.quantity = 1
        native = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        native.move_ids.picked = True
        native.button_validate()
        self._assert_refused(order, [(self.kit, 3)], 2)
        self._assert_refused(order, [(self.leg, 6)], 5)

    def test_half_a_kit_is_refused(self):
        order = self._sell([(self.kit, 3)])
        with self.assertRaisesRegex(ValidationError, "whole kits"):
            self._draft(order, [(self.kit, 0.5)])

    def test_what_is_no_part_of_the_kit_is_refused(self):
        order = self._sell([(self.kit, 3)])
        with self.assertRaisesRegex(ValidationError, "was not sold by this line"):
            self._draft(order, [(self.product, 1)])


@tagged("post_install", "-at_install", "database_breaking")
class TestTwoKitsAtOnce(TwoCursorsCase):
    """Two real transactions: one wants the last kit, the other the last part of it."""

    def _create_product(self, env):
        self.component_id, kit_id = (
            env["product.product"]
            .create(
                [
                    {"name": "Last Part", "type": "consu", "is_storable": False},
                    {"name": "Last Kit", "type": "consu", "is_storable": False},
                ]
            )
            .ids
        )
        kit = env["product.product"].browse(kit_id)
        env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create({"product_id": self.component_id})],
            }
        )
        return kit

    def test_kit_and_component_at_once(self):
        def request_component(cr):
            self._request(cr, product_id=self.component_id)

        def refuse(late):
            with self.assertRaisesRegex(UserError, "can still be returned"):
                request_component(late)
            late.rollback()

        self._assert_late_one_is_replayed(self._request, request_component, refuse)
        with self.registry.cursor() as cr:
            order = self._env(cr)["sale.order"].browse(self.sale_order_id)
            self.assertEqual(len(order.order_line.return_line_ids), 1)
