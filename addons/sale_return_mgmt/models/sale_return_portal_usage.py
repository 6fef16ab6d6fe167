from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class SaleReturnPortalUsage(models.Model):
    """How often a customer wrote through the portal, by hour: a bound against floods.

    It is in the database, so that all workers count together.
    """

    _name = "sale.return.portal.usage"
    _description = "Use of Returns in the Portal"
    _order = "hour desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    hour = fields.Datetime(required=True, readonly=True)
    count = fields.Integer("Writes", required=True, readonly=True)

    _hour_uniq = models.UniqueIndex("(partner_id, hour)")

    @api.model
    def _take(self, partner):
        """Count one write of ``partner``'s company.

        :return bool: whether there was still one left in this hour
        """
        hour = fields.Datetime.now().replace(minute=0, second=0)
        # Counted and compared in one statement: whoever comes second waits for the
        # first, or is run again.
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO sale_return_portal_usage AS usage
                          (partner_id, hour, count)
                   VALUES (%(partner)s, %(hour)s, 1)
                       ON CONFLICT (partner_id, hour) DO UPDATE
                      SET count = usage.count + 1 WHERE usage.count < %(limit)s
                RETURNING id""",
                partner=partner.commercial_partner_id.id,
                hour=hour,
                limit=self._get_limit(),
            )
        )
        return bool(rows)

    @api.model
    def _get_limit(self):
        """Writes of one customer in one hour."""
        # sudo: customers may not read the system's parameters
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        return int(
            parameters_sudo.get_param("sale_return_mgmt.portal_writes_per_hour", 60)
        )

    @api.autovacuum
    def _gc_usage(self):
        self.search([("hour", "<", fields.Datetime.now() - timedelta(days=1))]).unlink()
