from datetime import datetime, timedelta
from itertools import product as combine

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common_inspection import SaleReturnInspectionCommon

METHODS = ("standard", "average", "fifo")
VALUATIONS = ("periodic", "real_time")


@tagged("post_install", "-at_install")
class TestValue(SaleReturnInspectionCommon):
    """What comes back is worth what it was worth when it left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.valuation_account, cls.variation_account = (
            cls.env["account.account"]
            .sudo()
            .create(
                [
                    {"name": name, "code": code, "account_type": account_type}
                    for name, code, account_type in (
                        ("Goods in Stock", "RET100", "asset_current"),
                        ("Change of Stock", "RET200", "expense"),
                    )
                ]
            )
        )

    def _create_valued(self, method, valuation, lots=False, kind=""):
        """A product of which 5 came in at 10 and 5 at 20, with their lots.

        :param kind: of disposition that it is for, in its name
        """
        category = (
            self.env["product.category"]
            .sudo()
            .create(
                {
                    "name": f"{method} {valuation}",
                    "property_cost_method": method,
                    "property_valuation": valuation,
                    "property_stock_valuation_account_id": self.valuation_account.id,
                }
            )
        )
        self.valuation_account.account_stock_variation_id = self.variation_account
        product = self.env["product.product"].create(
            {
                "name": f"{method} {valuation} {lots} {kind}",
                "type": "consu",
                "is_storable": True,
                "list_price": 100.0,
                "invoice_policy": "delivery",
                "categ_id": category.id,
                "standard_price": 10.0,
                "taxes_id": [Command.set(self.tax_excluded.ids)],
                **({"tracking": "lot", "lot_valuated": True} if lots else {}),
            }
        )
        by_cost = {}
        for cost in (10.0, 20.0):
            lot = self.env["stock.lot"]
            if lots:
                lot = lot.create({"name": f"LOT-{cost:g}", "product_id": product.id})
                if method == "standard":
                    lot.standard_price = cost
            self._bring_in(product, lot, 5, cost)
            by_cost[cost] = lot
        return product, by_cost

    def _bring_in(self, product, lot, quantity, cost):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": quantity,
                "location_id": self.suppliers.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "value_manual": quantity * cost,
                "picked": True,
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "quantity": quantity,
                            "lot_id": lot.id,
                            "location_id": self.suppliers.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        move._action_done()

    def _get_values(self, product):
        """Value in stock, in all and by lot, and on the account of the stock."""
        self.env.flush_all()
        self.env.invalidate_all()
        lots = self.env["stock.lot"].search([("product_id", "=", product.id)])
        balances = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("account_id", "=", self.valuation_account.id),
                    ("product_id", "=", product.id),
                    ("parent_state", "=", "posted"),
                ]
            )
        )
        return (
            round(product.total_value, 2),
            [round(lot.total_value, 2) for lot in lots.sorted("id")],
            round(sum(balances.mapped("balance")), 2),
        )

    def _create_all_valued(self, *choices):
        """One valued product for each way to combine the choices."""
        return {choice: self._create_valued(*choice)[0] for choice in combine(*choices)}

    def test_a_full_return_restores_the_value(self):
        products = self._create_all_valued(METHODS, VALUATIONS, (False, True))
        before = {choice: self._get_values(products[choice]) for choice in products}
        # Seven of ten: all of the first five and two of the others.
        order = self._sell([(product, 7) for product in products.values()])
        for choice, product in products.items():
            with self.subTest("delivered", choice=choice):
                self.assertTrue(before[choice][0])
                self.assertLess(self._get_values(product)[0], before[choice][0])
        return_order = self._received(order)
        for choice, product in products.items():
            with self.subTest("waiting", choice=choice):
                self.assertEqual(self._get_values(product)[:2], before[choice][:2])
        self._as("warehouse", return_order).action_inspect_all()
        self.assertEqual(return_order.state, "done")
        for choice, product in products.items():
            with self.subTest("back in stock", choice=choice):
                self.assertEqual(self._get_values(product), before[choice])

    def test_a_value_that_was_typed_in_stays(self):
        """Also when the credit note makes Odoo value the receipt again."""
        self.company.sale_return_refund_trigger = "manual"
        self.company.sale_return_inspection_required = False
        product, _lots = self._create_valued("standard", "periodic")
        order = self._sell([(product, 2), (self.product, 2)])
        return_order = self._received(order)
        move, other = return_order.sudo().line_ids.move_ids
        self.assertEqual((move.value, other.value), (20.0, 120.0))
        move.value_manual = 7.0
        self._as("manager", return_order).action_settle()
        self.assertEqual(return_order.state, "done")
        self.assertEqual((move.value, other.value), (7.0, 120.0))
        # Nobody hides it by what he brings in the context.
        blind = move.with_context(moves_without_typed_value=move.ids)
        self.assertEqual(blind._get_manual_value(2)["value"], 7.0)

    def test_a_lot_comes_back_at_its_own_cost(self):
        for method in METHODS:
            # All of it in one second too, as a script or a counter is that quick.
            with self.subTest(method=method), freeze_time("2026-06-15 12:00:00"):
                product, by_cost = self._create_valued(method, "periodic", lots=True)
                order = self._sell([(product, 10)])
                self.assertEqual(self._get_values(product)[0], 0)
                self._take_back(order, {by_cost[20.0]: 2, by_cost[10.0]: 1})
                self.assertEqual(self._get_values(product)[:2], (50.0, [10.0, 40.0]))

    def test_a_lot_comes_back_at_what_it_left_with(self):
        """Whatever it costs by then, and however often others came back before."""
        for method in METHODS:
            with self.subTest(method=method):
                product, by_cost = self._create_valued(method, "periodic", lots=True)
                order = self._sell([(product, 10)])
                self._bring_in(product, by_cost[20.0], 5, 70.0)
                if method != "standard":
                    self.assertEqual(by_cost[20.0].standard_price, 70.0)
                values, costs = [], []
                for lot in (by_cost[10.0], by_cost[20.0]) * 3:
                    self.env.invalidate_all()
                    before = self.env.cr.sql_log_count
                    values.append(self._take_back(order, {lot: 1}).value)
                    costs.append(self.env.cr.sql_log_count - before)
                self.assertEqual(values, [10.0, 20.0] * 3)
                self.assertLess(costs[5], costs[1] * 1.5)

    def test_of_a_delivery_of_before_lots_count_with_their_cost_of_today(self):
        product, by_cost = self._create_valued("average", "periodic", lots=True)
        order = self._sell([(product, 10)])
        delivered = order.picking_ids.move_ids.move_line_ids
        delivered.sudo().sale_return_lot_cost = 0.0
        self.assertEqual(self._take_back(order, {by_cost[20.0]: 2}).value, 40.0)
        with freeze_time("2020-01-01"):  # a clock that was set back
            self.assertEqual(self._take_back(order, {by_cost[10.0]: 2}).value, 20.0)

    def test_more_of_a_lot_that_left_keeps_the_costs(self):
        product, by_cost = self._create_valued("average", "periodic", lots=True)
        order = self._sell([(product, 7)])
        self._bring_in(product, by_cost[10.0], 5, 30.0)
        self.assertEqual(by_cost[10.0].standard_price, 30.0)
        delivery = order.picking_ids
        delivery.action_toggle_is_locked()
        line = delivery.move_ids.move_line_ids.filtered(
            lambda line: line.lot_id == by_cost[20.0]
        )
        line.quantity = 3
        costs = delivery.move_ids.move_line_ids.sudo().mapped("sale_return_lot_cost")
        self.assertEqual(costs, [10.0, 20.0])

    def test_where_odoo_values_a_delivery_again_the_lots_follow(self):
        product, by_cost = self._create_valued("average", "periodic", lots=True)
        order = self._sell([(product, 10)])
        with freeze_time(datetime.now() + timedelta(minutes=1)):
            by_cost[20.0].standard_price = 70.0
            self.assertEqual(order.picking_ids.move_ids.value, 400.0)
            self.assertEqual(self._take_back(order, {by_cost[20.0]: 2}).value, 140.0)

    def test_nobody_reads_or_sets_what_a_lot_left_with(self):
        product, _by_cost = self._create_valued("average", "periodic", lots=True)
        lines = self._sell([(product, 10)]).picking_ids.move_ids.move_line_ids
        self.assertEqual(lines.sudo().mapped("sale_return_lot_cost"), [10.0, 20.0])
        for role in ("storekeeper", "warehouse", "manager"):
            seen = lines.with_user(self.users[role])
            with self.subTest(role=role), self.assertRaises(AccessError):
                seen.read(["sale_return_lot_cost"])
            with self.subTest(role=role), self.assertRaises(AccessError):
                seen.write({"sale_return_lot_cost": 1.0})

    def _take_back(self, order, lots):
        """Receive so much of each lot; the receipt's move."""
        return_order = self._approved(
            order, {order.order_line.product_id: sum(lots.values())}
        )
        receipt = self._as("storekeeper", return_order.sudo().picking_ids)
        receipt.move_ids.move_line_ids.unlink()
        receipt.move_ids.move_line_ids = [
            Command.create(
                {
                    "product_id": lot.product_id.id,
                    "lot_id": lot.id,
                    "quantity": quantity,
                    "picking_id": receipt.id,
                }
            )
            for lot, quantity in lots.items()
        ]
        self._receive_as_is(receipt)
        return receipt.move_ids.sudo()

    def _receive_as_is(self, receipt):
        receipt.move_ids.picked = True
        receipt.button_validate()

    def test_goods_set_aside_keep_their_value(self):
        products = self._create_all_valued(
            METHODS, ("periodic",), (False,), ("repair", "vendor", "quarantine")
        )
        before = {choice: self._get_values(products[choice]) for choice in products}
        return_order = self._received(
            self._sell([(product, 4) for product in products.values()])
        )
        kinds = {product: choice[3] for choice, product in products.items()}
        self._inspect(
            return_order,
            *((line, kinds[line.product_id], 4) for line in return_order.line_ids),
        )
        for choice, product in products.items():
            with self.subTest(choice=choice):
                self.assertEqual(self._get_values(product), before[choice])

    def test_scrap_takes_its_value_away(self):
        products = self._create_all_valued(METHODS, ("periodic",), (False, True))
        before = {choice: self._get_values(products[choice]) for choice in products}
        return_order = self._received(
            self._sell([(product, 4) for product in products.values()])
        )
        self._as("warehouse", return_order).action_inspect_all("SCRAP")
        moves = return_order.sudo().inspection_ids.move_ids
        for choice, product in products.items():
            scrapped = moves.filtered(lambda move, of=product: move.product_id == of)
            value = sum(scrapped.mapped("value"))
            with self.subTest(choice=choice):
                self.assertGreater(value, 0)
                left = round(before[choice][0] - value, 2)
                self.assertEqual(self._get_values(product)[0], left)
        self._as("warehouse", return_order.inspection_ids).action_undo()
        for choice, product in products.items():
            with self.subTest("undone", choice=choice):
                self.assertEqual(self._get_values(product)[:2], before[choice][:2])

    def test_scrap_is_booked_as_a_loss_under_perpetual_valuation(self):
        loss = (
            self.env["account.account"]
            .sudo()
            .create({"name": "Loss", "code": "RET300", "account_type": "expense"})
        )
        scrap_location = self.warehouse._get_sale_return_place("scrap")
        scrap_location.valuation_account_id = loss
        product, _lots = self._create_valued("average", "real_time")
        return_order = self._received(self._sell([(product, 4)]))
        self._as("warehouse", return_order).action_inspect_all("SCRAP")
        booked = return_order.sudo().inspection_ids.move_ids.account_move_id.line_ids
        self.assertEqual(
            {line.account_id: line.balance for line in booked},
            {loss: 60.0, self.valuation_account: -60.0},
        )
        self._as("warehouse", return_order.inspection_ids).action_undo()
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search([("account_id", "=", loss.id), ("parent_state", "=", "posted")])
        )
        self.assertEqual(sum(lines.mapped("balance")), 0)
        self.assertIn(return_order.name, " ".join(lines.mapped("name")))

    def test_consigned_goods_have_no_value(self):
        owner = self.env["res.partner"].create({"name": "Consignor"})
        product = self._create_goods("Consigned")
        self.env["stock.quant"].search(
            [("product_id", "=", product.id)]
        ).sudo().unlink()
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, 3, owner_id=owner
        )
        return_order = self._received(self._sell([(product, 3)]))
        self._as("warehouse", return_order).action_inspect_all()
        self.assertEqual(self._get_values(product)[0], 0)
        self.assertEqual(
            self._in_stock(product, self.warehouse.lot_stock_id, owner=owner), 3
        )
