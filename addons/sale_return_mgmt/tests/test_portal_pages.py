from odoo.tests import HttpCase, tagged

from .common_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalPages(HttpCase, PortalCommon):
    """The pages of the portal, asked for as a browser does."""

    def test_a_customer_finds_his_returns(self):
        self.authenticate("return_test_customer", "return_test_customer")
        page = self.url_open("/my/returns")
        self.assertIn(self.submitted.name, page.text)
        self.assertNotIn(self.draft.name, page.text)
        page = self.url_open(f"/my/returns/{self.submitted.id}")
        self.assertIn(self.submitted.name, page.text)

    def test_a_link_opens_the_return_without_login(self):
        page = self.url_open(self.submitted.get_portal_url())
        self.assertIn(self.submitted.name, page.text)
        page = self.url_open(f"/my/returns/{self.submitted.id}", allow_redirects=False)
        self.assertEqual(page.status_code, 303)
