import xmlrpc.client

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestApiDecide(SaleReturnCommon):
    """Other systems decide and cancel as their user may, each item once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 9)])
        first, *others = (
            cls._request(cls.order, {cls.product: 2}) for _number in range(3)
        )
        cls.returns = first.union(*others)
        cls.returns.action_submit()

    def _call(self, method, items, role="approver"):
        results = getattr(
            self.env["sale.return.order"].with_user(self.users[role]), method
        )(items)
        xmlrpc.client.dumps((results,))  # refuses what XML-RPC cannot carry
        return results

    def _decide(self, *items, role="approver"):
        return self._call("api_decide", list(items), role)

    def _codes(self, results):
        return [
            result["ok"]
            or [(error["code"], error["path"]) for error in result["errors"]]
            for result in results
        ]

    def _calls(self, return_order):
        return return_order.sudo().event_ids.filtered(
            lambda event: event.type == "called"
        )

    def test_each_is_decided_in_its_own_way(self):
        first, second, third = self.returns
        results = self._decide(
            {"return": first.name, "decision": "approve", "comment": "Photos seen"},
            {"return": "RET/0000", "decision": "approve"},
            {"return": second.id, "decision": "reject", "reason": "Worn"},
            {"return": third.id, "decision": "send_back", "comment": "Which colour?"},
        )
        self.assertEqual(
            self._codes(results), [True, [("NOT_FOUND", "return")], True, True]
        )
        self.assertEqual(
            [result.get("state") for result in results],
            ["approved", None, "rejected", "draft"],
        )
        self.assertEqual(results[2]["rejection_reason"], "Worn")
        self.assertEqual(first.sudo().approval_ids.comment, "Photos seen")

    def test_one_refusal_does_not_stop_the_others(self):
        first, second, third = self.returns
        second.action_withdraw()
        results = self._decide(
            *({"return": one.id, "decision": "approve"} for one in self.returns)
        )
        self.assertEqual(self._codes(results), [True, [("INVALID_STATE", "")], True])
        self.assertEqual(
            self.returns.mapped("state"), ["approved", "draft", "approved"]
        )

    def test_less_is_granted_line_by_line(self):
        first, second, _third = self.returns
        grant = {"line": first.line_ids.id, "quantity": 1, "percent": 50}
        results = self._decide(
            {"return": first.id, "decision": "approve", "grants": [grant]},
            {
                "return": second.id,
                "decision": "approve",
                "comment": "One is worn",
                "grants": [grant],
            },
        )
        self.assertEqual(
            self._codes(results),
            [[("NOTE_REQUIRED", "")], [("NOT_FOUND", "grants.0.line")]],
        )
        too_much = {
            "return": first.id,
            "decision": "approve",
            "comment": "x",
            "grants": [grant | {"quantity": 3}],
        }
        self.assertEqual(
            self._codes(self._decide(too_much)), [[("INVALID", "grants.0")]]
        )
        [result] = self._decide(too_much | {"grants": [grant]})
        self.assertEqual(
            (result["lines"][0]["quantity_approved"], result["amount_total"]),
            (1, 57.5),
        )

    def test_the_same_step_is_taken_once(self):
        first = self.returns[0]
        step = {
            "return": first.id,
            "decision": "approve",
            "source": "shop",
            "ref": "D-1",
        }
        self.assertEqual(self._codes(self._decide(step, step)), [True, True])
        events = len(first.sudo().event_ids)
        [again] = self._decide(step)
        self.assertEqual((again["replayed"], again["state"]), (True, "approved"))
        self.assertEqual(len(first.sudo().event_ids), events)
        for other in (step | {"comment": "x"}, step | {"return": self.returns[1].id}):
            self.assertEqual(self._codes(self._decide(other)), [[("REF_CONFLICT", "")]])
        [cancel] = self._call(
            "api_cancel",
            [{"return": first.id, "source": "shop", "ref": "D-1"}],
            "clerk",
        )
        self.assertEqual(self._codes([cancel]), [[("REF_CONFLICT", "")]])
        self.assertRecordValues(
            self._calls(first),
            [
                {
                    "external_source": "shop",
                    "external_ref": "D-1",
                    "to_state": "approved",
                    "user_id": self.users["approver"].id,
                }
            ],
        )
        self.assertFalse(self.env["sale.return.event"].sudo()._find_broken_links(first))

    def test_a_refused_step_leaves_its_key_free(self):
        first = self.returns[0]
        step = {"return": first.id, "decision": "approve", "source": "s", "ref": "D-2"}
        self.assertEqual(
            self._codes(self._decide(step, role="clerk")), [[("ACCESS_DENIED", "")]]
        )
        self.assertEqual(self._codes(self._decide(step)), [True])
        self.assertEqual(self._codes(self._decide(step, role="viewer")), [True])

    def test_later_items_find_what_earlier_ones_did(self):
        first = self.returns[0]
        results = self._decide(
            {"return": first.id, "decision": "send_back", "comment": "Why?"},
            {"return": first.id, "decision": "approve"},
        )
        self.assertEqual(self._codes(results), [True, [("INVALID_STATE", "")]])
        self.assertEqual(first.state, "draft")

    def test_four_eyes_hold(self):
        [result] = self._decide(
            {"return": self.returns[0].id, "decision": "approve"}, role="manager"
        )
        self.assertTrue(result["ok"])
        self.users["clerk"].group_ids += self.env.ref(
            "sale_return_mgmt.group_sale_return_approver"
        )
        [result] = self._decide(
            {"return": self.returns[1].id, "decision": "approve"}, role="clerk"
        )
        self.assertEqual(self._codes([result]), [[("SELF_APPROVAL", "")]])

    def test_cancelling_answers_each(self):
        first, second, third = self.returns
        self._as("approver", second).action_approve()
        self._receive(second)
        refs = [
            first.name,
            second.id,
            {"return": third.id, "source": "s", "ref": "C"},
            {"return": "RET/0000"},
            None,
        ]
        results = self._call("api_cancel", refs, "clerk")
        self.assertEqual(
            self._codes(results),
            [
                True,
                [("INVALID_STATE", "")],
                True,
                [("NOT_FOUND", "return")],
                [("INVALID", "")],
            ],
        )
        self.assertEqual((first.state, third.state), ("cancelled", "cancelled"))
        self.assertEqual(
            self._codes(self._call("api_cancel", refs[:1], "clerk")), [True]
        )

    def test_malformed_decisions_say_where(self):
        good = {"return": self.returns[0].id, "decision": "approve"}
        key = {"source": "s", "ref": "r"}
        grant = {"line": 1, "quantity": 1}
        cases = [
            (None, ""),
            ([], ""),
            ({"decision": "approve"}, "return"),
            (good | {"return": True}, "return"),
            (good | {"return": {"source": "s"}}, "return"),
            ({"return": 1}, "decision"),
            (good | {"decision": "maybe"}, "decision"),
            (good | {"decision": ["approve"]}, "decision"),
            (good | {"decision": "reject"}, "reason"),
            (good | {"decision": "send_back"}, "comment"),
            (good | {"comment": ""}, "comment"),
            (good | {"state": "done"}, "state"),
            (good | {"source": "s"}, "ref"),
            (good | {"ref": "r"}, "source"),
            (good | key | {"ref": 7}, "ref"),
            (good | key | {"source": "x" * 201}, "source"),
            (good | {"grants": {}}, "grants"),
            (good | {"grants": [None]}, "grants.0"),
            (good | {"grants": [{"quantity": 1}]}, "grants.0.line"),
            (good | {"grants": [grant, grant | {"quantity": -1}]}, "grants.1.quantity"),
            (good | {"grants": [grant | {"percent": 101}]}, "grants.0.percent"),
            (
                good | {"grants": [grant | {"percent": float("nan")}]},
                "grants.0.percent",
            ),
            (
                good | {"decision": "reject", "reason": "x", "grants": [grant]},
                "grants",
            ),
        ]
        for item, path in cases:
            with self.subTest(path=path, item=str(item)):
                self.assertEqual(self._codes(self._decide(item)), [[("INVALID", path)]])
        self.assertEqual(set(self.returns.mapped("state")), {"submitted"})

    def test_a_call_is_a_list_of_at_most_500(self):
        for method in ("api_decide", "api_cancel", "api_receive", "api_inspect"):
            for items in (None, {}, "RET/1", 7):
                with self.subTest(method=method), self.assertRaises(UserError) as no:
                    self._call(method, items)
                self.assertEqual(no.exception.sale_return_code, "INVALID")
            results = self._call(method, [1] * 501)
            self.assertEqual(len(results), 501)
            self.assertEqual(results[0]["errors"][0]["code"], "LIMIT_EXCEEDED")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_who_may_not_decide_or_cancel(self):
        item = {"return": self.returns[0].id, "decision": "approve"}
        for role in ("viewer", "clerk", "accountant"):
            self.assertEqual(
                self._codes(self._decide(item, role=role)), [[("ACCESS_DENIED", "")]]
            )
        for role in ("viewer", "approver", "accountant"):
            results = self._call("api_cancel", [self.returns[0].id], role)
            self.assertEqual(self._codes(results), [[("ACCESS_DENIED", "")]])
        for method in ("api_decide", "api_cancel", "api_receive", "api_inspect"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self._call(method, [], "employee")
        self.assertEqual(set(self.returns.mapped("state")), {"submitted"})
