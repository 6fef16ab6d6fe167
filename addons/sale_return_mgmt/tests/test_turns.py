from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import GROUPS, SaleReturnCommon


@tagged("post_install", "-at_install")
class TestTurns(MailCase, SaleReturnCommon):
    """Who has to do something next is told, until it is done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 40, {"price_unit": 1234.5})])
        cls.warehouse.sale_return_user_id = cls.users["warehouse"]
        cls.company.sale_return_accountant_id = cls.users["accountant"]
        cls.users["warehouse"].group_ids = [
            Command.link(cls.env.ref("stock.group_stock_user").id)
        ]
        cls.vendor_goods = cls.env["sale.return.disposition"].search(
            [("kind", "=", "vendor")], limit=1
        )

    def _turns(self, *returns):
        """``{turn: users}`` of what is open after the transaction."""
        self.env.cr.flush()
        turns = {}
        for return_order in returns:
            for activity in return_order.sudo().activity_ids:
                [xmlid] = activity.activity_type_id.get_external_id().values()
                turn = xmlid.removeprefix("sale_return_mgmt.mail_activity_type_")
                if turn != "approval":
                    turns.setdefault(turn, set()).add(activity.user_id)
        return turns

    def _is_turn_of(self, return_order, **roles):
        self.assertEqual(
            self._turns(return_order),
            {turn: {self.users[role]} for turn, role in roles.items()},
        )

    def _notes(self, return_order):
        self.env.cr.flush()
        return " ".join(return_order.sudo().message_ids.mapped("body"))

    def _draft(self):
        return self._request(self.order, {self.product: 1})

    # === THE SUBMITTER === #

    def test_sent_back_it_is_the_submitter_s_turn_until_it_is_submitted_again(self):
        return_order = self._draft()
        return_order.action_submit()
        self._is_turn_of(return_order)
        self._as("approver", return_order).action_send_back("A photo, please.")
        self._is_turn_of(return_order, revise="clerk")
        return_order.action_submit()
        self._is_turn_of(return_order)

    def test_a_rejection_waits_for_the_submitter(self):
        return_order = self._draft()
        return_order.action_submit()
        self._as("approver", return_order).action_reject("Used.")
        self._is_turn_of(return_order, rejected="clerk")
        return_order.action_reset_to_draft()
        self._is_turn_of(return_order)

    def test_who_left_is_replaced_by_who_is_responsible(self):
        returns = [self._draft(), self._draft(), self._draft()]
        for return_order, responsible in zip(
            returns, ("manager", "viewer", "clerk"), strict=True
        ):
            return_order.user_id = self.users[responsible]
            return_order.action_submit()
        self.users["clerk"].active = False
        for return_order in returns:
            self._as("approver", return_order).action_reject("Used.")
        self._is_turn_of(returns[0], rejected="manager")
        # Nobody of them may mend it: the return says so itself.
        for return_order in returns[1:]:
            self._is_turn_of(return_order)
            self.assertIn("Next: Return Rejected", self._notes(return_order))

    def test_the_submitter_follows_and_a_customer_never_reads_the_news(self):
        self.company.sale_return_notify_received = False
        return_order = self._draft()
        for partner in (self.customer, self.users["clerk"].partner_id):
            return_order.sudo().message_subscribe(partner.ids)
        self._as("manager", return_order).action_submit()
        partners = return_order.message_partner_ids
        self.assertIn(self.users["manager"].partner_id, partners)
        with (
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_kw: 1000.0
            ),
            self.mock_mail_gateway(),
        ):
            notices = self.env["sale.return.notice"]
            notices.with_user(self.env.ref("base.user_root"))._cron_send()
        [note] = return_order.sudo().message_ids.filtered(
            lambda message: "No mail to the customer" in message.body
        )
        self.assertTrue(note.subtype_id.internal)
        told = note.notified_partner_ids
        self.assertIn(self.users["clerk"].partner_id, told)
        self.assertNotIn(self.users["manager"].partner_id, told, "did it himself")
        self.assertNotIn(self.customer, told)

    # === THE WAREHOUSE === #

    def test_the_warehouse_receives_then_inspects(self):
        self.company.sale_return_inspection_required = True
        return_order = self._approved(self.order, {self.product: 2})
        self._is_turn_of(return_order, receive="warehouse")
        self._receive(return_order, {self.product: 1})
        self._is_turn_of(return_order, receive="warehouse", inspect="warehouse")
        self._receive(return_order)
        self._is_turn_of(return_order, inspect="warehouse")
        self.assertEqual(len(return_order.sudo().activity_ids), 1)
        self._as("warehouse", return_order).action_inspect_all()
        self._is_turn_of(return_order)

    def test_what_somebody_did_himself_he_is_not_told(self):
        self.company.sale_return_inspection_required = True
        return_order = self._approved(self.order, {self.product: 1})
        self._receive(return_order, role="warehouse")
        self._is_turn_of(return_order)
        self.assertNotIn("Next:", self._notes(return_order))

    def test_what_is_done_by_hand_does_not_come_back(self):
        return_order = self._approved(self.order, {self.product: 2})
        self._is_turn_of(return_order, receive="warehouse")
        activity = return_order.sudo().activity_ids
        activity.with_user(self.users["warehouse"]).action_feedback("Seen")
        self._receive(return_order, {self.product: 1})
        self._is_turn_of(return_order)

    def test_a_cancelled_return_is_nobody_s_turn(self):
        return_order = self._approved(self.order, {self.product: 1})
        self._is_turn_of(return_order, receive="warehouse")
        self._as("clerk", return_order).action_cancel()
        self._is_turn_of(return_order)

    def test_the_warehouse_reads_no_amount(self):
        return_order = self._approved(self.order, {self.product: 1})
        self._turns(return_order)
        [activity] = self._as("warehouse", return_order).activity_ids
        self.assertFalse(activity.summary or activity.note)
        self.assertEqual(activity.display_name, "Returned Goods to Receive")
        self.assertNotIn(
            self.users["warehouse"].partner_id, return_order.sudo().message_partner_ids
        )

    def test_who_may_not_receive_is_not_told(self):
        user = self.users["warehouse"]
        for vals in (
            {"active": False},
            {"group_ids": [Command.set(self.env.ref(GROUPS["storekeeper"]).ids)]},
            {
                "company_ids": [Command.set(self.env.ref("base.main_company").ids)],
                "company_id": self.env.ref("base.main_company").id,
            },
        ):
            with self.subTest(vals=vals), self.env.cr.savepoint() as savepoint:
                user.write(vals)
                return_order = self._approved(self.order, {self.product: 1})
                self._is_turn_of(return_order)
                self.assertIn(
                    "Next: Returned Goods to Receive",
                    self._notes(return_order),
                )
                savepoint.rollback()

    def test_only_who_may_receive_can_be_named(self):
        for model, name, role in (
            ("stock.warehouse", "sale_return_user_id", "warehouse"),
            ("res.company", "sale_return_accountant_id", "accountant"),
        ):
            field = self.env[model]._fields[name]
            named = self.env["res.users"].search(field.domain(self.env[model]))
            self.assertIn(self.users[role], named)
            self.assertNotIn(self.users["clerk"], named)
        stranger = self.users["warehouse"].copy(
            {
                "login": "return_test_stranger",
                "company_ids": [Command.set(self.env.ref("base.main_company").ids)],
                "company_id": self.env.ref("base.main_company").id,
            }
        )
        with self.assertRaises(UserError):
            self.warehouse.sale_return_user_id = stranger

    # === ACCOUNTING === #

    def test_the_accountant_posts_and_pays(self):
        self.company.sale_return_post_refund = False
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "1234", "partner_id": self.customer.id}
        )
        order = self._sell([(self.product, 1)])
        invoice = order.invoice_ids
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_create_payments()
        return_order = self._request(
            order, refund_method="transfer", partner_bank_id=bank
        )
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        self._is_turn_of(return_order, post="accountant")
        # Whoever posts: paying is a turn of its own.
        return_order.sudo().refund_ids.action_post()
        self._is_turn_of(return_order, pay="accountant")
        payment = return_order.sudo().refund_payment_ids
        self._as("accountant", payment).action_post()
        self._is_turn_of(return_order)

    def test_money_that_is_stuck_is_the_accountant_s_too(self):
        return_order = self._approved(self.order, {self.product: 1})
        Order = type(return_order)

        def refuse(_orders, *_args):
            raise UserError(return_order.name)

        with patch.object(Order, "_settle", refuse):
            self._receive(return_order)
        self.assertEqual(
            self._turns(return_order),
            {"failure": {self.users["clerk"], self.users["accountant"]}},
        )
        self._as("manager", return_order).action_retry()
        self._is_turn_of(return_order)

    # === VENDORS === #

    def _set_aside(self, *returns):
        """The warehouse sends what came to the vendor's place."""
        lines = self.env["sale.return.order"].concat(*returns).line_ids
        rows = [
            {"line": line, "quantity": 1.0, "disposition": self.vendor_goods}
            for line in self._as("warehouse", lines)
        ]
        self._as("warehouse", lines.order_id)._inspect(rows)

    def _waiting(self, number=1):
        self.company.sale_return_inspection_required = True
        returns = [self._approved(self.order, {self.product: 1}) for _ in range(number)]
        for return_order in returns:
            self._receive(return_order)
        return returns

    def test_goods_for_a_vendor_are_told_to_who_buys_there(self):
        [return_order] = self._waiting()
        self.product.with_company(self.company).responsible_id = self.users["manager"]
        self._set_aside(return_order)
        self._is_turn_of(return_order, vendor="manager")
        fact = return_order.sudo().inspection_ids
        fact.with_user(self.users["manager"]).action_undo("Mixed up")
        self.assertNotIn("vendor", self._turns(return_order))

    def test_who_reads_no_returns_gets_one_message_for_all(self):
        returns = self._waiting(2)
        self.product.name = "Lamp <t t-out='7*7*7'/>"
        buyer = self.users["employee"]
        self.product.with_company(self.company).responsible_id = buyer
        with self.mock_mail_gateway(), self.mock_mail_app():
            self._set_aside(*returns)
        [message] = self._new_msgs.filtered(
            lambda message: buyer.partner_id in message.partner_ids
        )
        self.assertFalse(message.model)
        for return_order in returns:
            self.assertIn(f"{return_order.name}: 1 Units of", message.body)
            self.assertNotIn("vendor", self._turns(return_order))
        self.assertIn("&lt;t t-out=", message.body)
        self.assertNotIn("1,234", message.body)

    def test_without_a_buyer_it_is_the_warehouse_s_person(self):
        self.product.with_company(self.company).responsible_id = False
        [return_order] = self._waiting()
        person = self.users["warehouse"].copy({"login": "return_test_dock"})
        self.warehouse.sale_return_user_id = person
        self._set_aside(return_order)
        self.assertEqual(self._turns(return_order)["vendor"], {person})

    # === COSTS === #

    def test_the_turns_of_many_cost_what_those_of_one_do(self):
        """Whether somebody is named for them or not."""
        Order = self.env["sale.return.order"]
        returns = Order.concat(*(self._draft() for _number in range(12)))
        self._as("clerk", returns).action_submit()
        self._as("approver", returns).action_approve()
        self.env.cr.flush()
        for person in (True, False):
            self.warehouse.sale_return_user_id = person and self.users["warehouse"]
            costs = []
            for several in (returns[:1], returns[1:2], returns[2:]):  # first: caches
                several.sudo().activity_ids.unlink()
                self.env.cr.flush()
                self.env.invalidate_all()
                several._queue_turns("approved")
                before = self.env.cr.sql_log_count
                self.env.cr.flush()
                costs.append(self.env.cr.sql_log_count - before)
            with self.subTest(person=person):
                self.assertEqual(costs[1], costs[2])
