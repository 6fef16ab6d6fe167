from collections import defaultdict

from odoo import api, fields, models

from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnLineSettlementMixin(models.AbstractModel):
    """What became of the money of a return line: due, credited, paid, open.

    Read from the credit notes, taxes included; nothing of it is stored.
    """

    _name = "sale.return.line.settlement.mixin"
    _description = "Return Line Settlement"

    currency_id = fields.Many2one("res.currency")
    amount_due = fields.Monetary(
        "Due",
        compute="_compute_settlement",
        groups=MONEY_GROUPS,
        help="What the customer gets for what was accepted and invoiced, taxes "
        "included: on credit notes, and with the next one.",
    )
    fee_due = fields.Monetary(
        compute="_compute_settlement",
        groups=MONEY_GROUPS,
        help="What was kept back, and will be, of what was accepted and invoiced, "
        "taxes included. It is off what is due.",
    )
    amount_credited = fields.Monetary(
        "On Credit Notes",
        compute="_compute_settlement",
        groups=MONEY_GROUPS,
        help="What posted credit notes gave, taxes included.",
    )
    amount_paid = fields.Monetary(
        "Settled",
        compute="_compute_settlement",
        groups=MONEY_GROUPS,
        help="What of it was set off against an invoice, or paid out.",
    )
    amount_open = fields.Monetary(
        "Open",
        compute="_compute_settlement",
        groups=MONEY_GROUPS,
        help="What the customer still waits for.",
    )
    credit_note_names = fields.Char(
        "Credit Notes", compute="_compute_settlement", groups=MONEY_GROUPS
    )

    @api.depends(
        "quantity_to_refund",
        "credit_percent",
        "fee_percent",
        "refund_line_ids.parent_state",
        "refund_line_ids.price_total",
        "refund_line_ids.move_id.amount_residual",
    )
    def _compute_settlement(self):
        for order, lines in self.grouped("order_id").items():
            next_amounts = (order.line_ids | lines)._get_next_credit_amounts()
            for line in lines:
                # sudo: see _get_credit_pieces
                refund_lines = line.sudo().refund_line_ids.filtered(
                    lambda refund_line: refund_line.parent_state != "cancel"
                )
                drafts = refund_lines.filtered(
                    lambda refund_line: refund_line.parent_state == "draft"
                )
                posted = refund_lines - drafts
                line.amount_credited = line._sum_credit(posted)
                # What was invoiced back is not his any more, whoever owes it.
                line.amount_paid = min(
                    line.amount_credited, line._sum_credit(posted, settled=True)
                )
                next_amount, next_fee = next_amounts[line]
                line.amount_due = (
                    line.amount_credited + line._sum_credit(drafts) + next_amount
                )
                fees = refund_lines.filtered("is_return_fee")
                line.fee_due = next_fee - line._sum_credit(fees)
                line.amount_open = line.amount_due - line.amount_paid
                line.credit_note_names = ", ".join(
                    refund_lines.move_id.sorted("id").mapped("display_name")
                )

    def _sum_credit(self, refund_lines, settled=False):
        """What credit notes give, less what was invoiced back, taxes included.

        :param settled: only as far as they are reconciled
        """
        total = 0.0
        for refund_line in refund_lines:
            move = refund_line.move_id
            part = 1.0
            if settled and move.amount_total:
                part -= move.amount_residual / move.amount_total
            total += move.direction_sign * refund_line.price_total * part
        return self.currency_id.round(total)

    def _get_next_credit_amounts(self):
        """What the next settlement will credit, and which fee it keeps back.

        :return: dict of line to ``[amount, fee]``, taxes included
        """
        amounts = defaultdict(lambda: [0.0, 0.0])
        allocation = self.filtered("company_id")._allocate_to_invoices()
        for pieces in allocation.values():
            for piece in pieces:
                amounts[piece.line][0] += piece.net.total
                amounts[piece.line][1] += piece.fee.total
        return amounts

    def action_view_refunds(self):
        return self.refund_line_ids.move_id._get_records_action(
            name=self.env._("Credit Notes")
        )
