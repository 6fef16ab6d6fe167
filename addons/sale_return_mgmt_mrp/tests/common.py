from odoo.fields import Command

from odoo.addons.sale_return_mgmt.tests.common import SaleReturnCommon


class KitCommon(SaleReturnCommon):
    """A kit of two legs and a top, sold, delivered and invoiced in kits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "mrp.bom" not in cls.env:
            cls.skipTest(cls, "sale_mrp is not installed")
        # What the kit costs is split as its components would sell: 30 % and 40 %.
        cls.leg = cls._create_goods("Leg", list_price=30.0)
        cls.top = cls._create_goods("Top", list_price=40.0)
        cls.kit = cls._create_kit("Desk", [(cls.leg, 2), (cls.top, 1)])

    @classmethod
    def _create_kit(cls, name, components, quantity=1, **vals):
        kit = cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "list_price": 100.0,
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(cls.tax_excluded.ids)],
                **vals,
            }
        )
        cls.env["mrp.bom"].sudo().create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "product_qty": quantity,
                "bom_line_ids": [
                    Command.create({"product_id": product.id, "product_qty": count})
                    for product, count in components
                ],
            }
        )
        return kit

    @classmethod
    def _draft(cls, order, lines):
        """A draft of the clerk's with one line for each ``(product, quantity)``."""
        return (
            cls.env["sale.return.order"]
            .with_user(cls.users["clerk"])
            .create(
                {
                    "partner_id": order.partner_id.id,
                    "line_ids": [
                        Command.create(
                            {
                                "sale_line_id": order.order_line[:1].id,
                                "product_id": product.id,
                                "quantity": quantity,
                                "reason_id": cls.reason.id,
                                **(vals[0] if vals else {}),
                            }
                        )
                        for product, quantity, *vals in lines
                    ],
                }
            )
        )

    @classmethod
    def _approve(cls, order, lines):
        return_order = cls._draft(order, lines)
        return_order.action_submit()
        cls._as("approver", return_order).action_approve()
        return return_order

    def _expected(self, return_order):
        """What the open receipts expect, by product."""
        moves = return_order.sudo().picking_ids.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        return {
            product: sum(found.mapped("product_uom_qty"))
            for product, found in moves.grouped("product_id").items()
        }

    def _returnable(self, order):
        self.env.invalidate_all()
        return order.order_line.quantity_returnable
