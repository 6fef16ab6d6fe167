import base64

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common_refund_payment import RefundPaymentCommon


@tagged("post_install", "-at_install")
class TestAccountantViews(RefundPaymentCommon):
    """From the draft of a credit note to the proof that it was paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_post_refund = False
        cls.order = cls._sell([(cls.product, 5)])
        cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=cls.order.invoice_ids.ids
        ).create({}).action_create_payments()
        cls.returned = cls._approved(
            cls.order,
            {cls.product: 2},
            refund_method="transfer",
            partner_bank_id=cls.bank_account,
        )
        cls._receive(cls.returned)

    def _find(self, action, role="accountant"):
        """What an action shows at first."""
        action = self.env.ref(f"sale_return_mgmt.{action}")
        Model = self.env[action.res_model].with_user(self.users[role])
        domain = safe_eval(action.domain or "[]")
        root = etree.fromstring(
            Model.get_view(action.search_view_id.id, "search")["arch"]
        )
        for key in safe_eval(action.context):
            if key.startswith("search_default_"):
                [text] = root.xpath(
                    f"//filter[@name='{key.removeprefix('search_default_')}']/@domain"
                )
                domain += safe_eval(text)
        return Model.search(domain)

    def _credit_note(self):
        return self._refunds(self.returned)

    def _payment(self):
        return self._as("accountant", self.returned).refund_payment_ids

    def _send_proof(self, payment):
        action = payment.action_send_return_proof()
        wizard = Form.from_action(payment.env, action)
        wizard.attachment_ids.add(
            payment.env["ir.attachment"].create(
                {"name": "voucher.pdf", "datas": base64.b64encode(b"%PDF- paid")}
            )
        )
        wizard.save().action_send()

    def test_each_list_hands_over_to_the_next(self):
        lists = (
            "account_move_action_return",
            "account_payment_action_refund",
            "account_payment_action_without_proof",
            "sale_return_order_action_settlement",
        )

        def lengths():
            self.env.invalidate_all()
            ours = (
                self.returned.sudo().refund_ids,
                self.returned.sudo().refund_payment_ids,
                self.returned.sudo().refund_payment_ids,
                self.returned,
            )
            return [
                len(self._find(name) & found.with_user(self.users["accountant"]))
                for name, found in zip(lists, ours, strict=True)
            ]

        self.assertEqual(lengths(), [1, 0, 0, 1])
        self._credit_note().action_post()
        self.assertEqual(lengths(), [0, 1, 0, 1])
        self._payment().action_post()
        self.assertEqual(lengths(), [0, 0, 1, 0])
        self._send_proof(self._payment())
        self.assertEqual(lengths(), [0, 0, 0, 0])
        self.assertTrue(self._payment().return_proof_date)

    def test_others_credit_notes_are_not_in_the_list(self):
        other = self._reverse(self._sell([(self.product, 1)]).invoice_ids)
        action = self.env.ref("sale_return_mgmt.account_move_action_return")
        found = other.search(safe_eval(action.domain))
        self.assertNotIn(other, found)
        self.assertIn(self._credit_note(), found)

    def test_nobody_says_that_a_proof_was_sent(self):
        self._credit_note().action_post()
        payment = self._payment()
        with self.assertRaises(AccessError):
            payment.return_proof_date = "2026-01-01"

    def test_smart_buttons_lead_there_and_back(self):
        self._credit_note().action_post()
        returned = self._as("accountant", self.returned)
        arch = etree.fromstring(returned.get_view(view_type="form")["arch"])
        for name, field in (
            ("action_view_refunds", "refund_count"),
            ("action_view_refund_payments", "refund_payment_count"),
        ):
            with self.subTest(name):
                self.assertTrue(arch.xpath(f"//button[@name='{name}']"))
                self.assertEqual(returned[field], 1)
                action = getattr(returned, name)()
                record = self.env[action["res_model"]].browse(action["res_id"])
                record = self._as("accountant", record)
                root = etree.fromstring(record.get_view(view_type="form")["arch"])
                self.assertTrue(
                    root.xpath("//button[@name='action_view_return_order']")
                )
                back = record.action_view_return_order()
                self.assertEqual(back["res_id"], self.returned.id)

    def test_payments_are_the_accountants(self):
        for role in ("manager", "warehouse", "clerk"):
            with self.subTest(role):
                root = self._as(role, self.returned).get_view(view_type="form")["arch"]
                self.assertNotIn("refund_payment_count", root)
                with self.assertRaises(AccessError):
                    self._as(role, self.returned).read(["refund_payment_count"])
                with self.assertRaises(AccessError):
                    self._as(role, self.returned).action_view_refund_payments()

    def test_menus_are_in_the_accountants_app(self):
        Menu = self.env["ir.ui.menu"]
        menu = self.env.ref("sale_return_mgmt.sale_return_menu_account")
        self.assertEqual(
            menu.parent_id, self.env.ref("account.menu_finance_receivables")
        )
        for role, shown in (("accountant", True), ("viewer", False), ("clerk", False)):
            visible = Menu.with_user(self.users[role])._visible_menu_ids()
            with self.subTest(role):
                self.assertEqual(set(menu.child_id.ids) <= visible, shown)
        for child in menu.child_id:
            with self.subTest(child.name):
                self.assertTrue(child.action.help)
