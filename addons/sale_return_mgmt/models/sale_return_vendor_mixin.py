from collections import defaultdict

from markupsafe import Markup

from odoo import models


class SaleReturnVendorMixin(models.AbstractModel):
    """Who hears that returned goods were set aside for their vendor."""

    _name = "sale.return.vendor.mixin"
    _description = "Returned Goods for Vendors"

    def _tell_purchasers(self):
        """Called in ``sudo``. Who did it himself knows."""
        facts_by_user = defaultdict(self.browse)
        nobody = self.order_id.browse()
        for fact in self:
            users = fact._get_vendor_purchasers()
            if not users:
                nobody |= fact.order_id
            for user in users - self.env.user:
                facts_by_user[user] |= fact
        for user, facts in facts_by_user.items():
            facts._tell_purchaser(user)
        nobody._note_turn_of_nobody(self.order_id._get_turn_type("vendor"))

    def _tell_purchaser(self, user):
        """An activity where he may read the return, else a message with what he needs
        to know."""
        activity_type = self.order_id._get_turn_type("vendor")
        # sudo: back to the right that this is called with
        readable = self.order_id.with_user(user)._filtered_access("read").sudo()
        asked_ids = readable.activity_ids.filtered_domain(
            [("user_id", "=", user.id), ("activity_type_id", "=", activity_type.id)]
        ).mapped("res_id")
        self.order_id._create_turn_activities(
            activity_type,
            [(order, user) for order in readable if order.id not in asked_ids],
        )
        self.filtered(lambda fact: fact.order_id not in readable)._message_purchaser(
            user
        )

    def _get_vendor_purchasers(self):
        """Who sends these goods back: the buyer of the product's first vendor, where
        Odoo's purchase app is, else who is responsible for the product, else the
        warehouse's person. Who left or works elsewhere is passed over."""
        self.ensure_one()
        product = self.product_id.with_company(self.company_id)
        vendor = product._prepare_sellers()[:1].partner_id
        candidates = [
            vendor.buyer_id if "buyer_id" in vendor._fields else self.env["res.users"],
            product.responsible_id,
            self.order_id._get_turn_users_inspect(),
        ]
        for users in candidates:
            if there := self.order_id._filter_turn_users(users, "base.group_user"):
                return there
        return self.env["res.users"]

    def _message_purchaser(self, user):
        """One message for all, that belongs to no return: he may read none."""
        if not self:
            return
        facts = self.with_context(lang=user.lang)
        rows = [
            fact.env._(
                "%(order)s: %(quantity)s %(uom)s of %(product)s in %(place)s",
                order=fact.order_id.name,
                quantity=fact.line_id._format_quantity(fact.quantity),
                uom=fact.line_id.product_uom_id.name,
                product=" ".join(
                    filter(None, [fact.product_id.display_name, fact.lot_id.name])
                ),
                place=fact.move_id.location_dest_id.display_name,
            )
            for fact in facts
        ]
        facts.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=facts.env._("Returned goods were set aside for their vendor"),
            body=Markup("<ul>%s</ul>")
            % Markup().join(Markup("<li>%s</li>") % row for row in rows),
            email_add_signature=False,
        )
