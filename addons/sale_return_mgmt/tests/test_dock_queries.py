from odoo.fields import Command
from odoo.tests import tagged

from .common_inspection import SaleReturnInspectionCommon

FEW, MANY = 5, 40
# What one more line may cost: nothing to look at it, and what Odoo's moves cost.
PER_LINE = {"open": 0, "scan": 0, "receive": 9, "inspect": 15, "accept": 16}


@tagged("post_install", "-at_install")
class TestDockQueries(SaleReturnInspectionCommon):
    """What the dock asks the database for grows with the lines by a constant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        products = [cls._create_goods(f"Lamp {index}") for index in range(MANY)]
        for product in products:
            product.barcode = f"LAMP-{product.id}"
        cls.order = cls._sell([(product, 9) for product in products], invoice=False)
        # Those of one line fill the caches that all requests share.
        cls.returns = {
            count: [cls._ask(count) for _number in range(2)] for count in (1, FEW, MANY)
        }
        cls.dock = cls.env["sale.return.dock"].with_user(cls.users["warehouse"])

    @classmethod
    def _ask(cls, count):
        """An approved return of so many lines."""
        returned = cls._as("clerk", cls.env["sale.return.order"]).create(
            {
                "partner_id": cls.customer.id,
                "reason_id": cls.reason.id,
                "line_ids": [
                    Command.create({"sale_line_id": line.id, "quantity": 1})
                    for line in cls.order.order_line[:count]
                ],
            }
        )
        returned.action_submit()
        cls._as("approver", returned).action_approve()
        return returned.sudo()

    def _work(self, first, second):
        """Two returns of as many lines, from the scan to the inspection.

        :return: queries by step
        """
        costs = {}

        def take(step, work):
            costs[step], answer = self._count_queries(work)
            return answer

        def receive(returned):
            sheet = self.dock.open_return(returned.id)
            counts = [
                {"product": row["product"], "quantity": row["quantity"]}
                for row in sheet["expected"]
            ]
            return lambda: self.dock.receive(
                sheet["id"], f"r{returned.id}", sheet["stamp"], counts
            )

        take("open", lambda: self.dock.open_return(first.id))
        code = first.line_ids[-1].product_id.barcode
        take("scan", lambda: self.dock.find_product(code))
        sheet = take("receive", receive(first))
        self.assertFalse(sheet["expected"])
        findings = [
            {name: row[name] for name in ("line", "lot", "quantity", "disposition")}
            for row in sheet["waiting"]
        ]
        self.assertEqual(len(findings), len(first.line_ids))
        sheet = take(
            "inspect",
            lambda: self.dock.inspect(
                sheet["id"], f"i{first.id}", sheet["stamp"], findings
            ),
        )
        self.assertFalse(sheet["waiting"])
        receive(second)()
        sheet = take("accept", lambda: self.dock.accept_all(second.id))
        self.assertFalse(sheet["waiting"])
        return costs

    def test_a_line_costs_the_same_whatever_their_number(self):
        _one, few, many = (self._work(*pair) for pair in self.returns.values())
        for step, allowed in PER_LINE.items():
            with self.subTest(step=step, few=few[step], many=many[step]):
                more = (many[step] - few[step]) / (MANY - FEW)
                self.assertLessEqual(more, allowed)
