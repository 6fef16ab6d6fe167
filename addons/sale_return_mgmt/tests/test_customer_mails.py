from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.tests import new_test_user, tagged
from odoo.tools import email_normalize

from odoo.addons.mail.tests.common import MailCase

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestCustomerMails(MailCase, SaleReturnCommon):
    """What the customer is told: each once, in his language, where it is wanted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 20, {"price_unit": 1234.5})])
        cls.company.partner_id.email = "shop@example.com"

    def _send(self):
        """Run the job, as after a commit."""
        root = self.env.ref("base.user_root")
        progress = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_kw: 1000.0
        )
        with progress, self.mock_mail_gateway():
            self.env["sale.return.notice"].with_user(root)._cron_send()
        return self._get_customer_mails()

    def _get_customer_mails(self):
        return [
            mail
            for mail in self._mails
            if self.customer.email and self.customer.email in str(mail["email_to"])
        ]

    def _states(self, return_order):
        notices = return_order.sudo().notice_ids
        return {notice.kind: notice.state for notice in notices}

    def test_each_step_is_told_once(self):
        return_order = self._request(self.order, {self.product: 2})
        return_order.action_submit()
        [mail] = self._send()
        self.assertIn("we have your return request", mail["subject"])
        self.assertIn("Lamp", mail["body"])
        self.assertFalse(self._send())

        self._as("approver", return_order).action_approve()
        [mail] = self._send()
        self.assertIn("is approved", mail["subject"])
        self.assertIn("The cost of sending the goods back is yours.", mail["body"])
        [(name, content, _type)] = mail["attachments"]
        self.assertTrue(name.startswith("Return Slip"))
        self.assertTrue(content)
        attachments = self.env["ir.attachment"].sudo()
        self.assertFalse(
            attachments.search(
                [
                    ("res_model", "=", return_order._name),
                    ("res_id", "=", return_order.id),
                ]
            ),
            "The slip is not among the photos that somebody took of the goods.",
        )

        self._receive(return_order)
        credit, rating = self._send()
        self.assertIn("is credited", credit["subject"])
        self.assertIn("2,839.35", credit["body"])
        self.assertIn("how did we do?", rating["subject"])
        self.assertEqual(
            self._states(return_order),
            {
                "received": "sent",
                "authorised": "sent",
                "arrived": "superseded",
                "refunded": "sent",
                "rating": "sent",
            },
        )
        self.assertFalse(self._send())

    def test_amounts_are_not_written_where_the_warehouse_reads(self):
        return_order = self._approved(self.order, {self.product: 1})
        self._receive(return_order)
        self._send()
        bodies = " ".join(return_order.sudo().message_ids.mapped("body"))
        self.assertNotIn("1,419", bodies)
        [refund] = return_order.sudo().refund_ids
        self.assertIn("1,419.68", " ".join(refund.message_ids.mapped("body")))

    def test_goods_that_wait_for_inspection_have_arrived(self):
        self.company.sale_return_inspection_required = True
        self.company.sale_return_fee_product_id = self.env.ref(
            "sale_return_mgmt.product_return_fee"
        )
        policies = self.env["sale.return.policy"].sudo()
        policies.create({"name": "Fee", "fee_percent": 10})
        return_order = self._approved(self.order, {self.product: 2})
        self._receive(return_order)
        subjects = [mail["subject"] for mail in self._send()]
        self.assertTrue(subjects[-1].endswith("your goods have arrived"))
        self.assertTrue(return_order.sudo()._has_amounts_to_expect())
        # The fee is that of what is credited, not of what was expected.
        line = return_order.line_ids
        dispositions = self.env["sale.return.disposition"]
        self._as("warehouse", return_order)._inspect(
            [
                {
                    "line": line,
                    "quantity": 1,
                    "disposition": dispositions.search([("kind", "=", kind)], limit=1),
                }
                for kind in ("restock", "return_to_customer")
            ]
        )
        self.assertFalse(return_order.sudo()._has_amounts_to_expect())
        [credit] = self._send()
        self.assertIn("credited with", credit["body"])
        self.assertIn("1,277.71", credit["body"])
        self.assertRegex(credit["body"], r"A fee of \$\D{0,6}141\.97")

    def test_a_rejection_says_why_and_again_in_the_next_round(self):
        return_order = self._request(self.order, {self.product: 1})
        for reason in ("Used <b>up</b>.", "Still used."):
            return_order.action_submit()
            self._as("approver", return_order).action_reject(reason)
            [mail] = self._send()  # "received" says no more
            self.assertIn("is not accepted", mail["subject"])
            self.assertIn(
                reason.replace("<", "&lt;").replace(">", "&gt;"), mail["body"]
            )
            return_order.action_reset_to_draft()

    def test_sent_back_to_the_clerk_is_not_the_customer_s_business(self):
        return_order = self._request(self.order, {self.product: 1})
        return_order.action_submit()
        self._send()
        self._as("approver", return_order).action_send_back("A photo, please.")
        self.assertFalse(self._send())

    def test_what_is_withdrawn_before_it_is_sent_is_told_to_nobody(self):
        return_order = self._request(self.order, {self.product: 1})
        return_order.action_submit()
        return_order.action_withdraw()
        self.assertFalse(self._send())
        self.assertFalse(return_order.sudo().notice_ids)

    def test_a_credit_that_is_undone_before_it_is_sent_is_told_to_nobody(self):
        return_order = self._approved(self.order, {self.product: 1})
        self._receive(return_order)
        return_order.sudo().refund_ids.button_draft()
        self.assertNotIn("credited", " ".join(m["subject"] for m in self._send()))
        self.assertNotIn("refunded", self._states(return_order))
        return_order.sudo().refund_ids.action_post()
        self.assertIn("is credited", self._send()[0]["subject"])

    def test_each_mail_can_be_switched_off(self):
        self.company.sale_return_notify_authorised = False
        return_order = self._approved(self.order, {self.product: 1})
        subjects = [mail["subject"] for mail in self._send()]
        self.assertEqual(len(subjects), 1)
        self.assertIn("request", subjects[0])
        self.assertEqual(self._states(return_order)["authorised"], "off")
        self.assertIn(
            "No mail to the customer: Authorised",
            " ".join(return_order.sudo().message_ids.mapped("body")),
        )

    def test_who_has_no_address_is_on_file(self):
        self.customer.email = False
        return_order = self._request(self.order, {self.product: 1})
        return_order.action_submit()
        self._send()
        self.assertEqual(self._states(return_order), {"received": "no_email"})
        self.customer.email = "found@example.com"
        return_order.sudo().notice_ids.with_user(
            self.users["clerk"]
        ).action_send_again()
        self._send()
        self.assertEqual(self._states(return_order), {"received": "sent"})

    def test_who_is_told_otherwise_needs_no_address(self):
        """As with text messages: each once, with or without a mail."""
        Notice = type(self.env["sale.return.notice"])
        for email, mails in ((False, 0), ("customer@example.com", 1)):
            self.customer.email = email
            return_order = self._request(self.order, {self.product: 1})
            return_order.action_submit()
            with patch.object(Notice, "_tell_otherwise", return_value=True) as tell:
                self.assertEqual(len(self._send()), mails)
                self._send()
            self.assertEqual(tell.call_count, 1)
            self.assertEqual(self._states(return_order), {"received": "sent"})

    def test_one_that_fails_does_not_stop_the_rest(self):
        bad, good = (self._request(self.order, {self.product: 1}) for _ in range(2))
        (bad | good).action_submit()
        Order = type(self.env["sale.return.order"])
        post = Order.message_post_with_source

        def post_or_fail(records, *args, **kwargs):
            if bad in records:
                raise ValueError("The template has a fault.")
            return post(records, *args, **kwargs)

        with patch.object(Order, "message_post_with_source", post_or_fail):
            mails = self._send()
        self.assertEqual(len(mails), 1)
        notice = bad.sudo().notice_ids
        self.assertEqual(notice.state, "failed")
        self.assertEqual(notice.failure, "The template has a fault.")
        self.assertIn(
            "The customer was not told", bad.sudo().activity_ids.mapped("summary")
        )

    def test_each_kind_can_be_switched_off(self):
        return_order = self._approved(self.order, {self.product: 1})
        # sudo: what steps note, without the days that all of them would take
        Notice = self.env["sale.return.notice"].sudo()
        for kind in dict(Notice._fields["kind"].selection):
            with self.subTest(kind=kind):
                self.company[f"sale_return_notify_{kind}"] = False
                notice = Notice.new({"order_id": return_order.id, "kind": kind})
                with self.mock_mail_gateway():
                    self.assertEqual(notice._send(), "off")
                self.assertFalse(self._mails)

    def test_a_job_that_is_killed_sends_each_once(self):
        """Each mail is committed by itself, with that it was sent; what the database
        refuses is taken up again by the next run."""
        returns = self.env["sale.return.order"].concat(
            *(self._request(self.order, {self.product: 1}) for _ in range(3))
        )
        self._as("clerk", returns).action_submit()
        first, refused, last = returns.sudo().notice_ids.sorted("id")
        Order = type(returns)
        post = Order.message_post_with_source

        def post_or_fail(records, *args, **kwargs):
            if refused.order_id in records:
                raise OperationalError("could not serialize access")
            return post(records, *args, **kwargs)

        with (
            patch.object(Order, "message_post_with_source", post_or_fail),
            self.mock_mail_gateway(),
        ):
            first._send_safely()
            with self.assertRaises(OperationalError):
                refused._send_safely()
        self.assertEqual(len(self._get_customer_mails()), 1)
        self.assertEqual(
            (first | refused | last).mapped("state"), ["sent", "waiting", "waiting"]
        )
        self.assertEqual(len(self._send()), 2)
        first._send_safely()  # a second job that had it on its list
        self.assertFalse(self._send())
        for return_order in returns.sudo():
            mails = return_order.message_ids.filtered("subtype_id.default").filtered(
                lambda message: self.customer in message.partner_ids
            )
            self.assertEqual(len(mails), 1)

    def test_only_the_customer_gets_the_link_to_his_page(self):
        friend = self.env["res.partner"].create(
            {"name": "Friend", "email": "friend@example.com"}
        )
        portal = new_test_user(
            self.env, "return_test_portal", "base.group_portal", email="p@example.com"
        )
        return_order = self._request(self.order, {self.product: 1})
        return_order.sudo().message_subscribe((friend | portal.partner_id).ids)
        return_order.action_submit()
        [mail] = self._send()
        others = [other for other in self._mails if other is not mail]
        token = return_order.sudo().access_token
        self.assertTrue(token)
        self.assertIn(token, mail["body"])
        self.assertIn("View Your Return", mail["body"])
        self.assertLessEqual(
            {"friend@example.com", "p@example.com"},
            {email_normalize(to) for other in others for to in other["email_to"]},
        )
        for other in others:
            self.assertNotIn(token, other["body"])
            self.assertNotIn("access_token", other["body"])

    def test_what_customers_write_is_no_template(self):
        """Wherever it comes to stand in a mail, it stays as it was typed."""
        evil = "{{ 1234567*9 }} <t t-out='1234567*9'/>"
        self.customer.name = evil
        self.product.name = evil
        return_order = self._request(
            self.order, {self.product: 3}, customer_reference=evil
        )
        return_order.line_ids.note = evil
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order, {self.product: 2})
        order_sudo = return_order.sudo()
        order_sudo.rejection_reason = evil
        Notice = order_sudo.notice_ids
        for kind in dict(Notice._fields["kind"].selection):
            template = Notice.new({"kind": kind})._get_template()
            with self.subTest(kind=kind):
                values = template._generate_template(
                    return_order.ids, ("subject", "body_html")
                )[return_order.id]
                text = f"{values['subject']} {values['body_html']}"
                self.assertNotIn("11111103", text)
                self.assertIn("{{ 1234567*9 }} &lt;t t-out=", text)
        self._send()
        for message in order_sudo.message_ids:
            self.assertNotIn("11111103", message.body)

    def test_in_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_sale_return_mgmt")._update_translations(
            ["zh_CN"], overwrite=True
        )
        self.customer.lang = "zh_CN"
        return_order = self._request(self.order, {self.product: 1})
        return_order.action_submit()
        [mail] = self._send()
        self.assertIn("退货申请", mail["subject"])
        self.assertNotIn("We look at it", mail["body"])

    def test_who_pays_for_the_way_back(self):
        policy = self.env["sale.return.policy"].sudo().search([], limit=1)
        for freight, reason, ours in (
            ("liable", self.reason, False),
            ("liable", self.reason_note, True),
            ("company", self.reason, True),
            ("customer", self.reason_note, False),
        ):
            with self.subTest(freight=freight, reason=reason.name):
                policy.return_freight = freight
                return_order = self._request(self.order, {self.product: 1})
                return_order.line_ids.write({"reason_id": reason.id, "note": "Broken"})
                return_order.action_submit()
                self.assertEqual(return_order.sudo()._is_freight_ours(), ours)

    def test_at_the_counter_he_stands_there(self):
        return_order = self._request(self.order, {self.product: 1}, channel="counter")
        return_order.action_submit()
        self.assertFalse(return_order.sudo().notice_ids)

    def test_telling_of_many_costs_what_telling_of_one_does(self):
        Order = self.env["sale.return.order"]
        returns = Order.concat(
            *(self._request(self.order, {self.product: 1}) for _ in range(12))
        )
        costs = []
        # The first fills caches.
        for several in (returns[:1], returns[1:2], returns[2:]):
            self.env.flush_all()
            several.mapped("channel")
            before = self.env.cr.sql_log_count
            self.env["sale.return.notice"]._queue(several, "received")
            costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(costs[1], costs[2])
