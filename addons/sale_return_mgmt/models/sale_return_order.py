from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context

from ..exceptions import return_error
from .sale_return_line_price_mixin import MONEY_GROUPS

STATES = [
    ("draft", "Draft"),
    ("submitted", "To Approve"),
    ("approved", "Approved"),
    ("done", "Done"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
]


class SaleReturnOrder(models.Model):
    """Goods that a customer sends back, and what became of them.

    ========== ============================================= =======================
    state      means                                         moved there by
    ========== ============================================= =======================
    draft      being written; nothing is reserved            clerk (withdraw, reset),
                                                             approver (send back)
    submitted  frozen; quantities reserved; levels decide    clerk
    approved   goods are awaited, then credited              the last level's approver
    done       nothing is pending any more                   the return itself
    rejected   refused with a reason the customer reads      approver
    cancelled  given up before goods or money moved          clerk
    ========== ============================================= =======================

    Only ``state`` is decided. What was received is read from the transfers made in
    :class:`SaleReturnReceiptMixin`, what was credited from the credit notes made in
    :class:`SaleReturnSettlementMixin`.
    """

    _name = "sale.return.order"
    _inherit = [
        "sale.return.draft.mixin",  # first: it refuses before anything else happens
        "sale.return.portal.mixin",  # before what it changes of the next, as the turns
        "sale.return.portal.request.mixin",
        "sale.return.turn.mixin",
        "sale.return.feedback.mixin",
        "sale.return.inbox.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "sale.return.number.mixin",
        "sale.return.protected.mixin",
        "sale.return.replacement.order.mixin",
        "sale.return.replacement.mixin",
        "sale.return.clerk.mixin",
        "sale.return.counter.mixin",
        "sale.return.submission.mixin",
        "sale.return.preview.mixin",
        "sale.return.policy.mixin",
        "sale.return.approval.mixin",
        "sale.return.approver.mixin",
        "sale.return.ask.mixin",
        "sale.return.decision.mixin",
        "sale.return.grant.mixin",
        "sale.return.receipt.mixin",
        "sale.return.parcel.mixin",
        "sale.return.inspection.mixin",
        "sale.return.fee.mixin",
        "sale.return.settlement.mixin",
        "sale.return.refund.payment.mixin",
        "sale.return.period.mixin",
        "sale.return.credit.queue.mixin",
        "sale.return.closing.mixin",
        "sale.return.deadline.mixin",
        "sale.return.exception.mixin",
        "sale.return.log.mixin",
        "sale.return.find.mixin",
        "sale.return.notice.mixin",
        "sale.return.api.mixin",
        "sale.return.load.mixin",
    ]
    _description = "Return Order"
    _order = "date_request desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    state = fields.Selection(
        STATES,
        "Status",
        readonly=True,
        copy=False,
        required=True,
        default="draft",
        index=True,
        tracking=True,
        group_expand=True,
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    partner_invoice_id = fields.Many2one(
        "res.partner",
        "Credit To",
        compute="_compute_partner_invoice_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        help="Who is credited for goods without an order; else who was invoiced.",
    )
    partner_shipping_id = fields.Many2one(
        "res.partner",
        "Return From",
        check_company=True,
        help="Where the goods come from. Empty: the delivery address of each order.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        help="Where the goods come back to. Empty: the warehouse that delivered them.",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True, precompute=True
    )
    line_ids = fields.One2many(
        "sale.return.order.line", "order_id", "Return Lines", copy=True
    )
    allow_unreferenced = fields.Boolean(
        related="company_id.sale_return_allow_unreferenced"
    )
    has_tracked_lines = fields.Boolean(compute="_compute_has_lines")
    has_discrepancy = fields.Boolean(compute="_compute_has_lines")
    sale_order_ids = fields.Many2many(
        "sale.order", string="Sales Orders", compute="_compute_sale_order_ids"
    )
    sale_order_count = fields.Integer(compute="_compute_sale_order_ids")
    # Hidden from whom their models are closed to: else nobody of them could read a
    # return without naming the fields.
    approval_ids = fields.One2many(
        "sale.return.approval",
        "order_id",
        "Approvals",
        readonly=True,
        groups=MONEY_GROUPS,
    )
    date_request = fields.Date(
        "Request Date",
        required=True,
        index=True,
        copy=False,
        default=lambda self: self.env.company._get_local_date(),
        help="Decides whether the return is still in time.",
    )
    channel = fields.Selection(
        [
            ("internal", "Back Office"),
            ("phone", "Phone"),
            ("email", "Email"),
            ("counter", "Counter"),
            ("portal", "Portal"),
            ("api", "Other System"),
            ("import", "Imported File"),
        ],
        required=True,
        default="internal",
    )
    customer_reference = fields.Char(
        copy=False, index="trigram", help="The customer's own claim number."
    )
    carrier_tracking_ref = fields.Char(
        "Tracking Reference", copy=False, index="trigram"
    )
    reason_id = fields.Many2one(
        "sale.return.reason",
        "Main Reason",
        check_company=True,
        help="Proposed for new lines.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        index=True,
        tracking=True,
    )
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)

    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_submitted = fields.Datetime(readonly=True, copy=False)
    date_approved = fields.Datetime(readonly=True, copy=False)
    date_done = fields.Datetime(readonly=True, copy=False)
    round = fields.Integer(
        readonly=True, copy=False, help="How many times the return was submitted."
    )
    rejection_reason = fields.Text(readonly=True, copy=False)

    amount_untaxed = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        groups=MONEY_GROUPS,
    )
    amount_tax = fields.Monetary(
        "Taxes",
        compute="_compute_amounts",
        store=True,
        groups=MONEY_GROUPS,
    )
    amount_total = fields.Monetary(
        "Total",
        compute="_compute_amounts",
        store=True,
        help="The credit to expect for what was asked, then for what was approved.",
        groups=MONEY_GROUPS,
    )
    amount_refunded = fields.Monetary(
        "Credited",
        compute="_compute_refund_status",
        store=True,
        help="What posted credit notes gave, taxes included.",
        groups=MONEY_GROUPS,
    )

    external_source = fields.Char(readonly=True, copy=False)
    external_ref = fields.Char("External Reference", readonly=True, copy=False)
    external_digest = fields.Char(readonly=True, copy=False)

    _external_uniq = models.UniqueIndex(
        "(company_id, external_source, external_ref) WHERE external_ref IS NOT NULL",
        "This reference of the calling system is already used by another return.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_partner_invoice_id(self):
        for order in self:
            order.partner_invoice_id = order.partner_id.address_get(["invoice"])[
                "invoice"
            ]

    @api.depends("line_ids.sale_line_id.currency_id", "company_id.currency_id")
    def _compute_currency_id(self):
        for order in self:
            order.currency_id = (
                order.line_ids.sale_line_id[:1].currency_id
                or order.company_id.currency_id
            )

    @api.depends("line_ids.tracking", "line_ids.discrepancy")
    def _compute_has_lines(self):
        for order in self:
            order.has_discrepancy = bool(order.line_ids.filtered("discrepancy"))
            order.has_tracked_lines = any(
                line.tracking in ("lot", "serial") for line in order.line_ids
            )

    @api.depends("line_ids.sale_line_id.order_id")
    def _compute_sale_order_ids(self):
        for order in self:
            order.sale_order_ids = order.line_ids.sale_line_id.order_id
            order.sale_order_count = len(order.sale_order_ids)

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Fill a new return with what is returnable of the orders in the context key
        ``sale_return_order_ids``."""
        defaults = super().default_get(fields)
        order_ids = self.env.context.get("sale_return_order_ids")
        if order_ids:
            orders = self.env["sale.order"].browse(order_ids)
            prefill = orders._prepare_return_vals()
            defaults.update({name: prefill[name] for name in prefill if name in fields})
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_line_quantities(vals)
        orders = super().create(vals_list)
        self.env["sale.return.event"]._log(orders, "created")
        return orders

    @api.model
    def name_create(self, name):
        raise UserError(self.env._("Create the return order with its lines."))

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for order, vals in zip(self, vals_list, strict=True):
            vals["channel"] = "internal"
            if "line_ids" in vals and "line_ids" not in (default or {}):
                lines = order.line_ids.sorted("id")
                vals["line_ids"] = [
                    command
                    for line, command in zip(lines, vals["line_ids"], strict=True)
                    if not line.discrepancy
                ]
        return vals_list

    # === ACTION METHODS === #

    def action_view_sale_orders(self):
        return self.sale_order_ids._get_records_action(name=self.env._("Sales Orders"))

    def action_print_slip(self):
        report = self.env.ref("sale_return_mgmt.sale_return_order_slip")
        # Without data the answer would hold a None, which XML-RPC cannot carry.
        return report.report_action(self, data={})

    # === BUSINESS METHODS === #

    def _prepare_step(self, group):
        """Start of every public step: rights, lock and a context of our own.

        :param str group: external id of the group that may do this step
        :return: the same records without the caller's defaults in the context, which
            would reach every document the step creates
        :raise AccessError: if the user is not in the group or may not see a record
        :raise LockError: if somebody else is at work on one of them
        """
        orders = self.with_context(clean_context(self.env.context))
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "Only members of “%(group)s” can do this.",
                    # sudo: only the name of the group is read
                    group=self.env.ref(group).sudo().full_name,
                )
            )
        orders.check_access("read")
        orders.lock_for_update()
        return orders

    def _is_manager(self):
        return self.env.su or self.env.user.has_group(
            "sale_return_mgmt.group_sale_return_manager"
        )

    def _check_state(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for order in self:
            if order.state not in states:
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(order)s is in status “%(state)s”; this step needs: "
                        "%(states)s.",
                        order=order.name,
                        state=labels[order.state],
                        states=", ".join(labels[state] for state in states),
                    ),
                )

    def _transition(self, state, event_type, note=False, payloads=None, **vals):
        """The only writer of ``state``: sets it with ``vals`` and logs the step."""
        from_states = {order: order.state for order in self}
        # sudo: workflow fields belong to the steps, which checked the caller's rights
        self.sudo().write({"state": state, **vals})
        self.env["sale.return.event"]._log(
            self, event_type, from_states=from_states, note=note, payloads=payloads
        )

    def _open_explain(self, step):
        """Dialog that asks why, then takes ``step`` with the answer."""
        return {
            "type": "ir.actions.act_window",
            "name": dict(
                self.env["sale.return.order.explain"]
                ._fields["step"]
                ._description_selection(self.env)
            )[step],
            "res_model": "sale.return.order.explain",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": self.ids, "default_step": step},
        }
