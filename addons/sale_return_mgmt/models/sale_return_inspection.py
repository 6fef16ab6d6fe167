from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import return_error

CONDITIONS = [
    ("as_new", "As New"),
    ("opened", "Opened"),
    ("damaged", "Damaged"),
    ("defective", "Defective"),
    ("wrong_item", "Wrong Item"),
]


class SaleReturnInspection(models.Model):
    """What a storekeeper found and decided about goods that came back.

    Append-only: a mistake is undone by a counter-inspection of the negative quantity,
    which brings the goods back to where they waited.
    """

    _name = "sale.return.inspection"
    _inherit = [
        "sale.return.protected.mixin",
        "sale.return.disposal.mixin",
        "sale.return.vendor.mixin",
    ]
    _description = "Return Inspection"
    _order = "id desc"
    _rec_name = "order_id"

    line_id = fields.Many2one(
        "sale.return.order.line",
        "Return Line",
        readonly=True,
        required=True,
        index=True,
        ondelete="restrict",
    )
    order_id = fields.Many2one(
        related="line_id.order_id", string="Return Order", store=True, index=True
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    state = fields.Selection(related="order_id.state")
    product_id = fields.Many2one(related="line_id.product_id", store=True)
    product_uom_id = fields.Many2one(related="line_id.product_uom_id", store=True)
    lot_id = fields.Many2one(
        "stock.lot", "Lot/Serial Number", readonly=True, ondelete="restrict"
    )
    quantity = fields.Float(digits="Product Unit", readonly=True, required=True)
    condition = fields.Selection(CONDITIONS, readonly=True)
    disposition_id = fields.Many2one(
        "sale.return.disposition", readonly=True, required=True, ondelete="restrict"
    )
    is_accepted = fields.Boolean(
        "Goods Accepted",
        readonly=True,
        help="The customer is credited for these goods.",
    )
    location_id = fields.Many2one(
        "stock.location",
        "Chosen Destination",
        readonly=True,
        help="Where the storekeeper sent the goods, if not to the usual place.",
    )
    note = fields.Text(readonly=True)
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Photos", readonly=True, bypass_search_access=True
    )
    inspector_id = fields.Many2one("res.users", readonly=True, required=True)
    date = fields.Datetime(readonly=True, required=True)
    reversed_id = fields.Many2one(
        "sale.return.inspection",
        "Undoes",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    reversal_ids = fields.One2many(
        "sale.return.inspection", "reversed_id", "Undone By", readonly=True
    )
    is_undone = fields.Boolean(compute="_compute_is_undone")
    move_ids = fields.One2many(
        "stock.move", "return_inspection_id", "Stock Moves", readonly=True
    )
    move_id = fields.Many2one(
        "stock.move",
        compute="_compute_move_id",
        help="The (first) move that this inspection made.",
    )

    _quantity_check = models.Constraint(
        "CHECK (quantity != 0 AND quantity BETWEEN -1000000000 AND 1000000000)",
        "The inspected quantity must be a number, at most 1,000,000,000.",
    )
    _reversed_uniq = models.UniqueIndex(
        "(reversed_id) WHERE reversed_id IS NOT NULL",
        "An inspection can be undone once.",
    )

    @api.depends("reversal_ids")
    def _compute_is_undone(self):
        for fact in self:
            fact.is_undone = bool(fact.reversal_ids)

    @api.depends("move_ids")
    def _compute_move_id(self):
        for fact in self:
            fact.move_id = fact.move_ids[:1]

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("An inspection cannot be changed: undo it and inspect again.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(
            self.env._("An inspection cannot be deleted: undo it and inspect again.")
        )

    # === ACTION METHODS === #

    def action_undo(self, note=None):
        """Undo inspections by counter-inspections; those undone before stay so.

        The goods come back from where the inspection sent them, as long as they are
        there.
        """
        orders = self.order_id._prepare_step(
            "sale_return_mgmt.group_sale_return_warehouse"
        )
        orders._check_state("approved", "done")
        self.check_access("read")
        # sudo: inspections and their moves are written by the steps only
        facts_sudo = self.with_env(orders.env).sudo()
        facts_sudo = facts_sudo.filtered(lambda fact: not fact.reversal_ids)
        if reversals := facts_sudo.filtered("reversed_id"):
            raise return_error(
                "INVALID_STATE",
                self.env._(
                    "%(product)s of %(order)s: this entry undoes an inspection. "
                    "Inspect the goods again instead.",
                    product=reversals[0].product_id.display_name,
                    order=reversals[0].order_id.name,
                ),
            )
        counters = facts_sudo.create(
            [fact._prepare_counter_vals(note) for fact in facts_sudo]
        )
        counters._take_back()
        facts_sudo.order_id._on_inspected("inspection_undone", counters)
        return True

    def action_view_moves(self):
        return self.move_ids._get_records_action(name=self.env._("Stock Moves"))

    # === BUSINESS METHODS === #

    def _prepare_counter_vals(self, note):
        self.ensure_one()
        return {
            "line_id": self.line_id.id,
            "lot_id": self.lot_id.id,
            "quantity": -self.quantity,
            "condition": self.condition,
            "disposition_id": self.disposition_id.id,
            "is_accepted": self.is_accepted,
            "note": note or False,
            "inspector_id": self.env.uid,
            "date": fields.Datetime.now(),
            "reversed_id": self.id,
        }

    def _prepare_event_payload(self):
        """What the event log keeps of an inspection."""
        self.ensure_one()
        return {
            "line": self.line_id.id,
            "lot": self.lot_id.name or "",
            "quantity": self.quantity,
            "disposition": self.disposition_id.code,
            "condition": self.condition or "",
            "accepted": self.is_accepted,
        }
