from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleReturnReason(models.Model):
    _name = "sale.return.reason"
    _description = "Return Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Used by other systems, e.g. DEFECT.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the reason is offered in all companies."
    )
    category = fields.Selection(
        [
            ("quality", "Quality"),
            ("logistics", "Logistics"),
            ("order_error", "Order Error"),
            ("customer", "Customer"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    liable_party = fields.Selection(
        [
            ("company", "Our Company"),
            ("carrier", "Carrier"),
            ("vendor", "Vendor"),
            ("customer", "Customer"),
        ],
        required=True,
        default="customer",
        help="Who caused the return and answers for its cost.",
    )
    requires_note = fields.Boolean(
        help="Return lines with this reason need a note before they are submitted."
    )
    requires_attachment = fields.Boolean(
        help="Returns with this reason need an attached file, for instance a photo, "
        "before they are submitted."
    )

    default_disposition_id = fields.Many2one(
        "sale.return.disposition",
        "Usual Disposition",
        ondelete="restrict",
        domain="[('company_id', 'in', [False, company_id])]",
        help="Proposed at inspection. Empty: back to stock.",
    )

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "There is already a return reason with this code in the company.",
    )

    @api.depends("name", "code")
    @api.depends_context("sale_return_reason_code")
    def _compute_display_name(self):
        if not self.env.context.get("sale_return_reason_code"):
            return super()._compute_display_name()
        for reason in self:
            reason.display_name = f"[{reason.code}] {reason.name}"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: lines of other companies count as well
        lines_sudo = self.env["sale.return.order.line"].sudo()
        # A level that lost its only reason would be asked for every return.
        rules_sudo = self.env["sale.return.approval.rule"].sudo()
        rules_sudo = rules_sudo.with_context(active_test=False)
        if lines_sudo.search_count(
            [("reason_id", "in", self.ids)], limit=1
        ) or rules_sudo.search_count([("reason_ids", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "A return reason in use cannot be deleted: archive it instead."
                )
            )
