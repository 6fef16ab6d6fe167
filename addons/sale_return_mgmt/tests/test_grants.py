from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import GROUPS, SaleReturnCommon


@tagged("post_install", "-at_install")
class TestGrants(SaleReturnCommon):
    """An approver grants less than was asked, and exactly that is credited."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5), (cls.product_on_order, 5)])
        cls.boss = new_test_user(
            cls.env,
            login="return_test_boss",
            groups=GROUPS["approver"],
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _submitted(self, quantities=None):
        return_order = self._request(self.order, quantities or {self.product: 4})
        return_order.action_submit()
        return self._as("approver", return_order)

    def _add_boss_level(self):
        default = self.env.ref("sale_return_mgmt.sale_return_approval_rule_default")
        default.sudo().sequence = 1
        self.env["sale.return.approval.rule"].sudo().create(
            {"name": "Boss", "sequence": 2, "user_ids": [Command.link(self.boss.id)]}
        )

    def _grant(self, return_order, comment="Worn", **grant):
        return return_order.action_approve(
            comment, [{"line": return_order.line_ids[:1].id, **grant}]
        )

    def test_less_is_granted_in_the_dialog(self):
        return_order = self._submitted()
        action = return_order.action_approve_with_changes()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.users["approver"])
            .with_context(**action["context"])
        )
        form.comment = "One is worn"
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.product_id, self.product)
            self.assertEqual((line.asked, line.quantity, line.percent), (4, 4, 100))
            line.quantity = 3
            line.percent = 80
        form.save().action_apply()
        self.assertRecordValues(
            return_order.line_ids,
            [{"quantity": 4, "quantity_approved": 3, "credit_percent": 80}],
        )
        self.assertEqual(return_order.state, "approved")
        event = return_order.sudo().event_ids.filtered(lambda e: e.type == "approved")
        self.assertEqual(event.note, "One is worn")
        self.assertEqual(
            event.payload,
            {
                "grants": [
                    {"line": return_order.line_ids.id, "quantity": 3, "percent": 80}
                ]
            },
        )
        self.assertEqual(
            return_order.sudo().approval_ids.grant_summary,
            "[LAMP] Lamp: 3 of 4, 80 %",
        )
        # What was not granted can be asked for again.
        self.assertEqual(self.order.order_line[0].quantity_returnable, 2)

    def test_the_log_stays_whole_whatever_the_comment_is(self):
        return_order = self._submitted()
        self._grant(return_order, "Worn", quantity=0.5, percent=33.33)
        other = self._submitted({self.product_on_order: 1})
        other.action_approve(7)
        Event = self.env["sale.return.event"].sudo()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(Event._find_broken_links((return_order | other).sudo()))

    def test_what_was_granted_is_expected_and_credited(self):
        """Preview and credit note agree, also where the price does not divide."""
        order = self._sell(
            [
                (self.product, 3, {"price_unit": 33.33, "discount": 7}),
                (
                    self.product_on_order,
                    2,
                    {
                        "price_unit": 19.99,
                        "tax_ids": [Command.set(self.tax_included.ids)],
                    },
                ),
            ]
        )
        return_order = self._request(order)
        return_order.action_submit()
        first, second = return_order.line_ids
        self._as("approver", return_order).action_approve(
            "Used",
            [
                {"line": first.id, "quantity": 2, "percent": 66.67},
                {"line": second.id, "percent": 12.5},
            ],
        )
        preview = return_order.amount_total
        # 2 x 33.33 x 0.93 x 0.6667 x 1.15 and 2 x 19.99 x 0.125
        self.assertAlmostEqual(preview, 47.53 + 5.0, 2)
        self._receive(return_order)
        refund = return_order.sudo().refund_ids
        self.assertEqual(refund.state, "posted")
        self.assertEqual(refund.amount_total, preview)
        self.assertEqual(refund.invoice_line_ids.mapped("quantity"), [2, 2])
        self.assertEqual(return_order.amount_total, preview)
        self.assertEqual(return_order.amount_refunded, preview)
        self.assertEqual(return_order.state, "done")

    def test_what_was_credited_stands_when_the_rest_is_lowered(self):
        return_order = self._submitted()
        return_order.action_approve()
        self._receive(return_order, {self.product: 1})
        self.assertEqual(return_order.amount_refunded, 115)
        self.assertEqual(return_order.amount_total, 460)
        return_order.line_ids.sudo().credit_percent = 50  # as the inspection does
        self.assertEqual(return_order.amount_total, 115 + 3 * 57.5)
        self._receive(return_order)
        self.assertEqual(return_order.amount_refunded, 287.5)
        self.assertEqual(return_order.amount_total, 287.5)
        first = return_order.sudo().refund_ids.sorted("id")[0]
        self._as("accountant", first)._reverse_moves(cancel=True)
        self.assertEqual(return_order.amount_total, 4 * 57.5)

    def test_the_price_asked_without_an_order_is_lowered_as_well(self):
        self.company.sale_return_allow_unreferenced = True
        return_order = self._request_without_order(quantity=1)
        return_order.action_submit()
        self._grant(self._as("approver", return_order), percent=75)
        self.assertAlmostEqual(return_order.amount_total, 69)
        self._receive(return_order)
        self.assertEqual(return_order.sudo().refund_ids.amount_total, 69)

    def test_only_what_was_granted_is_awaited(self):
        return_order = self._submitted({self.product: 4, self.product_on_order: 2})
        return_order.action_approve(
            "No chairs", [{"line": return_order.line_ids[1].id, "quantity": 0}]
        )
        self.assertRecordValues(
            return_order.sudo().picking_ids.move_ids,
            [{"product_id": self.product.id, "product_uom_qty": 4}],
        )
        self._receive(return_order)
        self.assertEqual(return_order.state, "done")

    def test_nothing_granted_is_a_rejection(self):
        return_order = self._submitted({self.product: 4, self.product_on_order: 2})
        grants = [{"line": line.id, "quantity": 0} for line in return_order.line_ids]
        with self.assertRaises(UserError) as error:
            return_order.action_approve(None, grants)
        self.assertEqual(error.exception.sale_return_code, "NOTE_REQUIRED")
        return_order.action_approve("Too old", grants)
        self.assertRecordValues(
            return_order, [{"state": "rejected", "rejection_reason": "Too old"}]
        )
        self.assertFalse(return_order.sudo().picking_ids)
        self.assertFalse(return_order.sudo().activity_ids)

    def test_a_later_level_lowers_further_and_never_raises(self):
        self._add_boss_level()
        return_order = self._submitted()
        self._grant(return_order, quantity=3, percent=90)
        self.assertEqual(return_order.state, "submitted")
        self.assertEqual(return_order.line_ids.quantity_approved, 0)
        boss = return_order.with_user(self.boss)
        for grant in ({"quantity": 4}, {"percent": 95}):
            with self.subTest(**grant), self.assertRaises(UserError) as error:
                self._grant(boss, **grant)
            self.assertIn("Grant between 0 and", str(error.exception))
        self._grant(boss, quantity=2)
        self.assertRecordValues(
            return_order.line_ids, [{"quantity_approved": 2, "credit_percent": 90}]
        )

    def test_a_later_level_that_says_nothing_keeps_the_grants(self):
        self._add_boss_level()
        return_order = self._submitted()
        self._grant(return_order, quantity=3, percent=90)
        return_order.with_user(self.boss).action_approve()
        self.assertRecordValues(
            return_order.line_ids, [{"quantity_approved": 3, "credit_percent": 90}]
        )

    def test_a_new_submission_starts_from_what_is_asked(self):
        self._add_boss_level()
        return_order = self._submitted()
        self._grant(return_order, quantity=1)
        return_order.with_user(self.boss).action_send_back("Ask again")
        self._as("clerk", return_order).action_submit()
        return_order.action_approve()
        return_order.with_user(self.boss).action_approve()
        self.assertEqual(return_order.line_ids.quantity_approved, 4)

    def test_less_is_granted_with_a_reason_only(self):
        return_order = self._submitted()
        for comment in (None, "", "  "):
            for grant in ({"quantity": 3}, {"percent": 99}):
                with (
                    self.subTest(comment=comment, **grant),
                    self.assertRaises(UserError) as error,
                ):
                    self._grant(return_order, comment, **grant)
                self.assertEqual(error.exception.sale_return_code, "NOTE_REQUIRED")
        self._grant(return_order, None, quantity=4, percent=100)
        self.assertEqual(return_order.state, "approved")

    def test_impossible_grants_are_refused(self):
        return_order = self._submitted()
        foreign = self._submitted({self.product_on_order: 1}).line_ids
        id_ = return_order.line_ids.id
        wrong = [
            {"line": id_},
            {"quantity": 1},
            {"line": id_, "quantity": 1, "price": 5},
            {"line": foreign.id, "quantity": 1},
            {"line": str(id_), "quantity": 1},
            {"line": True, "quantity": 1},
            {"line": 0, "quantity": 1},
            "all",
            *(
                {"line": id_, key: value}
                for key in ("quantity", "percent")
                for value in (
                    -1,
                    1e300,
                    10**400,
                    float("nan"),
                    float("inf"),
                    True,
                    "1",
                    None,
                    [1],
                )
            ),
            {"line": id_, "quantity": 5},
            {"line": id_, "quantity": 1.0001},
            {"line": id_, "percent": 100.01},
        ]
        cases = [[grant] for grant in wrong]
        cases += [[{"line": id_, "quantity": 1}] * 2, {"line": id_}, "all", 7]
        for grants in cases:
            with self.subTest(grants=grants), self.assertRaises(UserError) as error:
                return_order.action_approve("Worn", grants)
            self.assertEqual(error.exception.sale_return_code, "INVALID")
        self.assertEqual(return_order.state, "submitted")

    def test_who_may_not_approve_grants_nothing(self):
        return_order = self._submitted()
        for role in ("clerk", "viewer", "warehouse"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._grant(self._as(role, return_order.sudo()), quantity=1)
        wizard = self.env["sale.return.order.grant"]
        with self.assertRaises(AccessError):
            wizard.with_user(self.users["clerk"]).create(
                {"order_id": return_order.id, "comment": "Mine"}
            )
        draft = self._request(self.order, {self.product_on_order: 1}, role="manager")
        with self.assertRaises(AccessError):
            draft.line_ids.credit_percent = 50

    def test_repeating_a_grant_does_no_harm(self):
        return_order = self._submitted()
        self.assertTrue(self._grant(return_order, quantity=3))
        self.assertTrue(self._grant(return_order, quantity=2))
        self.assertEqual(return_order.line_ids.quantity_approved, 3)
        self.assertEqual(len(return_order.sudo().picking_ids), 1)
