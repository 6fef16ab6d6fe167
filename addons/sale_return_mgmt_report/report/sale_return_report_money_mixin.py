from odoo import api, models
from odoo.tools import SQL


class SaleReturnReportMoneyMixin(models.AbstractModel):
    """What return lines were credited and what they cost us, one row a line, in the
    currency of the line's company."""

    _name = "sale.return.report.money.mixin"
    _description = "Money of Returns, for Analysis"

    @api.model
    def _get_first_ids(self):
        """The lowest ids of the returns and lines that the question may ask for.

        Ids rise with time: with these as bounds, sums by line are made of little more
        than what is asked for, and PostgreSQL knows of how many.

        :return: dict of ``order`` and ``line`` to an id, or empty
        """
        since = self._get_first_day()
        if not since:
            return {}
        # sudo: bounds alone; what may be read is told by the rules of the analysis
        orders_sudo = self.env["sale.return.order"].sudo()
        orders_sudo = orders_sudo.with_context(active_test=False)
        order = self._get_first_id(orders_sudo, [("date_request", ">=", since)])
        line = self._get_first_id(orders_sudo.line_ids, [("order_id", ">=", order)])
        return {"order": order, "line": line}

    @api.model
    def _get_first_id(self, records, domain):
        # The count keeps PostgreSQL from walking up all ids until one is found.
        lowest = SQL("MIN(id), COUNT(*)")
        [[first, _count]] = self.env.execute_query(
            records._search(domain).select(lowest)
        )
        return first

    @api.model
    def _get_asked(self, key, column) -> SQL:
        """That a return (``order``) or return line (``line``) may be one asked for."""
        first = self.env.context.get("return_analysis_first")
        if not first:
            return SQL("%s IS NOT NULL", column)
        return SQL("%s >= %s", column, first[key])

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
            self._get_asked("line", SQL("return_line_id")),
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
            since=self._get_asked("line", SQL("credited.return_line_id")),
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
            since=self._get_asked("line", SQL("return_line_id")),
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
            WHERE %s
            GROUP BY order_id
            """,
            self._get_asked("order", SQL("order_id")),
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
            WHERE %(since)s
            GROUP BY cost.order_id
            """,
            since=self._get_asked("order", SQL("cost.order_id")),
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
            WHERE %s
            AND entry.state = 'posted'
            AND item.display_type = 'product'
            AND item.return_origin_line_id IS NOT NULL
            AND item.return_line_id IS NULL
            GROUP BY note.return_order_id
            """,
            self._get_asked("order", SQL("note.return_order_id")),
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
