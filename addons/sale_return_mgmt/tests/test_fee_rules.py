from odoo.tests import Form, tagged

from .common_fees import FeeCommon


@tagged("post_install", "-at_install")
class TestFeeRules(FeeCommon):
    """Where a fee may be charged, and what it does not change."""

    def _check(self, request, percent):
        """The same in the draft, once it is submitted, and on the credit note."""
        self.assertEqual(request.line_ids.fee_percent, percent)
        total = 115 * (1 - percent / 100)
        self.assertAlmostEqual(request.sudo().amount_total, total, 2)
        self._approve(request)
        self.assertEqual(request.line_ids.fee_percent, percent)
        self._receive(request)
        self.assertAlmostEqual(request.sudo().refund_ids.amount_total, total, 2)

    def test_only_where_the_customer_is_liable(self):
        for party, percent in (
            ("company", 0),
            ("carrier", 0),
            ("vendor", 0),
            ("customer", 10),
        ):
            with self.subTest(party=party):
                self.reason.sudo().liable_party = party
                self._check(self._request(self._sell([(self.product, 1)])), percent)

    def test_never_on_a_withdrawal(self):
        for basis, percent in (("withdrawal", 0), ("warranty", 10), ("voluntary", 10)):
            with self.subTest(basis=basis):
                order = self._sell([(self.product, 1)])
                self._check(self._request(order, legal_basis=basis), percent)

    def test_never_for_goods_that_the_customer_keeps(self):
        request = self._request(self._sell([(self.product, 1)]))
        with Form(request) as form, form.line_ids.edit(0) as line:
            line.goods_return = "keep"
        self.assertEqual(request.line_ids.fee_percent, 0)
        self._approve(request)
        self.assertEqual(request.sudo().refund_ids.amount_total, 115)

    def test_never_where_the_customer_gets_the_same_again(self):
        request = self._request(self._sell([(self.product, 1)]))
        with Form(request) as form:
            with form.line_ids.edit(0) as line:
                line.resolution = "replace"
            self.assertEqual(form.amount_fee, 0)
        self.assertEqual(request.line_ids.fee_percent, 0)
        request.action_submit()
        self.assertEqual(request.line_ids.fee_percent, 0)

    def test_each_line_by_its_own_policy_and_reason(self):
        self.policy.fee_percent = 0
        self.policy.copy({"product_ids": self.product.ids, "fee_percent": 20})
        order = self._sell([(self.product, 1), (self.product_on_order, 1)])
        request = self._request(order)
        self.assertEqual(request.line_ids.mapped("fee_percent"), [20, 0])
        self._approve(request)
        self._receive(request)
        self.assertEqual(request.sudo().refund_ids.amount_total, 92 + 115)

    def test_the_form_shows_what_the_reason_changes(self):
        self.company.sale_return_inspection_required = False
        request = self._request(self._sell([(self.product, 1)]))
        with Form(request) as form:
            self.assertEqual(form.amount_fee, 11.5)
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.price_fee, 11.5)
                line.reason_id = self.reason_note
                line.note = "Broken"
            self.assertEqual(form.amount_fee, 0)
            self.assertEqual(form.amount_total, 115)
            with form.line_ids.edit(0) as line:
                line.reason_id = self.reason
            self.assertEqual(form.amount_total, 103.5)
            form.legal_basis = "withdrawal"
            self.assertEqual(form.amount_total, 115)
        self.assertEqual(request.sudo().amount_total, 115)

    def test_it_is_fixed_with_the_submission(self):
        request = self._request(self._sell([(self.product, 1)]))
        request.action_submit()
        self.policy.fee_percent = 50
        self.reason.sudo().liable_party = "company"
        self.assertEqual(request.line_ids.fee_percent, 10)
        request.action_withdraw()
        self.assertEqual(request.line_ids.fee_percent, 0)
        self.reason.sudo().liable_party = "customer"
        self.assertEqual(request.line_ids.fee_percent, 50)
        request.action_submit()
        self.assertEqual(request.line_ids.fee_percent, 50)

    def test_a_draft_is_submitted_under_the_policy_of_that_day(self):
        request = self._request(self._sell([(self.product, 1)]))
        self.policy.fee_percent = 25
        request.action_submit()
        self.assertRecordValues(request.line_ids, [{"fee_percent": 25}])
        self.assertEqual(request.sudo().amount_total, 86.25)

    def test_a_copy_has_the_fee_of_its_own_day(self):
        returned = self._approved(self._sell([(self.product, 2)]), {self.product: 1})
        self.policy.fee_percent = 5
        self.assertEqual(self._as("clerk", returned).copy().line_ids.fee_percent, 5)

    # === LIMITS === #

    def test_a_fee_brings_nothing_under_the_limit_of_automatic_approval(self):
        for limit, state in ((114.99, "submitted"), (115, "approved")):
            with self.subTest(limit=limit):
                self.policy.auto_approve_limit = limit
                request = self._request(self._sell([(self.product, 1)]))
                self.assertEqual(request.sudo().amount_total, 103.5)
                request.action_submit()
                self.assertEqual(request.state, state)

    def test_fees_of_other_returns_count_neither(self):
        self.policy.auto_approve_limit = 229.99
        order = self._sell([(self.product, 2)])
        for state in ("approved", "submitted"):
            request = self._request(order, {self.product: 1})
            request.action_submit()
            self.assertEqual(request.state, state)

    def test_a_fee_brings_nothing_under_a_level(self):
        self.env["sale.return.approval.rule"].sudo().create(
            {
                "name": "Expensive",
                "min_amount": 110,
                "group_id": self.quick_ref(
                    "sale_return_mgmt.group_sale_return_approver"
                ).id,
            }
        )
        request = self._request(self._sell([(self.product, 1)]))
        request.action_submit()
        self.assertEqual(len(request.sudo().approval_ids), 2)

    # === OTHERS READ IT === #

    def test_other_systems_send_the_basis_and_read_the_fee(self):
        Return = self._as("clerk", self.env["sale.return.order"])
        answers = Return.api_request(
            [
                {
                    "source": "shop",
                    "ref": basis,
                    "order": self._sell([(self.product, 1)]).name,
                    "legal_basis": basis,
                    "lines": [
                        {
                            "product": "LAMP",
                            "quantity": 1,
                            "reason": self.reason.code,
                        }
                    ],
                }
                for basis in ("voluntary", "withdrawal", "gift")
            ]
        )
        self.assertEqual([answer["ok"] for answer in answers], [True, True, False])
        self.assertEqual(answers[2]["errors"][0]["path"], "legal_basis")
        for answer, percent, fee in zip(answers, (10, 0), (11.5, 0), strict=False):
            self.assertEqual(answer["amount_fee"], fee)
            self.assertEqual(answer["amount_total"], 115 - fee)
            self.assertEqual(answer["lines"][0]["fee_percent"], percent)
            self.assertEqual(answer["lines"][0]["price_fee"], fee)
        self.assertEqual(
            [answer["legal_basis"] for answer in answers[:2]],
            ["voluntary", "withdrawal"],
        )

    def test_the_warehouse_sees_no_fee_amount(self):
        returned = self._approved(self._sell([(self.product, 1)]))
        answer = self._as("warehouse", returned)._api_answer()
        self.assertNotIn("amount_fee", answer)
        self.assertNotIn("price_fee", answer["lines"][0])

    def test_the_slip_tells_the_customer(self):
        slip = "sale_return_mgmt.sale_return_order_slip"
        Report = self._as("clerk", self.env["ir.actions.report"])
        for basis, is_told in (("voluntary", True), ("withdrawal", False)):
            returned = self._approved(
                self._sell([(self.product, 1)]), legal_basis=basis
            )
            html, _type = Report._render_qweb_html(slip, returned.ids)
            self.assertEqual(b'name="fee"' in html, is_told)
