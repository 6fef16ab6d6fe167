from odoo import api, fields, models

from ..exceptions import return_error


class SaleReturnLineExchangeMixin(models.AbstractModel):
    """How the goods of an even exchange leave: by procurement, so that the warehouse's
    own routes and steps apply."""

    _name = "sale.return.line.exchange.mixin"
    _description = "Return Line Exchange"

    is_shipped_by_vendor = fields.Boolean(
        compute="_compute_is_shipped_by_vendor",
        store=True,
        help="None of the goods to replace came from our stock: what replaces them is "
        "ordered as they were.",
    )

    @api.depends("state", "sale_line_id", "resolution")
    def _compute_is_shipped_by_vendor(self):
        """A procurement of the return would reach the vendor, and lose its link to the
        return there. What holds at submission stands."""
        for line in self:
            if line.state in ("draft", "submitted") and line.resolution == "replace":
                deliveries = line.sale_line_id._get_first_deliveries()
                line.is_shipped_by_vendor = bool(deliveries) and not any(
                    location.usage == "internal" for location in deliveries.location_id
                )
            else:
                line.is_shipped_by_vendor = line.is_shipped_by_vendor

    def _get_replacement_source(self):
        """Where a replacement leaves from and goes to: as the goods did.

        :return: ``(stock.warehouse, stock.location, res.partner)``
        """
        self.ensure_one()
        order, sale_line = self.order_id, self.sale_line_id
        partner = (
            order.partner_shipping_id
            or sale_line.order_id.partner_shipping_id
            or order.partner_id
        )
        delivery = sale_line._get_delivered_moves()[:1]
        warehouse = (
            delivery.picking_type_id.warehouse_id
            or sale_line.order_id.warehouse_id
            or order.warehouse_id
            or self.env["stock.warehouse"].search(
                [("company_id", "=", self.company_id.id)], limit=1
            )
        )
        location = delivery.location_dest_id or partner.property_stock_customer
        return warehouse, location, partner

    def _prepare_replacement_procurement(self, product, quantity):
        """Procurement that brings ``quantity`` of ``product`` (in its unit) to the
        customer. Nothing in it leads to the sales order, which would count it."""
        self.ensure_one()
        order, sale_line = self.order_id, self.sale_line_id
        warehouse, location, partner = self._get_replacement_source()
        return self.env["stock.rule"].Procurement(
            product,
            quantity,
            product.uom_id,
            location,
            product.display_name,
            order.name,
            self.company_id,
            {
                "reference_ids": order.replacement_reference_id,
                "replacement_line_id": self.id,
                "warehouse_id": warehouse,
                "partner_id": partner.id,
                "company_id": self.company_id,
                "date_planned": fields.Datetime.now(),
                "route_ids": sale_line.route_ids,
                "never_product_template_attribute_value_ids": (
                    sale_line.product_no_variant_attribute_value_ids
                ),
            },
        )

    def _send_replacements(self):
        """Let procurements bring what is due of all these lines; called in ``sudo``."""
        orders = self.order_id.filtered(
            lambda order: not order.replacement_reference_id
        )
        references = self.env["stock.reference"].create(
            [{"name": order.name} for order in orders]
        )
        for order, reference in zip(orders, references, strict=True):
            order.replacement_reference_id = reference
        for company, lines in self.grouped("company_id").items():
            lines.env["stock.rule"].with_company(company).run(
                [
                    line._prepare_replacement_procurement(product, quantity)
                    for line in lines
                    for product, quantity in line._get_replacement_balance().items()
                    if quantity > 0
                ]
            )
        for line in self:
            if line._has_unsent_replacement():
                raise return_error(
                    "INVALID",
                    self.env._(
                        "The routes of %(product)s, to replace what %(order)s takes "
                        "back, make no delivery from our stock. Change its routes and "
                        "retry, or use “Credit Instead”.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                    ),
                    line=line,
                )
        # As after the confirmation of a sale: what is missing is ordered.
        self._get_planned_replacements().picking_id.action_confirm()

    def _withdraw_replacements(self):
        """Cancel what has not left; called in ``sudo``."""
        chain = self.replacement_move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        origins = chain
        while origins := origins.move_orig_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        ):
            chain |= origins
        chain._action_cancel()
