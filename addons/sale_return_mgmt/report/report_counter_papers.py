from odoo import api, models


class ReportCounterPapers(models.AbstractModel):
    """All that a customer takes along from the counter in one print: the slip, and the
    credit notes."""

    _name = "report.sale_return_mgmt.report_counter_papers"
    _description = "Return Papers"

    @api.model
    def _get_report_values(self, docids, data=None):
        Slip = self.env["report.sale_return_mgmt.report_return_slip"]
        values = Slip._get_report_values(docids, data)
        # As the user: who may not see amounts is refused.
        values["docs"].check_access("read")
        refunds = values["docs"].refund_ids
        refunds.check_access("read")
        refunds_sudo = refunds.sudo()  # the customer's own paper, as a whole
        return values | {
            "refunds": refunds_sudo.filtered(lambda move: move.state == "posted"),
        }
