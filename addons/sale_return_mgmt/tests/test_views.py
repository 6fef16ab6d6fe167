from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import SaleReturnCommon
from .common_client import ClientMixin

READERS = (
    "viewer",
    "clerk",
    "approver",
    "warehouse",
    "manager",
    "accountant",
    "seller",
)


@tagged("native", "post_install", "-at_install")
class TestViews(ClientMixin, SaleReturnCommon):
    """What each role meets in the web client, asked for as the client does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_seller()
        cls.order = cls._sell([(cls.product, 20)])
        cls.draft = cls._request(cls.order, {cls.product: 1})
        cls.submitted = cls._request(cls.order, {cls.product: 1})
        cls.submitted.action_submit()
        cls.approved = cls._approved(cls.order, {cls.product: 1})
        cls.done = cls._approved(cls.order, {cls.product: 1})
        cls._receive(cls.done)
        cls.rejected = cls._request(cls.order, {cls.product: 1})
        cls.rejected.action_submit()
        cls._as("approver", cls.rejected).action_reject("Used.")
        cls.returns = (
            cls.draft | cls.submitted | cls.approved | cls.done | cls.rejected
        ).sudo()

    # === THE CLIENT'S PART === #

    def _open(self, records, kind, view_id=False):
        """Show ``records`` in a view of that kind; return its root and the answer."""
        views = records.get_views([(view_id, kind)], {})
        root = etree.fromstring(views["views"][kind]["arch"])
        models = views["models"]
        specification = self._get_specification(root, models, records._name)
        return root, records.web_read(specification)

    def _get_menus(self, role):
        Menu = self.env["ir.ui.menu"].with_user(self.users[role])
        return Menu.browse(Menu._visible_menu_ids())

    # === TESTS === #

    def test_every_reader_opens_every_view_of_returns(self):
        for role in READERS:
            Order = self.env["sale.return.order"].with_user(self.users[role])
            returns = Order.search([])
            self.assertTrue(returns)
            for kind in ("list", "kanban", "form", "calendar", "activity"):
                with self.subTest(role=role, kind=kind):
                    self.env.invalidate_all()
                    _root, answer = self._open(returns, kind)
                    self.assertEqual(len(answer), len(returns))

    def test_every_reader_opens_the_return_lines(self):
        for role in READERS:
            with self.subTest(role=role):
                lines = self.returns.line_ids.with_user(self.users[role])
                lines = lines._filtered_access("read")
                _root, answer = self._open(lines, "list")
                self.assertEqual(len(answer), len(lines))

    def test_smart_buttons_lead_there_and_back(self):
        for role in ("viewer", "clerk", "approver", "manager"):
            done = self._as(role, self.done)
            for action, model, back in (
                (done.action_view_sale_orders(), "sale.order", "action_view_returns"),
                (
                    done.action_view_pickings(),
                    "stock.picking",
                    "action_view_return_order",
                ),
                (
                    done.action_view_refunds(),
                    "account.move",
                    "action_view_return_order",
                ),
            ):
                with self.subTest(role=role, model=model):
                    self.env.invalidate_all()
                    self.assertEqual(action["res_model"], model)
                    record = self.env[model].with_user(self.users[role])
                    record = record.browse(action["res_id"])
                    root, answer = self._open(record, "form")
                    self.assertTrue(answer)
                    [button] = root.xpath(f"//button[@name='{back}']")
                    self.assertEqual(button.get("type"), "object")
                    self.assertEqual(
                        getattr(record, back)()["res_model"], "sale.return.order"
                    )

    def test_warehouse_finds_its_returns_in_inventory(self):
        menu = self.env.ref("sale_return_mgmt.sale_return_order_menu_stock")
        self.assertIn(menu, self._get_menus("warehouse"))
        self.assertNotIn(menu, self._get_menus("storekeeper"))
        self.assertNotIn(menu, self._get_menus("clerk"))
        action = self.env.ref("sale_return_mgmt.sale_return_order_action_receive")
        self.assertEqual(menu.action, action)

    def test_warehouse_views_hold_no_money(self):
        for role, shown in (("viewer", True), ("warehouse", False)):
            for kind in ("list", "kanban", "form"):
                with self.subTest(role=role, kind=kind):
                    root, _answer = self._open(self._as(role, self.done), kind)
                    names = set(root.xpath("//field/@name"))
                    money = {"amount_total", "refund_status"} & names
                    self.assertEqual(bool(money), shown)
                    if not shown:
                        self.assertFalse(
                            [
                                name
                                for name in names
                                if name.startswith(("amount", "price", "refund", "tax"))
                            ]
                        )

    def test_menus_follow_the_roles(self):
        names = {
            "sale_return_order_menu": {"viewer", "clerk", "approver", "accountant"},
            "sale_return_order_menu_to_approve": {"approver"},
            "sale_return_sale_order_menu": {"clerk"},
            "sale_return_menu_config": set(),
        }
        for name, roles in names.items():
            menu = self.env.ref(f"sale_return_mgmt.{name}")
            self.assertIn(menu, self._get_menus("manager"))
            for role in ("viewer", "clerk", "approver", "accountant", "employee"):
                with self.subTest(menu=name, role=role):
                    self.assertEqual(menu in self._get_menus(role), role in roles)

    def test_buttons_are_those_of_the_role(self):
        buttons = {
            "action_submit": {"clerk", "manager"},
            "action_approve": {"approver", "manager"},
            "action_approve_with_changes": {"approver", "manager"},
            "action_reject": {"approver", "manager"},
            "action_send_back": {"approver", "manager"},
            "action_withdraw": {"clerk", "manager"},
            "action_settle_selected": {"manager"},
            "action_close_short": {"manager"},
            "action_credit_instead": {"manager"},
            "action_override_policy": {"manager"},
            "action_name_approver": {"manager"},
        }
        for role in ("viewer", "clerk", "approver", "warehouse", "manager"):
            root, _answer = self._open(self._as(role, self.done), "form")
            for name, roles in buttons.items():
                with self.subTest(role=role, button=name):
                    found = root.xpath(f"//header/button[@name='{name}']")
                    self.assertEqual(bool(found), role in roles)

    def test_filters_return_what_they_promise(self):
        other = self._request(self.order, {self.product: 1}, role="manager")
        archived = self._request(self.order, {self.product: 1}, role="manager").sudo()
        archived.active = False
        unposted = self._unposted_credit_note()
        by_filter = {
            "my_returns": self.returns | unposted,
            "draft": self.draft | other,
            "to_approve": self.submitted,
            "awaiting_goods": self.approved,
            "to_credit": unposted,
            "done": self.done,
            "rejected": self.rejected,
            "archived": archived,
        }
        Order = self.env["sale.return.order"].with_user(self.users["clerk"])
        ours = self.returns | other | archived | unposted
        for name, expected in by_filter.items():
            with self.subTest(filter=name):
                found = Order.search(self._get_filter_domain(Order, name))
                self.assertEqual(found & ours.with_user(Order.env.user), expected)

    def _unposted_credit_note(self):
        self.company.sale_return_post_refund = False
        return_order = self._approved(self.order, {self.product: 1})
        self._receive(return_order)
        return return_order.sudo()

    def _get_filter_domain(self, Order, name):
        root = etree.fromstring(Order.get_view(view_type="search")["arch"])
        [domain] = root.xpath(f"//filter[@name='{name}']/@domain")
        return safe_eval(domain, {"uid": Order.env.uid})

    def test_approvers_see_what_waits_for_them(self):
        Order = self.env["sale.return.order"].with_user(self.users["approver"])
        action = self.env.ref("sale_return_mgmt.sale_return_order_action_to_approve")
        self.assertEqual(safe_eval(action.context), {"search_default_my_approvals": 1})
        waiting = Order.search(self._get_filter_domain(Order, "my_approvals"))
        self.assertEqual(
            waiting & self.returns.with_user(Order.env.user), self.submitted
        )

    def test_group_by_offers_what_people_sort_returns_by(self):
        Order = self.env["sale.return.order"].with_user(self.users["clerk"])
        root = etree.fromstring(Order.get_view(view_type="search")["arch"])
        for context in root.xpath("//filter[@context]/@context"):
            groupby = safe_eval(context)["group_by"]
            groups = Order.formatted_read_group([], [groupby], ["__count"])
            self.assertTrue(groups, groupby)
        self.assertEqual(
            [safe_eval(text)["group_by"] for text in root.xpath("//filter/@context")],
            [
                "partner_id",
                "state",
                "user_id",
                "team_id",
                "reason_id",
                "channel",
                "satisfaction",
                "date_request:month",
            ],
        )

    def test_request_dates_can_be_filtered(self):
        Order = self.env["sale.return.order"].with_user(self.users["clerk"])
        root = etree.fromstring(Order.get_view(view_type="search")["arch"])
        self.assertEqual(
            root.xpath("//filter/@date"), ["date_request", "date_deadline"]
        )
        self.draft.date_request = fields.Date.today() - timedelta(days=400)
        old = Order.search([("date_request", "<", fields.Date.today())])
        self.assertEqual(old & self.returns.with_user(Order.env.user), self.draft)

    def test_search_finds_orders_articles_and_references(self):
        self.draft.customer_reference = "CLAIM-X"
        Order = self.env["sale.return.order"].with_user(self.users["clerk"])
        root = etree.fromstring(Order.get_view(view_type="search")["arch"])
        domains = root.xpath("//field/@filter_domain")
        found_by = {
            text: Order.browse().union(
                *(Order.search(safe_eval(domain, {"self": text})) for domain in domains)
            )
            for text in ("CLAIM-X", self.order.name, "LAMP", "no such thing")
        }
        self.assertEqual(found_by["CLAIM-X"], self.draft)
        self.assertTrue(
            self.returns.with_user(Order.env.user) <= found_by[self.order.name]
        )
        self.assertTrue(self.returns.with_user(Order.env.user) <= found_by["LAMP"])
        self.assertFalse(found_by["no such thing"])

    def test_kanban_shows_all_states_in_their_order(self):
        Order = self.env["sale.return.order"].with_user(self.users["clerk"])
        groups = Order.with_context(read_group_expand=True).formatted_read_group(
            [], ["state"], ["__count"]
        )
        self.assertEqual(
            [group["state"] for group in groups],
            ["draft", "submitted", "approved", "done", "rejected", "cancelled"],
        )
