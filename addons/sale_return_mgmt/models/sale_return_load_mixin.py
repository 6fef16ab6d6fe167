from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..exceptions import return_error
from ..tools.load_lookup import LoadLookup
from ..tools.load_place import LoadPlace, LoadRefused

# What a refusal is about, by its code; what else is about the goods themselves.
FIELD_BY_CODE = {
    "QTY_EXCEEDS_RETURNABLE": "quantity",
    "REASON_REQUIRED": "reason_id",
    "NOTE_REQUIRED": "note",
    "LOT_MISMATCH": "lot_ids",
}
# Like Odoo: a file that is wrong throughout needs no list of all that is wrong.
MAX_REFUSALS = 10


class SaleReturnLoadMixin(models.AbstractModel):
    """Returns from a file: the import of the web client, and ``load`` over RPC.

    They come out as drafts, as if they had been typed: an empty cell takes what the
    form would propose. In a file that was imported before, an empty cell changes
    nothing, and rows find the lines that they made by what was sold.
    """

    _name = "sale.return.load.mixin"
    _description = "Return Import"

    @api.model
    def get_import_templates(self):
        chinese = (self.env.lang or "").startswith("zh")
        name = "returns_zh_CN.xlsx" if chinese else "returns.xlsx"
        return [
            {
                "label": self.env._("Import Template for Returns"),
                "template": f"/sale_return_mgmt/static/xlsx/{name}",
            }
        ]

    @api.model
    def load(self, fields, data):
        """Create and change drafts; each message names its row.

        :return: as in Odoo; nothing is written where any row is refused
        :raise AccessError: if the user may not create returns
        """
        self.check_access("create")
        refused = self._check_load_fields(fields, data)
        if refused:
            return {"ids": False, "messages": refused, "nextrow": 0}
        rows = {}
        # A method, not the dict: contexts that are equal share their environment, and
        # so would two loads.
        loader = self.with_context(
            sale_return_note_rows=rows.update, default_channel="import"
        )
        savepoint = self.env.cr.savepoint()
        result = super(SaleReturnLoadMixin, loader).load(fields, data)
        if result["ids"]:
            refused = self._check_loaded(rows)
        if refused:
            result["ids"] = False
            result["messages"] += refused
        for message in result["messages"]:
            message.pop("line_rows", None)
        savepoint.close(rollback=bool(refused))
        return result

    @api.model
    def _check_load_fields(self, fields, data):
        """:return: messages about columns that no file may set"""
        messages = []
        for path in map(models.fix_import_export_id_paths, fields):
            if path == ["line_ids", "sale_order_id"]:
                continue  # names the sold line, see LoadLookup
            chain = [self, self.env["sale.return.order.line"]]
            if path[0] != "line_ids":
                path = path[:1]
            for model, name in zip(chain, path, strict=False):
                field = model._fields.get(name)
                if not field or name == "id":
                    continue
                if not model._has_field_access(field, "write"):
                    messages.append(
                        {
                            "type": "error",
                            "rows": {"from": 0, "to": len(data) - 1},
                            "record": 1,
                            "field": "/".join(path),
                            "message": self.env._(
                                "“%(field)s” follows from the steps of a return and "
                                "cannot be imported: leave the column out.",
                                field=field._description_string(self.env),
                            ),
                        }
                    )
        return messages

    # === ROWS === #

    @api.model
    def _convert_records(self, records, **options):
        """Goes on without the returns that have a bad cell: to create them would only
        tell of what is missing then.

        :param options: ``log`` and ``savepoint``, as ``load`` gives them
        """
        parent = super()

        def convert(record, rows):
            told = []
            converted = parent._convert_records(
                [(record, {"rows": rows})], **options | {"log": told.append}
            )
            return next(iter(converted)), told

        joined = self._join_rows(records)
        lookup = LoadLookup(self.env, [record for record, _extras, _told in joined])
        for record, extras, messages in joined:
            found = lookup.find_reason(record)
            found_lines = self._find_lines(lookup, record, extras, messages)
            (dbid, xid, vals, _info), told = convert(record, extras["rows"])
            if any(message["field"] == "line_ids" for message in told):
                # Odoo tells the rows of the whole return: ask it for each row.
                told = [message for message in told if message["field"] != "line_ids"]
                for row, cells in zip(
                    extras["line_rows"], record["line_ids"], strict=True
                ):
                    told += convert({"line_ids": [cells]}, {"from": row, "to": row})[1]
            messages += map(self._sharpen_load_message, told)
            for message in messages:
                options["log"](message)
            if not messages:
                vals |= found | self._prepare_found_lines(vals, found_lines)
                yield dbid, xid, vals, extras

    @api.model
    def _find_lines(self, lookup, record, extras, messages):
        """:return: values that we found for each line; refusals go to ``messages``"""
        found = []
        cells_by_row = zip(extras["line_rows"], record.get("line_ids", []), strict=True)
        for row, cells in cells_by_row:
            errors = []
            found.append(lookup.find_line(cells, errors))
            messages += [
                self._prepare_load_message(row, message, field, value)
                for field, value, message in errors
            ]
        return found

    @api.model
    def _prepare_found_lines(self, vals, found):
        """The commands of the lines with what we found for each."""
        found = iter(found)
        commands = [
            (code, line_id, line_vals | next(found))
            if code in (Command.CREATE, Command.UPDATE)
            else (code, line_id, line_vals)
            for code, line_id, line_vals in vals.get("line_ids") or []
        ]
        return {"line_ids": commands} if commands else {}

    @api.model
    def _join_rows(self, records):
        """One record for rows with the same external id, one below the other: many
        spreadsheets repeat the cells of the return on each of its lines.

        :return: list of ``(record, extras, messages)``; ``extras["line_rows"]`` has the
            rows of the lines
        """
        joined, first_rows = [], {}
        for record, extras in records:
            rows, xid = extras["rows"], record.get("id")
            start = rows["to"] - len(record.get("line_ids", [])) + 1
            line_rows = list(range(start, rows["to"] + 1))
            if xid and joined and joined[-1][0].get("id") == xid:
                first, first_extras, messages = joined[-1]
                messages += [
                    self._prepare_load_message(
                        rows["from"],
                        self.env._(
                            "Rows with the External ID “%(id)s” differ in this "
                            "column: give it once, or the same in each.",
                            id=xid,
                        ),
                        name,
                    )
                    for name, value in record.items()
                    if name != "line_ids" and value and value != first[name]
                ]
                first.setdefault("line_ids", []).extend(record.get("line_ids", []))
                first_extras["rows"]["to"] = rows["to"]
                first_extras["line_rows"] += line_rows
                continue
            messages = []
            if xid in first_rows:
                message = self.env._(
                    "External ID “%(id)s” was used in row %(row)s already: put the "
                    "rows of a return one below the other.",
                    id=xid,
                    row=first_rows[xid] + 1,
                )
                messages = [self._prepare_load_message(rows["from"], message, "id")]
            elif xid:
                first_rows[xid] = rows["from"]
            extras = {
                "rows": dict(rows),
                "record": rows["from"] + 1,
                "line_rows": line_rows,
            }
            joined.append((record, extras, messages))
        return joined

    # === RECORDS === #

    def _load_records(self, data_list, update=False):
        note_rows = self.env.context.get("sale_return_note_rows")
        if not note_rows:
            return super()._load_records(data_list, update)
        place = None
        places, prepared = [], []
        try:
            known = self._find_loaded(data_list)
            for data, order in zip(data_list, known, strict=True):
                place = LoadPlace(order, data["info"]["line_rows"])
                places.append(place)
                vals = place.prepare_vals(data["values"])
                prepared.append(dict(data, values=vals))
            self._add_load_customers(prepared, known)
            orders = super()._load_records(prepared, update)
            self._name_loaded_lines(orders, places)
        except UserError as error:
            if len(data_list) > 1:
                raise LoadRefused from error
            self._sharpen_refusal(error, data_list[0]["info"], place)
            raise
        for order, place in zip(orders, places, strict=True):
            note_rows(place.get_rows(order))
        return orders

    def _load_records_write(self, values):
        """Nothing where nothing differs: a file can be loaded again after its returns
        were submitted."""
        values = {name: value for name, value in values.items() if name != "id"}
        return super()._load_records_write(values) if values else None

    @api.model
    def _find_loaded(self, data_list):
        """:return: list of the returns that are there already; else an empty one"""
        xids = [data["xml_id"] for data in data_list if data["xml_id"]]
        # sudo: as Odoo looks them up
        found = self.env["ir.model.data"].sudo()._lookup_xmlids(xids, self)
        ids_by_xid = {
            f"{module}.{name}": res_id
            for _id, module, name, model, _res_id, _noupdate, res_id in found
            if model == self._name
        }
        ids = [
            ids_by_xid.get(data["xml_id"]) or data["values"].get("id")
            for data in data_list
        ]
        orders = self.browse(filter(None, ids))  # to be read together
        by_id = {order.id: order for order in orders}
        return [by_id.get(id_, self.browse()) for id_ in ids]

    @api.model
    def _add_load_customers(self, data_list, known):
        """A new return without a customer is one of who bought the goods."""
        bought = {
            index: vals["sale_line_id"]
            for index, data in enumerate(data_list)
            if not known[index] and "partner_id" not in data["values"]
            for _code, _id, vals in reversed(data["values"].get("line_ids", []))
            if vals and vals.get("sale_line_id")
        }
        sale_lines = self.env["sale.order.line"].browse(bought.values())
        by_id = {line.id: line for line in sale_lines}
        for index, line_id in bought.items():
            partner = by_id[line_id].order_id.partner_id
            data_list[index]["values"]["partner_id"] = partner.id

    @api.model
    def _name_loaded_lines(self, orders, places):
        """Give new lines their external ids. In ``create`` Odoo would not look whether
        they are taken."""
        ids_by_xid = {}
        module = self.env.context["_import_current_module"]
        for order, place in zip(orders, places, strict=True):
            for xid, line_id in place.get_xids(order).items():
                ids_by_xid[xid if "." in xid else f"{module}.{xid}"] = line_id
        Line = self.env["sale.return.order.line"]
        names_sudo = self.env["ir.model.data"].sudo()  # as Odoo gives those of returns
        for row in names_sudo._lookup_xmlids(ids_by_xid, Line):
            if row[3] != Line._name:
                xid = f"{row[1]}.{row[2]}"
                raise return_error(
                    "INVALID",
                    self.env._(
                        "External ID “%s” is that of something else: choose another.",
                        xid,
                    ),
                    line=Line.browse(ids_by_xid[xid]),
                )
        names_sudo._update_xmlids(
            [
                {"xml_id": xid, "record": Line.browse(line_id)}
                for xid, line_id in ids_by_xid.items()
            ]
        )

    @api.model
    def _check_loaded(self, rows):
        """Ask of what was loaded what submitting will ask, all lines together.

        :param dict rows: numbers of the rows by id of the line
        :return: messages about the refused lines
        """
        lines = self.env["sale.return.order.line"].browse(rows).exists()
        messages = []
        for check in ("_check_complete", "_check_returnable", "_check_lot_quantities"):
            left = lines
            while left and len(messages) < MAX_REFUSALS:
                try:
                    getattr(left, check)()
                    break
                except UserError as error:
                    line = getattr(error, "sale_return_line", None)
                    if not line:
                        raise
                    left -= line
                    messages.append(
                        self._prepare_load_message(
                            rows[line.id],
                            self._name_refused_field(error),
                            "line_ids",
                        )
                    )
        return messages

    # === MESSAGES === #

    @api.model
    def _prepare_load_message(self, row, text, field, value=None):
        """:param int row: counted from 0, as Odoo does; people are told one more
        :param str field: path of the column
        :param value: text of the cell, where it names what was not found
        """
        message = {
            "type": "error",
            "rows": {"from": row, "to": row},
            "record": row + 1,
            "field": field,
            "message": text,
        }
        if value:
            message |= {"field_path": field.split("/"), "value": value}
        return self._sharpen_load_message(message)

    @api.model
    def _sharpen_load_message(self, message):
        """Messages as the import screen shows them whole: those of a column without
        their row, so they name it; others with ``record`` as the row."""
        row = message["rows"]["from"] + 1
        text = message["message"]
        if message["type"] == "warning":
            # Odoo would take any of them.
            text = self.env._("%(message)s: give its external ID.", message=text)
        message |= {"type": "error", "record": row}
        if message["field"] != "line_ids" or message.get("value"):
            message.setdefault("value", text)
            text = self.env._("Row %(row)s: %(message)s", row=row, message=text)
        return message | {"message": text}

    @api.model
    def _sharpen_refusal(self, error, info, place):
        """Let a refused return name the row of its line and the column.

        :param dict info: what Odoo tells with the message
        """
        line = getattr(error, "sale_return_line", None)
        row = getattr(error, "sale_return_row", None)
        if line:
            row = place.get_rows(line.order_id).get(line.id)
            error.args = (self._name_refused_field(error),)
        if row is not None:
            info |= {"rows": {"from": row, "to": row}, "record": row + 1}
            info["field"] = "line_ids"

    @api.model
    def _name_refused_field(self, error):
        name = FIELD_BY_CODE.get(error.sale_return_code)
        if not name:
            return str(error)
        field = self.env["sale.return.order.line"]._fields[name]
        return f"{field._description_string(self.env)}: {error}"
