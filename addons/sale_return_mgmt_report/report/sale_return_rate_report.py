from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.sale_return_mgmt.models.sale_return_line_price_mixin import (
    MONEY_GROUPS,
)

# Ages, in days after the delivery, that the returns of one month's sales are read at.
AGES = (30, 60, 90)


class SaleReturnRateReport(models.Model):
    """What was sold, and what of it came back.

    Each measure of returns is there twice. *By return date* it stands in the month in
    which the goods came or were credited: what the warehouse and the books had to do.
    *By sale date* it stands in the month in which the same goods were delivered or
    invoiced: how good that month's sales were. What was sold is the same for both.

    Quantities are in the unit of the product as it was sold, kits as kits; amounts are
    untaxed, in the currency of the company, or in that of the current company where
    several are read together. A rate is always that of its whole group.
    """

    _name = "sale.return.rate.report"
    _inherit = "sale.return.rate.money.mixin"
    _description = "Return Rates"
    _auto = False
    _order = "date desc, id desc"

    row_type = fields.Selection(
        [
            ("delivered", "Delivery"),
            ("returned", "Return, by Return Date"),
            ("returned_sold", "Return, by Sale Date"),
            ("invoiced", "Invoice"),
            ("credited", "Credit, by Return Date"),
            ("credited_sold", "Credit, by Sale Date"),
        ],
        "Recorded As",
        readonly=True,
    )
    date = fields.Datetime(
        readonly=True,
        help="Of the delivery or invoice; of what came back by return date, that of "
        "the return or credit note.",
    )
    quantity_delivered = fields.Float(digits="Product Unit", readonly=True)
    quantity_returned = fields.Float(
        "Returned, by Return Date", digits="Product Unit", readonly=True
    )
    quantity_returned_sold = fields.Float(
        "Returned, by Sale Date", digits="Product Unit", readonly=True
    )
    quantity_returned_30 = fields.Float(
        "Returned within 30 Days", digits="Product Unit", readonly=True
    )
    quantity_returned_60 = fields.Float(
        "Returned within 60 Days", digits="Product Unit", readonly=True
    )
    quantity_returned_90 = fields.Float(
        "Returned within 90 Days", digits="Product Unit", readonly=True
    )
    amount_invoiced = fields.Monetary("Value Sold", readonly=True, groups=MONEY_GROUPS)
    amount_credited = fields.Monetary(
        "Value Returned, by Return Date", readonly=True, groups=MONEY_GROUPS
    )
    amount_credited_sold = fields.Monetary(
        "Value Returned, by Sale Date", readonly=True, groups=MONEY_GROUPS
    )
    orders_delivered = fields.Integer(aggregator="count_distinct", readonly=True)
    orders_returned = fields.Integer(
        "Orders with Returns, by Return Date",
        aggregator="count_distinct",
        readonly=True,
    )
    orders_returned_sold = fields.Integer(
        "Orders with Returns, by Sale Date",
        aggregator="count_distinct",
        readonly=True,
    )
    return_rate = fields.Float(
        "Return Rate, by Return Date", aggregator="avg", readonly=True
    )
    return_rate_sold = fields.Float(
        "Return Rate, by Sale Date", aggregator="avg", readonly=True
    )
    return_rate_30 = fields.Float(
        "Return Rate at 30 Days", aggregator="avg", readonly=True
    )
    return_rate_60 = fields.Float(
        "Return Rate at 60 Days", aggregator="avg", readonly=True
    )
    return_rate_90 = fields.Float(
        "Return Rate at 90 Days", aggregator="avg", readonly=True
    )
    value_rate = fields.Float(
        "Value Return Rate, by Return Date",
        aggregator="avg",
        readonly=True,
        groups=MONEY_GROUPS,
    )
    value_rate_sold = fields.Float(
        "Value Return Rate, by Sale Date",
        aggregator="avg",
        readonly=True,
        groups=MONEY_GROUPS,
    )
    order_rate = fields.Float(
        "Order Return Rate, by Return Date", aggregator="avg", readonly=True
    )
    order_rate_sold = fields.Float(
        "Order Return Rate, by Sale Date", aggregator="avg", readonly=True
    )

    _depends = {
        "account.move": [
            "invoice_date",
            "move_type",
            "partner_id",
            "return_order_id",
            "reversed_entry_id",
        ],
        "account.move.line": [
            "balance",
            "display_type",
            "is_return_fee",
            "move_id",
            "parent_state",
            "product_id",
            "return_line_id",
            "return_origin_line_id",
        ],
        "sale.order.line": ["invoice_lines"],
        "sale.return.order.line": ["sale_line_id"],
        "stock.move": [
            "date",
            "location_dest_id",
            "location_id",
            "origin_returned_move_id",
            "partner_id",
            "product_id",
            "product_uom",
            "quantity",
            "return_inspection_id",
            "sale_line_id",
            "state",
        ],
        "stock.move.line": ["lot_id", "move_id", "quantity_product_uom"],
    }

    @api.model
    def _get_ratios(self):
        quantities = {
            name: (f"{part}:sum", "quantity_delivered:sum")
            for name, part in {
                "return_rate": "quantity_returned",
                "return_rate_sold": "quantity_returned_sold",
                **{f"return_rate_{age}": f"quantity_returned_{age}" for age in AGES},
            }.items()
        }
        return quantities | {
            "value_rate": ("amount_credited:sum", "amount_invoiced:sum"),
            "value_rate_sold": ("amount_credited_sold:sum", "amount_invoiced:sum"),
            "order_rate": (
                "orders_returned:count_distinct",
                "orders_delivered:count_distinct",
            ),
            "order_rate_sold": (
                "orders_returned_sold:count_distinct",
                "orders_delivered:count_distinct",
            ),
        }

    @api.model
    def _get_lean_context(self, domain, groupby):
        """Without lots a transfer needs no look at its detailed operations."""
        asked = {*groupby, *(part.field_expr for part in domain.iter_conditions())}
        lots = any(name.startswith("lot_id") for name in asked)
        return {
            "return_analysis_without_lots": not lots,
            "return_analysis_since": self._get_lower_bound(domain, "date"),
        }

    @api.model
    def _get_sources(self):
        moved = self._get_moved_conditions()
        return [
            [
                self._get_delivered_source(moved["delivered"]),
                self._get_returned_source(moved),
            ],
            [self._get_returned_sold_source(moved["returned"], 1)],
            [self._get_returned_sold_source(moved["undone"], -1)],
            [self._get_invoiced_source(), self._get_credited_source()],
            [self._get_credited_sold_source()],
        ]

    # === GOODS: FROM DONE TRANSFERS === #

    @api.model
    def _get_moved(self, number, row_type, condition, join=None):
        """What the facts of all transfers say of themselves.

        :return: a source, and what its quantity is
        """
        product, unit = self.env["stock.move"]._get_sold()
        if self.env.context.get("return_analysis_without_lots"):
            number_of = SQL("stock_move.id")
            lines, lot = SQL(), SQL("NULL")
            # As _convert, with units that are joined: all transfers are read, and no
            # table is read in parallel where rows look up what they need one by one.
            moved = SQL(
                """
                CASE
                    WHEN stock_move.product_uom = moved_uom.id THEN stock_move.quantity
                    ELSE stock_move.quantity * move_uom.factor / moved_uom.factor
                END
                """
            )
        else:
            number_of = SQL("moved.id")
            lines = SQL("JOIN stock_move_line moved ON moved.move_id = stock_move.id")
            lot, moved = SQL("moved.lot_id"), SQL("moved.quantity_product_uom")
        values = self._prepare_sold() | {
            "id": SQL("%s::bigint * 8 + %s", number_of, number),
            "row_type": row_type,
            "company_id": SQL("stock_move.company_id"),
            "date": SQL("stock_move.date"),
            "partner_id": SQL("COALESCE(sold_order.partner_id, stock_move.partner_id)"),
            "product_id": product,
            "lot_id": lot,
        }
        joined = SQL(
            """
            stock_move
            %s
            LEFT JOIN (
                product_product moved_product
                JOIN product_template moved_template
                    ON moved_template.id = moved_product.product_tmpl_id
                JOIN uom_uom moved_uom ON moved_uom.id = moved_template.uom_id
            ) ON moved_product.id = stock_move.product_id
            LEFT JOIN uom_uom move_uom ON move_uom.id = stock_move.product_uom
            LEFT JOIN sale_order_line sold ON sold.id = stock_move.sale_line_id
            LEFT JOIN sale_order sold_order ON sold_order.id = sold.order_id
            %s
            """,
            lines,
            join or SQL(),
        )
        return values, joined, condition, SQL("(%s) * %s", moved, unit)

    @api.model
    def _get_delivered_source(self, condition):
        values, *source, quantity = self._get_moved(0, "delivered", condition)
        return values | {
            "orders_delivered": SQL("sold.order_id"),
            "quantity_delivered": quantity,
        }, *source

    @api.model
    def _get_returned_source(self, moved):
        condition = SQL("((%(returned)s) OR (%(undone)s))", **moved)
        values, *source, quantity = self._get_moved(1, "returned", condition)
        return values | {
            "orders_returned": SQL(
                "CASE WHEN %s THEN sold.order_id END", moved["returned"]
            ),
            # What takes back a return counts against it.
            "quantity_returned": SQL(
                "CASE WHEN %s THEN 1 ELSE -1 END * %s", moved["returned"], quantity
            ),
        }, *source

    @api.model
    def _get_returned_sold_source(self, condition, sign):
        """The same goods in the month of their delivery. Of what came back without one,
        nobody knows when it was sold: it is in no such month.

        :param sign: -1 of what takes back a return: it belongs to that one's delivery
        """
        join = SQL(
            "JOIN stock_move origin ON origin.id = stock_move.origin_returned_move_id"
        )
        delivered, returned = SQL("origin.date"), SQL("stock_move.date")
        if sign < 0:
            join = SQL(
                "%s JOIN stock_move first ON first.id = origin.origin_returned_move_id",
                join,
            )
            delivered, returned = SQL("first.date"), SQL("origin.date")
        # What came back came after it left: what left since then came since then.
        condition = SQL("%s AND %s", condition, self._get_since(SQL("stock_move.date")))
        values, *source, quantity = self._get_moved(2, "returned_sold", condition, join)
        signed = SQL("%s * %s", sign, quantity)
        return values | {
            "date": delivered,
            "orders_returned_sold": SQL(
                "CASE WHEN %s > 0 THEN sold.order_id END", sign
            ),
            "quantity_returned_sold": signed,
            **{
                f"quantity_returned_{age}": SQL(
                    "CASE WHEN %s <= %s + INTERVAL '1 day' * %s THEN %s END",
                    returned,
                    delivered,
                    age,
                    signed,
                )
                for age in AGES
            },
        }, *source

    @api.readonly
    def action_open_order(self):
        """The sales order that this was sold with."""
        self.ensure_one()
        return self.sale_order_id._get_records_action()
