from odoo import api, models

from odoo.addons.base_import.models.base_import import (
    FIELDS_RECURSION_LIMIT,
    ImportValidationError,
)


class BaseImportImport(models.TransientModel):
    _inherit = "base_import.import"

    @api.model
    def get_fields_tree(self, model, depth=FIELDS_RECURSION_LIMIT):
        """A file may name the sales order of a return line, which only tells with the
        product what was sold: nobody writes the field itself."""
        fields_tree = super().get_fields_tree(model, depth)
        if model == "sale.return.order.line" and depth:
            field = self.env[model]._fields["sale_order_id"]
            fields_tree.append(
                {
                    "id": field.name,
                    "name": field.name,
                    "string": field._description_string(self.env),
                    "required": False,
                    "fields": [],
                    "type": field.type,
                    "model_name": model,
                    "comodel_name": field.comodel_name,
                }
            )
        return fields_tree

    def _parse_float_from_data(self, data, index, name, options):
        """What is no number goes on to ``load`` of returns, which tells its row."""
        if self.res_model != "sale.return.order":
            return super()._parse_float_from_data(data, index, name, options)
        for line in data:
            text = line[index]
            try:
                super()._parse_float_from_data([line], index, name, options)
            except ImportValidationError:
                line[index] = text
        return None
