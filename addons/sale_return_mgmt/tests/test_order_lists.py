from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common_receipt import ReceiptCommon

READERS = (
    "viewer",
    "clerk",
    "approver",
    "warehouse",
    "manager",
    "accountant",
    "seller",
)
MONEY = ("amount", "price", "refund", "tax", "credit", "fee")


@tagged("post_install", "-at_install")
class TestOrderLists(ReceiptCommon):
    """Returns as people look through many of them: lists, calendar, figures, search."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_seller()
        cls.customer.phone = "+86 138-0013 8000"
        cls.order = cls._sell([(cls.product, 20)])
        cls.team = cls.env["crm.team"].create({"name": "Claims"})
        cls.team.member_ids = cls.users["manager"]
        cls.draft = cls._request(cls.order, {cls.product: 1})
        cls.submitted = cls._request(cls.order, {cls.product: 1})
        cls.submitted.action_submit()
        cls.approved = cls._approved(cls.order, {cls.product: 1})
        cls.returns = cls.draft | cls.submitted | cls.approved

    def _get_arch(self, role, kind, model="sale.return.order"):
        Model = self.env[model].with_user(self.users[role])
        return etree.fromstring(Model.get_view(view_type=kind)["arch"])

    def _search(self, role, name, text, model="sale.return.order"):
        """Records that the search view finds, typed into its field ``name``."""
        records = self.env[model].with_user(self.users[role])
        [field, *_others] = self._get_arch(role, "search", model).xpath(
            f"//field[@name='{name}']"
        )
        domain = field.get("filter_domain")
        return records.search(
            safe_eval(domain, {"self": text}) if domain else [(name, "ilike", text)]
        )

    def _filter(self, role, name, model="sale.return.order"):
        [domain] = self._get_arch(role, "search", model).xpath(
            f"//filter[@name='{name}']/@domain"
        )
        Model = self.env[model].with_user(self.users[role])
        return Model.search(safe_eval(domain, {"uid": Model.env.uid}))

    # === MONEY === #

    def test_no_view_tells_the_warehouse_an_amount(self):
        for model in ("sale.return.order", "sale.return.order.line"):
            measures = self.env[model].with_user(self.users["warehouse"]).fields_get()
            self.assertFalse([n for n in measures if n.startswith(("amount", "price"))])
            for kind in ("list", "pivot", "graph", "search", "calendar", "activity"):
                if model.endswith("line") and kind in ("calendar", "activity"):
                    continue
                for role, shown in (("viewer", True), ("warehouse", False)):
                    with self.subTest(model=model, kind=kind, role=role):
                        root = self._get_arch(role, kind, model)
                        texts = [
                            text
                            for node in root.iter("field", "filter")
                            for text in (node.get("name"), node.get("domain") or "")
                        ]
                        money = [t for t in texts if any(m in t for m in MONEY)]
                        if not shown:
                            self.assertFalse(money)
                        elif kind != "graph":
                            self.assertTrue(money)

    def test_the_warehouse_sums_up_no_amounts(self):
        Order = self.env["sale.return.order"].with_user(self.users["warehouse"])
        for aggregate in ("amount_total:sum", "amount_refunded:sum"):
            with self.subTest(aggregate), self.assertRaises(AccessError):
                Order.formatted_read_group([], ["state"], [aggregate])
        groups = Order.formatted_read_group([], ["state"], ["__count"])
        self.assertEqual([group["state"] for group in groups], ["approved"])

    # === LIST === #

    def test_the_manager_shares_out_several_returns_at_once(self):
        root = self._get_arch("manager", "list")
        self.assertEqual(root.get("multi_edit"), "1")
        for name in ("user_id", "team_id"):
            [node] = root.xpath(f"//field[@name='{name}']")
            self.assertFalse(node.get("readonly"), name)
        returns = self._as("manager", self.returns)
        returns.write({"user_id": self.users["clerk"].id, "team_id": self.team.id})
        self.assertEqual(self.returns.user_id, self.users["clerk"])
        self.assertEqual(self.returns.team_id, self.team)

    def test_others_share_out_their_drafts_only(self):
        root = self._get_arch("clerk", "list")
        for name in ("user_id", "team_id"):
            [node] = root.xpath(f"//field[@name='{name}']")
            self.assertEqual(node.get("readonly"), "state != 'draft'")
        self._as("clerk", self.draft).team_id = self.team
        with self.assertRaises(UserError):
            self._as("clerk", self.submitted).team_id = self.team
        for role in ("viewer", "approver", "warehouse", "accountant", "seller"):
            with self.subTest(role), self.assertRaises(UserError):
                self._as(role, self.approved).write({"team_id": self.team.id})

    def test_nothing_else_is_editable_in_the_list(self):
        Order = self.env["sale.return.order"]
        for node in self._get_arch("manager", "list").iter("field"):
            name = node.get("name")
            if name in ("user_id", "team_id", "activity_ids"):
                continue
            with self.subTest(name):
                self.assertTrue(node.get("readonly") or Order._fields[name].readonly)

    def test_amounts_are_summed_and_overdue_is_marked(self):
        root = self._get_arch("viewer", "list")
        [total] = root.xpath("//field[@name='amount_total']")
        self.assertTrue(total.get("sum"))
        [due] = root.xpath("//field[@name='date_deadline']")
        self.assertEqual(due.get("widget"), "remaining_days")

    # === CALENDAR === #

    def test_the_calendar_names_the_customer(self):
        action = self.env.ref("sale_return_mgmt.sale_return_order_action")
        self.assertIn("calendar", action.view_mode)
        shown = self.approved.with_context(**safe_eval(action.context))
        self.assertEqual(shown.display_name, f"{self.approved.name} - Customer")
        self.assertEqual(self.approved.display_name, self.approved.name)
        root = self._get_arch("warehouse", "calendar")
        self.assertEqual(root.get("date_start"), "date_deadline")

    # === SEARCH === #

    def test_every_reader_uses_every_filter_and_group(self):
        self.users["manager"].group_ids += self.env.ref(
            "stock.group_stock_multi_warehouses"
        )
        for model in ("sale.return.order", "sale.return.order.line"):
            for role in READERS:
                Model = self.env[model].with_user(self.users[role])
                root = self._get_arch(role, "search", model)
                for node in root.iter("filter"):
                    with self.subTest(model=model, role=role, name=node.get("name")):
                        if node.get("domain"):
                            self._filter(role, node.get("name"), model)
                        elif node.get("context"):
                            groupby = safe_eval(node.get("context"))["group_by"]
                            Model.formatted_read_group([], [groupby], ["__count"])
                for name in set(root.xpath("//field/@name")):
                    with self.subTest(model=model, role=role, field=name):
                        self._search(role, name, "x", model)

    def test_found_by_phone_however_it_is_typed(self):
        for text in ("13800138000", "138 0013", "+86 138-0013 8000"):
            with self.subTest(text):
                found = self._search("clerk", "partner_phone", text)
                self.assertEqual(found & self.returns, self.returns)
        for text in ("139", "no number", "%"):
            with self.subTest(text):
                self.assertFalse(
                    self._search("clerk", "partner_phone", text) & self.returns
                )

    def test_found_by_the_phone_of_the_company(self):
        company = self.env["res.partner"].create(
            {"name": "Group", "is_company": True, "phone": "(040) 77 66 55"}
        )
        self.customer.parent_id = company
        found = self._search("clerk", "partner_phone", "776655")
        self.assertEqual(found & self.returns, self.returns)

    def test_found_by_tracking_number_and_references(self):
        self.approved.sudo().write(
            {"carrier_tracking_ref": "1Z999", "customer_reference": "CLAIM-7"}
        )
        for name, text in (
            ("name", "1Z999"),
            ("name", "CLAIM-7"),
            ("carrier_tracking_ref", "1z99"),
            ("customer_reference", "claim"),
        ):
            with self.subTest(name=name, text=text):
                self.assertEqual(self._search("clerk", name, text), self.approved)
        names = self.env["sale.return.order"].with_user(self.users["clerk"])
        self.assertEqual(
            [res_id for res_id, _name in names.name_search("1Z999")], self.approved.ids
        )

    def test_found_by_the_lot_that_was_named_or_came(self):
        serials = self._create_tracked("serial", {"SN-A1": 1, "SN-B2": 1})
        order = self._sell([(serials, 2)])
        named = self._request(order, {serials: 1})
        lots = self.env["stock.lot"].search([("product_id", "=", serials.id)])
        named.line_ids.lot_ids = lots.filtered(lambda lot: lot.name == "SN-A1")
        self.assertEqual(self._search("clerk", "lot_names", "sn-a1"), named)
        self.assertFalse(self._search("clerk", "lot_names", "SN-B2"))
        self.assertEqual(named.lot_names, "SN-A1")
        named.line_ids.lot_ids = False
        named.action_submit()
        self._as("approver", named).action_approve()
        picking = self._open_receipt(named)
        picking.move_ids.move_line_ids.lot_id = lots[1]
        picking.move_ids.picked = True
        picking.button_validate()
        # Neither the accountant nor the salesman may read lots themselves.
        for role in ("warehouse", "accountant", "seller"):
            with self.subTest(role):
                found = self._search(role, "lot_names", lots[1].name)
                self.assertEqual(found.ids, named.ids)
                self.assertEqual(found.lot_names, lots[1].name)

    def test_overdue_results_and_goods(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        self.returns.sudo().date_deadline = yesterday
        self.approved.sudo().date_send_before = yesterday
        for name, expected in (
            ("result_due", self.submitted | self.approved),
            ("goods_overdue", self.approved),
        ):
            with self.subTest(name):
                self.assertEqual(self._filter("clerk", name) & self.returns, expected)

    def test_my_team(self):
        self.approved.sudo().team_id = self.team
        self.assertEqual(self._filter("manager", "my_team").ids, self.approved.ids)
        self.assertFalse(self._filter("clerk", "my_team"))
        self.team.user_id = self.users["clerk"]
        self.assertEqual(self._filter("clerk", "my_team"), self.approved)

    # === RETURN LINES === #

    def test_claims_by_liable_party(self):
        reason = self.reason.sudo().copy({"code": "LOST", "liable_party": "carrier"})
        self.draft.line_ids.reason_id = reason
        lines = self.returns.line_ids
        for model, ours in (
            ("sale.return.order.line", lines),
            ("sale.return.order", self.returns),
        ):
            found = self._filter("accountant", "liable_carrier", model)
            self.assertEqual((found & ours).ids, ours[:1].ids)
        Line = self.env["sale.return.order.line"].with_user(self.users["accountant"])
        groups = Line.formatted_read_group(
            [("id", "in", lines.ids)], ["liable_party"], ["price_total:sum", "__count"]
        )
        self.assertEqual(
            {group["liable_party"]: group["__count"] for group in groups},
            {"carrier": 1, "customer": 2},
        )

    def test_a_line_leads_to_its_return(self):
        self.assertEqual(
            self._get_arch("viewer", "list", "sale.return.order.line").get("action"),
            "action_view_order",
        )
        action = self._as("viewer", self.draft.line_ids).action_view_order()
        self.assertEqual(action["res_id"], self.draft.id)

    def test_a_list_costs_the_same_for_many(self):
        def read(returns):
            self.env.invalidate_all()
            root = self._get_arch("clerk", "list")
            names = {name: {} for name in root.xpath("//field/@name")}
            before = self.cr.sql_log_count
            self._as("clerk", returns).web_read(names)
            return self.cr.sql_log_count - before

        more = self.approved
        for _number in range(3):
            more |= self._approved(self.order, {self.product: 1})
        read(more)
        many, one = read(more), read(self.approved)
        self.assertEqual(many, one)
