from odoo import api, models


class SaleReturnProtectedMixin(models.AbstractModel):
    """Workflow fields that only a step may set.

    Every field declared ``readonly`` is written by the methods that own it (in
    ``sudo``) and by nobody else: not by ``write``, ``create``, ``default_*``, imports,
    x2many commands or a user's own default values.
    """

    _name = "sale.return.protected.mixin"
    _description = "Protected Workflow Fields"

    @api.model
    def _is_workflow_field(self, field):
        """Hook: the models of others protect only the fields we added."""
        return field.readonly or field.name == "access_token"

    @api.model
    def _has_field_access(self, field, operation):
        if operation == "write" and not self.env.su and self._is_workflow_field(field):
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def default_get(self, fields):
        """Workflow fields start from their own default alone.

        ``ir.default`` and ``default_*`` keys belong to the caller and would reach even
        the records that a step creates in ``sudo``.
        """
        protected = {
            name
            for name in fields
            if name in self._fields and self._is_workflow_field(self._fields[name])
        }
        defaults = super().default_get(
            [name for name in fields if name not in protected]
        )
        for name in protected:
            default = self._fields[name].default
            if default:
                defaults[name] = default(self)
        return defaults

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Groups by no field that the user may not read: Odoo forgets to ask where
        it is a many2many, and the labels of the groups tell its values."""
        name = groupby_spec.split(":")[0].split(".")[0]
        if name in self._fields:
            self._check_field_access(self._fields[name], "read")
        return super()._read_group_groupby(alias, groupby_spec, query)
