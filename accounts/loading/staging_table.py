"""A batch of records as a temporary table, filled by COPY."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from psycopg2 import sql

from accounts import postgres_copy
from accounts.intake.records import Record
from accounts.intake.specs import RecordSpec, Type
from accounts.loading.composed_sql import array, run

_SQL_TYPES = {
    Type.AMOUNT: "bigint",
    Type.PERCENT: "numeric",
    Type.NUMBER: "bigint",
    Type.INTEGER: "bigint",
    Type.BOOLEAN: "boolean",
    Type.DAY: "date",
    Type.LONG_DAY: "date",
    Type.PAST_DAY: "date",
    Type.LONG_PAST_DAY: "date",
    Type.PAST_MOMENT: "timestamptz",
    Type.CHOICES: "text[]",
    Type.NAMES: "text[]",
    Type.IDS: "text[]",
}
NULL = "\\N"  # as COPY writes it
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def stage(spec: RecordSpec, records: Sequence[Record]) -> sql.Identifier:
    """The name of the filled table; it empties itself when the transaction ends.

    `present` has bit n set where field n of the spec was said at all.
    """
    columns = [("position", "integer"), ("present", "bigint")]
    columns += [(f.name, _SQL_TYPES.get(f.type, "text")) for f in spec.fields]
    table = create(f"staging_{spec.kind}", columns)
    said = set().union(*(record.values for record in records))
    places = {f.name: n for n, f in enumerate(spec.fields) if f.name in said}
    copy(table, _staging_lines(records, places=places), columns=["position", "present", *places])
    run(sql.SQL("ANALYZE {}").format(table))
    return table


def create(name: str, columns: Iterable[tuple[str, str]]) -> sql.Identifier:
    """An empty temporary table; made once a connection, so that batches leave no dead catalogue."""
    table = sql.Identifier(name)
    definitions = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns
    )
    run(sql.SQL("SET LOCAL client_min_messages = warning"))
    run(
        sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} ({}) ON COMMIT DELETE ROWS").format(
            table, definitions
        )
    )
    run(sql.SQL("TRUNCATE {}").format(table))
    return table


def copy(table: sql.Identifier, rows: Iterable[str], *, columns: Sequence[str]) -> None:
    """Rows are lines in COPY's text format."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)
    postgres_copy.copy(statement, io.StringIO("".join(rows)))


def line(values: Iterable[object]) -> str:
    texts = [
        NULL if value is None else _AS_TEXT.get(type(value), _copy_text)(value) for value in values
    ]
    return "\t".join(texts) + "\n"


def _staging_lines(records: Sequence[Record], *, places: Mapping[str, int]) -> Iterable[str]:
    """`places` of the fields that any of them says."""
    bits = {name: 1 << place for name, place in places.items()}
    for record in records:
        said = record.values
        present = sum([bits[name] for name in said])
        yield line([record.position, present, *[said.get(name) for name in places]])


def _copy_text(value: object) -> str:
    return copy_escaped(value) if isinstance(value, str) else str(value)


def copy_escaped(value: str) -> str:
    """A text as COPY takes it."""
    # What COPY reads as its own are a backslash, and tabs and line breaks: not printable.
    is_plain = value.isprintable() and "\\" not in value
    return value if is_plain else value.translate(_ESCAPES)


# There are millions of values: by their exact type, most of them without a function of ours.
_AS_TEXT: dict[type, Callable[[Any], str]] = {
    str: copy_escaped,
    int: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
    tuple: lambda values: array(values).translate(_ESCAPES),
}
