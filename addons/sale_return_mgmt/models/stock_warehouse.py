from odoo import api, fields, models

# The operation type's name, until a language or a person gives it another.
TYPE_NAME = "Returns"


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    sale_return_type_id = fields.Many2one(
        "stock.picking.type",
        "Returns Operation Type",
        check_company=True,
        copy=False,
        help="Receives customer returns; its destination is where the goods wait.",
    )
    sale_return_location_id = fields.Many2one(
        "stock.location",
        "Return Location",
        check_company=True,
        copy=False,
        help="Where returned goods wait: in stock and valued, but outside the "
        "warehouse, so that nothing counts them as free to sell.",
    )

    sale_return_user_id = fields.Many2one(
        "res.users",
        "Responsible for Returns",
        check_company=True,
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("sale_return_mgmt.group_sale_return_warehouse").ids,
            )
        ],
        help="Gets an activity when goods are to be received or inspected here.",
    )
    sale_return_quarantine_location_id = fields.Many2one(
        "stock.location",
        "Quarantine Location",
        check_company=True,
        copy=False,
        help="Where inspected goods are held back. Made when it is first needed.",
    )
    sale_return_repair_location_id = fields.Many2one(
        "stock.location",
        "Repair Location",
        check_company=True,
        copy=False,
        help="Where inspected goods wait for repair. Made when it is first needed.",
    )
    sale_return_vendor_location_id = fields.Many2one(
        "stock.location",
        "Vendor Returns Location",
        check_company=True,
        copy=False,
        help="Where inspected goods wait for their way back to the vendor; they stay "
        "in stock and valued until then. Made when it is first needed.",
    )
    sale_return_scrap_location_id = fields.Many2one(
        "stock.location",
        "Returns Scrap Location",
        check_company=True,
        copy=False,
        domain="[('usage', '=', 'inventory')]",
        help="Where scrapped returns go. Empty: the company's scrap location.",
    )

    def _create_or_update_sequences_and_picking_types(self):
        # The operation type cannot be made before the location it receives into.
        self._create_sale_return_location()
        values = super()._create_or_update_sequences_and_picking_types()
        types = self.env["stock.picking.type"].browse(values.get("sale_return_type_id"))
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        self._translate_sale_return_types(types, languages)
        return values

    @api.model
    def _translate_sale_return_types(self, types, languages):
        """Name operation types in languages where nobody has named them."""
        for language in languages:
            warehouse = self.with_context(lang=language)
            types.with_context(lang=language).filtered(
                lambda picking_type: picking_type.name == TYPE_NAME
            ).name = warehouse.env._("Returns")

    def _create_sale_return_location(self):
        """Give each warehouse that has none its return location."""
        warehouses = self.filtered(lambda wh: not wh.sale_return_location_id)
        warehouses._create_sale_return_places(
            "sale_return_location_id", self.env._("%s Returns")
        )

    def _create_sale_return_places(self, field_name, pattern):
        """Locations outside the warehouses' view: in stock and valued, but not free.

        :param pattern: name of the location, with a place for the warehouse's code
        """
        locations = self.env["stock.location"].create(
            [
                {
                    "name": pattern % warehouse.code,
                    "usage": "internal",
                    "company_id": warehouse.company_id.id,
                }
                for warehouse in self
            ]
        )
        for warehouse, location in zip(self, locations, strict=True):
            warehouse[field_name] = location

    def _get_sale_return_place(self, kind):
        """Where goods go from inspection, by kind of disposition."""
        self.ensure_one()
        if kind == "restock":
            return self.lot_stock_id
        # sudo: the first one to need a place makes it, whoever may make locations
        warehouse_sudo = self.sudo().with_company(self.company_id)
        if kind == "scrap":
            return warehouse_sudo._get_sale_return_scrap_location()
        field_name = f"sale_return_{kind}_location_id"
        if not warehouse_sudo[field_name]:
            patterns = {
                "quarantine": self.env._("%s Quarantine"),
                "repair": self.env._("%s To Repair"),
                "vendor": self.env._("%s To Vendors"),
            }
            warehouse_sudo._create_sale_return_places(field_name, patterns[kind])
        return warehouse_sudo[field_name]

    def _get_sale_return_scrap_location(self):
        """The location chosen, else the company's for scrap: not the one that
        inventory counts are adjusted against, which Odoo would take."""
        self.ensure_one()
        if not self.sale_return_scrap_location_id:
            adjustments = self.env["product.template"].default_get(
                ["property_stock_inventory"]
            )
            self.sale_return_scrap_location_id = self.env["stock.location"].search(
                [
                    ("usage", "=", "inventory"),
                    ("company_id", "=", self.company_id.id),
                    ("id", "!=", adjustments.get("property_stock_inventory")),
                ],
                limit=1,
                order="id",
            ) or self.env["stock.location"].create(
                {
                    "name": self.env._("Scrap"),
                    "usage": "inventory",
                    "company_id": self.company_id.id,
                }
            )
        return self.sale_return_scrap_location_id

    def _get_sequence_values(self, name=False, code=False):
        values = super()._get_sequence_values(name=name, code=code)
        sequence_code = self.sale_return_type_id.sequence_code or "RET"
        values["sale_return_type_id"] = {
            "name": self.env._("%s Sequence returns", name or self.name),
            "prefix": f"{code or self.code}/{sequence_code}/",
            "padding": 5,
            "company_id": self.company_id.id,
        }
        return values

    def _get_picking_type_create_values(self, max_sequence):
        data, next_sequence = super()._get_picking_type_create_values(max_sequence)
        data["sale_return_type_id"] = {
            "name": TYPE_NAME,
            "code": "incoming",
            "use_create_lots": False,
            "use_existing_lots": True,
            "default_location_src_id": self.env.ref(
                "stock.stock_location_customers"
            ).id,
            "default_location_dest_id": self.sale_return_location_id.id,
            "sequence": next_sequence + 1,
            "sequence_code": "RET",
            "company_id": self.company_id.id,
        }
        return data, next_sequence + 2

    def _get_picking_type_update_values(self):
        data = super()._get_picking_type_update_values()
        data["sale_return_type_id"] = {
            "active": self.active,
            "barcode": self.code.replace(" ", "").upper() + "RET",
        }
        return data

    def _update_name_and_code(self, new_name=False, new_code=False):
        # By position: Manufacturing has other names for them.
        res = super()._update_name_and_code(new_name, new_code)
        for warehouse in self:
            values = warehouse._get_sequence_values(name=new_name, code=new_code)
            # sudo: as Odoo does for the sequences of the other operation types
            warehouse.sale_return_type_id.sudo().sequence_id.write(
                values["sale_return_type_id"]
            )
        return res
