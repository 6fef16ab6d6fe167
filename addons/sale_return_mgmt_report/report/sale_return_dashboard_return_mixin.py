from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

PARETO_MARK = 0.8
TOP = 5


class SaleReturnDashboardReturnMixin(models.AbstractModel):
    """Why goods come back, what becomes of them, what that costs, and who must act."""

    _name = "sale.return.dashboard.return.mixin"
    _description = "Returns on the Dashboard"

    @api.model
    def _get_received(self, options, period):
        """What came back, by reason, customer and vendor, most first: dict of fields
        to rows. Reasons that together make up 80 % are ``is_vital``."""
        domain = self._get_report_domain(options, period["days"])
        names = ["reason_id", "partner_id", "vendor_id"]
        groups = self.env["sale.return.report"]._read_grouping_sets(
            domain, [[name] for name in names], ["quantity_received:sum"]
        )
        received = {
            name: self._get_shares(domain, name, "quantity_received", rows)
            for name, rows in zip(names, groups, strict=True)
        }
        before = 0.0
        for row in received["reason_id"]:
            row["is_vital"] = before < PARETO_MARK
            row["cumulated"] = before = before + row["share"]
        for name in ("partner_id", "vendor_id"):
            received[name] = [row for row in received[name] if row["id"]][:TOP]
        return received

    @api.model
    def _get_dispositions(self, options, period):
        domain = self._get_report_domain(options, period["days"])
        rows = self.env["sale.return.report"]._read_group(
            domain, ["disposition_id"], ["quantity_disposed:sum"]
        )
        return self._get_shares(domain, "disposition_id", "quantity_disposed", rows)

    @api.model
    def _get_shares(self, domain, groupby, measure, rows):
        """What each group has of the whole, most first.

        :param rows: pairs of the group's record and its quantity
        """
        groups = [(record, quantity) for record, quantity in rows if quantity > 0]
        whole = sum(quantity for _record, quantity in groups)
        return [
            {
                "id": record.id,
                "name": record.display_name or self.env._("None"),
                "quantity": quantity,
                "share": quantity / whole,
                "open": self._open(
                    "sale.return.report",
                    domain & Domain(groupby, "=", record.id) & Domain(measure, "!=", 0),
                    record.display_name or self.env._("None"),
                ),
            }
            for record, quantity in sorted(groups, key=lambda group: -group[1])
        ]

    @api.model
    def _get_costs(self, options, period):
        """What returns cost, and before; nothing for who reads no money."""
        if not self._has_money():
            return []
        names = {
            "amount_returned": self.env._("Value Returned"),
            "amount_goods": self.env._("Original Cost of Goods"),
            "amount_recovered": self.env._("Value Recovered"),
            "amount_written_off": self.env._("Written Off"),
            "amount_cost": self.env._("Recorded Costs"),
            "amount_fee": self.env._("Fees Kept"),
            "amount_loss": self.env._("Net Loss"),
        }
        domain = self._get_report_domain(options, period["days"])
        by_day = self.env["sale.return.report"]._read_group(
            self._get_report_domain(options, period["both"]),
            ["date_request:day"],
            [f"{name}:sum" for name in names],
        )
        values, earlier = (
            self._add_up(by_day, period[key], len(names)) for key in ("days", "before")
        )

        def known(name, value):
            # Costs that nobody recorded are no costs of zero.
            return value if name == "amount_cost" else value or 0.0

        return [
            {
                "key": name,
                "name": label,
                "value": known(name, value),
                "before": known(name, before),
                "open": self._open(
                    "sale.return.report", domain & Domain(name, "!=", 0), label
                ),
            }
            for (name, label), value, before in zip(
                names.items(), values, earlier, strict=True
            )
        ]

    # === HOW LONG IT TAKES === #

    @api.model
    def _get_days(self, options, period):
        """Median and 90th percentile of the days that steps took, by return."""
        domain = self._get_order_domain(options) & Domain(
            [
                ("date_request", ">=", fields.Date.to_string(period["days"][0])),
                ("date_request", "<=", fields.Date.to_string(period["days"][1])),
                ("state", "in", ("approved", "done")),
            ]
        )
        orders = self.env["sale.return.order"]._search(domain)
        steps = {
            "approve": (self.env._("Approve"), "date_approved - date_submitted"),
            "receive": (self.env._("Receive"), "first_received - date_approved"),
            "inspect": (self.env._("Inspect"), "inspected - date_received"),
            "refund": (self.env._("Credit"), "date_refunded - date_received::date"),
        }
        if not self._has_money():
            del steps["refund"]
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT %(columns)s
                FROM (
                    SELECT
                        date_submitted,
                        date_approved,
                        date_received,
                        date_refunded,
                        (
                            SELECT MIN(picking.date_done)
                            FROM stock_picking picking
                            WHERE picking.return_order_id = sale_return_order.id
                            AND picking.state = 'done'
                        ) AS first_received,
                        (
                            SELECT MAX(found.date)
                            FROM sale_return_inspection found
                            WHERE found.order_id = sale_return_order.id
                            AND found.reversed_id IS NULL
                        ) AS inspected
                    FROM sale_return_order
                    WHERE id IN %(orders)s
                ) taken
                """,
                columns=SQL(", ").join(
                    self._get_percentiles(difference, key == "refund")
                    for key, (_name, difference) in steps.items()
                ),
                orders=orders.subselect(),
            )
        )
        return [
            {
                "key": key,
                "name": name,
                "median": values[0] if values else None,
                "p90": values[1] if values else None,
                "open": self._open("sale.return.order", domain, name),
            }
            for (key, (name, _difference)), values in zip(
                steps.items(), row, strict=True
            )
        ]

    @api.model
    def _get_percentiles(self, difference, is_days) -> SQL:
        difference = SQL(difference)  # pylint: disable=sql-injection
        if not is_days:
            difference = SQL("EXTRACT(EPOCH FROM %s) / 86400", difference)
        return SQL(
            "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP "
            "(ORDER BY GREATEST(0, %s)::float)",
            difference,
        )

    # === WHO MUST ACT === #

    @api.model
    def _get_order_domain(self, options):
        """Returns that the filters leave, as far as a return says so itself."""
        domain = Domain("company_id", "in", self.env.companies.ids)
        if options["warehouse"]:
            domain &= Domain("warehouse_id", "=", options["warehouse"]) | (
                Domain("warehouse_id", "=", False)
                & Domain(
                    "line_ids.sale_line_id.order_id.warehouse_id",
                    "=",
                    options["warehouse"],
                )
            )
        if options["team"]:
            domain &= Domain("team_id", "=", options["team"])
        if options["category"]:
            domain &= Domain(
                "line_ids.product_id.categ_id", "child_of", options["category"]
            )
        return domain

    @api.model
    def _get_to_do(self, options):
        """How many returns wait for whom, whenever they were asked for."""
        today = fields.Date.to_string(fields.Date.context_today(self))
        names = {
            "approve": self.env._("Approvers: to approve"),
            "late": self.env._("Customers: goods are late"),
            "inspect": self.env._("Warehouse: to inspect"),
            "credit": self.env._("Accountants: to credit"),
            "stopped": self.env._("Managers: has stopped"),
        }
        if not self._has_money():
            del names["credit"]
        is_approved = Domain("state", "=", "approved")
        waiting = {
            "approve": Domain("state", "=", "submitted"),
            "late": is_approved
            & Domain("receipt_status", "in", ("pending", "partial"))
            & Domain("date_send_before", "<", today),
            "inspect": is_approved
            & Domain("inspection_status", "in", ("pending", "partial")),
            "credit": is_approved
            & Domain("refund_status", "in", ("to_refund", "partial")),
            "stopped": Domain("has_exception", "=", True),
        }
        orders = self.env["sale.return.order"]
        rows = []
        for key, name in names.items():
            domain = self._get_order_domain(options) & waiting[key]
            if count := orders.search_count(domain):
                rows.append(
                    {
                        "name": name,
                        "count": count,
                        "open": self._open(orders._name, domain, name),
                    }
                )
        return rows

    @api.model
    def _get_alerts(self):
        """The worst of the alerts that are open, whatever the filters leave."""
        alerts = self.env["sale.return.alert"]
        if not alerts.has_access("read"):
            return []
        is_open = Domain("is_open", "=", True) & Domain("kind", "!=", "serial")
        return [
            {
                "name": alert.name,
                "rate": alert.rate,
                "threshold": alert.threshold,
                "open": self._open(
                    alerts._name, Domain("id", "=", alert.id), alert.name
                ),
            }
            for alert in alerts.search(is_open, limit=TOP)
        ]
