from odoo import api, fields, models
from odoo.fields import Command, Domain

CLERK_GROUP = "sale_return_mgmt.group_sale_return_clerk"


class SaleReturnObstacleSoldMixin(models.AbstractModel):
    """What a clerk finds among the delivered lines of sales orders, and why one of them
    cannot come back."""

    _name = "sale.return.obstacle.sold.mixin"
    _description = "Sold Lines to Return"

    return_obstacle = fields.Char(
        "Why Not", compute="_compute_return_obstacle", groups=CLERK_GROUP
    )

    @api.depends("move_ids.state", "return_line_ids.state")
    @api.depends_context("lang", "sale_return_date")
    def _compute_return_obstacle(self):
        """Asked on the day in the context key ``sale_return_date``, else today."""
        goods = self.filtered(lambda line: line._is_delivered_kind())
        returnable = goods._get_returnable_goods()
        delivered = goods._get_delivered_quantities()
        possible = goods.filtered(
            lambda line: any(
                product.uom_id.compare(quantity, 0) > 0
                for product, quantity in returnable[line].items()
            )
        )
        refusals = possible._get_policy_refusals()
        for line in self:
            if line.display_type or line.is_downpayment:
                line.return_obstacle = False
            elif line not in goods:
                line.return_obstacle = self.env._("A service: nothing comes back.")
            elif line in possible:
                line.return_obstacle = refusals.get(line, False)
            elif not delivered[line]:
                line.return_obstacle = self.env._("Not delivered.")
            else:
                line.return_obstacle = line._get_return_obstacle_of_others()

    def _is_delivered_kind(self):
        self.ensure_one()
        return (
            not self.display_type
            and not self.is_downpayment
            and self.product_id.type == "consu"
        )

    def _get_return_obstacle_of_others(self):
        """Why nothing is left of what was delivered, as a sentence."""
        self.ensure_one()
        # sudo: returns the user may not see reserve as well
        rivals_sudo = self.sudo().return_line_ids.filtered(
            lambda line: line._get_reserved_quantity()
        )
        if rivals_sudo:
            return self.env._(
                "Asked for by %s already.",
                ", ".join(rivals_sudo.order_id.mapped("name")),
            )
        return self.env._("All came back already.")

    def _get_portal_obstacle(self):
        """Why the customer cannot ask for a return of this line by himself."""
        self.ensure_one()
        if not self.return_obstacle and self.product_uom_id.is_zero(
            self.quantity_returnable
        ):
            return self.env._("Only single parts of it are left: please write to us.")
        return self.return_obstacle or ""

    def _get_policy_refusals(self):
        """What policies say of these lines that refuse them.

        :return: dict of line to sentence
        """
        Return = self.env["sale.return.order"]
        day = fields.Date.to_date(self.env.context.get("sale_return_date"))
        drafts = Return.union(
            *(
                Return.new(
                    {
                        "partner_id": order.partner_id.id,
                        "company_id": order.company_id.id,
                        "date_request": day or order.company_id._get_local_date(),
                        "line_ids": [
                            Command.create({"sale_line_id": line.id}) for line in lines
                        ],
                    }
                )
                for order, lines in self.grouped("order_id").items()
            )
        )
        # sudo: the verdict is the policies', whoever asks; nothing is written
        lines_sudo = drafts.line_ids.sudo()
        verdicts = lines_sudo.env["sale.return.policy"]._judge(lines_sudo)
        return {
            line.sale_line_id.sudo(False): message
            for line, (policy, code, message) in verdicts.items()
            if code and policy.out_of_policy == "refuse"
        }

    # === WHAT WAS DELIVERED === #

    def _get_delivery_day(self):
        """Day of the last delivery where the company is, or False."""
        # What was rejected and sent back does not count anew.
        moves = self._get_delivered_moves().filtered(
            lambda move: not move.return_inspection_id
        )
        moments = moves.mapped("date")
        return moments and self.company_id._get_local_date(max(moments))

    @api.model
    def _find_delivered(self, company, partner=None, keywords="", limit=40):
        """Lines of which goods went to customers, the latest delivery first.

        :param partner: only what this customer, or whoever belongs to the same company,
            bought
        :param str keywords: each of them is in the product's name, reference or
            barcode, in the number or the customer's reference of the order, in the
            number of an invoice, or in that of a lot or serial number
        :return: dict of line to the moment of its last delivery; one more than
            ``limit`` where there are more
        """
        domain = (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "sale")
            & Domain("display_type", "=", False)
            & Domain("is_downpayment", "=", False)
            & Domain("product_id.type", "=", "consu")
        )
        if partner:
            customer = partner.commercial_partner_id
            domain &= Domain("order_partner_id", "child_of", customer.id)
        for keyword in (keywords or "").split():
            domain &= self._get_keyword_domain(keyword)
        # sudo: clerks need no rights on transfers; which lines is up to their rights
        Move_sudo = self.env["stock.move"].sudo()
        groups = Move_sudo._read_group(
            [
                ("sale_line_id", "in", self._search(domain)),
                ("state", "=", "done"),
                ("location_dest_id.usage", "in", ("customer", "transit")),
            ],
            ["sale_line_id"],
            ["date:max"],
            order="date:max DESC",
            limit=limit + 1,
        )
        return {line.sudo(False): moment for line, moment in groups}

    @api.model
    def _get_keyword_domain(self, keyword):
        lines_sudo = self.sudo()  # sudo: as above
        lots = Domain("move_ids.move_line_ids.lot_id.name", "ilike", keyword) | Domain(
            "return_line_ids.replacement_move_ids.move_line_ids.lot_id.name",
            "ilike",
            keyword,
        )
        invoices = Domain("invoice_lines.move_id.name", "ilike", keyword)
        return Domain.OR(
            [
                Domain("product_id.name", "ilike", keyword),
                Domain("product_id.default_code", "ilike", keyword),
                Domain("product_id.barcode", "=", keyword),
                Domain("order_id.name", "ilike", keyword),
                Domain("order_id.client_order_ref", "ilike", keyword),
                Domain("id", "in", lines_sudo._search(lots)),
                Domain("id", "in", lines_sudo._search(invoices)),
            ]
        )

    def _get_named_lots(self, keywords):
        """Lots of this line that are with the customer and that one of the keywords
        names."""
        self.ensure_one()
        if self.product_id.tracking not in ("lot", "serial"):
            return self.env["stock.lot"]
        names = {keyword.lower() for keyword in (keywords or "").split()}
        # sudo: as above
        lots_sudo = self.env["stock.lot"].sudo().union(*self._get_returnable_lots())
        return lots_sudo.filtered(lambda lot: lot.name.lower() in names).sudo(False)

    def _prepare_sought_vals(self, keywords):
        """Values of the return line of all that is left, or of the lots that the
        keywords name."""
        self.ensure_one()
        lots = self._get_named_lots(keywords)
        named = len(lots) if self.product_id.tracking == "serial" else 0
        return {
            "sale_line_id": self.id,
            "product_uom_id": self.product_uom_id.id,
            "quantity": named or self.quantity_returnable,
            "lot_ids": [Command.set(lots.ids)],
        }
