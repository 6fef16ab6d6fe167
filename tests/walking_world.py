"""Who walks through the web client, and the returns that they find on the way."""

import json
import re

# Login and groups of each; the demo data's own users stay as they are for other tests.
GROUPS = {
    "viewer": ["sale_return_mgmt.group_sale_return_viewer"],
    "clerk": ["sale_return_mgmt.group_sale_return_clerk"],
    "approver": ["sale_return_mgmt.group_sale_return_approver"],
    "warehouse": ["sale_return_mgmt.group_sale_return_warehouse"],
    "manager": ["sale_return_mgmt.group_sale_return_manager"],
    "accountant": ["account.group_account_invoice"],
    "salesperson": ["sales_team.group_sale_salesman_all_leads"],
}
# How many returns of each state there are.
SCENES = {
    "draft": 14,
    "refused": 3,
    "submitted": 22,
    "rejected": 5,
    "approved": 14,
    "replacing": 3,
    "received": 9,
    "to_refund": 4,
    "exception": 3,
    "done": 1,
}
# Where what the demo data's people wrote is found: names stay as they are in each
# language.
NAMES = {
    "res.partner": ["name", "display_name", "street", "city", "contact_address", "ref"],
    "res.users": ["login"],
    "res.company": ["name"],
    "product.product": ["display_name", "name", "default_code"],
    "product.category": ["name", "display_name"],
    "account.journal": ["name", "code"],
    "account.tax": ["name"],
    "account.payment.term": ["name"],
    "stock.location": ["complete_name", "name"],
    "stock.warehouse": ["name", "code"],
    "stock.picking.type": ["name", "sequence_code"],
    "stock.lot": ["name"],
    "crm.team": ["name"],
    "delivery.carrier": ["name"],
    "sale.order": ["client_order_ref"],
    "sale.return.order": ["customer_reference", "external_ref", "rejection_reason"],
    "sale.return.order.line": ["note"],
    "sale.return.inspection": ["note"],
    "sale.return.policy": ["name"],
    "sale.return.approval": ["comment"],
    "sale.return.approval.rule": ["name"],
    "res.country": ["name"],
    "res.currency": ["name"],
    "res.lang": ["name"],
}
SCRIPT = """
import json
from odoo.fields import Command, Datetime
asked = json.loads(%(asked)r)
users = {}
for name, groups in asked["groups"].items():
    for language in ("zh_CN", "en_US"):
        login = f"walk_{name}_{language[:2]}"
        users[login] = env["res.users"].with_context(no_reset_password=True).create({
            "name": login, "login": login, "password": login, "lang": language,
            "email": f"{login}@example.com", "notification_type": "inbox",
            "group_ids": [Command.set([env.ref("base.group_user").id]
                                      + [env.ref(group).id for group in groups])],
        })
env.flush_all()

ours = "sale_return_mgmt."
def as_(role, records):
    user = users[f"walk_{role}_zh"]
    return records.with_user(user).with_context(lang=user.lang)

lamp, vase, table = (
    env.ref(f"{ours}product_{name}") for name in ("lamp", "vase", "table")
)
total = sum(asked["scenes"].values())
customer = env.ref(f"{ours}partner_harbour")
wrapped = env["product.product"].create({
    "name": "Wrapped Gift", "type": "consu", "list_price": 20, "taxes_id": [(5,)],
    "invoice_policy": "delivery",
})
env["sale.return.policy"].create({
    "name": "Gifts stay gifts", "product_ids": [Command.set(wrapped.ids)],
    "out_of_policy": "refuse", "window_days": 1,
})
products = {"received": vase, "refused": wrapped}
order = env["sale.order"].create({
    "partner_id": customer.id,
    "order_line": [
        Command.create({"product_id": product.id, "product_uom_qty": total})
        for product in (lamp, vase, wrapped)
    ],
})
order.action_confirm()
order.picking_ids.button_validate()
order.picking_ids.move_ids.filtered(lambda move: move.product_id == wrapped).date = (
    Datetime.add(Datetime.now(), days=-90)
)
order._create_invoices(final=True).action_post()
sold = {line.product_id: line for line in order.order_line}
reason = env.ref(f"{ours}sale_return_reason_transport_damage")
found = {}
for scene, count in asked["scenes"].items():
    product = products.get(scene, lamp)
    line = {"sale_line_id": sold[product].id, "quantity": 1, "note": "Dented"}
    if scene == "replacing":
        line["resolution"] = "replace"
    found[scene] = as_("clerk", env["sale.return.order"]).create([
        {"partner_id": customer.id, "reason_id": reason.id,
         "line_ids": [Command.create(line)]}
        for _number in range(count)
    ])

def together(*scenes):
    return env["sale.return.order"].union(*(found[scene] for scene in scenes))

later = [s for s in found if s not in ("draft", "refused")]
as_("clerk", together(*later)).action_submit()
approved = [s for s in later if s not in ("submitted", "rejected")]
as_("approver", together("rejected")).action_reject("有使用痕迹。")
as_("approver", together(*approved)).action_approve()
came = as_("warehouse", together("received", "done"))
came.picking_ids.button_validate()
company = env.company
company.sale_return_post_refund = False
as_("warehouse", together("to_refund")).picking_ids.button_validate()
company.sale_return_post_refund = True
drafts = together("to_refund").sudo().refund_ids
drafts.unlink()
as_("warehouse", together("exception")).picking_ids.action_cancel()
env.flush_all()
for scene, orders in found.items():
    orders = orders.with_env(env)
    print("scene", scene, orders[0].state, orders[0].receipt_status,
          orders[0].inspection_status, orders[0].refund_status,
          orders[0].has_exception, orders[0].is_policy_refusing)
names = set()
for model, fields in asked["names"].items():
    for language in ("zh_CN", "en_US"):
        if model in env:
            for row in env[model].with_context(lang=language).search_read([], fields):
                names |= {str(row[field]) for field in fields if row[field]}
ours = [("res_model", "=like", "sale.return.%%")]
actions = env["ir.actions.act_window"].search(ours)
told = {
    "scenes": {scene: orders.ids for scene, orders in found.items()},
    "names": sorted(names),
    "actions": actions.ids,
}
print("answer", json.dumps(told))
"""


class World:
    """The users, and returns of each state to look at and to take."""

    def __init__(self, server):
        asked = json.dumps({"groups": GROUPS, "scenes": SCENES, "names": NAMES})
        printed = server.shell(SCRIPT % {"asked": asked})
        [told] = re.findall(r"^answer (.*)$", printed, re.MULTILINE)
        told = json.loads(told)
        self.names = [name for name in told["names"] if len(name) > 2]
        self.actions = told["actions"]
        self._scenes = told["scenes"]
        self.shown = {scene: ids[0] for scene, ids in self._scenes.items()}

    def take(self, scene):
        """A return of that state that nobody has touched."""
        left = self._scenes[scene]
        assert len(left) > 1, f"SCENES has too few returns that are {scene}"
        return left.pop()
