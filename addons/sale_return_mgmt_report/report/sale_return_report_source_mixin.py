from odoo import api, models
from odoo.tools import SQL

# What of an entry says that the goods were faulty by their reason.
DEFECT = SQL("reason.category = 'quality'")


class SaleReturnReportSourceMixin(models.AbstractModel):
    """Where the rows of the returns analysis come from.

    What is counted of a line stands on the line's row alone, what was found of it on
    those of its inspections: so no sum counts twice.
    """

    _name = "sale.return.report.source.mixin"
    _inherit = ["sale.return.report.money.mixin", "sale.return.analysis.mixin"]
    _description = "Rows of the Returns Analysis"

    @api.model
    def _get_sources(self):
        self = self.with_context(return_analysis_first=self._get_first_ids())
        return [
            [self._get_line_source()],
            [self._get_inspection_source()],
            [self._get_native_source("returned", 1)],
            [self._get_native_source("undone", -1)],
            [self._get_native_credit_source()],
        ]

    @api.model
    def _prepare_returned(self):
        """What the return and its line say of a fact, and else the sales order."""
        return self._prepare_sold() | {
            "company_id": SQL("line.company_id"),
            "order_id": SQL("line.order_id"),
            "return_count": SQL("line.order_id"),
            "line_id": SQL("line.id"),
            "date_request": SQL("return_order.date_request"),
            "state": SQL("return_order.state"),
            "receipt_status": SQL("return_order.receipt_status"),
            "channel": SQL("return_order.channel"),
            "in_policy": SQL("line.in_policy"),
            "rating": SQL("NULLIF(return_order.rating_last_value, 0)"),
            "satisfaction": SQL("return_order.satisfaction"),
            "user_id": SQL("return_order.user_id"),
            "partner_id": SQL("return_order.partner_id"),
            "team_id": SQL("COALESCE(return_order.team_id, sold_order.team_id)"),
            "warehouse_id": SQL(
                "COALESCE(return_order.warehouse_id, sold_order.warehouse_id)"
            ),
            "product_id": SQL("line.product_id"),
            "reason_id": SQL("COALESCE(line.reason_id, %s)", self._get_no_reason()),
            "reason_category": SQL("reason.category"),
            "liable_party": SQL("reason.liable_party"),
        }

    @api.model
    def _get_no_reason(self):
        """Id of the reason that stands for none."""
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "sale_return_mgmt_report.sale_return_reason_not_recorded"
        )

    @api.model
    def _prepare_native(self):
        """What holds for all that came back without a return order."""
        return self._prepare_sold() | {
            "state": SQL("'done'"),
            "receipt_status": SQL("'full'"),
            "reason_id": SQL("%s", self._get_no_reason()),
        }

    # === LINES OF RETURNS === #

    @api.model
    def _get_line_source(self):
        share = self._get_share()
        own = self._prepare_returned() | {
            "id": SQL("line.id::bigint * 4"),
            "row_type": "line",
            "lot_id": self._get_only_lot(),
        }
        quantities = {
            name: self._convert(
                SQL.identifier("line", name),
                SQL("line.product_uom_id"),
                SQL("template.uom_id"),
            )
            for name in (
                "quantity",
                "quantity_approved",
                "quantity_received",
                "quantity_accepted",
                "quantity_refunded",
                "quantity_replaced",
            )
        }
        cost = SQL("costs.amount * %s", share)
        delivery = SQL("COALESCE(delivery.amount, 0.0) * %s", share)
        amounts = {
            "amount_untaxed": self._get_expected(SQL("line.price_subtotal")),
            "amount_total": self._get_expected(SQL("line.price_total")),
            "amount_refunded_untaxed": SQL("COALESCE(credit.untaxed, 0.0)"),
            "amount_refunded": SQL("COALESCE(total.amount, 0.0)"),
            "amount_returned": SQL("COALESCE(credit.goods, 0.0)"),
            "amount_fee": SQL("COALESCE(credit.fee, 0.0)"),
            "amount_delivery": delivery,
            "amount_cost": cost,
            "cost_count": SQL("costs.order_id"),
            "amount_goods": SQL("goods.kept"),
            # Goods that nobody inspects go to stock as they are.
            "amount_recovered": SQL(
                "CASE WHEN line.inspection_required THEN NULL ELSE goods.kept END"
            ),
            "amount_retained": SQL("exchange.amount"),
            "amount_loss": SQL(
                """
                COALESCE(credit.goods, 0.0) - COALESCE(credit.fee, 0.0) + %s
                + COALESCE(%s, 0.0) - COALESCE(goods.kept, 0.0)
                + COALESCE(given.cost, 0.0) - COALESCE(exchange.amount, 0.0)
                """,
                delivery,
                cost,
            ),
        }
        days = {
            "days_to_approve": self._get_days(
                SQL("return_order.date_submitted"), SQL("return_order.date_approved")
            ),
            "days_to_receive": self._get_days(
                SQL("return_order.date_approved"), SQL("goods.first")
            ),
            "days_to_inspect": self._get_days(SQL("goods.last"), SQL("found.last")),
            "days_to_refund": SQL(
                "GREATEST(0, credit.date - GREATEST(%s, %s)::date)",
                SQL("goods.last"),
                SQL("return_order.date_approved"),
            ),
        }
        joined = SQL(
            """
            sale_return_order_line line
            LEFT JOIN sale_return_order return_order ON return_order.id = line.order_id
            LEFT JOIN res_company company ON company.id = line.company_id
            LEFT JOIN sale_return_reason reason ON reason.id = line.reason_id
            LEFT JOIN sale_order_line sold ON sold.id = line.sale_line_id
            LEFT JOIN sale_order sold_order ON sold_order.id = sold.order_id
            LEFT JOIN (%(credit)s) credit ON credit.return_line_id = line.id
            LEFT JOIN (%(total)s) total ON total.return_line_id = line.id
            LEFT JOIN (%(goods)s) goods ON goods.return_line_id = line.id
            LEFT JOIN (%(found)s) found ON found.line_id = line.id
            LEFT JOIN (%(wholes)s) whole ON whole.order_id = line.order_id
            LEFT JOIN (%(costs)s) costs ON costs.order_id = line.order_id
            LEFT JOIN (%(delivery)s) delivery ON delivery.order_id = line.order_id
            LEFT JOIN (%(exchange)s) exchange ON exchange.replacement_line_id = line.id
            LEFT JOIN (%(given)s) given ON given.replacement_line_id = line.id
            """,
            credit=self._get_credit(),
            total=self._get_credit_total(),
            goods=self._get_goods(),
            found=SQL(
                "SELECT line_id, MAX(date) AS last FROM sale_return_inspection "
                "WHERE reversed_id IS NULL AND %s GROUP BY line_id",
                self._get_asked("line", SQL("line_id")),
            ),
            wholes=self._get_wholes(),
            costs=self._get_costs(),
            delivery=self._get_deliveries_refunded(),
            exchange=self._get_exchanges(),
            given=self._get_given(),
        )
        return (
            own | quantities | amounts | days,
            joined,
            self._get_asked("order", SQL("line.order_id")),
        )

    @api.model
    def _get_expected(self, amount) -> SQL:
        return self._convert_amount(
            amount,
            SQL("return_order.currency_id"),
            SQL("company.currency_id"),
            SQL("return_order.date_request"),
        )

    @api.model
    def _get_days(self, start, end) -> SQL:
        """Days from one moment to another, with parts of a day; never below zero."""
        return SQL("GREATEST(0, EXTRACT(EPOCH FROM %s - %s) / 86400)", end, start)

    @api.model
    def _get_only_lot(self) -> SQL:
        """The line's lot, where it is only one."""
        return SQL(
            """(
                SELECT MAX(chosen.stock_lot_id)
                FROM sale_return_order_line_stock_lot_rel chosen
                WHERE chosen.sale_return_order_line_id = line.id
                HAVING COUNT(*) = 1
            )"""
        )

    # === WHAT WAS FOUND OF THEM === #

    @api.model
    def _get_inspection_source(self):
        quantity = self._convert(
            SQL("found.quantity"), SQL("found.product_uom_id"), SQL("template.uom_id")
        )
        # What a unit of the line had cost, by what came back of it.
        value = SQL(
            "found.quantity * goods.cost / NULLIF(line.quantity_received, 0)",
        )
        recovered = SQL("%s * disposition.recovery_percent / 100.0", value)
        written_off = SQL(
            """
            CASE
                WHEN disposition.kind IN ('restock', 'vendor', 'scrap')
                THEN %s * (1 - disposition.recovery_percent / 100.0)
            END
            """,
            value,
        )
        values = self._prepare_returned() | {
            "id": SQL("found.id::bigint * 4 + 1"),
            "row_type": "inspection",
            "company_id": SQL("found.company_id"),
            "order_id": SQL("found.order_id"),
            "return_count": SQL("found.order_id"),
            "line_id": SQL("found.line_id"),
            "product_id": SQL("found.product_id"),
            "lot_id": SQL("found.lot_id"),
            "disposition_id": SQL("found.disposition_id"),
            "condition": SQL("found.condition"),
            "quantity_disposed": quantity,
            "quantity_defect": SQL("CASE WHEN %s THEN %s END", DEFECT, quantity),
            "quantity_no_fault": SQL(
                "CASE WHEN %s AND found.condition = 'as_new' THEN %s END",
                DEFECT,
                quantity,
            ),
            "amount_recovered": recovered,
            "amount_written_off": written_off,
            "amount_loss": SQL("COALESCE(%s, 0.0)", written_off),
        }
        joined = SQL(
            """
            sale_return_inspection found
            LEFT JOIN sale_return_order_line line ON line.id = found.line_id
            LEFT JOIN sale_return_order return_order ON return_order.id = found.order_id
            LEFT JOIN sale_order_line sold ON sold.id = line.sale_line_id
            LEFT JOIN sale_order sold_order ON sold_order.id = sold.order_id
            LEFT JOIN sale_return_reason reason ON reason.id = line.reason_id
            LEFT JOIN sale_return_disposition disposition
                ON disposition.id = found.disposition_id
            LEFT JOIN (%(goods)s) goods ON goods.return_line_id = line.id
            """,
            goods=self._get_goods(),
        )
        return values, joined, self._get_asked("order", SQL("found.order_id"))

    # === RETURNS THAT ODOO ALONE KNOWS === #

    @api.model
    def _get_native_source(self, way, sign):
        """Goods that came back without a return order, also before there were any.

        :param way: ``returned``, or ``undone`` for what takes that back
        """
        product, unit = self.env["stock.move"]._get_sold()
        quantity = SQL(
            "%s * (%s) * %s",
            sign,
            self._convert(
                SQL("stock_move.quantity"),
                SQL("stock_move.product_uom"),
                SQL("moved_template.uom_id"),
            ),
            unit,
        )
        value = SQL("%s * COALESCE(stock_move.value, 0.0)", sign)
        values = self._prepare_native() | {
            "id": SQL("stock_move.id::bigint * 4 + 2"),
            "row_type": "native",
            "company_id": SQL("stock_move.company_id"),
            "date_request": SQL(
                "(stock_move.date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
                str(self.env.tz),
            ),
            "partner_id": SQL("COALESCE(sold_order.partner_id, stock_move.partner_id)"),
            "product_id": product,
            "quantity_received": quantity,
            "quantity_accepted": quantity,
            "amount_goods": value,
            "amount_recovered": value,
            "amount_loss": SQL("-(%s)", value),
        }
        joined = SQL(
            """
            stock_move
            LEFT JOIN product_product moved ON moved.id = stock_move.product_id
            LEFT JOIN product_template moved_template
                ON moved_template.id = moved.product_tmpl_id
            LEFT JOIN sale_order_line sold ON sold.id = stock_move.sale_line_id
            LEFT JOIN sale_order sold_order ON sold_order.id = sold.order_id
            """
        )
        # What is taken back of a return with a return order is none without.
        condition = SQL(
            """
            stock_move.return_line_id IS NULL
            AND %s
            AND (
                SELECT origin.return_line_id
                FROM stock_move origin
                WHERE origin.id = stock_move.origin_returned_move_id
            ) IS NULL
            """,
            self._get_moved_conditions()[way],
        )
        return values, joined, condition

    @api.model
    def _get_native_credit_source(self):
        """What was credited for such goods, by credit notes of sold lines that they
        came back of."""
        values = self._prepare_native() | {
            "id": SQL("item.id::bigint * 4 + 3"),
            "row_type": "native_credit",
            "company_id": SQL("item.company_id"),
            "date_request": SQL("COALESCE(entry.invoice_date, entry.date)"),
            "product_id": SQL("item.product_id"),
            "quantity_refunded": SQL(
                "SIGN(item.balance) * (%s)",
                self._convert(
                    SQL("item.quantity"),
                    SQL("item.product_uom_id"),
                    SQL("template.uom_id"),
                ),
            ),
            "amount_refunded_untaxed": SQL("item.balance"),
            "amount_refunded": SQL(
                "item.balance * COALESCE(item.price_total "
                "/ NULLIF(item.price_subtotal, 0), 1.0)"
            ),
            "amount_returned": SQL("item.balance"),
            "amount_loss": SQL("item.balance"),
        }
        joined = SQL(
            """
            account_move entry
            -- Few entries are native credits: OFFSET has their lines looked up by them.
            JOIN LATERAL (
                SELECT *
                FROM account_move_line line
                WHERE line.move_id = entry.id
                AND line.display_type = 'product'
                AND line.return_line_id IS NULL
                OFFSET 0
            ) item ON TRUE
            JOIN LATERAL (
                SELECT MIN(rel.order_line_id) AS sale_line_id
                FROM sale_order_line_invoice_rel rel
                WHERE rel.invoice_line_id = item.id
            ) credited ON TRUE
            LEFT JOIN sale_order_line sold ON sold.id = credited.sale_line_id
            LEFT JOIN sale_order sold_order ON sold_order.id = sold.order_id
            """
        )
        condition = SQL(
            """
            entry.state = 'posted'
            AND entry.move_type = 'out_refund'
            AND entry.return_order_id IS NULL
            AND template.type = 'consu'
            AND EXISTS (
                SELECT FROM stock_move
                WHERE stock_move.sale_line_id = credited.sale_line_id AND %s
            )
            """,
            self._get_moved_conditions()["returned"],
        )
        return values, joined, condition
