"""The main job on a running server, as people and other systems do it: four new
returns are requested, decided, received, inspected, credited and paid back, each step
by its own user."""

import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from .demo_person import Person
from .demo_table import table
from .refusal import Refusal
from .steps import step

# Four returns by how they end: the customer, {product: (sold, returned)}, how many of
# each are received (None: all), and what must be true of the answer in the end.
CASES = {
    "full": (
        "partner_harbour",
        {"product_lamp": (3, 2), "product_vase": (2, 1)},
        None,
        {
            "state": "done",
            "receipt_status": "full",
            "inspection_status": "done",
            # The invoice was paid: what is credited goes to the customer's account.
            "refund_method": "transfer",
            "refund_status": "paid",
            # What is inspected arrives apart from what goes to stock.
            "transfers": ["done", "done"],
        },
    ),
    "partial": (
        "partner_chenguang",
        {"product_blanket": (6, 4)},
        3,
        {
            "state": "approved",
            "receipt_status": "partial",
            "transfers": ["assigned", "done"],
        },
    ),
    "exchange": (
        "partner_harbour",
        {"product_blanket": (2, 1)},
        None,
        {
            "state": "done",
            "receipt_status": "full",
            "replacement_status": "done",
            # Set off against the invoice of what was sent instead.
            "refund_status": "paid",
            "transfers": ["done"],
        },
    ),
    "rejected": (
        "partner_harbour",
        {"product_table": (1, 1)},
        0,
        {"state": "rejected", "receipt_status": "none", "transfers": []},
    ),
}
REJECTION = "The photos show marks of use."
INSTEAD = "product_lamp"  # what the customer of the exchange gets
FEE = 10.0  # percent of what the partial return is credited


def run(base_url, db, out_dir):
    """Do the job, print what became of the returns and write their documents.

    :param str base_url: address of the server, without a slash at the end
    :param str db: a database with the addon's demo data
    :param Path out_dir: folder for the PDFs, made if need be
    :raise Refusal: if something ends otherwise than it should
    """
    console = Console(width=None if sys.stdout.isatty() else 120)
    job = Job(base_url, db)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    with step(console, "Four orders sold, delivered and invoiced", "admin"):
        job.sell()
    with step(console, "Four returns requested in one call", "return_clerk"):
        job.request()
    with step(console, "The same call again: nothing is made twice", "return_clerk"):
        job.request(again=True)
    with step(console, "Three returns approved, one rejected", "return_approver"):
        job.decide()
    with step(console, f"A fee of {FEE:g} % set for an unpacked one", "return_manager"):
        job.charge_fee()
    with step(console, "Goods received, one parcel incomplete", "return_warehouse"):
        job.receive()
    with step(console, "What is made of glass inspected", "return_warehouse"):
        job.inspect()
    with step(console, "A dearer replacement sent and invoiced", "admin"):
        job.replace()
    with step(console, "Refund paid by bank transfer", "admin"):
        job.pay_back()
    with step(console, "Result read back and checked", "return_clerk"):
        answers = job.read()
    with step(console, "Documents printed", "return_clerk, return_warehouse"):
        paths = job.print_documents(answers, out_dir)
    console.print()
    console.print(table(answers.values(), job.labels()))
    for path in paths:
        console.print(str(path), style="dim", highlight=False, soft_wrap=True)


def main(arguments):
    """The entry for run.py: arguments as for run()."""
    run(*arguments)
    return 0


class Job:
    """The steps; they remember the orders and returns by case."""

    def __init__(self, base_url, db):
        self.base_url = base_url
        self.admin = Person(base_url, db, "admin")
        self.clerk = Person(base_url, db, "return_clerk")
        self.approver = Person(base_url, db, "return_approver")
        self.warehouse = Person(base_url, db, "return_warehouse")
        self.manager = Person(base_url, db, "return_manager")
        self.refs = {case: f"{case}-{uuid.uuid4().hex[:8]}" for case in CASES}

    def sell(self):
        call = self.admin.call
        domain = [
            ("module", "=", "sale_return_mgmt"),
            ("model", "in", ("res.partner", "product.product")),
        ]
        rows = call("ir.model.data", "search_read", domain, ["name", "res_id"])
        self.ids = {row["name"]: row["res_id"] for row in rows}
        vals_list = [
            {
                "partner_id": self.ids[customer],
                "order_line": [
                    (0, 0, {"product_id": self.ids[name], "product_uom_qty": sold})
                    for name, (sold, _returned) in lines.items()
                ],
            }
            for customer, lines, *_rest in CASES.values()
        ]
        order_ids = call("sale.order", "create", vals_list)
        self.orders = dict(zip(CASES, order_ids, strict=True))
        call("sale.order", "action_confirm", order_ids)
        domain = [("sale_id", "in", order_ids)]
        picking_ids = call("stock.picking", "search", domain)
        call("stock.picking", "button_validate", picking_ids)
        self._invoice(order_ids)
        self._pay(self.orders["full"])

    def _invoice(self, order_ids):
        call, wizard = self.admin.call, "sale.advance.payment.inv"
        context = {"active_model": "sale.order", "active_ids": order_ids}
        wizard_id = call(wizard, "create", {}, context=context)
        self.admin.press(wizard, "create_invoices", [wizard_id], context)
        domain = [("invoice_line_ids.sale_line_ids.order_id", "in", order_ids)]
        invoice_ids = call("account.move", "search", domain)
        call("account.move", "action_post", invoice_ids)

    def _pay(self, order_id):
        """The customer pays the invoice of an order at the bank."""
        call, wizard = self.admin.call, "account.payment.register"
        domain = [("invoice_line_ids.sale_line_ids.order_id", "=", order_id)]
        invoice_ids = call("account.move", "search", domain)
        context = {"active_model": "account.move", "active_ids": invoice_ids}
        wizard_id = call(wizard, "create", {}, context=context)
        call(wizard, "action_create_payments", [wizard_id], context=context)

    def request(self, again=False):
        payload = [
            {
                "source": "demo shop",
                "ref": self.refs[case],
                "order": self.orders[case],
                "refund_method": "transfer" if case == "full" else "credit",
                "customer_reference": f"CLAIM-{self.refs[case][-4:].upper()}",
                "lines": [
                    {
                        "product": self.ids[name],
                        "quantity": returned,
                        # Nobody but the customer may be charged a fee.
                        "reason": "UNWANTED" if case == "partial" else "LATE",
                        **(self._instead() if case == "exchange" else {}),
                    }
                    for name, (_sold, returned) in lines.items()
                ],
            }
            for case, (_customer, lines, *_rest) in CASES.items()
        ]
        results = self.clerk.call("sale.return.order", "api_request", payload)
        for case, result in zip(CASES, results, strict=True):
            found = {"replayed": result.get("replayed"), "state": result.get("state")}
            expect(case, found, {"replayed": again, "state": "submitted"}, result)
        ids = [result["id"] for result in results]
        self.returns = dict(zip(CASES, ids, strict=True))

    def _instead(self):
        return {
            "resolution": "replace",
            "replacement": {"product": self.ids[INSTEAD], "quantity": 1},
        }

    def decide(self):
        call = self.approver.call
        approved = [self.returns[case] for case in CASES if case != "rejected"]
        call("sale.return.order", "action_approve", approved)
        rejected = [self.returns["rejected"]]
        call("sale.return.order", "action_reject", rejected, REJECTION)

    def charge_fee(self):
        reason = "The boxes were opened."
        ids = [self.returns["partial"]]
        self.manager.call("sale.return.order", "action_set_fee", ids, FEE, reason)

    def receive(self):
        call = self.warehouse.call
        for case, (_customer, _lines, received, _expected) in CASES.items():
            domain = [("return_order_id", "=", self.returns[case])]
            picking_ids = call("stock.picking", "search", domain)
            if received:
                move_ids = call(
                    "stock.move", "search", [("picking_id", "in", picking_ids)]
                )
                call("stock.move", "write", move_ids, {"quantity": received})
            if picking_ids:
                answer = call("stock.picking", "button_validate", picking_ids)
                if isinstance(answer, dict):  # the dialog that offers a backorder
                    self._confirm(answer)

    def inspect(self):
        """Accept what waits for inspection: glass, as the demo's policy says."""
        call = self.warehouse.call
        domain = [
            ("id", "in", list(self.returns.values())),
            ("inspection_status", "=", "pending"),
        ]
        waiting = call("sale.return.order", "search", domain)
        expect("full", {"waiting": waiting}, {"waiting": [self.returns["full"]]}, None)
        call("sale.return.order", "action_inspect_all", waiting)

    def replace(self):
        """Send and invoice what the exchange's customer gets instead."""
        call = self.admin.call
        domain = [("replacement_return_id", "=", self.returns["exchange"])]
        order_ids = call("sale.order", "search", domain)
        expect("exchange", {"orders": len(order_ids)}, {"orders": 1}, None)
        picking_ids = call("stock.picking", "search", [("sale_id", "in", order_ids)])
        call("stock.picking", "button_validate", picking_ids)
        self._invoice(order_ids)

    def pay_back(self):
        """Accounting confirms the transfers that the returns prepared."""
        call, ids = self.admin.call, list(self.returns.values())
        domain = [("invoice_ids.return_order_id", "in", ids), ("state", "=", "draft")]
        payment_ids = call("account.payment", "search", domain)
        call("account.payment", "action_post", payment_ids)

    def _confirm(self, action):
        call, context = self.warehouse.call, action["context"]
        wizard_id = call(action["res_model"], "create", {}, context=context)
        call(action["res_model"], "process", [wizard_id], context=context)

    def read(self):
        ids = list(self.returns.values())
        answers = self.clerk.call("sale.return.order", "api_get", ids)
        answers = dict(zip(CASES, answers, strict=True))
        for case, answer in answers.items():
            _customer, lines, received, expected = CASES[case]
            transfers = sorted(transfer["state"] for transfer in answer["transfers"])
            expect(case, {**answer, "transfers": transfers}, expected, answer)
            wanted = [
                returned if received is None else received
                for _sold, returned in lines.values()
            ]
            found = [line["quantity_refunded"] for line in answer["lines"]]
            expect(case, {"credited": found}, {"credited": wanted}, answer)
            posted = [
                note["amount_total"]
                for note in answer["credit_notes"]
                if note["state"] == "posted"
            ]
            amounts = {"amount_refunded": answer["amount_refunded"]}
            expect(case, {"amount_refunded": round(sum(posted), 2)}, amounts, answer)
        full = answers["full"]
        expect("full", full, {"amount_refunded": full["amount_total"]}, full)
        paid = round(sum(payment["amount"] for payment in full["payments"]), 2)
        expect("full", {"paid": paid}, {"paid": full["amount_total"]}, full)
        partial = answers["partial"]
        before = partial["amount_total"] + partial["amount_fee"]
        fee = {"amount_fee": round(before * FEE / 100, 2)}
        expect("partial", partial, fee, partial)
        rejected = answers["rejected"]
        expect("rejected", rejected, {"rejection_reason": REJECTION}, rejected)
        return answers

    def labels(self):
        """Return what people read for each value of the statuses."""
        names = ["state", "receipt_status", "inspection_status", "refund_status"]
        call = self.clerk.call
        fields = call("sale.return.order", "fields_get", names, ["selection"])
        return {name: dict(fields[name]["selection"]) for name in names}

    def print_documents(self, answers, out_dir):
        """Write the PDFs of the returns and return their paths."""
        clerk, warehouse = self.clerk.log_in(), self.warehouse.log_in()
        jobs = []
        for case, answer in answers.items():
            if case not in ("full", "partial"):
                continue
            slip = "sale_return_mgmt.report_return_slip"
            documents = [(clerk, "return-slip", slip, answer)]
            documents += [
                (warehouse, "receipt-slip", "stock.report_deliveryslip", transfer)
                for transfer in answer["transfers"]
                if transfer["state"] == "done"
            ]
            documents += [
                (clerk, "credit-note", "account.report_invoice", note)
                for note in answer["credit_notes"]
            ]
            jobs += documents

        def write(job):
            session, kind, report, record = job
            path = out_dir / f"{kind}-{record['name'].replace('/', '-')}.pdf"
            path.write_bytes(self._print(session, report, record["id"]))
            return path

        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(write, jobs))

    def _print(self, session, report, record_id):
        response = session.get(f"{self.base_url}/report/pdf/{report}/{record_id}")
        if not response.content.startswith(b"%PDF-"):
            raise Refusal(
                f"{report} of record {record_id} is no PDF (HTTP "
                f"{response.status_code}); the server's log says why."
            )
        return response.content


def expect(case, found, expected, answer):
    """Refuse to go on where ``found`` lacks something of ``expected``."""
    wrong = {key: found.get(key) for key in expected if found.get(key) != expected[key]}
    if wrong:
        raise Refusal(f"“{case}” ended with {wrong}, not {expected}: {answer}")
