from datetime import timedelta

from odoo import api, fields, models


class SaleReturnPolicy(models.Model):
    _name = "sale.return.policy"
    _description = "Return Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the policy applies in all companies."
    )
    returnable = fields.Boolean(
        "Can Be Returned",
        default=True,
        help="Unticked: what this policy covers is never returnable.",
    )
    window_days = fields.Integer(
        "Return Window",
        default=30,
        help="Days in which a return may be requested. 0 means without limit.",
    )
    window_from = fields.Selection(
        [
            ("delivery", "Last Delivery"),
            ("invoice", "First Invoice"),
            ("order", "Order Confirmation"),
        ],
        "Window Starts At",
        required=True,
        default="delivery",
    )
    out_of_policy = fields.Selection(
        [("refuse", "Refuse"), ("approver", "The Approver Decides")],
        "If Out of Policy",
        required=True,
        default="approver",
    )

    requires_inspection = fields.Selection(
        [("yes", "Always"), ("no", "Never")],
        "Inspection",
        help="Whether the goods are inspected before they are accepted. Empty: as the "
        "company's settings say.",
    )

    _window_days_check = models.Constraint(
        "CHECK (window_days >= 0 AND window_days <= 36500)",
        "The return window must be between 0 and 36,500 days.",
    )

    @api.model
    def _match(self, lines):
        """The policy that decides on each line.

        :param lines: ``sale.return.order.line`` records
        :return: dict of line to policy; the empty policy where none applies
        """
        policies_by_company = {
            company: self.search([("company_id", "in", [False, company.id])], limit=1)
            for company in lines.company_id
        }
        return {line: policies_by_company[line.company_id] for line in lines}

    def _get_verdict(self, line):
        """Judge one return line.

        :return: ``(code, message)``; the code is empty where the line is in policy,
            else ``NOT_RETURNABLE`` or ``WINDOW_EXPIRED``
        """
        if not self:
            return "", self.env._("No return policy applies.")
        if not self.returnable:
            return "NOT_RETURNABLE", self.env._(
                "%(product)s is not returnable (policy “%(policy)s”).",
                product=line.product_id.display_name,
                policy=self.name,
            )
        start = self._get_window_start(line)
        if not self.window_days or not start:
            return "", self.env._("In policy “%s”.", self.name)
        last_day = start + timedelta(days=self.window_days)
        if line.order_id.date_request <= last_day:
            return "", self.env._(
                "In policy “%(policy)s”: returnable until %(date)s.",
                policy=self.name,
                date=fields.Date.to_string(last_day),
            )
        return "WINDOW_EXPIRED", self.env._(
            "%(product)s could be returned until %(date)s (policy “%(policy)s”).",
            product=line.product_id.display_name,
            date=fields.Date.to_string(last_day),
            policy=self.name,
        )

    def _is_inspection_required(self, line):
        """Whether the goods of a return line must be inspected."""
        if line.goods_return == "keep":
            return False
        if self.requires_inspection:
            return self.requires_inspection == "yes"
        return line.company_id.sale_return_inspection_required

    def _get_window_start(self, line):
        """Day from which the window counts, in the company's time zone, or False."""
        moment = getattr(self, f"_get_window_start_{self.window_from}")(line)
        if not moment:
            return False
        company_tz = line.company_id.partner_id.tz or "UTC"
        return fields.Datetime.context_timestamp(
            self.with_context(tz=company_tz), moment
        ).date()

    def _get_window_start_delivery(self, line):
        return max(
            line.sale_line_id._get_delivered_moves().mapped("date"), default=False
        )

    def _get_window_start_invoice(self, line):
        dates = line.sale_line_id._get_posted_invoice_lines().mapped("invoice_date")
        return fields.Datetime.to_datetime(min(dates, default=False))

    def _get_window_start_order(self, line):
        return line.sale_line_id.order_id.date_order
