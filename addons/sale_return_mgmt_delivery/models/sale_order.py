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
        left = goods._get_returnable_quantities()
        for line in expected.filtered(lambda line: line.state == "draft"):
            if line.product_id == line.sale_line_id.product_id:
                left[line.sale_line_id] -= line._to_product_uom(line.quantity)
        return (
            bool(returned)
            and all(line._is_given_back(line in expected) for line in returned)
            and all(
                line.product_id.uom_id.compare(quantity, 0) <= 0
                for line, quantity in left.items()
            )
            and not goods.move_ids.filtered(
                lambda move: (
                    move.state not in ("done", "cancel")
                    and move.location_dest_id.usage == "customer"
                )
            )
        )
