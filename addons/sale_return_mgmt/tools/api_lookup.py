"""Records that the requests of one API call name, read together."""

from collections import defaultdict

from odoo.fields import Domain
from odoo.tools import email_normalize

from odoo.addons.base.models.res_bank import sanitize_account_number

from .api_payload import is_id


def load_products(env, refs, domain=Domain.TRUE):
    """Goods that are called so, read together.

    :param refs: internal references, barcodes or ids; what is neither is left out
    :return: ``defaultdict`` of reference to ``product.product``, empty for unknown ones
    """
    names = [ref for ref in refs if isinstance(ref, str)]
    ids = [ref for ref in refs if is_id(ref)]
    products = defaultdict(lambda: env["product.product"])
    if not names and not ids:
        return products
    found = env["product.product"].search(
        Domain("company_id", "in", [False, env.company.id])
        & domain
        & Domain("type", "=", "consu")
        & (
            Domain("id", "in", ids)
            | Domain("default_code", "in", names)
            | Domain("barcode", "in", names)
        )
    )
    for product in found:
        for ref in {product.id, product.default_code, product.barcode} - {False}:
            products[ref] |= product
    return products


def load_lots(env, names):
    """:return: dict of product and name to ``stock.lot``"""
    lots = env["stock.lot"]
    if names:
        lots = lots.search(
            [("name", "in", names), ("company_id", "in", [False, env.company.id])]
        )
    return {(lot.product_id, lot.name): lot for lot in lots}


class ApiLookup:
    """Finds what payloads name among records the caller may read.

    :param env: environment of the caller; the company is its current one
    :param requests: well-formed requests
    """

    def __init__(self, env, requests):
        self.env = env
        lines = [line for request in requests for line in request["lines"]]
        self._orders = self._load_orders(
            [request.get("order") for request in requests]
            + [line.get("order") for line in lines],
            [line.get("sale_line") for line in lines],
        )
        self._sale_lines = {line.id: line for line in self._all_orders.order_line}
        self._replacements = load_products(
            env,
            [line.get("replacement", {}).get("product") for line in lines],
            Domain("sale_ok", "=", True),
        )
        self._products = load_products(
            env,
            [
                line.get("product")
                for request in requests
                if "partner" in request and "order" not in request
                for line in request["lines"]
                if "order" not in line and "sale_line" not in line
            ],
        )
        # Of products that an order has on several lines, what was found so far.
        self._taken = defaultdict(float)
        self._lots = load_lots(
            env, [name for line in lines for name in line.get("lots", [])]
        )
        self._reasons = {
            reason.code: reason
            for reason in env["sale.return.reason"].search(
                [("company_id", "in", [False, env.company.id])],
                order="company_id DESC",
            )
        }

    def _load_orders(self, refs, sale_line_ids):
        names = [ref for ref in refs if isinstance(ref, str)]
        ids = [ref for ref in refs if is_id(ref)]
        sale_line_ids = [line_id for line_id in sale_line_ids if line_id]
        domain = Domain("company_id", "=", self.env.company.id) & (
            Domain("id", "in", ids)
            | Domain("name", "in", names)
            | Domain("client_order_ref", "in", names)
            | Domain("order_line", "in", sale_line_ids)
        )
        self._all_orders = self.env["sale.order"].search(domain)
        orders = defaultdict(lambda: self.env["sale.order"])
        for order in self._all_orders:
            orders[order.id] |= order
            orders[order.name] |= order
            if order.client_order_ref and order.client_order_ref != order.name:
                orders[order.client_order_ref] |= order
        return orders

    def find_replacement(self, line, path, errors):
        """The product that is to be sent instead; empty for the same one."""
        ref = line.get("replacement", {}).get("product")
        return self._find_product(
            self._replacements, ref, f"{path}.replacement.product", errors
        )

    def find_product(self, line, path, errors):
        """The goods that a payload line without an order names; empty with an error
        added."""
        return self._find_product(
            self._products, line["product"], f"{path}.product", errors
        )

    def _find_product(self, known, ref, path, errors):
        products = known[ref] if ref else self.env["product.product"]
        if ref and not products:
            self.add_not_found(errors, path, ref)
        elif len(products) > 1:
            errors.add(
                "INVALID",
                path,
                self.env._("Several products are called “%s”: give the id.", ref),
            )
        return products[:1]

    def find_lots(self, product, line, path, errors):
        """Lots or serial numbers that a payload line names."""
        lots = self.env["stock.lot"]
        for index, name in enumerate(line.get("lots", [])):
            lot = self._lots.get((product, name))
            if lot:
                lots |= lot
            elif product:
                self.add_not_found(errors, f"{path}.lots.{index}", name)
        return lots

    def check_company(self, ref, path, errors):
        """Refuse what is meant for another company than the one of the call."""
        if ref and ref not in (self.env.company.id, self.env.company.name):
            self.add_not_found(errors, path, ref)

    def find_sale_line(self, request, line, path, errors):
        """The sold line that a payload line names; empty with an error added."""
        none = self.env["sale.order.line"]
        if "sale_line" in line:
            sale_line = self._sale_lines.get(line["sale_line"], none)
            if not sale_line:
                self.add_not_found(errors, f"{path}.sale_line", line["sale_line"])
            return sale_line
        order = self.find_order(
            line.get("order", request.get("order")),
            f"{path}.order" if "order" in line else "order",
            errors,
        )
        return self._find_product_line(order, line, path, errors) if order else none

    def find_order(self, ref, path, errors):
        """The sales order that is called ``ref``; empty with an error added."""
        orders = self._orders.get(ref, self.env["sale.order"])
        if not orders:
            self.add_not_found(errors, path, ref)
        elif len(orders) > 1:
            errors.add(
                "INVALID",
                path,
                self.env._("Several orders are called “%s”: give the number.", ref),
            )
            return orders.browse()
        return orders

    def find_partner(self, ref, path, errors):
        """The customer with this reference, e-mail address or id; empty with an error
        added, or where none is named."""
        Partner = self.env["res.partner"]
        if not ref:
            return Partner
        domain = Domain("id", "=", ref)
        if not is_id(ref):
            domain = Domain("ref", "=", ref) | Domain(
                "email_normalized", "=", email_normalize(ref) or ref
            )
        partners = Partner.search(
            domain & Domain("company_id", "in", [False, self.env.company.id])
        )
        if not partners:
            self.add_not_found(errors, path, ref)
        elif len(partners.commercial_partner_id) > 1:
            errors.add(
                "INVALID",
                path,
                self.env._("Several customers are called “%s”: give the id.", ref),
            )
            return partners.browse()
        return partners[:1]

    def _find_product_line(self, order, line, path, errors):
        ref = line["product"]
        lines = order.order_line.filtered(
            lambda sale_line: (
                not sale_line.display_type
                and ref
                in (
                    [sale_line.product_id.id]
                    if is_id(ref)
                    else [
                        sale_line.product_id.default_code,
                        sale_line.product_id.barcode,
                    ]
                )
            )
        )
        if not lines:
            self.add_not_found(errors, f"{path}.product", ref)
        if len(lines) <= 1:
            return lines
        # The same article twice on an order: the first line with enough left to return,
        # after what the call asks for already.
        asked = {
            sale_line: self._get_uom(
                sale_line.product_id, sale_line, line.get("uom")
            )._compute_quantity(line["quantity"], sale_line.product_uom_id, round=False)
            for sale_line in lines
        }
        found = lines.sorted(
            lambda sale_line: (
                sale_line.product_uom_id.compare(
                    sale_line.quantity_returnable,
                    self._taken[sale_line] + asked[sale_line],
                )
                < 0
            )
        )[:1]
        self._taken[found] += asked[found]
        return found

    def find_reason(self, code, path, errors):
        if not code:
            return self.env["sale.return.reason"]
        reason = self._reasons.get(code)
        if not reason:
            self.add_not_found(errors, path, code)
        return reason or self.env["sale.return.reason"]

    def find_uom(self, product, sale_line, ref, path, errors):
        """The unit named by a payload line; where none is named the order's, or else
        the product's."""
        uom = self._get_uom(product, sale_line, ref)
        if ref and product and not uom:
            errors.add(
                "INVALID",
                path,
                self.env._(
                    "%(product)s is not counted in “%(uom)s” but in: %(known)s.",
                    product=product.display_name,
                    uom=ref,
                    known=", ".join(self._get_uoms(product, sale_line).mapped("name")),
                ),
            )
        return uom

    def _get_uom(self, product, sale_line, ref):
        uoms = self._get_uoms(product, sale_line)
        if not ref or not product:
            return uoms[:1]
        return uoms.filtered(lambda unit: ref in (unit.id, unit.name))[:1]

    def _get_uoms(self, product, sale_line):
        """What it may be counted in, the usual one first."""
        usual = sale_line.product_uom_id or product.uom_id
        return usual | product.uom_id | product.uom_ids

    def find_warehouse(self, ref, path, errors):
        Warehouse = self.env["stock.warehouse"].sudo()  # clerks may not read them
        if not ref:
            return Warehouse
        field = "id" if is_id(ref) else "code"
        warehouse = Warehouse.search(
            [(field, "=", ref), ("company_id", "=", self.env.company.id)], limit=1
        )
        if not warehouse:
            self.add_not_found(errors, path, ref)
        return warehouse

    def find_bank_account(self, partner, number, path, errors):
        """An account of the customer that is on record, by its number."""
        # sudo: clerks need not see accounts to name one
        accounts = partner.sudo().commercial_partner_id.bank_ids
        if not number:
            return accounts.browse()
        account = accounts.filtered_domain(
            [("sanitized_acc_number", "=", sanitize_account_number(number))]
        )[:1]
        if partner and not account:
            self.add_not_found(errors, path, number)
        return account

    def add_not_found(self, errors, path, ref):
        errors.add("NOT_FOUND", path, self.env._("“%s” was not found.", ref))
