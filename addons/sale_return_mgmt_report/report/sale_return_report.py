from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.sale_return_mgmt.models.sale_return_line_price_mixin import (
    MONEY_GROUPS,
)


def _same_selection(model_name, field_name):
    """The choices of another model's field, in the reader's language."""
    return lambda self: (
        self.env[model_name]._fields[field_name]._description_selection(self.env)
    )


class SaleReturnReport(models.Model):
    """What came back, why, and what it was worth: one row per return line.

    Quantities are in the product's own unit. Amounts are in the currency of the row's
    company, or in that of the current company where companies with several currencies
    are read together. What is expected is converted at the rate of the request date;
    what was credited is what the journal entries say.
    """

    _name = "sale.return.report"
    _description = "Returns Analysis"
    _auto = False
    _rec_name = "order_id"
    _order = "date_request desc, id desc"

    order_id = fields.Many2one("sale.return.order", "Return Order", readonly=True)
    return_count = fields.Integer(
        "Number of Returns", aggregator="count_distinct", readonly=True
    )
    date_request = fields.Date("Request Date", readonly=True)
    state = fields.Selection(
        _same_selection("sale.return.order", "state"), "Status", readonly=True
    )
    receipt_status = fields.Selection(
        _same_selection("sale.return.order", "receipt_status"), readonly=True
    )
    in_policy = fields.Boolean(readonly=True)
    rating = fields.Float(
        "Average Rating",
        aggregator="avg",
        readonly=True,
        help="Of the returns that customers rated, from 1 to 5: each return once.",
    )
    satisfaction = fields.Selection(
        _same_selection("sale.return.order", "satisfaction"),
        "Customer Satisfaction",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer Entity", readonly=True
    )
    country_id = fields.Many2one("res.country", "Customer Country", readonly=True)
    sale_order_id = fields.Many2one("sale.order", "Sales Order", readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    product_id = fields.Many2one("product.product", "Product Variant", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", "Product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    reason_id = fields.Many2one("sale.return.reason", "Return Reason", readonly=True)
    reason_category = fields.Selection(
        _same_selection("sale.return.reason", "category"), readonly=True
    )
    liable_party = fields.Selection(
        _same_selection("sale.return.reason", "liable_party"), readonly=True
    )

    quantity = fields.Float("Quantity Asked", digits="Product Unit", readonly=True)
    quantity_approved = fields.Float(digits="Product Unit", readonly=True)
    quantity_received = fields.Float(digits="Product Unit", readonly=True)
    quantity_accepted = fields.Float(digits="Product Unit", readonly=True)
    quantity_refunded = fields.Float(
        "Quantity Credited", digits="Product Unit", readonly=True, groups=MONEY_GROUPS
    )
    amount_untaxed = fields.Monetary(
        "Expected Credit, Untaxed", readonly=True, groups=MONEY_GROUPS
    )
    amount_total = fields.Monetary(
        "Expected Credit", readonly=True, groups=MONEY_GROUPS
    )
    amount_refunded_untaxed = fields.Monetary(
        "Credited, Untaxed", readonly=True, groups=MONEY_GROUPS
    )
    amount_refunded = fields.Monetary("Credited", readonly=True, groups=MONEY_GROUPS)

    _depends = {
        "account.move": ["state"],
        "account.move.line": [
            "balance",
            "display_type",
            "move_id",
            "price_subtotal",
            "price_total",
            "return_line_id",
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "uom_id"],
        "res.company": ["currency_id", "parent_path"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "res.partner": ["commercial_partner_id", "country_id"],
        "sale.order": ["team_id", "user_id", "warehouse_id"],
        "sale.order.line": ["order_id"],
        "sale.return.order": [
            "currency_id",
            "date_request",
            "partner_id",
            "rating_last_value",
            "receipt_status",
            "satisfaction",
            "state",
            "team_id",
            "user_id",
            "warehouse_id",
        ],
        "sale.return.order.line": [
            "company_id",
            "in_policy",
            "order_id",
            "price_subtotal",
            "price_total",
            "product_id",
            "product_uom_id",
            "quantity",
            "quantity_accepted",
            "quantity_approved",
            "quantity_received",
            "quantity_refunded",
            "reason_id",
            "sale_line_id",
        ],
        "sale.return.reason": ["category", "liable_party"],
        "uom.uom": ["factor"],
    }

    @property
    def _table_query(self) -> SQL:
        return SQL("%s %s", self._select(), self._from())

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """A rating is of the return, whose lines are several rows."""
        if aggregate_spec == "rating:avg":
            return SQL(
                """(
                    SELECT AVG(rated.value::float)
                    FROM jsonb_each_text(
                        jsonb_object_agg(%(order)s, %(rating)s)
                            FILTER (WHERE %(rating)s IS NOT NULL)
                    ) rated
                )""",
                order=self._field_to_sql(self._table, "order_id", query),
                rating=self._field_to_sql(self._table, "rating", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    @api.model
    def _select(self) -> SQL:
        return SQL(
            """
            SELECT
                line.id,
                line.order_id,
                line.order_id AS return_count,
                return_order.date_request,
                return_order.state,
                return_order.receipt_status,
                line.in_policy,
                NULLIF(return_order.rating_last_value, 0) AS rating,
                return_order.satisfaction,
                line.company_id,
                %(currency)s AS currency_id,
                return_order.partner_id,
                partner.commercial_partner_id,
                COALESCE(partner.country_id, entity.country_id) AS country_id,
                sale_line.order_id AS sale_order_id,
                sale_order.user_id AS salesperson_id,
                return_order.user_id,
                COALESCE(return_order.team_id, sale_order.team_id) AS team_id,
                COALESCE(
                    return_order.warehouse_id, sale_order.warehouse_id
                ) AS warehouse_id,
                line.product_id,
                product.product_tmpl_id,
                template.categ_id,
                template.uom_id AS product_uom_id,
                line.reason_id,
                reason.category AS reason_category,
                reason.liable_party,
                line.quantity * %(to_product_uom)s AS quantity,
                line.quantity_approved * %(to_product_uom)s AS quantity_approved,
                line.quantity_received * %(to_product_uom)s AS quantity_received,
                line.quantity_accepted * %(to_product_uom)s AS quantity_accepted,
                line.quantity_refunded * %(to_product_uom)s AS quantity_refunded,
                line.price_subtotal * %(rate)s AS amount_untaxed,
                line.price_total * %(rate)s AS amount_total,
                COALESCE(credit.untaxed, 0.0) * account_currency_table.rate
                    AS amount_refunded_untaxed,
                COALESCE(credit.total, 0.0) * account_currency_table.rate
                    AS amount_refunded
            """,
            currency=self.env.company.currency_id.id,
            rate=SQL("%s * account_currency_table.rate", self._get_expected_rate()),
            to_product_uom=SQL("line_uom.factor / product_uom.factor"),
        )

    @api.model
    def _from(self) -> SQL:
        return SQL(
            """
            FROM sale_return_order_line line
            JOIN sale_return_order return_order ON return_order.id = line.order_id
            JOIN res_company company ON company.id = line.company_id
            JOIN res_partner partner ON partner.id = return_order.partner_id
            LEFT JOIN res_partner entity ON entity.id = partner.commercial_partner_id
            LEFT JOIN sale_order_line sale_line ON sale_line.id = line.sale_line_id
            LEFT JOIN sale_order ON sale_order.id = sale_line.order_id
            LEFT JOIN product_product product ON product.id = line.product_id
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom product_uom ON product_uom.id = template.uom_id
            LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
            LEFT JOIN sale_return_reason reason ON reason.id = line.reason_id
            LEFT JOIN (%(credit)s) credit ON credit.return_line_id = line.id
            JOIN %(currency_table)s ON account_currency_table.company_id = company.id
            """,
            credit=self._get_credit(),
            currency_table=self.env["res.currency"]._get_simple_currency_table(
                self.env.companies
            ),
        )

    @api.model
    def _get_credit(self) -> SQL:
        """What posted journal entries credited each return line, in company currency.

        The taxes of an entry are shared out as its lines caused them (where each alone
        rounds to nothing: by their base), so that the sum of the lines is the entry,
        whatever was rounded. A reversed credit note has balances of the opposite sign
        and so subtracts itself.
        """
        return SQL(
            """
            SELECT
                item.return_line_id,
                SUM(item.balance) AS untaxed,
                SUM(
                    item.balance + COALESCE(tax.balance, 0.0) * COALESCE(
                        (item.price_total - item.price_subtotal)
                            / NULLIF(tax.of_lines, 0),
                        item.balance / NULLIF(tax.base, 0),
                        0.0
                    )
                ) AS total
            FROM account_move_line item
            JOIN (
                SELECT
                    move.id,
                    SUM(every.balance) FILTER (
                        WHERE every.display_type = 'tax'
                    ) AS balance,
                    SUM(every.price_total - every.price_subtotal) FILTER (
                        WHERE every.display_type = 'product'
                    ) AS of_lines,
                    SUM(every.balance) FILTER (
                        WHERE every.display_type = 'product'
                    ) AS base
                FROM account_move move
                JOIN account_move_line every ON every.move_id = move.id
                WHERE move.state = 'posted' AND move.id IN (
                    SELECT move_id FROM account_move_line
                    WHERE return_line_id IS NOT NULL
                )
                GROUP BY move.id
            ) tax ON tax.id = item.move_id
            WHERE item.return_line_id IS NOT NULL AND item.display_type = 'product'
            GROUP BY item.return_line_id
            """
        )

    @api.model
    def _get_expected_rate(self) -> SQL:
        """Factor from the return's currency to its company's, at the request date."""
        return SQL(
            """
            CASE
                WHEN return_order.currency_id = company.currency_id THEN 1.0
                ELSE %(company_rate)s / %(order_rate)s
            END
            """,
            company_rate=self._get_currency_rate(SQL("company.currency_id")),
            order_rate=self._get_currency_rate(SQL("return_order.currency_id")),
        )

    @api.model
    def _get_currency_rate(self, currency: SQL) -> SQL:
        """The rate that ``res.currency`` would find (``_get_rates``)."""
        return SQL(
            """
            COALESCE(
                (
                    SELECT rate.rate
                    FROM res_currency_rate rate
                    WHERE rate.currency_id = %(currency)s
                    AND COALESCE(rate.company_id, %(root)s) = %(root)s
                    ORDER BY
                        rate.name > return_order.date_request,
                        rate.company_id,
                        ABS(rate.name - return_order.date_request)
                    LIMIT 1
                ),
                1.0
            )
            """,
            currency=currency,
            root=SQL("split_part(company.parent_path, '/', 1)::int"),
        )

    @api.readonly
    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()
