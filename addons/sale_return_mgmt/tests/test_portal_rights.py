from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalRights(PortalCommon):
    """What users of the portal reach by RPC: their own returns, a few fields of them,
    and nothing of it to change."""

    def test_customers_read_the_returns_of_their_company(self):
        theirs = self.submitted | self.asked | self.approved
        for role in ("customer", "colleague"):
            with self.subTest(role=role):
                found = self._as(role, theirs).search([])
                self.assertEqual(found, self._as(role, theirs).sorted("id", True))
                self.assertEqual(sum(found.line_ids.mapped("quantity")), 4)

    def test_drafts_of_clerks_and_returns_of_others_are_refused(self):
        for role, orders in (
            ("customer", self.draft),
            ("stranger", self.draft | self.submitted | self.asked),
        ):
            for order in orders:
                with self.subTest(role=role, order=order.name):
                    with self.assertRaises(AccessError):
                        self._as(role, order).read(["name"])
                    with self.assertRaises(AccessError):
                        self._as(role, order.line_ids).read(["quantity"])
        Return = self._as("stranger", self.env["sale.return.order"])
        self.assertFalse(Return.search([]))

    def test_customers_change_nothing(self):
        order = self._as("customer", self.asked)
        for change in (
            lambda: order.write({"customer_reference": "X"}),
            lambda: order.line_ids.write({"quantity": 2}),
            lambda: order.create({"partner_id": self.customer.id}),
            lambda: order.line_ids.create(
                {"order_id": order.id, "product_id": self.product.id}
            ),
            order.unlink,
            order.line_ids.unlink,
        ):
            with self.assertRaises(AccessError):
                change()

    def test_customers_take_no_step(self):
        """Whatever a public method answers or refuses: nothing happens."""
        order = self._as("customer", self.submitted)
        events = self.submitted.sudo().event_ids
        for name in dir(type(order)):
            if not name.startswith(("action_", "api_")):
                continue
            with self.subTest(method=name), self.env.cr.savepoint() as savepoint:
                with suppress(Exception):
                    getattr(order, name)()
                self.submitted.invalidate_recordset()
                self.assertEqual(self.submitted.state, "submitted")
                self.assertEqual(self.submitted.sudo().event_ids, events)
                savepoint.rollback()

    def test_fields_that_are_not_allowed_are_hidden_in_every_way(self):
        for records in (self.submitted, self.submitted.line_ids):
            mine = self._as("customer", records)
            allowed = mine._get_portal_fields()
            self.assertEqual(mine.read()[0].keys(), allowed & mine.read()[0].keys())
            for name, field in mine._fields.items():
                if name in allowed:
                    mine.read([name])
                    continue
                with self.subTest(field=f"{mine._name}.{name}"):
                    with self.assertRaises(AccessError):
                        mine.read([name])
                    with self.assertRaises(AccessError):
                        mine.search([(name, "!=", False)])
                    if field.store and field.column_type:
                        with self.assertRaises(AccessError):
                            mine.search([], order=name)
                        with self.assertRaises(AccessError):
                            mine.formatted_read_group([], [name], ["__count"])
            self.assertNotIn("user_id", mine.fields_get())

    def test_nobody_sets_a_token(self):
        for role, order in (
            ("customer", self.asked),
            ("clerk", self.asked),
            ("manager", self.asked),
        ):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, order).write({"access_token": "known"})
        with self.assertRaises(AccessError):
            self._as("clerk", self.asked).create(
                {"partner_id": self.customer.id, "access_token": "known"}
            )

    def test_the_warehouse_gets_no_link_to_the_page_with_amounts(self):
        self._as("approver", self.submitted).action_approve()
        self.submitted.sudo()._portal_ensure_token()
        order = self._as("warehouse", self.submitted)
        with self.assertRaises(AccessError):
            order.read(["access_token"])
        with self.assertRaises(AccessError):
            order.get_portal_url()
        with self.assertRaises(AccessError):
            order._get_share_url()
        # Nor does Odoo's wizard write it where the warehouse reads.
        share = (
            self.env["portal.share"]
            .sudo()
            .create(
                {
                    "res_model": order._name,
                    "res_id": order.id,
                    "partner_ids": self.customer.ids,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "its customer's alone"):
            share.action_send_mail()
        self.assertNotIn("access_token=", str(order.sudo().message_ids.mapped("body")))
        order.message_post(body="It is here.", partner_ids=self.customer.ids)
        self.assertIn("access_token=", self._as("clerk", order).get_portal_url())
