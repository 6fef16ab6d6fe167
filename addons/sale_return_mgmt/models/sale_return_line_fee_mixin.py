from odoo import api, fields, models
from odoo.fields import Command

from ..exceptions import return_error
from .sale_return_line_price_mixin import MONEY_GROUPS


class SaleReturnLineFeeMixin(models.AbstractModel):
    """The fee that is kept back from what a return line is credited.

    By policy or by a manager's hand; never where somebody else than the customer is
    liable, where the law gives him the right to return, or where he keeps the goods or
    gets the same again.
    """

    _name = "sale.return.line.fee.mixin"
    _description = "Return Line Fee"

    currency_id = fields.Many2one("res.currency")
    fee_percent = fields.Float(
        "Fee (%)",
        digits=(5, 2),
        compute="_compute_fee_percent",
        store=True,
        help="Part of the credit that is kept back: as the policy says at submission, "
        "or as a manager has set it since.",
    )
    price_fee = fields.Monetary(
        "Fee",
        compute="_compute_price_subtotal",
        store=True,
        groups=MONEY_GROUPS,
        help="Kept back from the credit, taxes included. Subtotal and total are what "
        "is left.",
    )

    _fee_percent_check = models.Constraint(
        "CHECK (fee_percent >= 0 AND fee_percent <= 100)",
        "The fee must be between 0 and 100 %.",
    )

    @api.depends(
        "state",
        "product_id",
        "sale_line_id",
        "goods_return",
        "quantity",
        "resolution",
        "replacement_product_id",
        "replacement_quantity",
        "reason_id.liable_party",
        "order_id.legal_basis",
        "order_id.partner_id",
        "order_id.partner_shipping_id",
    )
    def _compute_fee_percent(self):
        """What a draft will be charged if it is submitted now; later it stands."""
        drafts = self.filtered(lambda line: line.state == "draft" and line.product_id)
        policies = self.env["sale.return.policy"]._match(drafts) if drafts else {}
        for line in self:
            line.fee_percent = (
                line._get_fee_of_policy(policies[line])
                if line in policies
                else line.fee_percent
            )

    def _is_freight_ours(self):
        """Whether we pay for the way back of these goods."""
        self.ensure_one()
        payer = self.policy_id.return_freight or "liable"
        if payer == "liable":
            return self.reason_id.liable_party not in (False, "customer")
        return payer == "company"

    def _get_fee_of_policy(self, policy):
        self.ensure_one()
        return 0.0 if self._get_fee_obstacle() else policy.fee_percent

    def _get_fee_obstacle(self):
        """Why no fee may be charged for this line, as a sentence; empty if one may."""
        self.ensure_one()
        product = self.product_id.display_name
        if self.order_id.legal_basis == "withdrawal":
            return self.env._(
                "%s is returned by right of withdrawal: the law allows no fee.", product
            )
        # Without a reason nobody else is to blame yet.
        if self.reason_id.liable_party not in (False, "customer"):
            return self.env._(
                "%(product)s is returned for reason “%(reason)s”, which the customer "
                "is not liable for: no fee can be charged.",
                product=product,
                reason=self.reason_id.name,
            )
        if (
            self.goods_return == "keep"
            or self.discrepancy
            or self._is_replaced_by_the_same()
        ):
            return self.env._(
                "Nothing comes back to be credited for %s: no fee can be charged.",
                product,
            )
        return ""

    def _is_fee_open(self):
        """Whether nothing is credited yet: no fee was kept back, or forgone."""
        self.ensure_one()
        return self.product_uom_id.is_zero(self._get_quantity_in_credit())

    def _check_can_set_fee(self, percent):
        for line in self:
            if not line._is_fee_open():
                raise return_error(
                    "INVALID_STATE",
                    self.env._(
                        "%(product)s of %(order)s is on a credit note already: cancel "
                        "or reverse that before you change its fee.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                    ),
                    line=line,
                )
            obstacle = percent and line._get_fee_obstacle()
            if obstacle:
                raise return_error("INVALID", obstacle, line=line)

    # === THE CREDIT NOTE === #

    def _prepare_refund_fee_vals(self, piece):
        """Values of the credit note line that keeps the fee of one ``Piece`` back.

        It is no line of the invoice or the sales order: what it says of quantities
        means nothing. Its account is that of the product, by Odoo's own rules.
        """
        self.ensure_one()
        taxes = self._get_fee_taxes(piece)
        included = taxes.flatten_taxes_hierarchy().filtered("price_include")
        price = piece.fee.untaxed + piece.fee.get_tax(
            lambda tax_id: tax_id in included.ids
        )
        product = self.company_id._get_return_fee_product()
        vals = {
            "product_id": product.id,
            "name": self._get_fee_label(product),
            "quantity": 1,
            "price_unit": -price,
            "discount": 0.0,
            "tax_ids": [Command.set(taxes.ids)],
            "return_line_id": self.id,
            "is_return_fee": True,
        }
        if piece.source != self:
            vals["analytic_distribution"] = piece.source.analytic_distribution
        vals["extra_tax_data"] = self._prepare_extra_tax_data(
            piece, piece.fee * -1, vals, f"sale_return_fee,{self.id}"
        )
        return vals

    def _get_fee_taxes(self, piece):
        """Those of what is credited; fixed taxes are per piece, and a fee is none."""
        taxes = piece.source.tax_ids.union(*(shared.tax_ids for shared in piece.shares))
        each = taxes.flatten_taxes_hierarchy()
        fixed = each.filtered(lambda tax: tax.amount_type == "fixed")
        return each - fixed if fixed else taxes

    def _get_fee_label(self, product):
        """What the customer reads on the credit note, in his language."""
        lang = self.order_id.partner_id.lang
        line = self.with_context(lang=lang)
        return line.env._(
            "%(fee)s: %(percent)s %% of %(product)s",
            fee=product.with_context(lang=lang).name,
            percent=f"{self.fee_percent:g}",
            product=line.product_id.display_name,
        )
