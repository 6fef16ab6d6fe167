from psycopg2.errors import ForeignKeyViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import format_date, mute_logger

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestPolicyMatch(SaleReturnCommon):
    """Which policy decides on a line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Category = cls.env["product.category"]
        cls.parent_category = Category.create({"name": "Furniture"})
        cls.category = Category.create(
            {"name": "Lamps", "parent_id": cls.parent_category.id}
        )
        cls.product.categ_id = cls.category
        cls.tag = cls.env["res.partner.category"].create({"name": "Wholesale"})
        cls.country = cls.env.ref("base.be")
        cls.customer.write(
            {"category_id": [Command.link(cls.tag.id)], "country_id": cls.country.id}
        )
        cls.general = cls.env.ref("sale_return_mgmt.sale_return_policy_default")
        cls.order = cls._sell([(cls.product, 5)])
        cls.return_order = cls._request(cls.order, {cls.product: 1})

    def _policy(self, name, **vals):
        return (
            self.env["sale.return.policy"]
            .with_user(self.users["manager"])
            .create({"name": name, **vals})
        )

    def _decides(self, return_order=None):
        return_order = return_order or self.return_order
        if return_order.state == "submitted":
            return_order.action_withdraw()
        return_order.action_submit()
        return return_order.line_ids.policy_id

    def test_the_most_specific_policy_decides(self):
        """Each of them fits; the later ones are more specific, whatever their
        sequence."""
        ladder = [
            {"country_ids": self.country.ids},
            {"partner_tag_ids": self.tag.ids},
            {"partner_tag_ids": self.tag.ids, "country_ids": self.country.ids},
            {"category_ids": self.parent_category.ids},
            {"category_ids": self.parent_category.ids, "country_ids": self.country.ids},
            {"category_ids": self.category.ids},
            {"product_ids": self.product.ids},
            {"product_ids": self.product.ids, "category_ids": self.category.ids},
        ]
        self.assertEqual(self._decides(), self.general)
        for sequence, criteria in enumerate(ladder, start=1000):
            policy = self._policy(str(criteria), sequence=sequence, **criteria)
            with self.subTest(**criteria):
                self.assertEqual(self._decides(), policy)

    def test_all_criteria_of_a_policy_must_fit(self):
        france = self.env.ref("base.fr")
        self._policy(
            "French lamps", product_ids=self.product.ids, country_ids=france.ids
        )
        self._policy("Chairs", product_ids=self.product_on_order.ids)
        other = self.env["product.category"].create({"name": "Chairs"})
        self._policy("Others", category_ids=other.ids)
        other_tag = self.env["res.partner.category"].create({"name": "Retail"})
        self._policy("Retail", partner_tag_ids=other_tag.ids)
        self.assertEqual(self._decides(), self.general)

    def test_equally_specific_policies_follow_their_sequence(self):
        vals = {"product_ids": self.product.ids}
        later = self._policy("Later", sequence=20, **vals)
        self.assertEqual(self._decides(), later)
        first = self._policy("First", sequence=10, **vals)
        self.assertEqual(self._decides(), first)
        own = self._policy("Own", sequence=10, company_id=self.company.id, **vals)
        self.assertEqual(self._decides(), own)
        own.active = False
        self.assertEqual(self._decides(), first)

    def test_policies_of_other_companies_do_not_decide(self):
        """Also where lines of both companies are judged together."""
        other = self.env["res.company"].sudo().create({"name": "Other"})
        Policy = self.env["sale.return.policy"].sudo()
        foreign = Policy.create(
            {
                "name": "Other",
                "company_id": other.id,
                "product_ids": self.product.ids,
            }
        )
        self.assertEqual(self._decides(), self.general)
        own_line = self.return_order.line_ids.sudo()
        other_order = self.env["sale.return.order"].new(
            {
                "company_id": other.id,
                "partner_id": self.customer.id,
                "line_ids": [Command.create({"product_id": self.product.id})],
            }
        )
        self.assertEqual(
            Policy._match(own_line | other_order.line_ids),
            {own_line: self.general, other_order.line_ids: foreign},
        )

    def test_the_tag_of_the_company_and_the_country_of_delivery_count(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        depot = self.env["res.partner"].create(
            {
                "name": "Depot",
                "type": "delivery",
                "parent_id": self.customer.id,
                "country_id": self.env.ref("base.fr").id,
            }
        )
        order = self._sell(
            [(self.product, 1)],
            partner_id=contact.id,
            partner_invoice_id=self.customer.id,
            partner_shipping_id=depot.id,
        )
        return_order = self._request(order)
        french = self._policy("France", country_ids=self.env.ref("base.fr").ids)
        self._policy("Belgium", country_ids=self.country.ids, sequence=1)
        self.assertEqual(self._decides(return_order), french)
        tagged_ = self._policy("Wholesale", partner_tag_ids=self.tag.ids)
        self.assertEqual(self._decides(return_order), tagged_)

    @mute_logger("odoo.sql_db")
    def test_a_policy_never_loses_what_it_is_narrowed_to(self):
        """Without its only product or tag it would decide on everything."""
        chair = self.product_on_order
        self._policy("No chairs", product_ids=chair.ids, returnable=False)
        chair.active = False
        self.assertEqual(self._decides(), self.general)
        spare_tag = self.env["res.partner.category"].create({"name": "Staff"})
        self._policy("Staff", partner_tag_ids=spare_tag.ids, returnable=False)
        with self.assertRaises(ForeignKeyViolation), self.env.cr.savepoint():
            spare_tag.unlink()
        self.assertTrue(spare_tag.exists())

    def test_policies_in_use_are_archived_not_deleted(self):
        used = self._policy("Used", product_ids=self.product.ids)
        unused = self._policy("Unused", product_ids=self.product_on_order.ids)
        self._decides()
        with self.assertRaisesRegex(UserError, "archive it"):
            used.unlink()
        self.assertTrue(unused.unlink())

    def test_archived_policies_do_not_decide_whatever_the_caller_asks(self):
        self._policy("Old", product_ids=self.product.ids, active=False)
        self.return_order.with_context(active_test=False).action_submit()
        self.assertEqual(self.return_order.line_ids.policy_id, self.general)

    def test_many_lines_are_matched_with_the_queries_of_few(self):
        products = self.env["product.product"].create(
            [
                {"name": f"Part {number}", "categ_id": self.category.id}
                for number in range(40)
            ]
        )
        self._policy("Lamps", category_ids=self.category.ids)
        order = self._sell([(product, 1) for product in products])
        lines = self._request(order).line_ids.sudo()
        self.assertEqual(len(lines), 40)

        def count(some_lines):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env["sale.return.policy"].sudo()._judge(some_lines)
            return self.env.cr.sql_log_count - start

        count(lines)  # fills the caches of the registry
        few, many = count(lines[:2].with_prefetch()), count(lines.with_prefetch())
        self.assertLessEqual(many, few + 2)


@tagged("post_install", "-at_install")
class TestPolicyVerdict(SaleReturnCommon):
    """What the deciding policy says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 5)])
        cls.policy = cls.env.ref(
            "sale_return_mgmt.sale_return_policy_default"
        ).with_user(cls.users["manager"])
        cls.policy.write({"window_days": 10, "out_of_policy": "refuse"})
        cls.draft = cls._request(cls.order, {cls.product: 1})

    def _code(self, error):
        return getattr(error.exception, "sale_return_code", None)

    def _check_last_day(self, last_day, day_after):
        self.draft.date_request = day_after
        with self.assertRaises(UserError) as error:
            self.draft.action_submit()
        self.assertEqual(self._code(error), "WINDOW_EXPIRED")
        told = format_date(self.draft.env, last_day)
        self.assertIn(told, str(error.exception))
        self.draft.date_request = last_day
        self.draft.action_submit()
        self.assertTrue(self.draft.in_policy)
        self.assertIn(told, self.draft.policy_message)
        self.assertIn(self.policy.name, self.draft.policy_message)

    def test_window_counts_from_the_last_delivery_in_the_companys_day(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        moves = self.order.order_line.move_ids.sudo()
        moves.date = "2026-01-05 00:00:00"
        self.order.order_line.product_uom_qty = 6
        picking = self.order.picking_ids.filtered(lambda p: p.state != "done")
        picking.button_validate()
        # Already the 11th in Auckland.
        picking.move_ids.sudo().date = "2026-01-10 11:30:00"
        self._check_last_day("2026-01-21", "2026-01-22")

    def test_window_counts_from_the_delivery_of_the_line_itself(self):
        order = self._sell([(self.product, 1), (self.product_on_order, 1)])
        lamp, chair = order.order_line
        lamp.move_ids.sudo().date = "2026-01-05 12:00:00"
        chair.move_ids.sudo().date = "2026-01-08 12:00:00"
        draft = self._request(order, date_request="2026-01-17")
        with self.assertRaises(UserError) as error:
            draft.action_submit()
        self.assertIn("Lamp could be returned until 01/15/2026", str(error.exception))
        self.assertEqual(error.exception.sale_return_position, 0)

    def test_window_counts_from_the_first_invoice(self):
        self.company.partner_id.tz = "America/Los_Angeles"
        self.policy.window_from = "invoice"
        self.order.invoice_ids.sudo().button_draft()
        self.order.invoice_ids.sudo().invoice_date = "2026-01-05"
        self.order.invoice_ids.sudo().action_post()
        self._check_last_day("2026-01-15", "2026-01-16")

    def test_window_counts_from_the_confirmation_in_the_companys_day(self):
        self.company.partner_id.tz = "America/Los_Angeles"
        self.policy.window_from = "order"
        self.order.sudo().date_order = "2026-01-06 05:00:00"  # the 5th there
        self._check_last_day("2026-01-15", "2026-01-16")

    def test_a_request_bears_the_companys_day(self):
        self.company.partner_id.tz = "America/Los_Angeles"
        self.users["clerk"].tz = "Asia/Tokyo"
        with freeze_time("2026-01-16 05:00:00"):
            draft = self._request(self.order, {self.product: 1})
        self.assertEqual(str(draft.date_request), "2026-01-15")

    def test_without_days_the_window_never_closes(self):
        self.policy.window_days = 0
        self.draft.date_request = "2099-01-01"
        self.draft.action_submit()
        self.assertTrue(self.draft.in_policy)

    def test_what_is_not_returnable_is_refused_or_decided_by_a_person(self):
        self.policy.returnable = False
        with self.assertRaises(UserError) as error:
            self.draft.action_submit()
        self.assertEqual(self._code(error), "NOT_RETURNABLE")
        self.assertEqual(self.draft.state, "draft")
        self.policy.out_of_policy = "approver"
        self.draft.action_submit()
        self.assertRecordValues(
            self.draft,
            [
                {
                    "state": "submitted",
                    "in_policy": False,
                    "policy_message": "[LAMP] Lamp is not returnable (policy “30 days "
                    "from delivery”, for all goods).",
                }
            ],
        )

    def test_the_verdict_is_frozen_at_submission(self):
        self.draft.action_submit()
        message = self.draft.policy_message
        self.policy.write({"returnable": False, "name": "Nothing", "active": False})
        self.assertRecordValues(
            self.draft, [{"in_policy": True, "policy_message": message}]
        )
        self._as("approver", self.draft).action_approve()
        self.assertEqual(self.draft.state, "approved")

    def test_the_form_warns_before_submission(self):
        self.assertFalse(self.draft.policy_warning)
        with Form(self.draft) as form:
            form.date_request = "2099-01-01"
            self.assertIn("could be returned until", form.policy_warning)
            self.assertTrue(form.is_policy_refusing)
            form.date_request = self.draft.date_request
            self.assertFalse(form.policy_warning)

    def test_a_new_return_warns_as_soon_as_it_is_filled(self):
        self.order.order_line.move_ids.sudo().date = "2026-01-05 12:00:00"
        action = self._as("clerk", self.order).action_create_return()
        form = Form(
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .with_context(**action["context"])
        )
        self.assertIn("could be returned until 01/15/2026", form.policy_warning)
        form.line_ids.remove(0)
        self.assertFalse(form.policy_warning)

    # === ATTACHMENTS === #

    def _attach(self, return_order):
        self.env["ir.attachment"].with_user(self.users["clerk"]).create(
            {
                "name": "photo.png",
                "raw": b"photo",
                "res_model": return_order._name,
                "res_id": return_order.id,
            }
        )

    def test_a_reason_or_a_policy_may_ask_for_a_file(self):
        for config in (self.reason, self.policy):
            with self.subTest(model=config._name):
                config.sudo().requires_attachment = True
                draft = self._request(self.order, {self.product: 1})
                with self.assertRaises(UserError) as error:
                    draft.action_submit()
                self.assertEqual(self._code(error), "ATTACHMENT_REQUIRED")
                self._attach(draft)
                draft.action_submit()
                self.assertEqual(draft.state, "submitted")
                config.sudo().requires_attachment = False

    def test_the_file_of_another_return_does_not_count(self):
        self.policy.requires_attachment = True
        other = self._request(self.order, {self.product: 1})
        self._attach(other)
        with self.assertRaises(UserError):
            (other + self.draft).action_submit()
        self.assertEqual(other.state, "draft")

    # === OVERRIDE === #

    def test_a_manager_overrides_a_refusal_and_somebody_else_decides(self):
        self.draft.date_request = "2099-01-01"
        manager = self._as("manager", self.draft)
        action = manager.action_override_policy()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.users["manager"])
            .with_context(**action["context"])
        )
        form.explanation = "Good customer"
        form.save().action_apply()
        self.assertRecordValues(
            self.draft, [{"state": "submitted", "in_policy": False}]
        )
        self.assertIn("Good customer", self.draft.policy_message)
        event = self.draft.sudo().event_ids.filtered(
            lambda event: event.type == "policy_overridden"
        )
        self.assertRecordValues(
            event, [{"user_id": self.users["manager"].id, "note": "Good customer"}]
        )
        with self.assertRaises(AccessError) as error:
            manager.action_approve()
        self.assertEqual(self._code(error), "SELF_APPROVAL")
        self._as("approver", self.draft).action_send_back("Really?")
        with self.assertRaises(UserError) as error:  # the override was for once
            self.draft.action_submit()
        self.assertEqual(self._code(error), "WINDOW_EXPIRED")

    def test_nobody_else_overrides(self):
        self.draft.date_request = "2099-01-01"
        for role in ("clerk", "approver", "viewer"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, self.draft).action_override_policy("Please")
        self.assertEqual(self.draft.state, "draft")
