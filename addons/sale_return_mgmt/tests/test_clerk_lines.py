from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestClerkLines(SaleReturnCommon):
    """How a clerk fills a return: from a sales order, or from what was delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["product.product"].create(
            {"name": "Assembly", "type": "service", "taxes_id": [Command.clear()]}
        )
        cls.shade = cls._create_goods("Shade", barcode="4006381333931")
        cls.order = cls._sell(
            [(cls.product, 5), (cls.shade, 2), (cls.product_on_order, 1)],
            client_order_ref="PO-77",
        )
        cls.order.write(
            {
                "order_line": [
                    Command.create({"product_id": cls.service.id}),
                    Command.create({"product_id": cls.shade.id, "product_uom_qty": 3}),
                    Command.create({"display_type": "line_note", "name": "Thanks"}),
                ]
            }
        )
        # Odoo delivers what was added at once with what waits; here it waits.
        cls.older = cls._sell([(cls.product, 1)], client_order_ref="PO-12")
        cls.older.order_line.move_ids.sudo().date = "2026-01-05 12:00:00"
        cls.taken = cls._request(cls.order, {cls.product_on_order: 1})
        cls.taken.action_submit()

    def _new(self, order=None):
        order = order or self.order
        action = self._as("clerk", order).action_create_return()
        Return = self.env["sale.return.order"].with_user(self.users["clerk"])
        return Form(Return.with_context(**action["context"]))

    def _find(self, draft, keywords=False):
        dialog = Form.from_action(draft.env, draft.action_add_deliveries())
        if keywords:
            dialog.keywords = keywords
        return dialog

    def _rows(self, dialog):
        with_rows = dialog.line_ids
        return [row["sale_line_id"] for row in with_rows._records]

    def _refuse_after(self, product, **vals):
        return (
            self.env["sale.return.policy"]
            .sudo()
            .create(
                {
                    "name": "Strict",
                    "product_ids": [Command.link(product.id)],
                    "out_of_policy": "refuse",
                    **vals,
                }
            )
        )

    def _get_obstacle(self, line):
        return self._as("clerk", line).return_obstacle

    # === NOT RETURNABLE === #

    def test_a_draft_says_what_cannot_come_back_and_why(self):
        form = self._new()
        lines = self.order.order_line.browse(form.unreturnable_line_ids.ids)
        self.assertEqual(
            [(line.product_id.name, self._get_obstacle(line)) for line in lines],
            [
                ("Chair", f"Asked for by {self.taken.name} already."),
                ("Assembly", "A service: nothing comes back."),
                ("Shade", "Not delivered."),
            ],
        )
        draft = form.save()
        self.assertEqual(draft.unreturnable_line_ids.ids, lines.ids)
        draft.line_ids.reason_id = self.reason
        draft.action_submit()
        self.assertFalse(draft.unreturnable_line_ids)

    def test_what_came_back_says_so(self):
        self._as("approver", self.taken).action_approve()
        self._receive(self.taken)
        [chair] = self.taken.line_ids.sale_line_id
        self.assertEqual(self._get_obstacle(chair), "All came back already.")

    def test_what_a_policy_refuses_is_left_out_and_told(self):
        self._refuse_after(self.shade, returnable=False)
        form = self._new()
        self.assertEqual(
            [row["product_id"] for row in form.line_ids._records], self.product.ids
        )
        shade = self.order.order_line[1]
        self.assertIn(shade.id, form.unreturnable_line_ids.ids)
        self.assertIn("not returnable", self._get_obstacle(shade))

    def test_what_a_policy_refuses_is_filled_in_where_nothing_else_is_left(self):
        """A manager may override."""
        self._refuse_after(self.product, window_days=30)
        form = self._new(self.older)
        self.assertEqual(len(form.line_ids), 1)
        self.assertTrue(form.is_policy_refusing)
        self.assertFalse(form.unreturnable_line_ids.ids)

    def test_the_window_counts_to_the_day_of_the_request(self):
        self._refuse_after(self.product, window_days=30)
        line = self._as("clerk", self.older.order_line)
        on_time = line.with_context(sale_return_date="2026-02-01")
        self.assertFalse(on_time.return_obstacle)
        late = line.with_context(sale_return_date="2026-02-05")
        self.assertIn("could be returned until", late.return_obstacle)

    def test_salespeople_are_not_told(self):
        with self.assertRaises(AccessError):
            self._as("viewer", self.order.order_line).read(["return_obstacle"])

    # === ADD FROM DELIVERIES === #

    def test_deliveries_are_found_by_what_people_know(self):
        draft = self._request(self.order, {self.product: 1})
        lamp, shade, chair = self.order.order_line[:3]
        old = self.older.order_line
        invoice = self.older.invoice_ids
        for keywords, expected in (
            (False, lamp | shade | chair | old),
            ("lamp", lamp | old),
            ("SHADE", shade),
            ("4006381333931", shade),
            (self.order.name, lamp | shade | chair),
            ("PO-12", old),
            ("PO-77 cha", chair),
            (invoice.name, old),
            ("nothing like it", lamp.browse()),
        ):
            with self.subTest(keywords=keywords):
                rows = self._rows(self._find(draft, keywords))
                self.assertEqual(set(rows), set(expected.ids))
        # The latest delivery comes first.
        self.assertEqual(self._rows(self._find(draft))[-1], old.id)

    def test_only_what_this_customer_bought_is_found(self):
        other = self.env["res.partner"].create({"name": "Somebody"})
        draft = self._request(self.order, {self.product: 1})
        theirs = self._sell([(self.product, 1)], partner_id=other.id)
        self.assertFalse(self._rows(self._find(draft, theirs.name)))

    def test_what_is_ticked_is_added(self):
        draft = self._request(self.order, {self.product: 1})
        dialog = self._find(draft, "PO-12")
        # It is the one that was meant.
        self.assertTrue(dialog.line_ids._records[0]["is_selected"])
        dialog.keywords = "shade"
        self.assertEqual(len(dialog.line_ids), 2)  # what is ticked stays
        index = self._rows(dialog).index(self.order.order_line[1].id)
        with dialog.line_ids.edit(index) as row:
            row.quantity = 2
            self.assertTrue(row.is_selected)
        dialog.save().action_add()
        added = draft.line_ids[1:]
        self.assertEqual(
            {(line.sale_line_id, line.quantity) for line in added},
            {(self.older.order_line, 1.0), (self.order.order_line[1], 2.0)},
        )
        self.assertEqual(added.reason_id, self.reason)

    def test_what_cannot_come_back_is_shown_with_its_reason(self):
        draft = self._request(self.order, {self.product: 5})
        rows = {
            row["sale_line_id"]: (row["quantity_returnable"], row["obstacle"])
            for row in self._find(draft).line_ids._records
        }
        lamp, shade, chair = self.order.order_line[:3]
        self.assertEqual(rows[lamp.id], (0.0, "On this return already."))
        self.assertEqual(rows[shade.id], (2.0, False))
        self.assertEqual(
            rows[chair.id], (0.0, f"Asked for by {self.taken.name} already.")
        )

    def test_nothing_ticked_is_refused(self):
        draft = self._request(self.order, {self.product: 1})
        with self.assertRaisesRegex(UserError, "Tick what comes back"):
            self._find(draft).save().action_add()

    def test_a_serial_number_finds_its_delivery_and_is_named(self):
        phone = self._create_goods("Phone", is_storable=True, tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": phone.id} for name in ("SN-1", "SN-2")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                phone, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        order = self._sell([(phone, 2)], deliver=False, invoice=False)
        order.picking_ids.button_validate()
        draft = self._request(self.order, {self.product: 1})
        dialog = self._find(draft, "sn-2")
        dialog.save().action_add()
        [line] = draft.line_ids[1:]
        self.assertEqual((line.lot_ids, line.quantity), (lots[1], 1.0))

    def test_who_is_no_clerk_adds_nothing(self):
        draft = self._request(self.order, {self.product: 1})
        for role in ("viewer", "approver", "warehouse", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, draft).action_add_deliveries()
        draft.action_submit()
        with self.assertRaisesRegex(UserError, "no longer a draft"):
            draft.action_add_deliveries()

    def test_hundreds_of_deliveries_cost_no_more(self):
        def count(keywords):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            Line = self.env["sale.order.line"].with_user(self.users["clerk"])
            Line._find_delivered(self.company, self.customer, keywords)
            return self.env.cr.sql_log_count - start

        self.assertLessEqual(count("lamp PO"), 12)

    # === DUPLICATES === #

    def test_open_returns_of_the_same_goods_are_told(self):
        first = self._request(self.order, {self.product: 1})
        form = self._new()
        self.assertEqual(form.duplicate_names, first.name)
        draft = form.save()
        self.assertEqual(draft.duplicate_ids, first)
        self.assertEqual(draft.action_view_duplicates()["res_id"], first.id)
        first.action_cancel()
        draft.invalidate_recordset()
        self.assertFalse(draft.duplicate_ids)

    def test_many_returns_of_the_same_goods_are_counted(self):
        firsts = [self._request(self.order, {self.product: 1}) for _ in range(5)]
        draft = self._request(self.order, {self.product: 1})
        self.assertEqual(
            draft.duplicate_names,
            ", ".join(order.name for order in reversed(firsts[2:])) + " and 2 others",
        )

    # === PHOTOS === #

    def _upload(self, role="clerk", **vals):
        """As the web client does for a return that is not saved yet."""
        return (
            self.env["ir.attachment"]
            .with_user(self.users[role])
            .create(
                {
                    "name": "photo.png",
                    "raw": b"photo",
                    "res_model": "sale.return.order",
                    "res_id": 0,
                    **vals,
                }
            )
        )

    def test_a_photo_of_an_unsaved_return_counts(self):
        self.reason.sudo().requires_attachment = True
        draft = self._request(self.order, {self.product: 1})
        with self.assertRaisesRegex(UserError, "attach a file"):
            draft.action_submit()
        draft.attachment_ids = [Command.link(self._upload().id)]
        self.assertEqual(draft.attachment_ids.res_id, draft.id)
        draft.action_submit()
        self.assertEqual(draft.state, "submitted")

    def test_what_came_by_the_chatter_is_shown_and_can_be_taken_away(self):
        draft = self._request(self.order, {self.product: 1})
        photo = self._upload(res_id=draft.id)
        draft.invalidate_recordset()
        self.assertEqual(draft.attachment_ids, photo)
        draft.attachment_ids = [Command.unlink(photo.id)]
        self.assertFalse(photo.exists())
        self.assertFalse(draft.attachment_ids)

    def test_nobody_takes_the_files_of_others(self):
        draft = self._request(self.order, {self.product: 1})
        other = self._request(self.order, {self.product: 1})
        theirs = self._upload(res_id=other.id)
        invoice_file = self.env["ir.attachment"].create(
            {"name": "x", "res_model": "account.move", "res_id": 0}
        )
        for file in (theirs, invoice_file):
            with self.subTest(file=file), self.assertRaises(AccessError):
                draft.attachment_ids = [Command.link(file.id)]
                self.env.flush_all()
            draft.invalidate_recordset()
        self.assertEqual(theirs.res_id, other.id)

    def test_files_of_what_was_submitted_stay(self):
        draft = self._request(self.order, {self.product: 1})
        photo = self._upload(res_id=draft.id)
        draft.action_submit()
        with self.assertRaises(UserError):
            draft.write({"attachment_ids": [Command.unlink(photo.id)]})
        self.assertTrue(photo.exists())
