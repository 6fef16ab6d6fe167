from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleReturnCommon
from .common_client import ClientMixin

FEW, MANY = 10, 100
# What ninety more lines may cost in all: prefetching and inserts work in portions.
PORTIONS = 12


@tagged("post_install", "-at_install")
class TestFormQueries(ClientMixin, SaleReturnCommon):
    """The form of a hundred lines opens, follows and saves as one of ten does, asked
    as the web client asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.return.policy"].sudo().create(
            {"name": "Others", "product_ids": [Command.link(cls.product_on_order.id)]}
        )
        products = cls.env["product.product"].create(
            [
                {
                    "name": f"Lamp {index}",
                    "type": "consu",
                    "is_storable": True,
                    "list_price": 10,
                    "invoice_policy": "delivery",
                    "taxes_id": [Command.set(cls.tax_excluded.ids)],
                }
                for index in range(MANY)
            ]
        )
        Quant = cls.env["stock.quant"]
        for product in products:
            Quant._update_available_quantity(product, cls.warehouse.lot_stock_id, 9)
        cls.orders = {
            count: cls._sell([(product, 3) for product in products[:count]])
            for count in (FEW, MANY)
        }
        # The caches that all requests share.
        cls.Return = cls.env["sale.return.order"].with_user(cls.users["clerk"])

    def _lines(self, count):
        return [
            Command.create(
                {
                    "sale_line_id": line.id,
                    "quantity": 1,
                    "reason_id": self.reason.id,
                }
            )
            for line in self.orders[count].order_line
        ]

    def _draft(self, count):
        return self.Return.create(
            {"partner_id": self.customer.id, "line_ids": self._lines(count)}
        )

    def _check(self, step):
        """:param step: called with the number of lines, returns what to measure"""
        few = self._count_queries(step(FEW))[0]  # and the caches
        few, answer = self._count_queries(step(FEW))
        many, _answer = self._count_queries(step(MANY))
        self.assertLessEqual(many - few, PORTIONS, (few, many))
        return answer

    def test_a_draft_opens(self):
        drafts = {count: self._draft(count) for count in (FEW, MANY)}
        specification = self._get_form(self.Return)
        answer = self._check(
            lambda count: lambda: drafts[count].web_read(specification)
        )
        self.assertEqual(len(answer[0]["line_ids"]), FEW)

    def test_a_new_return_is_filled(self):
        specification = self._get_form(self.Return)

        def step(count):
            Return = self.Return.with_context(
                sale_return_order_ids=self.orders[count].ids
            )
            return lambda: Return.onchange({}, [], specification)

        answer = self._check(step)
        self.assertEqual(len(answer["value"]["line_ids"]), FEW)

    def test_a_change_in_the_head_is_followed(self):
        drafts = {count: self._draft(count) for count in (FEW, MANY)}
        specification = self._get_form(self.Return)

        def step(count):
            draft = drafts[count]
            values = {
                "legal_basis": "withdrawal",
                "line_ids": [Command.link(line.id) for line in draft.line_ids],
            }
            return lambda: draft.onchange(values, ["legal_basis"], specification)

        self._check(step)

    def test_a_new_return_is_saved(self):
        specification = self._get_form(self.Return)

        def step(count):
            vals = {"partner_id": self.customer.id, "line_ids": self._lines(count)}
            return lambda: self.Return.web_save(vals, specification)

        self._check(step)

    def test_changed_lines_are_saved(self):
        """All of them, as after somebody went through the list."""
        drafts = {count: self._draft(count) for count in (FEW, MANY)}
        specification = self._get_form(self.Return)
        quantity = iter(range(1, 100))

        def step(count):
            number = next(quantity) % 2 + 1
            vals = {
                "line_ids": [
                    Command.update(line.id, {"quantity": number})
                    for line in drafts[count].line_ids
                ]
            }
            return lambda: drafts[count].web_save(vals, specification)

        self._check(step)

    def test_what_others_returned_of_the_same_goods_is_not_priced_again(self):
        draft = self._draft(FEW)
        specification = self._get_form(self.Return)
        values = {
            "date_request": str(draft.date_request),
            "line_ids": [Command.link(line.id) for line in draft.line_ids],
        }

        def count():
            return self._count_queries(
                lambda: draft.onchange(values, ["date_request"], specification)
            )[0]

        count()
        before = count()
        for _number in range(10):
            self._draft(FEW)
        self.assertLessEqual(count() - before, 3)
