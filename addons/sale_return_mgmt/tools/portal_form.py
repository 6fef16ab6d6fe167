"""What customers send from the page of an order, read into a request of the API.

Nothing that was posted is passed on as it is: for each sold line of the order the
form is asked for the few values that belong to it.
"""

import base64
import mimetypes
import re
from pathlib import PurePath

from stdnum.iso7064 import mod_97_10

from odoo.addons.base.models.res_bank import sanitize_account_number

from .api_payload import get_type, is_text
from .quantities import is_quantity

NO_REASON = "sale_return_mgmt.sale_return_reason_no_reason"
MAX_FILES = 5
MAX_FILE_BYTES = 5 * 2**20
MAX_BYTES = MAX_FILES * MAX_FILE_BYTES + 2**20  # with the form beside the files
MAX_NAME = 100


def read_request(env, sale_order, form):
    """What the customer filled in.

    :param form: ``MultiDict`` of texts
    :return: ``(request, errors)``: a request as for ``api_request``, without its key,
        and what is wrong in it as dicts of ``line`` (its id, or False) and ``message``
    """
    errors = []
    reasons = {str(each.id): each.code for each in sale_order._get_return_reasons()}
    request = {
        "lines": [
            _read_line(env, line, form, reasons, errors)
            for line in sale_order._get_sold_lines()
            if form.get(f"line-{line.id}")
        ]
    }
    if not request["lines"]:
        add_error(errors, env._("Choose what you want to return."))
    for name in ("legal_basis", "refund_method"):
        if form.get(name):
            request[name] = form[name]
    if form.get("refund_method") == "transfer":
        request["bank_account"] = _read_account(env, sale_order, form, errors)
    return request, errors


def add_error(errors, message, line=None):
    errors.append({"line": bool(line) and line.id, "message": message})


def _read_line(env, line, form, reasons, errors):
    product = line.product_id.display_name
    quantity = _read_quantity(form.get(f"quantity-{line.id}", ""))
    if quantity is None:
        add_error(errors, env._("%s: how many come back?", product), line)
    values = {"sale_line": line.id, "quantity": quantity}
    reason = reasons.get(form.get(f"reason-{line.id}"))
    if not reason and form.get("legal_basis") == "withdrawal":
        # The law asks for none: what came with the addon stands for that.
        no_reason = env.ref(NO_REASON, raise_if_not_found=False)
        if no_reason and no_reason.code in reasons.values():
            reason = no_reason.code
    if reason:
        values["reason"] = reason
    else:
        add_error(errors, env._("Choose a return reason for %s.", product), line)
    note = form.get(f"note-{line.id}", "").strip()
    if note and not is_text(note):
        add_error(
            errors,
            env._("The note on %s is too long, or not only text.", product),
            line,
        )
    elif note:
        values["note"] = note
    lots = [name for name in form.getlist(f"lot-{line.id}") if name]
    if lots:
        values["lots"] = lots
    values["resolution"] = form.get("resolution") or "refund"
    return values


def _read_quantity(text):
    try:
        quantity = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return quantity if is_quantity(quantity) else None


def _read_account(env, sale_order, form, errors):
    """The number of one of the customer's accounts, or of the one that he typed."""
    accounts = sale_order.partner_id.commercial_partner_id.bank_ids
    chosen = form.get("account")
    for account in accounts:
        if str(account.id) == chosen:
            return account.acc_number
    number = form.get("acc_number", "").strip()
    if not is_account_number(number):
        add_error(
            errors, env._("Enter the IBAN or the number of the account for the money.")
        )
    return number


def is_account_number(number):
    """Whether it may be one; an IBAN checks itself."""
    number = sanitize_account_number(number) or ""
    if not re.fullmatch(r"[A-Z0-9]{5,34}", number, re.ASCII):
        return False
    is_iban = re.match(r"[A-Z]{2}[0-9]{2}", number)
    return not is_iban or mod_97_10.is_valid(number[4:] + number[:4])


def read_files(env, files, errors):
    """The photos of a form as attachments of a request.

    :param files: list of werkzeug's ``FileStorage``
    """
    files = [file for file in files if file.filename]
    if len(files) > MAX_FILES:
        add_error(errors, env._("At most %s photos can be sent.", MAX_FILES))
        return []
    attachments = []
    for file in files:
        name = re.sub(r"[^\w.\- ]", "_", file.filename)[-MAX_NAME:]
        file.stream.seek(0)  # Odoo rewinds only the first one when it runs us again
        content = file.stream.read(MAX_FILE_BYTES + 1)
        mimetype = get_type(content)
        if len(content) > MAX_FILE_BYTES:
            message = env._(
                "“%(file)s” is larger than %(size)s MB.",
                file=name,
                size=MAX_FILE_BYTES // 2**20,
            )
            add_error(errors, message)
        elif not mimetype:
            add_error(errors, env._("“%s” is neither a picture nor a PDF.", name))
        else:
            # What it is called says what it is.
            name = PurePath(name).stem + mimetypes.guess_extension(mimetype)
            data = base64.b64encode(content).decode()
            attachments.append({"name": name, "data": data})
    return attachments
