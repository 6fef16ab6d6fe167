"""What there is to see in the pictures: prepared by the roles, each step by the user
whose step it is."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

from .screenshots_member import Member
from .screenshots_steps import RETURN, Steps
from .screenshots_texts import BARCODES, NAMES, TEXTS, TYPES

OURS = "sale_return_mgmt"
ROLES = ("viewer", "clerk", "approver", "warehouse", "manager")


class World:
    """The demo data in one language, and returns in each state: scene("…") is the id
    of one of them."""

    def __init__(self, base_url, db, language):
        self.base_url, self.db, self.language = base_url, db, language
        self.folder = Path(tempfile.mkdtemp(prefix="screenshots-"))
        self._members, self._found, self._scenes = {}, {}, {}
        self.admin = Member(base_url, db, "admin")
        self._speak()
        self.admin = self.user("admin")  # who speaks the language now
        Scenes(self).prepare()

    def user(self, login):
        if login not in self._members:
            self._members[login] = Member(self.base_url, self.db, login)
        return self._members[login]

    def role(self, role):
        return self.user(f"return_{role}")

    def id(self, xmlid):
        """The id of a record of our addon, or of the module that is named."""
        return self.find(xmlid)[1]

    def find(self, xmlid):
        """Its model and id."""
        if xmlid not in self._found:
            module, _dot, name = xmlid.rpartition(".")
            domain = [("module", "=", module or OURS), ("name", "=", name)]
            fields = ["model", "res_id"]
            [row] = self.admin("ir.model.data", "search_read", domain, fields)
            self._found[xmlid] = row["model"], row["res_id"]
        return self._found[xmlid]

    def text(self, key):
        return TEXTS[self.language][key]

    def name(self, scene):
        """The number of that return."""
        return self.admin(RETURN, "read", [self[scene]], ["name"])[0]["name"]

    def __setitem__(self, scene, record):
        self._scenes[scene] = record

    def __getitem__(self, scene):
        return self._scenes[scene]

    def _speak(self):
        """All users and customers speak the language, and things are called in it."""
        call, lang = self.admin, self.language
        users = call("res.users", "search", [])
        call("res.users", "write", users, {"lang": lang})
        if lang == "en_US":
            return
        partners = [self.id("partner_harbour"), self.id("partner_larkspur")]
        call("res.partner", "write", partners, {"lang": lang})
        for name, translated in TYPES.items():
            domain = [("name", "=", name)]
            types = call("stock.picking.type", "search", domain)
            vals = {"name": translated}
            call("stock.picking.type", "write", types, vals, context={"lang": lang})
        for xmlid, name in NAMES.items():
            model, record = self.find(xmlid)
            call(model, "write", [record], {"name": name}, context={"lang": lang})


class Scenes(Steps):
    """Makes them: `world["…"]` holds the id of each."""

    def prepare(self):
        self.people_and_products()
        self.before_approval()
        self.at_the_counter()
        self.in_the_warehouse()
        self.parcel()
        self.in_the_portal()
        self.settled()
        self.said_by_customers()
        self.stopped()
        self.promised()
        self.on_leave()
        self.alarmed()

    # === SCENES === #

    def people_and_products(self):
        """What the demo data lacks: a conflict of roles, and what may not come back."""
        world, text = self.world, self.world.text
        groups = [
            world.id(f"group_sale_return_{role}") for role in ("clerk", "approver")
        ]
        helper = {
            "name": text("helper"),
            "login": "return_helper",
            "lang": world.language,
            "group_ids": [(4, group) for group in groups],
        }
        context = {"no_reset_password": True}
        self.admin("res.users", "create", [helper], context=context)
        for name, code in BARCODES.items():
            self.admin(
                "product.product", "write", [self.product(name)], {"barcode": code}
            )
        vals = {
            "name": text("candle"),
            "default_code": "CANDLE-05",
            "type": "consu",
            "list_price": 12,
            "invoice_policy": "delivery",
        }
        [candle] = self.admin("product.product", "create", [vals])
        world["candle"] = candle
        vals = {
            "name": text("refused_policy"),
            "product_ids": [(6, 0, [candle])],
            "returnable": False,
            "out_of_policy": "refuse",
        }
        self.admin("sale.return.policy", "create", [vals])

    def before_approval(self):
        world = self.world
        world["order"] = order = self.sell(lamp=6, blanket=8, table=2)
        reason = "NOT_AS_DESCRIBED"
        world["draft"] = self.draft(
            order, ("lamp", 2, "DEFECT", "flickers"), ("blanket", 3, reason, "colour")
        )
        self.attach(world["draft"], "lamp", "blanket")
        old = self.sell(table=3)
        self.delivered_before(old, days=50)
        asked = self.draft(old, ("table", 1, "DAMAGED", "leg"))
        self.attach(asked, "table", "carton")
        self.clerk(RETURN, "action_submit", [asked])
        world["out_of_policy"] = asked
        world["warned"] = self.draft(old, ("table", 1, "UNWANTED", None))
        partly = self.sell(customer="partner_larkspur", lamp=3, vase=2, candle=6)
        world["partly_back"] = partly
        self.submit(partly, ("vase", 2, "LATE", None))
        world["refused"] = self.draft(partly, ("candle", 2, "UNWANTED", None))
        world["to_grant"] = self.submit(
            self.sell(lamp=5), ("lamp", 2, "UNWANTED", None)
        )
        world["rejected"] = rejected = self.submit(
            self.sell(table=2), ("table", 1, "UNWANTED", None)
        )
        self.approver(RETURN, "action_reject", [rejected], world.text("rejection"))
        world["fee"] = self.submit(
            self.sell(customer="partner_larkspur", table=2, lamp=2),
            ("table", 1, "UNWANTED", None),
        )

    def at_the_counter(self):
        order = self.sell(lamp=2, blanket=1)
        self.world["receipt"] = self.read("sale.order", order, "name")["name"]

    def in_the_warehouse(self):
        world, text = self.world, self.world.text
        glass = world.id("sale_return_policy_glass")
        instructions = {"inspection_instructions": text("instructions")}
        self.admin("sale.return.policy", "write", [glass], instructions)
        table = world.id("sale_return_policy_furniture")
        vals = {"customer_text": text("furniture")}
        self.admin("sale.return.policy", "write", [table], vals)
        world["awaited"] = self.approve(
            self.sell(lamp=4, blanket=6),
            ("lamp", 2, "ORDER_MISTAKE", None),
            ("blanket", 3, "ORDER_MISTAKE", None),
        )
        order = self.sell(customer="partner_larkspur", vase=10)
        world["to_inspect"] = self.approve(order, ("vase", 4, "UNWANTED", None))
        self.receive(world["to_inspect"])
        world["inspected"] = self.approve(order, ("vase", 4, "UNWANTED", None))
        self.receive(world["inspected"])
        lines = [
            {"quantity": 3, "disposition": "RESTOCK", "condition": "as_new"},
            {
                "quantity": 1,
                "disposition": "SCRAP",
                "condition": "damaged",
                "note": text("crack"),
            },
        ]
        [line] = self.read(RETURN, world["inspected"], "line_ids")["line_ids"]
        inspection = {
            "return": world["inspected"],
            "lines": [{"line": line} | each for each in lines],
        }
        self.expect_ok(self.warehouse(RETURN, "api_inspect", [inspection]))
        world["replaced"] = self.approve(
            self.sell(lamp=4, blanket=2),
            ("lamp", 1, "DAMAGED", "dented", {"resolution": "replace"}),
            ("blanket", 1, "NOT_AS_DESCRIBED", "colour"),
        )
        self.receive(world["replaced"])
        self.ship_replacement(world["replaced"])
        world["too_many"] = self.approve(
            self.sell(blanket=5), ("blanket", 2, "WRONG_QTY", None)
        )
        self.receive(world["too_many"], 3)

    def parcel(self):
        """Two vases that nobody announced, and a return that awaits such."""
        world = self.world
        order = self.sell(vase=6)
        world["awaits_parcel"] = self.approve(order, ("vase", 2, "UNWANTED", None))
        [warehouse] = self.admin(
            "stock.warehouse", "search_read", [], ["sale_return_type_id"], limit=1
        )
        move = {
            "product_id": world.id("product_vase"),
            "product_uom_qty": 2,
            "quantity": 2,
        }
        vals = {
            "picking_type_id": warehouse["sale_return_type_id"][0],
            "partner_id": world.id("partner_harbour"),
            "return_tracking_ref": "1Z-AX-4712",
            "move_ids": [(0, 0, move)],
        }
        world["parcel"] = parcel = self.warehouse("stock.picking", "create", [vals])[0]
        self.warehouse("stock.picking", "button_validate", [parcel])

    def in_the_portal(self):
        """What the customer of the demo data bought; the candles stay sold."""
        self.world["bought"] = self.sell(lamp=2, table=1, candle=4)

    def settled(self):
        """A transfer that waits to be paid, one that was paid, and an open credit."""
        world = self.world
        for scene in ("to_pay", "paid_back"):
            customer = "partner_larkspur" if scene == "to_pay" else "partner_harbour"
            account = {
                "acc_number": f"DE12 3456 78{len(scene)}",
                "partner_id": world.id(customer),
            }
            bank = self.admin("res.partner.bank", "create", [account])
            order = self.sell(customer=customer, lamp=4)
            self.pay(order)
            more = {"refund_method": "transfer", "partner_bank_id": bank[0]}
            world[scene] = self.approve(
                order, ("lamp", len(scene) // 2, "DEFECT", "flickers"), **more
            )
            self.receive(world[scene])
        domain = [("invoice_ids.return_order_id", "=", world["paid_back"])]
        [payment] = self.admin("account.payment", "search", domain)
        self.admin("account.payment", "action_post", [payment])
        world["payment"] = payment
        [note] = self.read(RETURN, world["paid_back"], "refund_ids")["refund_ids"]
        world["credit_note"] = note

    def said_by_customers(self):
        """A mail that asks for a return, and what one says of his."""
        world, text = self.world, self.world.text
        self.open_inbox()
        number = self.read("sale.order", world["order"], "name")["name"]
        world["mailed"] = self.mail(
            "partner_harbour", f"{text('mail_subject')} {number}", text("mail"), "lamp"
        )
        self.rate(world["paid_back"], 5, text("rated"))

    def stopped(self):
        """A return whose receipt somebody cancelled."""
        world = self.world
        world["stopped"] = self.approve(
            self.sell(customer="partner_larkspur", blanket=4),
            ("blanket", 2, "LATE", None),
        )
        self.warehouse("stock.picking", "action_cancel", self.receipts("stopped"))

    def on_leave(self):
        """The approver is, next week: the manager decides then."""
        world = self.world
        vals = {
            "sale_return_substitute_id": world.id("user_return_manager"),
            "sale_return_absent_from": f"{date.today() + timedelta(days=7)}",
            "sale_return_absent_until": f"{date.today() + timedelta(days=11)}",
        }
        users = [world.id("user_return_approver")]
        self.manager("res.users", "write", users, vals)

    def alarmed(self):
        """More comes back than the threshold allows: the daily job says so."""
        jobs = self.admin(
            "ir.cron", "search", [("model_id.model", "=", "sale.return.alert")]
        )
        self.admin("ir.cron", "method_direct_trigger", jobs)

    def promised(self):
        """When results are due: one is late, one due today, others soon."""
        days = {"out_of_policy": -1, "to_grant": 0, "to_inspect": 2, "awaited": 5}
        for scene, more in days.items():
            vals = {"date_deadline": f"{date.today() + timedelta(days=more)}"}
            self.manager(RETURN, "write", [self.world[scene]], vals)
