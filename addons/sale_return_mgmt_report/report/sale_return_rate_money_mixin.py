from odoo import api, models
from odoo.tools import SQL


class SaleReturnRateMoneyMixin(models.AbstractModel):
    """What was invoiced and credited, from posted invoices and credit notes."""

    _name = "sale.return.rate.money.mixin"
    _inherit = "sale.return.analysis.mixin"
    _description = "Money of Return Rates"

    @api.model
    def _get_items(self, number, row_type, condition, join=None, entry="entry"):
        """Posted lines of goods, each with the line of the order that it is for.

        :param entry: the alias of the entry in whose month they stand
        """
        day = SQL.identifier(entry, "invoice_date")
        values = self._prepare_sold() | {
            "id": SQL("item.id::bigint * 8 + %s", number),
            "row_type": row_type,
            "company_id": SQL("item.company_id"),
            # A day as a moment that is on it wherever the reader is.
            "date": SQL("%s + INTERVAL '12 hours'", day),
            "partner_id": SQL("COALESCE(sold_order.partner_id, entry.partner_id)"),
            "product_id": SQL("item.product_id"),
        }
        joined = SQL(
            """
            account_move_line item
            JOIN account_move entry ON entry.id = item.move_id
            LEFT JOIN sale_order_line sold ON sold.id = COALESCE(
                (
                    SELECT return_line.sale_line_id
                    FROM sale_return_order_line return_line
                    WHERE return_line.id = item.return_line_id
                ),
                (
                    SELECT MIN(rel.order_line_id)
                    FROM sale_order_line_invoice_rel rel
                    WHERE rel.invoice_line_id = item.id
                )
            )
            LEFT JOIN sale_order sold_order ON sold_order.id = sold.order_id
            %s
            """,
            join or SQL(),
        )
        condition = SQL(
            """
            item.parent_state = 'posted'
            AND item.display_type = 'product'
            AND template.type = 'consu'
            AND %s
            AND %s
            """,
            # What `date` says of it no index knows.
            self._get_since(day),
            condition,
        )
        return values, joined, condition

    @api.model
    def _get_invoiced_source(self):
        condition = SQL(
            """
            entry.move_type = 'out_invoice'
            AND item.return_line_id IS NULL
            AND item.return_origin_line_id IS NULL
            """
        )
        values, *source = self._get_items(3, "invoiced", condition)
        return values | {"amount_invoiced": SQL("-item.balance")}, *source

    @api.model
    def _get_credited_source(self):
        values, *source = self._get_items(4, "credited", self._get_credited_condition())
        return values | {"amount_credited": SQL("item.balance")}, *source

    @api.model
    def _get_credited_sold_source(self):
        """The same credits in the month of the invoice that they take back."""
        join = SQL(
            """
            LEFT JOIN account_move_line origin ON origin.id = item.return_origin_line_id
            JOIN account_move invoice
                ON invoice.id = COALESCE(origin.move_id, entry.reversed_entry_id)
            """
        )
        values, *source = self._get_items(
            5, "credited_sold", self._get_credited_condition(), join, "invoice"
        )
        return values | {"amount_credited_sold": SQL("item.balance")}, *source

    @api.model
    def _get_credited_condition(self) -> SQL:
        """What was credited for goods that came back: by returns, without their fees;
        by others, where something came back of what they credit."""
        return SQL(
            """
            CASE
                WHEN item.return_line_id IS NOT NULL THEN item.is_return_fee IS NOT TRUE
                WHEN entry.return_order_id IS NULL AND entry.move_type = 'out_refund'
                THEN EXISTS (
                    SELECT FROM sale_order_line_invoice_rel rel
                    JOIN stock_move ON stock_move.sale_line_id = rel.order_line_id
                    WHERE rel.invoice_line_id = item.id AND %s
                )
                ELSE FALSE
            END
            """,
            self._get_moved_conditions()["returned"],
        )
