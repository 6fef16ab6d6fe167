"""What the rows of an imported file change of one return."""

from odoo.exceptions import UserError
from odoo.fields import Command


class LoadRefused(Exception):
    """A batch of returns in which one is refused.

    No ``UserError``: Odoo would tell that of the first of the batch, whosever fault it
    is. Of this one it tells nothing, and loads one by one.
    """


class LoadPlace:
    """Tells the lines that rows made before from those that they are to make.

    :param order: the return that these rows made before; empty: there is none yet
    :param list line_rows: numbers of the rows, one for each line
    """

    def __init__(self, order, line_rows):
        self._order = order
        self._lines = order.line_ids
        self._line_rows = line_rows
        self._ids_by_row = {}  # of the rows that change something; new ones: False
        self._xids_by_row = {}  # of new lines that have one

    def prepare_vals(self, vals):
        """:param dict vals: what the rows say
        :return: values for ``create``, or those that differ for ``write``
        """
        commands = self._prepare_commands(vals.get("line_ids") or [])
        vals = _drop_empty(self._order, vals)
        vals.pop("line_ids", None)
        if self._order:
            vals = _filter_changes(self._order, vals)
        if commands:
            vals["line_ids"] = commands
        return vals

    def _prepare_commands(self, commands):
        free = self._lines
        line_rows = iter(self._line_rows)
        prepared = []
        for code, line_id, vals in commands:
            if code == Command.LINK:
                if line_id not in self._lines.ids:  # of another return: to be refused
                    prepared.append((code, line_id, vals))
                continue
            row = next(line_rows)
            vals = _drop_empty(self._lines, vals)
            self._check_quantity(row, vals)
            if code == Command.UPDATE:
                line = self._lines.filtered(lambda line, id_=line_id: line.id == id_)
            else:
                line = free.filtered(lambda line, vals=vals: _is_made_of(line, vals))
            line = line[:1]
            free -= line
            if line:
                vals = _filter_changes(line, vals)
                code, line_id = Command.UPDATE, line.id
            if vals.get("id"):
                self._xids_by_row[row] = vals["id"]
                vals = {name: value for name, value in vals.items() if name != "id"}
            if vals or code == Command.CREATE:
                self._ids_by_row[row] = line_id
                prepared.append((code, line_id, vals))
        return prepared

    def _check_quantity(self, row, vals):
        """As ``create`` does, but telling the row."""
        try:
            self._lines._check_quantity(vals)
        except UserError as error:
            error.sale_return_row = row
            raise

    def get_rows(self, order):
        """:return: dict of line id to the row that made or changed it"""
        ids = self._ids_by_row
        made = (order.line_ids - self._lines).sorted("id").ids
        made_by = [row for row, line_id in ids.items() if not line_id]
        return {line_id: row for row, line_id in ids.items() if line_id} | dict(
            zip(made, made_by, strict=False)
        )

    def get_xids(self, order):
        """:return: dict of external id to the id of the line that is to have it"""
        ids_by_row = {row: line_id for line_id, row in self.get_rows(order).items()}
        return {xid: ids_by_row[row] for row, xid in self._xids_by_row.items()}


def _drop_empty(model, vals):
    return {
        name: value
        for name, value in vals.items()
        if value is not False or model._fields[name].type == "boolean"
    }


def _filter_changes(record, vals):
    """The values that ``record`` does not have already."""
    return {
        name: value
        for name, value in vals.items()
        if name == "id" or record[name] != _read(record, name, value)
    }


def _read(record, name, value):
    field = record._fields[name]
    return field.convert_to_record(field.convert_to_cache(value, record), record)


def _is_made_of(line, vals):
    """Whether a row of a file is about this line: the same goods of the same sale. A
    row with an external id of its own is about no other line."""
    return (
        "id" not in vals
        and not line.discrepancy
        and line.sale_line_id.id == vals.get("sale_line_id", False)
        and line.product_id.id == vals.get("product_id", line.product_id.id)
    )
