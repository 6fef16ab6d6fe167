import random
from collections import Counter
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.addons.sale_return_mgmt.tests.common_inspection import (
    SaleReturnInspectionCommon,
)
from odoo.addons.sale_return_mgmt.tests.common_receipt import ReceiptCommon

from .common import SaleReturnReportCommon

NOW = datetime(2026, 6, 15, 12)
COST = 4.0
MOVED = """
    SELECT
        SUM(q) FILTER (WHERE target = 'customer'),
        SUM(q) FILTER (WHERE source = 'customer'),
        COUNT(DISTINCT order_id) FILTER (WHERE target = 'customer'),
        COUNT(DISTINCT order_id) FILTER (WHERE source = 'customer')
    FROM (
        SELECT
            move.quantity * unit.factor / own.factor AS q, sold.order_id,
            source.usage AS source, target.usage AS target
        FROM stock_move move
        JOIN sale_order_line sold ON sold.id = move.sale_line_id
        JOIN product_product product ON product.id = move.product_id
        JOIN product_template template ON template.id = product.product_tmpl_id
        JOIN uom_uom unit ON unit.id = move.product_uom
        JOIN uom_uom own ON own.id = template.uom_id
        JOIN stock_location source ON source.id = move.location_id
        JOIN stock_location target ON target.id = move.location_dest_id
        WHERE move.state = 'done' AND sold.order_id = ANY(%(orders)s)
        AND move.date::date BETWEEN %(first)s AND %(last)s
        AND (%(product)s IS NULL OR move.product_id = %(product)s)
    ) moved
"""
BOOKED = """
    SELECT
        SUM(-item.balance) FILTER (WHERE entry.move_type = 'out_invoice'),
        SUM(item.balance) FILTER (WHERE entry.move_type = 'out_refund')
    FROM account_move_line item
    JOIN account_move entry ON entry.id = item.move_id
    WHERE entry.state = 'posted' AND item.display_type = 'product'
    AND entry.id = ANY(%(entries)s)
    AND entry.invoice_date BETWEEN %(first)s AND %(last)s
"""
COHORT = """
    SELECT
        SUM(back.quantity * unit.factor / own.factor) FILTER (
            WHERE back.date <= origin.date + INTERVAL '1 day' * %(age)s
        )
    FROM stock_move back
    JOIN stock_move origin ON origin.id = back.origin_returned_move_id
    JOIN sale_order_line sold ON sold.id = origin.sale_line_id
    JOIN product_product product ON product.id = back.product_id
    JOIN product_template template ON template.id = product.product_tmpl_id
    JOIN uom_uom unit ON unit.id = back.product_uom
    JOIN uom_uom own ON own.id = template.uom_id
    WHERE back.state = 'done' AND sold.order_id = ANY(%(orders)s)
    AND origin.date::date BETWEEN %(first)s AND %(last)s
"""


class FiguresCommon(SaleReturnReportCommon, SaleReturnInspectionCommon, ReceiptCommon):
    """Sales and returns made at random, in two units and two currencies, with and
    without return orders, and what their documents say in SQL and Python of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.rng = random.Random(7)
        cls.team = cls.env["crm.team"].create({"name": "Of this test"})
        cls.dispositions["scrap"].sudo().recovery_percent = 25.0
        cls.euro = cls.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        cls.in_euro = cls.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": cls.euro.id}
        )
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.vendors = cls.env["res.partner"].create(
            [{"name": f"Vendor {number}"} for number in range(2)]
        )
        cls.customers_made = cls.env["res.partner"].create(
            [{"name": f"Client {number}"} for number in range(3)]
        )
        cls.wares = [
            cls._create_goods(
                f"Ware {number}",
                list_price=10.0,
                standard_price=COST,
                seller_ids=[(0, 0, {"partner_id": cls.vendors[number % 2].id})],
            )
            for number in range(3)
        ]
        for ware in cls.wares:
            cls.env["stock.quant"]._update_available_quantity(
                ware, cls.warehouse.lot_stock_id, 2000
            )
        cls.orders = cls.env["sale.order"]
        cls.returns = cls.env["sale.return.order"]
        cls.native = cls.env["stock.picking"]

    def _make(self):
        for number in range(18):
            order = self._sell_one(number)
            self.orders |= order
            quantity = int(order.order_line.product_uom_qty)
            asked = self.rng.randint(0, quantity)
            if number % 6 == 5:
                picking = self._return_natively(order.picking_ids, max(1, asked))
                picking.move_ids.picked = True
                picking.button_validate()
                self.native |= picking
            elif asked:
                self.returns |= self._return_one(number, order, asked)
        for number, returned in enumerate(self.returns):
            if number % 3 == 0:
                self.env["sale.return.cost"].create(
                    {
                        "order_id": returned.id,
                        "amount": self.rng.choice([3.0, 11.5]),
                        "currency_id": self.euro.id
                        if number % 2
                        else self.company.currency_id.id,
                    }
                )
        self._spread()

    def _sell_one(self, number):
        vals = {"price_unit": self.rng.choice([7.0, 19.0, 120.0])}
        if number % 4 == 0:
            vals["product_uom_id"] = self.dozen.id
        return self._sell(
            [(self.rng.choice(self.wares), self.rng.randint(3, 9), vals)],
            team_id=self.team.id,
            partner_id=self.rng.choice(self.customers_made).id,
            **({"pricelist_id": self.in_euro.id} if number % 3 == 0 else {}),
        )

    def _return_one(self, number, order, asked):
        ware = order.order_line.product_id
        returned = self._request(order, {ware: asked})
        if number % 2:
            returned.line_ids.write({"reason_id": self.reason_note.id, "note": "Worn."})
        returned.action_submit()
        self._as("approver", returned).action_approve()
        self._receive(returned)
        line = returned.line_ids
        scrapped = asked // 2
        rows = [
            (line, kind, quantity)
            for kind, quantity in (("scrap", scrapped), ("restock", asked - scrapped))
            if quantity
        ]
        self._inspect(returned, *rows)
        return returned

    def _spread(self):
        """Give what happened days of its own; Odoo has no way to say so afterwards."""
        self.env.flush_all()
        for order in self.orders:
            left = NOW - timedelta(days=self.rng.randint(0, 140), minutes=5)
            back = left + timedelta(days=self.rng.randint(0, (NOW - left).days))
            for move in order.picking_ids.move_ids:
                came = move.location_id.usage == "customer"
                self._write(move, date=back if came else left)
            self._write(order.invoice_ids, invoice_date=left.date())
            returned = self.returns.filtered_domain(
                [("sale_order_ids", "in", order.ids)]
            )
            refunds = returned.sudo().refund_ids
            self._write(refunds, invoice_date=back.date())
            asked, *steps = (
                back + timedelta(hours=self.rng.randint(0, 90)) for _step in range(6)
            )
            approved, came, received, found, credited = steps
            self._write(
                returned,
                date_request=back.date(),
                date_submitted=asked,
                date_approved=approved,
                date_received=received,
                date_refunded=credited.date(),
            )
            self._write(returned.sudo().inspection_ids, date=found)
            self._write(returned.sudo().picking_ids, date_done=came)
        self.env.invalidate_all()

    def _write(self, records, **values):
        for name, value in values.items():
            if records:
                self.env.cr.execute(
                    f"UPDATE {records._table} SET {name} = %s WHERE id = ANY(%s)",
                    [value, records.ids],
                )

    # === WHAT THE DOCUMENTS SAY === #

    def _read(self, query, first, last, **values):
        entries = self.orders.invoice_ids | self.returns.sudo().refund_ids
        self.env.cr.execute(
            query,
            {
                "orders": self.orders.ids,
                "entries": entries.ids,
                "first": first,
                "last": last,
                "product": None,
                **values,
            },
        )
        [row] = self.env.cr.fetchall()
        return [float(value or 0) for value in row]

    def _returned(self, first, last):
        return self.returns.filtered(
            lambda returned: first <= returned.date_request <= last
        )

    def _natively(self, first, last):
        return self.native.move_ids.filtered(
            lambda move: first <= move.date.date() <= last
        )

    def _units(self, record):
        unit = record.product_uom_id if "product_uom_id" in record else None
        unit = unit or record.product_uom
        return record.quantity * unit.factor / record.product_id.uom_id.factor

    def _get_costs(self, first, last):
        returns = self._returned(first, last).sudo()
        inspections = returns.inspection_ids
        back = sum(map(self._units, self._natively(first, last)))
        goods = COST * (back + sum(map(self._units, inspections)))
        recovered, written_off = COST * back, 0.0
        for inspection in inspections:
            kept = inspection.disposition_id.recovery_percent / 100
            recovered += COST * self._units(inspection) * kept
            written_off += COST * self._units(inspection) * (1 - kept)
        credited = sum(
            item.balance
            for item in returns.refund_ids.line_ids
            if item.display_type == "product"
        )
        costs = sum(
            cost.amount / (2 if cost.currency_id == self.euro else 1)
            for cost in self.env["sale.return.cost"].search(
                [("order_id", "in", returns.ids)]
            )
        )
        return {
            "amount_returned": credited,
            "amount_goods": goods,
            "amount_recovered": recovered,
            "amount_written_off": written_off,
            "amount_cost": costs,
            "amount_fee": 0.0,
            "amount_loss": credited + costs + written_off - goods,
        }

    def _count_by(self, first, last, of_return, of_move):
        """Quantities that came back, most first."""
        counted = Counter()
        for inspection in self._returned(first, last).sudo().inspection_ids:
            counted[of_return(inspection.line_id)] += self._units(inspection)
        for move in self._natively(first, last):
            counted[of_move(move)] += self._units(move)
        return counted
