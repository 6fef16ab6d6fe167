from odoo.tests import tagged

from .common import SaleReturnCommon


@tagged("post_install", "-at_install")
class TestPublicMethods(SaleReturnCommon):
    def test_public_methods_are_known(self):
        """A new public method must be meant to be called from outside."""
        expected = {
            "action_add_deliveries",
            "action_add_named_orders",
            "action_approve",
            "action_approve_with_changes",
            "action_cancel",
            "action_close_short",
            "action_credit_instead",
            "action_enter_costs",
            "action_name_approver",
            "action_override_policy",
            "action_inspect",
            "action_inspect_all",
            "action_open_dock",
            "action_print_slip",
            "action_queue_settlement",
            "action_reject",
            "action_reset_to_draft",
            "action_retry",
            "action_send_back",
            "action_set_fee",
            "action_settle",
            "action_settle_selected",
            "action_share",
            "action_submit",
            "action_take_back",
            "action_verify_log",
            "action_view_duplicates",
            "action_view_other_returns",
            "action_view_pickings",
            "action_view_receipts",
            "action_view_refund_payments",
            "action_view_refunds",
            "action_view_replacement_orders",
            "action_view_sale_orders",
            "action_withdraw",
            "api_cancel",
            "api_decide",
            "api_events",
            "api_get",
            "api_inspect",
            "api_preview",
            "api_receive",
            "api_request",
            "api_returnable",
            "api_settle",
            "get_portal_url",
            # of Odoo's rating: they read what the user may read
            "rating_get_grades",
            "rating_get_stats",
        }
        core = set(dir(type(self.env["res.partner"])))
        ours = {
            name
            for name in dir(type(self.env["sale.return.order"]))
            if not name.startswith("_")
            and name not in core
            and callable(getattr(type(self.env["sale.return.order"]), name))
        }
        self.assertEqual(ours, expected)
