from odoo import api, fields, models
from odoo.tools import formatLang

from .sale_return_alert_source import SERIAL_DAYS


class SaleReturnOrder(models.Model):
    _inherit = "sale.return.order"

    serial_returner_hint = fields.Char(
        compute="_compute_serial_returner_hint",
        groups="sale_return_mgmt.group_sale_return_approver",
    )

    @api.depends("partner_id", "company_id")
    def _compute_serial_returner_hint(self):
        alerts = self.partner_id._get_serial_alerts(
            self.partner_id.commercial_partner_id
        )
        for order in self:
            customer = order.partner_id.commercial_partner_id
            company = order.company_id
            alert = alerts.filtered(
                lambda alert, customer=customer, company=company: (
                    alert.partner_id == customer and alert.company_id == company
                )
            )
            order.serial_returner_hint = bool(alert) and self.env._(
                "In %(days)s days %(returned)d of %(orders)d orders of this customer "
                "came back (%(rate)s%%), with %(recent)d returns in the last 90 days.",
                days=SERIAL_DAYS,
                returned=alert.returned,
                orders=alert.sold,
                rate=formatLang(self.env, 100 * alert.rate, digits=0),
                recent=alert.recent_returns,
            )
