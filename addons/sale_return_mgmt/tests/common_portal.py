from odoo.fields import Command
from odoo.tests import new_test_user

from .common import SaleReturnCommon


class PortalCommon(SaleReturnCommon):
    """A company with two users of the portal, a stranger, and returns of that company:
    a clerk's draft, one that was submitted, one that was asked for in the portal.

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
        cls.env.flush_all()
