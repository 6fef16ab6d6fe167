from odoo.tests import HttpCase, tagged

from odoo.addons.sale_return_mgmt.tests.common_inspection import (
    SaleReturnInspectionCommon,
)


@tagged("native", "post_install", "-at_install")
class TestTourDashboard(SaleReturnInspectionCommon, HttpCase):
    """Management's questions in the browser, each answer with its records."""

    def test_each_figure_leads_to_its_records(self):
        self.env = self.env(su=True)
        self.env["product.category"].create({"name": "Of this tour"})
        order = self._sell([(self.product, 10)])
        returned = self._received(order, {self.product: 3})
        self._as("manager", returned).action_inspect_all()
        waiting = self._request(order, {self.product: 1})
        waiting.action_submit()
        manager = self.users["manager"]
        manager.write({"login": "return_dashboard_tour", "lang": "en_US"})
        manager.password = "return_dashboard_tour"
        self.start_tour(
            "/odoo/action-sale_return_mgmt_report.sale_return_dashboard_action",
            "sale_return_dashboard_tour",
            login="return_dashboard_tour",
        )
