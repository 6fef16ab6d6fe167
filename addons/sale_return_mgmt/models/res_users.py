from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .sale_return_approval_mixin import APPROVER_GROUP

# What users say of their own leave, and managers of returns of that of others.
ABSENCE_FIELDS = [
    "sale_return_substitute_id",
    "sale_return_absent_from",
    "sale_return_absent_until",
]


class ResUsers(models.Model):
    """Approvers on leave, and who decides on returns for them.

    Days are whole days where the absent user lives. Who stands in for whom is asked at
    the moment of a decision, see ``sale.return.approval._get_approvers``.
    """

    _inherit = "res.users"

    sale_return_substitute_id = fields.Many2one(
        "res.users",
        "Substitute for Returns",
        index="btree_not_null",
        domain=lambda self: self._get_substitute_domain(),
        help="Decides on returns while the user is on leave; never on own work.",
    )
    sale_return_absent_from = fields.Date("On Leave From")
    sale_return_absent_until = fields.Date(
        "On Leave Until", help="The last day. Empty: until further notice."
    )
    sale_return_date_reminded = fields.Date(
        "Reminded of Returns On",
        readonly=True,
        copy=False,
        help="Nobody is reminded twice a day.",
    )

    _sale_return_absence_check = models.Constraint(
        "CHECK (sale_return_absent_until >= sale_return_absent_from)",
        "A leave cannot end before it begins.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, *ABSENCE_FIELDS]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, *ABSENCE_FIELDS]

    @api.model
    def _get_substitute_domain(self):
        group_id = self.env["ir.model.data"]._xmlid_to_res_id(APPROVER_GROUP)
        return [("share", "=", False), ("all_group_ids", "in", [group_id])]

    @api.constrains("sale_return_substitute_id")
    def _check_sale_return_substitute(self):
        for user in self:
            substitute = user.sale_return_substitute_id
            if substitute == user:
                raise ValidationError(
                    self.env._("Nobody stands in for themselves: choose a colleague.")
                )
            if substitute and not substitute.has_group(APPROVER_GROUP):
                raise ValidationError(
                    # No name: portal users may write on themselves too.
                    self.env._(
                        "Who stands in has to be an approver of returns: give them the "
                        "role first, or choose somebody else."
                    )
                )

    def write(self, vals):
        if vals and vals.keys() <= set(ABSENCE_FIELDS) and self._is_colleagues_leave():
            # sudo: managers of returns need no rights on users for this
            return super(ResUsers, self.sudo()).write(vals)
        return super().write(vals)

    def _is_colleagues_leave(self):
        """Whether a manager of returns writes on users of companies of their own."""
        manager = "sale_return_mgmt.group_sale_return_manager"
        if self.env.su or not self.env.user.has_group(manager):
            return False
        companies = self.env.user.company_ids
        # sudo: only compared with one's own
        return all(user.company_ids & companies for user in self.sudo())

    def _filter_absent(self):
        """Those who are on leave today and have a substitute."""
        now = fields.Datetime.now()

        def is_absent(user):
            first, last = user.sale_return_absent_from, user.sale_return_absent_until
            if not user.sale_return_substitute_id or not first:
                return False
            today = fields.Datetime.context_timestamp(
                user.with_context(tz=user.tz or "UTC"), now
            ).date()
            return first <= today and (not last or today <= last)

        return self.filtered(is_absent)

    def _get_represented_users(self):
        """Whose substitute the user is today."""
        self.ensure_one()
        domain = Domain("sale_return_substitute_id", "=", self.id)
        return self.search(domain)._filter_absent()
