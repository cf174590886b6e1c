"""Records as they stand, in words: what a check compares before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from psycopg2 import sql

from accounts.intake.fields import Kind, RecordSpec, Type
from accounts.intake.numbers import TEN_THOUSAND
from accounts.intake.records import Record
from accounts.intake.specs import SPECS
from accounts.loading.composed_sql import run
from accounts.loading.stored_kinds import stored_kinds
from accounts.loading.tables.fact_table import FactTable, StoredColumn
from accounts.money.currencies import as_decimal_text

Image = dict[str, str]
_COUNTED = {
    Kind.USAGE: (
        "SELECT s.position, sum(u.events)::text,"
        " COALESCE(trim_scale(sum(u.value) / 10000)::text, '') FROM {said} JOIN accounts_account a"
        " ON a.external_id = s.k1 JOIN accounts_feature f ON f.key = s.k3"
        " JOIN accounts_usageday u ON u.account_id = a.id AND u.feature_id = f.id"
        " AND u.day = s.k2::date AND u.actor = COALESCE("
        "array_position(ARRAY['person', 'service', 'agent'], s.k4) - 1, 0) GROUP BY 1",
        ("events", "total_value"),
    ),
    Kind.SESSIONS: (
        "SELECT s.position, sum(u.sessions)::text, sum(u.minutes)::text FROM {said}"
        " JOIN accounts_account a ON a.external_id = s.k1"
        " JOIN accounts_sessionday u ON u.account_id = a.id AND u.day = s.k2::date GROUP BY 1",
        ("sessions", "minutes"),
    ),
}
_MOMENT = "to_char(t.{0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"')"


@dataclass(frozen=True, slots=True)
class _Shown:
    field: str
    expression: str


def stored(kind: Kind, records: Sequence[Record], *, source: str) -> dict[int, Image]:
    """By position, the fields of those records that are stored, under their own key: in the source
    whose ids they carry, else in another one."""
    if not records:
        return {}
    if kind in stored_kinds():
        return _stored_in_table(stored_kinds()[kind].table, SPECS[kind], records, source=source)
    if kind in _COUNTED:
        query, fields = _COUNTED[kind]
        rows = _rows_by_position(query, records, spec=SPECS[kind])
        return {row[0]: dict(zip(fields, row[1:], strict=True)) for row in rows}
    return {}


def said(record: Record, *, spec: RecordSpec) -> Image:
    """What a record says, for kinds of which nothing is stored under the same key."""
    currency = str(record.values.get("currency", ""))
    return {
        field.name: _in_words(record.values[field.name], type_=field.type, currency=currency)
        for field in spec.fields
        if field.name in record.values
    }


def _in_words(value: object, *, type_: Type, currency: str) -> str:
    if value is None:
        return ""
    if type_ == Type.AMOUNT and isinstance(value, int):
        return as_decimal_text(value, currency=currency)
    if type_ == Type.NUMBER and isinstance(value, int):
        return f"{(Decimal(value) / TEN_THOUSAND).normalize():f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return " | ".join(value) if isinstance(value, tuple) else str(value)


def _stored_in_table(
    table: FactTable, spec: RecordSpec, records: Sequence[Record], *, source: str
) -> dict[int, Image]:
    shown = [found for column in table.columns if (found := _shown_column(column, table, spec))]
    keys = [name for name in table.key if name != "source_id"]
    joined = " AND ".join(
        _key_column_sql(n, column, table) for n, column in enumerate(keys, start=1)
    )
    order = "ORDER BY s.position" + (", t.source_id <> %s" if table.is_sourced else "")
    columns = ", ".join(f"({one.expression})::text" for one in shown)
    query = (
        f"SELECT DISTINCT ON (s.position) s.position, {columns}"  # noqa: S608 -- constants of this package
        f" FROM {{said}} JOIN {table.name} t ON {joined} {order}"
    )
    names = [one.field for one in shown]
    images = {}
    more = [source] if table.is_sourced else []
    for position, *values in _rows_by_position(query, records, *more, spec=spec):
        image = {name: value or "" for name, value in zip(names, values, strict=True)}
        images[position] = _with_amounts(image, spec=spec)
    return images


def _key_column_sql(place: int, column: str, table: FactTable) -> str:
    """That a column of the key is what the record says in that place of its own key."""
    field = column.removesuffix("_id")
    reference = next((r for r in table.references if r.field == field), None)
    if reference is None:
        return f"t.{column} = s.k{place}"
    found = f"SELECT r.id FROM {reference.table} r WHERE r.{reference.key} = s.k{place}"  # noqa: S608 -- constants of this package
    return f"t.{column} IN ({found})"


def _shown_column(column: StoredColumn, table: FactTable, spec: RecordSpec) -> _Shown | None:
    """A stored column as the field that writes it; None for one that follows from others."""
    field = column.field or column.name.removesuffix("_id")
    if field not in spec.by_name():
        return None
    reference = next((r for r in table.references if r.field == field), None)
    if reference is not None:
        query = f"SELECT r.{reference.key} FROM {reference.table} r WHERE r.id = t.{column.name}"  # noqa: S608 -- constants of this package
        return _Shown(field, query)
    kind = spec.by_name()[field].type
    if kind in (Type.NAMES, Type.CHOICES, Type.IDS):
        return _Shown(field, f"array_to_string(t.{column.name}, ' | ')")
    if kind == Type.PAST_MOMENT:
        return _Shown(field, _MOMENT.format(column.name))
    return _Shown(field, f"t.{column.name}")


def _with_amounts(image: Image, *, spec: RecordSpec) -> Image:
    """Minor units as amounts of the record's own currency."""
    for field in spec.fields:
        if field.type == Type.AMOUNT and image.get(field.name):
            image[field.name] = as_decimal_text(
                int(image[field.name]), currency=image.get("currency", "USD")
            )
    return image


def _rows_by_position(
    query: str, records: Sequence[Record], *more: str, spec: RecordSpec
) -> list[tuple[int, *tuple[str, ...]]]:
    keys = [[str(r.values.get(name) or "") for r in records] for name in spec.key]
    names = ", ".join(f"k{n}" for n in range(1, len(keys) + 1))
    places = ", ".join(["%s::int[]", *["%s::text[]"] * len(keys)])
    given = f"unnest({places}) AS s(position, {names})"
    positions = [r.position for r in records]
    return run(sql.SQL(query.format(said=given)), [positions, *keys, *more])


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[list[str]]:
    """Fields that differ, in the order of the record: name, before, after."""
    return [
        [field, before.get(field, ""), value]
        for field, value in after.items()
        if before.get(field, "") != value
    ]
