from itertools import chain

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import SaleReturnReportCommon


@tagged("post_install", "-at_install")
class TestReportViews(SaleReturnReportCommon):
    """What the pivot and the graph ask the server for, as the web client asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lamp, chair = cls.product, cls.product_on_order
        may = cls._request(cls._sell([(lamp, 5)]), {lamp: 2}, date_request="2026-05-04")
        june = cls._request(
            cls._sell([(lamp, 5), (chair, 5)]),
            {lamp: 1, chair: 3},
            date_request="2026-06-01",
        )
        june.line_ids.filtered(
            lambda line: line.product_id == chair
        ).reason_id = cls.reason_note
        cls.returns = may | june
        cls.domain = [("order_id", "in", cls.returns.ids)]

    def test_pivot_of_reason_and_month(self):
        groups = self._report().formatted_read_group(
            self.domain,
            ["reason_id", "date_request:month"],
            ["quantity:sum", "amount_untaxed:sum", "return_count:count_distinct"],
        )
        cells = {
            (group["reason_id"][0], group["date_request:month"][0]): (
                group["quantity:sum"],
                group["amount_untaxed:sum"],
                group["return_count:count_distinct"],
            )
            for group in groups
        }
        self.assertEqual(
            cells,
            {
                (self.reason.id, "2026-05-01"): (2, 200, 1),
                (self.reason.id, "2026-06-01"): (1, 100, 1),
                (self.reason_note.id, "2026-06-01"): (3, 300, 1),
            },
        )

    def test_graph_by_reason_and_by_month(self):
        for groupby, expected in (
            ("reason_id", [3, 3]),
            ("date_request:month", [2, 4]),
        ):
            groups = self._report().formatted_read_group(
                self.domain, [groupby], ["quantity:sum"]
            )
            self.assertEqual([group["quantity:sum"] for group in groups], expected)

    def test_every_group_by_of_the_search_view_works(self):
        view = self._report().get_view(view_type="search")
        arch = self.env["ir.ui.view"].browse(view["id"])._get_combined_arch()
        contexts = [
            filter_.get("context")
            for filter_ in arch.iter("filter")
            if filter_.get("context")
        ]
        self.assertGreaterEqual(len(contexts), 12)
        for context in contexts:
            groupby = safe_eval(context)["group_by"]
            groups = self._report().formatted_read_group(
                self.domain, [groupby], ["quantity:sum"]
            )
            self.assertEqual(sum(group["quantity:sum"] for group in groups), 6, groupby)

    def test_default_filter_leaves_out_what_was_not_approved(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_return_mgmt_report.sale_return_report_action"
        )
        self.assertIn("'search_default_approved': 1", action["context"])
        view = self.env.ref("sale_return_mgmt_report.sale_return_report_view_search")
        [approved] = view._get_combined_arch().xpath("//filter[@name='approved']")
        domain = self.domain + safe_eval(approved.get("domain"))
        self.assertFalse(self._report().search(domain))
        self.returns[0].action_submit()
        self.assertFalse(self._report().search(domain))
        self._as("approver", self.returns[0]).action_approve()
        self.assertEqual(self._report().search(domain).order_id, self.returns[0])

    def test_measures_have_names_that_tell_them_apart(self):
        for model in ("sale.return.report", "sale.return.rate.report"):
            fields = self.env[model].fields_get()
            measures = {
                name: field
                for name, field in fields.items()
                if name != "id"
                and field["type"] in ("integer", "float", "monetary")
                and field.get("aggregator")
            }
            names = [field["string"] for field in measures.values()]
            self.assertEqual(len(names), len(set(names)))
            # What no row tells of is no measure, but a rate of those that are.
            report = self._report().env[model]
            sources = chain.from_iterable(report._get_sources())
            told = {name for values, *_ in sources for name in values}
            self.assertEqual(measures.keys() - told, report._get_ratios().keys())

    def test_rows_that_know_nothing_of_a_measure_are_left_out(self):
        """As in the sums, so in the groups: nothing is shown that has no answer."""
        self.returns[0].action_submit()
        self._as("approver", self.returns[0]).action_approve()
        self._receive(self.returns[0])
        [group] = self._report().formatted_read_group(
            self.domain, ["state"], ["quantity_disposed:sum"]
        ) or [{}]
        self.assertFalse(group)
        rows = self._report().search(self.domain)
        [(count,)] = self._report()._read_group(self.domain, [], ["__count"])
        self.assertEqual(count, len(rows))

    def test_average_rating_counts_each_rated_return_once(self):
        may, june = self.returns.sudo().sorted("date_request")
        unrated = self._request(self._sell([(self.product, 5)]), {self.product: 1})
        for return_order, rate in ((may, 5), (june, 1)):  # june has two lines
            token = return_order._rating_get_access_token()
            return_order.rating_apply(rate, token=token)
        returns = self.returns | unrated
        domain = [("order_id", "in", returns.ids)]
        [(average,)] = self._report()._read_group(domain, [], ["rating:avg"])
        self.assertEqual(average, 3)
        [(average,)] = returns._read_group(
            [("id", "in", returns.ids)], [], ["rating_last_value:avg"]
        )
        self.assertEqual(average, 3)
        by_satisfaction = self._report().formatted_read_group(
            domain, ["satisfaction"], ["rating:avg", "return_count:count_distinct"]
        )
        self.assertEqual(
            [
                (
                    group["satisfaction"],
                    group["rating:avg"],
                    group["return_count:count_distinct"],
                )
                for group in by_satisfaction
            ],
            [("satisfied", 5, 1), ("unsatisfied", 1, 1), (False, False, 1)],
        )

    def test_choices_are_those_of_the_documents(self):
        fields = self._report().fields_get()
        orders = self._report().env["sale.return.order"].fields_get()
        for name in ("state", "receipt_status", "satisfaction"):
            self.assertEqual(fields[name]["selection"], orders[name]["selection"])
