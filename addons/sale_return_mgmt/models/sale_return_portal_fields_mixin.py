from odoo import api, models
from odoo.fields import Domain


class SaleReturnPortalFieldsMixin(models.AbstractModel):
    """Fields that customers may read by RPC: a list of those allowed, so that a new
    field is nobody's business until somebody says so.

    The pages of the portal do not depend on it: they show what they show in ``sudo``.
    """

    _name = "sale.return.portal.fields.mixin"
    _description = "Fields That Customers Read"

    @api.model
    def _get_portal_fields(self):
        """Names of the fields that users of the portal may read, search and sort by."""
        return {"id"}

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or not self.env.user._is_portal():
            return True
        return operation == "read" and field.name in self._get_portal_fields()

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        """Asks for fields that are found by a method or by way of others as well: of
        those Odoo checks only what they are found by."""
        if not bypass_access and not self.env.su and self.env.user._is_portal():
            for condition in Domain(domain).iter_conditions():
                field = self._fields.get(condition.field_expr.partition(".")[0])
                if field:
                    self._check_field_access(field, "read")
        return super()._search(
            domain,
            offset,
            limit,
            order,
            active_test=active_test,
            bypass_access=bypass_access,
        )
