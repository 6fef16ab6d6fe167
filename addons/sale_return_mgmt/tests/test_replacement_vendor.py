from odoo.tests import tagged

from .common_replacement import ReplacementCommon


@tagged("post_install", "-at_install")
class TestReplacementVendor(ReplacementCommon):
    """What a vendor shipped straight to the customer is replaced with an order: it is
    ordered as the goods were, at the price they were sold at.

    A rule from the vendors to the customers stands for Odoo's drop shipping: its
    transfers go the same way, but are there without a purchase order.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        picking_type = cls.env["stock.picking.type"].create(
            {
                "name": "Vendor to Customer",
                "code": "outgoing",
                "sequence_code": "VC",
                "warehouse_id": False,
                "company_id": cls.company.id,
                "default_location_src_id": cls.suppliers.id,
                "default_location_dest_id": cls.customers.id,
            }
        )
        cls.route = cls.env["stock.route"].create(
            {"name": "The Vendor Ships", "sale_selectable": True}
        )
        cls.env["stock.rule"].create(
            {
                "name": "Vendor to Customer",
                "route_id": cls.route.id,
                "action": "pull",
                "procure_method": "make_to_stock",
                "location_src_id": cls.suppliers.id,
                "location_dest_id": cls.customers.id,
                "picking_type_id": picking_type.id,
                "company_id": cls.company.id,
            }
        )

    def _sell_from_vendor(self):
        order = self._sell(
            [
                (
                    self.product,
                    5,
                    {
                        "route_ids": self.route.ids,
                        "price_unit": 80.0,
                        "discount": 10.0,
                    },
                )
            ]
        )
        self.assertEqual(order.picking_ids.move_ids.location_id, self.suppliers)
        return order

    def test_the_vendor_ships_again_and_nobody_pays(self):
        order = self._sell_from_vendor()
        self._pay(order.invoice_ids)
        return_order = self._draft_exchange(order, {self.product: 2})
        self.assertEqual(return_order.sudo().amount_total, 165.6)  # 2 x 72 and 15 %
        self._submit_and_approve(return_order)
        self._receive(return_order)
        self.assertFalse(return_order.sudo().failure)
        sold = self._sold_instead(return_order)
        self.assertRecordValues(
            sold.order_line,
            [
                {
                    "product_id": self.product.id,
                    "product_uom_qty": 2,
                    "price_unit": 80.0,
                    "discount": 10.0,
                    "tax_ids": self.tax_excluded.ids,
                    "route_ids": self.route.ids,
                }
            ],
        )
        delivery = sold.picking_ids
        self.assertEqual(delivery.move_ids.location_id, self.suppliers)
        self._deliver_all(sold)
        invoice = sold._create_invoices()
        invoice.action_post()
        refund = self._refunds(return_order)
        self.env.flush_all()
        self.assertEqual(refund.amount_total, 165.6)
        self.assertEqual((refund.amount_residual, invoice.amount_residual), (0, 0))
        self.assertRecordValues(
            return_order,
            [{"state": "done", "replacement_status": "done", "has_exception": False}],
        )
        self._check_counts(order.order_line, 3, 3)
        self.assertEqual(sold.order_line.quantity_returnable, 2)

    def test_vendor_who_ships_no_more_is_replaced_by_our_stock(self):
        order = self._sell_from_vendor()
        self.route.rule_ids.active = False
        return_order = self._exchange(order, {self.product: 2})
        self._receive(return_order)
        delivery = self._sold_instead(return_order).picking_ids
        self.assertEqual(delivery.move_ids.location_id, self.warehouse.lot_stock_id)

    def test_what_left_from_our_stock_is_exchanged(self):
        order = self._sell([(self.product, 5)])
        self.product.route_ids = self.route
        return_order = self._exchange(order, {self.product: 2})
        self.assertFalse(return_order.line_ids.is_shipped_by_vendor)
        self.assertEqual(return_order.sudo().amount_total, 0)

    def test_no_fee_for_goods_that_come_again(self):
        policy = self.env.ref("sale_return_mgmt.sale_return_policy_default")
        policy.sudo().fee_percent = 10
        return_order = self._draft_exchange(self._sell_from_vendor(), {self.product: 2})
        self.assertEqual(return_order.sudo().line_ids.fee_percent, 0)

    def test_what_was_shipped_is_settled_at_submission(self):
        """Goods that leave from our stock later change nothing for this return."""
        order = self._sell(
            [(self.product, 5, {"route_ids": self.route.ids})],
            deliver=False,
            invoice=False,
        )
        self._deliver(order, 2)
        order._create_invoices().action_post()
        rest = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        return_order = self._exchange(order, {self.product: 2})
        self.assertTrue(return_order.line_ids.is_shipped_by_vendor)
        rest.move_ids.location_id = self.warehouse.lot_stock_id
        rest.move_ids.picked = True
        rest.button_validate()
        self._receive(return_order)
        self.assertTrue(return_order.line_ids.is_shipped_by_vendor)
        self.assertEqual(self._sold_instead(return_order).order_line.product_uom_qty, 2)
