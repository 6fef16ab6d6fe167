from odoo.tests import HttpCase, tagged

from .common_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestTourCustomer(PortalCommon, HttpCase):
    """What a customer does in his portal, in the browser."""

    def _get_comments(self, order):
        messages = order.sudo().message_ids.filtered(
            lambda message: message.message_type == "comment"
        )
        return [
            (message.author_id, str(message.preview)) for message in messages.sorted()
        ]

    def _walk(self):
        self.start_tour(
            "/my", "sale_return_customer_tour", login="return_test_colleague"
        )
        self.assertEqual(self.approved.carrier_tracking_ref, "1Z 999 AA1")
        self.assertIn((self.colleague, "Two boxes."), self._get_comments(self.approved))
        self.assertEqual(self.submitted.state, "cancelled")
        self.assertIn(
            (self.colleague, "I cancel this return. It works after all."),
            self._get_comments(self.submitted),
        )

    def test_with_a_login(self):
        self._walk()

    def test_on_a_phone(self):
        self.browser_size, self.touch_enabled = "390x844", True
        self._walk()

    def test_with_the_link_of_a_mail(self):
        self.start_tour(
            self.approved.get_portal_url(), "sale_return_customer_link_tour"
        )
        self.assertEqual(self.approved.carrier_tracking_ref, "SF1339428840215")
        self.assertIn(
            (self.customer, "It is a big box."), self._get_comments(self.approved)
        )

    def test_a_rejection_is_answered(self):
        self._as("approver", self.submitted).action_reject("It was used.")
        self.start_tour(
            self.submitted.get_portal_url(), "sale_return_customer_answer_tour"
        )
        self.assertIn(
            (self.customer, "It was not."), self._get_comments(self.submitted)
        )
