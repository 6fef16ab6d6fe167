from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user

from .common import SaleReturnCommon


class PortalCommon(SaleReturnCommon):
    """A company with two users of the portal, a stranger with an own order, and returns
    of that company: a clerk's draft, one that was submitted, one asked for in the
    portal, one whose goods are awaited.

    The passwords are the logins, ``return_test_`` and the role.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True
        cls.colleague = cls.env["res.partner"].create(
            {"name": "Colleague", "parent_id": cls.customer.id}
        )
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})
        cls.users |= {
            role: new_test_user(
                cls.env,
                login=f"return_test_{role}",
                groups="base.group_portal",
                partner_id=partner.id,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role, partner in (
                ("customer", cls.customer),
                ("colleague", cls.colleague),
                ("stranger", cls.stranger),
            )
        }
        cls.order = cls._sell([(cls.product, 9)])
        cls.draft = cls._request(cls.order, {cls.product: 1})
        cls.submitted = cls._request(cls.order, {cls.product: 1})
        cls.submitted.action_submit()
        cls.asked = cls._request(cls.order, {cls.product: 1}, channel="portal")
        cls.approved = cls._approved(cls.order, {cls.product: 2})
        cls.env.flush_all()


class PortalHttpCase(HttpCase, PortalCommon):
    """The portal as a browser asks it."""

    def _log_in(self, role):
        login = f"return_test_{role}"
        self.authenticate(login, login)

    def _get(self, url):
        return self.url_open(url, allow_redirects=False)

    def _csrf(self):
        if not self.session:
            self.authenticate(None, None)
        return Request.csrf_token(self)

    def _post(self, url, **data):
        return self.url_open(
            url, data={"csrf_token": self._csrf(), **data}, allow_redirects=False
        )

    def _url(self, order, suffix="", token=None):
        token = order.sudo()._portal_ensure_token() if token is None else token
        query = f"?access_token={token}" if token else ""
        return f"/my/returns/{order.id}{suffix}{query}"
