import re

from odoo.tests import tagged

from .common import PIXEL
from .common_portal_request import PortalRequestCommon


@tagged("post_install", "-at_install")
class TestPortalRequest(PortalRequestCommon):
    """A customer asks for a return on the page of his order."""

    def test_a_return_by_the_customer(self):
        response = self.url_open(f"/my/orders/{self.order.id}")
        self.assertIn("Return Items", response.text)
        response = self.url_open(self._url())
        self.assertIn(self.product.display_name, response.text)
        form = self._fill({self.lamps: "2"}, **{f"note-{self.lamps.id}": "<b>dark"})
        made = self._assert_made(
            self._post(form, files=[("photos", ("a.png", PIXEL, "image/png"))] * 2)
        )
        self.assertRecordValues(
            made,
            [
                {
                    "state": "submitted",
                    "channel": "portal",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": self.order.user_id.id,
                    "create_uid": self.buyer.id,
                    "submitted_by_id": self.buyer.id,
                    "amount_total": 230.0,
                    "in_policy": True,
                }
            ],
        )
        self.assertRecordValues(
            made.line_ids,
            [
                {
                    "sale_line_id": self.lamps.id,
                    "quantity": 2,
                    "reason_id": self.reason.id,
                    "note": "<b>dark",
                    "policy_id": self.policy.id,
                }
            ],
        )
        told = self.env["mail.message"].search(
            [
                ("model", "=", made._name),
                ("res_id", "=", made.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertEqual(told.partner_ids, self.order.user_id.partner_id)
        self.assertIn(made.name, told.subject)
        self.assertEqual(made.attachment_ids.mapped("name"), ["a.png"] * 2)
        self.assertEqual(set(made.attachment_ids.mapped("public")), {False})
        self.assertEqual(made.attachment_ids[0].raw, PIXEL)

    def test_the_log_knows_the_customer(self):
        made = self._assert_made(self._post(self._fill({self.lamps: "1"})))
        events = made.event_ids.sorted("id")
        self.assertEqual(events.mapped("type"), ["created", "submitted"])
        self.assertEqual(events.user_id, self.buyer)
        self.assertEqual(events[-1].payload, {"portal": "login"})
        self.assertEqual(made.message_ids.author_id, self.customer)
        self.assertFalse(events._find_broken_links(made))
        self.assertIn(self.users["approver"], made.activity_ids.user_id)

    def test_with_the_link_of_the_order(self):
        self.authenticate(None, None)
        response = self._post(self._fill({self.lamps: "1"}))
        self.assertEqual(response.headers["Location"].rpartition("/")[-1], "my")
        token = self.order._portal_ensure_token()
        self.env.flush_all()
        form = self._fill({self.lamps: "1"})
        self.assertIn("115.00", self._preview(form, access_token=token)["html"])
        made = self._assert_made(self._post(form, token=True))
        self.assertTrue(made.submitted_by_id._is_public())
        self.assertEqual(made.event_ids[0].payload, {"portal": "link"})
        self.assertEqual(made.message_ids.author_id, self.customer)
        self._as("approver", made).action_send_back("Ask him for a photo")
        self.assertNotIn(self.customer, made.message_ids[0].notified_partner_ids)

    def test_sent_twice_is_one_return(self):
        form = self._fill({self.lamps: "5"})
        made = self._assert_made(self._post(form))
        self.assertEqual(self._assert_made(self._post(form)), made)
        response = self._post({**form, f"quantity-{self.lamps.id}": "1"})
        self.assertIn("sent this form already", response.text)
        self.assertEqual(self._get_returns(), made)
        [key] = re.findall(r'name="key" value="([^"]+)"', response.text)
        self.assertNotEqual(key, form["key"])

    def test_the_preview_says_what_is_done(self):
        self.policy.fee_percent = 10
        form = self._fill({self.lamps: "2"})
        answer = self._preview(form)
        self.assertTrue(answer["ok"])
        self.assertFalse(self._get_returns())
        made = self._assert_made(self._post(form))
        self.assertIn(made.policy_message, answer["html"])
        self.assertIn("207.00", answer["html"])
        self.assertEqual(made.amount_total, 207)
        # The page tells the same sum: goods, fee, total.
        page = self.url_open(f"/my/returns/{made.id}").text
        table = page[page.index('id="return_lines"') : page.index("</table>")]
        amounts = re.findall(r'class="oe_currency_value">([^<]+)', table)
        amounts = [amount.replace("\ufeff", "") for amount in amounts]
        self.assertEqual(amounts, ["230.00", "-23.00", "207.00"])

    def test_refused_in_the_words_of_the_policy(self):
        self.policy.write({"returnable": False, "out_of_policy": "refuse"})
        response = self.url_open(f"/my/orders/{self.order.id}")
        self.assertNotIn("Return Items", response.text)
        self.assertIn("is not returnable", response.text)
        text = "Lamp is not returnable (policy “Portal”, for all goods)."
        text = text.replace("Lamp", self.product.display_name)
        self.assertIn(text, self._preview(self._fill({self.lamps: "1"}))["html"])
        response = self._post(self._fill({self.lamps: "1"}))
        self._assert_refused(response, text)
        self.assertNotIn("manager", response.text)

    def test_approved_by_the_policy(self):
        self.policy.auto_approve_limit = 1000
        self.assertIn(
            "as soon as", self._preview(self._fill({self.lamps: "1"}))["html"]
        )
        self.authenticate(None, None)
        made = self._assert_made(self._post(self._fill({self.lamps: "1"}), token=True))
        self.assertEqual(made.state, "approved")
        self.assertTrue(made.picking_ids)

    def test_what_a_reason_asks_for(self):
        self.reason.sudo().write({"requires_note": True, "requires_attachment": True})
        page = self.url_open(self._url()).text
        self.assertIn("please describe", page)
        self.assertIn("with a photo", page)
        form = self._fill({self.lamps: "1"})
        self._assert_refused(self._post(form), "needs a note")
        form[f"note-{self.lamps.id}"] = "It is <dark>"
        response = self._post(form)
        self._assert_refused(response, "Add a photo or another file")
        self.assertIn("It is &lt;dark&gt;", response.text)
        self.assertIn("Add a photo", self._preview(form)["html"])
        self.assertTrue(self._preview(form, files=1)["ok"])
        files = [("photos", ("a.png", PIXEL, "image/png"))]
        self._assert_made(self._post(form, files=files))

    def test_the_same_again(self):
        form = self._fill({self.lamps: "1"}, resolution="replace")
        self.assertIn("the same again", self._preview(form)["html"])
        made = self._assert_made(self._post(form))
        self.assertEqual(made.line_ids.resolution, "replace")
        self.assertEqual(made.amount_total, 0)

    def test_money_to_an_account(self):
        form = self._fill({self.lamps: "1"}, refund_method="transfer")
        self._assert_refused(self._post(form), "IBAN")
        form["acc_number"] = "DE00 1234 5678"
        self._assert_refused(self._post(form), "IBAN")
        form["acc_number"] = "DE89 3704 0044 0532 0130 00"
        made = self._assert_made(self._post(form))
        account = made.partner_bank_id
        self.assertEqual(account.partner_id, self.customer)
        self.assertFalse(account.allow_out_payment)
        page = self.url_open(self._url()).text
        self.assertIn("•••• 3000", page)
        self.assertNotIn("3704", page)
        form = self._fill(
            {self.lamps: "1"}, refund_method="transfer", account=str(account.id)
        )
        self.assertEqual(self._assert_made(self._post(form)).partner_bank_id, account)
        self.assertEqual(self.customer.bank_ids, account)

    def test_nothing_is_kept_of_what_is_refused(self):
        form = self._fill(
            {self.lamps: "6"}, refund_method="transfer", acc_number="1234567"
        )
        self._assert_refused(self._post(form), "can still be returned")
        self.assertFalse(self.customer.bank_ids)
        self.assertFalse(
            self.env["sale.return.order"].search([("channel", "=", "portal")])
        )

    def test_withdrawal_where_the_law_gives_it(self):
        form = self._fill({self.lamps: "1"}, legal_basis="withdrawal")
        self.assertNotIn("withdraw", self.url_open(self._url()).text)
        self._assert_refused(self._post(form), "right of withdrawal")
        self.policy.fee_percent = 10
        self.company.sudo().country_id = self.env.ref("base.de")
        self.assertIn("withdraw", self.url_open(self._url()).text)
        made = self._assert_made(self._post(form))
        self.assertEqual((made.legal_basis, made.amount_fee), ("withdrawal", 0))
        self.customer.is_company = True
        self.assertNotIn("withdraw", self.url_open(self._url()).text)

    def test_the_law_asks_for_no_reason_to_withdraw(self):
        self.company.sudo().country_id = self.env.ref("base.de")
        reason = f"reason-{self.lamps.id}"
        form = self._fill({self.lamps: "1"}, **{reason: ""})
        self._assert_refused(self._post(form), "Choose a return reason")
        made = self._assert_made(self._post(form | {"legal_basis": "withdrawal"}))
        self.assertEqual(made.line_ids.reason_id.code, "NO_REASON")

    def test_which_serial_numbers(self):
        phone = self._create_goods("Phone", tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": f"SN-{number}", "product_id": phone.id} for number in range(3)]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                phone, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        order = self._sell([(phone, 3)])
        line = order.order_line
        page = self.url_open(self._url(order)).text
        self.assertIn("Which ones?", page)
        self.assertIn("SN-2", page)
        form = self._fill({line: "1"}, **{f"lot-{line.id}": ["SN-1", "SN-2"]})
        self._assert_refused(self._post(form, order), "SN-1", order)
        form[f"lot-{line.id}"] = "SN-1"
        made = self._assert_made(self._post(form, order), order)
        self.assertEqual(made.line_ids.lot_ids, lots[1])
        self.assertNotIn('value="SN-1"', self.url_open(self._url(order)).text)

    def test_in_the_unit_of_the_order(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell([(self.product, 2, {"product_uom_id": dozen.id})])
        form = self._fill({order.order_line: "0.5"})
        made = self._assert_made(self._post(form, order), order)
        self.assertEqual(made.line_ids.product_uom_id, dozen)
        self.assertEqual(order.order_line.quantity_returnable, 1.5)

    def test_sixty_lines_cost_no_more_than_one(self):
        """All is read together: the page, and what it comes to."""
        small = self._sell([(self.product, 1)], invoice=False)
        large = self._sell([(self.product, 1)] * 60, invoice=False)
        counts = []
        for order in (small, large):
            order = order.sudo()
            offers = []
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            offers = order._prepare_return_offer()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(offers["lines"]), len(order.order_line))
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertLess(counts[1], 90)
