from odoo import api, models


class ReportReturnLabel(models.AbstractModel):
    """The label that the customer sticks on the parcel.

    Who may print the slip may print it, and it says the same of where the goods go.
    """

    _name = "report.sale_return_mgmt.report_return_label"
    _description = "Return Label"

    @api.model
    def _get_report_values(self, docids, data=None):
        slip = self.env["report.sale_return_mgmt.report_return_slip"]
        return slip._get_report_values(docids, data)
