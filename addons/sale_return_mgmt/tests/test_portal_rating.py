import re

from odoo.tests import HttpCase, tagged

from .common_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalRating(HttpCase, PortalCommon):
    """The rating on the page of a return: by its customer, when it is done, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls._approved(cls.order, {cls.product: 1}).sudo()
        cls._receive(cls.done)

    def _rate(self, return_order=None, token=None, **form):
        return_order = return_order or self.done
        page = self.url_open(
            f"/my/returns/{return_order.id}?access_token={token or ''}"
        )
        csrf = re.search(r'csrf_token[^>]*?(?:value=|: )"(\w+)"', page.text)
        data = {"csrf_token": csrf and csrf[1], "access_token": token or "", **form}
        return self.url_open(f"/my/returns/{return_order.id}/rate", data=data)

    def _login(self, role):
        self.authenticate(f"return_test_{role}", f"return_test_{role}")

    def test_a_customer_rates_once(self):
        self._login("customer")
        page = self.url_open(f"/my/returns/{self.done.id}")
        self.assertIn("How satisfied are you", page.text)
        page = self._rate(rate="5", feedback="Very <b>quick</b>")
        self.assertEqual(self.done.satisfaction, "satisfied")
        self.assertNotIn("How satisfied are you", page.text)
        self.assertIn("Very &lt;b&gt;quick", page.text)
        self._rate(rate="1", feedback="Again")
        self.assertEqual(self.done.rating_last_feedback, "Very <b>quick</b>")
        self.assertEqual(len(self.done.rating_ids), 1)

    def test_with_the_link_alone(self):
        token = self.done._portal_ensure_token()
        self._rate(token=token, rate="1", feedback="x" * 9000 + "\0")
        self.assertEqual(self.done.satisfaction, "unsatisfied")
        self.assertEqual(len(self.done.rating_last_feedback), 5000)

    def test_who_and_what_is_not_taken(self):
        token = self.submitted.sudo()._portal_ensure_token()
        self._rate(token=token, rate="5")  # of another return
        self._rate(rate="5")  # nobody
        self._login("stranger")
        self._rate(rate="5")
        self.users["manager"].password = "return_test_manager"
        self._login("manager")
        self._rate(rate="5")
        self._login("customer")
        for rate in ("4", "0", "6", "-1", "5.0", "x", ""):
            self._rate(rate=rate)
        self.assertFalse(self.done.satisfaction)
        self._rate(self.submitted, rate="5")
        self.assertFalse(self.submitted.sudo().satisfaction, "It is not done.")
        response = self.url_open(f"/my/returns/{self.done.id}/rate", data={"rate": "5"})
        self.assertEqual(response.status_code, 400, "Not without the form.")

    def test_floods(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "sale_return_mgmt.portal_writes_per_hour", 1
        )
        self.env["sale.return.portal.usage"].sudo()._take(self.colleague)
        self._login("customer")
        self.assertEqual(self._rate(rate="5").status_code, 429)
        self.assertFalse(self.done.satisfaction)
