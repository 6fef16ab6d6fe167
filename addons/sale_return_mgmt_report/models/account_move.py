from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    _native_refund_idx = models.Index(
        "(id) WHERE move_type = 'out_refund' AND return_order_id IS NULL "
        "AND state = 'posted'"
    )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # What was credited of delivery charges is little among all that was credited.
    _return_delivery_idx = models.Index(
        "(move_id) WHERE return_origin_line_id IS NOT NULL AND return_line_id IS NULL"
    )
