from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementApi(ReplacementCommon):
    """Other systems ask for replacements and follow them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.candle = cls._create_goods("Candle", list_price=40.0, barcode="4711")

    def _request_line(self, ref, **line):
        Order = self.env["sale.return.order"].with_user(self.users["clerk"])
        [result] = Order.api_request(
            [
                {
                    "source": "shop",
                    "ref": ref,
                    "order": self.order.name,
                    "lines": [
                        {
                            "product": "LAMP",
                            "quantity": 2,
                            "reason": "UNWANTED",
                            **line,
                        }
                    ],
                }
            ]
        )
        return result

    def _get(self, result, role="clerk"):
        Order = self.env["sale.return.order"].with_user(self.users[role])
        return Order.api_get([result["id"]])[0]

    def test_refund_is_the_default(self):
        result = self._request_line("R-1")
        self.assertTrue(result["ok"])
        [line] = result["lines"]
        self.assertEqual((line["resolution"], line["replacement"]), ("refund", {}))
        self.assertEqual(
            (result["replacement_status"], result["replacements"]),
            ("none", {"transfers": [], "orders": []}),
        )

    def test_same_product(self):
        result = self._request_line("R-1", resolution="replace")
        [line] = result["lines"]
        self.assertEqual(
            (line["resolution"], line["replacement"]),
            ("replace", {"product": "LAMP", "quantity": 2, "uom": "Units"}),
        )
        return_order = self.env["sale.return.order"].browse(result["id"])
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        answer = self._get(result)
        [transfer] = answer["replacements"]["transfers"]
        self.assertEqual(
            (answer["replacement_status"], transfer["state"]), ("pending", "assigned")
        )
        self._ship(return_order)
        answer = self._get(result)
        self.assertEqual(
            (answer["state"], answer["replacement_status"], answer["amount_total"]),
            ("done", "done", 0.0),
        )
        self.assertEqual(answer["lines"][0]["quantity_replaced"], 2)

    def test_another_product_by_what_systems_know(self):
        for index, ref in enumerate(("CANDLE", "4711", self.candle.id)):
            with self.subTest(ref=ref):
                order = self._sell([(self.product, 5)])
                self.order = order
                result = self._request_line(
                    f"R-{index}",
                    resolution="replace",
                    replacement={"product": ref, "quantity": 3},
                )
                self.assertEqual(
                    result["lines"][0]["replacement"],
                    {"product": "CANDLE", "quantity": 3, "uom": "Units"},
                )
                return_order = self.env["sale.return.order"].browse(result["id"])
                self._as("approver", return_order).action_approve()
                self._receive(return_order)
                sold = return_order.sudo().replacement_order_ids
                self.assertEqual(
                    self._get(result)["replacements"]["orders"],
                    [
                        {
                            "id": sold.id,
                            "name": sold.name,
                            "state": "sale",
                            "amount_total": 138.0,
                        }
                    ],
                )

    def test_refusals_say_where(self):
        replace = {"resolution": "replace"}
        twin = self._create_goods("Candlelight", default_code="CANDLE")
        self.assertTrue(twin)
        cases = [
            ({"resolution": "exchange"}, "INVALID", "lines.0.resolution"),
            (
                {"replacement": {"product": "4711"}},
                "INVALID",
                "lines.0.replacement",
            ),
            ({**replace, "replacement": {}}, "INVALID", "lines.0.replacement"),
            (
                {**replace, "replacement": {"price": 1}},
                "INVALID",
                "lines.0.replacement",
            ),
            (
                {**replace, "replacement": {"quantity": -1}},
                "INVALID",
                "lines.0.replacement",
            ),
            ({**replace, "replacement": "CANDLE"}, "INVALID", "lines.0.replacement"),
            (
                {**replace, "replacement": {"product": "NOTHING"}},
                "NOT_FOUND",
                "lines.0.replacement.product",
            ),
            (
                {**replace, "replacement": {"product": "CANDLE"}},
                "INVALID",
                "lines.0.replacement.product",
            ),
        ]
        for line, code, path in cases:
            with self.subTest(line=line):
                result = self._request_line("R-X", **line)
                self.assertFalse(result["ok"])
                self.assertEqual(
                    [(error["code"], error["path"]) for error in result["errors"]],
                    [(code, path)],
                )

    def test_settle_sends_what_is_missing(self):
        result = self._request_line("R-1", resolution="replace")
        return_order = self.env["sale.return.order"].browse(result["id"])
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self._open_replacements(return_order).action_cancel()
        Order = self.env["sale.return.order"].with_user(self.users["manager"])
        for _time in range(2):
            [answer] = Order.api_settle([result["id"]])
            self.assertTrue(answer["ok"])
        states = [move["state"] for move in answer["replacements"]["transfers"]]
        self.assertEqual(sorted(states), ["assigned", "cancel"])
