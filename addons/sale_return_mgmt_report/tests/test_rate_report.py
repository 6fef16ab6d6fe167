import random
from collections import defaultdict
from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon

from .common import SaleReturnReportCommon

DELIVERED = datetime(2026, 3, 10, 12)


@tagged("post_install", "-at_install")
class TestRateReport(SaleReturnReportCommon, ReceiptCommon):
    """Rates agree with what was sold and taken back, as this test kept count of it."""

    def _rates(self, orders, groupby=(), *names, role="viewer", **kwargs):
        self.env.flush_all()
        report = self.env["sale.return.rate.report"].with_user(self.users[role])
        specs = [f"{name}:sum" for name in names]
        return report.with_context(**kwargs)._read_group(
            [("sale_order_id", "in", orders.ids)], groupby, specs
        )

    def _date(self, moves, date):
        """When the goods moved; Odoo has no way to say so afterwards."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET date = %s WHERE id IN %s", [date, tuple(moves.ids)]
        )
        self.env.invalidate_all()

    def test_random_sales_and_returns(self):
        """Quantities and values by product, both time bases, units, currencies, kits,
        Odoo's own returns: within a cent."""
        rng = random.Random(19)
        dozen = self.env.ref("uom.product_uom_dozen")
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        products = [self._create_goods(f"Ware {n}", list_price=10.0) for n in range(3)]
        sold, back = defaultdict(float), defaultdict(float)
        invoiced, credited = defaultdict(float), defaultdict(float)
        orders = self.env["sale.order"]
        for number in range(12):
            product = rng.choice(products)
            per_unit = 12 if number % 4 == 0 else 1
            price = rng.choice([7.0, 19.0, 120.0])
            quantity = rng.randint(2, 9)
            in_euro = number % 3 == 0
            vals = {"price_unit": price}
            if per_unit == 12:
                vals["product_uom_id"] = dozen.id
            order = self._sell(
                [(product, quantity, vals)],
                **({"pricelist_id": pricelist.id} if in_euro else {}),
            )
            orders |= order
            value = price / (2 if in_euro else 1)
            sold[product] += quantity * per_unit
            invoiced[product] += quantity * value
            returned = rng.randint(0, quantity)
            if not returned:
                continue
            if number % 5 == 4:
                native = self._return_natively(order.picking_ids, returned)
                native.move_ids.picked = True
                native.button_validate()
            else:
                self._receive(self._approved(order, {product: returned}))
                credited[product] += returned * value
            back[product] += returned * per_unit
        rows = self._rates(
            orders,
            ["product_id"],
            "quantity_delivered",
            "quantity_returned",
            "quantity_returned_sold",
            "quantity_returned_30",
            "amount_invoiced",
            "amount_credited",
            "amount_credited_sold",
            "return_rate",
            "return_rate_sold",
            "value_rate",
        )
        self.assertEqual(len(rows), len(sold))
        for product, *values in rows:
            product = product.with_env(self.env)
            for value, expected in zip(
                values,
                [
                    sold[product],
                    back[product],
                    back[product],
                    back[product],
                    invoiced[product],
                    credited[product],
                    credited[product],
                    back[product] / sold[product],
                    back[product] / sold[product],
                    credited[product] / invoiced[product],
                ],
                strict=True,
            ):
                self.assertAlmostEqual(value, expected, 2)
        # The rate of all is no average of the rates.
        [(rate, by_order)] = self._rates(orders, (), "return_rate", "order_rate")
        self.assertAlmostEqual(rate, sum(back.values()) / sum(sold.values()))
        returned = orders.filtered(
            lambda order: order.picking_ids.move_ids.filtered(
                lambda move: move.location_id.usage == "customer"
            )
        )
        self.assertAlmostEqual(by_order, len(returned) / len(orders))

    def test_both_time_bases_and_ages(self):
        order = self._sell([(self.product, 10)])
        self._date(order.picking_ids.move_ids, DELIVERED)
        for days, quantity in ((20, 1), (45, 2), (75, 3)):
            return_order = self._approved(order, {self.product: quantity})
            self._receive(return_order)
            moves = self._receipts(return_order).move_ids
            self._date(moves, DELIVERED + timedelta(days=days))
        rows = self._rates(
            order, ["date:month"], "quantity_delivered", "quantity_returned"
        )
        self.assertEqual(
            [(month.month, *values) for month, *values in rows],
            [(3, 10, 1), (4, 0, 2), (5, 0, 3)],
        )
        [(month, *values)] = self._rates(
            order,
            ["date:month"],
            "quantity_returned_sold",
            "return_rate_sold",
            "return_rate_30",
            "return_rate_60",
            "return_rate_90",
        )
        self.assertEqual((month.month, *values), (3, 6, 0.6, 0.1, 0.3, 0.6))

    def test_a_receipt_that_is_undone_counts_in_no_base(self):
        order = self._sell([(self.product, 10)])
        return_order = self._approved(order, {self.product: 4})
        self._receive(return_order)
        undone = self._return_natively(self._receipts(return_order), 4)
        undone.move_ids.picked = True
        undone.button_validate()
        names = ("quantity_delivered", "quantity_returned", "quantity_returned_sold")
        self.assertEqual(self._rates(order, (), *names), [(10, 0, 0)])

    def test_lots_have_rates_of_their_own(self):
        product = self._create_goods("Serial", tracking="lot")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in ("A", "B")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 5, lot_id=lot
            )
        order = self._sell([(product, 10)])
        return_order = self._request(order, {product: 2})
        return_order.line_ids.lot_ids = lots[1]
        return_order.action_submit()
        self._as("approver", return_order).action_approve()
        self._receive(return_order)
        rows = self._rates(order, ["lot_id"], "quantity_delivered", "return_rate")
        self.assertEqual(
            {lot.name: values for lot, *values in rows}, {"A": [5, 0], "B": [5, 0.4]}
        )
        # Without lots fewer tables are read, for the same sums.
        self.assertEqual(
            self._rates(order, (), "quantity_delivered", "quantity_returned"), [(10, 2)]
        )

    def test_kits_count_as_they_were_sold(self):
        if "mrp.bom" not in self.env:
            self.skipTest("sale_mrp is not installed")
        leg = self._create_goods("Leg", list_price=30.0)
        top = self._create_goods("Top", list_price=40.0)
        kit = self.env["product.product"].create(
            {"name": "Desk", "type": "consu", "list_price": 100.0}
        )
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": leg.id, "product_qty": 2}),
                    Command.create({"product_id": top.id, "product_qty": 1}),
                ],
            }
        )
        order = self._sell([(kit, 5), (leg, 3)])
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids.id}
        )
        for line in wizard.product_return_moves:
            # Two whole desks, and a leg that was sold by itself.
            is_part = line.move_id.sale_line_id.product_id == kit
            line.quantity = (4 if line.product_id == leg else 2) if is_part else 1
        native = wizard._create_return()
        native.move_ids.picked = True
        native.button_validate()
        rows = self._rates(
            order, ["product_id"], "quantity_delivered", "quantity_returned"
        )
        self.assertEqual(
            {product.name: tuple(values) for product, *values in rows},
            {"Desk": (5, 2), "Leg": (3, 1)},
        )

    def test_goods_without_an_order_came_back_but_were_not_sold(self):
        return_order = self._approved_without_order(quantity=4)
        self._receive(return_order)
        self.env.flush_all()
        report = self.env["sale.return.rate.report"].with_user(self.users["viewer"])
        moves = self._receipts(return_order).move_ids
        domain = [
            ("partner_id", "=", self.customer.id),
            ("sale_order_id", "=", False),
            ("product_id", "in", moves.product_id.ids),
        ]
        self.assertEqual(
            report._read_group(
                domain, [], ["quantity_returned:sum", "quantity_returned_sold:sum"]
            ),
            [(4, False)],
        )

    def test_companies_of_several_currencies_are_added_up_in_the_current_one(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        data = self.setup_other_company(currency_id=euro.id)
        other, product = data["company"], self._create_goods("Of two companies")
        order = self._sell([(product, 3, {"price_unit": 10.0})])
        self._receive(self._approved(order, {product: 1}))
        invoice = (
            self.env["account.move"]
            .with_company(other)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-03-10",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "price_unit": 100.0,
                                "account_id": data["default_account_revenue"].id,
                                "tax_ids": [],
                            }
                        )
                    ],
                }
            )
        )
        invoice.action_post()
        self.assertEqual(invoice.currency_id, euro)
        self.env.flush_all()
        manager = self.users["manager"]
        manager.company_ids |= other
        report = self.env["sale.return.rate.report"].with_user(manager)
        for companies, invoiced, credited in (
            (self.company | other, 30 + 100 / 2, 10),
            (self.company, 30, 10),
            (other, 100, 0),
        ):
            [(sold, back, rate)] = report.with_context(
                allowed_company_ids=companies.ids
            )._read_group(
                [("product_id", "=", product.id)],
                [],
                ["amount_invoiced:sum", "amount_credited:sum", "value_rate:avg"],
            )
            with self.subTest(companies.mapped("name")):
                self.assertAlmostEqual(sold, invoiced, 2)
                self.assertAlmostEqual(back or 0.0, credited, 2)
                self.assertAlmostEqual(rate or 0.0, credited / invoiced)
