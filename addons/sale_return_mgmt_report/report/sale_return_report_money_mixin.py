from datetime import date

from odoo import api, models
from odoo.tools import SQL


class SaleReturnReportMoneyMixin(models.AbstractModel):
    """What return lines were credited and what they cost us, one row a line, in the
    currency of the line's company."""

    _name = "sale.return.report.money.mixin"
    _description = "Money of Returns, for Analysis"

    @api.model
    def _get_since(self, day) -> SQL:
        """That ``day`` is one of those asked for, as far as the question says so."""
        since = self._get_first_day()
        return SQL("%s >= %s", day, since) if since else SQL("TRUE")

    @api.model
    def _get_first_day(self):
        """The day before which nothing is asked for. No caller from outside can bring
        a date."""
        since = self.env.context.get("return_analysis_since")
        return since if isinstance(since, date) else None

    @api.model
    def _get_lines_since(self, line) -> SQL:
        """That a return line is of a return asked for: without the others sums by line
        are made of fewer lines."""
        if not self._get_first_day():
            return SQL("%s IS NOT NULL", line)
        return SQL(
            """
            %s IN (
                SELECT asked.id
                FROM sale_return_order_line asked
                JOIN sale_return_order asked_order ON asked_order.id = asked.order_id
                WHERE %s
            )
            """,
            line,
            self._get_since(SQL("asked_order.date_request")),
        )

    @api.model
    def _get_credit(self) -> SQL:
        """What posted journal entries credited each return line, untaxed: with the fees
        that were kept back (``untaxed``) and without (``goods``).

        A reversed credit note has balances of the opposite sign: it subtracts itself.
        """
        return SQL(
            """
            SELECT
                return_line_id,
                MAX(date) AS date,
                SUM(balance) AS untaxed,
                SUM(balance) FILTER (WHERE is_return_fee IS NOT TRUE) AS goods,
                -SUM(balance) FILTER (WHERE is_return_fee) AS fee
            FROM account_move_line
            WHERE parent_state = 'posted' AND display_type = 'product' AND %s
            GROUP BY return_line_id
            """,
            self._get_lines_since(SQL("return_line_id")),
        )

    @api.model
    def _get_credit_total(self) -> SQL:
        """The same with taxes.

        The taxes of an entry are shared out as its lines caused them (where each alone
        rounds to nothing: by their base), so that the sum of the lines is the entry,
        whatever was rounded.
        """
        return SQL(
            """
            SELECT
                item.return_line_id,
                SUM(
                    item.balance + COALESCE(tax.balance, 0.0) * COALESCE(
                        (item.price_total - item.price_subtotal)
                            / NULLIF(tax.of_lines, 0),
                        item.balance / NULLIF(tax.base, 0),
                        0.0
                    )
                ) AS amount
            FROM account_move_line item
            JOIN (
                SELECT
                    move_id,
                    SUM(balance) FILTER (WHERE display_type = 'tax') AS balance,
                    SUM(price_total - price_subtotal) FILTER (
                        WHERE display_type = 'product'
                    ) AS of_lines,
                    SUM(balance) FILTER (WHERE display_type = 'product') AS base
                FROM account_move_line
                WHERE parent_state = 'posted' AND move_id IN (
                    SELECT credited.move_id FROM account_move_line credited
                    WHERE %(since)s
                )
                GROUP BY move_id
            ) tax ON tax.move_id = item.move_id
            WHERE item.display_type = 'product' AND item.return_line_id IS NOT NULL
            GROUP BY item.return_line_id
            """,
            since=self._get_lines_since(SQL("credited.return_line_id")),
        )

    @api.model
    def _get_goods(self) -> SQL:
        """When goods of each return line came, and what they had cost us: ``cost`` of
        what came back, ``kept`` without what was sent back to the customer."""
        moved = self._get_moved_conditions()
        return SQL(
            """
            SELECT
                return_line_id,
                MIN(date) FILTER (WHERE %(received)s) AS first,
                MAX(date) FILTER (WHERE %(received)s) AS last,
                SUM(value * %(back)s) AS cost,
                SUM(value * (%(back)s - CASE WHEN %(sent_back)s THEN 1 ELSE 0 END))
                    AS kept
            FROM stock_move
            WHERE state = 'done' AND %(since)s
            GROUP BY return_line_id
            """,
            since=self._get_lines_since(SQL("return_line_id")),
            received=moved["returned"],
            back=SQL(
                "CASE WHEN %s THEN 1 WHEN %s THEN -1 ELSE 0 END",
                moved["returned"],
                moved["undone"],
            ),
            sent_back=moved["sent_back"],
        )

    @api.model
    def _get_share(self) -> SQL:
        """Which part of what belongs to a whole return is each line's: by what the
        lines are worth, or alike where they are worth nothing."""
        return SQL(
            """
            CASE
                WHEN whole.total > 0 THEN line.price_total / whole.total
                ELSE 1.0 / whole.lines
            END
            """
        )

    @api.model
    def _get_wholes(self) -> SQL:
        return SQL(
            """
            SELECT order_id, COUNT(*) AS lines, SUM(price_total) AS total
            FROM sale_return_order_line
            GROUP BY order_id
            """
        )

    @api.model
    def _get_costs(self) -> SQL:
        """What was recorded that each return cost, at the rate of that day. A return
        without a record has no row: nobody knows that it cost nothing."""
        return SQL(
            """
            SELECT cost.order_id, SUM(%(amount)s) AS amount
            FROM sale_return_cost cost
            JOIN res_company company ON company.id = cost.company_id
            GROUP BY cost.order_id
            """,
            amount=self._convert_amount(
                SQL("cost.amount"),
                SQL("cost.currency_id"),
                SQL("company.currency_id"),
                SQL("cost.date"),
            ),
        )

    @api.model
    def _get_deliveries_refunded(self) -> SQL:
        """What each return gave back of delivery charges, untaxed: the credited lines
        that belong to no return line."""
        return SQL(
            """
            SELECT note.return_order_id AS order_id, SUM(item.balance) AS amount
            FROM account_move_line item
            JOIN account_move entry ON entry.id = item.move_id
            JOIN account_move note
                ON note.id = entry.id OR note.id = entry.reversed_entry_id
            WHERE note.return_order_id IS NOT NULL
            AND entry.state = 'posted'
            AND item.display_type = 'product'
            AND item.return_origin_line_id IS NOT NULL
            AND item.return_line_id IS NULL
            GROUP BY note.return_order_id
            """
        )

    @api.model
    def _get_exchanges(self) -> SQL:
        """What customers bought in place of what they returned, untaxed."""
        return SQL(
            """
            SELECT
                sold.replacement_line_id,
                SUM(sold.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1))
                    AS amount
            FROM sale_order_line sold
            JOIN sale_order sale ON sale.id = sold.order_id
            WHERE sold.replacement_line_id IS NOT NULL AND sale.state = 'sale'
            GROUP BY sold.replacement_line_id
            """
        )

    @api.model
    def _get_given(self) -> SQL:
        """What the same goods cost that were sent in place of those returned, without
        what of them was taken back."""
        return SQL(
            """
            SELECT
                replacement_line_id,
                SUM(CASE WHEN is_out THEN value WHEN is_in THEN -value END) AS cost
            FROM stock_move
            WHERE replacement_line_id IS NOT NULL AND state = 'done'
            GROUP BY replacement_line_id
            """
        )
