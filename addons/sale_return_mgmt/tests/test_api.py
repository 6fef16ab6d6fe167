from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestApi(SaleReturnCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5), (cls.product_on_order, 2)])
        cls.order.client_order_ref = "SHOP-1"

    def _api(self, role="clerk"):
        return self.env["sale.return.order"].with_user(self.users[role])

    def _payload(self, ref, quantity=1, **vals):
        return {
            "source": "shop",
            "ref": ref,
            "order": self.order.name,
            "lines": [{"product": "LAMP", "quantity": quantity, "reason": "UNWANTED"}],
            **vals,
        }

    def _codes(self, result):
        return [(error["code"], error["path"]) for error in result.get("errors", [])]

    def test_a_request_becomes_a_submitted_return(self):
        [result] = self._api().api_request(
            [
                self._payload(
                    "R-1",
                    quantity=2,
                    customer_reference="C-7",
                    tracking="1Z",
                    refund_method="credit",
                )
            ]
        )
        self.assertEqual(result.pop("errors", []), [])
        return_order = self._api().browse(result["id"])
        self.assertRecordValues(
            return_order,
            [
                {
                    "name": result["name"],
                    "state": "submitted",
                    "channel": "api",
                    "partner_id": self.customer.id,
                    "customer_reference": "C-7",
                    "carrier_tracking_ref": "1Z",
                    "external_source": "shop",
                    "external_ref": "R-1",
                    "user_id": self.users["clerk"].id,
                }
            ],
        )
        self.assertEqual(
            (result["ok"], result["state"], result["replayed"]),
            (True, "submitted", False),
        )
        self.assertEqual((result["amount_total"], result["currency"]), (230.0, "USD"))

    def test_orders_and_products_are_found_by_what_systems_know(self):
        self.product.barcode = "4006381333931"
        line = self.order.order_line[0]
        for index, (order, target) in enumerate(
            [
                (self.order.id, {"product": "LAMP"}),
                ("SHOP-1", {"product": "4006381333931"}),
                (self.order.name, {"product": self.product.id}),
                (None, {"sale_line": line.id}),
            ]
        ):
            payload = self._payload(f"F-{index}", order=order)
            payload["lines"] = [{**target, "quantity": 1, "reason": "UNWANTED"}]
            if order is None:
                del payload["order"]
            [result] = self._api().api_request([payload])
            self.assertTrue(result["ok"], result)
            self.assertEqual(result["lines"][0]["sale_line"], line.id)

    def test_an_article_that_is_twice_on_an_order_is_taken_from_both_lines(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.product.uom_ids |= dozen
        order = self._sell([(self.product, 14), (self.product, 13)])
        first, second = order.order_line.ids
        payload = self._payload("R-1", order=order.name)
        [line] = payload["lines"]
        payload["lines"] = [line, {**line, "uom": "Dozens"}, {**line, "uom": "Dozens"}]
        for request in (payload, {**payload, "ref": "R-2", "lines": [line]}):
            [preview] = self._api().api_preview([request])
            [result] = self._api().api_request([request])
            self.assertTrue(result["ok"], result)
            found = [line["sale_line"] for line in result["lines"]]
            self.assertEqual([line["sale_line"] for line in preview["lines"]], found)
            # One and a dozen are taken from the first, which leaves one of it.
            self.assertEqual(found, [first, first, second] if found[1:] else [first])

    def test_how_the_money_comes_back(self):
        self.env["res.partner.bank"].create(
            {"acc_number": "DE00 1234", "partner_id": self.customer.id}
        )
        [result] = self._api().api_request(
            [self._payload("R-1", refund_method="transfer", bank_account="de001234")]
        )
        return_order = self._api().browse(result["id"])
        self.assertEqual(
            (result["refund_method"], return_order.partner_bank_id.acc_number),
            ("transfer", "DE00 1234"),
        )
        self.assertEqual(result["payments"], [])
        for number in ("DE00 9999", "X"):
            [result] = self._api().api_request(
                [self._payload("R-2", bank_account=number)]
            )
            self.assertEqual(self._codes(result), [("NOT_FOUND", "bank_account")])
        [result] = self._api().api_request([self._payload("R-3", refund_method="cash")])
        self.assertEqual(self._codes(result), [("INVALID", "refund_method")])

    def test_the_same_reference_makes_one_return(self):
        payload = self._payload("R-1")
        [first] = self._api().api_request([payload])
        [second] = self._api().api_request([payload])
        self.assertEqual((second["id"], second["replayed"]), (first["id"], True))
        results = self._api().api_request([self._payload("R-2")] * 2)
        self.assertEqual([result["replayed"] for result in results], [False, True])
        [conflict] = self._api().api_request([self._payload("R-1", quantity=2)])
        self.assertEqual(self._codes(conflict), [("REF_CONFLICT", "")])

    def test_results_come_in_order_with_partial_success(self):
        requests = [
            self._payload("A"),
            self._payload("B", order="S-UNKNOWN"),
            self._payload("C", quantity=99),
            self._payload("D"),
        ]
        results = self._api().api_request(requests)
        self.assertEqual(
            [result["ok"] for result in results], [True, False, False, True]
        )
        self.assertEqual(self._codes(results[1]), [("NOT_FOUND", "order")])
        self.assertEqual(
            self._codes(results[2]), [("QTY_EXCEEDS_RETURNABLE", "lines.0.quantity")]
        )
        self.assertEqual(results[2]["errors"][0]["details"], {"returnable": 4.0})
        self.assertFalse(
            self._api().search([("external_ref", "in", ("B", "C"))]), "nothing is left"
        )

    def test_atomic_means_all_or_nothing(self):
        for bad in (self._payload("B", order="X"), self._payload("C", quantity=99)):
            results = self._api().api_request([self._payload("A"), bad], atomic=True)
            self.assertEqual([result["ok"] for result in results], [False, False])
            self.assertEqual(self._codes(results[0]), [("INVALID", "")])
        self.assertFalse(self._api().search([("external_source", "=", "shop")]))

    def test_switches_are_true_or_false(self):
        for name in ("submit", "atomic"):
            for value in ("false", "", None, [], 7, float("nan")):
                with self.assertRaisesRegex(UserError, "must be true or false"):
                    self._api().api_request([self._payload("R-1")], **{name: value})
        [result] = self._api().api_request([self._payload("R-1")], submit=0)
        self.assertEqual(result["state"], "draft")

    def test_drafts_are_made_on_demand(self):
        [result] = self._api().api_request([self._payload("R-1")], submit=False)
        self.assertEqual(result["state"], "draft")

    def test_reasons_and_notes_are_asked_for(self):
        payload = self._payload("R-1")
        payload["lines"].append({"product": "CHAIR", "quantity": 1})
        [result] = self._api().api_request([payload])
        self.assertEqual(self._codes(result), [("REASON_REQUIRED", "lines.1")])
        payload["lines"][1]["reason"] = "DEFECT"
        [result] = self._api().api_request([payload])
        self.assertEqual(self._codes(result), [("NOTE_REQUIRED", "lines.1")])
        payload["lines"][1]["reason"] = "NO_SUCH"
        [result] = self._api().api_request([payload])
        self.assertEqual(self._codes(result), [("NOT_FOUND", "lines.1.reason")])

    def test_malformed_requests_say_where(self):
        line = {"product": "LAMP", "quantity": 1, "reason": "UNWANTED"}
        cases = [
            (None, ""),
            ([], ""),
            ({"ref": "X", "order": "S", "lines": [line]}, "source"),
            (self._payload("X", source=""), "source"),
            (self._payload(7), "ref"),
            (self._payload("X\x00"), "ref"),
            (self._payload("\ud800"), "ref"),
            (self._payload("x" * 10**6), "ref"),
            (self._payload("X", lines=[]), "lines"),
            (self._payload("X", lines="LAMP"), "lines"),
            (self._payload("X", lines=[None]), "lines.0"),
            (self._payload("X", state="approved"), "state"),
            (self._payload("X", order=True), "order"),
            (self._payload("X", order=2**31), "order"),
            (self._payload("X", goods="burn"), "goods"),
            (self._payload("X", goods=["return"]), "goods"),
            (
                self._payload("X", lines=[{**line, "price_unit": 1}]),
                "lines.0.price_unit",
            ),
            (self._payload("X", lines=[{**line, "uom": {}}]), "lines.0.uom"),
            (self._payload("X", lines=[{"quantity": 1}]), "lines.0.product"),
            (self._payload("X", lines=[{"product": "LAMP"}]), "lines.0.quantity"),
        ] + [
            (self._payload("X", quantity=quantity), "lines.0.quantity")
            for quantity in (0, -1, True, "1", None, 1e10, float("nan"), float("inf"))
        ]
        count = self._api().search_count([])
        for payload, path in cases:
            with self.subTest(path=path, payload=str(payload)[:80]):
                [result] = self._api().api_request([payload])
                self.assertEqual(self._codes(result), [("INVALID", path)])
        self.assertEqual(self._api().search_count([]), count)

    def test_too_many_requests_are_refused_before_anything_is_written(self):
        results = self._api().api_request([self._payload(f"R-{n}") for n in range(501)])
        self.assertEqual(len(results), 501)
        self.assertEqual(
            {code for result in results for code, _path in self._codes(result)},
            {"LIMIT_EXCEEDED"},
        )
        self.assertFalse(self._api().search([("external_source", "=", "shop")]))

    def test_too_many_lines_are_refused_before_they_are_looked_at(self):
        [line] = self._payload("R")["lines"]
        for path, payload in (
            ("lines", self._payload("R-1", lines=[None] * 1001)),
            (
                "lines.0.lots",
                self._payload("R-2", lines=[{**line, "lots": ["L"] * 1001}]),
            ),
        ):
            results = self._api().api_request([payload])
            codes = [self._codes(result) for result in results]
            self.assertIn(("LIMIT_EXCEEDED", path), codes[0])
            self.assertFalse(any(path == "lines.1000" for _code, path in codes[0]))

    def test_units_are_those_of_the_product(self):
        pack = self.env["uom.uom"].create(
            {
                "name": "Pack of 2",
                "relative_factor": 2,
                "relative_uom_id": self.product.uom_id.id,
            }
        )
        payload = self._payload("R-1")
        payload["lines"][0]["uom"] = "Pack of 2"
        [result] = self._api().api_request([payload])
        self.assertEqual(self._codes(result), [("INVALID", "lines.0.uom")])
        self.product.uom_ids = pack
        [result] = self._api().api_request([payload])
        self.assertEqual(result["amount_total"], 230.0)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_rights_are_the_callers(self):
        for role in ("viewer", "approver", "warehouse", "accountant", "employee"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._api(role).api_request([self._payload("R-1")])
        with self.assertRaises(AccessError):
            self._api("employee").api_get([1])

    def test_reading_back_follows_the_return(self):
        [made] = self._api().api_request([self._payload("R-1")])
        return_order = self._api().browse(made["id"])
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        refs = [
            made["id"],
            made["name"],
            {"source": "shop", "ref": "R-1"},
            "RET/1900/00001",
            10**9,
            {"source": "shop"},
            None,
        ]
        *found, by_name, by_id, no_ref, none = self._api("viewer").api_get(refs)
        for answer in found:
            self.assertEqual(
                (
                    answer["id"],
                    answer["state"],
                    answer["receipt_status"],
                    answer["refund_status"],
                    answer["amount_refunded"],
                ),
                (made["id"], "done", "full", "paid", 115.0),
            )
            self.assertEqual(answer["lines"][0]["quantity_received"], 1)
            self.assertEqual(answer["transfers"][0]["state"], "done")
            self.assertEqual(
                answer["credit_notes"][0]["invoice"],
                self.order.invoice_ids.filtered(
                    lambda move: move.move_type == "out_invoice"
                ).name,
            )
        for answer in (by_name, by_id, no_ref, none):
            self.assertEqual(self._codes(answer), [("NOT_FOUND", "")])

    def test_out_of_policy_is_told(self):
        policy = self.env.ref("sale_return_mgmt.sale_return_policy_default").sudo()
        policy.window_days = 1
        self.order.picking_ids.move_ids.date = "2020-01-01"
        [result] = self._api().api_request([self._payload("R-1")])
        self.assertEqual((result["ok"], result["in_policy"]), (True, False))
        self.assertIn("could be returned until", result["warnings"][0])
        policy.out_of_policy = "refuse"
        [result] = self._api().api_request([self._payload("R-2")])
        self.assertEqual(self._codes(result), [("WINDOW_EXPIRED", "lines.0")])

    def test_a_refused_line_is_named_by_its_path(self):
        other = self._sell([(self.product, 1)])
        other.partner_id = self.env["res.partner"].create({"name": "Somebody else"})
        lines = self._payload("R-1")["lines"]
        lines.append({**lines[0], "order": other.name})
        [good, refused] = self._api().api_request(
            [self._payload("R-1"), self._payload("R-2", lines=lines)]
        )
        self.assertTrue(good["ok"], good)
        self.assertEqual(self._codes(refused), [("INVALID", "lines.1")])
