from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import float_compare, is_html_empty

from ..exceptions import return_error
from ..tools.quantities import is_countable, is_quantity


class SaleReturnLineInspectionMixin(models.AbstractModel):
    """What of a return line was inspected, and which goods still wait for it.

    Quantities are in the ``product_uom_id`` of the line unless said otherwise. A sold
    kit is inspected in kits, though its components are what waits.
    """

    _name = "sale.return.line.inspection.mixin"
    _description = "Return Line Inspection"

    inspection_ids = fields.One2many(
        "sale.return.inspection", "line_id", "Inspections", readonly=True, copy=False
    )
    quantity_inspected = fields.Float(
        "Inspected",
        digits="Product Unit",
        compute="_compute_quantity_inspected",
        store=True,
    )
    quantity_rejected = fields.Float(
        "Rejected",
        digits="Product Unit",
        compute="_compute_quantity_inspected",
        store=True,
        help="Inspected and not accepted.",
    )
    quantity_to_inspect = fields.Float(
        "To Inspect",
        digits="Product Unit",
        compute="_compute_quantity_to_inspect",
        store=True,
        help="Received and waiting for inspection.",
    )

    @api.depends("inspection_ids.quantity", "inspection_ids.is_accepted")
    def _compute_quantity_inspected(self):
        for line in self:
            if not line.inspection_ids:  # a new line has no unit to round by
                line.quantity_inspected = line.quantity_rejected = 0.0
                continue
            rejected = line.inspection_ids.filtered(lambda fact: not fact.is_accepted)
            round_quantity = line.product_uom_id.round
            line.quantity_inspected = round_quantity(
                sum(line.inspection_ids.mapped("quantity"))
            )
            line.quantity_rejected = round_quantity(sum(rejected.mapped("quantity")))

    @api.depends("inspection_required", "quantity_received", "quantity_inspected")
    def _compute_quantity_to_inspect(self):
        for line in self:
            left = line.quantity_received - line.quantity_inspected
            line.quantity_to_inspect = (
                max(0.0, line.product_uom_id.round(left))
                if line.inspection_required
                else 0.0
            )

    def _get_quantities_to_inspect(self):
        """What waits, by line and lot.

        :return: dict of line to dict of ``stock.lot`` (empty: without lot) to quantity
        """
        result = {}
        for line in self:
            if line.product_uom_id.is_zero(line.quantity_to_inspect):
                result[line] = {}
                continue
            received_sudo = line._get_received_moves()
            no_lot = received_sudo.lot_ids.browse()
            if received_sudo.product_id != line.product_id:  # a kit
                result[line] = {no_lot: line.quantity_to_inspect}
                continue
            by_lot = defaultdict(float)
            for move_line in received_sudo.move_line_ids:
                by_lot[move_line.lot_id] += move_line.quantity_product_uom
            # sudo: who inspects needs no rights on what was undone before
            line_sudo = line.sudo()
            undone_sudo = line_sudo.move_ids._filter_receipt_reversals()
            for move_line in undone_sudo.move_line_ids:
                by_lot[move_line.lot_id] -= move_line.quantity_product_uom
            for fact in line_sudo.inspection_ids:
                by_lot[fact.lot_id] -= line._to_product_uom(fact.quantity)
            left = line.quantity_to_inspect
            result[line] = {}
            for lot in sorted(by_lot, key=lambda lot: lot.id):
                quantity = min(left, line._from_product_uom(by_lot[lot]))
                if line.product_uom_id.compare(quantity, 0) > 0:
                    result[line][lot] = quantity
                    left -= quantity
        return result

    def _get_waiting_goods(self):
        """Where the goods of this line wait, from what moved them there and away.

        :return: list of ``[receipt move, stock.location, stock.lot, owner, package,
            quantity in the product's UoM]``, in ``sudo``
        """
        self.ensure_one()
        # sudo: as _get_received_moves
        line_sudo = self.sudo()
        receipts, balance = {}, defaultdict(float)
        for move_line in line_sudo._get_received_moves().move_line_ids:
            key = move_line._get_sale_return_arrival()
            receipts.setdefault(key, move_line.move_id)
            balance[key] += move_line.quantity_product_uom
        undone = line_sudo.move_ids._filter_receipt_reversals()
        disposed = line_sudo.inspection_ids.move_ids
        for move_line in (undone | disposed).move_line_ids:
            balance[move_line._get_sale_return_departure()] -= (
                move_line.quantity_product_uom
            )
        for move_line in disposed.move_line_ids:
            balance[move_line._get_sale_return_arrival()] += (
                move_line.quantity_product_uom
            )
        moves = {key[0]: move for key, move in receipts.items()}
        locations = {key[1] for key in receipts}
        return [
            # A key tells product, location, lot, owner and package.
            [receipts.get(key) or moves[key[0]], *key[1:], quantity]
            for key, quantity in balance.items()
            if key[1] in locations and key[0].uom_id.compare(quantity, 0) > 0
        ]

    def _get_usual_disposition(self):
        """What usually becomes of goods that came back for this reason. Goods that
        nobody asked for go back to the customer."""
        self.ensure_one()
        Disposition = self.env["sale.return.disposition"]
        if self.discrepancy:
            return Disposition._get_default(self.company_id, "return_to_customer")
        usual = self.reason_id.default_disposition_id
        return usual if usual.active else Disposition._get_default(self.company_id)

    def _get_inspection_instructions(self):
        """What the policies of these lines tell the storekeeper, as HTML."""
        policies = self.policy_id.filtered(
            lambda policy: not is_html_empty(policy.inspection_instructions)
        )
        return Markup("").join(policies.mapped("inspection_instructions"))

    def _get_inspection_error(self, problem):
        """An exception that says what is wrong with a row of an inspection."""
        return return_error(
            "INVALID",
            self.env._(
                "%(product)s of %(order)s: %(problem)s.",
                product=self.product_id.display_name,
                order=self.order_id.name,
                problem=problem,
            ),
            line=self,
        )

    def _check_disposition(self, disposition, location=None):
        """Refuse what cannot become of the goods of this line."""
        self.ensure_one()
        company = self.company_id
        if not disposition:
            problem = self.env._("choose what becomes of the goods")
        elif not disposition.active:
            problem = self.env._("“%s” is archived", disposition.name)
        elif disposition.company_id not in (company, company.browse()):
            problem = self.env._("“%s” is of another company", disposition.name)
        elif not location:
            return
        elif disposition.kind in ("scrap", "return_to_customer"):
            problem = self.env._(
                "with “%s” the destination cannot be chosen", disposition.name
            )
        elif (
            location.usage != "internal"
            or location.company_id != company
            or location._is_sale_return_location()
        ):
            problem = self.env._(
                "goods cannot be put into %s: choose a stock location of the company",
                location.display_name,
            )
        else:
            return
        raise self._get_inspection_error(problem)

    def _check_inspection_quantity(self, quantity):
        """Refuse what is no quantity of this line."""
        self.ensure_one()
        uom = self.product_uom_id
        if not is_quantity(quantity):
            problem = self.env._("must be above zero and at most 1,000,000,000")
        elif not is_countable(self.env, quantity):
            problem = self.env._("is finer than the unit can be counted")
        elif self.product_id.tracking == "serial" and (
            not self._to_product_uom(quantity).is_integer()
        ):
            problem = self.env._("must be whole: each serial number is one piece")
        else:
            return
        raise return_error(
            "INVALID",
            self.env._(
                "%(product)s of %(order)s: the quantity to inspect (%(quantity)s "
                "%(uom)s) %(problem)s.",
                product=self.product_id.display_name,
                order=self.order_id.name,
                quantity=quantity,
                uom=uom.name,
                problem=problem,
            ),
            line=self,
        )

    def _check_lowered_credit(self, percent, note):
        """Refuse to raise what is credited, or to lower it without a reason."""
        self.ensure_one()
        limit = self.credit_percent
        # Not a number compares with nothing.
        if not 0 <= percent <= 100 or float_compare(percent, limit, 2) > 0:
            problem = self.env._(
                "%(percent)s %% of the price cannot be credited. Choose between 0 and "
                "%(limit)s %%",
                percent=percent,
                limit=f"{limit:g}",
            )
        elif float_compare(percent, limit, 2) < 0 and not (note or "").strip():
            problem = self.env._("say in the note why less of the price is credited")
        else:
            return
        raise self._get_inspection_error(problem)

    def _check_inspected_is_received(self):
        """Refuse to undo the receipt of goods that were already inspected."""
        for line in self:
            inspected_by_lot = defaultdict(float)
            for fact in line.inspection_ids:
                inspected_by_lot[fact.lot_id] += line._to_product_uom(fact.quantity)
            back_by_lot = defaultdict(float)
            moves = line._get_received_moves()
            for move_line in moves.move_line_ids:
                back_by_lot[move_line.lot_id] += move_line.quantity_product_uom
            for move_line in line.move_ids._filter_receipt_reversals().move_line_ids:
                back_by_lot[move_line.lot_id] -= move_line.quantity_product_uom
            too_many = line.product_uom_id.compare(
                line.quantity_inspected, line.quantity_received
            ) > 0 or (
                moves.product_id == line.product_id
                and any(
                    line.product_id.uom_id.compare(quantity, back_by_lot[lot]) > 0
                    for lot, quantity in inspected_by_lot.items()
                )
            )
            if too_many:
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(product)s of %(order)s: %(inspected)s %(uom)s of what came "
                        "in are inspected. Undo the inspection before the receipt.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        inspected=line._format_quantity(line.quantity_inspected),
                        uom=line.product_uom_id.name,
                    ),
                    line=line,
                )
