from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import GROUPS
from .common_approval import ApprovalLevelsCommon

FACTS = (
    "amount_asked",
    "amount_total",
    "decision_line_ids",
    "attachment_ids",
    "decision_summary",
    "other_return_ids",
    "other_return_count",
    "other_return_summary",
)


# Photos of the goods are for the warehouse as well.
HIDDEN_FACTS = tuple(name for name in FACTS if name != "attachment_ids")


@tagged("post_install", "-at_install")
class TestApproverDecision(ApprovalLevelsCommon):
    """What an approver needs to know is on one screen, and only what they may see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.asked = cls._request(cls.order, {cls.product: 1})
        cls.asked.action_submit()

    def _facts(self, return_order=None, role="approver"):
        self.env.flush_all()
        self.env.invalidate_all()
        return self._as(role, return_order or self.asked).read(list(FACTS))[0]

    def _summary(self, return_order=None, **context):
        return (
            self._as("approver", return_order or self.asked)
            .with_context(**context)
            .other_return_summary
        )

    def test_amounts_say_what_is_asked_kept_back_and_credited(self):
        self.asked.sudo().line_ids.fee_percent = 10
        facts = self._facts()
        self.assertEqual(facts["amount_asked"], 115)
        self.assertEqual(facts["amount_total"], 103.5)
        self.assertEqual(facts["decision_line_ids"], self.asked.line_ids.ids)

    def test_photos_are_those_of_the_return(self):
        Attachment = self.env["ir.attachment"].sudo()
        other = self._request(self.order, {self.product_on_order: 1})
        photo, _other = Attachment.create(
            [
                {"name": "a.png", "raw": b"x", "res_model": order._name, "res_id": id_}
                for order, id_ in ((self.asked, self.asked.id), (other, other.id))
            ]
        )
        self.assertEqual(self._facts()["attachment_ids"], photo.ids)

    def test_the_first_return_of_a_customer_has_no_others(self):
        facts = self._facts()
        self.assertEqual(facts["other_return_count"], 0)
        self.assertIn("no other return", facts["other_return_summary"])

    def test_other_returns_are_told_in_words(self):
        """Of the customer's other addresses as well; drafts were not asked for."""
        contact = self.customer.create({"name": "Dock", "parent_id": self.customer.id})
        second = self._request(self.order, {self.product: 2})
        second.partner_id = contact
        second.action_submit()
        self._request(self.order, {self.product: 1})
        facts = self._facts()
        self.assertEqual(facts["other_return_ids"], second.ids)
        self.assertEqual(
            facts["other_return_summary"].replace("\xa0", " "),
            "1 other return: 1 open, 0 rejected, worth $ 230.00 in the last 12 months.",
        )
        rejected = self._submitted(product=self.product_on_order)
        self._as("approver", rejected).action_reject("Worn")
        facts = self._facts()
        self.assertEqual(facts["other_return_count"], 2)
        self.assertEqual(facts["other_return_ids"], [rejected.id, second.id])
        self.assertIn("2 other returns: 1 open, 1 rejected", self._summary())
        self.assertIn("2 张", self._summary(lang="zh_CN"))
        second.sudo().date_request = fields.Date.today() - timedelta(400)
        self.assertIn("0.00", self._facts()["other_return_summary"])
        self.assertIn("1 open", self._facts()["other_return_summary"])

    def test_a_rejected_return_is_not_its_own_history(self):
        self._as("approver", self.asked).action_reject("Worn")
        self.assertEqual(self._facts()["other_return_count"], 0)

    def test_what_the_level_before_said_is_told_to_the_next(self):
        self._add_level()
        return_order = self._submitted(2, product=self.product_on_order)
        self.assertFalse(self._facts(return_order)["decision_summary"])
        line = return_order.line_ids
        self._as("approver", return_order).action_approve(
            "One is worn", [{"line": line.id, "quantity": 1}]
        )
        said = return_order.with_user(self.boss).decision_summary
        for word in ("Approver", "1 of 2", "One is worn"):
            self.assertIn(word, said)

    def test_history_shows_what_the_reader_may_see(self):
        """A salesperson is not told of returns of other people's orders."""
        self.order.sudo().user_id = self.users["manager"]
        self._submitted(product=self.product_on_order)
        seller = self._create_user("seller", "employee")
        seller.group_ids |= self.env.ref("sales_team.group_sale_salesman")
        mine = self._sell([(self.product, 1)], user_id=seller.id)
        return_order = self._request(mine)
        return_order.action_submit()
        self.env.invalidate_all()
        self.assertEqual(return_order.with_user(seller).other_return_count, 0)
        self.assertEqual(self._facts(return_order)["other_return_count"], 2)

    def test_the_warehouse_is_told_nothing(self):
        approved = self._submitted(product=self.product_on_order)
        self._as("approver", approved).action_approve()
        for name in HIDDEN_FACTS:
            with self.subTest(field=name), self.assertRaises(AccessError):
                self._as("warehouse", approved).read([name])

    def test_the_tab_comes_first_for_those_with_money_rights(self):
        for role in GROUPS:
            if role in ("employee", "storekeeper"):
                continue
            arch = self._as(role, self.asked).get_view(view_type="form")["arch"]
            pages = etree.fromstring(arch).xpath("//page/@name")
            with self.subTest(role=role):
                self.assertEqual(pages[0] == "decision", role != "warehouse")

    def test_history_of_many_costs_as_little_as_of_one(self):
        def count(returns):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self._as("approver", returns).read(list(FACTS))
            return self.env.cr.sql_log_count - start

        returns = self.asked
        for index in range(6):
            order = self._sell(
                [(self.product, 1)],
                invoice=False,
                partner_id=self.customer.create({"name": f"Customer {index}"}).id,
            )
            returns |= self._request(order)
        returns[1:].action_submit()
        count(returns[:1])
        self.assertLessEqual(count(returns) - count(returns[:2]), 5)
