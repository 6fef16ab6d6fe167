from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .common_fees import FeeCommon

EXECUTE = Cursor.execute
TABLES = ("sale_return_order", "sale_return_order_line", "sale_return_event")


@tagged("post_install", "-at_install")
class TestApiPreview(FeeCommon):
    """What a request would come to is what it comes to, and asking leaves no trace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5), (cls.product_on_order, 3)])

    def _api(self, role="clerk"):
        return self.env["sale.return.order"].with_user(self.users[role])

    def _count_priced(self, act):
        """How many returns are priced, one for another, while ``act`` is called."""
        Line = self.env.registry["sale.return.order.line"]
        price, priced = Line._get_amounts, []

        def count(lines, *arguments):
            priced.append(lines)
            return price(lines, *arguments)

        with patch.object(Line, "_get_amounts", count):
            act()
        return len(priced)

    def _payload(self, ref, *lines, order=None, **vals):
        """:param lines: ``(product, quantity)``"""
        return {
            "source": "shop",
            "ref": ref,
            "order": (order or self.order).name,
            "reason": "UNWANTED",
            "lines": [
                {"product": product.default_code, "quantity": quantity}
                for product, quantity in lines
            ],
            **vals,
        }

    def _count(self):
        self.env.flush_all()
        counts = []
        for table in TABLES:
            self.env.cr.execute(f"SELECT count(*) FROM {table}")  # pylint: disable=sql-injection
            counts += self.env.cr.fetchone()
        sequence = self.env.ref("sale_return_mgmt.seq_sale_return_order").sudo()
        guards = self.env["sale.order.line"].search([]).sudo().mapped("return_guard")
        return counts, sequence._get_current_sequence().number_next_actual, guards

    def _codes(self, result):
        return [(error["code"], error["path"]) for error in result.get("errors", [])]

    def _assert_told_before(self, *requests):
        """Previews of these requests are what the requests are answered, and then what
        is on their credit notes."""
        before = self._count()
        previews = self._api().api_preview(list(requests))
        self.assertEqual(self._count(), before)
        answers = self._api().api_request(list(requests))
        for preview, answer in zip(previews, answers, strict=True):
            self.assertEqual(preview["ok"], answer["ok"], answer)
            if not answer["ok"]:
                self.assertEqual(preview, answer)
                continue
            for line, answered in zip(
                preview.pop("lines"), answer["lines"], strict=True
            ):
                self.assertEqual(line, {key: answered[key] for key in line})
            self.assertEqual(preview, {key: answer[key] for key in preview})
        for preview, answer in zip(previews, answers, strict=True):
            if answer["ok"]:
                self._assert_credited(preview, self._api().browse(answer["id"]))
        return previews

    def _assert_credited(self, preview, return_order):
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        refund = return_order.sudo().refund_ids
        self.assertEqual(refund.state, "posted")
        fee = -sum(self._fee_lines(refund).mapped("price_total"))
        self.assertEqual(
            (
                refund.amount_untaxed,
                refund.amount_tax,
                refund.amount_total,
                round(fee, 2),
            ),
            tuple(
                preview[f"amount_{name}"] for name in ("untaxed", "tax", "total", "fee")
            ),
        )
        self.assertEqual(refund.currency_id.name, preview["currency"])

    def test_other_returns_of_the_same_goods_are_not_priced_again(self):
        api, product = self._api(), self.product
        made = api.api_request(
            [self._payload(f"R-{n}", (product, 1)) for n in range(4)]
        )
        self.assertTrue(all(result["ok"] for result in made))
        self.env.flush_all()
        self.env.invalidate_all()
        payloads = [self._payload("P", (product, 1))]
        # The amounts of the order and its delivery charge, where there may be one.
        self.assertLessEqual(self._count_priced(lambda: api.api_preview(payloads)), 2)
        draft = self._request(self.order, {product: 1})

        def edit():
            with Form(draft) as form, form.line_ids.edit(0) as line:
                line.quantity = 0.5

        self.assertLessEqual(self._count_priced(edit), 4)

    def test_a_part_with_its_fee(self):
        [preview] = self._assert_told_before(
            self._payload("R-1", (self.product, 2), (self.product_on_order, 1))
        )
        self.assertEqual(
            (preview["amount_total"], preview["amount_fee"]), (310.5, 34.5)
        )
        self.assertTrue(preview["in_policy"])

    def test_without_the_fee_by_right_of_withdrawal(self):
        [preview] = self._assert_told_before(
            self._payload("R-1", (self.product, 2), legal_basis="withdrawal")
        )
        self.assertEqual((preview["amount_total"], preview["amount_fee"]), (230, 0))

    def test_two_requests_of_one_call_share_what_is_left(self):
        previews = self._assert_told_before(
            self._payload("R-1", (self.product, 3)),
            self._payload("R-2", (self.product, 3)),
            self._payload("R-3", (self.product, 2), (self.product, 1)),
            self._payload("R-4", (self.product, 1), (self.product, 1)),
        )
        self.assertEqual(
            [self._codes(preview) for preview in previews],
            [
                [],
                [("QTY_EXCEEDS_RETURNABLE", "lines.0.quantity")],
                [("QTY_EXCEEDS_RETURNABLE", "lines.1.quantity")],
                [],
            ],
        )

    def test_another_currency_and_a_discount_on_the_order(self):
        currency = self.env.ref("base.EUR")
        currency.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": currency.id}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "pricelist_id": pricelist.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 3,
                            "price_unit": 33.33,
                            "discount": 7,
                        }
                    )
                ],
            }
        )
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        order.action_confirm()
        order.picking_ids.button_validate()
        order._create_invoices().action_post()
        [preview] = self._assert_told_before(
            self._payload("R-1", (self.product, 1), order=order)
        )
        self.assertEqual(preview["currency"], "EUR")
        [rest] = self._assert_told_before(
            self._payload("R-2", (self.product, 2), order=order)
        )
        self.assertTrue(rest["amount_total"] > preview["amount_total"])

    def test_out_of_policy_and_refused_by_it(self):
        self.policy.window_days = 1
        self.order.picking_ids.move_ids.date = "2020-01-01"
        [preview] = self._assert_told_before(self._payload("R-1", (self.product, 1)))
        self.assertFalse(preview["in_policy"])
        self.assertIn("could be returned until", preview["warnings"][0])
        self.policy.out_of_policy = "refuse"
        [preview] = self._assert_told_before(self._payload("R-2", (self.product, 1)))
        self.assertEqual(self._codes(preview), [("WINDOW_EXPIRED", "lines.0")])

    def test_refusals_are_those_of_the_request(self):
        other = self._sell([(self.product, 1)], invoice=False)
        other.partner_id = self.env["res.partner"].create({"name": "Somebody else"})
        quotation = self._sell([(self.product, 1)], deliver=False, invoice=False)
        line = {"product": "LAMP", "quantity": 1}
        self._assert_told_before(
            self._payload("R-1", (self.product, 1), reason="DEFECT"),
            self._payload("R-2", (self.product, 1)) | {"order": "NOPE"},
            self._payload("R-3", (self.product, 0.00001)),
            self._payload("R-4", lines=[line, {**line, "order": other.name}]),
            self._payload("R-5", (self.product, 1), order=quotation),
            {"source": "shop"},
            None,
        )

    def test_what_was_requested_is_answered_as_before(self):
        request = self._payload("R-1", (self.product, 1))
        [made] = self._api().api_request([request])
        [known, conflict] = self._api().api_preview(
            [request, self._payload("R-1", (self.product, 2))]
        )
        self.assertEqual(known, made | {"replayed": True})
        self.assertEqual(self._codes(conflict), [("REF_CONFLICT", "")])
        again = self._payload("R-2", (self.product, 1))
        [first, second, other] = self._api().api_preview(
            [again, again, self._payload("R-2", (self.product, 2))]
        )
        self.assertEqual((first["ok"], second), (True, first))
        self.assertEqual(self._codes(other), [("REF_CONFLICT", "")])

    def test_nothing_is_locked_or_written(self):
        request = self._payload("R-1", (self.product, 1))
        self.env.flush_all()
        with patch.object(
            Cursor, "execute", autospec=True, side_effect=self._only_reads
        ):
            [preview] = self._api().api_preview([request])
        self.assertTrue(preview["ok"])

    def _only_reads(self, cr, query, *args, **kwargs):
        code = query.code if isinstance(query, SQL) else query
        self.assertRegex(code.upper(), r"^\s*(SELECT|WITH)\b")
        self.assertNotIn("FOR UPDATE", code)
        self.assertNotIn("nextval", code)
        return EXECUTE(cr, query, *args, **kwargs)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_rights_are_those_of_the_request(self):
        for role in ("viewer", "approver", "warehouse", "accountant", "employee"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._api(role).api_preview([self._payload("R-1", (self.product, 1))])

    def test_many_cost_little_more_than_one(self):
        orders = self.env["sale.order"].union(
            *(self._sell([(self.product, 1)], invoice=False) for _n in range(10))
        )
        requests = [
            self._payload(f"Q-{order.id}", (self.product, 1), order=order)
            for order in orders
        ]
        queries = []
        for batch in (requests[:1], requests[1:]):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            results = self._api().api_preview(batch)
            queries.append(self.env.cr.sql_log_count - start)
            self.assertTrue(all(result["ok"] for result in results), results)
        self.assertLessEqual(queries[1] - queries[0], 2 * 8, queries)
