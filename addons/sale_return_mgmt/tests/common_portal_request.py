import uuid

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from .common import SaleReturnCommon


class PortalRequestCommon(SaleReturnCommon, HttpCase):
    """A customer who bought, with his login and the link of his order, and another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.return.policy"].sudo().search([]).write({"active": False})
        cls.policy = (
            cls.env["sale.return.policy"]
            .sudo()
            .create({"name": "Portal", "window_days": 30})
        )
        cls.buyer = cls._create_buyer("buyer", cls.customer)
        cls.stranger = cls._create_buyer("stranger")
        cls.order = cls._sell([(cls.product, 5), (cls.product_on_order, 2)])
        cls.lamps, cls.chairs = cls.order.order_line

    @classmethod
    def _create_buyer(cls, login, partner=None):
        user = new_test_user(
            cls.env,
            login=f"return_test_{login}",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **({"partner_id": partner.id} if partner else {}),
        )
        return user

    def setUp(self):
        super().setUp()
        self.authenticate("return_test_buyer", "return_test_buyer")

    def _url(self, order=None, suffix="", token=False):
        order = order or self.order
        url = f"/my/orders/{order.id}/return{suffix}"
        if token is True:
            token = order._portal_ensure_token()
            self.env.flush_all()
        return f"{url}?access_token={token}" if token else url

    def _fill(self, quantities, **values):
        """A form as the browser sends it.

        :param dict quantities: text by sold line
        """
        form = {"key": str(uuid.uuid4()), "resolution": "refund"}
        for line, quantity in quantities.items():
            form |= {
                f"line-{line.id}": "1",
                f"quantity-{line.id}": quantity,
                f"reason-{line.id}": str(self.reason.id),
            }
        return form | values

    def _post(self, form, order=None, token=False, files=None):
        form = {**form, "csrf_token": http.Request.csrf_token(self)}
        return self.url_open(
            self._url(order, token=token),
            data=form,
            files=files,
            allow_redirects=False,
        )

    def _preview(self, form, order=None, **params):
        lists = {
            name: value if isinstance(value, list) else [value]
            for name, value in form.items()
        }
        return self.make_jsonrpc_request(
            self._url(order, "/preview"), {"form": lists, **params}
        )

    def _get_returns(self, order=None):
        return (order or self.order).sudo().order_line.return_line_ids.order_id

    def _assert_made(self, response, order=None):
        """The one return that was made, to whose page the customer is sent."""
        self.assertEqual(response.status_code, 303, response.text)
        self.env.invalidate_all()
        made = self._get_returns(order).filtered(
            lambda each: f"/my/returns/{each.id}" in response.headers["Location"]
        )
        self.assertEqual(len(made), 1, response.headers["Location"])
        return made

    def _assert_refused(self, response, text, order=None):
        """Said in words on the page; nothing is made."""
        self.assertEqual(response.status_code, 200)
        self.assertIn(text, response.text)
        self.env.invalidate_all()
        self.assertFalse(self._get_returns(order))
