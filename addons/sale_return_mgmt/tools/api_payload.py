"""Shape of what other systems send, checked before any record is touched."""

import base64
import binascii
import hashlib
import json

from odoo.exceptions import UserError
from odoo.tools.image import ImageProcess
from odoo.tools.mimetypes import guess_mimetype

from .quantities import is_number, is_quantity

MAX_ID = 2**31 - 1
MAX_ITEMS = 500
MAX_ENTRIES = 1000  # of any list in an item
MAX_TEXT = 5000
MAX_KEY = 200
MAX_PRICE = 1e12
MAX_FILES = 10
MAX_FILE_BYTES = 10 * 2**20
# What customers send: nothing that a browser would run.
FILE_TYPES = {
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "application/pdf",
}


class PayloadErrors(list):
    """Refusals of one request, as the API answers them."""

    def add(self, code, path, message, **details):
        self.append(
            {"code": code, "path": path, "message": message, "details": details}
        )


def digest(request):
    """Fingerprint of a request: equal for equal content, whatever the key order."""
    text = json.dumps(request, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_text(value):
    """A non-empty line or paragraph that the database can store and XML can carry."""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        return False
    return not any(
        (ord(char) < 32 and char not in "\t\n\r")
        or 0xD800 <= ord(char) <= 0xDFFF
        or char in "\ufffe\uffff"
        for char in value
    )


def is_key(value):
    """A text short enough for the index that keeps it unique."""
    return is_text(value) and len(value) <= MAX_KEY


def is_id(value):
    return (
        isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID
    )


def is_reference(value):
    return is_id(value) or is_text(value)


def is_one_of(*values):
    return lambda value: isinstance(value, str) and value in values


def is_list(value):
    return isinstance(value, list | tuple) and bool(value)


def is_price(value):
    return is_number(value) and 0 <= value <= MAX_PRICE


def is_texts(value):
    return is_list(value) and all(map(is_text, value))


def is_files(value):
    return (
        is_list(value)
        and len(value) <= MAX_FILES
        and all(
            isinstance(file, dict)
            and file.keys() == {"name", "data"}
            and is_key(file["name"])
            and isinstance(file["data"], str)
            for file in value
        )
    )


def read_file(file):
    """The bytes of an attachment, or None where it is none that is taken."""
    if len(file["data"]) > MAX_FILE_BYTES * 4 // 3 + 4:
        return None
    try:
        content = base64.b64decode(file["data"], validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if get_type(content) else None


def get_type(content):
    """The type of a picture or a PDF, whatever its name says; else None."""
    mimetype = guess_mimetype(content)
    if mimetype not in FILE_TYPES:
        return None
    if mimetype.startswith("image/"):
        try:
            ImageProcess(content, verify_resolution=True)
        except UserError:  # none, or one that would fill the memory
            return None
    return mimetype


def get_evidence_type(content):
    """As above, or that of a video: what an inspection may show."""
    if content[4:8] == b"ftyp":
        return "video/mp4"  # and its kin of telephones
    if content[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm"
    return get_type(content)


def without_none(value):
    """What every transport carries: texts for keys, and for what is missing."""
    if isinstance(value, dict):
        return {str(key): without_none(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_none(item) for item in value]
    return "" if value is None else value


REPLACEMENT_KEYS = {"product": is_reference, "quantity": is_quantity}


def is_replacement(value):
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            key in REPLACEMENT_KEYS and REPLACEMENT_KEYS[key](value[key])
            for key in value
        )
    )


LINE_KEYS = {
    "order": is_reference,
    "sale_line": is_id,
    "product": is_reference,
    "quantity": is_quantity,
    "uom": is_reference,
    "lots": is_texts,
    "price": is_price,
    "reason": is_text,
    "note": is_text,
    "goods": is_one_of("return", "keep"),
    "resolution": is_one_of("refund", "replace"),
    "replacement": is_replacement,
}
REQUEST_KEYS = {
    "source": is_key,
    "ref": is_key,
    "company": is_reference,
    "partner": is_reference,
    "order": is_reference,
    "lines": is_list,
    "attachments": is_files,
    "goods": is_one_of("return", "keep"),
    "reason": is_text,
    "refund_method": is_one_of("credit", "original", "transfer"),
    "bank_account": is_text,
    "warehouse": is_reference,
    "legal_basis": is_one_of("voluntary", "withdrawal", "warranty"),
    "customer_reference": is_text,
    "tracking": is_text,
}


def check_shape(env, request):
    """Refuse what is not of the documented shape.

    :return: ``PayloadErrors``, empty where the request may be looked up
    """
    errors = PayloadErrors()
    if not isinstance(request, dict):
        errors.add("INVALID", "", env._("A request is an object with named keys."))
        return errors
    check_keys(env, errors, "", request, REQUEST_KEYS)
    for key in ("source", "ref"):
        if key not in request:
            errors.add("INVALID", key, env._("“%s” is missing.", key))
    if "lines" not in request:
        errors.add("INVALID", "lines", env._("“%s” is missing.", "lines"))
    elif is_list(request["lines"]):
        for index, line in enumerate(request["lines"][:MAX_ENTRIES]):
            _check_line(env, errors, f"lines.{index}", line, request)
    if is_files(request.get("attachments")):
        for index, file in enumerate(request["attachments"]):
            if read_file(file) is None:
                errors.add(
                    "INVALID",
                    f"attachments.{index}.data",
                    env._(
                        "Send a picture or a PDF of at most %s MB, as base64.",
                        MAX_FILE_BYTES // 2**20,
                    ),
                )
    return errors


def _check_line(env, errors, path, line, request):
    if not isinstance(line, dict):
        errors.add("INVALID", path, env._("A line is an object with named keys."))
        return
    check_keys(env, errors, f"{path}.", line, LINE_KEYS)
    if "quantity" not in line:
        errors.add("INVALID", f"{path}.quantity", env._("“%s” is missing.", "quantity"))
    if "replacement" in line and line.get("resolution") != "replace":
        errors.add(
            "INVALID",
            f"{path}.replacement",
            env._("A replacement needs the resolution “replace”."),
        )
    is_sold = any(key in line for key in ("sale_line", "order")) or "order" in request
    if is_sold and "price" in line:
        errors.add(
            "INVALID",
            f"{path}.price",
            env._("Only goods without an order have a price of their own."),
        )
    needed = []
    if "sale_line" not in line:
        needed.append("product")
    if not is_sold:
        needed.append("price" if "partner" in request else "order")
    for key in needed:
        if key not in line:
            errors.add("INVALID", f"{path}.{key}", env._("“%s” is missing.", key))


def _escape(text):
    """The text with what an answer cannot carry as Python writes it."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text
    )


def check_keys(env, errors, prefix, values, checks):
    for key, value in values.items():
        if key not in checks:
            errors.add(
                "INVALID",
                prefix + _escape(str(key)[:64]),
                env._("Unknown key. Known keys: %s.", ", ".join(sorted(checks))),
            )
        elif isinstance(value, list) and len(value) > MAX_ENTRIES:
            errors.add(
                "LIMIT_EXCEEDED",
                f"{prefix}{key}",
                env._("At most %s are taken here: split them.", MAX_ENTRIES),
            )
        elif not checks[key](value):
            errors.add(
                "INVALID",
                f"{prefix}{key}",
                env._("The value of “%s” is not valid here.", key),
            )
