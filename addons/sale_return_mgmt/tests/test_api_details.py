import base64
import xmlrpc.client

from odoo.fields import Command
from odoo.tests import tagged

from .common_receipt import ReceiptCommon

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestApiDetails(ReceiptCommon):
    """Requests with lots, with files, for a company, or of goods without an order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.ref = "C-7"
        cls.order = cls._sell([(cls.product, 5)])
        cls.company.sale_return_allow_unreferenced = True

    def _api(self):
        return self.env["sale.return.order"].with_user(self.users["clerk"])

    def _ask(self, ref, **vals):
        """The answer to a request, as its preview told it."""
        request = {
            "source": "shop",
            "ref": ref,
            "order": self.order.name,
            "reason": "UNWANTED",
            "lines": [{"product": "LAMP", "quantity": 1}],
            **vals,
        }
        request = {key: value for key, value in request.items() if value is not None}
        [told] = self._api().api_preview([request])
        [answer] = self._api().api_request([request])
        xmlrpc.client.dumps((told, answer))  # refuses what XML-RPC cannot carry
        if answer["ok"]:
            self.assertTrue(told["ok"], told)
            self.assertEqual(told["amount_total"], answer["amount_total"])
            for line, answered in zip(told["lines"], answer["lines"], strict=True):
                self.assertEqual(line, {key: answered[key] for key in line})
        else:
            self.assertEqual(self._codes(told), self._codes(answer))
        return answer

    def _codes(self, result):
        return [(error["code"], error["path"]) for error in result.get("errors", [])]

    # === WITHOUT AN ORDER === #

    def _ask_without_order(self, ref, **vals):
        line = {"product": "LAMP", "quantity": 2, "price": 80}
        return self._ask(
            ref, **{"order": None, "partner": "C-7", "lines": [line], **vals}
        )

    def test_goods_without_an_order_are_asked_for_at_a_price(self):
        answer = self._ask_without_order("R-1")
        self.assertEqual(
            (answer["state"], answer["customer"], answer["amount_total"]),
            ("submitted", "Customer", 184.0),
        )
        [line] = answer["lines"]
        self.assertEqual((line["order"], line["sale_line"]), ("", ""))
        return_order = self._api().browse(answer["id"])
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self.assertEqual(return_order.sudo().refund_ids.amount_total, 184.0)

    def test_only_where_the_company_takes_them(self):
        self.company.sale_return_allow_unreferenced = False
        answer = self._ask_without_order("R-1")
        self.assertEqual(self._codes(answer), [("NOT_FOUND", "lines.0")])

    def test_what_goods_without_an_order_need(self):
        line = {"product": "LAMP", "quantity": 1, "price": 80}
        for number, (vals, code, path) in enumerate(
            (
                ({"partner": None}, "INVALID", "lines.0.order"),
                ({"partner": "C-8"}, "NOT_FOUND", "partner"),
                ({"partner": True}, "INVALID", "partner"),
                (
                    {"lines": [{"product": "LAMP", "quantity": 1}]},
                    "INVALID",
                    "lines.0.price",
                ),
                ({"lines": [line | {"price": -1}]}, "INVALID", "lines.0.price"),
                (
                    {"lines": [line | {"price": float("nan")}]},
                    "INVALID",
                    "lines.0.price",
                ),
                ({"lines": [line | {"product": "X"}]}, "NOT_FOUND", "lines.0.product"),
                ({"lines": [line | {"uom": "Dozen"}]}, "INVALID", "lines.0.uom"),
                ({"order": self.order.name}, "INVALID", "lines.0.price"),
            )
        ):
            with self.subTest(path=path):
                answer = self._ask_without_order(f"R-{number}", **vals)
                self.assertEqual(self._codes(answer), [(code, path)])
        self.assertFalse(self._api().search([("external_source", "=", "shop")]))

    def test_an_order_of_somebody_else_is_refused(self):
        self.env["res.partner"].create({"name": "Other", "ref": "C-8"})
        self.assertEqual(self._ask("R-1", partner="C-7")["ok"], True)
        answer = self._ask("R-2", partner="C-8")
        self.assertEqual(self._codes(answer), [("INVALID", "lines.0")])

    # === LOTS === #

    def test_lots_are_asked_for_by_name(self):
        product = self._create_tracked("serial", {f"SN{n}": 1 for n in range(4)})
        product.default_code = "RADIO"
        order = self._sell([(product, 3)], invoice=False)
        delivered = order.picking_ids.move_line_ids.lot_id.mapped("name")
        [kept] = {f"SN{n}" for n in range(4)} - set(delivered)
        line = {"product": "RADIO", "quantity": 1}

        def ask(ref, lots, **more):
            lines = [line | {"lots": lots} | more]
            return self._ask(ref, order=order.name, lines=lines)

        self.assertEqual(
            self._codes(ask("R-1", ["SN9"])), [("NOT_FOUND", "lines.0.lots.0")]
        )
        for ref, lots in (("R-2", [kept]), ("R-3", delivered[:2])):
            self.assertEqual(self._codes(ask(ref, lots)), [("LOT_MISMATCH", "lines.0")])
        answer = ask("R-4", delivered[:1])
        self.assertEqual(answer["lines"][0]["lots"], delivered[:1])
        self.assertEqual(
            self._codes(ask("R-5", delivered[:1])), [("LOT_MISMATCH", "lines.0")]
        )
        for lots in ([], "SN1", [7], [""]):
            self.assertEqual(
                self._codes(ask("R-6", lots)), [("INVALID", "lines.0.lots")]
            )
        requests = [
            {
                "source": "shop",
                "ref": ref,
                "order": order.name,
                "reason": "UNWANTED",
                "lines": [line | {"lots": delivered[2:]}],
            }
            for ref in ("R-7", "R-8")
        ]
        previews = self._api().api_preview(requests)
        self.assertEqual(previews[1], self._api().api_request(requests)[1])
        self.assertEqual(self._codes(previews[1]), [("LOT_MISMATCH", "lines.0")])

    # === FILES === #

    def test_files_come_with_the_request(self):
        self.reason.sudo().requires_attachment = True
        self.assertEqual(
            self._codes(self._ask("R-1")), [("ATTACHMENT_REQUIRED", "lines.0")]
        )
        files = [{"name": "lamp.png", "data": PIXEL}]
        answer = self._ask("R-2", attachments=files)
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "sale.return.order"), ("res_id", "=", answer["id"])]
        )
        self.assertRecordValues(
            attachment,
            [
                {
                    "name": "lamp.png",
                    "mimetype": "image/png",
                    "raw": base64.b64decode(PIXEL),
                    "create_uid": self.users["clerk"].id,
                }
            ],
        )
        self.assertEqual(
            self._ask("R-2", attachments=files)["id"], answer["id"], "a replay"
        )
        self.assertEqual(attachment.search_count([("name", "=", "lamp.png")]), 1)

    def test_files_of_other_kinds_are_refused(self):
        page = base64.b64encode(b"<html><script>alert(1)</script></html>").decode()
        big = base64.b64encode(base64.b64decode(PIXEL) + bytes(10 * 2**20)).decode()
        for number, (files, path) in enumerate(
            (
                ([{"name": "x.png", "data": page}], "attachments.0.data"),
                ([{"name": "x.png", "data": big}], "attachments.0.data"),
                ([{"name": "x.png", "data": "no base64"}], "attachments.0.data"),
                ([{"name": "x.png", "data": ""}], "attachments.0.data"),
                ([{"name": "x.png"}], "attachments"),
                ([{"name": "", "data": PIXEL}], "attachments"),
                ([{"name": "x", "data": PIXEL, "res_id": 1}], "attachments"),
                ([{"name": "x", "data": PIXEL}] * 11, "attachments"),
                ("x.png", "attachments"),
                ([None], "attachments"),
            )
        ):
            with self.subTest(number=number):
                answer = self._ask(f"R-{number}", attachments=files)
                self.assertEqual(self._codes(answer), [("INVALID", path)])
        self.assertFalse(self._api().search([("external_source", "=", "shop")]))

    # === COMPANY === #

    def test_a_request_for_another_company_is_not_found(self):
        other = self.env["res.company"].create({"name": "Lanterns Elsewhere"})
        self.users["clerk"].company_ids = [Command.link(other.id)]
        for number, company in enumerate((self.company.name, self.company.id)):
            self.assertTrue(self._ask(f"R-{number}", company=company)["ok"])
        for company in (other.name, other.id, "Nobody"):
            answer = self._ask("R-X", company=company)
            self.assertEqual(self._codes(answer), [("NOT_FOUND", "company")])
