from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.sale_return_mgmt.models.sale_return_rate_mixin import READER_GROUPS


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_serial_returner = fields.Boolean(
        compute="_compute_is_serial_returner",
        search="_search_is_serial_returner",
        groups=READER_GROUPS,
        help="Returns so often that who decides is told so. Nothing is refused for it.",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_is_serial_returner(self):
        alerts = self._get_serial_alerts(self.commercial_partner_id)
        for partner in self:
            partner.is_serial_returner = (
                partner.commercial_partner_id in alerts.partner_id
            )

    def _search_is_serial_returner(self, operator, value):
        if operator != "in":
            return NotImplemented
        partners = self._get_serial_alerts().partner_id
        domain = Domain("commercial_partner_id", "in", partners.ids)
        return Domain.OR(domain if each else ~domain for each in value)

    @api.model
    def _get_serial_alerts(self, partners=None):
        """The open alerts about serial returners in the companies chosen."""
        domain = Domain("kind", "=", "serial") & Domain("is_open", "=", True)
        domain &= Domain("company_id", "in", self.env.companies.ids)
        if partners is not None:
            domain &= Domain("partner_id", "in", partners.ids)
        # sudo: who may read the field is told of customers he may see
        return self.env["sale.return.alert"].sudo().search(domain)
