import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

LEVELS_PER_RUN = 500
SHOWN_RETURNS = 50


class SaleReturnAskMixin(models.AbstractModel):
    """How approvers learn that it is their turn, and are reminded of it.

    Steps make activities at once and leave the mails to a job that starts when they are
    committed: no step fails, or waits, because of a mail, and each approver gets one
    for all that was submitted.
    """

    _name = "sale.return.ask.mixin"
    _description = "Questions to Return Approvers"

    # === ACTIVITIES === #

    def _ask_approvers(self):
        """Ask those of the level whose turn it is."""
        pairs = []
        approvals = self.env["sale.return.approval"]
        for order in self:
            approval = order._get_pending_approval()
            pairs += [(order, user) for user in approval._get_approvers()]
            approvals |= approval
        self._create_approval_activities(pairs)
        approvals_sudo = approvals.sudo()  # sudo: whose turn it is, a step decides
        approvals_sudo.date_asked = fields.Datetime.now()
        # sudo: a setting of the company, whoever submits
        to_mail_sudo = approvals_sudo.filtered("company_id.sale_return_ask_by_mail")
        if to_mail_sudo:
            to_mail_sudo.to_mail = True
            # sudo: nobody may start jobs but for what they are for
            cron_sudo = self.env.ref("sale_return_mgmt.ir_cron_ask_approvers").sudo()
            cron_sudo._trigger()

    def _create_approval_activities(self, pairs):
        """Without Odoo's mail about each: ours tells of all.

        :param list pairs: ``(return order, user)``
        """
        self._create_turn_activities(self._get_turn_type("approval"), pairs)

    def _close_approval_activities(self, user=None):
        # sudo: the activities belong to several users
        self.sudo().activity_unlink(
            ["sale_return_mgmt.mail_activity_type_approval"],
            user_id=user.id if user else None,
        )

    # === MAILS === #

    @api.model
    def _cron_ask_approvers(self):
        """Tell approvers by mail what has come to them since the last run."""
        Approval = self.env["sale.return.approval"]
        IrCron = self.env["ir.cron"]
        domain = [("to_mail", "=", True)]
        IrCron._commit_progress(remaining=Approval.search_count(domain))
        while approvals := Approval.search(
            domain, order="id", limit=LEVELS_PER_RUN
        ).try_lock_for_update():
            waiting = approvals._group_by_asked_user()
            approvals.to_mail = False
            for user, orders in waiting.items():
                orders._try_mail_approver(user)
            if not IrCron._commit_progress(processed=len(approvals)):
                break

    @api.model
    def _cron_remind_approvers(self):
        """Remind those who are late, each once a day at most, of all that waits."""
        companies = self.env["res.company"].search(
            [("sale_return_approval_days", ">", 0)]
        )
        late = self.env["sale.return.approval"]
        for company in companies:
            limit = fields.Datetime.now() - timedelta(company.sale_return_approval_days)
            late |= late.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "pending"),
                    ("order_id.state", "=", "submitted"),
                    ("date_asked", "<=", limit),
                ]
            )
        today = fields.Date.context_today(self)
        waiting = {
            user: orders
            for user, orders in late._group_by_asked_user().items()
            if user.sale_return_date_reminded != today
        }
        IrCron = self.env["ir.cron"]
        IrCron._commit_progress(remaining=len(waiting))
        for user, orders in waiting.items():
            user.sale_return_date_reminded = today
            orders._add_missing_activities(user)
            orders._try_mail_approver(user, is_reminder=True)
            if not IrCron._commit_progress(processed=1):
                break

    def _add_missing_activities(self, user):
        """Who became a substitute after the return was submitted has none yet."""
        activity_type = self.env.ref("sale_return_mgmt.mail_activity_type_approval")
        asked = self.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id == activity_type and activity.user_id == user
            )
        )
        known = set(asked.mapped("res_id"))
        self._create_approval_activities(
            [(order, user) for order in self if order.id not in known]
        )

    def _try_mail_approver(self, user, is_reminder=False):
        """What goes wrong for one must not keep the others from their mail."""
        try:
            with self.env.cr.savepoint():
                self._mail_approver(user, is_reminder)
        except OperationalError:  # two at once: the job runs again by itself
            raise
        except Exception:
            _logger.warning("Mail to approver %s failed", user.login, exc_info=True)

    def _mail_approver(self, user, is_reminder=False):
        """Tell one approver, in their language, what waits for them: a mail or a
        message in the inbox, as they want to be told.

        The message belongs to no return: who may not see amounts could read it there.
        """
        orders = self.filtered("company_id.sale_return_ask_by_mail")
        if not orders:
            return
        # sudo: read for the approver, whoever asks
        orders_sudo = orders.with_context(lang=user.lang, tz=user.tz).sudo()
        env = orders_sudo.env
        body = env["ir.qweb"]._render(
            "sale_return_mgmt.mail_ask_approver",
            orders_sudo._prepare_ask_values(user, is_reminder),
            lang=user.lang,
        )
        submitters = orders_sudo._get_submitters()
        is_from_one = len(submitters) == 1 and not is_reminder
        env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=orders_sudo._get_ask_subject(is_reminder),
            body=body,
            author_id=submitters.id if is_from_one else None,
            email_layout_xmlid="mail.mail_notification_layout",
            email_add_signature=False,
            mail_auto_delete=True,
        )

    def _get_submitters(self):
        """Who asked: those who had only the link of a mail are the customers."""
        by_link = self.filtered(lambda order: order.submitted_by_id._is_public())
        return (self - by_link).submitted_by_id.partner_id | by_link.partner_id

    def _prepare_ask_values(self, user, is_reminder):
        return {
            "user": user,
            "is_reminder": is_reminder,
            "base_url": user.get_base_url(),
            "orders": self[:SHOWN_RETURNS],
            "more": len(self) - SHOWN_RETURNS,
            "format_date": lambda value: format_date(self.env, value),
        }

    def _get_ask_subject(self, is_reminder):
        if len(self) > 1:
            if is_reminder:
                return self.env._(
                    "Reminder: %s returns wait for your approval", len(self)
                )
            return self.env._("%s returns wait for your approval", len(self))
        facts = {"order": self.name, "customer": self.partner_id.display_name}
        if is_reminder:
            return self.env._(
                "Reminder: %(order)s of %(customer)s waits for your approval", **facts
            )
        return self.env._("%(order)s of %(customer)s waits for your approval", **facts)
