import logging
import re

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import email_normalize, html2plaintext

from ..tools.api_payload import MAX_FILE_BYTES, MAX_FILES, get_type
from .sale_return_obstacle_sold_mixin import CLERK_GROUP

_logger = logging.getLogger(__name__)

MAX_TEXT = 20_000  # of a mail, in which numbers of orders are looked for
MAX_NUMBERS = 200
NUMBER = re.compile(r"[a-z0-9][a-z0-9/_.-]*", re.IGNORECASE | re.ASCII)


class SaleReturnInboxMixin(models.AbstractModel):
    """Returns that are asked for by mail.

    A mail to the company's address becomes a draft for a clerk to complete, an answer
    to one of our mails a message on its return. Anybody can write any sender on a mail:
    it is evidence of nothing. So the draft is nobody's work (the mail gateway is its
    author), nothing is submitted, and nobody is answered by a machine: the customer
    hears of it when a clerk has submitted it.
    """

    _name = "sale.return.inbox.mixin"
    _inherit = "mail.thread"
    _description = "Return Requests by Mail"

    named_order_ids = fields.Many2many(
        "sale.order",
        "sale_return_order_named_order_rel",
        string="Orders Named in the Mail",
        readonly=True,
        copy=False,
        groups=CLERK_GROUP,
    )

    # === ACTION METHODS === #

    def action_add_named_orders(self):
        """Open the dialog that adds delivered goods, with those of the mail's order."""
        action = self.action_add_deliveries()
        if len(self.named_order_ids) == 1:
            action["context"]["default_keywords"] = self.named_order_ids.name
        return action

    # === MAIL GATEWAY === #

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Machines ask for no returns."""
        _model, thread_id, _values, _uid, alias = route
        if alias and not thread_id and self._is_from_machine(message, message_dict):
            _logger.info("No return is made of mail %s", message_dict["message_id"])
            return ()
        return super()._routing_check_route(
            message, message_dict, route, raise_exception
        )

    @api.model
    def _is_from_machine(self, message, message_dict):
        """Answers of the absent, mass mails, and what comes from our own addresses."""
        sender = email_normalize(message_dict["email_from"])
        # sudo: the gateway's user may not read addresses of other companies
        AliasDomain_sudo = self.env["mail.alias.domain"].sudo()
        return (
            not sender
            or (message.get("Auto-Submitted") or "no").strip().lower() != "no"
            or (message.get("Precedence") or "").strip().lower()
            in ("auto_reply", "bulk", "junk", "list")
            or bool(AliasDomain_sudo._find_aliases([sender]))
        )

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        return Domain("channel", "=", "email") & Domain(
            "partner_id.email_normalized", "=", email_from_normalized
        )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        company = self.env["res.company"].browse(
            (custom_values or {}).get("company_id", self.env.company.id)
        )
        # The superuser: the draft is nobody's work, whoever the sender claims to be.
        gateway = self.with_user(SUPERUSER_ID).with_company(company)
        customer, orders, is_certain = gateway._find_mail_customer(msg_dict)
        msg_dict["author_id"] = msg_dict.get("author_id") or customer.id
        vals = {
            "company_id": company.id,
            "channel": "email",
            "partner_id": customer.id,
            "named_order_ids": [Command.set(orders.ids)],
            "user_id": company.sale_return_mail_user_id.id,
            **(custom_values or {}),
        }
        # The mail itself tells the responsible user.
        gateway = gateway.with_context(mail_auto_subscribe_no_notify=True)
        order = super(SaleReturnInboxMixin, gateway).message_new(msg_dict, vals)
        if not is_certain:
            order._message_log(
                body=self.env._(
                    "Several customers have the address %s: look whose return it is.",
                    customer.email,
                )
            )
        return order

    def message_update(self, msg_dict, update_vals=None):
        """An answer of the customer reaches whoever is responsible by now."""
        for order in self:
            order.message_subscribe(order._get_responsible_user().partner_id.ids)
        return super().message_update(msg_dict, update_vals)

    def _message_post_after_hook(self, message, msg_values):
        """What is no picture and no PDF, or too large, is of the message alone."""
        if message.message_type == "email":
            kept = message.attachment_ids.filtered(
                lambda file: (
                    file.file_size <= MAX_FILE_BYTES and get_type(file.raw or b"")
                )
            )[:MAX_FILES]
            (message.attachment_ids - kept).write(
                {"res_model": message._name, "res_id": message.id}
            )
        return super()._message_post_after_hook(message, msg_values)

    # === BUSINESS METHODS === #

    @api.model
    def _find_mail_customer(self, msg_dict):
        """Who wrote a mail, and which of his orders it names.

        Orders are looked for among those of the sender alone: whoever names the order
        of somebody else is told nothing about it.

        :return: ``(contact, sales orders, whether it is certainly that customer)``
        """
        Partner = self.env["res.partner"]
        sender = email_normalize(msg_dict["email_from"])
        contacts = Partner.search(
            [
                ("email_normalized", "=", sender),
                ("company_id", "in", (False, self.env.company.id)),
            ],
            order="id",
        )
        if not contacts:
            partner_id, _name = Partner.with_context(
                default_company_id=self.env.company.id,
                default_lang=self.env.company.partner_id.lang,
            ).name_create(msg_dict["email_from"])
            return Partner.browse(partner_id), self.env["sale.order"], True
        orders = self._find_named_orders(contacts.commercial_partner_id, msg_dict)
        customers = (
            orders.partner_id.commercial_partner_id or contacts.commercial_partner_id
        )
        customer = customers[0]
        contacts = contacts.filtered(
            lambda contact: contact.commercial_partner_id == customer
        )
        return (
            # The company for several of its contacts, if it has that address.
            customer if customer in contacts else contacts[0],
            orders.filtered(
                lambda order: order.partner_id.commercial_partner_id == customer
            ),
            len(customers) == 1,
        )

    @api.model
    def _find_named_orders(self, customers, msg_dict):
        text = f"{msg_dict.get('subject') or ''}\n{self._get_mail_text(msg_dict)}"
        numbers = {word.rstrip("/_.-").upper() for word in NUMBER.findall(text)}
        numbers = sorted(word for word in numbers if re.search("[0-9]", word))
        return self.env["sale.order"].search(
            [
                ("name", "in", numbers[:MAX_NUMBERS]),
                ("company_id", "=", self.env.company.id),
                ("partner_id", "child_of", customers.ids),
                ("state", "=", "sale"),
            ]
        )

    @api.model
    def _get_mail_text(self, msg_dict):
        return html2plaintext((msg_dict.get("body") or "")[:MAX_TEXT])
