from odoo import api, models

PANEL = "sale_return_mgmt.onboarding_sale_return"
SHOWN = (
    "title",
    "button_text",
    "done_text",
    "sale_return_done",
    "sale_return_can_keep",
    "sale_return_message",
)


class OnboardingOnboarding(models.Model):
    """The panel above the list of returns, from which a manager sets them up."""

    _inherit = "onboarding.onboarding"

    @api.model
    def get_sale_return_panel(self):
        """What is left to set up in the company, for managers of returns only.

        :return: list of dicts, one for each step; empty once all are done or the
            panel was closed
        """
        panel_sudo = self._get_sale_return_panel()
        if panel_sudo.is_onboarding_closed:
            return []
        steps = panel_sudo.step_ids.sudo(False)
        return [] if all(steps.mapped("sale_return_done")) else steps.read(SHOWN)

    @api.model
    def action_close_sale_return_panel(self):
        """Close the panel for good, for all managers of the company.

        :return: True
        """
        panel_sudo = self._get_sale_return_panel()
        panel_sudo._search_or_create_progress().action_close()
        return True

    def _get_sale_return_panel(self):
        self.env["onboarding.onboarding.step"]._check_sale_return_manager()
        # sudo: managers of returns have no right on Odoo's panels
        return self.env.ref(PANEL).sudo()
