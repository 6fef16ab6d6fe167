import os
import random
from collections import defaultdict

from odoo.fields import Command, Date
from odoo.tests import Form, tagged

from .common import SaleReturnCommon

# Invoices for each rounding method, about a second each; thousands where there is time.
INVOICES = int(os.environ.get("SALE_RETURN_INVOICES", "100"))
SEED = int(os.environ.get("SALE_RETURN_SEED", "0"))
FEES = (0, 10, 12.5, 33.33)
PRICES = (10 / 3, 33.33, 0.99, 7.77, 100.0, 19.99, 1234.56, 0.05)
DISCOUNTS = (0, 0, 5, 10, 12.5, 33.33)
ROUNDS = 3


@tagged("post_install", "-at_install")
class TestExactCredit(SaleReturnCommon):
    """Credited in parts, by us and by others, an invoice is credited to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sale_return_refund_trigger = "approval"
        cls.products = cls.env["product.product"].union(
            *(
                cls._create_goods(f"Article {index}", invoice_policy="order")
                for index in range(4)
            )
        )
        for product, percent in zip(cls.products, FEES, strict=True):
            cls.env["sale.return.policy"].sudo().create(
                {
                    "name": f"{percent} %",
                    "product_ids": product.ids,
                    "fee_percent": percent,
                }
            )
        Tax = cls.env["account.tax"]
        fixed, second, withheld = Tax.create(
            [
                {
                    "name": "Eco 0.07",
                    "amount_type": "fixed",
                    "amount": 0.07,
                    "include_base_amount": True,
                    "sequence": 0,
                },
                {"name": "3 %", "amount": 3.0},
                {"name": "Withheld", "amount": -1.5},
            ]
        )
        cls.taxes = [
            Tax,
            cls.tax_excluded,
            cls.tax_included,
            fixed + cls.tax_excluded,
            cls.tax_excluded + second,
            cls.tax_excluded + withheld,
        ]
        cls.pricelists = cls.env["product.pricelist"].create(
            [
                {"name": code, "currency_id": cls._activate(code).id}
                for code in (cls.company.currency_id.name, "EUR", "JPY")
            ]
        )

    @classmethod
    def _activate(cls, code):
        currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", code)])
        )
        currency.active = True
        return currency

    def _move_rates(self):
        """Every round has other rates than the one before."""
        foreign = self.pricelists.currency_id - self.company.currency_id
        self.env["res.currency.rate"].search(
            [
                ("currency_id", "in", foreign.ids),
                ("company_id", "=", self.company.id),
                ("name", "=", Date.today()),
            ]
        ).unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                    "name": Date.today(),
                    "rate": self.random.uniform(0.5, 2.0)
                    * (150 if currency.rounding == 1 else 1),
                }
                for currency in foreign
            ]
        )

    def _sell_at_random(self, count):
        choose = self.random.choice
        for product in self.products:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 7 * count
            )
        # Odoo would put several orders of one customer on one invoice.
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(count)]
        )
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": customer.id,
                    "pricelist_id": choose(self.pricelists).id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": self.random.randint(1, 7),
                                "price_unit": choose(PRICES),
                                "discount": choose(DISCOUNTS),
                                "tax_ids": [Command.set(choose(self.taxes).ids)],
                            }
                        )
                        for product in self.products[: self.random.randint(1, 4)]
                    ],
                }
                for customer in customers
            ]
        )
        for order in orders:
            if self.random.random() < 0.2:
                self.env["sale.order.discount"].create(
                    {
                        "sale_order_id": order.id,
                        "discount_type": "so_discount",
                        "discount_percentage": choose((0.05, 0.1, 0.333)),
                    }
                ).action_apply_discount()
        orders.action_confirm()
        orders.picking_ids.move_ids.picked = True
        orders.picking_ids.button_validate()
        self.assertEqual(set(orders.picking_ids.mapped("state")), {"done"})
        orders._create_invoices().action_post()
        return orders

    def _get_returnable(self, orders, everything):
        """Random parts of what is left, by order, as values of return lines."""
        vals = defaultdict(list)
        goods = orders.order_line.filtered("product_id.is_storable")
        # Only what comes back is charged a fee; receipts take their time.
        come_back = self.random.sample(orders, len(orders) // 4)
        for line in goods:
            left = int(line.quantity_returnable)
            quantity = left if everything else self.random.randint(0, left)
            if quantity:
                vals[line.order_id].append(
                    {
                        "sale_line_id": line.id,
                        "quantity": quantity,
                        "reason_id": self.reason.id,
                        "goods_return": (
                            "return" if line.order_id in come_back else "keep"
                        ),
                    }
                )
        return vals

    def _return_at_random(self, orders, everything):
        returns = (
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .create(
                [
                    {
                        "partner_id": order.partner_id.id,
                        "line_ids": [Command.create(vals) for vals in vals_list],
                    }
                    for order, vals_list in self._get_returnable(
                        orders, everything
                    ).items()
                ]
            )
        )
        returns.action_submit()
        preview = {
            record: (record.amount_untaxed, record.amount_tax) for record in returns
        }
        self._as("approver", returns).action_approve()
        for record in returns:
            self.assertFalse(record.failure)
            posted = record.sudo().refund_ids
            self.assertLessEqual(set(posted.mapped("state")), {"posted"})
            self.assertAlmostEqual(
                sum(posted.mapped("amount_untaxed")), preview[record][0], 6
            )
            self.assertAlmostEqual(
                sum(posted.mapped("amount_tax")), preview[record][1], 6
            )
            self.assertAlmostEqual(
                record.amount_total, sum(posted.mapped("amount_total")), 6
            )
            for move in posted:
                self.assertGreaterEqual(move.amount_total, 0)
                self._check_fees(move._get_amounts_by_line())

    def _check_fees(self, amounts):
        """Each is the part of all that its line is credited.

        :param dict amounts: Amounts by line of one credit note
        """
        for fee in filter(lambda line: line.is_return_fee, amounts):
            untaxed = sum(
                amounts[line].untaxed
                for line in amounts
                if line.return_line_id == fee.return_line_id and line != fee
            )
            self.assertAlmostEqual(
                amounts[fee].untaxed,
                -fee.currency_id.round(untaxed * fee.return_line_id.fee_percent / 100),
                6,
            )

    def _credit_by_hand(self, order):
        """An accountant credits one piece of the first line, but not the last one, by
        Odoo's own wizard."""
        invoice = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        line = order.order_line[:1]
        if line.qty_invoiced < 2:
            return
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": invoice.date})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        with Form(refund) as form:
            for index in reversed(range(len(refund.invoice_line_ids))):
                if refund.invoice_line_ids[index].sale_line_ids != line:
                    form.invoice_line_ids.remove(index)
                    continue
                with form.invoice_line_ids.edit(index) as edited:
                    edited.quantity = 1
        refund.action_post()

    def _sum_up(self, moves):
        """Amounts in the documents' currency by what they are: a tax, or the rest."""
        amounts = defaultdict(float)
        for line in moves.line_ids:
            if line.display_type == "tax":
                amounts[line.tax_line_id.name] += line.amount_currency
            elif line.display_type in ("product", "rounding"):
                amounts["untaxed"] += line.amount_currency
            elif line.display_type == "payment_term":
                amounts["total"] += line.amount_currency
                amounts["total in company currency"] += line.balance
        return amounts

    def _sum_up_fees(self, moves):
        """What fees took off the same amounts."""
        kept = defaultdict(float)
        for move in moves:
            for line, amounts in move._get_amounts_by_line().items():
                if line.is_return_fee:
                    kept["untaxed"] -= amounts.untaxed
                    kept["total"] += amounts.total
                    kept["total in company currency"] += sum(
                        amount
                        for (_tax, kind), amount in amounts.items()
                        if kind in ("total_excluded", "tax_amount")
                    )
                    for tax in line.tax_ids:
                        kept[tax.name] -= amounts.get_tax(
                            lambda tax_id, tax=tax: tax_id == tax.id
                        )
        return kept

    def _check(self, orders, is_over, by_hand):
        for order in orders:
            invoice = order.invoice_ids.filtered(
                lambda move: move.move_type == "out_invoice"
            )
            credits = invoice.reversal_move_ids
            invoiced, credited = self._sum_up(invoice), self._sum_up(credits)
            kept = self._sum_up_fees(credits)
            # Goods and their shares of a discount are rounded each by itself: until the
            # last part comes, what the total is made of may be a unit ahead.
            ahead = invoice.currency_id.rounding * bool(invoice._get_shared_out_lines())
            for kind, amount in invoiced.items():
                left = amount + credited[kind] + kept[kind]
                left *= 1 if amount > 0 else -1
                if kind == "total in company currency" and order in by_hand:
                    continue  # credited at another day's rate
                with self.subTest(
                    seed=self.seed, order=order.name, kind=kind, over=is_over
                ):
                    if is_over:
                        self.assertAlmostEqual(left, 0, 6)
                    else:
                        is_total = kind.startswith("total")
                        self.assertGreaterEqual(
                            round(left, 6), 0 if is_total else -ahead
                        )
            for move in invoice + credits:
                self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0, 6)

    def _run(self, method, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.company.tax_calculation_rounding_method = method
        self._move_rates()
        orders = self._sell_at_random(INVOICES)
        by_hand = self.env["sale.order"]
        for index in range(ROUNDS):
            self._move_rates()
            if index == 1:
                for order in self.random.sample(orders, len(orders) // 5):
                    by_hand |= order
                    self._credit_by_hand(order)
            is_over = index == ROUNDS - 1
            self._return_at_random(orders, is_over)
            self._check(orders, is_over, by_hand)
        self.assertFalse(any(orders.order_line.mapped("qty_to_invoice")))

    def test_parts_add_up_rounded_per_line(self):
        self._run("round_per_line", SEED)

    def test_parts_add_up_rounded_globally(self):
        self._run("round_globally", SEED + 1)
