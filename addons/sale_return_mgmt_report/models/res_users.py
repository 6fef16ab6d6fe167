from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    sale_return_weekly_summary = fields.Boolean(
        "Weekly Summary of Returns",
        help="By mail, as PDF, in the user's language, of the user's company.",
    )
    sale_return_date_summary = fields.Date(
        "Returns Summarized On",
        readonly=True,
        copy=False,
        help="The Monday after the week that was last sent: no week is sent twice.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "sale_return_weekly_summary"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "sale_return_weekly_summary"]
