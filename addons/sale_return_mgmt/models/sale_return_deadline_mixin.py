import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# Days before the deadline from which a result is due soon.
SOON_DAYS = 3
# States in which a result is owed.
OWING_STATES = ("submitted", "approved")

_logger = logging.getLogger(__name__)


class SaleReturnDeadlineMixin(models.AbstractModel):
    """By when the customer sends the goods, and by when we owe a result.

    An approved return keeps its quantities from being returned otherwise. One whose
    goods never come is reminded of, then closed short, so that it does not do so for
    ever.
    """

    _name = "sale.return.deadline.mixin"
    _description = "Return Deadlines"

    date_deadline = fields.Date(
        "Result Due",
        copy=False,
        tracking=True,
        help="By when the customer is owed a result. Empty at submission: as the "
        "company's settings say.",
    )
    deadline_status = fields.Selection(
        [("overdue", "Overdue"), ("soon", "Due Soon"), ("on_time", "On Time")],
        compute="_compute_deadline_status",
        search="_search_deadline_status",
        help="Whether the customer still waits for a result that was promised.",
    )
    deadline_color = fields.Integer(compute="_compute_deadline_status")
    date_send_before = fields.Date(
        "Send Before",
        copy=False,
        tracking=True,
        index="btree_not_null",
        help="By when the customer sends the goods. Past it a return that nothing was "
        "received of is closed short.",
    )
    date_reminded = fields.Date(
        "Reminded On", compute="_compute_date_reminded", store=True
    )

    @api.depends("state", "date_deadline")
    @api.depends_context("tz")
    def _compute_deadline_status(self):
        today = fields.Date.context_today(self)
        colors = {"overdue": 1, "soon": 2}  # red and orange of the web client
        for order in self:
            status = False
            if order.state in OWING_STATES and order.date_deadline:
                days = (order.date_deadline - today).days
                status = "soon" if days <= SOON_DAYS else "on_time"
                status = "overdue" if days < 0 else status
            order.deadline_status = status
            order.deadline_color = colors.get(status, 0)

    @api.model
    def _search_deadline_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        soon = today + timedelta(days=SOON_DAYS)
        waiting = Domain("state", "in", OWING_STATES) & Domain(
            "date_deadline", "!=", False
        )
        domains = {
            "overdue": waiting & Domain("date_deadline", "<", today),
            "soon": waiting
            & Domain("date_deadline", ">=", today)
            & Domain("date_deadline", "<=", soon),
            "on_time": waiting & Domain("date_deadline", ">", soon),
            False: ~waiting,
        }
        return Domain.OR(domains[status] for status in value if status in domains)

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Columns of the kanban count by status, though no column holds it."""
        if groupby_spec != "deadline_status":
            return super()._read_group_groupby(alias, groupby_spec, query)
        today = fields.Date.context_today(self)
        return SQL(
            "CASE WHEN %(state)s NOT IN %(owing)s THEN NULL"
            " WHEN %(deadline)s < %(today)s THEN 'overdue'"
            " WHEN %(deadline)s <= %(soon)s THEN 'soon'"
            " WHEN %(deadline)s IS NOT NULL THEN 'on_time' END",
            state=self._field_to_sql(alias, "state", query),
            deadline=self._field_to_sql(alias, "date_deadline", query),
            owing=OWING_STATES,
            today=today,
            soon=today + timedelta(days=SOON_DAYS),
        )

    @api.depends("date_send_before")
    def _compute_date_reminded(self):
        """A new deadline is a new reminder."""
        self.date_reminded = False

    def write(self, vals):
        reminded = self.browse()
        if "date_send_before" in vals or vals.get("state") in ("done", "cancelled"):
            reminded = self.filtered("date_reminded")
        res = super().write(vals)
        reminded._drop_reminders()
        return res

    def _drop_reminders(self):
        """Nobody has to ask for the goods any more."""
        # sudo: the activity is somebody else's
        self.sudo().activity_unlink(
            ["sale_return_mgmt.mail_activity_type_goods_awaited"]
        )

    def _set_result_deadline(self):
        """Promise a result, where nobody promised one already."""
        for order in self.sudo():  # sudo: the company's rule, not the clerk's
            days = order.company_id.sale_return_result_days
            if days and not order.date_deadline:
                order.date_deadline = fields.Date.context_today(order) + timedelta(days)

    def _set_send_deadline(self):
        """Start to wait for the goods, where any are to come."""
        for order in self.sudo():  # sudo: as above
            days = order.company_id.sale_return_send_days
            if (
                days
                and not order.date_send_before
                and order.receipt_status in ("pending", "partial")
            ):
                order.date_send_before = fields.Date.context_today(order) + timedelta(
                    days
                )

    @api.model
    def _cron_follow_send_deadlines(self):
        """Remind of goods that do not come, then give them up: one return at a time,
        each committed, so that one that fails does not stop the rest."""
        orders = (
            self.with_context(active_test=False)
            .search(
                [
                    ("state", "=", "approved"),
                    ("receipt_status", "=", "pending"),
                    ("date_send_before", "!=", False),
                ],
                order="id",
            )
            .filtered(lambda order: order._get_deadline_step())
        )
        IrCron = self.env["ir.cron"]
        IrCron._commit_progress(remaining=len(orders))
        for order_id in orders.ids:  # each read anew after the commit before it
            self.browse(order_id)._follow_send_deadline()
            if not IrCron._commit_progress(processed=1):
                break

    def _follow_send_deadline(self):
        """Take the step that is due on one return; what goes wrong is reported on it.

        Nothing is done where somebody else is at work on it: the next run is.
        """
        order = self.try_lock_for_update()
        step = order and order._get_deadline_step()
        if not step:
            return
        try:
            with self.env.cr.savepoint():
                getattr(order, f"_{step}")()
        except OperationalError:  # two at once: the job runs again by itself
            raise
        except UserError as error:
            order._report_failure(str(error), self.env._("Close the return by hand"))
        except Exception as error:
            _logger.warning(
                "Deadline of %s: %s failed", order.name, step, exc_info=True
            )
            order._report_failure(repr(error), self.env._("Close the return by hand"))

    def _get_deadline_step(self):
        """What is due on this return: the name of the step, or None."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        send_before = self.date_send_before
        if (
            self.state != "approved"
            or self.receipt_status != "pending"
            or not send_before
            or self.failure  # a person has to look at it first
        ):
            return None
        if not self.date_reminded:
            days = self.company_id.sale_return_reminder_days
            return "remind_to_send" if today >= send_before - timedelta(days) else None
        if today <= max(send_before, self.date_reminded):
            return None
        # Credited before goods that never came: a person decides what follows.
        credited = any(
            line.goods_return == "return"
            and not line.product_uom_id.is_zero(line.quantity_accepted)
            for line in self.line_ids
        )
        return None if credited else "close_unsent"

    def _remind_to_send(self):
        self.date_reminded = fields.Date.context_today(self)
        self.env["sale.return.event"]._log(self, "reminded")
        self.activity_schedule(
            "sale_return_mgmt.mail_activity_type_goods_awaited",
            date_deadline=self.date_send_before,
            summary=self.env._("The goods have not come"),
            note=self.env._(
                "Ask the customer for them, or give more time: after %s the return is "
                "closed short by itself.",
                fields.Date.to_string(self.date_send_before),
            ),
            user_id=self._get_responsible_user().id,
        )

    def _close_unsent(self):
        self._do_close_short(
            self.env._(
                "No goods came before %s.", fields.Date.to_string(self.date_send_before)
            )
        )
