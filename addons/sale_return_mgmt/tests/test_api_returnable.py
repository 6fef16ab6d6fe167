from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_receipt import ReceiptCommon


@tagged("post_install", "-at_install")
class TestApiReturnable(ReceiptCommon):
    """What may come back is told before it is asked for, and then taken."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env.ref("sale_return_mgmt.sale_return_policy_default").sudo()
        cls.customer.ref = "C-7"
        cls.service = cls.env["product.product"].create(
            {"name": "Assembly", "type": "service", "invoice_policy": "order"}
        )
        cls.order = cls._sell([(cls.product, 5), (cls.service, 1)])

    def _offer(self, orders=None, role="clerk", **arguments):
        return (
            self.env["sale.return.order"]
            .with_user(self.users[role])
            .api_returnable(orders, **arguments)
        )

    def _codes(self, result):
        return [(error["code"], error["path"]) for error in result.get("errors", [])]

    def test_each_line_says_how_much_until_when_and_by_which_policy(self):
        self._approved(self.order, {self.product: 2})
        self.order.picking_ids.move_ids.date = "2026-01-01 12:00:00"
        self.policy.window_days = 36500
        [offer] = self._offer([self.order.name])
        self.assertEqual(
            (offer["order"], offer["order_id"], offer["currency"]),
            (self.order.name, self.order.id, "USD"),
        )
        goods, service = offer["lines"]
        self.assertEqual(
            {key: goods[key] for key in ("product", "uom", "quantity_returnable")},
            {"product": "LAMP", "uom": "Units", "quantity_returnable": 3},
        )
        self.assertEqual(
            (goods["returnable"], goods["in_policy"], goods["code"], goods["until"]),
            (True, True, "", "2125-12-08"),
        )
        self.assertEqual(goods["policy"], self.policy.name)
        self.assertEqual(
            (service["returnable"], service["code"], service["quantity_returnable"]),
            (False, "NOT_RETURNABLE", 0),
        )
        self.assertTrue(service["message"])

    def test_the_policy_refuses_or_lets_an_approver_decide(self):
        self.policy.window_days = 1
        self.order.picking_ids.move_ids.date = "2020-01-01"
        [goods, _service] = self._offer([self.order.id])[0]["lines"]
        self.assertEqual(
            (goods["returnable"], goods["in_policy"], goods["code"], goods["until"]),
            (True, False, "WINDOW_EXPIRED", "2020-01-02"),
        )
        self.policy.out_of_policy = "refuse"
        [goods, _service] = self._offer([self.order.id])[0]["lines"]
        self.assertEqual(
            (goods["returnable"], goods["code"]), (False, "WINDOW_EXPIRED")
        )

    def test_nothing_is_left_or_was_ever_delivered(self):
        self._approved(self.order)
        open_order = self._sell([(self.product, 1)], deliver=False, invoice=False)
        quotation = open_order.copy()
        codes = [
            (offer["lines"][0]["returnable"], offer["lines"][0]["code"])
            for offer in self._offer([self.order.id, open_order.id, quotation.id])
        ]
        self.assertEqual(
            codes,
            [
                (False, "QTY_EXCEEDS_RETURNABLE"),
                (False, "QTY_EXCEEDS_RETURNABLE"),
                (False, "NOT_RETURNABLE"),
            ],
        )

    def test_serial_numbers_that_no_return_asks_for(self):
        product = self._create_tracked("serial", {"SN1": 1, "SN2": 1})
        order = self._sell([(product, 2)], invoice=False)
        [line] = self._offer([order.id])[0]["lines"]
        self.assertEqual(
            sorted(line["lots"], key=lambda lot: lot["name"]),
            [{"name": "SN1", "quantity": 1}, {"name": "SN2", "quantity": 1}],
        )
        request = self._request(order, {product: 1})
        request.line_ids.lot_ids = request.line_ids.allowed_lot_ids.filtered(
            lambda lot: lot.name == "SN1"
        )
        request.action_submit()
        [line] = self._offer([order.id])[0]["lines"]
        self.assertEqual(line["lots"], [{"name": "SN2", "quantity": 1}])

    def test_orders_of_a_customer_are_found_the_newest_first(self):
        newer = self._sell([(self.product, 1)])
        self._approved(self._sell([(self.product, 1)]))  # nothing is left of it
        for partner in ("C-7", "Customer@Example.com", self.customer.id):
            self.assertEqual(
                [offer["order"] for offer in self._offer(partner=partner)],
                [newer.name, self.order.name],
            )
        self.env["res.partner"].create({"name": "Twin", "ref": "C-7"})
        other = self.env["res.partner"].create({"name": "Other", "ref": "C-8"})
        for partner, code in (("C-7", "INVALID"), ("C-9", "NOT_FOUND")):
            [refused] = self._offer(partner=partner)
            self.assertEqual(self._codes(refused), [(code, "partner")])
        self.assertEqual(self._offer(partner=other.id), [])
        [refused] = self._offer([self.order.name], partner=other.id)
        self.assertEqual(self._codes(refused), [("NOT_FOUND", "orders.0")])

    def test_what_is_unknown_or_malformed_is_refused(self):
        known, unknown = self._offer([self.order.name, "S-NOPE"])
        self.assertTrue(known["ok"])
        self.assertEqual(self._codes(unknown), [("NOT_FOUND", "orders.1")])
        for arguments in (
            {},
            {"orders": "S1"},
            {"orders": [None]},
            {"orders": [True]},
            {"orders": [1] * 501},
            {"partner": ["C-7"]},
            {"partner": ""},
        ):
            with self.subTest(**arguments), self.assertRaises(UserError) as refusal:
                self._offer(**arguments)
            self.assertEqual(refusal.exception.sale_return_code, "INVALID")

    def test_asking_writes_nothing_and_a_hundred_orders_cost_little(self):
        orders = self.env["sale.order"].union(
            *(self._sell([(self.product, 1)], invoice=False) for _n in range(10))
        )
        queries = []
        for batch in (orders[:1], orders[1:]):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            offers = self._offer(batch.mapped("name"))
            queries.append(self.env.cr.sql_log_count - start)
            self.assertTrue(all(offer["lines"][0]["returnable"] for offer in offers))
        # One more order may not cost one more query.
        self.assertLess(queries[1] - queries[0], 8, queries)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_who_may_ask(self):
        for role in ("viewer", "approver", "manager"):
            self.assertTrue(self._offer([self.order.name], role)[0]["ok"])
        for role in ("employee", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._offer([self.order.name], role)
