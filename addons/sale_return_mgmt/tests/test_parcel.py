from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestParcel(SaleReturnCommon):
    """A parcel arrives and nobody knows of a return."""

    def _parcel(self, products, partner=None, tracking="1Z999", lots=None):
        """The dock receives what nobody announced.

        :param products: dict of product to quantity
        """
        form = Form(
            self.env["stock.picking"]
            .with_user(self.users["storekeeper"])
            .with_context(default_picking_type_id=self.warehouse.sale_return_type_id.id)
        )
        form.return_tracking_ref = tracking
        if partner:
            form.partner_id = partner
        for product, quantity in products.items():
            with form.move_ids.new() as move:
                move.product_id = product
                move.product_uom_qty = quantity
        picking = form.save()
        picking.action_confirm()
        for move in picking.move_ids:
            move.quantity = products[move.product_id]
            if lots:
                for line, lot in zip(move.move_line_ids, lots, strict=True):
                    line.lot_id = lot
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def _rows(self, picking, role="clerk"):
        self.env.invalidate_all()  # each request reads the view anew
        rows = self.env["sale.return.parcel.line"].with_user(self.users[role])
        return rows.search([("picking_name", "=", picking.name)])

    def _create_return(self, picking):
        action = self._rows(picking).action_create_return()
        return_order = self.env["sale.return.order"].browse(action["res_id"])
        return_order = self._as("clerk", return_order)
        return_order.line_ids.reason_id = self.reason
        return return_order

    def _decide(self, return_order):
        return_order.action_submit()
        self._as("approver", return_order).action_approve()

    def test_a_parcel_is_found_by_number_customer_product_and_lot(self):
        picking = self._parcel({self.product: 2}, self.customer)
        self.assertEqual(
            picking.move_ids.location_dest_id, self.warehouse.sale_return_location_id
        )
        rows = self.env["sale.return.parcel.line"].with_user(self.users["clerk"])
        for domain in (
            [("tracking_ref", "=", "1Z999")],
            [("partner_id", "=", self.customer.id)],
            [("product_id", "=", self.product.id)],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(rows.search(domain).quantity, 2)
        self.assertEqual(rows.search([("tracking_ref", "=", "1Z998")]), rows)

    def test_a_parcel_becomes_a_return_of_the_newest_deliveries(self):
        older = self._sell([(self.product, 3)])
        older.picking_ids.move_ids.date = "2026-01-01"
        newer = self._sell([(self.product, 2)])
        picking = self._parcel({self.product: 4}, self.customer)
        return_order = self._create_return(picking)
        self.assertEqual(return_order.carrier_tracking_ref, "1Z999")
        self.assertRecordValues(
            return_order.line_ids,
            [
                {"sale_line_id": newer.order_line.id, "quantity": 2},
                {"sale_line_id": older.order_line.id, "quantity": 2},
            ],
        )
        self.assertEqual(self._rows(picking).return_id, return_order)
        self._decide(return_order)
        self.assertEqual(return_order.receipt_status, "full")
        self.assertEqual(return_order.line_ids.mapped("quantity_received"), [2, 2])
        self.assertEqual(older.order_line.quantity_returnable, 1)
        self.assertEqual(newer.order_line.quantity_returnable, 0)
        self.assertFalse(self._rows(picking))

    def test_the_goods_are_in_stock_once_at_their_old_cost(self):
        self.product.categ_id.property_cost_method = "average"
        order = self._sell([(self.product, 2)])
        self.product.standard_price = 90.0
        picking = self._parcel({self.product: 2}, self.customer)
        self.assertEqual(picking.move_ids.value, 180)
        self._decide(self._create_return(picking))
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", self.warehouse.sale_return_location_id.id),
            ]
        )
        self.assertEqual(sum(quants.mapped("quantity")), 2)
        moves = self.env["stock.move"].search([("product_id", "=", self.product.id)])
        # Delivered at 60 each, whatever they cost today.
        delivered = order.picking_ids.move_ids.filtered("is_out")
        self.assertEqual(delivered.value, 120)
        self.assertAlmostEqual(
            sum(moves.filtered("is_in").mapped("value")),
            sum(moves.filtered("is_out").mapped("value")),
        )

    def test_more_than_was_ever_sold_is_a_discrepancy(self):
        self._sell([(self.product, 2)])
        return_order = self._create_return(
            self._parcel({self.product: 3}, self.customer)
        )
        self._decide(return_order)
        self.assertRecordValues(
            return_order.line_ids,
            [
                {"discrepancy": False, "quantity_received": 2},
                {"discrepancy": "excess", "quantity_received": 1},
            ],
        )

    def test_less_than_a_return_awaits(self):
        return_order = self._approved(self._sell([(self.product, 5)]))
        picking = self._parcel({self.product: 2}, self.customer)
        self._attach(picking)
        self.assertEqual(return_order.receipt_status, "partial")
        self._receive(return_order)
        self.assertEqual(return_order.line_ids.quantity_received, 5)

    def _attach(self, picking, return_order=None, role="clerk"):
        """Through the wizard, which proposes the return that awaits the goods."""
        action = self._rows(picking, role).action_attach()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.users[role])
            .with_context(**action["context"])
        )
        if return_order:
            form.order_id = return_order
        form.save().action_apply()

    def test_a_draft_claims_now_and_receives_when_it_is_approved(self):
        return_order = self._request(self._sell([(self.product, 2)]))
        picking = self._parcel({self.product: 2}, self.customer)
        self._attach(picking, return_order)
        self.assertEqual(return_order.line_ids.quantity_received, 0)
        self._decide(return_order)
        self.assertEqual(return_order.line_ids.quantity_received, 2)

    def test_a_rejected_return_lets_go_of_its_parcel(self):
        self._sell([(self.product, 2)])
        picking = self._parcel({self.product: 2}, self.customer)
        return_order = self._create_return(picking)
        with self.assertRaisesRegex(UserError, "claimed"):
            self._rows(picking).action_create_return()
        return_order.action_submit()
        self._as("approver", return_order).action_reject("Not ours")
        self.assertFalse(self._rows(picking).return_id)
        self.assertTrue(self._create_return(picking))

    def test_a_serial_number_tells_the_customer(self):
        phone = self.env["product.product"].create(
            {
                "name": "Phone",
                "type": "consu",
                "is_storable": True,
                "tracking": "serial",
                "taxes_id": [Command.clear()],
            }
        )
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": phone.id} for name in ("SN1", "SN2")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                phone, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        first = self._sell([(phone, 1)], invoice=False)
        self._sell([(phone, 1)], invoice=False)
        delivered = first.picking_ids.move_line_ids.lot_id
        picking = self._parcel({phone: 1}, lots=delivered)
        self.assertEqual(self._rows(picking).lot_names, delivered.name)
        return_order = self._create_return(picking)
        self.assertEqual(return_order.partner_id, self.customer)
        self.assertEqual(return_order.line_ids.sale_line_id, first.order_line)
        self._decide(return_order)
        self.assertEqual(
            return_order.line_ids.sudo()
            .move_ids.filtered(lambda move: move.state == "done")
            .lot_ids,
            delivered,
        )

    def test_without_a_sender_nobody_can_tell(self):
        self._sell([(self.product, 2)])
        picking = self._parcel({self.product: 2})
        with self.assertRaisesRegex(UserError, "set the contact"):
            self._rows(picking).action_create_return()

    def test_what_was_never_sold_to_him(self):
        picking = self._parcel({self.product: 2}, self.customer)
        with self.assertRaisesRegex(UserError, "nothing of"):
            self._rows(picking).action_create_return()
        self.company.sale_return_allow_unreferenced = True
        return_order = self._create_return(picking)
        self.assertFalse(return_order.line_ids.sale_line_id)
        self._decide(return_order)
        self.assertEqual(return_order.receipt_status, "full")

    def test_goods_that_were_moved_on_are_missing(self):
        self._sell([(self.product, 2)])
        picking = self._parcel({self.product: 2}, self.customer)
        return_order = self._create_return(picking)
        location = self.warehouse.sale_return_location_id
        self.env["stock.quant"]._update_available_quantity(self.product, location, -2)
        with self.assertRaisesRegex(UserError, "no longer in"):
            self._decide(return_order)

    def test_a_parcel_that_was_sent_back_is_no_longer_listed(self):
        picking = self._parcel({self.product: 2}, self.customer)
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
        )
        action = wizard.create({}).action_create_returns_all()
        self.env["stock.picking"].browse(action["res_id"]).button_validate()
        self.assertFalse(self._rows(picking))

    def test_only_clerks_claim_parcels(self):
        self._sell([(self.product, 2)])
        picking = self._parcel({self.product: 2}, self.customer)
        with self.assertRaises(AccessError):
            self._rows(picking, "warehouse").action_create_return()
        with self.assertRaises(AccessError):
            self._rows(picking, "warehouse").action_attach()
        for role in ("viewer", "approver", "storekeeper", "employee"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._rows(picking, role)

    def test_nobody_links_goods_to_a_return(self):
        picking = self._parcel({self.product: 2}, self.customer)
        return_order = self._request(self._sell([(self.product, 2)]))
        with self.assertRaises(AccessError):
            self._as("storekeeper", picking).move_ids.parcel_return_id = return_order
