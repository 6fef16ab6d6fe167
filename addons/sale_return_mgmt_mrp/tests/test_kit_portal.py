from odoo.tests import tagged

from .common import KitCommon


@tagged("post_install", "-at_install")
class TestKitPortal(KitCommon):
    """Customers give back kits as they bought them: whole."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.kit, 2)]).sudo()

    def _ask(self, quantity):
        request = {
            "source": "portal",
            "ref": f"{self.order.id}-{quantity}",
            "lines": [
                {
                    "sale_line": self.order.order_line.id,
                    "quantity": quantity,
                    "reason": self.reason.code,
                }
            ],
        }
        Return = self.env["sale.return.order"].sudo()
        return Return._request_from_portal(self.order, request)

    def _offer(self):
        self.env.invalidate_all()
        return self.order._prepare_return_offer()

    def test_a_kit_is_offered_whole_and_comes_back_as_its_components(self):
        [offered] = self._offer()["lines"]
        self.assertEqual(offered["quantity"], 2)
        result = self._ask(1)
        self.assertTrue(result["ok"], result)
        asked = self.env["sale.return.order"].browse(result["id"])
        self._as("approver", asked).action_approve()
        moves = asked.sudo().picking_ids.move_ids
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in moves},
            {self.leg: 2, self.top: 1},
        )
        [offered] = self._offer()["lines"]
        self.assertEqual(offered["quantity"], 1)
        [error] = self._ask(2)["errors"]
        self.assertEqual(error["code"], "QTY_EXCEEDS_RETURNABLE")

    def test_of_parts_of_a_kit_the_customer_writes_to_us(self):
        draft = self._draft(self.order, [(self.leg, 1)])
        draft.action_submit()
        [offered] = self._offer()["lines"]
        self.assertEqual(offered["quantity"], 1)
        self._ask(1)
        offer = self._offer()
        self.assertFalse(offer["lines"])
        self.assertEqual(
            list(offer["obstacles"].values()),
            ["Only single parts of it are left: please write to us."],
        )
