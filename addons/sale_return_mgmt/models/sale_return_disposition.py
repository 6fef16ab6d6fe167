from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..exceptions import return_error
from ..tools.api_payload import is_id, is_reference

KINDS = [
    ("restock", "Back to Stock"),
    ("quarantine", "Quarantine"),
    ("scrap", "Scrap"),
    ("repair", "Repair"),
    ("vendor", "Return to Vendor"),
    ("return_to_customer", "Back to the Customer"),
]


class SaleReturnDisposition(models.Model):
    """What becomes of inspected goods. The kind finds the worker:
    ``sale.return.inspection._dispose_<kind>``."""

    _name = "sale.return.disposition"
    _description = "Return Disposition"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Used by other systems, e.g. RESTOCK.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the disposition is offered in all companies."
    )
    kind = fields.Selection(KINDS, "What Happens", required=True, default="restock")
    location_id = fields.Many2one(
        "stock.location",
        "Destination",
        ondelete="restrict",
        domain="[('usage', '=', 'inventory' if kind == 'scrap' else 'internal'),"
        " ('company_id', 'in', [False, company_id])]",
        help="Where the goods go. Empty: the place of the warehouse for this kind.",
    )
    accepts = fields.Boolean(
        "Accepts Goods", default=True, help="The customer is credited for these goods."
    )

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "There is already a disposition with this code in the company.",
    )
    _accepts_check = models.Constraint(
        "CHECK (kind != 'return_to_customer' OR NOT accepts)",
        "Goods that go back to the customer cannot be accepted.",
    )

    @api.constrains("kind", "location_id", "company_id")
    def _check_location(self):
        for disposition in self.filtered("location_id"):
            location = disposition.location_id
            usage = {"scrap": "inventory", "return_to_customer": None}.get(
                disposition.kind, "internal"
            )
            if location.usage != usage:
                raise ValidationError(
                    self.env._(
                        "“%(disposition)s” cannot send goods to %(location)s: choose a "
                        "location that fits its kind, or none.",
                        disposition=disposition.name,
                        location=location.display_name,
                    )
                )
            if location.company_id and location.company_id != disposition.company_id:
                raise ValidationError(
                    self.env._(
                        "%(location)s belongs to %(company)s: set this company on "
                        "“%(disposition)s” as well.",
                        location=location.display_name,
                        company=location.company_id.name,
                        disposition=disposition.name,
                    )
                )
            if location._is_sale_return_location():
                raise ValidationError(
                    self.env._(
                        "In %s goods wait for their inspection: choose another "
                        "location for what is inspected.",
                        location.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        dispositions = super().create(vals_list)
        self.env.registry.clear_cache()
        return dispositions

    def write(self, vals):
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: inspections of other companies count as well
        inspections_sudo = self.env["sale.return.inspection"].sudo()
        if inspections_sudo.search_count([("disposition_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "A disposition in use cannot be deleted: archive it instead."
                )
            )

    @api.model
    def _get_default(self, company, kind="restock"):
        """The first disposition of ``kind`` in ``company``."""
        disposition = self.browse(self._get_default_ids(company.id).get(kind))
        if not disposition:
            raise return_error(
                "INVALID",
                self.env._(
                    "There is no disposition for “%s”: let a manager create or "
                    "unarchive one.",
                    dict(self._fields["kind"]._description_selection(self.env))[kind],
                ),
            )
        return disposition

    @api.model
    @tools.ormcache("company_id")
    def _get_default_ids(self, company_id):
        """:return: dict of kind to the id of its first disposition in that company"""
        # sudo: the same for all who ask
        dispositions_sudo = self.sudo().search(
            [("company_id", "in", [False, company_id])], order="sequence DESC, id DESC"
        )
        return {each.kind: each.id for each in dispositions_sudo}

    @api.model
    def _get_from_key(self, key, company):
        """The disposition with id or code ``key`` for ``company``; its own come first.

        :raise UserError: ``NOT_FOUND``
        """
        disposition = self.browse()
        if is_reference(key):
            disposition = self.search(
                [
                    ("id" if is_id(key) else "code", "=", key),
                    ("company_id", "in", [False, company.id]),
                ],
                order="company_id",
                limit=1,
            )
        if not disposition:
            raise return_error(
                "NOT_FOUND",
                self.env._(
                    "There is no disposition “%(key)s” in %(company)s.",
                    key=key,
                    company=company.name,
                ),
            )
        return disposition

    def _get_location(self, warehouse):
        """Where the goods go that came in at ``warehouse``."""
        self.ensure_one()
        return self.location_id or warehouse._get_sale_return_place(self.kind)
