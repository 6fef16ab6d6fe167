from odoo.tests import tagged

from .common import SaleReturnCommon

MANY = 41


@tagged("post_install", "-at_install")
class TestApiQueries(SaleReturnCommon):
    """What other systems send together is read and written together."""

    def _count(self, role, method, items):
        """:return: ``(queries, results)`` of one call"""
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        model = self.env["sale.return.order"].with_user(self.users[role])
        results = getattr(model, method)(items)
        self.env.flush_all()
        return self.env.cr.sql_log_count - start, results

    def _assert_quarter(self, role, method, items):
        single, [first] = self._count(role, method, items[:1])
        batch, results = self._count(role, method, items[1:])
        results = [first, *results]
        self.assertTrue(all(result["ok"] for result in results), results)
        with self.subTest(method=method, single=single, batch=batch):
            self.assertLess(batch, len(items[1:]) * single / 4)
        return [result["id"] for result in results]

    def test_a_call_costs_a_quarter_of_its_parts(self):
        order = self._sell([(self.product, 1)] * MANY)
        asked = self._assert_quarter(
            "clerk",
            "api_request",
            [
                {
                    "source": "shop",
                    "ref": f"Q-{line.id}",
                    "lines": [
                        {"sale_line": line.id, "quantity": 1, "reason": "UNWANTED"}
                    ],
                }
                for line in order.order_line
            ],
        )
        for role, method, values in (
            ("approver", "api_decide", {"decision": "approve"}),
            (
                "warehouse",
                "api_receive",
                {"lines": [{"product": "LAMP", "quantity": 1}]},
            ),
            ("clerk", "api_get", None),
        ):
            self._assert_quarter(
                role,
                method,
                [{"return": one, **values} if values else one for one in asked],
            )

    def test_what_lines_name_is_read_for_all(self):
        """Not line by line; told of goods that nobody has, which writes nothing."""
        approved = self._approved(self._sell([(self.product, 5)]))
        for method in ("api_receive", "api_inspect"):
            self.env["sale.return.order"].invalidate_model()
            costs = [
                self._count(
                    "warehouse",
                    method,
                    [
                        {
                            "return": approved.id,
                            "lines": [
                                {"product": f"NOPE-{number}", "quantity": 1}
                                for number in range(count)
                            ],
                        }
                    ],
                )[0]
                for count in (1, 1, 20)
            ]
            self.assertEqual(costs[1], costs[2], method)
        lots = [{"name": f"SN-{number}", "quantity": 1} for number in range(20)]
        costs = []
        for count in (1, 1, 20):
            line = {"product": "LAMP", "quantity": 1, "lots": lots[:count]}
            item = {"return": approved.id, "lines": [line]}
            queries, [refused] = self._count("warehouse", "api_receive", [item])
            self.assertEqual(refused["errors"][0]["code"], "NOT_FOUND")
            costs.append(queries)
        self.assertEqual(costs[1], costs[2])
