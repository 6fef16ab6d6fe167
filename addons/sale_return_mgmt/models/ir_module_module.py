from odoo import api, models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        """Operation types are made by code, so no file of terms names them."""
        res = super()._load_module_terms(modules, langs, overwrite=overwrite)
        if "sale_return_mgmt" in modules:
            Warehouse = self.env["stock.warehouse"]
            warehouses = Warehouse.with_context(active_test=False).search(
                [("sale_return_type_id", "!=", False)]
            )
            Warehouse._translate_sale_return_types(
                warehouses.sale_return_type_id, langs
            )
        return res
