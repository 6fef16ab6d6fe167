from odoo import api, fields, models
from odoo.fields import Command

from ..tools.amounts import Amounts


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "sale.return.link.mixin"]

    return_line_id = fields.Many2one(
        "sale.return.order.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    return_origin_line_id = fields.Many2one(
        "account.move.line",
        "Credited Invoice Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Which invoice line this line takes back.",
    )

    return_credit_line_ids = fields.One2many(
        "account.move.line",
        "return_origin_line_id",
        "Crediting Lines",
        readonly=True,
        help="Lines of returns' credit notes that take this line back.",
    )

    is_return_fee = fields.Boolean(
        readonly=True,
        copy=False,
        help="Keeps a fee back from what a return is credited.",
    )

    def _copy_data_extend_business_fields(self, values):
        """A reversed credit note subtracts itself from what was credited."""
        res = super()._copy_data_extend_business_fields(values)
        values["return_line_id"] = self.return_line_id.id
        values["return_origin_line_id"] = self.return_origin_line_id.id
        values["is_return_fee"] = self.is_return_fee
        return res

    def _get_quantity_sold(self, sale_line):
        """What ``sale_line`` counts of this line as invoiced, in its own UoM."""
        return self.product_uom_id._compute_quantity(
            self.quantity, sale_line.product_uom_id, round=False
        )

    def _get_amounts_of_part(self, whole, part, percent=100.0):
        """What a part of this invoice line is worth.

        As the tax engine has it for that quantity; where somebody gave the invoice
        other amounts than the engine's, the part of those.

        :param Amounts whole: of the line, as it was invoiced
        :param part: between 0 and 1
        :param percent: of the price
        """
        self.ensure_one()
        if not part:
            return Amounts()
        if part == 1 and percent == 100:
            return whole
        move = self.move_id
        tolerance = 2 * max(
            self.currency_id.rounding, self.company_currency_id.rounding
        )
        if self.display_type == "product" and self._compute_amounts(1, 100).is_about(
            whole, tolerance
        ):
            amounts = self._compute_amounts(part, percent)
        else:
            amounts = (whole * (part * percent / 100)).rounded(
                move.currency_id, move.company_currency_id
            )
        return amounts.within(whole)

    def _compute_amounts(self, part, percent):
        """What the tax engine makes of a part of this line by itself."""
        base_line = self.move_id._prepare_product_base_line_for_taxes_computation(self)
        base_line.update(
            quantity=self.quantity * part,
            price_unit=self.price_unit * percent / 100,
            manual_total_excluded_currency=None,
            manual_total_excluded=None,
            manual_tax_amounts=None,
        )
        [amounts] = Amounts.of_document([base_line], self.company_id)
        return amounts

    def _get_credits(self, invoice):
        """Lines of credit notes, drafts too, and of what reverses them, that take back
        this line of the invoice and no other."""
        credits = self.return_credit_line_ids.filtered(
            lambda line: (
                line.parent_state != "cancel"
                and (
                    self.move_id == invoice
                    or invoice in line.move_id._get_reversed_moves()
                )
            )
        )
        sale_line = self.sale_line_ids[:1]
        if sale_line:
            invoice_lines = sale_line._get_posted_invoice_lines()
            credits |= sale_line._get_credit_lines().filtered(
                lambda line: sale_line._get_credited_lines(line, invoice_lines) == self
            )
        return credits

    def _link_to_return(self, return_line):
        """Let lines of a credit note take back what ``return_line`` returned."""
        sale_line = return_line.sale_line_id
        invoice_lines = self.move_id.reversed_entry_id.invoice_line_ids
        self.write(
            {
                "return_line_id": return_line.id,
                "return_origin_line_id": invoice_lines.filtered(
                    lambda line: sale_line and sale_line <= line.sale_line_ids
                )[:1].id,
                "sale_line_ids": [Command.set(sale_line.ids)],
            }
        )

    def _is_return_share(self):
        """Whether a line of a return's credit note is its share of a line that belongs
        to the whole invoice, or a fee: it says nothing of quantities."""
        return self.is_return_fee or (
            bool(self.return_origin_line_id) and not self.sale_line_ids
        )

    @api.model
    def _get_return_link_fields(self):
        return ["return_line_id", "return_origin_line_id", "is_return_fee"]

    @api.model
    def _is_copied_return_link(self, vals):
        """A reversal: the reversed entry has the same links."""
        move = self.env["account.move"].browse(vals.get("move_id"))
        return bool(
            move.reversed_entry_id.line_ids.filtered(
                lambda line: all(
                    self._fields[name].convert_to_write(line[name], line)
                    == (vals.get(name) or False)
                    for name in self._get_return_link_fields()
                )
            )
        )
