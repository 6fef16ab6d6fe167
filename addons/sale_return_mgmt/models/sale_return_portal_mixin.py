from odoo import api, fields, models

from odoo.addons.portal.utils import validate_thread_with_token

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
    _inherit = [
        "portal.mixin",
        "sale.return.portal.fields.mixin",
        "sale.return.customer.status.mixin",
        "sale.return.customer.step.mixin",
    ]
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

    @api.model
    def _get_thread_with_access(self, thread_id, *, token=None, **kwargs):
        thread = super()._get_thread_with_access(thread_id, token=token, **kwargs)
        # sudo: Odoo reads the token once more as the user who came with it, such as a
        # customer who logged in and then pressed the link of a mail
        if thread and validate_thread_with_token(thread.sudo(), token):
            return thread.sudo()  # sudo: as above
        return thread

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

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """The button in mails to the customer, who alone gets the token."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        for name, _is_member, data in groups:
            if name == "portal_customer":
                data["button_access"]["title"] = self.env._("View Your Return")
        return groups

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

    def _has_papers(self):
        """Whether slip and label are the customer's to print."""
        self.ensure_one()
        return self.state == "approved" and self._expects_goods()

    def _get_customer_charges(self):
        """What the credit has beside the goods, as the customer reads it.

        :return: list of (name, amount with taxes, which is negative if kept back)
        """
        self.ensure_one()
        return [(self.env._("Fee"), -self.amount_fee)] if self.amount_fee else []

    def _get_customer_files(self):
        """Photos and documents that came from the customer, in ``sudo``: not those of
        clerks, nor those of the inspection, which were taken for our own eyes."""
        self.ensure_one()
        # sudo: who made a file is for nobody outside to read
        files_sudo = self.sudo().attachment_ids
        return files_sudo.filtered(lambda file: file.create_uid.share)

    def _get_customer_summary(self):
        """What comes back, in a few words."""
        self.ensure_one()
        lines = self._get_lines_to_tell() or self.line_ids
        return self._join_some(
            [
                f"{line._format_quantity(line._get_granted_quantity())} × "
                f"{line.product_id.with_context(display_default_code=False).display_name}"
                for line in lines
            ],
            limit=2,
        )

    def _has_amounts_to_expect(self):
        """Whether the amounts of the lines are what the customer gets: not those of a
        return that ended with less, or of which some was not accepted."""
        self.ensure_one()
        if not self.amount_total or self.state in ("rejected", "cancelled"):
            return False
        if any(line.quantity_rejected > 0 for line in self.line_ids):
            return False
        return self.state != "done" or not self.currency_id.compare_amounts(
            self.amount_total, self.amount_refunded
        )

    def _get_customer_columns(self):
        """What the page tells of each line beside its amount.

        :return: list of title and name of a field of the line
        """
        self.ensure_one()
        lines_sudo = self.sudo().line_ids  # sudo: customers may read few fields
        columns = [(self.env._("Requested"), "quantity")]
        if self.state in ("approved", "done"):
            columns.append((self.env._("Approved"), "quantity_approved"))
            if self._expects_goods():
                columns.append((self.env._("Arrived"), "quantity_received"))
        if any(lines_sudo.mapped("quantity_refunded")):
            columns.append((self.env._("Credited"), "quantity_refunded"))
        if any(lines_sudo.mapped("quantity_replaced")):
            columns.append((self.env._("Replaced"), "quantity_replaced"))
        return columns
