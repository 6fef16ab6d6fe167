from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # Return rates look for invoices and credit notes by day, at noon.
    _return_rate_idx = models.Index(
        "((invoice_date + INTERVAL '12 hours')) WHERE state = 'posted'"
    )
    _native_refund_idx = models.Index(
        "(id) WHERE move_type = 'out_refund' AND return_order_id IS NULL "
        "AND state = 'posted'"
    )
