from .common import SaleReturnCommon


class SaleReturnLoadCommon(SaleReturnCommon):
    """Loads rows as the import of the web client does."""

    FIELDS = [
        "id",
        "customer_reference",
        "line_ids/sale_order_id",
        "line_ids/product_id",
        "line_ids/quantity",
        "line_ids/reason_id",
        "line_ids/note",
    ]

    def _row(self, xid, sold, product, quantity, reason=None, note=""):
        """A row of ``FIELDS``; without ``xid`` it belongs to the return above it."""
        reference = xid and f"Claim {xid}"
        reason = self.reason.code if reason is None else reason
        order = sold if isinstance(sold, str) else sold.name
        return [xid, reference, order, product, str(quantity), reason, note]

    def _load_raw(self, fields, rows, role="clerk"):
        orders = self.env["sale.return.order"].with_user(self.users[role])
        return orders.load(fields, [list(row) for row in rows])

    def _get_loaded(self, result):
        self.assertFalse(result["messages"])
        return (
            self.env["sale.return.order"]
            .with_user(self.users["clerk"])
            .browse(result["ids"])
        )

    def _load(self, *rows):
        return self._get_loaded(self._load_raw(self.FIELDS, rows))

    def _assert_refused(self, result, row, text):
        """One message, about this row (counted from 0), and nothing written."""
        self.assertFalse(result["ids"])
        [message] = result["messages"]
        self.assertEqual(message["type"], "error")
        self.assertEqual(message["rows"], {"from": row, "to": row}, message)
        self.assertEqual(message["record"], row + 1)
        self.assertIn(text, message["message"])
        return message
