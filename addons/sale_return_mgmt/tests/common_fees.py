from .common import SaleReturnCommon


class FeeCommon(SaleReturnCommon):
    """The one policy there is keeps ten per cent back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env.ref("sale_return_mgmt.sale_return_policy_default").sudo()
        cls.policy.fee_percent = 10
        cls.fee_product = cls.env.ref("sale_return_mgmt.product_return_fee")
        # Companies of tests are made after the installation.
        cls.company.sale_return_fee_product_id = cls.fee_product

    def _approve(self, request):
        request.action_submit()
        self._as("approver", request).action_approve()

    def _credited(self, order, quantities=None, **vals):
        """The credit note for a return of what ``order`` delivered; as it was shown
        before."""
        request = self._request(order, quantities, **vals)
        preview = request.sudo().amount_total, request.sudo().amount_fee
        self._approve(request)
        self._receive(request)
        refund = request.sudo().refund_ids
        self.assertEqual(refund.state, "posted")
        fee = -sum(self._fee_lines(refund).mapped("price_total"))
        self.assertEqual((refund.amount_total, round(fee, 2)), preview)
        self.assertEqual(request.sudo().amount_total, refund.amount_total)
        return refund

    def _fee_lines(self, refunds):
        return refunds.invoice_line_ids.filtered("is_return_fee")
