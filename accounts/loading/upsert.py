"""The one way in for records with an identity: resolve, refuse, merge, insert or update.

A field that was not said keeps its stored value; a row that would not change is not written,
so the same file twice leaves nothing behind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from psycopg2 import sql

from accounts.intake.errors import RecordError
from accounts.intake.records import Record
from accounts.intake.specs import RecordSpec
from accounts.loading.composed_sql import run
from accounts.loading.identity import StagedRecords, name_sources, resolve_sourced
from accounts.loading.results import LoadResult, Status
from accounts.loading.staging_table import stage
from accounts.loading.tables.fact_table import FactTable, Reference, StoredColumn
from accounts.models import Installation


@dataclass(frozen=True, slots=True)
class Changed:
    """Rows written: their ids and accounts, by position in the batch. `stored`: those of all
    records that were taken, by position."""

    ids: dict[int, int] = field(default_factory=dict)
    accounts: dict[int, int] = field(default_factory=dict)
    stored: dict[int, int] = field(default_factory=dict)

    @property
    def account_ids(self) -> list[int]:
        return sorted(set(self.accounts.values()))


@dataclass(frozen=True, slots=True)
class UpsertTarget:
    spec: RecordSpec
    table: FactTable
    staging: sql.Identifier
    day: date
    now: datetime
    source: str

    @property
    def parameters(self) -> dict[str, Any]:
        zone = Installation.current().time_zone
        return {"day": self.day, "now": self.now, "zone": zone}


def upsert(
    spec: RecordSpec,
    records: Sequence[Record],
    *,
    table: FactTable,
    day: date,
    now: datetime,
    source: str,
    result: LoadResult,
) -> Changed:
    target = UpsertTarget(spec, table, stage(spec, records), day, now, source)
    for reference in table.references:
        result.reject(
            _resolve_reference(target, reference, is_held=reference.field in spec.held_by)
        )
    _lock_accounts(target)
    if table.is_sourced:
        result.reject(name_sources(StagedRecords(target.staging, table, source)))
    result.reject(_ids_of_other_accounts(target, result=result))
    result.reject(_failed_check_errors(target))
    return _write_merged_rows(target, result=result)


def _resolve_reference(
    target: UpsertTarget, reference: Reference, *, is_held: bool
) -> list[RecordError]:
    """Adds `<field>_id`. A record that names nothing known is taken out where that field holds it
    (`is_held`), else it goes on without the value."""
    names = {
        "staging": target.staging,
        "field": sql.Identifier(reference.field),
        "id": sql.Identifier(f"{reference.field}_id"),
        "table": sql.Identifier(reference.table),
        "key": sql.Identifier(reference.key),
    }
    match = (
        "lower(r.{key}) = lower(s.{field})" if reference.key == "email" else "r.{key} = s.{field}"
    )
    run(sql.SQL("ALTER TABLE {staging} ADD COLUMN IF NOT EXISTS {id} bigint").format(**names))
    undecided = []
    if reference.is_sourced:
        run(sql.SQL("UPDATE {staging} SET {id} = NULL").format(**names))
        undecided = resolve_sourced(target.staging, reference, source=target.source)
    else:
        run(
            sql.SQL("UPDATE {staging} s SET {id} = r.id FROM {table} r WHERE {match}").format(
                match=sql.SQL(match).format(**names), **names
            )
        )
    unknown = sql.SQL("{field} IS NOT NULL AND {id} IS NULL").format(**names)
    if is_held:
        found = run(
            sql.SQL("DELETE FROM {staging} WHERE {unknown} RETURNING position, {field}").format(
                unknown=unknown, **names
            )
        )
        return undecided + [
            _unknown_reference_error(position, value, reference) for position, value in found
        ]
    found = run(
        sql.SQL("SELECT position, {field} FROM {staging} WHERE {unknown}").format(
            unknown=unknown, **names
        )
    )
    run(
        sql.SQL(
            "UPDATE {staging} SET {field} = NULL, present = present & ~{bit}::bigint"
            " WHERE {unknown}"
        ).format(
            unknown=unknown,
            bit=sql.Literal(1 << _field_place(target.spec, reference.field)),
            **names,
        )
    )
    return [
        _unknown_reference_error(position, value, reference, is_warning=True)
        for position, value in found
    ]


def _unknown_reference_error(
    position: int, value: str, reference: Reference, *, is_warning: bool = False
) -> RecordError:
    message = f"“{value}” {reference.missing}"
    if is_warning:
        message += "; the row is taken without it"
    return RecordError(position, reference.field, "unknown", message, warning=is_warning)


def _field_place(spec: RecordSpec, field: str) -> int:
    return [f.name for f in spec.fields].index(field)


def _ids_of_other_accounts(target: UpsertTarget, *, result: LoadResult) -> list[RecordError]:
    """An id that another account's record has already: facts do not move between customers."""
    if not (target.table.is_sourced and target.table.has_account):
        return []
    found = run(
        sql.SQL(
            "DELETE FROM {} s USING {} t JOIN accounts_account a ON a.id = t.account_id"
            " WHERE t.external_id = s.external_id AND t.source_id = s.source_id"
            " AND t.account_id <> s.account_id"
            " RETURNING s.position, s.external_id, a.external_id, a.merged_into_id = s.account_id"
        ).format(target.staging, sql.Identifier(target.table.name))
    )
    errors = []
    for position, key, account, is_joined in found:
        if is_joined:
            result.statuses[position] = Status.UNCHANGED
            errors.append(_joined_person_warning(position, key))
        else:
            message = (
                f"“{key}” is a record of “{account}” already; name that account, or merge it into"
                " the one the record is of now, if both are one customer"
            )
            errors.append(RecordError(position, "external_id", "other_account", message))
    return errors


def _joined_person_warning(position: int, key: str) -> RecordError:
    message = f"“{key}” was joined with the same person of the account; its row changes nothing"
    return RecordError(position, "external_id", "joined", message, warning=True)


def _lock_accounts(target: UpsertTarget) -> None:
    """In order of id, so that two loads wait for each other instead of dying."""
    if not target.table.has_account:
        # New accounts have no row to lock yet: one load of accounts at a time.
        query: sql.Composable = sql.SQL(
            "SELECT pg_advisory_xact_lock(hashtext('accounts.loading.accounts'))"
        )
    else:
        query = sql.SQL(
            "SELECT id FROM accounts_account WHERE id IN (SELECT account_id FROM {})"
            " ORDER BY id FOR NO KEY UPDATE"
        ).format(target.staging)
    run(query)


def _column_names(table: FactTable) -> list[str]:
    return [column.name for column in table.columns]


def _is_present_sql(target: UpsertTarget, field: str) -> str:
    return f"(s.present & {1 << _field_place(target.spec, field)} <> 0)"


def _merged_column_sql(target: UpsertTarget, column: StoredColumn) -> str:
    """What the column of the merged row is made of, as SQL over s and t."""
    if column.expression:
        fields = {f.name: _is_present_sql(target, f.name) for f in target.spec.fields}
        return column.expression.format(**fields)
    referenced = column.field in {r.field for r in target.table.references}
    said = f"s.{column.field}_id" if referenced else f"s.{column.field}"
    return (
        f"CASE WHEN {_is_present_sql(target, column.field)} THEN"
        f" COALESCE({said}, {column.cleared})"
        f" WHEN t.id IS NOT NULL THEN t.{column.name} ELSE {column.default} END"
    )


def _merged_rows_sql(target: UpsertTarget) -> sql.Composable:
    columns = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(sql.SQL(_merged_column_sql(target, c)), sql.Identifier(c.name))
        for c in target.table.columns
    )
    on = _identifier_list(target.table.key, "t.{0} = s.{0}", by=" AND ")
    learned = sql.SQL("s.learned_on, " if target.table.is_dated else "")
    return sql.SQL(
        "SELECT s.position, t.id AS known_id, {}{} FROM {} s LEFT JOIN {} t ON {}"
    ).format(learned, columns, target.staging, sql.Identifier(target.table.name), on)


def _failed_check_errors(target: UpsertTarget) -> list[RecordError]:
    errors = []
    for check in target.table.checks:
        query = sql.SQL("SELECT m.position FROM ({}) m WHERE {}").format(
            _merged_rows_sql(target), sql.SQL(check.wrong)
        )
        positions = [row[0] for row in run(query, target.parameters)]
        errors += [RecordError(p, check.field, check.code, check.message) for p in positions]
        run(sql.SQL("DELETE FROM {} WHERE position = ANY(%s)").format(target.staging), [positions])
    return errors


def _write_merged_rows(target: UpsertTarget, *, result: LoadResult) -> Changed:
    rows = run(_insert_sql(target), target.parameters)
    changed = _changed_rows(rows, result=result)
    if any(row_id is None and known_id is None for _, known_id, row_id, *_ in rows):
        result.reject(_ids_of_other_accounts(target, result=result))
    return changed


def _insert_sql(target: UpsertTarget) -> sql.Composable:
    """A row that is neither written nor known is one that another load has just committed for
    another account: those of its own account waited for the lock."""
    table, names = target.table, _column_names(target.table)
    has_account = table.has_account
    merged = [sql.Identifier(name) for name in names]
    return sql.SQL(
        "WITH m AS ({merged}),"
        " written AS (INSERT INTO {table} AS t ({columns})"
        " SELECT {values} FROM m ORDER BY {key}"
        " ON CONFLICT ({key}) DO UPDATE SET ({updated}) = ROW({excluded})"
        " WHERE {same_account} AND ({stored}) IS DISTINCT FROM ({excluded})"
        " RETURNING t.*, (xmax = 0) AS is_new)"
        " SELECT m.position, m.known_id, w.id, w.is_new, {account}"
        " FROM m LEFT JOIN written w ON {on}"
    ).format(
        merged=_merged_rows_sql(target),
        table=sql.Identifier(table.name),
        columns=_identifier_list([*names, *(name for name, _ in table.once)], "{}"),
        values=sql.SQL(", ").join([*merged, *(sql.SQL(value) for _, value in table.once)]),
        key=_identifier_list(table.key, "{}"),
        updated=_identifier_list(names, "{}"),
        excluded=_identifier_list(names, "EXCLUDED.{}"),
        stored=_identifier_list(names, "t.{}"),
        same_account=sql.SQL("t.account_id = EXCLUDED.account_id" if has_account else "true"),
        account=sql.SQL("w.account_id" if has_account else "w.id"),
        on=_identifier_list(table.key, "w.{0} = m.{0}", by=" AND "),
    )


def _identifier_list(names: Iterable[str], form: str, *, by: str = ", ") -> sql.Composable:
    return sql.SQL(by).join(sql.SQL(form).format(sql.Identifier(name)) for name in names)


def _changed_rows(rows: Sequence[tuple[Any, ...]], *, result: LoadResult) -> Changed:
    changed = Changed()
    for position, known_id, row_id, is_new, account_id in rows:
        changed.stored[position] = row_id or known_id
        if row_id is None:
            result.statuses[position] = Status.UNCHANGED
            continue
        result.statuses[position] = Status.CREATED if is_new else Status.UPDATED
        changed.ids[position] = row_id
        changed.accounts[position] = account_id
    return changed
