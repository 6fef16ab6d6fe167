from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import PIXEL
from .common_approval import ApprovalLevelsCommon


@tagged("post_install", "-at_install")
class TestTourApprover(ApprovalLevelsCommon, HttpCase):
    """An approver's day in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls.users["approver"]
        cls.approver.sudo().write({"password": cls.approver.login, "lang": "en_US"})
        cls.rule.sudo().write(
            {"group_id": False, "user_ids": [Command.set(cls.approver.ids)]}
        )

    def _returns(self, **references):
        """One submitted return for each customer's reference."""
        returns = {}
        for name, quantity in references.items():
            return_order = self._submitted(quantity)
            return_order.sudo().customer_reference = name
            returns[name] = return_order
        return returns

    def _go(self, url, tour):
        self.start_tour(url, tour, login=self.approver.login)

    def test_a_day(self):
        returns = self._returns(LESS=2, REJECT=1, BACK=1)
        several = self._submitted(product=self.product_on_order) | self._submitted(
            product=self.product_on_order
        )
        self.env["ir.attachment"].sudo().create(
            {
                "name": "scratch.png",
                "raw": PIXEL,
                "res_model": "sale.return.order",
                "res_id": returns["LESS"].id,
            }
        )
        done = self._submitted()
        self._as("approver", done).action_approve()
        self._go(
            "/odoo/action-sale_return_mgmt.sale_return_order_action_to_approve",
            "sale_return_approver_day_tour",
        )
        self.env.invalidate_all()
        less = returns["LESS"]
        self.assertEqual(less.state, "approved")
        self.assertEqual(less.line_ids.quantity_approved, 1)
        self.assertEqual(returns["REJECT"].state, "rejected")
        self.assertEqual(returns["REJECT"].rejection_reason, "It was worn.")
        self.assertEqual(returns["BACK"].state, "draft")
        self.assertEqual(set(several.mapped("state")), {"approved"})

    def test_links_of_a_mail(self):
        """They ask; who does not answer has decided nothing."""
        returns = self._returns(MAIL=1)
        mailed = returns["MAIL"]
        place = f"{mailed.id}?company={self.company.id}"
        self._go(
            f"/odoo/sale_return_approve/{place}", "sale_return_approver_cancel_tour"
        )
        self.env.invalidate_all()
        self.assertEqual(mailed.state, "submitted")
        self._go(
            f"/odoo/sale_return_reject/{place}", "sale_return_approver_reject_tour"
        )
        self.env.invalidate_all()
        self.assertEqual(mailed.state, "rejected")
        self._go(f"/odoo/sale_return_approve/{place}", "sale_return_approver_late_tour")
        second = self._returns(SECOND=1)["SECOND"]
        self._go(
            f"/odoo/sale_return_approve/{second.id}?company={self.company.id}",
            "sale_return_approver_approve_tour",
        )
        self.env.invalidate_all()
        self.assertEqual(second.state, "approved")

    def test_a_link_changes_nothing_by_itself(self):
        mailed = self._returns(MAIL=1)["MAIL"]
        self.authenticate(self.approver.login, self.approver.login)
        for tag in ("approve", "reject", "open"):
            answer = self.url_open(f"/odoo/sale_return_{tag}/{mailed.id}")
            self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(mailed.state, "submitted")
