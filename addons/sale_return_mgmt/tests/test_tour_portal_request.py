from odoo.tests import tagged

from .common_portal_request import PortalRequestCommon


class TourPortalRequestCommon(PortalRequestCommon):
    def _tour(self, **kwargs):
        self.start_tour(
            self.order.get_portal_url(), "sale_return_portal_request_tour", **kwargs
        )
        made = self._get_returns()
        self.assertRecordValues(
            made,
            [
                {
                    "state": "submitted",
                    "channel": "portal",
                    "refund_method": "transfer",
                    "amount_total": 460,
                }
            ],
        )
        self.assertEqual(made.line_ids.note, "It flickers")
        self.assertEqual(made.attachment_ids.name, "lamp.png")
        self.assertFalse(made.partner_bank_id.allow_out_payment)
        return made


@tagged("post_install", "-at_install")
class TestTourPortalRequest(TourPortalRequestCommon):
    """A customer asks for a return, on his computer."""

    def test_with_login(self):
        made = self._tour(login="return_test_buyer")
        self.assertEqual(made.submitted_by_id, self.buyer)


@tagged("post_install", "-at_install")
class TestTourPortalRequestPhone(TourPortalRequestCommon):
    """A customer asks for a return, on his phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_with_the_link_of_the_order(self):
        self.authenticate(None, None)
        made = self._tour()
        self.assertTrue(made.submitted_by_id._is_public())
