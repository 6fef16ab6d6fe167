"""Shape of the steps that other systems take, checked before any record is touched."""

from .api_payload import (
    PayloadErrors,
    check_keys,
    is_id,
    is_key,
    is_list,
    is_one_of,
    is_reference,
    is_text,
)
from .quantities import MAX_QUANTITY, is_number, is_quantity


def is_return(value):
    """What names a return: an id, a number or the key of the calling system."""
    if isinstance(value, dict):
        return value.keys() == {"source", "ref"} and all(map(is_key, value.values()))
    return is_reference(value)


def is_percent(value):
    return is_number(value) and 0 <= value <= 100


def is_granted(value):
    return is_number(value) and 0 <= value <= MAX_QUANTITY


def is_lots(value):
    """Names, or names with quantities."""
    return is_list(value) and all(
        is_text(lot)
        or isinstance(lot, dict)
        and lot.keys() == {"name", "quantity"}
        and is_text(lot["name"])
        and is_quantity(lot["quantity"])
        for lot in value
    )


STEP_KEYS = {"return": is_return, "source": is_key, "ref": is_key}
DECISION_KEYS = STEP_KEYS | {
    "decision": is_one_of("approve", "reject", "send_back"),
    "comment": is_text,
    "reason": is_text,
    "grants": is_list,
}
GRANT_KEYS = {"line": is_id, "quantity": is_granted, "percent": is_percent}
RECEIPT_KEYS = STEP_KEYS | {"transfer": is_reference, "lines": is_list}
RECEIPT_LINE_KEYS = {
    "line": is_id,
    "product": is_reference,
    "quantity": is_quantity,
    "lots": is_lots,
}
INSPECTION_KEYS = STEP_KEYS | {"disposition": is_reference, "lines": is_list}
INSPECTION_LINE_KEYS = {
    "line": is_id,
    "product": is_reference,
    "quantity": is_quantity,
    "lot": is_text,
    "disposition": is_reference,
    "condition": is_text,
    "note": is_text,
    "credit_percent": is_percent,
}


def check_step(env, item, keys=None):
    """Refuse what is no step of the documented shape.

    :return: ``PayloadErrors``, empty where the step may be looked up
    """
    errors = PayloadErrors()
    if not isinstance(item, dict):
        errors.add("INVALID", "", env._("A step is an object with named keys."))
        return errors
    check_keys(env, errors, "", item, keys or STEP_KEYS)
    if "return" not in item and "transfer" not in item:
        _add_missing(env, errors, "return")
    for key, other in (("source", "ref"), ("ref", "source")):
        if other in item and key not in item:
            _add_missing(env, errors, key)
    return errors


def check_decision(env, item):
    errors = check_step(env, item, DECISION_KEYS)
    if errors:
        return errors
    if "decision" not in item:
        _add_missing(env, errors, "decision")
        return errors
    needed = {"reject": "reason", "send_back": "comment"}.get(item["decision"])
    if needed and needed not in item:
        _add_missing(env, errors, needed)
    if item["decision"] != "approve" and "grants" in item:
        errors.add(
            "INVALID", "grants", env._("Only what is approved can be granted in part.")
        )
    _check_lines(env, errors, item, "grants", GRANT_KEYS, ("line",))
    return errors


def check_receipt(env, item):
    errors = check_step(env, item, RECEIPT_KEYS)
    if not errors:
        _check_lines(
            env, errors, item, "lines", RECEIPT_LINE_KEYS, ("quantity",), is_named=True
        )
    return errors


def check_inspection(env, item):
    errors = check_step(env, item, INSPECTION_KEYS)
    if not errors:
        conditions = env["sale.return.inspection"]._fields["condition"].get_values(env)
        keys = INSPECTION_LINE_KEYS | {"condition": is_one_of(*conditions)}
        _check_lines(env, errors, item, "lines", keys, ("quantity",), is_named=True)
    return errors


def _check_lines(env, errors, item, name, keys, needed, is_named=False):
    """:param bool is_named: whether each line names a return line or a product"""
    for index, line in enumerate(item.get(name, [])):
        path = f"{name}.{index}"
        if not isinstance(line, dict):
            errors.add("INVALID", path, env._("A line is an object with named keys."))
            continue
        check_keys(env, errors, f"{path}.", line, keys)
        for key in needed:
            if key not in line:
                _add_missing(env, errors, key, path)
        if is_named and "line" not in line and "product" not in line:
            _add_missing(env, errors, "product", path)


def _add_missing(env, errors, key, path=""):
    errors.add(
        "INVALID", f"{path}.{key}" if path else key, env._("“%s” is missing.", key)
    )
