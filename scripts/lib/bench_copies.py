"""Many copies of the documents in a database, made by PostgreSQL alone.

A copy is what the originals are, with ids of its own, of other products and customers
and on other days: documents that belong together stay together. As in a company's own
books, what is newer has higher ids, the originals being the oldest. It is for reading:
nothing but the tables named here is copied.
"""

from dataclasses import dataclass

DAYS = 730
TABLES = (
    "sale_order",
    "sale_order_line",
    "stock_picking",
    "stock_move",
    "stock_move_line",
    "account_move",
    "account_move_line",
    "sale_return_order",
    "sale_return_order_line",
    "sale_return_inspection",
    "sale_return_cost",
    "sale_order_line_invoice_rel",
)


@dataclass
class Ids:
    """Which ids the originals have, and where those of the copies begin."""

    first: int
    last: int
    free: int

    def of_copy(self, column):
        """SQL: the id in the copy number ``k`` of what ``column`` refers to."""
        shift = f"{self.free - self.first} + (k - 1) * {self.last - self.first + 1}"
        return (
            f"CASE WHEN {column} BETWEEN {self.first} AND {self.last} "
            f"THEN {column} + {shift} ELSE {column} END"
        )


@dataclass
class Pool:
    """Records that copies take in turn, each another one: ids without a gap."""

    first: int
    size: int

    def of_copy(self, column):
        return (
            f"CASE WHEN {column} BETWEEN {self.first} AND {self.first + self.size - 1} "
            f"THEN {self.first} + ({column} - {self.first} + k * 7) % {self.size} "
            f"ELSE {column} END"
        )


def copy_all(cr, count, pools):
    """Make ``count`` copies of all documents.

    :param dict pools: by table, the Pool that copies take their records from
    """
    ids = {table: _ids(cr, table) for table in TABLES if not table.endswith("_rel")}
    ids |= pools
    age = f"({count} - k) * {DAYS} / {count}"
    # The copies hold together as the originals do: that needs no proof line by line.
    cr.execute("SET LOCAL session_replication_role = replica")
    for table in TABLES:
        targets, values = [], []
        unique = _unique_texts(cr, table)
        references = _references(cr, table)
        for column, kind in _columns(cr, table):
            targets.append(f'"{column}"')
            values.append(
                _value(f'o."{column}"', kind, ids.get(references.get(column)), age)
                if column != "id"
                else ids[table].of_copy("o.id")
            )
            if column in unique:
                values[-1] = f"o.\"{column}\" || '-' || k"
        cr.execute(
            f"INSERT INTO {table} ({', '.join(targets)}) "
            f"SELECT {', '.join(values)} FROM {table} o, generate_series(1, {count}) k "
            "ORDER BY k"
        )
        if table in ids:
            cr.execute(
                f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))"
            )
            _set_back(cr, table, ids[table])
    cr.execute("SET LOCAL session_replication_role = origin")


def _value(column, kind, ids, age):
    if ids:
        return ids.of_copy(column)
    if kind == "date":
        return f"{column} - {age}"
    if kind.startswith("timestamp"):
        return f"{column} - {age} * INTERVAL '1 day'"
    return column


def _set_back(cr, table, ids):
    """Make the originals the oldest."""
    values = [
        f'"{column}" = {_value(column, kind, None, DAYS)}'
        for column, kind in _columns(cr, table)
        if kind == "date" or kind.startswith("timestamp")
    ]
    cr.execute(
        f"UPDATE {table} SET {', '.join(values)} "
        f"WHERE id BETWEEN {ids.first} AND {ids.last}"
    )


def _ids(cr, table):
    cr.execute(f"SELECT COALESCE(MIN(id), 0), COALESCE(MAX(id), 0) FROM {table}")
    first, last = cr.fetchone()
    return Ids(first, last, last + 1)


def _columns(cr, table):
    cr.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return cr.fetchall()


def _references(cr, table):
    """Return the table that each column refers to."""
    cr.execute(
        """
        SELECT attribute.attname, target.relname
        FROM pg_constraint
        JOIN pg_class source ON source.oid = conrelid
        JOIN pg_class target ON target.oid = confrelid
        JOIN pg_attribute attribute
            ON attribute.attrelid = conrelid AND attribute.attnum = conkey[1]
        WHERE contype = 'f' AND source.relname = %s
        """,
        [table],
    )
    return dict(cr.fetchall())


def _unique_texts(cr, table):
    """Return the columns of which no two rows may say the same."""
    cr.execute(
        """
        SELECT attribute.attname
        FROM pg_index
        JOIN pg_class source ON source.oid = indrelid
        JOIN pg_attribute attribute
            ON attribute.attrelid = indrelid AND attribute.attnum = ANY (indkey)
        WHERE indisunique AND source.relname = %s
        AND attribute.atttypid IN ('varchar'::regtype, 'text'::regtype)
        """,
        [table],
    )
    return {name for (name,) in cr.fetchall()}
