from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_delivery_lines(self):
        return self.order_line.filtered("is_delivery")

    def _is_given_back(self, expected):
        """Whether all that was delivered is accepted back for credit, and nothing more
        is on its way to the customer. What he keeps has not come back.

        :param expected: return lines counted as if all that they were granted was
            accepted; drafts as if they were submitted
        """
        self.ensure_one()
        goods = self.order_line.filtered(lambda line: line.product_id.type == "consu")
        others = goods.return_line_ids - expected - expected._origin
        others = others.filtered(
            lambda line: line.state in ("submitted", "approved", "done")
        )
        returned = (others | expected).filtered(lambda line: not line.discrepancy)
        left = goods._get_returnable_goods()
        for line in expected.filtered(lambda line: line.state == "draft"):
            left_of_line = left.get(line.sale_line_id, {})
            asked = line._get_goods(line._to_product_uom(line.quantity))
            for product in asked.keys() & left_of_line.keys():
                left_of_line[product] -= asked[product]
        return (
            bool(returned)
            and all(line._is_given_back(line in expected) for line in returned)
            and all(
                product.uom_id.compare(quantity, 0) <= 0
                for quantities in left.values()
                for product, quantity in quantities.items()
            )
            and not goods.move_ids._filter_heading_to_customer()
        )
