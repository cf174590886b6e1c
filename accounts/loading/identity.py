"""Which stored row a record is: its id counts within its source.

What came before anybody declared its source carries the ids of *Direct*. `FactTable.same` decides
whether such a row, with the same id and of the same account, is that record.
"""

from collections.abc import Collection
from dataclasses import dataclass

from psycopg2 import sql

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.errors import RecordError
from accounts.loading.composed_sql import run
from accounts.loading.tables.fact_table import FactTable, Reference
from accounts.models import Source

_SEVERAL = "is there in several sources; send the record with the source that it belongs to"


@dataclass(frozen=True, slots=True)
class StagedRecords:
    staging: sql.Identifier
    table: FactTable
    source: str

    @property
    def is_same(self) -> sql.Composable:
        account = "t.account_id = s.account_id AND " if self.table.has_account else ""
        return sql.SQL(f"t.external_id = s.external_id AND {account}({self.table.same})")

    def query(self, text: str) -> sql.Composable:
        return sql.SQL(text).format(
            staging=self.staging, table=sql.Identifier(self.table.name), same=self.is_same
        )


def name_sources(staged: StagedRecords) -> list[RecordError]:
    """Adds `source_id` to each staged record: the source of the row that it is, or will be."""
    run(staged.query("ALTER TABLE {staging} ADD COLUMN IF NOT EXISTS source_id text"))
    run(staged.query("UPDATE {staging} SET source_id = %s"), [staged.source])
    if staged.source != DIRECT_SOURCE:
        run(staged.query(_TAKE_OVER), {"source": staged.source, "direct": DIRECT_SOURCE})
        return []
    if not Source.objects.filter(kind=Source.Kind.SYSTEM).exists():
        return []
    several = run(staged.query(_FIND_ELSEWHERE), {"direct": DIRECT_SOURCE})
    return [
        RecordError(p, "external_id", "several_sources", f"“{i}” {_SEVERAL}") for p, i in several
    ]


# The accounts are locked: nobody else takes the same row over.
_TAKE_OVER = """
    UPDATE {table} t SET source_id = %(source)s FROM {staging} s
    WHERE {same} AND t.source_id = %(direct)s AND NOT EXISTS (
        SELECT FROM {table} own
        WHERE own.external_id = s.external_id AND own.source_id = %(source)s
    )
"""
_FIND_ELSEWHERE = """
    WITH found AS (
        SELECT s.position, min(t.source_id) AS source_id, count(*) AS copies
        FROM {staging} s JOIN {table} t ON {same}
        WHERE NOT EXISTS (
            SELECT FROM {table} own
            WHERE own.external_id = s.external_id AND own.source_id = %(direct)s
        )
        GROUP BY s.position
    ), named AS (
        UPDATE {staging} s SET source_id = f.source_id FROM found f
        WHERE f.position = s.position AND f.copies = 1
    )
    DELETE FROM {staging} s USING found f WHERE f.position = s.position AND f.copies > 1
    RETURNING s.position, s.external_id
"""
_RESOLVE = """
    UPDATE {{staging}} s SET {{id}} = found.id FROM (
        SELECT position, min(id) AS id FROM (
            SELECT s.position, {own} AS id, rank() OVER (
                PARTITION BY s.position ORDER BY {account} r.source_id <> %(source)s
            ) AS place
            FROM {{staging}} s JOIN {{table}} r ON r.{{key}} = s.{{field}}
        ) ranked WHERE place = 1 GROUP BY position HAVING count(*) = 1
    ) found WHERE found.position = s.position
"""
_UNDECIDED = """
    DELETE FROM {{staging}} s WHERE s.{{id}} IS NULL
    AND EXISTS (SELECT FROM {{table}} r WHERE r.{{key}} = s.{{field}})
    RETURNING s.position, s.{{field}}
"""


def resolve_sourced(
    staging: sql.Identifier, reference: Reference, *, source: str
) -> list[RecordError]:
    """Fills `<field>_id`: of the account of the record, and of its own source, before others."""
    names = {
        "staging": staging,
        "field": sql.Identifier(reference.field),
        "id": sql.Identifier(f"{reference.field}_id"),
        "table": sql.Identifier(reference.table),
        "key": sql.Identifier(reference.key),
    }
    # People of a merged account are those they were joined with.
    account = "r.account_id <> s.account_id," if reference.is_of_account else ""
    own = "coalesce(r.joined_into_id, r.id)" if reference.is_of_account else "r.id"
    statement = sql.SQL(_RESOLVE.format(account=account, own=own)).format(**names)
    run(statement, {"source": source})
    undecided = run(sql.SQL(_UNDECIDED.format()).format(**names))
    return [
        RecordError(position, reference.field, "several_sources", f"“{value}” {_SEVERAL}")
        for position, value in undecided
    ]


def participants_of(
    named: Collection[tuple[str, str]], *, source: str
) -> tuple[dict[tuple[str, str], int], set[tuple[str, str]]]:
    """Contacts by (account, external id), those of the source before others; and those names of
    which there are several and none is of the source."""
    if not named:
        return {}, set()
    accounts, ids = zip(*sorted(set(named)), strict=True)
    rows = run(sql.SQL(_PARTICIPANTS), {"a": list(accounts), "c": list(ids), "source": source})
    found = {(account, name): pk for account, name, pk, copies in rows if copies == 1}
    return found, {(account, name) for account, name, _, copies in rows if copies > 1}


_PARTICIPANTS = """
    SELECT account, name, min(id), count(*) FROM (
        SELECT n.account, n.name, p.id, rank() OVER (
            PARTITION BY n.account, n.name ORDER BY c.source_id <> %(source)s
        ) AS place
        FROM unnest(%(a)s::text[], %(c)s::text[]) AS n(account, name)
        JOIN accounts_contact c ON c.external_id = n.name
        JOIN accounts_contact p ON p.id = coalesce(c.joined_into_id, c.id)
        JOIN accounts_account a ON a.id = p.account_id AND a.external_id = n.account
    ) ranked WHERE place = 1 GROUP BY account, name
"""
