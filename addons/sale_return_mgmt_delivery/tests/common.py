from odoo.fields import Command

from odoo.addons.sale_return_mgmt.tests.common import SaleReturnCommon


class DeliveryCommon(SaleReturnCommon):
    """Two lamps at 100 and an express delivery at 20, all with 15 %; the standard one
    costs 8. The policy refunds it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env.ref("sale_return_mgmt.sale_return_policy_default").sudo()
        cls.policy.refund_delivery = True
        cls.standard, cls.express = (
            cls._create_carrier(name, price)
            for name, price in (("Standard", 8), ("Express", 20))
        )

    @classmethod
    def _create_carrier(cls, name, price, **vals):
        product = cls.env["product.product"].create(
            {
                "name": f"{name} Delivery",
                "type": "service",
                "list_price": price,
                "invoice_policy": "order",
                "taxes_id": [Command.set(cls.tax_excluded.ids)],
            }
        )
        return cls.env["delivery.carrier"].create(
            {
                "name": name,
                "product_id": product.id,
                "delivery_type": "fixed",
                "fixed_price": price,
                **vals,
            }
        )

    @classmethod
    def _sell_delivered(cls, quantity=2, price=20, lines=(), charge=None, **vals):
        """An order with the express delivery, invoiced."""
        return cls._sell(
            [
                (cls.product, quantity),
                *lines,
                (
                    cls.express.product_id,
                    1,
                    {"price_unit": price, "is_delivery": True, **(charge or {})},
                ),
            ],
            **vals,
        )

    def _credited(self, order, quantities=None, **vals):
        """The credit note for a return, as it was shown from the start."""
        request = self._request(order, quantities, **vals)
        preview = request.sudo().amount_total, request.sudo().amount_delivery
        request.action_submit()
        self.assertEqual(request.sudo().amount_total, preview[0])
        self._as("approver", request).action_approve()
        self.assertEqual(request.sudo().amount_total, preview[0])
        self._receive(request)
        self.assertFalse(request.sudo().failure)
        refund = request.sudo().refund_ids
        self.assertEqual(refund.state, "posted")
        self.assertEqual(
            (refund.amount_total, sum(self._charges(refund).mapped("price_total"))),
            preview,
        )
        self.assertRecordValues(
            request.sudo(),
            [
                {
                    "amount_untaxed": refund.amount_untaxed,
                    "amount_tax": refund.amount_tax,
                    "amount_total": preview[0],
                    "amount_delivery": preview[1],
                    "amount_refunded": preview[0],
                    "refund_status": "paid",
                    "state": "done",
                }
            ],
        )
        return refund

    def _charges(self, refunds):
        """Lines that credit a delivery."""
        return refunds.invoice_line_ids.filtered(lambda line: not line.return_line_id)

    def _get_invoice(self, order):
        return order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
