from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_inspection import SaleReturnInspectionCommon


@tagged("post_install", "-at_install")
class TestInspectionRefused(SaleReturnInspectionCommon):
    """Who may not inspect, and what is no inspection."""

    # === WHO MAY === #

    def test_only_the_warehouse_inspects_and_undoes(self):
        return_order = self._received(self._sell([(self.product, 3)]))
        for role in ("viewer", "clerk", "approver", "accountant", "storekeeper"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, return_order).action_inspect_all()
            with self.subTest(role=role, dialog=True), self.assertRaises(AccessError):
                self._open_dialog(return_order, role)
        self.assertFalse(return_order.inspection_ids)
        self._as("manager", return_order).action_inspect_all()
        for role in ("viewer", "clerk", "approver", "accountant", "storekeeper"):
            with self.subTest(role=role, undo=True), self.assertRaises(AccessError):
                self._as(role, return_order.inspection_ids).action_undo()
        self.assertEqual(len(return_order.inspection_ids), 1)

    def test_readers_of_returns_read_inspections(self):
        return_order = self._received(self._sell([(self.product, 3)]))
        self._as("warehouse", return_order).action_inspect_all()
        for role in ("viewer", "clerk", "approver", "accountant", "warehouse"):
            with self.subTest(role=role):
                [row] = self._as(role, return_order).inspection_ids.read()
                self.assertEqual(row["quantity"], 3)
        with self.assertRaises(AccessError):
            self._as("employee", return_order.inspection_ids).read(["quantity"])

    def test_inspections_are_facts(self):
        return_order = self._received(self._sell([(self.product, 3)]))
        self._as("warehouse", return_order).action_inspect_all()
        fact = return_order.inspection_ids
        for role in ("clerk", "warehouse", "manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, fact).create({"line_id": fact.line_id.id, "quantity": 1})
            with self.subTest(role=role), self.assertRaises(UserError):
                self._as(role, fact).write({"quantity": 1})
            with self.subTest(role=role), self.assertRaises(UserError):
                self._as(role, fact).unlink()
        for records in (fact, fact.sudo()):
            with self.assertRaises(UserError):
                records.write({"quantity": 1})
            with self.assertRaises(UserError):
                records.unlink()
        with self.assertRaises(UserError):
            self._as("warehouse", return_order).write(
                {"inspection_ids": [(0, 0, {"quantity": 1})]}
            )
        draft = self._request(self._sell([(self.product, 3)]))
        for name in ("quantity_accepted", "quantity_to_inspect", "inspection_required"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                draft.line_ids.write({name: 3})
        with self.assertRaises(AccessError):
            draft.write({"inspection_status": "done"})

    def test_nothing_is_inspected_before_approval(self):
        return_order = self._request(self._sell([(self.product, 3)]))
        with self.assertRaises(AccessError):
            self._as("warehouse", return_order).action_inspect_all()
        with self.assertRaises(UserError):
            self._as("manager", return_order).action_inspect_all()

    # === WHAT IS REFUSED === #

    def test_wrong_numbers_are_refused(self):
        return_order = self._received(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        line = return_order.line_ids
        warehouse = self._as("warehouse", return_order)
        for quantity in (
            float("nan"),
            float("inf"),
            float("-inf"),
            -1,
            0,
            1e10,
            0.001,
            True,
            "2",
            None,
        ):
            with (
                self.subTest(quantity=quantity),
                self.assertRaises(UserError) as refusal,
            ):
                warehouse._inspect(
                    [
                        {
                            "line": line,
                            "quantity": quantity,
                            "disposition": self.dispositions["restock"],
                        }
                    ]
                )
            self.assertEqual(refusal.exception.sale_return_code, "INVALID")
            self.assertIn(line.product_id.display_name, str(refusal.exception))
        self.assertFalse(return_order.inspection_ids)

    def test_more_than_came_is_refused(self):
        return_order = self._received(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        line = return_order.line_ids
        self._assert_refused(
            return_order,
            (line, "restock", 4),
            "INVALID",
            "4 Units to inspect, but only 3",
        )
        with self.assertRaises(UserError) as refusal:
            self._inspect(return_order, (line, "restock", 2), (line, "scrap", 2))
        self.assertIn("only 1", str(refusal.exception))
        self.assertFalse(return_order.inspection_ids)

    def test_lines_of_other_returns_are_refused(self):
        return_order = self._received(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        other = self._approved(self._sell([(self.product, 5)]), {self.product: 1})
        self._assert_refused(return_order, (other.line_ids, "restock", 1), "NOT_FOUND")

    def test_foreign_dispositions_and_places_are_refused(self):
        return_order = self._received(
            self._sell([(self.product, 5)]), {self.product: 3}
        )
        line = return_order.line_ids
        for location in (self.waiting, self.customers):
            with self.subTest(location=location.name):
                self._assert_refused(
                    return_order,
                    (line, "restock", 1, {"location_id": location.id}),
                    "INVALID",
                    location.display_name,
                )
        self._assert_refused(
            return_order,
            (line, "scrap", 1, {"location_id": self.warehouse.lot_stock_id.id}),
            "INVALID",
        )
        self.dispositions["repair"].sudo().active = False
        self._assert_refused(return_order, (line, "repair", 1), "INVALID", "archived")

    def test_a_disposition_fits_its_location(self):
        Disposition = self._as("manager", self.env["sale.return.disposition"])
        scrap = self.warehouse._get_sale_return_place("scrap")
        for kind, location in (
            ("restock", scrap),
            ("scrap", self.warehouse.lot_stock_id),
            ("return_to_customer", self.customers),
            ("quarantine", self.waiting),
        ):
            with self.subTest(kind=kind), self.assertRaises(ValidationError):
                Disposition.create(
                    {
                        "name": "Odd",
                        "code": "ODD",
                        "kind": kind,
                        "accepts": False,
                        "location_id": location.id,
                        "company_id": self.company.id,
                    }
                )
        with self.assertRaises(AccessError):
            self._as("warehouse", Disposition).create({"name": "Odd", "code": "ODD"})
