from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

# Who may read returns, with or without their money.
READER_GROUPS = (
    "sale_return_mgmt.group_sale_return_viewer,"
    "sale_return_mgmt.group_sale_return_warehouse,"
    "account.group_account_invoice,sales_team.group_sale_salesman"
)


class SaleReturnRateMixin(models.AbstractModel):
    """How much of what was delivered came back: of a customer, or of a product.

    Units returned by units delivered, each in the unit of its product, whenever they
    were sold. Both are read from done transfers, Odoo's own returns included, all
    records together.
    """

    _name = "sale.return.rate.mixin"
    _description = "Return Rate"

    return_order_count = fields.Integer(
        "Returns", compute="_compute_return_order_count", groups=READER_GROUPS
    )
    return_rate = fields.Float(
        compute="_compute_return_rate",
        groups=READER_GROUPS,
        aggregator=None,
        help="Units that came back, by units that were delivered.",
    )
    has_return_rate = fields.Boolean(
        compute="_compute_return_rate",
        groups=READER_GROUPS,
        help="Something was delivered: without that there is no rate, not one of zero.",
    )

    def _compute_return_order_count(self):
        can_read = self.env["sale.return.order"].has_access("read")
        counts = self._count_returns() if can_read else {}
        for record in self:
            record.return_order_count = counts.get(record.id, 0)

    @api.depends_context("allowed_company_ids")
    def _compute_return_rate(self):
        units = self._get_return_units()
        for record in self:
            delivered, returned = units[record.id]
            record.has_return_rate = delivered > 0
            record.return_rate = returned / delivered if delivered > 0 else 0.0

    def _count_returns(self):
        """:return: dict of id to the number of returns that the user may read"""
        raise NotImplementedError

    def _get_return_units(self):
        """:return: ``defaultdict`` of id to ``[delivered, returned]``"""
        raise NotImplementedError

    @api.model
    def _sum_return_units(self, path, domain):
        """Units that went to customers and came back, from the transfers.

        :param str path: field of ``stock.move`` to sum by
        :param domain: which moves
        :return: ``defaultdict`` of id to ``[delivered, returned]``, in the products'
            units
        """
        # sudo: who reads returns is told the rate, not the transfers
        Move_sudo = self.env["stock.move"].sudo()
        units = defaultdict(lambda: [0.0, 0.0])
        domains = Move_sudo._get_customer_moves_domains()
        for index, sign, moved in (
            (0, 1, domains["delivered"]),
            (1, 1, domains["returned"]),
            (1, -1, domains["undone"]),
        ):
            for record, product, uom, quantity in Move_sudo._read_group(
                domain & moved & Domain("company_id", "in", self.env.companies.ids),
                [path, "product_id", "product_uom"],
                ["quantity:sum"],
            ):
                units[record.id][index] += sign * uom._compute_quantity(
                    quantity, product.uom_id, round=False
                )
        return units
