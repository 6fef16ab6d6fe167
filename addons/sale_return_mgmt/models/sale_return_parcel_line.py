from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL


class SaleReturnParcelLine(models.Model):
    """Goods that came without a return: received by the warehouse, claimed by nobody.

    One row per product of a transfer of a "Returns" operation type. A clerk, who has no
    rights on transfers, makes a return of them or adds them to one.
    """

    _name = "sale.return.parcel.line"
    _description = "Unannounced Goods"
    _auto = False
    _rec_name = "picking_name"
    _order = "date desc, id desc"
    _depends = {
        "stock.move": [
            "location_id",
            "origin_returned_move_id",
            "parcel_return_id",
            "picking_id",
            "quantity",
            "return_line_id",
            "sale_line_id",
            "state",
        ],
        "stock.move.line": ["lot_id", "move_id"],
        "stock.picking": ["name", "partner_id", "return_tracking_ref"],
        "sale.return.order": ["state"],
    }

    picking_name = fields.Char("Transfer", readonly=True)
    tracking_ref = fields.Char("Parcel Number", readonly=True)
    date = fields.Datetime("Received On", readonly=True)
    partner_id = fields.Many2one("res.partner", "From", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    lot_names = fields.Char("Lots/Serial Numbers", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    return_id = fields.Many2one("sale.return.order", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT move.id,
                   picking.name AS picking_name,
                   picking.return_tracking_ref AS tracking_ref,
                   move.date,
                   picking.partner_id,
                   move.product_id,
                   move.quantity,
                   move.product_uom AS product_uom_id,
                   (SELECT string_agg(DISTINCT lot.name, ', ')
                      FROM stock_move_line move_line
                      JOIN stock_lot lot ON lot.id = move_line.lot_id
                     WHERE move_line.move_id = move.id) AS lot_names,
                   move.company_id,
                   claim.id AS return_id
              FROM stock_move move
              JOIN stock_picking picking ON picking.id = move.picking_id
              JOIN stock_warehouse warehouse
                ON warehouse.sale_return_type_id = picking.picking_type_id
              JOIN stock_location origin ON origin.id = move.location_id
         LEFT JOIN sale_return_order claim
                ON claim.id = move.parcel_return_id
               AND claim.state NOT IN ('rejected', 'cancelled')
             WHERE move.state = 'done'
               AND origin.usage = 'customer'
               AND move.return_line_id IS NULL
               AND move.sale_line_id IS NULL
               AND move.origin_returned_move_id IS NULL
               AND NOT EXISTS (
                       SELECT FROM stock_move undone
                        WHERE undone.origin_returned_move_id = move.id
                          AND undone.state != 'cancel')
            """
        )

    def action_create_return(self):
        """Make a draft return of these goods, with the newest deliveries that they may
        come from, and open it."""
        moves_sudo = self._get_moves_to_claim()
        partner = self._get_customer(moves_sudo)
        sale_lines = self._get_candidate_lines(moves_sudo, partner)
        line_vals_list = [
            vals
            for move in moves_sudo
            for vals in self._propose_lines(move, sale_lines)
        ]
        if not line_vals_list:
            raise UserError(
                self.env._(
                    "%(customer)s has nothing of %(products)s to give back. Add the "
                    "goods to a return that awaits them, or send them back.",
                    customer=partner.display_name,
                    products=", ".join(moves_sudo.product_id.mapped("display_name")),
                )
            )
        order = self.env["sale.return.order"].create(
            {
                "partner_id": partner.id,
                "company_id": moves_sudo.company_id.id,
                "carrier_tracking_ref": self[:1].tracking_ref,
                "line_ids": [Command.create(vals) for vals in line_vals_list],
            }
        )
        moves_sudo.parcel_return_id = order
        return order._get_records_action(name=self.env._("Return"))

    def action_attach(self):
        """Ask for the return that these goods belong to."""
        self._get_moves_to_claim()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add to a Return"),
            "res_model": "sale.return.parcel.attach",
            "view_mode": "form",
            "target": "new",
            "context": {"default_parcel_line_ids": self.ids},
        }

    def _attach(self, order):
        """Let ``order`` claim these goods: at its approval, or now where it is over."""
        moves_sudo = self._get_moves_to_claim()
        order = order._prepare_step("sale_return_mgmt.group_sale_return_clerk")
        order._check_state("draft", "submitted", "approved")
        if moves_sudo.company_id != order.company_id:
            raise UserError(self.env._("These goods were received by another company."))
        moves_sudo.parcel_return_id = order
        order.sudo()._receive_parcels()  # sudo: clerks have no rights on transfers

    def _get_moves_to_claim(self):
        """Stock moves of these rows, in ``sudo``.

        :raise AccessError: if the user is no clerk
        :raise UserError: if a return has claimed them already
        """
        if not self.env.user.has_group("sale_return_mgmt.group_sale_return_clerk"):
            raise AccessError(self.env._("Only clerks can make returns of parcels."))
        self.check_access("read")
        # sudo: clerks have no rights on transfers; the rows are those they may read
        moves_sudo = self.env["stock.move"].sudo().browse(self.ids)
        moves_sudo.lock_for_update()
        claims = moves_sudo.parcel_return_id.filtered(
            lambda order: order.state not in ("rejected", "cancelled")
        )
        if claims:
            raise UserError(
                self.env._(
                    "Choose goods that no return has claimed yet: these belong to %s.",
                    ", ".join(claims.mapped("name")),
                )
            )
        if len(moves_sudo.company_id) > 1:
            raise UserError(self.env._("Choose goods of one company."))
        return moves_sudo

    @api.model
    def _get_customer(self, moves_sudo):
        """Who sent these goods: the sender, else who got the lots."""
        partners = moves_sudo.picking_id.partner_id.commercial_partner_id
        if not partners:
            lots = moves_sudo.move_line_ids.lot_id
            delivered = moves_sudo.search(
                [
                    ("move_line_ids.lot_id", "in", lots.ids),
                    ("company_id", "=", moves_sudo.company_id.id),
                    ("sale_line_id", "!=", False),
                    ("state", "=", "done"),
                ],
                order="date desc",
                limit=1,
            )
            partners = delivered.sale_line_id.order_id.partner_id
        if len(partners) != 1:
            raise UserError(
                self.env._(
                    "Nobody knows who sent these goods, or several did: set the "
                    "contact on the transfer, and choose goods of one customer."
                )
            )
        return partners

    @api.model
    def _get_candidate_lines(self, moves_sudo, partner):
        """Sold lines that these goods may come from, newest delivery first.

        :return: dict of ``sale.order.line`` to what is returnable, in the product's UoM
        """
        sale_lines = self.env["sale.order.line"].search(
            [
                ("order_partner_id", "child_of", partner.commercial_partner_id.ids),
                ("product_id", "in", moves_sudo.product_id.ids),
                ("company_id", "=", moves_sudo.company_id.id),
                ("state", "=", "sale"),
            ]
        )
        returnable = sale_lines._get_returnable_quantities()

        def delivered_on(sale_line):
            return max(sale_line._get_delivered_moves().mapped("date"))

        return {
            sale_line: returnable[sale_line]
            for sale_line in sale_lines.filtered(
                lambda line: line.product_id.uom_id.compare(returnable[line], 0) > 0
            ).sorted(delivered_on, reverse=True)
        }

    @api.model
    def _propose_lines(self, move_sudo, left_by_sale_line):
        """Values of return lines for one product of a parcel.

        :param dict left_by_sale_line: what may still be proposed; is updated
        """
        product_uom = move_sudo.product_id.uom_id
        quantity = move_sudo.product_uom._compute_quantity(
            move_sudo.quantity, product_uom, rounding_method="HALF-UP"
        )
        lots = move_sudo.move_line_ids.lot_id
        candidates = [
            line
            for line in left_by_sale_line
            if line.product_id == move_sudo.product_id
        ]
        if lots:  # the line that delivered the lot comes before newer ones
            candidates.sort(key=lambda line: not lots & self._get_lots(line))
        vals_list = []
        for sale_line in candidates:
            taken = min(quantity, left_by_sale_line[sale_line])
            if product_uom.compare(taken, 0) > 0:
                left_by_sale_line[sale_line] -= taken
                quantity -= taken
                vals_list.append(
                    {
                        "sale_line_id": sale_line.id,
                        "product_uom_id": product_uom.id,
                        "quantity": taken,
                    }
                )
        unknown = product_uom.compare(quantity, 0) > 0
        if unknown and move_sudo.company_id.sale_return_allow_unreferenced:
            vals_list.append(
                {"product_id": move_sudo.product_id.id, "quantity": quantity}
            )
        return vals_list

    @api.model
    def _get_lots(self, sale_line):
        return self.env["stock.lot"].union(*sale_line._get_returnable_lots())
