import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_inspection import SaleReturnInspectionCommon

REFUSED_ROLES = ("viewer", "clerk", "approver", "storekeeper", "accountant", "employee")


@tagged("post_install", "-at_install")
class TestDock(SaleReturnInspectionCommon):
    """What a scanned code means, and goods that are counted and taken in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.barcode = "4006381333931"
        cls.wrong = cls._create_goods("Table", barcode="4006381333948")
        cls.env["product.uom"].create(
            {
                "product_id": cls.product.id,
                "uom_id": cls.env.ref("uom.product_uom_dozen").id,
                "barcode": "BOX-12",
            }
        )
        cls.order = cls._sell([(cls.product, 20)])
        cls.returned = cls._approved(
            cls.order, {cls.product: 5}, customer_reference="C-77"
        )

    def _dock(self, role="warehouse"):
        return self.env["sale.return.dock"].with_user(self.users[role])

    def _receive_counted(self, sheet, *counts, key="a", **options):
        lines = [
            {"product": product.id, "quantity": quantity}
            for product, quantity in counts
        ]
        return self._dock().receive(sheet["id"], key, sheet["stamp"], lines, **options)

    def _received_quantities(self):
        lines = self.returned.sudo().line_ids
        return {
            (line.product_id, line.discrepancy): line.quantity_received
            for line in lines
        }

    # === CODES === #

    def test_a_return_is_found_by_what_is_on_its_parcel(self):
        returned = self.returned.sudo()
        returned.external_ref = "X-1"
        picking = returned.picking_ids
        picking.return_tracking_ref = "TRK-9"
        for code in (
            returned.name,
            returned.name.lower(),
            f" {returned.name}\t",
            "C-77",
            "X-1",
            "TRK-9",
            picking.name,
        ):
            with self.subTest(code=code):
                [found] = self._dock().find_return(code)
                self.assertEqual(found["id"], returned.id)
                self.assertEqual(found["partner"], "Customer")

    def test_unknown_codes_find_nothing(self):
        self._request(self.order, {self.product: 1}, customer_reference="C-78")
        for code in ("NOPE", "", "   ", "%", "RET%", "C-78", None, 7, ["x"], "\0"):
            with self.subTest(code=code):
                self.assertEqual(self._dock().find_return(code), [])
                self.assertEqual(self._dock().find_product(code), [])

    def test_several_returns_are_offered_those_that_wait_first(self):
        other = self._approved(self.order, {self.product: 1}, customer_reference="C-77")
        found = self._dock().find_return("C-77")
        self.assertEqual({one["id"] for one in found}, set((self.returned + other).ids))

    def test_goods_are_known_by_barcode_packaging_and_reference(self):
        for code, quantity in (
            ("4006381333931", 1),
            ("BOX-12", 12),
            (self.product.default_code, 1),
        ):
            with self.subTest(code=code):
                [found] = self._dock().find_product(code)
                self.assertEqual(found["product"], self.product.id)
                self.assertEqual(found["quantity"], quantity)

    def test_gs1_codes_tell_product_lot_and_quantity(self):
        lot_product = self._create_goods(
            "Vial", tracking="lot", barcode="4006381333955"
        )
        code = "01040063813339551" + "0LOT7"
        self.assertEqual(self._dock().find_product(code), [])
        self.company.nomenclature_id = self.env.ref(
            "barcodes_gs1_nomenclature.default_gs1_nomenclature"
        )
        [found] = self._dock().find_product(code)
        self.assertEqual(found["product"], lot_product.id)
        self.assertEqual(found["lot"], "LOT7")

    # === RECEIVING === #

    def test_sheet_tells_what_is_awaited_and_no_money(self):
        sheet = self._dock().open_return(self.returned.id)
        [row] = sheet["expected"]
        self.assertEqual((row["product"], row["quantity"]), (self.product.id, 5))
        self.assertEqual(row["barcodes"], {"4006381333931": 1, "BOX-12": 12})
        text = json.dumps(sheet)
        for word in ("price", "amount", "credit", "cost", "currency", "100.0"):
            self.assertNotIn(word, text)

    def test_what_was_counted_is_received_and_the_rest_stays_awaited(self):
        sheet = self._dock().open_return(self.returned.id)
        sheet = self._receive_counted(sheet, (self.product, 3))
        self.assertEqual(self._received_quantities(), {(self.product, False): 3})
        [row] = sheet["expected"]
        self.assertEqual(row["quantity"], 2)
        [row] = sheet["waiting"]
        self.assertEqual(row["quantity"], 3)

    def test_one_parcel_with_several_transfers_is_counted_at_once(self):
        policy = self.env["sale.return.policy"].sudo()
        policy.create(
            {
                "name": "Tables are not inspected",
                "product_ids": self.wrong.ids,
                "requires_inspection": "no",
            }
        )
        order = self._sell([(self.product, 3), (self.wrong, 2)])
        self.returned = self._approved(order)
        sheet = self._dock().open_return(self.returned.id)
        self.assertCountEqual(
            [transfer["goods"] for transfer in sheet["transfers"]],
            [f"3 {self.product.display_name}", f"2 {self.wrong.display_name}"],
        )
        sheet = self._receive_counted(sheet, (self.product, 1), (self.wrong, 3))
        self.assertEqual(
            self._received_quantities(),
            {
                (self.product, False): 1,
                (self.wrong, False): 2,
                (self.wrong, "excess"): 1,
            },
        )
        [transfer] = sheet["transfers"]
        self.assertEqual(transfer["goods"], f"2 {self.product.display_name}")

    def test_a_wrong_product_and_too_many_are_recorded(self):
        sheet = self._dock().open_return(self.returned.id)
        sheet = self._receive_counted(sheet, (self.product, 7), (self.wrong, 1))
        self.assertEqual(
            self._received_quantities(),
            {
                (self.product, False): 5,
                (self.product, "excess"): 2,
                (self.wrong, "wrong_product"): 1,
            },
        )
        self.assertEqual(sheet["expected"], [])
        self.assertEqual(len(sheet["waiting"]), 3)

    def test_the_same_step_twice_receives_once(self):
        sheet = self._dock().open_return(self.returned.id)
        first = self._receive_counted(sheet, (self.product, 3))
        again = self._receive_counted(sheet, (self.product, 3))
        self.assertEqual(again, first)
        self.assertEqual(self._received_quantities(), {(self.product, False): 3})

    def test_who_counted_on_an_old_sheet_is_refused(self):
        sheet = self._dock().open_return(self.returned.id)
        self._receive_counted(sheet, (self.product, 3))
        with self.assertRaisesRegex(UserError, "Somebody else has worked on"):
            self._receive_counted(sheet, (self.product, 3), key="b")
        self.assertEqual(self._received_quantities(), {(self.product, False): 3})

    def test_what_cannot_be_counted_is_refused(self):
        sheet = self._dock().open_return(self.returned.id)
        stamp = sheet["stamp"]
        for counts in (
            [],
            [{"product": self.product.id, "quantity": 0}],
            [{"product": self.product.id, "quantity": -1}],
            [{"product": self.product.id, "quantity": float("nan")}],
            [{"product": 2**31 - 1, "quantity": 1}],
            ["x"],
        ):
            with self.subTest(counts=counts), self.assertRaises(UserError):
                self._dock().receive(sheet["id"], "k", stamp, counts)
        for nonsense in (None, "x", -1, 2**31 - 1, [self.returned.id]):
            with self.subTest(id=nonsense), self.assertRaises(UserError):
                self._dock().open_return(nonsense)
        self.assertFalse(self.returned.sudo().receipt_status == "partial")

    def test_serial_numbers_come_with_what_was_scanned(self):
        product = self._create_goods("Phone", tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": f"SN{n}", "product_id": product.id} for n in (1, 2)]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        order = self._sell([(product, 2)], deliver=False, invoice=False)
        picking = order.picking_ids
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.move_line_ids = [
            Command.create(
                {
                    "picking_id": picking.id,
                    "product_id": product.id,
                    "lot_id": lot.id,
                    "quantity": 1,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.customers.id,
                }
            )
            for lot in lots
        ]
        picking.move_ids.picked = True
        picking.button_validate()
        returned = self._approved(order)
        sheet = self._dock().open_return(returned.id)
        [row] = sheet["expected"]
        self.assertEqual(row["lots"], ["SN1", "SN2"])
        [found] = self._dock().find_product("SN2")
        self.assertEqual((found["product"], found["lot"]), (product.id, "SN2"))
        counts = [
            {
                "product": product.id,
                "quantity": 1,
                "lots": [{"name": "SN2", "quantity": 1}],
            }
        ]
        sheet = self._dock().receive(sheet["id"], "k", sheet["stamp"], counts)
        [waiting] = sheet["waiting"]
        self.assertEqual(waiting["lot_name"], "SN2")

    # === RIGHTS === #

    def test_only_the_warehouse_works_at_the_dock(self):
        stamp = self._dock().open_return(self.returned.id)["stamp"]
        counts = [{"product": self.product.id, "quantity": 1}]
        id_ = self.returned.id
        calls = {
            "find_return": ("C-77",),
            "find_product": ("BOX-12",),
            "open_return": (id_,),
            "receive": (id_, "k", stamp, counts),
            "inspect": (id_, "k", stamp, []),
            "accept_all": (id_,),
            "print_labels": (id_,),
        }
        Dock = type(self.env["sale.return.dock"])
        base = dir(type(self.env["base"]))
        public = {name for name in set(dir(Dock)) - set(base) if name[0] != "_"}
        self.assertEqual(set(calls), public)
        self.users = self.users | {
            "portal": new_test_user(self.env, "return_portal", "base.group_portal"),
            "public": self.env.ref("base.public_user"),
        }
        for role in (*REFUSED_ROLES, "portal", "public"):
            dock = self._dock(role)
            for name, arguments in calls.items():
                with (
                    self.subTest(role=role, name=name),
                    self.assertRaises(AccessError),
                ):
                    getattr(dock, name)(*arguments)
        self.assertFalse(self.returned.sudo().inspection_ids)
        self.assertEqual(self._received_quantities(), {(self.product, False): 0})

    def test_what_is_not_approved_is_not_opened(self):
        draft = self._request(self.order, {self.product: 1})
        with self.assertRaises(AccessError):
            self._dock().open_return(draft.id)
        with self.assertRaises(UserError):
            self._dock("manager").open_return(draft.id)

    # === LISTS === #

    def test_expected_goods_are_grouped_by_day_and_warehouse(self):
        Picking = self.env["stock.picking"].with_user(self.users["warehouse"])
        groups = Picking.formatted_read_group(
            [("return_order_id", "=", self.returned.id)],
            ["return_date_expected:day", "return_warehouse_id"],
            ["__count"],
        )
        self.assertEqual(len(groups), 1)
        self.assertEqual(groups[0]["return_warehouse_id"][0], self.warehouse.id)
        action = self._as("warehouse", self.returned.picking_ids).action_open_dock()
        self.assertEqual(action["params"]["return_id"], self.returned.id)
        self.assertEqual(action["tag"], "sale_return_dock")
