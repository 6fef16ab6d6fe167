import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import split_every

from .sale_return_line_price_mixin import MONEY_GROUPS

_logger = logging.getLogger(__name__)

# How many returns are credited while the user waits, and in one transaction of the
# job: posting holds the number range of the journal for that long.
AT_ONCE = 50

QUEUED = [("credit_queued_by_id", "!=", False), ("failure", "=", False)]


class SaleReturnCreditQueueMixin(models.AbstractModel):
    """Many returns credited in one go, by a job.

    The queue says who asked for it, nothing about money: what is due is read when its
    turn comes, so a return that was credited meanwhile just leaves the queue. One that
    fails waits for a person, who takes it up again with Retry.
    """

    _name = "sale.return.credit.queue.mixin"
    _description = "Queue of Returns to Credit"

    credit_queued_by_id = fields.Many2one(
        "res.users",
        "Queued for Crediting By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=MONEY_GROUPS,
    )
    credit_queued_day = fields.Date(
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
        help="The day agreed to for its credit note, as the books were closed.",
    )

    def action_settle_selected(self, date=None):
        """What the buttons do: few are settled at once, many are queued.

        Where today is closed, a dialog asks for the first open day and calls this again
        with it.
        """
        settle = (
            self.action_queue_settlement if len(self) > AT_ONCE else self.action_settle
        )
        try:
            with self.env.cr.savepoint():
                return settle(date)
        except UserError as error:
            if getattr(error, "sale_return_code", None) != "PERIOD_LOCKED":
                raise
            return self._open_period(error)

    def action_queue_settlement(self, date=None):
        """Let a job credit what is due, some returns at a time.

        :param date: see ``action_settle``
        """
        self = self._prepare_step("sale_return_mgmt.group_sale_return_manager")
        self._check_state("approved", "done")
        day = self._read_agreed_day(date)
        # sudo: as _settle
        allocations = self.sudo().line_ids._allocate_by_company()
        self._get_credit_days(allocations, day)  # asks for a day while somebody is here
        due = self.browse().union(
            *(
                order.sudo(False)
                for allocation in allocations.values()
                for order, _invoice in allocation
            )
        )
        due.sudo().write(  # sudo: workflow fields
            {
                "credit_queued_by_id": self.env.uid,
                "credit_queued_day": day,
                "failure": False,
            }
        )
        self.env["sale.return.event"]._log(due, "credit_queued")
        # sudo: managers need no rights on jobs
        self.env.ref("sale_return_mgmt.ir_cron_settle_queue").sudo()._trigger()
        return self._notify(
            self.env._("Being credited in the background: %s returns.", len(due)),
            "success",
        )

    # === THE JOB === #

    @api.model
    def _cron_settle_queue(self):
        Order = self.with_context(active_test=False)
        queue = Order.search(QUEUED, order="id")
        askers = queue.credit_queued_by_id
        IrCron = self.env["ir.cron"]
        IrCron._commit_progress(remaining=len(queue))
        for chunk in split_every(AT_ONCE, queue.ids, self.browse):
            chunk._settle_queued()
            if not IrCron._commit_progress(processed=len(chunk)):
                break
        for user in askers - Order.search(QUEUED).credit_queued_by_id:
            self._tell_settled(user)

    @api.model
    def _tell_settled(self, user):
        """Tell who asked that the last of their returns was tried."""
        thread = self.env["mail.thread"].with_context(lang=user.lang)
        thread.message_notify(
            partner_ids=user.partner_id.ids,
            subject=thread.env._("Your returns are settled"),
            body=thread.env._(
                "What you gave to the queue was credited. Returns that could not be "
                "are under the filter “Exceptions”, with the reason."
            ),
        )

    def _settle_queued(self):
        """Settle for whoever asked. What somebody else is at work on waits for the next
        run."""
        orders = self.try_lock_for_update().filtered_domain(QUEUED)
        for (user, day), asked in orders.grouped(
            lambda order: (order.credit_queued_by_id, order.credit_queued_day)
        ).items():
            asked = asked.with_user(user)
            context = asked.env["res.users"].context_get()
            # sudo: the right was checked when they asked
            asked.with_context(**context).sudo()._settle_or_halve(day)

    def _settle_or_halve(self, day):
        """Credit all in one batch, else half by half: one that cannot be credited is
        found in a few tries, and does not stop the rest."""
        try:
            error = self._try_to_settle(self.line_ids, day)
        except OperationalError:  # two at once: the job runs again by itself
            raise
        except Exception as unexpected:
            _logger.warning("Settling of %s failed", self, exc_info=True)
            error = repr(unexpected)
        if error and len(self) > 1:
            middle = len(self) // 2
            self[:middle]._settle_or_halve(day)
            self[middle:]._settle_or_halve(day)
        elif not error:
            self.write({"credit_queued_by_id": False, "credit_queued_day": False})
            self._check_done()
        elif not isinstance(error, LockError):  # else it just waits for the next run
            self._report_unsettled(error)
