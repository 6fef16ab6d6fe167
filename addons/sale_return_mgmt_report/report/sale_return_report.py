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
    """What came back, why, what it was worth and what it cost.

    One row per return line, with what is counted of the line, and one per inspection,
    with what was found of it alone: sums count nothing twice. Returns that Odoo alone
    knows have a row per transfer and per credited line, without a reason.

    Quantities are in the product's own unit. Amounts are in the currency of the row's
    company, or in that of the current company where companies with several currencies
    are read together. What is expected is converted at the rate of the request date;
    what was credited is what the journal entries say.
    """

    _name = "sale.return.report"
    _inherit = "sale.return.report.source.mixin"
    _description = "Returns Analysis"
    _auto = False
    _rec_name = "order_id"
    _order = "date_request desc, id desc"

    row_type = fields.Selection(
        [
            ("line", "Return Line"),
            ("inspection", "Inspection"),
            ("native", "Transfer without Return Order"),
            ("native_credit", "Credit without Return Order"),
        ],
        "Recorded As",
        readonly=True,
    )
    order_id = fields.Many2one("sale.return.order", "Return Order", readonly=True)
    return_count = fields.Integer(
        "Number of Returns", aggregator="count_distinct", readonly=True
    )
    line_id = fields.Many2one("sale.return.order.line", "Return Line", readonly=True)
    date_request = fields.Date(
        "Request Date",
        readonly=True,
        help="Without a return order: when the goods came, or were credited.",
    )
    state = fields.Selection(
        _same_selection("sale.return.order", "state"), "Status", readonly=True
    )
    receipt_status = fields.Selection(
        _same_selection("sale.return.order", "receipt_status"), readonly=True
    )
    channel = fields.Selection(
        _same_selection("sale.return.order", "channel"), readonly=True
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
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    reason_id = fields.Many2one("sale.return.reason", "Return Reason", readonly=True)
    reason_category = fields.Selection(
        _same_selection("sale.return.reason", "category"), readonly=True
    )
    liable_party = fields.Selection(
        _same_selection("sale.return.reason", "liable_party"), readonly=True
    )
    disposition_id = fields.Many2one("sale.return.disposition", readonly=True)
    condition = fields.Selection(
        _same_selection("sale.return.inspection", "condition"), readonly=True
    )

    quantity = fields.Float("Quantity Asked", digits="Product Unit", readonly=True)
    quantity_approved = fields.Float(digits="Product Unit", readonly=True)
    quantity_received = fields.Float(digits="Product Unit", readonly=True)
    quantity_accepted = fields.Float(digits="Product Unit", readonly=True)
    quantity_refunded = fields.Float(
        "Quantity Credited", digits="Product Unit", readonly=True, groups=MONEY_GROUPS
    )
    quantity_replaced = fields.Float(digits="Product Unit", readonly=True)
    quantity_disposed = fields.Float(
        "Quantity Inspected",
        digits="Product Unit",
        readonly=True,
        help="By what became of it: see the disposition.",
    )
    quantity_defect = fields.Float(
        "Inspected with Quality Reason", digits="Product Unit", readonly=True
    )
    quantity_no_fault = fields.Float(
        "No Fault Found",
        digits="Product Unit",
        readonly=True,
        help="Sent back for a reason of quality, and found as new.",
    )
    no_fault_rate = fields.Float(
        "No-Fault-Found Rate",
        aggregator="avg",
        readonly=True,
        help="Found as new, by all that was sent back for a reason of quality.",
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
    amount_returned = fields.Monetary(
        "Value Returned",
        readonly=True,
        groups=MONEY_GROUPS,
        help="What was credited for the goods, untaxed, before fees.",
    )
    amount_fee = fields.Monetary("Fees Kept", readonly=True, groups=MONEY_GROUPS)
    amount_delivery = fields.Monetary(
        "Delivery Refunded", readonly=True, groups=MONEY_GROUPS
    )
    amount_cost = fields.Monetary(
        "Recorded Costs",
        readonly=True,
        groups=MONEY_GROUPS,
        help="Freight, handling, repair and other costs, shared among the lines of a "
        "return by their value. Nothing where none was recorded.",
    )
    cost_count = fields.Integer(
        "Returns with Recorded Costs",
        aggregator="count_distinct",
        readonly=True,
        groups=MONEY_GROUPS,
    )
    amount_goods = fields.Monetary(
        "Original Cost of Goods",
        readonly=True,
        groups=MONEY_GROUPS,
        help="What the goods that came back had cost when they were delivered, without "
        "those that went back to the customer.",
    )
    amount_recovered = fields.Monetary(
        "Value Recovered",
        readonly=True,
        groups=MONEY_GROUPS,
        help="Of the original cost, the part that their disposition says is still "
        "there.",
    )
    amount_written_off = fields.Monetary(
        "Written Off",
        readonly=True,
        groups=MONEY_GROUPS,
        help="Of the original cost, what was lost by scrap or a lower grade.",
    )
    recovery_rate = fields.Float(
        aggregator="avg",
        readonly=True,
        groups=MONEY_GROUPS,
        help="Value recovered, by the original cost of the goods.",
    )
    amount_retained = fields.Monetary(
        "Exchange Revenue",
        readonly=True,
        groups=MONEY_GROUPS,
        help="What customers bought in place of what they returned, untaxed.",
    )
    amount_loss = fields.Monetary(
        "Net Loss",
        readonly=True,
        groups=MONEY_GROUPS,
        help="Value returned, delivery refunded, recorded costs and what was written "
        "off, less fees, the original cost of the goods that are back and what was "
        "bought in exchange.",
    )
    days_to_approve = fields.Float(
        "Days to Approve", aggregator="avg", readonly=True, digits=(16, 2)
    )
    days_to_receive = fields.Float(
        "Days to Receive",
        aggregator="avg",
        readonly=True,
        digits=(16, 2),
        help="From the approval to the first goods of the line.",
    )
    days_to_inspect = fields.Float(
        "Days to Inspect",
        aggregator="avg",
        readonly=True,
        digits=(16, 2),
        help="From the last goods of the line to its last inspection.",
    )
    days_to_refund = fields.Float(
        "Days to Credit",
        aggregator="avg",
        readonly=True,
        digits=(16, 2),
        groups=MONEY_GROUPS,
        help="From the last goods of the line (or the approval, where none come back) "
        "to its credit note.",
    )

    _depends = {
        "account.move": [
            "invoice_date",
            "return_order_id",
            "reversed_entry_id",
            "state",
        ],
        "account.move.line": [
            "balance",
            "display_type",
            "is_return_fee",
            "move_id",
            "parent_state",
            "price_subtotal",
            "price_total",
            "quantity",
            "return_line_id",
            "return_origin_line_id",
        ],
        "sale.order.line": ["invoice_lines", "price_subtotal", "replacement_line_id"],
        "sale.return.cost": ["amount", "currency_id", "date", "order_id"],
        "sale.return.disposition": ["kind", "recovery_percent"],
        "sale.return.inspection": [
            "condition",
            "date",
            "disposition_id",
            "line_id",
            "lot_id",
            "product_uom_id",
            "quantity",
            "reversed_id",
        ],
        "sale.return.order": [
            "channel",
            "currency_id",
            "date_approved",
            "date_request",
            "date_submitted",
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
            "inspection_required",
            "lot_ids",
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
            "quantity_replaced",
            "reason_id",
            "sale_line_id",
        ],
        "sale.return.reason": ["category", "liable_party"],
        "stock.move": [
            "date",
            "is_in",
            "is_out",
            "location_dest_id",
            "location_id",
            "origin_returned_move_id",
            "product_id",
            "product_uom",
            "quantity",
            "replacement_line_id",
            "return_inspection_id",
            "return_line_id",
            "sale_line_id",
            "state",
            "value",
        ],
    }

    @api.model
    def _get_lean_context(self, domain, groupby):
        return {"return_analysis_since": self._get_lower_bound(domain, "date_request")}

    @api.model
    def _get_ratios(self):
        return {
            "no_fault_rate": ("quantity_no_fault:sum", "quantity_defect:sum"),
            "recovery_rate": ("amount_recovered:sum", "amount_goods:sum"),
        }

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

    @api.readonly
    def action_open_order(self):
        """The return; of what Odoo alone knows, the sales order."""
        self.ensure_one()
        return (self.order_id or self.sale_order_id)._get_records_action()
