from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleReturnCommon
from .common_cursors import TwoCursorsCase


@tagged("post_install", "-at_install")
class TestOverReturn(SaleReturnCommon):
    def _draft(self, order, quantity, **line_vals):
        """A draft made as an integration would: no screen in between."""
        return (
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .create(
                {
                    "partner_id": order.partner_id.id,
                    "line_ids": [
                        Command.create(
                            {
                                "sale_line_id": order.order_line[:1].id,
                                "quantity": quantity,
                                "reason_id": self.reason.id,
                                **line_vals,
                            }
                        )
                    ],
                }
            )
        )

    def _assert_refused(self, return_order, returnable):
        with self.assertRaises(UserError) as error:
            return_order.action_submit()
        self.assertEqual(
            error.exception.sale_return_code, "QTY_EXCEEDS_RETURNABLE", error.exception
        )
        self.assertEqual(error.exception.sale_return_details["returnable"], returnable)

    def test_more_than_delivered_is_refused(self):
        order = self._sell([(self.product, 5)])
        self._assert_refused(self._draft(order, 6), 5)
        self._draft(order, 5).action_submit()

    def test_two_lines_together_cannot_exceed_what_is_left(self):
        order = self._sell([(self.product, 5)])
        return_order = self._draft(order, 3)
        return_order.line_ids.copy({"order_id": return_order.id})
        self._assert_refused(return_order, 2)

    def test_open_returns_reserve_until_they_end(self):
        order = self._sell([(self.product, 5)])
        first = self._draft(order, 3)
        first.action_submit()
        second = self._draft(order, 3)
        self._assert_refused(second, 2)
        self._as("approver", first).action_approve()
        self._assert_refused(second, 2)
        first.action_cancel()
        second.action_submit()

    def test_typed_delivered_quantities_do_not_count(self):
        order = self._sell([(self.product, 5)], deliver=False, invoice=False)
        order.order_line.qty_delivered = 99
        self._assert_refused(self._draft(order, 1), 0)

    def test_another_unit_cannot_hide_too_much(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell([(self.product, 10)])
        self._assert_refused(
            self._draft(order, 1, product_uom_id=dozen.id), round(10 / 12, 2)
        )

    def test_impossible_quantities_are_refused(self):
        order = self._sell([(self.product, 5)])
        infinity = float("inf")
        for quantity in (0, -1, 2e9, 1e-9, float("nan"), infinity, -infinity, "1"):
            with (
                self.subTest(quantity=quantity),
                self.assertRaisesRegex(ValidationError, "must be above zero"),
            ):
                self._draft(order, quantity)

    def test_quantities_finer_than_they_are_counted_are_refused(self):
        order = self._sell([(self.product, 5)])
        with self.assertRaisesRegex(ValidationError, "at most 2 decimals"):
            self._draft(order, 1.005)
        self.assertEqual(self._draft(order, 0.1 + 0.2).line_ids.quantity, 0.3)

    def test_what_was_never_delivered_cannot_be_returned(self):
        service = self.env["product.product"].create(
            {"name": "Service", "type": "service"}
        )
        order = self._sell([(service, 1)], deliver=False, invoice=False)
        with self.assertRaisesRegex(UserError, "cannot be returned"):
            self._draft(order, 1)
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        with self.assertRaisesRegex(UserError, "not confirmed"):
            self._draft(quotation, 1)

    def test_lines_of_another_customer_are_refused(self):
        other = self.env["res.partner"].create({"name": "Other"})
        order = self._sell([(self.product, 5)], partner_id=other.id)
        return_order = self._draft(self._sell([(self.product, 5)]), 1)
        with self.assertRaisesRegex(UserError, "belongs to"):
            return_order.line_ids.sale_line_id = order.order_line

    def test_lines_in_another_currency_are_refused(self):
        euro = self.setup_other_currency("EUR")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        order = self._sell([(self.product, 5)])
        other = self._sell([(self.product, 5)], pricelist_id=pricelist.id)
        return_order = self._draft(order, 1)
        with self.assertRaises(UserError) as error:
            return_order.line_ids.copy(
                {
                    "order_id": return_order.id,
                    "sale_line_id": other.order_line.id,
                }
            )
        self.assertEqual(error.exception.sale_return_code, "CURRENCY_MISMATCH")

    def test_reason_and_its_note_are_required(self):
        order = self._sell([(self.product, 5)])
        return_order = self._draft(order, 1, reason_id=False)
        with self.assertRaises(UserError) as error:
            return_order.action_submit()
        self.assertEqual(error.exception.sale_return_code, "REASON_REQUIRED")
        return_order.line_ids.reason_id = self.reason_note
        with self.assertRaises(UserError) as error:
            return_order.action_submit()
        self.assertEqual(error.exception.sale_return_code, "NOTE_REQUIRED")
        return_order.line_ids.note = "Broken"
        return_order.action_submit()

    def test_empty_returns_are_not_submitted(self):
        return_order = (
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .create({"partner_id": self.customer.id})
        )
        with self.assertRaisesRegex(UserError, "no lines"):
            return_order.action_submit()


@tagged("post_install", "-at_install", "database_breaking")
class TestTwoAtOnce(TwoCursorsCase):
    """Two real transactions that want the last unit: exactly one gets it."""

    def _return_natively(self, cr, index=0):
        """Take the only unit of a line back with Odoo's own return, validated."""
        env = self._env(cr)
        order = env["sale.order"].browse(self.sale_order_id)
        delivery = order.picking_ids.filtered(
            lambda picking: picking.picking_type_code == "outgoing"
        )
        wizard = env["stock.return.picking"].create({"picking_id": delivery.id})
        moves = order.order_line[index].move_ids
        for line in wizard.product_return_moves:
            line.quantity = 1 if line.move_id in moves else 0
        action = wizard.action_create_returns()
        picking = env["stock.picking"].browse(action["res_id"])
        picking.move_ids.picked = True
        picking.button_validate()
        env.flush_all()

    def _count_requests(self):
        with self.registry.cursor() as cr:
            order = self._env(cr)["sale.order"].browse(self.sale_order_id)
            return sum(order.order_line.return_line_ids.mapped("quantity"))

    def _assert_nothing_is_left(self):
        with self.registry.cursor() as cr:
            with self.assertRaisesRegex(UserError, "can still be returned"):
                self._request(cr)
            cr.rollback()

    def test_a_request_on_a_snapshot_older_than_another(self):
        self._assert_late_one_is_replayed(self._request, self._request)
        self._assert_nothing_is_left()
        self.assertEqual(self._count_requests(), 1)

    def test_a_request_on_a_snapshot_older_than_a_native_return(self):
        self._assert_late_one_is_replayed(self._return_natively, self._request)
        self._assert_nothing_is_left()

    def test_a_native_return_on_a_snapshot_older_than_a_request(self):
        """Odoo's own return is never refused, but it must see what was asked."""
        self._assert_late_one_is_replayed(self._request, self._return_natively)
