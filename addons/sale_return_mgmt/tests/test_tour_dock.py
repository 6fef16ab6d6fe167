from odoo.tests import HttpCase, tagged

from .common_inspection import SaleReturnInspectionCommon


class DockTourCommon(SaleReturnInspectionCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(su=True)
        cls.product.barcode = "4006381333931"
        cls.table = cls._create_goods("Table", barcode="4006381333948")
        cls.users["warehouse"].write({"login": "return_dock", "lang": "en_US"})
        cls.users["warehouse"].password = "return_dock"
        order = cls._sell([(cls.product, 5)])
        cls.returned = cls._approved(order, customer_reference="DOCK-TOUR").sudo()
        cls.returned.line_ids.policy_id.inspection_instructions = "<p>Plug it in.</p>"
        cls.mat = cls._create_goods("Mat", barcode="4006381333955")
        cls.env["sale.return.policy"].create(
            {
                "name": "Mats are not inspected",
                "product_ids": cls.mat.ids,
                "requires_inspection": "no",
            }
        )
        # One goes to inspection and one to stock: two transfers for one parcel.
        order = cls._sell([(cls.product, 1), (cls.mat, 1)])
        cls.parcel = cls._approved(order, customer_reference="DOCK-BOTH").sudo()

    def _tour(self):
        self.start_tour(
            "/odoo/return-dock", "sale_return_dock_tour", login="return_dock"
        )
        lines = self.returned.line_ids
        self.assertEqual(
            {(one.product_id, one.discrepancy): one.quantity_received for one in lines},
            {(self.product, False): 5, (self.table, "wrong_product"): 1},
        )
        facts = self.returned.inspection_ids
        self.assertEqual(sorted(facts.mapped("quantity")), [1, 2, 3])
        damaged = facts.filtered(lambda fact: fact.quantity == 2)
        self.assertEqual(damaged.condition, "damaged")
        self.assertEqual(
            sorted(damaged.attachment_ids.mapped("name")),
            ["rattle.webm", "scratch.png"],
        )
        self.assertEqual(len(self.parcel.picking_ids), 2)
        self.assertEqual(self.parcel.receipt_status, "full")


@tagged("post_install", "-at_install")
class TestTourDockTablet(DockTourCommon):
    """A storekeeper takes a parcel in on a tablet."""

    browser_size = "1024x768"
    touch_enabled = True

    def test_tour(self):
        self._tour()


@tagged("post_install", "-at_install")
class TestTourDockPhone(DockTourCommon):
    """The same on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_tour(self):
        self._tour()
