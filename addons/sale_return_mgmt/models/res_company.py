from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sale_return_refund_trigger = fields.Selection(
        [("receipt", "When the goods are received"), ("manual", "By hand")],
        "Create Credit Notes",
        required=True,
        default="receipt",
    )
    sale_return_post_refund = fields.Boolean("Post Credit Notes", default=True)
    sale_return_four_eyes = fields.Boolean(
        "Four-Eyes Principle",
        default=True,
        help="Nobody approves a return that they created, submitted or edited.",
    )
