import xmlrpc.client

from odoo.tests import tagged

from .common_inspection import SaleReturnInspectionCommon


@tagged("post_install", "-at_install")
class TestApiGoods(SaleReturnInspectionCommon):
    """A warehouse's own system tells what came and what it is like."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5), (cls.product_on_order, 5)])
        cls.approved = cls._approved(
            cls.order, {cls.product: 3, cls.product_on_order: 2}
        )
        cls.lamp = cls.approved.line_ids.filtered(
            lambda line: line.product_id == cls.product
        )
        cls.chair = cls.approved.line_ids - cls.lamp

    def _call(self, method, items, role="warehouse"):
        results = getattr(
            self.env["sale.return.order"].with_user(self.users[role]), method
        )(items)
        xmlrpc.client.dumps((results,))  # refuses what XML-RPC cannot carry
        return results

    def _take_in(self, *items, role="warehouse"):
        return self._call("api_receive", list(items), role)

    def _codes(self, results):
        return [
            result["ok"]
            or [(error["code"], error["path"]) for error in result["errors"]]
            for result in results
        ]

    def _received(self, return_order=None):
        return (return_order or self.approved).line_ids.mapped("quantity_received")

    # === RECEIPTS === #

    def test_all_that_is_awaited_comes(self):
        other = self._approved(self.order, {self.product: 1})
        results = self._take_in(
            {"return": self.approved.name},
            {"transfer": other.sudo().picking_ids.name},
            {"transfer": "WH/NOPE"},
        )
        self.assertEqual(self._codes(results), [True, True, [("NOT_FOUND", "return")]])
        self.assertEqual(
            [result["receipt_status"] for result in results[:2]], ["full", "full"]
        )
        self.assertFalse([key for key in results[0] if "amount" in key])
        [again] = self._take_in({"return": self.approved.id})
        self.assertEqual(self._codes([again]), [[("INVALID_STATE", "")]])

    def test_a_part_comes_and_the_rest_stays_awaited(self):
        [result] = self._take_in(
            {
                "return": self.approved.id,
                "lines": [{"line": self.lamp.id, "quantity": 2}],
            }
        )
        self.assertEqual(result["receipt_status"], "partial")
        self.assertEqual(
            (self.lamp.quantity_received, self.chair.quantity_received), (2, 0)
        )
        [result] = self._take_in(
            {
                "return": self.approved.id,
                "lines": [
                    {"product": "CHAIR", "quantity": 2},
                    {"product": "LAMP", "quantity": 1},
                ],
            }
        )
        self.assertEqual(result["receipt_status"], "full")

    def test_too_much_and_another_product_are_discrepancies(self):
        self._create_goods("Vase")
        [result] = self._take_in(
            {
                "return": self.approved.id,
                "lines": [
                    {"product": "LAMP", "quantity": 4},
                    {"product": "VASE", "quantity": 1},
                ],
            }
        )
        found = {
            (line["product"], line["discrepancy"]): line["quantity_received"]
            for line in result["lines"]
        }
        self.assertEqual(
            found,
            {
                ("LAMP", ""): 3,
                ("CHAIR", ""): 0,
                ("LAMP", "excess"): 1,
                ("VASE", "wrong_product"): 1,
            },
        )
        self.assertEqual(result["receipt_status"], "partial")

    def test_the_same_receipt_is_taken_once(self):
        receipt = {
            "return": self.approved.id,
            "lines": [{"product": "LAMP", "quantity": 1}],
            "source": "wms",
            "ref": "IN-1",
        }
        self.assertEqual(self._codes(self._take_in(receipt, receipt)), [True, True])
        [again] = self._take_in(receipt)
        self.assertTrue(again["replayed"])
        self.assertEqual(self.lamp.quantity_received, 1)
        [other] = self._take_in(
            receipt | {"lines": [{"product": "LAMP", "quantity": 2}]}
        )
        self.assertEqual(self._codes([other]), [[("REF_CONFLICT", "")]])

    def test_lots_are_named_and_counted(self):
        product = self.env["product.product"].create(
            {
                "name": "Radio",
                "default_code": "RADIO",
                "is_storable": True,
                "tracking": "serial",
            }
        )
        lots = self._create_lots(product, {"SN1": 1, "SN2": 1})
        order = self._sell([(product, 2)])
        approved = self._approved(order)
        line = {"product": "RADIO", "quantity": 2}
        for lots_sent, code in (
            (["SN1", "SN9"], ("NOT_FOUND", "lines.0.lots.1")),
            (["SN1"], ("LOT_MISMATCH", "lines.0.lots")),
            (["SN1", "SN1"], ("NOT_FOUND", "lines.0.lots.1")),
        ):
            results = self._take_in(
                {"return": approved.id, "lines": [line | {"lots": lots_sent}]}
            )
            self.assertIn(code, self._codes(results)[0])
        [result] = self._take_in(
            {"return": approved.id, "lines": [line | {"lots": ["SN1", "SN2"]}]}
        )
        self.assertEqual(result["receipt_status"], "full")
        self.assertEqual(approved.sudo().picking_ids.move_line_ids.lot_id, lots)

    def test_what_is_not_of_the_return_or_malformed_is_refused(self):
        good = {"return": self.approved.id}
        line = {"product": "LAMP", "quantity": 1}
        for item, code, path in (
            (
                good | {"lines": [{"line": 10**8, "quantity": 1}]},
                "NOT_FOUND",
                "lines.0.line",
            ),
            (
                good | {"lines": [line | {"product": "X"}]},
                "NOT_FOUND",
                "lines.0.product",
            ),
            (
                good | {"lines": [line | {"quantity": 1e-5}]},
                "INVALID",
                "lines.0.quantity",
            ),
            (good | {"lines": []}, "INVALID", "lines"),
            (good | {"lines": [line] * 1001}, "LIMIT_EXCEEDED", "lines"),
            (good | {"lines": [None]}, "INVALID", "lines.0"),
            (good | {"lines": [{"quantity": 1}]}, "INVALID", "lines.0.product"),
            (good | {"lines": [{"product": "LAMP"}]}, "INVALID", "lines.0.quantity"),
            (good | {"lines": [line | {"lots": [7]}]}, "INVALID", "lines.0.lots"),
            (good | {"lines": [line | {"state": "done"}]}, "INVALID", "lines.0.state"),
            (good | {"transfer": []}, "INVALID", "transfer"),
            ({"lines": [line]}, "INVALID", "return"),
        ):
            with self.subTest(path=path, item=str(item)):
                self.assertEqual(self._codes(self._take_in(item)), [[(code, path)]])
        self.assertEqual(self._received(), [0, 0])

    def test_receiving_and_inspecting_are_the_warehouses(self):
        for role in ("viewer", "clerk", "approver", "accountant"):
            results = self._take_in({"return": self.approved.id}, role=role)
            self.assertEqual(self._codes(results), [[("ACCESS_DENIED", "")]])
        self._receive(self.approved)
        for role in ("viewer", "clerk", "approver", "accountant"):
            results = self._call("api_inspect", [{"return": self.approved.id}], role)
            self.assertEqual(self._codes(results), [[("ACCESS_DENIED", "")]])
        self.assertFalse(self.approved.sudo().inspection_ids)

    # === INSPECTIONS === #

    def _found(self, *lines, **vals):
        item = {"return": self.approved.id, **vals}
        return self._call("api_inspect", [item | ({"lines": lines} if lines else {})])

    def test_everything_follows_one_disposition(self):
        self._receive(self.approved)
        [result] = self._found(disposition="RESTOCK")
        self.assertEqual(
            (result["inspection_status"], result["state"]), ("done", "done")
        )
        self.assertEqual(
            set(self.approved.sudo().inspection_ids.disposition_id.mapped("kind")),
            {"restock"},
        )

    def test_each_piece_goes_its_own_way(self):
        self._receive(self.approved)
        [result] = self._found(
            {"line": self.lamp.id, "quantity": 2, "condition": "as_new"},
            {
                "line": self.lamp.id,
                "quantity": 1,
                "disposition": "SCRAP",
                "condition": "damaged",
                "note": "Broken glass",
                "credit_percent": 50,
            },
            {"product": "CHAIR", "quantity": 1},
            disposition="RESTOCK",
            source="wms",
            ref="Q-1",
        )
        self.assertEqual(result["inspection_status"], "partial")
        facts = self.approved.sudo().inspection_ids.sorted("id")
        self.assertEqual(
            [(fact.quantity, fact.disposition_id.kind) for fact in facts],
            [(2, "restock"), (1, "scrap"), (1, "restock")],
        )
        self.assertEqual(self.lamp.credit_percent, 50)

    def test_wrong_inspections_say_where(self):
        self._receive(self.approved)
        line = {"product": "LAMP", "quantity": 1}
        for lines, code, path in (
            ([line | {"quantity": 4}], "INVALID", "lines.0"),
            (
                [line, line | {"disposition": "NOPE"}],
                "NOT_FOUND",
                "lines.1.disposition",
            ),
            ([line | {"product": "VASE"}], "NOT_FOUND", "lines.0.product"),
            ([{"line": 10**8, "quantity": 1}], "NOT_FOUND", "lines.0.line"),
            ([line | {"lot": "SN1"}], "NOT_FOUND", "lines.0.lot"),
            ([line | {"condition": "eaten"}], "INVALID", "lines.0.condition"),
            ([line | {"credit_percent": -1}], "INVALID", "lines.0.credit_percent"),
            ([line | {"price": 1}], "INVALID", "lines.0.price"),
        ):
            with self.subTest(path=path):
                self.assertEqual(self._codes(self._found(*lines)), [[(code, path)]])
        [refused] = self._found(disposition="NOPE")
        self.assertEqual(self._codes([refused]), [[("NOT_FOUND", "disposition")]])
        self.assertFalse(self.approved.sudo().inspection_ids)
