from odoo import api, fields, models

from .sale_return_line_price_mixin import MONEY_GROUPS

PORTAL_FIELDS = {
    "access_url",
    "active",  # each search asks for it
    "carrier_tracking_ref",
    "company_id",
    "customer_reference",
    "date_approved",
    "date_deadline",
    "date_done",
    "date_received",
    "date_request",
    "date_send_before",
    "date_submitted",
    "display_name",
    "line_ids",
    "name",
    "partner_id",
    "receipt_status",
    "rejection_reason",
    "state",
}


class SaleReturnPortalMixin(models.AbstractModel):
    """A return as its customer sees it: with his login, or with the link of a mail."""

    _name = "sale.return.portal.mixin"
    _inherit = ["portal.mixin", "sale.return.portal.fields.mixin"]
    _description = "Return in the Customer Portal"

    # Whoever has it sees the page of the customer, with its amounts.
    access_token = fields.Char(groups=MONEY_GROUPS)

    def _compute_access_url(self):
        res = super()._compute_access_url()
        for order in self:
            order.access_url = f"/my/returns/{order.id}"
        return res

    @api.model
    def _get_portal_fields(self):
        return super()._get_portal_fields() | PORTAL_FIELDS

    def _portal_ensure_token(self):
        # sudo: mails with the link are sent by whoever takes the step
        return super(SaleReturnPortalMixin, self.sudo())._portal_ensure_token()

    def _sign_token(self, pid):
        # sudo: as above
        return super(SaleReturnPortalMixin, self.sudo())._sign_token(pid)

    def _get_share_url(
        self, redirect=False, signup_partner=False, pid=None, share_token=True
    ):
        self._check_can_share()
        return super()._get_share_url(redirect, signup_partner, pid, share_token)

    def get_portal_url(
        self,
        suffix=None,
        report_type=None,
        download=None,
        query_string=None,
        anchor=None,
    ):
        self.check_access("read")
        self._check_can_share()
        return super().get_portal_url(
            suffix, report_type, download, query_string, anchor
        )

    def _check_can_share(self):
        """The link opens the page to whoever has it: the warehouse gets none."""
        if self.env.user._is_internal():
            self._check_field_access(self._fields["access_token"], "read")

    def _get_portal_return_action(self):
        """The action that brings an employee from the page back to the document."""
        return self.env.ref("sale_return_mgmt.sale_return_order_action")

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.name
