from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_compare

# Days that the rates of alerts are of, and those of serial returners.
DAYS = 90
SERIAL_DAYS = 365
# What the rates are by, and the kind of alert.
GROUPS = {
    "product_id": "product",
    "vendor_id": "vendor",
    "commercial_partner_id": "customer",
}

Verdict = namedtuple("Verdict", "figures is_high is_low")


class SaleReturnAlertSource(models.AbstractModel):
    """Where return alerts have their figures from: the reports, of one company.

    A rate is returned by delivered units, by return date, of the last 90 days. A
    serial returner is a customer of whom, in twelve months, too large a part of the
    orders or of their value came back, or who made too many returns in 90 days.
    """

    _name = "sale.return.alert.source"
    _description = "Figures of Return Alerts"

    @api.model
    def _get_verdicts(self):
        """What is to be said of each product, vendor, reason and customer.

        :return: dict of ``(kind, id)`` to :class:`Verdict`; who is not in it sold or
            bought too little
        """
        return self._get_rate_verdicts() | self._get_serial_verdicts()

    @api.model
    def _get_since(self, days):
        return fields.Date.context_today(self) - timedelta(days=days)

    @api.model
    def _get_rate_domain(self, days):
        since = fields.Datetime.to_string(self._get_since(days))
        return Domain("company_id", "=", self.env.company.id) & Domain(
            "date", ">=", since
        )

    @api.model
    def _get_reason_domain(self):
        return (
            Domain("company_id", "=", self.env.company.id)
            & Domain("date_request", ">=", self._get_since(DAYS))
            & Domain("state", "in", ("approved", "done"))
        )

    @api.model
    def _get_rate_verdicts(self):
        *groups, [[sold, _returned]] = self.env[
            "sale.return.rate.report"
        ]._read_grouping_sets(
            self._get_rate_domain(DAYS),
            [[name] for name in GROUPS] + [[]],
            ["quantity_delivered:sum", "quantity_returned:sum"],
        )
        figures = {
            (kind, record): (delivered or 0.0, returned or 0.0)
            for kind, rows in zip(GROUPS.values(), groups, strict=True)
            for record, delivered, returned in rows
            if record
        }
        reasons = self.env["sale.return.report"]._read_group(
            self._get_reason_domain(), ["reason_id"], ["quantity_received:sum"]
        )
        figures |= {
            ("reason", reason): (sold or 0.0, received or 0.0)
            for reason, received in reasons
            # What nobody recorded is no reason to look into.
            if reason.active
        }
        return {
            (kind, record.id): self._judge(record, delivered, returned)
            for (kind, record), (delivered, returned) in figures.items()
            if delivered > 0
        }

    @api.model
    def _judge(self, subject, sold, returned):
        """Above the threshold an alert begins. It ends below the threshold by more than
        the hysteresis, or when by far too little is sold to tell: a rate that moves
        about the threshold is one alert."""
        company = self.env.company
        threshold = company.sale_return_rate_threshold
        if subject._name == "product.product":
            threshold = subject.categ_id._get_return_rate_threshold() or threshold
        rate = returned / sold
        least = company.sale_return_rate_min_quantity
        low = (threshold - company.sale_return_alert_hysteresis) / 100
        return Verdict(
            {
                "rate": rate,
                "threshold": threshold / 100,
                "sold": sold,
                "returned": returned,
            },
            sold >= least and float_compare(rate, threshold / 100, 6) > 0,
            sold < least / 2 or float_compare(rate, low, 6) <= 0,
        )

    # === SERIAL RETURNERS === #

    @api.model
    def _get_serial_verdicts(self):
        company = self.env.company
        rows = self.env["sale.return.rate.report"]._read_group(
            self._get_rate_domain(SERIAL_DAYS),
            ["commercial_partner_id"],
            [
                "orders_delivered:count_distinct",
                "orders_returned:count_distinct",
                "value_rate:avg",
            ],
        )
        recent = self._count_recent_returns()
        verdicts = {}
        for customer, orders, returned, value_rate in rows:
            if not customer:
                continue
            rate = (returned or 0) / orders if orders else 0.0
            often = 100 * max(rate, value_rate or 0.0)
            is_serial = (
                (orders or 0) >= company.sale_return_serial_min_orders
                and often >= company.sale_return_serial_rate
            ) or recent.get(customer, 0) >= company.sale_return_serial_count
            verdicts["serial", customer.id] = Verdict(
                {
                    "rate": rate,
                    "threshold": company.sale_return_serial_rate / 100,
                    "sold": orders or 0,
                    "returned": returned or 0,
                    "recent_returns": recent.get(customer, 0),
                },
                is_serial,
                not is_serial,
            )
        return verdicts

    @api.model
    def _count_recent_returns(self):
        """How many returns each customer made, without those that were refused."""
        rows = self.env["sale.return.order"]._read_group(
            [
                ("company_id", "=", self.env.company.id),
                ("date_request", ">=", self._get_since(DAYS)),
                ("state", "in", ("submitted", "approved", "done")),
            ],
            ["partner_id"],
            ["__count"],
        )
        counts = {}
        for partner, count in rows:
            customer = partner.commercial_partner_id
            counts[customer] = counts.get(customer, 0) + count
        return counts

    # === THE RECORDS BEHIND === #

    @api.model
    def _get_figures(self, alert):
        """The model and domain of the rows that an alert was made of."""
        source = self.with_company(alert.company_id)
        if alert.kind == "reason":
            return "sale.return.report", source._get_reason_domain() & Domain(
                "reason_id", "=", alert.reason_id.id
            )
        days = SERIAL_DAYS if alert.kind == "serial" else DAYS
        name = {kind: name for name, kind in GROUPS.items()}.get(
            alert.kind, "commercial_partner_id"
        )
        subject = alert._get_subject()
        return "sale.return.rate.report", source._get_rate_domain(days) & Domain(
            name, "=", subject.id
        )
