from datetime import timedelta

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import GROUPS
from .common_fees import FeeCommon


@tagged("post_install", "-at_install")
class TestTourClerk(FeeCommon, HttpCase):
    """A clerk's day, and the counter's, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.return.policy"].sudo().search(
            [("id", "!=", cls.policy.id)]
        ).sudo().write({"active": False})
        cls.policy.write({"window_days": 30, "auto_approve_limit": 1000})
        cls.clerk = cls.users["clerk"]
        cls.clerk.sudo().write({"lang": "en_US", "password": "return_test_clerk"})
        cls.users["counter"] = new_test_user(
            cls.env,
            login="return_test_counter",
            groups=f"{GROUPS['clerk']},{GROUPS['warehouse']}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _go(self, url, tour, login="return_test_clerk"):
        self.start_tour(url, tour, login=login)

    def test_a_return_from_a_sales_order(self):
        service = self.env["product.product"].create(
            {"name": "Assembly", "type": "service", "taxes_id": [Command.clear()]}
        )
        order = self._sell([(self.product, 5), (service, 1)])
        late = self.company._get_local_date() - timedelta(41)
        order.order_line.move_ids.sudo().date = late
        other = self._request(order, {self.product: 1}, customer_reference="OTHER")
        self.reason.sudo().requires_attachment = True
        self._go(
            f"/odoo/action-sale_return_mgmt.sale_order_action_return/{order.id}",
            "sale_return_clerk_order_tour",
        )
        made = order.sudo().return_order_ids - other.sudo()
        self.assertEqual(made.state, "submitted")
        self.assertEqual(made.line_ids.quantity, 2)
        self.assertEqual(made.attachment_ids.name, "scratch.png")

    def test_a_return_from_the_app(self):
        self.policy.auto_approve_limit = 0
        phone = self._create_goods("Phone", tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": f"SN-TOUR-{number}", "product_id": phone.id} for number in (1, 2)]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                phone, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        order = self._sell([(phone, 2)], deliver=False, invoice=False)
        order.picking_ids.button_validate()
        self._sell([(self.product, 1)])
        self._sell([(self.product_on_order, 1)])
        self._go(
            "/odoo/action-sale_return_mgmt.sale_return_order_action/new",
            "sale_return_clerk_app_tour",
        )
        [made] = order.sudo().return_order_ids
        self.assertEqual(made.state, "submitted")
        self.assertEqual(
            {(line.product_id, line.lot_ids) for line in made.line_ids},
            {(phone, lots[1]), (self.product_on_order, lots.browse())},
        )

    def test_the_counter(self):
        order = self._sell([(self.product, 1)], client_order_ref="COUNTER-1")
        self._go(
            "/odoo/action-sale_return_mgmt.sale_return_order_action_counter/new",
            "sale_return_counter_tour",
            login="return_test_counter",
        )
        [made] = order.sudo().return_order_ids
        self.assertEqual((made.state, made.channel), ("done", "counter"))
        self.assertEqual(made.refund_ids.state, "posted")
