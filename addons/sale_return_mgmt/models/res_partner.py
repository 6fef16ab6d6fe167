from collections import defaultdict

from odoo import models
from odoo.fields import Domain

# How a move is known to be of a customer: what was sold to him, or his return without
# an order, or what replaced his goods.
CUSTOMER_PATHS = {
    "sale_line_id.order_partner_id": Domain("sale_line_id", "!=", False),
    "return_line_id.partner_id": Domain("sale_line_id", "=", False)
    & Domain("return_line_id", "!=", False),
    "replacement_line_id.partner_id": Domain("sale_line_id", "=", False)
    & Domain("return_line_id", "=", False),
}


class ResPartner(models.Model):
    """A company counts for its contacts, and a contact for those below it."""

    _name = "res.partner"
    _inherit = ["res.partner", "sale.return.rate.mixin"]

    def _count_returns(self):
        partners = self._get_return_partners()
        groups = self.env["sale.return.order"]._read_group(
            [("partner_id", "in", partners.ids)], ["partner_id"], ["__count"]
        )
        counts = defaultdict(int)
        for partner, count in groups:
            for above in self._get_partners_above(partner.id, partners):
                counts[above] += count
        return counts

    def _get_return_units(self):
        partners = self._get_return_partners()
        units = defaultdict(lambda: [0.0, 0.0])
        for path, domain in CUSTOMER_PATHS.items():
            moved = self._sum_return_units(
                path, domain & Domain(path, "in", partners.ids)
            )
            for partner_id, quantities in moved.items():
                for above in self._get_partners_above(partner_id, partners):
                    for index, quantity in enumerate(quantities):
                        units[above][index] += quantity
        return units

    def _get_return_partners(self):
        """These and all below them, with their parents read together, in ``sudo``."""
        # sudo: contacts that the user may not read count for their company
        Partner_sudo = self.env["res.partner"].sudo().with_context(active_test=False)
        return Partner_sudo.search_fetch([("id", "child_of", self.ids)], ["parent_id"])

    def _get_partners_above(self, partner_id, partners):
        """Ids of those of ``self`` that a partner counts for."""
        partner, ours = partners.browse(partner_id), set(self.ids)
        while partner:
            if partner.id in ours:
                yield partner.id
            partner = partner.parent_id
