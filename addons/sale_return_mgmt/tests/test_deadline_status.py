from odoo import fields
from odoo.tests import tagged

from .common import SaleReturnCommon


@tagged("native", "post_install", "-at_install")
class TestDeadlineStatus(SaleReturnCommon):
    """The kanban's colours: computed, searched and counted the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell([(cls.product, 20)])
        cls.returns = cls.env["sale.return.order"]
        today = fields.Date.context_today(cls.order)
        cls.expected = {}
        for days, status in (
            (-1, "overdue"),
            (0, "soon"),
            (3, "soon"),
            (4, "on_time"),
            (None, False),
        ):
            order = cls._request(cls.order, {cls.product: 1})
            order.action_submit()
            order = order.sudo()
            order.date_deadline = days is not None and fields.Date.add(today, days=days)
            cls.expected[order] = status
            cls.returns |= order
        draft = cls._request(cls.order, {cls.product: 1}).sudo()
        draft.date_deadline = fields.Date.add(today, days=-9)
        cls.expected[draft] = False
        cls.returns |= draft

    def test_overdue_is_red_and_soon_is_orange(self):
        colors = {"overdue": 1, "soon": 2}
        for order, status in self.expected.items():
            self.assertEqual(order.deadline_status, status)
            self.assertEqual(order.deadline_color, colors.get(status, 0))

    def test_search_and_columns_agree_with_it(self):
        Order = self.env["sale.return.order"].with_user(self.users["viewer"])
        ours = [("id", "in", self.returns.ids)]
        for status in ("overdue", "soon", "on_time", False):
            found = Order.search([*ours, ("deadline_status", "=", status)])
            self.assertEqual(
                set(found.ids),
                {order.id for order, told in self.expected.items() if told == status},
            )
        self.assertEqual(
            Order.read_progress_bar(
                ours,
                "state",
                {
                    "field": "deadline_status",
                    "colors": {"on_time": "", "soon": "", "overdue": ""},
                },
            ),
            {"submitted": {"on_time": 1, "soon": 2, "overdue": 1}},
        )

    def test_the_view_has_no_dragging_and_a_column_for_each_state(self):
        Order = self.env["sale.return.order"].with_user(self.users["viewer"])
        arch = Order.get_view(view_type="kanban")["arch"]
        for text in (
            'records_draggable="false"',
            'default_group_by="state"',
            'highlight_color="deadline_color"',
        ):
            self.assertIn(text, arch)
