import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class SaleReturnFindMixin(models.AbstractModel):
    """What people know of a return when they look for it: a phone number, a serial
    number."""

    _name = "sale.return.find.mixin"
    _description = "Finding Returns"
    _rec_names_search = [
        "name",
        "customer_reference",
        "external_ref",
        "carrier_tracking_ref",
    ]

    partner_phone = fields.Char(
        "Phone", compute="_compute_partner_phone", search="_search_partner_phone"
    )
    lot_names = fields.Char(
        "Lots/Serial Numbers",
        compute="_compute_lot_names",
        search="_search_lot_names",
    )

    @api.depends("name", "partner_id.complete_name")
    @api.depends_context("sale_return_show_partner")
    def _compute_display_name(self):
        """A calendar has room for one name only: there it tells the customer too."""
        res = super()._compute_display_name()
        if self.env.context.get("sale_return_show_partner"):
            for order in self.filtered("partner_id"):
                partner = order.partner_id.complete_name  # never with the address
                order.display_name = f"{order.name} - {partner}"
        return res

    @api.depends("partner_id.phone", "partner_id.commercial_partner_id.phone")
    def _compute_partner_phone(self):
        for order in self:
            partner = order.partner_id
            order.partner_phone = partner.phone or partner.commercial_partner_id.phone

    @api.model
    def _search_partner_phone(self, operator, value):
        """By digits alone: nobody types the blanks and dashes of somebody else."""
        if operator not in ("ilike", "=ilike", "like", "=like", "=", "in"):
            return NotImplemented
        values = [value] if isinstance(value, str) else value or []
        numbers = [re.sub(r"\D", "", each) for each in values if isinstance(each, str)]
        numbers = [number for number in numbers if number]
        if not numbers:
            return Domain.FALSE
        Partner = self.env["res.partner"]
        partners = Partner._search([], active_test=False)
        partners.add_where(
            SQL(
                r"regexp_replace(%s, '\D', '', 'g') LIKE ANY(%s)",
                Partner._field_to_sql(partners.table, "phone", partners),
                [f"%{number}%" for number in numbers],
            )
        )
        return (
            Domain("partner_id", "in", partners)
            | Domain("partner_id.commercial_partner_id", "in", partners)
            | Domain("partner_shipping_id", "in", partners)
        )

    @api.depends("line_ids.lot_ids", "line_ids.move_ids.move_line_ids.lot_id")
    def _compute_lot_names(self):
        for order in self:
            # sudo: the numbers on the goods, for who may not read stock
            lines_sudo = order.sudo().line_ids
            lots_sudo = lines_sudo.lot_ids | lines_sudo.move_ids.move_line_ids.lot_id
            order.lot_names = ", ".join(lots_sudo.sorted("name").mapped("name"))

    @api.model
    def _search_lot_names(self, operator, value):
        """By the lots that were named, and those that really arrived."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        # sudo: as above; which returns are found is up to the reader's own rights
        lines_sudo = self.env["sale.return.order.line"].sudo()
        domain = Domain("lot_ids.name", operator, value) | Domain(
            "move_ids.move_line_ids.lot_id.name", operator, value
        )
        return Domain("line_ids", "in", lines_sudo._search(domain))
