import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# With the button to the customer's page, for him alone, as Odoo's own documents.
LAYOUT = "mail.mail_notification_layout_with_responsible_signature"

KINDS = [
    ("received", "Request Received"),
    ("authorised", "Authorised"),
    ("rejected", "Rejected"),
    ("arrived", "Goods Arrived"),
    ("discrepancy", "Not What Was Agreed"),
    ("refunded", "Refunded"),
    ("replaced", "Replacement Sent"),
    ("rating", "How Did We Do?"),
]

# Which entry of the event log is news for the customer.
KINDS_BY_EVENT = {
    "submitted": ("received",),
    "approved": ("authorised",),
    "auto_approved": ("authorised",),
    "rejected": ("rejected",),
    "received": ("arrived",),
    "discrepancy": ("discrepancy",),
    "credit_posted": ("refunded",),
    "closed_short": ("refunded",),
    "done": ("refunded", "rating"),
    "replacement_sent": ("replaced",),
}

# What is told only as long as the return stands there.
STATES_BY_KIND = {
    "received": ("submitted", "approved", "done"),
    "authorised": ("approved", "done"),
    "rejected": ("rejected",),
    "rating": ("done",),
}

# What says the same and more: of two that wait at once only the later one is sent.
SAID_BY = {
    "received": {"authorised", "rejected"},
    "arrived": {"refunded", "replaced"},
}


class SaleReturnNotice(models.Model):
    """One mail to the customer about where his return stands, sent once.

    The step that brings the news only puts it here; a job sends it right after the
    step is committed. So no step waits for a PDF or fails for a mail, and what was
    rolled back is told to nobody.
    """

    _name = "sale.return.notice"
    _inherit = "sale.return.protected.mixin"
    _description = "Return Mail to the Customer"
    _order = "id"

    order_id = fields.Many2one(
        "sale.return.order",
        "Return Order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    round = fields.Integer(
        readonly=True, help="A return that is submitted again is told of again."
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("off", "Switched Off"),
            ("superseded", "Told by a Later Mail"),
            ("no_email", "No Email Address"),
            ("failed", "Failed"),
        ],
        "Status",
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    date = fields.Datetime("Sent On", readonly=True)
    failure = fields.Text(readonly=True)

    _once_uniq = models.UniqueIndex(
        "(order_id, kind, round)", "The customer is told everything once."
    )

    @api.depends("kind", "order_id.name")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = f"{notice.order_id.name}: {notice._get_kind_name()}"

    # === ACTION METHODS === #

    def action_preview(self):
        """The mail as the customer reads it, in Odoo's own preview."""
        self.ensure_one()
        return self.order_id._preview_notice(self.kind)

    def action_send_again(self):
        """Try those that failed, or had no address, once more."""
        orders = self.order_id._prepare_step("sale_return_mgmt.group_sale_return_clerk")
        unsent = self.filtered(
            lambda notice: (
                notice.order_id in orders and notice.state in ("failed", "no_email")
            )
        )
        # sudo: the job's own field
        unsent.sudo().write({"state": "waiting", "failure": False})
        self._trigger()
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _queue(self, orders, event_type):
        """Note that the customers of these returns are to be told; called for each
        entry of the event log."""
        for kind in KINDS_BY_EVENT.get(event_type, ()):
            self._queue_kind(
                orders.filtered(lambda order, k=kind: order._is_news(k)), kind
            )

    @api.model
    def _queue_kind(self, orders, kind):
        if not orders:
            return
        # sudo: whoever takes the step needs no right on mails
        orders_sudo = orders.sudo()
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO sale_return_notice
                          (order_id, company_id, kind, round, state, create_uid,
                           create_date)
                   VALUES %s ON CONFLICT (order_id, kind, round) DO NOTHING
                RETURNING id""",
                SQL(", ").join(
                    SQL(
                        "(%s, %s, %s, %s, 'waiting', %s, now() AT TIME ZONE 'UTC')",
                        order.id,
                        order.company_id.id,
                        kind,
                        order.round,
                        self.env.uid,
                    )
                    for order in orders_sudo
                ),
            )
        )
        if rows:
            orders_sudo.invalidate_recordset(["notice_ids"], flush=False)
            self._trigger()

    @api.model
    def _trigger(self):
        """Let the job run after this transaction: once, however many there are."""
        data = self.env.cr.precommit.data
        if not data.get("sale_return_notice"):
            data["sale_return_notice"] = True
            # sudo: nobody needs a right on jobs to take a step
            self.env.ref("sale_return_mgmt.ir_cron_send_notices").sudo()._trigger()

    @api.model
    def _cron_send(self):
        """Send what waits, each committed: none is sent twice because another fails."""
        waiting = self.search([("state", "=", "waiting")], order="id")
        IrCron = self.env["ir.cron"]
        IrCron._commit_progress(remaining=len(waiting))
        for notice_id in waiting.ids:  # each read anew after the commit before it
            self.browse(notice_id)._send_safely()
            if not IrCron._commit_progress(processed=1):
                break

    def _send_safely(self):
        notice = self.try_lock_for_update()
        if not notice or notice.state != "waiting":
            return
        if not notice.order_id._is_news(notice.kind):
            notice.unlink()  # withdrawn or undone meanwhile; told if it happens again
            return
        vals = {"date": fields.Datetime.now()}
        try:
            with self.env.cr.savepoint():
                vals["state"] = notice._send()
        except OperationalError:  # two at once: the job runs again by itself
            raise
        except Exception as error:
            _logger.warning("%s was not sent", notice.display_name, exc_info=True)
            vals |= {"state": "failed", "failure": str(error) or repr(error)}
        notice.write(vals)
        if vals["state"] == "failed":
            notice._tell_responsible()

    def _send(self):
        """Send the mail, unless it is not wanted; return the new status."""
        order = self.order_id
        if not self._is_wanted():
            self._tell_followers(
                self.env._("No mail to the customer: %s", self._get_kind_name())
            )
            return "off"
        if order.notice_ids.filtered(
            lambda other: (
                other.kind in SAID_BY.get(self.kind, ())
                and other.round == self.round
                and other.state == "waiting"
                and other._is_wanted()
            )
        ):
            return "superseded"
        is_told = self._tell_otherwise()
        if order.partner_id.email:
            notice = self.with_context(email_notification_allow_footer=True)
            getattr(notice, f"_send_{self.kind}", notice._send_on_return)()
        elif not is_told:
            self._tell_followers(
                self.env._(
                    "The customer has no email address and was not told: %s",
                    self._get_kind_name(),
                )
            )
            return "no_email"
        return "sent"

    def _get_kind_name(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _is_wanted(self):
        return self.company_id[f"sale_return_notify_{self.kind}"]

    def _get_template(self):
        return self.env.ref(f"sale_return_mgmt.mail_template_{self.kind}")

    def _send_on_return(self):
        message = self.order_id.message_post_with_source(
            self._get_template(),
            email_layout_xmlid=LAYOUT,
            subtype_xmlid="mail.mt_comment",
        )
        # What is attached to the return itself came from the customer or from a clerk.
        message.attachment_ids.write({"res_model": self._name, "res_id": self.id})

    def _send_refunded(self):
        """On the credit note, with its PDF: the warehouse reads what is written on the
        return, and sees no amounts."""
        refund = self.order_id._get_posted_refunds()[-1:]
        lang = self.order_id.partner_id.lang
        refund.message_post(
            **self._prepare_message(),
            attachments=[self._print_credit_note(refund)],
            model_description=refund.with_context(lang=lang).type_name,
            subtype_xmlid="mail.mt_comment",
        )
        self._tell_followers(
            self.env._("The customer was told: %s", self._get_kind_name())
        )

    def _send_rating(self):
        """To the customer alone: whoever has its links rates in his name."""
        self.order_id.message_notify(**self._prepare_message())
        self.order_id._message_log(
            body=self.env._("The customer was asked for a rating.")
        )

    def _prepare_message(self):
        order = self.order_id
        values = self._get_template()._generate_template(
            order.ids, ("subject", "body_html", "email_from", "partner_to")
        )[order.id]
        return {
            "body": values["body_html"],
            "subject": values["subject"],
            "email_from": values["email_from"],
            "partner_ids": values["partner_ids"],
            "email_layout_xmlid": LAYOUT,
        }

    def _print_credit_note(self, refund):
        content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "account.account_invoices", refund.ids
        )
        return f"{refund.name.replace('/', '-')}.pdf", content

    def _tell_otherwise(self):
        """Hook: tell the customer by another way too, such as a text message.

        :return: whether he was told, so that he needs no email address
        """
        return False

    def _tell_followers(self, text):
        """Colleagues who follow the return hear of what is not on it as a mail to the
        customer; who took the step knows."""
        self.order_id.message_post(
            body=text,
            author_id=self.create_uid.partner_id.id,
            subtype_xmlid="sale_return_mgmt.mail_message_subtype_news",
        )

    def _tell_responsible(self):
        """A customer who hears nothing asks; let somebody know before he does."""
        order = self.order_id
        order.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("The customer was not told"),
            note=self.failure,
            user_id=order._get_responsible_user().id,
        )
