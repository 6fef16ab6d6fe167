from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..exceptions import return_error
from .sale_return_line_price_mixin import MONEY_GROUPS

SETTLED = ("paid", "in_payment", "reversed")


class SaleReturnSettlementMixin(models.AbstractModel):
    """How the customer gets the money of a return order back: credit notes.

    One credit note per original invoice and settlement, copied line by line from that
    invoice, never from today's price list.
    """

    _name = "sale.return.settlement.mixin"
    _description = "Return Settlement"

    refund_ids = fields.One2many(
        "account.move",
        "return_order_id",
        "Credit Notes",
        domain=[("move_type", "=", "out_refund")],
        readonly=True,
        groups=MONEY_GROUPS,
    )
    settlement_line_ids = fields.Many2many(
        "sale.return.order.line",
        compute="_compute_settlement_line_ids",
        groups=MONEY_GROUPS,
        help="The lines again, as the settlement shows them.",
    )
    refund_count = fields.Integer(compute="_compute_refund_count", groups=MONEY_GROUPS)
    refund_status = fields.Selection(
        [
            ("none", "Nothing to Credit"),
            ("to_refund", "To Credit"),
            ("partial", "Partially Credited"),
            ("refunded", "Credited"),
            ("paid", "Paid"),
        ],
        compute="_compute_refund_status",
        store=True,
        index=True,
        groups=MONEY_GROUPS,
    )
    date_refunded = fields.Date(
        "Credited On", compute="_compute_refund_status", store=True, groups=MONEY_GROUPS
    )

    @api.depends(
        "line_ids.price_subtotal",
        "line_ids.price_tax",
        "line_ids.price_total",
        "line_ids.price_fee",
    )
    def _compute_amounts(self):
        names = ("amount_untaxed", "amount_tax", "amount_total", "amount_fee")
        for order in self._skip_copies(*names):
            currency, lines = order.currency_id, order.line_ids
            order.amount_untaxed = currency.round(sum(lines.mapped("price_subtotal")))
            order.amount_tax = currency.round(sum(lines.mapped("price_tax")))
            order.amount_total = currency.round(sum(lines.mapped("price_total")))
            order.amount_fee = currency.round(sum(lines.mapped("price_fee")))

    def _skip_copies(self, *names):
        """Without copies in memory of what is no draft any more. Odoo makes them of all
        returns of the goods that a draft in memory takes back: nobody can edit them,
        and each would look at all the others.

        :param names: computed fields, which they get as they are stored
        """
        copies = self.filtered(
            lambda order: not order.id and order._origin.state not in (False, "draft")
        )
        for order in copies:
            for name in names:
                order[name] = order._origin[name]
        return self - copies

    @api.depends("line_ids")
    def _compute_settlement_line_ids(self):
        """Those that are saved: a form must not hold a new line twice."""
        for order in self:
            order.settlement_line_ids = order.line_ids._origin

    @api.depends("refund_ids")
    def _compute_refund_count(self):
        for order in self:
            order.refund_count = len(order.refund_ids)

    @api.depends(
        "line_ids.quantity_refunded",
        "line_ids.quantity_to_refund",
        "refund_ids.state",
        "refund_ids.payment_state",
        "refund_ids.amount_total",
        "refund_ids.reversal_move_ids.state",
        "refund_ids.reversal_move_ids.amount_total",
    )
    def _compute_refund_status(self):
        for order in self:
            posted = order.refund_ids.filtered(lambda move: move.state == "posted")
            undone = posted.reversal_move_ids.filtered(
                lambda move: move.state == "posted"
            )
            order.amount_refunded = sum(posted.mapped("amount_total")) - sum(
                undone.mapped("amount_total")
            )
            credited = any(
                line.product_uom_id.compare(line.quantity_refunded, 0) > 0
                for line in order.line_ids
            )
            pending = order._has_money_pending()
            order.date_refunded = credited and max(
                posted.mapped("invoice_date"), default=False
            )
            if credited and pending:
                order.refund_status = "partial"
            elif pending:
                order.refund_status = "to_refund"
            elif not credited:
                order.refund_status = "none"
            elif all(move.payment_state in SETTLED for move in posted):
                order.refund_status = "paid"
            else:
                order.refund_status = "refunded"

    def action_view_refunds(self):
        return self.refund_ids._get_records_action(name=self.env._("Credit Notes"))

    def action_settle(self, date=None):
        """Credit and replace what is due; nothing due: nothing made.

        :param date: the day that was agreed to after ``PERIOD_LOCKED`` proposed it;
            else credit notes are dated today
        """
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        self._check_state("approved", "done")
        self._settle(self.line_ids, self._read_agreed_day(date))
        self._replace(self._get_lines_to_replace())
        self._check_done()
        return True

    def _has_money_pending(self):
        """Whether something accepted is not yet on a posted credit note."""
        self.ensure_one()
        return any(
            line.product_uom_id.compare(line.quantity_to_refund, 0) > 0
            for line in self.line_ids
        ) or any(move.state == "draft" for move in self.refund_ids)

    def _check_nothing_to_settle(self):
        for order in self:
            # sudo: whether money is due does not depend on who asks
            if order.sudo()._has_money_pending():
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(order)s still has something to credit: settle it first.",
                        order=order.name,
                    ),
                )

    def _settle_automatically(self, trigger):
        """Settle what is to be credited at ``trigger``; called in ``sudo``.

        What goes wrong must not undo the step that has really happened: the goods are
        here. It is logged, told to the responsible person, and can be settled again.
        """
        lines = self.line_ids.filtered(
            lambda line: (
                line._is_settled_at(trigger) or line.order_id.credit_queued_by_id
            )
        )
        if not lines or not self._try_to_settle(lines):
            return
        # Together they fail for one of them: find which.
        for order, order_lines in lines.grouped("order_id").items():
            error = order._try_to_settle(order_lines)
            if error:
                order._report_unsettled(error)

    def _report_unsettled(self, error):
        self._report_failure(
            self.env._("No credit note could be made: %s", error),
            self.env._("Settle the return by hand"),
        )

    def _try_to_settle(self, lines, agreed_day=None):
        """Settle all or none.

        :param agreed_day: see ``_get_credit_days``
        :return: the refusal, or None
        """
        try:
            with self.env.cr.savepoint():
                self._settle(lines, agreed_day)
        except UserError as error:
            return error
        return None

    def _settle(self, lines, agreed_day=None):
        """Credit what is due of ``lines``.

        :param agreed_day: see ``_get_credit_days``
        :return: the new ``account.move`` credit notes, in ``sudo``
        """
        # sudo: the company's settings post credit notes, whoever the step was taken by
        lines_sudo = lines.sudo().sorted("id")
        lines_sudo.sale_line_id._bump_return_guard()
        moves = lines_sudo.env["account.move"]
        allocations = lines_sudo._allocate_by_company()
        days = self._get_credit_days(allocations, agreed_day)
        for company, allocation in allocations.items():
            refunds = moves.with_company(company).create(
                [
                    order._prepare_refund_vals(invoice, pieces, days[order, invoice])
                    for (order, invoice), pieces in allocation.items()
                ]
            )
            self.env["sale.return.event"]._log(
                refunds.return_order_id,
                "credited",
                payloads={
                    order: {"credit_notes": len(order_refunds)}
                    for order, order_refunds in refunds.grouped(
                        "return_order_id"
                    ).items()
                },
            )
            if company.sale_return_post_refund:
                refunds._post(soft=False)
            moves |= refunds
        moves.return_order_id.failure = False
        return moves

    def _prepare_refund_vals(self, invoice, pieces, day):
        """Values of the credit note of one original invoice.

        :param invoice: posted ``account.move``; empty for goods without an order
        :param pieces: list of ``Piece``
        :param day: ``date`` of the credit note
        """
        self.ensure_one()
        return {
            **(
                self._prepare_refund_vals_from_invoice(invoice)
                if invoice
                else self._prepare_refund_vals_without_order()
            ),
            "move_type": "out_refund",
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_payment_term_id": False,
            "return_order_id": self.id,
            "invoice_origin": self.name,
            **(
                {"partner_bank_id": self.partner_bank_id.id}
                if self.partner_bank_id
                else {}
            ),
            "ref": ", ".join(filter(None, [self.name, self.customer_reference])),
            "invoice_line_ids": [
                Command.create(vals)
                for piece in pieces
                for vals in piece.line._prepare_refund_lines_vals(piece)
            ],
        }

    @api.model
    def _prepare_refund_vals_from_invoice(self, invoice):
        return {
            "company_id": invoice.company_id.id,
            "journal_id": invoice.journal_id.id,
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "currency_id": invoice.currency_id.id,
            "invoice_currency_rate": invoice.invoice_currency_rate,
            "invoice_user_id": invoice.invoice_user_id.id,
            "team_id": invoice.team_id.id,
            "reversed_entry_id": invoice.id,
        }

    def _prepare_refund_vals_without_order(self):
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_invoice_id.id,
            "currency_id": self.currency_id.id,
            "invoice_user_id": self.user_id.id,
            "team_id": self.team_id.id,
        }
