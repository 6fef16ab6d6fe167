import xmlrpc.client
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestApiSteps(SettlementCommon):
    """What other systems do with returns that are there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_refund_trigger = "manual"

    def _due(self, quantity=1):
        return self._returned(self._sell([(self.product, 5)]), {self.product: quantity})

    def _api_settle(self, refs, role="manager", **arguments):
        results = (
            self.env["sale.return.order"]
            .with_user(self.users[role])
            .api_settle(refs, **arguments)
        )
        xmlrpc.client.dumps((results,))  # refuses what XML-RPC cannot carry
        return results

    def _codes(self, results):
        return [
            result["ok"] or [error["code"] for error in result["errors"]]
            for result in results
        ]

    def test_settling_answers_each_in_its_order(self):
        first, second = self._due(1), self._due(2)
        draft = self._request(self._sell([(self.product, 1)]))
        refs = [second.name, "RET/0000", draft.id, first.id, second.id]
        results = self._api_settle(refs)
        self.assertEqual(
            self._codes(results),
            [True, ["NOT_FOUND"], ["INVALID_STATE"], True, True],
        )
        self.assertEqual(results[0], results[4])
        self.assertEqual(
            [
                (result["id"], result["refund_status"], result["amount_refunded"])
                for result in (results[0], results[3])
            ],
            [(second.id, "paid", 230.0), (first.id, "paid", 115.0)],
        )
        for _attempt in range(3):
            self.assertEqual(self._codes(self._api_settle([first.id])), [True])
        self.assertEqual(first.refund_count, 1)

    def test_a_closed_period_proposes_a_day(self):
        return_order = self._due()
        today = fields.Date.context_today(self.env.user)
        self.env.flush_all()  # the transfers were done before
        self.company.sale_lock_date = today
        [refused] = self._api_settle([return_order.id])
        [error] = refused["errors"]
        open_day = fields.Date.to_string(today + timedelta(1))
        self.assertEqual(
            (error["code"], error["details"]),
            ("PERIOD_LOCKED", {"proposed_date": open_day}),
        )
        self.assertFalse(return_order.sudo().refund_ids)
        for date in ("soon", fields.Date.to_string(today + timedelta(2))):
            self.assertFalse(self._api_settle([return_order.id], date=date)[0]["ok"])
        [settled] = self._api_settle([return_order.id], date=open_day)
        self.assertEqual(settled["refund_status"], "paid")
        self.assertEqual(
            fields.Date.to_string(return_order.sudo().refund_ids.date), open_day
        )

    def test_settling_is_the_managers(self):
        return_order = self._due()
        for role in ("viewer", "clerk", "approver", "warehouse"):
            with self.subTest(role):
                results = self._api_settle([return_order.id], role)
                self.assertEqual(self._codes(results), [["ACCESS_DENIED"]])
        self.assertFalse(return_order.sudo().refund_ids)

    def test_refs_are_a_list_of_at_most_500(self):
        for refs in (None, "RET/2026/00001"):
            with self.assertRaises(UserError) as refusal:
                self._api_settle(refs)
            self.assertEqual(refusal.exception.sale_return_code, "INVALID")
        self.assertEqual(
            self._codes(self._api_settle([1] * 501)), [["LIMIT_EXCEEDED"]] * 501
        )
