from odoo.addons.sale_return_mgmt.tests.common import SaleReturnCommon

QUANTITIES = [
    "quantity",
    "quantity_approved",
    "quantity_received",
    "quantity_accepted",
    "quantity_refunded",
]
AMOUNTS = [
    "amount_untaxed",
    "amount_total",
    "amount_refunded_untaxed",
    "amount_refunded",
]


class SaleReturnReportCommon(SaleReturnCommon):
    def _report(self, role="viewer"):
        self.env.flush_all()
        return self.env["sale.return.report"].with_user(self.users[role])

    def _sums(self, return_orders, names):
        """Totals of the report for ``return_orders``, in the order of ``names``."""
        [sums] = self._report()._read_group(
            [("order_id", "in", return_orders.ids)],
            [],
            [f"{name}:sum" for name in names],
        )
        return sums

    def assertSums(self, return_orders, **expected):
        names = list(expected)
        sums = self._sums(return_orders, names)
        for name, value in zip(names, sums, strict=True):
            self.assertAlmostEqual(value, expected[name], 4, name)

    def assertSumsAreDocuments(self, return_orders):
        """The report says what orders, lines and journal entries say."""
        orders = return_orders.sudo()
        company = orders.company_id
        entries = orders.line_ids.refund_line_ids.move_id.filtered(
            lambda entry: entry.state == "posted"
        )
        self.assertSums(
            return_orders,
            **{
                name: sum(line._to_product_uom(line[name]) for line in orders.line_ids)
                for name in QUANTITIES
            },
            amount_untaxed=sum(
                order.currency_id._convert(
                    order.amount_untaxed,
                    company.currency_id,
                    company,
                    order.date_request,
                    round=False,
                )
                for order in orders
            ),
            amount_total=sum(
                order.currency_id._convert(
                    order.amount_total,
                    company.currency_id,
                    company,
                    order.date_request,
                    round=False,
                )
                for order in orders
            ),
            # Entries are signed as seen from the company: a credit note is negative.
            amount_refunded_untaxed=-sum(entries.mapped("amount_untaxed_signed")),
            amount_refunded=-sum(entries.mapped("amount_total_signed")),
        )
