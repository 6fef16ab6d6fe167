"""What the roles do, so that there is something to see."""

import base64
import re
from datetime import datetime, timedelta
from email.message import EmailMessage

import requests

from .screenshots_photos import photo

RETURN = "sale.return.order"


class Steps:
    """Each step is taken by the user whose step it is; `world` says who they are."""

    def __init__(self, world):
        self.world = world
        self.admin = world.admin
        self.clerk = world.role("clerk")
        self.approver = world.role("approver")
        self.warehouse = world.role("warehouse")
        self.manager = world.role("manager")

    def read(self, model, record, *fields):
        [row] = self.admin(model, "read", [record], fields)
        return row

    def sell(self, customer="partner_harbour", **quantities):
        """Sell, deliver and invoice so many of each product; return the order's id."""
        call, world = self.admin, self.world
        lines = [
            {"product_id": self.product(name), "product_uom_qty": quantity}
            for name, quantity in quantities.items()
        ]
        vals = {
            "partner_id": world.id(customer),
            "order_line": [(0, 0, line) for line in lines],
        }
        [order] = call("sale.order", "create", [vals])
        call("sale.order", "action_confirm", [order])
        pickings = self.read("sale.order", order, "picking_ids")["picking_ids"]
        call("stock.picking", "button_validate", pickings)
        vals = {"sale_order_ids": [(6, 0, [order])]}
        wizard = call("sale.advance.payment.inv", "create", [vals])
        call("sale.advance.payment.inv", "create_invoices", wizard)
        call("account.move", "action_post", self.invoices(order))
        return order

    def product(self, name):
        return (
            self.world[name] if name == "candle" else self.world.id(f"product_{name}")
        )

    def attach(self, record, *names):
        """The clerk adds photos of these."""
        vals_list = [
            {
                "name": f"{self.world.text(name)}.png",
                "res_model": RETURN,
                "res_id": record,
                "datas": photo(name),
            }
            for name in names
        ]
        self.clerk("ir.attachment", "create", vals_list)

    def invoices(self, order):
        return self.read("sale.order", order, "invoice_ids")["invoice_ids"]

    def pay(self, order):
        """The customer pays at the bank."""
        wizard = "account.payment.register"
        context = {"active_model": "account.move", "active_ids": self.invoices(order)}
        payment = self.admin(wizard, "create", [{}], context=context)
        self.admin(wizard, "action_create_payments", payment, context=context)

    def delivered_before(self, order, days):
        """Make it look as if it was delivered so many days before."""
        done = datetime.now() - timedelta(days=days)
        when = f"{done:%Y-%m-%d %H:%M:%S}"
        pickings = self.read("sale.order", order, "picking_ids")["picking_ids"]
        moves = self.admin("stock.move", "search", [("picking_id", "in", pickings)])
        self.admin("stock.move", "write", moves, {"date": when})
        self.admin("stock.picking", "write", pickings, {"date_done": when})

    def draft(self, order, *lines, **more):
        """A return as a clerk enters it: lines are (product, quantity, reason's code,
        key of a note)."""
        world = self.world
        sold = self.admin(
            "sale.order.line", "search_read", [("order_id", "=", order)], ["product_id"]
        )
        sale_lines = {row["product_id"][0]: row["id"] for row in sold}
        commands = []
        for name, quantity, code, note, *rest in lines:
            [reason] = self.admin("sale.return.reason", "search", [("code", "=", code)])
            vals = {
                "sale_line_id": sale_lines[self.product(name)],
                "quantity": quantity,
                "reason_id": reason,
                "note": note and world.text(note),
            }
            commands.append((0, 0, vals | dict(*rest)))
        partner = self.read("sale.order", order, "partner_id")["partner_id"][0]
        vals = {"partner_id": partner, "channel": "email", "line_ids": commands} | more
        return self.clerk(RETURN, "create", [vals])[0]

    def submit(self, *args, **more):
        draft = self.draft(*args, **more)
        self.clerk(RETURN, "action_submit", [draft])
        return draft

    def approve(self, *args, **more):
        asked = self.submit(*args, **more)
        if self.read(RETURN, asked, "state")["state"] == "submitted":
            self.approver(RETURN, "action_approve", [asked])
        return asked

    def receipts(self, scene):
        domain = [("return_order_id", "=", self.world[scene])]
        return self.admin("stock.picking", "search", domain)

    def receive(self, record, quantity=None):
        """The goods come, so many of each product."""
        call = self.warehouse
        domain = [("return_order_id", "=", record)]
        pickings = call("stock.picking", "search", domain)
        if quantity:
            moves = call("stock.move", "search", [("picking_id", "in", pickings)])
            call("stock.move", "write", moves, {"quantity": quantity})
        context = {"skip_backorder": True}
        call("stock.picking", "button_validate", pickings, context=context)

    def ship_replacement(self, record):
        domain = [("move_ids.replacement_line_id.order_id", "=", record)]
        pickings = self.admin("stock.picking", "search", domain)
        self.admin("stock.picking", "button_validate", pickings)

    @staticmethod
    def expect_ok(results):
        assert all(result["ok"] for result in results), results

    def open_inbox(self):
        """The company gets an address for requests by mail."""
        domain = {"name": "harbour-goods.example.com"}
        self.admin("mail.alias.domain", "create", [domain])
        vals = {
            "sale_return_alias_name": "returns",
            "sale_return_mail_user_id": self.world.id("user_return_clerk"),
        }
        company = self.admin("res.users", "read", [2], ["company_id"])[0]["company_id"]
        self.admin("res.company", "write", company[:1], vals)

    def mail(self, customer, subject, body, thing):
        """The customer writes to it, with a photo; return the draft that is made."""
        address = self.read("res.partner", self.world.id(customer), "email")["email"]
        message = EmailMessage()
        message["From"], message["Subject"] = address, subject
        message["To"] = "returns@harbour-goods.example.com"
        message["Message-Id"] = f"<{thing}@{address}>"
        message.set_content(body)
        content, name = base64.b64decode(photo(thing)), self.world.text(thing)
        message.add_attachment(content, "image", "png", filename=f"{name}.png")
        text = message.as_string()
        return self.admin("mail.thread", "message_process", False, text)

    def rate(self, record, rate, feedback):
        """The customer does, with the link to the page of his return."""
        with requests.Session() as session:
            path = self.manager(RETURN, "get_portal_url", [record])
            page = session.get(f"{self.world.base_url}{path}").text
            form = dict(
                re.findall(r'name="(csrf_token|access_token)" value="([^"]+)"', page)
            )
            form |= {"rate": rate, "feedback": feedback}
            url = f"{self.world.base_url}/my/returns/{record}/rate"
            session.post(url, data=form).raise_for_status()
