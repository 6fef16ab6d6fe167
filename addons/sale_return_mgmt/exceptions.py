from odoo.exceptions import UserError


def return_error(code, message, error_class=UserError, line=None, **details):
    """A refusal that people read and programs can act on.

    :param str code: stable code of the external API (see ``docs/api/errors.md``)
    :param str message: translated sentence that says what to do next
    :param error_class: class of the ``UserError`` family to raise
    :param line: the refused ``sale.return.order.line``, whose place in its return the
        API tells as a path
    :param details: JSON-safe facts for a calling system
    :return: the exception, to be raised by the caller

    A plain ``UserError`` carries the code, not a class of its own: the web client
    recognises errors by their class name.
    """
    error = error_class(message)
    error.sale_return_code = code
    error.sale_return_details = details
    # What Odoo hands on to JSON-2 and JSON-RPC beside the message.
    error.context = {"code": code, "details": details}
    error.sale_return_line = line
    error.sale_return_order = line and line.order_id
    error.sale_return_position = line and list(line.order_id.line_ids).index(line)
    return error
