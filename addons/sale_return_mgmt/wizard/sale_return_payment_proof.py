from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class SaleReturnPaymentProof(models.TransientModel):
    """Shows the customer of a return that the money is on its way."""

    _name = "sale.return.payment.proof"
    _description = "Send Proof of Payment"

    payment_id = fields.Many2one("account.payment", required=True)
    return_order_id = fields.Many2one(related="payment_id.return_order_id")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Proof of Payment",
        required=True,
        help="For instance the bank's confirmation, as PDF.",
    )
    note = fields.Text("Message")

    def action_send(self):
        """Keep the files with payment and credit note, send them to the customer."""
        self.ensure_one()
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Only accounting can send the proof of a payment.")
            )
        payment = self.payment_id
        payment.check_access("write")
        # sudo: accountants may only read returns
        order_sudo = self.sudo().return_order_id
        if not order_sudo or payment.state not in ("in_process", "paid"):
            raise UserError(
                self.env._("Confirm the payment first: what is not paid has no proof.")
            )
        if not self.attachment_ids:
            raise UserError(self.env._("Attach the file that proves the payment."))
        self.attachment_ids.write({"res_model": payment._name, "res_id": payment.id})
        payment.message_post(attachment_ids=self.attachment_ids.ids)
        # sudo: only this step says so
        payment.sudo().return_proof_date = fields.Datetime.now()
        # sudo: who reads returns cannot open payments, and gets copies
        files_sudo = self.sudo().attachment_ids
        payment_sudo = payment.sudo()  # sudo: as above
        order_sudo._send_payment_proof(payment_sudo, files_sudo, self.note)
        return {"type": "ir.actions.act_window_close"}
