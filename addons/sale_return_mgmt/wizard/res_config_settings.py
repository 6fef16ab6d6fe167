from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sale_return_refund_trigger = fields.Selection(
        related="company_id.sale_return_refund_trigger", readonly=False
    )
    sale_return_replacement_trigger = fields.Selection(
        related="company_id.sale_return_replacement_trigger", readonly=False
    )
    sale_return_post_refund = fields.Boolean(
        related="company_id.sale_return_post_refund", readonly=False
    )
    sale_return_inspection_required = fields.Boolean(
        related="company_id.sale_return_inspection_required", readonly=False
    )
    sale_return_payment_journal_id = fields.Many2one(
        related="company_id.sale_return_payment_journal_id", readonly=False
    )
    sale_return_accountant_id = fields.Many2one(
        related="company_id.sale_return_accountant_id", readonly=False
    )
    sale_return_allow_unreferenced = fields.Boolean(
        related="company_id.sale_return_allow_unreferenced", readonly=False
    )
    sale_return_fee_product_id = fields.Many2one(
        related="company_id.sale_return_fee_product_id", readonly=False
    )
    sale_return_notify_received = fields.Boolean(
        related="company_id.sale_return_notify_received", readonly=False
    )
    sale_return_notify_authorised = fields.Boolean(
        related="company_id.sale_return_notify_authorised", readonly=False
    )
    sale_return_notify_rejected = fields.Boolean(
        related="company_id.sale_return_notify_rejected", readonly=False
    )
    sale_return_notify_discrepancy = fields.Boolean(
        related="company_id.sale_return_notify_discrepancy", readonly=False
    )
    sale_return_notify_arrived = fields.Boolean(
        related="company_id.sale_return_notify_arrived", readonly=False
    )
    sale_return_notify_refunded = fields.Boolean(
        related="company_id.sale_return_notify_refunded", readonly=False
    )
    sale_return_notify_replaced = fields.Boolean(
        related="company_id.sale_return_notify_replaced", readonly=False
    )
    sale_return_notify_rating = fields.Boolean(
        related="company_id.sale_return_notify_rating", readonly=False
    )
    sale_return_alias_name = fields.Char(
        related="company_id.sale_return_alias_name", readonly=False
    )
    sale_return_mail_user_id = fields.Many2one(
        related="company_id.sale_return_mail_user_id", readonly=False
    )
    sale_return_four_eyes = fields.Boolean(
        related="company_id.sale_return_four_eyes", readonly=False
    )
    sale_return_result_days = fields.Integer(
        related="company_id.sale_return_result_days", readonly=False
    )
    sale_return_send_days = fields.Integer(
        related="company_id.sale_return_send_days", readonly=False
    )
    sale_return_reminder_days = fields.Integer(
        related="company_id.sale_return_reminder_days", readonly=False
    )
    sale_return_ask_by_mail = fields.Boolean(
        related="company_id.sale_return_ask_by_mail", readonly=False
    )
    sale_return_approval_days = fields.Integer(
        related="company_id.sale_return_approval_days", readonly=False
    )
