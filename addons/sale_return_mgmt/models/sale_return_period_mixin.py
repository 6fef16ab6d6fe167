from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ..exceptions import return_error


class SaleReturnPeriodMixin(models.AbstractModel):
    """On which day a credit note is dated where the books are closed.

    Odoo moves an entry of a closed period to an open day and says nothing. Here it is
    refused, with the first open day, until a person agrees to that day.
    """

    _name = "sale.return.period.mixin"
    _description = "Days of Credit Notes"

    def _get_credit_days(self, allocations, agreed_day=None):
        """The day of each credit note that is to be made, before any is.

        :param dict allocations: by company what ``_allocate_to_invoices`` says
        :param agreed_day: the ``date`` that a person agreed to, as today is closed
        :return: dict of ``(return order, invoice)`` to ``date``
        :raise UserError: if a credit note of today would lie in a closed period, and
            ``agreed_day`` is not the first day that is open to all of them
        """
        today = fields.Date.context_today(self)
        days, locks_by_key = {}, {}
        for company, allocation in allocations.items():
            for key, pieces in allocation.items():
                days[key] = today
                locks = self._get_credit_locks(company, pieces, today)
                if locks:
                    locks_by_key[key] = locks
        if not locks_by_key:
            if days and agreed_day and agreed_day != today:
                raise return_error(
                    "INVALID",
                    self.env._("The books are open today: settle without a date."),
                )
            return days
        locks = set().union(*locks_by_key.values())
        first_open_day = max(day for day, _lock in locks) + timedelta(days=1)
        if agreed_day != first_open_day:
            orders = self.browse().union(*(order for order, _invoice in locks_by_key))
            raise orders._get_period_error(today, locks, first_open_day)
        return days | dict.fromkeys(locks_by_key, first_open_day)

    @api.model
    def _get_credit_locks(self, company, pieces, day):
        """Which lock dates forbid the credit note of ``pieces`` on ``day``.

        :return: list of ``(date, name of the field)``, as Odoo's
        """
        # A draft may lie anywhere until a person posts it.
        if not company.sale_return_post_refund:
            return []
        is_taxed = any(
            source.tax_ids
            for piece in pieces
            for source in (piece.source, *piece.shares)
        )
        return company._get_lock_date_violations(day, purchase=False, tax=is_taxed)

    def _get_period_error(self, today, locks, first_open_day):
        names = ", ".join(self[:3].mapped("name"))
        return return_error(
            "PERIOD_LOCKED",
            self.env._(
                "%(orders)s: no credit note can be posted on %(today)s, the period is "
                "closed: %(locks)s. Settle on %(day)s, the first open day, or ask "
                "accounting to open the period.",
                orders=names if len(self) <= 3 else f"{names}…",
                today=format_date(self.env, today),
                locks=self.env["res.company"]._format_lock_dates(locks),
                day=format_date(self.env, first_open_day),
            ),
            proposed_date=fields.Date.to_string(first_open_day),
        )

    @api.model
    def _read_agreed_day(self, date):
        """``date`` as a caller gives it: a ``date``, its ISO text, or nothing."""
        try:
            return fields.Date.to_date(date) or None
        except (TypeError, ValueError) as error:
            raise return_error(
                "INVALID",
                self.env._("“%s” is not a date: write it as 2026-12-31.", date),
            ) from error

    def _open_period(self, error):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Closed Period"),
            "res_model": "sale.return.order.period",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_order_ids": self.ids,
                "default_message": str(error),
                "default_date": error.sale_return_details["proposed_date"],
            },
        }
