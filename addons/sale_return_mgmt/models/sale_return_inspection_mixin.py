from collections import defaultdict

from odoo import api, fields, models

from ..exceptions import return_error
from ..tools.api_payload import get_evidence_type


class SaleReturnInspectionMixin(models.AbstractModel):
    """How received goods of a return order are inspected: what is accepted, and where
    each piece goes."""

    _name = "sale.return.inspection.mixin"
    _description = "Return Inspection Steps"

    inspection_ids = fields.One2many(
        "sale.return.inspection", "order_id", "Inspections", readonly=True
    )
    inspection_status = fields.Selection(
        [
            ("none", "Nothing to Inspect"),
            ("pending", "To Inspect"),
            ("partial", "Partially Inspected"),
            ("done", "Inspected"),
        ],
        compute="_compute_inspection_status",
        store=True,
        index=True,
    )

    @api.depends("line_ids.quantity_to_inspect", "line_ids.quantity_inspected")
    def _compute_inspection_status(self):
        """Of what came in so far: what is still awaited is the receipt's matter."""
        for order in self:
            waiting = order._is_inspection_pending()
            inspected = any(
                not line.product_uom_id.is_zero(line.quantity_inspected)
                for line in order.line_ids
            )
            if waiting:
                order.inspection_status = "partial" if inspected else "pending"
            else:
                order.inspection_status = "done" if inspected else "none"

    def _is_inspection_pending(self):
        self.ensure_one()
        return any(
            not line.product_uom_id.is_zero(line.quantity_to_inspect)
            for line in self.line_ids
        )

    def _is_sending_back(self):
        """Whether rejected goods still wait to leave for the customer, or would if
        nobody had cancelled their transfer."""
        self.ensure_one()
        # sudo: transfers count, whoever may see them
        facts_sudo = self.sudo().inspection_ids.filtered(
            lambda fact: (
                fact.disposition_id.kind == "return_to_customer"
                and not fact.reversed_id
                and not fact.reversal_ids
            )
        )
        return any(move.state != "done" for move in facts_sudo.move_ids)

    def _check_nothing_to_inspect(self):
        for order in self:
            if order._is_inspection_pending():
                raise return_error(
                    "INSPECTION_REQUIRED",
                    self.env._(
                        "%s still has goods to inspect: inspect what came in first.",
                        order.name,
                    ),
                )

    # === ACTION METHODS === #

    def action_inspect(self):
        """Open the dialog with one row for each line and lot that waits."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Inspect %s", self.name),
            "res_model": "sale.return.order.inspect",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_order_id": self.id,
                "dialog_size": "extra-large",
            },
        }

    def action_open_dock(self):
        """Receive and inspect on the dock's screen."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sale_return_mgmt.sale_return_dock_action"
        )
        action["params"] = {"return_id": self[:1].id}
        return action

    def action_inspect_all(self, disposition=None):
        """Inspect whatever was received and still waits.

        :param disposition: id or code of a disposition. Without it each line follows
            its reason, else goes back to stock; discrepancies wait for a person then.
        """
        self = self._prepare_step("sale_return_mgmt.group_sale_return_warehouse")
        self._inspect(
            [
                row
                for order in self
                for row in order._prepare_inspection_rows(disposition)
            ]
        )
        return True

    def _prepare_inspection_rows(self, disposition_key=None, for_dialog=False):
        """Rows for ``_inspect`` of everything that waits.

        :param disposition_key: id or code of the disposition of all
        :param bool for_dialog: propose rows for discrepancies as well
        """
        self.ensure_one()
        # sudo: quantities and lots; what is returned is as the user sees it
        waiting_sudo = self.sudo().line_ids._get_quantities_to_inspect()
        rows = []
        for line, quantities in waiting_sudo.items():
            line = line.sudo(False)
            if disposition_key:
                disposition = self.env["sale.return.disposition"]._get_from_key(
                    disposition_key, self.company_id
                )
            elif line.discrepancy and not for_dialog:
                continue
            else:
                disposition = line._get_usual_disposition()
            rows += [
                {
                    "line": line,
                    "lot": lot.sudo(False),
                    "quantity": quantity,
                    "disposition": disposition,
                    "condition": "as_new" if disposition.kind == "restock" else False,
                }
                for lot, quantity in quantities.items()
            ]
        return rows

    # === BUSINESS METHODS === #

    def _inspect(self, rows):
        """Record what was found and move the goods, all in one batch.

        :param list rows: dicts with ``line``, ``lot`` (or empty), ``quantity`` and
            ``disposition``; optionally ``condition``, ``note``, ``location`` (another
            destination than the usual one), ``attachments`` and ``credit_percent`` (of
            the line; only ever lowered, with a note)
        :return: ``sale.return.inspection`` records, in ``sudo``
        """
        self = self._prepare_step("sale_return_mgmt.group_sale_return_warehouse")
        self._check_state("approved", "done")
        self._check_inspection_rows(rows)
        # sudo: inspections and their moves are written by the steps only
        Inspection_sudo = self.env["sale.return.inspection"].sudo()
        facts_sudo = Inspection_sudo.create(
            [self._prepare_inspection_vals(row) for row in rows]
        )
        for fact_sudo, row in zip(facts_sudo, rows, strict=True):
            # What the storekeeper uploaded belongs to the inspection from now on.
            row.get("attachments", self.env["ir.attachment"]).sudo().write(
                {"res_model": fact_sudo._name, "res_id": fact_sudo.id}
            )
        facts_sudo._dispose()
        lowered = self._lower_credit(rows)
        facts_sudo.order_id._on_inspected("inspected", facts_sudo, lowered)
        return facts_sudo

    def _prepare_inspection_vals(self, row):
        disposition = row["disposition"]
        return {
            "line_id": row["line"].id,
            "lot_id": row["lot"].id if row.get("lot") else False,
            "quantity": row["quantity"],
            "condition": row.get("condition") or False,
            "disposition_id": disposition.id,
            "is_accepted": disposition.accepts and not row["line"].discrepancy,
            "location_id": row["location"].id if row.get("location") else False,
            "note": row.get("note") or False,
            "attachment_ids": row["attachments"].ids if row.get("attachments") else [],
            "inspector_id": self.env.uid,
            "date": fields.Datetime.now(),
        }

    def _check_inspection_rows(self, rows):
        """Refuse rows that do not fit what waits, before anything is written."""
        lines = self.env["sale.return.order.line"].browse(
            {row["line"].id for row in rows}
        )
        # sudo: quantities, lots and moves of lines that the user may see
        left = lines.sudo()._get_quantities_to_inspect()
        left = {line.id: quantities for line, quantities in left.items()}
        for row in rows:
            self._check_evidence(row.get("attachments", ()))
            line, lot = row["line"], row.get("lot") or self.env["stock.lot"]
            if line.order_id not in self:
                raise return_error(
                    "NOT_FOUND",
                    self.env._(
                        "%(product)s is no line of %(orders)s.",
                        product=line.product_id.display_name,
                        orders=", ".join(self.mapped("name")),
                    ),
                    line=line,
                )
            line._check_inspection_quantity(row["quantity"])
            line._check_disposition(row["disposition"], row.get("location"))
            if row.get("credit_percent") is not None:
                line._check_lowered_credit(row["credit_percent"], row.get("note"))
            waiting = left[line.id]
            if lot and lot not in waiting:
                raise return_error(
                    "LOT_MISMATCH",
                    self.env._(
                        "%(product)s of %(order)s: %(lot)s does not wait for "
                        "inspection. Choose one of: %(lots)s.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        lot=lot.name,
                        lots=", ".join(other.name for other in waiting if other)
                        or self.env._("none"),
                    ),
                    line=line,
                )
            if not lot and waiting and lot not in waiting:
                raise return_error(
                    "LOT_REQUIRED",
                    self.env._(
                        "%(product)s of %(order)s: choose the lot or serial number "
                        "that was inspected.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                    ),
                    line=line,
                )
            possible = waiting.get(lot, 0.0)
            if line.product_uom_id.compare(row["quantity"], possible) > 0:
                raise return_error(
                    "INVALID",
                    self.env._(
                        "%(product)s of %(order)s: %(asked)s %(uom)s to inspect, but "
                        "only %(possible)s are received and not yet inspected.",
                        product=" ".join(
                            filter(None, [line.product_id.display_name, lot.name])
                        ),
                        order=line.order_id.name,
                        asked=line._format_quantity(row["quantity"]),
                        possible=line._format_quantity(possible),
                        uom=line.product_uom_id.name,
                    ),
                    line=line,
                    possible=possible,
                )
            waiting[lot] = possible - row["quantity"]

    def _check_evidence(self, files):
        for file in files:
            if not get_evidence_type(file.raw or b""):
                raise return_error(
                    "INVALID",
                    self.env._(
                        "“%s” is neither a picture nor a video nor a PDF. Take it "
                        "away, or choose another file.",
                        file.name,
                    ),
                )

    def _lower_credit(self, rows):
        """Lower what lines are credited for goods of diminished value.

        :return: dict of line to its new percentage
        """
        lowered = {}
        for row in rows:
            line, percent = row["line"], row.get("credit_percent")
            if percent is not None and percent < line.credit_percent:
                # sudo: the checked verdict is a workflow field of the line
                line.sudo().credit_percent = percent
                lowered[line] = percent
        return lowered

    def _on_inspected(self, event_type, facts, lowered=None):
        """What follows an inspection or its undoing; called in ``sudo``."""
        payloads = defaultdict(lambda: {"lines": []})
        for fact in facts:
            payloads[fact.order_id]["lines"].append(fact._prepare_event_payload())
        for line, percent in (lowered or {}).items():
            payloads[line.order_id].setdefault("credit_percent", []).append(
                {"line": line.id, "percent": percent}
            )
        notes = ", ".join(filter(None, dict.fromkeys(facts.mapped("note"))))
        self.env["sale.return.event"]._log(
            self, event_type, note=notes, payloads=payloads
        )
        self._settle_automatically("inspection")
        self._check_done()
