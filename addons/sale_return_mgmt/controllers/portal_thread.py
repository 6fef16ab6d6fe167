from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.mail.controllers.attachment import AttachmentController

from ..tools.portal_form import read_files


class SaleReturnThread(AttachmentController):
    """Messages and files below the page of a return: bounded as its forms are."""

    @route()
    def mail_message_post(
        self, thread_model, thread_id, post_data, context=None, **kwargs
    ):
        self._check_flood_of_returns(thread_model, thread_id, **kwargs)
        return super().mail_message_post(
            thread_model, thread_id, post_data, context, **kwargs
        )

    @route()
    def mail_attachment_upload(
        self, ufile, thread_id, thread_model, is_pending=False, **kwargs
    ):
        try:
            if self._check_flood_of_returns(thread_model, thread_id, **kwargs):
                self._check_file(ufile)
        except UserError as error:
            return request.make_json_response({"error": str(error)})
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, is_pending, **kwargs
        )

    def _check_flood_of_returns(self, thread_model, thread_id, **kwargs):
        """Count what a customer writes on his return, else refuse it.

        :return bool: whether it is a customer who may write on that return
        """
        if thread_model != "sale.return.order" or not request.env.user.share:
            return False
        order = self._get_thread_with_access_for_post(thread_model, thread_id, **kwargs)
        if not order:
            return False  # Odoo refuses it
        # sudo: as for the pages; customers have no rights on the counter
        usage_sudo = request.env["sale.return.portal.usage"].sudo()
        partner_sudo = order.sudo().partner_id  # sudo: as above
        if not usage_sudo._take(partner_sudo):
            raise UserError(
                request.env._(
                    "That was a lot in a short time. Please wait an hour and try again."
                )
            )
        return True

    def _check_file(self, file):
        errors = []
        read_files(request.env, [file], errors)
        file.stream.seek(0)
        if errors:
            raise UserError(errors[0]["message"])
