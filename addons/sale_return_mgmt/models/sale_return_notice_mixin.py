from odoo import fields, models

from .sale_return_notice import STATES_BY_KIND


class SaleReturnNoticeMixin(models.AbstractModel):
    """What the customer is told about a return, by mail and on its page."""

    _name = "sale.return.notice.mixin"
    _description = "Return Mails"

    notice_ids = fields.One2many(
        "sale.return.notice",
        "order_id",
        "Mails to the Customer",
        readonly=True,
        groups="sale_return_mgmt.group_sale_return_viewer",
    )

    def _is_news(self, kind):
        """Whether the customer is to hear of it, asked when it happens and when it is
        sent.

        At the counter he stands there until he gets his money or goods.
        """
        self.ensure_one()
        if self.channel == "counter" and kind not in ("refunded", "replaced"):
            return False
        if self.state not in STATES_BY_KIND.get(kind, (self.state,)):
            return False
        if kind == "discrepancy":
            return any(
                line.discrepancy
                and not line.product_uom_id.is_zero(line.quantity_received)
                for line in self.line_ids
            )
        if kind == "refunded":
            # sudo: the amounts are nobody's business here, only whether all is paid
            order_sudo = self.sudo()
            return bool(
                order_sudo.refund_status in ("refunded", "paid")
                and order_sudo._get_posted_refunds()
            )
        if kind == "rating":
            return not self.satisfaction and any(
                line.quantity_accepted for line in self.line_ids
            )
        return True

    def _get_posted_refunds(self):
        return self.refund_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_refund"
        ).sorted("id")

    def _get_fee_kept(self):
        """The fee on posted credit notes, taxes included; 0.0 if none."""
        lines = self._get_posted_refunds().invoice_line_ids.filtered("is_return_fee")
        return -sum(line.move_id.direction_sign * line.price_total for line in lines)

    def _preview_notice(self, kind):
        template = self.env.ref(f"sale_return_mgmt.mail_template_{kind}")
        return {
            "type": "ir.actions.act_window",
            "name": template.name,
            "res_model": "mail.template.preview",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_mail_template_id": template.id,
                "default_resource_ref": f"{self._name},{self.id}",
                "default_lang": self.partner_id.lang,
            },
        }

    def _get_lines_to_tell(self):
        """What the customer asked for, or what of it was granted."""
        return self.line_ids.filtered(
            lambda line: (
                not line.discrepancy
                and not line.product_uom_id.is_zero(line._get_granted_quantity())
            )
        )

    def _expects_goods(self):
        return any(line.goods_return == "return" for line in self._get_lines_to_tell())

    def _get_replacement_tracking(self):
        """Numbers of the parcels with replacements, where a carrier gave them."""
        pickings = self.replacement_picking_ids | self.replacement_order_ids.picking_ids
        if "carrier_tracking_ref" not in pickings._fields:  # of Odoo's delivery
            return ""
        sent = pickings.filtered(lambda picking: picking.state == "done")
        return ", ".join(filter(None, sent.mapped("carrier_tracking_ref")))

    def _is_freight_ours(self):
        """Whether we pay for the way back: as soon as we do for one of its lines."""
        self.ensure_one()
        return any(
            line._is_freight_ours()
            for line in self._get_lines_to_tell()
            if line.goods_return == "return"
        )

    def _get_customer_texts(self):
        """What the policies of this return say to customers, each once."""
        return self.line_ids.policy_id.mapped("customer_text")
