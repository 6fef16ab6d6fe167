from datetime import date
from itertools import chain

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL


class SaleReturnAnalysisMixin(models.AbstractModel):
    """An SQL view whose rows are facts of several types, each type from its own source.

    A source says what only it knows of its facts; what is known of any product and
    customer is added to each. What a question does not ask for, PostgreSQL does not
    look up: that is why lookups are outer joins, and why each source casts each column
    to the type of its field.
    """

    _name = "sale.return.analysis.mixin"
    _description = "Analysis of Returns"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer Entity", readonly=True
    )
    country_id = fields.Many2one("res.country", "Customer Country", readonly=True)
    sale_order_id = fields.Many2one("sale.order", "Sales Order", readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    product_id = fields.Many2one("product.product", "Product Variant", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", "Product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    vendor_id = fields.Many2one(
        "res.partner",
        readonly=True,
        help="The product's first vendor, as its purchase tab has it today.",
    )
    lot_id = fields.Many2one("stock.lot", "Lot/Serial Number", readonly=True)

    _depends = {
        "product.product": ["product_tmpl_id"],
        "product.supplierinfo": [
            "company_id",
            "min_qty",
            "partner_id",
            "price",
            "product_id",
            "product_tmpl_id",
            "sequence",
        ],
        "product.template": ["categ_id", "uom_id"],
        "res.company": ["currency_id", "parent_path"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "res.partner": ["commercial_partner_id", "country_id"],
        "sale.order": ["partner_id", "team_id", "user_id", "warehouse_id"],
        "sale.order.line": ["order_id"],
        "uom.uom": ["factor"],
    }

    @property
    def _table_query(self) -> SQL:
        # No caller from outside can bring a set.
        rows = self.env.context.get("return_analysis_rows")
        rows = rows if isinstance(rows, frozenset) else self._get_told()
        groups = (
            [source for source in group if source[0]["row_type"] in rows]
            for group in self._get_sources()
        )
        return SQL(" UNION ALL ").join(
            self._get_select(*self._merge_sources(group)) for group in groups if group
        )

    @api.model
    def _get_sources(self):
        """Where the facts come from.

        :return: list of groups of ``(values, joined, condition)``: a dict of fields to
            SQL, what stands after ``FROM`` and what after ``WHERE``. ``row_type`` is
            given as it is. Those of a group are joined alike, are read at once, and no
            fact is of two of them. Amounts are in the currency of the fact's company.
            Values may refer to ``template``, the product's.
        """
        raise NotImplementedError

    @api.model
    def _merge_sources(self, sources):
        """Sources of one group as one: what they say differently of their facts is
        told by whose condition holds."""
        every = [
            values | {"row_type": SQL("%s", values["row_type"])}
            for values, _joined, _condition in sources
        ]
        conditions = [condition for _values, _joined, condition in sources]
        merged = {}
        for name in dict.fromkeys(name for values in every for name in values):
            told = [values.get(name, SQL("NULL")) for values in every]
            merged[name] = told.pop()
            for condition, value in zip(conditions[:-1], told, strict=True):
                if value != merged[name]:
                    merged[name] = SQL(
                        "CASE WHEN %s THEN (%s) ELSE (%s) END",
                        condition,
                        value,
                        merged[name],
                    )
        anyone = SQL(" OR ").join(SQL("(%s)", condition) for condition in conditions)
        return merged, sources[0][1], SQL("(%s)", anyone)

    @api.model
    def _get_select(self, values, joined, condition) -> SQL:
        """A source's facts; what it says nothing of is NULL."""
        companies = self.env.companies
        has_rates = len(companies.currency_id) > 1
        known = {**self._prepare_known(), **values}
        known |= self._prepare_looked_up(known)
        values = dict(known)
        columns = [SQL("(%s)::bigint AS id", values.pop("id"))]
        for name, field in self._fields.items():
            if not field.store or name == "id":
                continue
            value = values.pop(name, SQL("NULL"))
            if field.type == "monetary" and has_rates:
                value = SQL("(%s) * account_currency_table.rate", value)
            kind = SQL(field.column_type[0])  # pylint: disable=sql-injection
            columns.append(SQL("(%s)::%s AS %s", value, kind, SQL.identifier(name)))
        return SQL(
            """
            SELECT %(columns)s
            FROM %(joined)s
            LEFT JOIN product_product product ON product.id = %(product)s
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            %(rates)s
            WHERE %(condition)s
            """,
            columns=SQL(", ").join(columns),
            joined=joined,
            product=SQL("(%s)", known["product_id"]),
            rates=SQL(
                "JOIN %s ON account_currency_table.company_id = %s",
                self.env["res.currency"]._get_simple_currency_table(companies),
                known["company_id"],
            )
            if has_rates
            else SQL(),
            condition=condition,
        )

    @api.model
    def _prepare_known(self):
        """What is known of the customer and product of any fact."""
        return {
            "currency_id": SQL("%s", self.env.company.currency_id.id),
            "product_tmpl_id": SQL("product.product_tmpl_id"),
            "categ_id": SQL("template.categ_id"),
            "product_uom_id": SQL("template.uom_id"),
        }

    @api.model
    def _prepare_sold(self):
        """What the sales order, ``sold_order`` to its source, says of a fact; ``sold``
        is the order's line."""
        return {
            "partner_id": SQL("sold_order.partner_id"),
            "sale_order_id": SQL("sold.order_id"),
            "salesperson_id": SQL("sold_order.user_id"),
            "team_id": SQL("sold_order.team_id"),
            "warehouse_id": SQL("sold_order.warehouse_id"),
        }

    @api.model
    def _prepare_looked_up(self, known):
        """What is looked up row by row where it is asked for: PostgreSQL cannot leave
        out a join whose condition is of several tables."""
        return {
            "commercial_partner_id": SQL(
                "SELECT partner.commercial_partner_id FROM res_partner partner "
                "WHERE partner.id = %s",
                known["partner_id"],
            ),
            "country_id": SQL(
                """
                SELECT COALESCE(partner.country_id, entity.country_id)
                FROM res_partner partner
                JOIN res_partner entity ON entity.id = partner.commercial_partner_id
                WHERE partner.id = %s
                """,
                known["partner_id"],
            ),
            # The first of the product's vendors, as Odoo's purchases would choose.
            "vendor_id": SQL(
                """
                SELECT seller.partner_id
                FROM product_supplierinfo seller
                WHERE seller.product_tmpl_id = product.product_tmpl_id
                AND COALESCE(seller.product_id, product.id) = product.id
                AND COALESCE(seller.company_id, %(company)s) = %(company)s
                ORDER BY
                    seller.sequence, seller.min_qty DESC, seller.price, seller.id
                LIMIT 1
                """,
                company=known["company_id"],
            ),
        }

    @api.model
    def _get_moved_conditions(self):
        """As ``_get_customer_moves_domains``, in SQL on ``stock_move``."""
        # sudo: what readers of returns are told of transfers is counted, not shown
        Move_sudo = self.env["stock.move"].sudo()
        return {
            name: Move_sudo._search(domain).where_clause
            for name, domain in Move_sudo._get_customer_moves_domains().items()
        }

    @api.model
    def _convert(self, quantity, unit, product_unit) -> SQL:
        """A quantity in the unit of its product. Most are: units are looked up for the
        others alone.

        :param unit: SQL of the id of its unit; so ``product_unit``, of the product's
        """
        return SQL(
            """
            CASE
                WHEN %(unit)s = %(product_unit)s THEN %(quantity)s
                ELSE %(quantity)s
                    * (SELECT factor FROM uom_uom WHERE id = %(unit)s)
                    / (SELECT factor FROM uom_uom WHERE id = %(product_unit)s)
            END
            """,
            quantity=quantity,
            unit=unit,
            product_unit=product_unit,
        )

    # === RATES OF CURRENCIES === #

    @api.model
    def _convert_amount(self, amount, currency, company_currency, date) -> SQL:
        """A document's amount in the currency of its company, at that date's rate."""
        return SQL(
            "CASE WHEN %(currency)s = %(company_currency)s THEN %(amount)s "
            "ELSE %(amount)s * %(company_rate)s / %(rate)s END",
            amount=amount,
            currency=currency,
            company_currency=company_currency,
            company_rate=self._get_currency_rate(company_currency, date),
            rate=self._get_currency_rate(currency, date),
        )

    @api.model
    def _get_currency_rate(self, currency, date) -> SQL:
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
                        rate.name > %(date)s,
                        rate.company_id,
                        ABS(rate.name - %(date)s)
                    LIMIT 1
                ),
                1.0
            )
            """,
            currency=currency,
            date=date,
            root=SQL("split_part(company.parent_path, '/', 1)::int"),
        )

    # === GROUPS === #

    @api.model
    def _get_ratios(self):
        """Fields that are a ratio of sums, however they are grouped.

        :return: dict of field to ``(part, whole)``, each an aggregate as of
            ``read_group``
        """
        return {}

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """A rate is that of all its group's facts together, whatever aggregate is asked
        for: no average, and no sum, of rates."""
        name = aggregate_spec.partition(":")[0]
        ratio = self._get_ratios().get(name)
        if not ratio:
            return super()._read_group_select(aggregate_spec, query)
        self._check_field_access(self._fields[name], "read")
        part, whole = (self._read_group_select(spec, query) for spec in ratio)
        return SQL("(%s)::float / NULLIF(%s, 0)", part, whole)

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        self = self._prepare_question(domain, groupby, aggregates)
        return super()._read_group(domain, groupby, aggregates, *args, **kwargs)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        specs = [spec for groupby in grouping_sets for spec in groupby]
        self = self._prepare_question(domain, specs, aggregates)
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    @api.model
    def _prepare_question(self, domain, groupby, aggregates):
        """The model to ask for groups alone, without the rows that know nothing of what
        is asked: no sum changes, groups that would be empty are left
        out, and PostgreSQL reads less."""
        # Also where no type is left out: an earlier question may have left out some.
        return self.with_context(
            **self._get_lean_context(Domain(domain), groupby),
            return_analysis_rows=self._get_telling(aggregates),
        )

    @api.model
    def _get_lean_context(self, domain, groupby):
        """What sources may leave out, for a question that shows groups alone."""
        return {}

    @api.model
    def _get_lower_bound(self, domain, name):
        """The day before which ``domain`` wants nothing, if it says so plainly."""
        domain = Domain(domain)
        parts = domain.children if getattr(domain, "OPERATOR", "") == "&" else [domain]
        days = []
        for part in parts:
            if getattr(part, "field_expr", "") != name or part.operator != ">=":
                continue
            try:
                days.append(fields.Date.to_date(part.value))
            except (TypeError, ValueError):
                continue  # Odoo knows days that are no dates, as "today"
        return max(filter(None, days), default=None)

    @api.model
    def _get_first_day(self):
        """The day before which nothing is asked for. No caller from outside can bring
        a date."""
        since = self.env.context.get("return_analysis_since")
        return since if isinstance(since, date) else None

    @api.model
    def _get_since(self, day) -> SQL:
        """That ``day`` is one of those asked for, as far as the question says so."""
        since = self._get_first_day()
        return SQL("%s >= %s", day, since) if since else SQL("TRUE")

    @api.model
    def _get_telling(self, aggregates):
        """The types of rows that know of what is asked, or ``None`` where that may be
        all."""
        ratios = self._get_ratios()
        asked = set()
        for spec in aggregates:
            name = spec.partition(":")[0]
            asked |= {part.partition(":")[0] for part in ratios.get(name, (name,))}
        asked.discard("__count")
        if not all(self._fields[name].aggregator for name in asked):
            return None
        told = self._get_told()
        telling = (row_type for row_type, names in told.items() if asked & names)
        return frozenset(telling) or None

    @api.model
    @tools.ormcache()
    def _get_told(self):
        """:return: dict of row type to what rows of that type tell of"""
        told = {}
        for values, *_source in chain.from_iterable(self._get_sources()):
            told.setdefault(values["row_type"], set()).update(values)
        return told
