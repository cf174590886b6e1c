"""Records that name one of their own kind: an account's parent.

A chain may be of any length and grow over several imports; it never comes back to itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from accounts.intake.chains import loops
from accounts.intake.errors import RecordError, shown
from accounts.intake.fields import Kind
from accounts.intake.records import Record
from accounts.loading.results import LoadResult

_MOST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Chain:
    """`field` of a record names another one by external id; `column` of `table` holds its row."""

    field: str
    table: str
    column: str
    help_text: str


CHAINS = {
    Kind.ACCOUNTS: Chain("parent", "accounts_account", "parent_id", "is above itself"),
}
_ABOVE = """
    WITH RECURSIVE up AS (
        SELECT r.id, r.external_id, r.{column} AS above FROM {table} r
        WHERE r.external_id = ANY(%s)
        UNION
        SELECT r.id, r.external_id, r.{column} FROM up JOIN {table} r ON r.id = up.above
    )
    SELECT up.external_id, r.external_id FROM up JOIN {table} r ON r.id = up.above
"""


def without_loops(kind: Kind, records: Sequence[Record], *, result: LoadResult) -> Sequence[Record]:
    """The records that do not close a loop, be it among themselves or with what is stored; the
    others are refused. Holds off other loads that could close one until the transaction ends."""
    chain = CHAINS.get(kind)
    if chain is None:
        return records
    said = {str(r.values["external_id"]): r for r in records if chain.field in r.values}
    named = [str(r.values[chain.field]) for r in said.values() if r.values[chain.field]]
    if not named:
        return records
    lock_chains(kind)
    stored = _stored_above(chain, [*said, *named])
    refused: set[int] = set()
    # A refused record keeps what is stored of it, which may close another loop.
    while found := loops(_parents_by_name(said, stored, chain=chain)):
        for loop in found:
            for record in [said.pop(name) for name in loop if name in said]:
                refused.add(record.position)
                result.reject([_loop_error(record, loop, chain=chain)])
    return [record for record in records if record.position not in refused]


def _parents_by_name(
    said: Mapping[str, Record], stored: Mapping[str, str], *, chain: Chain
) -> dict[str, str]:
    above = {name: other for name, other in stored.items() if name not in said}
    for name, record in said.items():
        if other := record.values[chain.field]:
            above[name] = str(other)
    return above


def lock_chains(kind: Kind) -> None:
    """One writer of these references at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"accounts.loading.{kind}"])


def loop_above(kind: Kind, *, name: str, other: str) -> tuple[str, ...]:
    """The loop that there would be if the stored record `name` named `other`; empty for none."""
    chain = CHAINS[kind]
    stored = _stored_above(chain, [other])
    stored.pop(name, None)
    above = {name: other} | stored
    return next((loop for loop in loops(above) if name in loop), ())


def in_words(loop: Sequence[str]) -> str:
    """a → b → a; a long one is cut in the middle."""
    if len(loop) <= _MOST_SHOWN:
        return " → ".join([*loop, loop[0]])
    return " → ".join([*loop[:2], "…", loop[-1], loop[0]])


def _stored_above(chain: Chain, names: Sequence[str]) -> dict[str, str]:
    """By external id what each of these names, and those it names, up to the top."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE.format(table=chain.table, column=chain.column), [list(names)])
        return dict(cursor.fetchall())


def _loop_error(record: Record, loop: Sequence[str], *, chain: Chain) -> RecordError:
    own = str(record.values["external_id"])
    turned = [*loop[loop.index(own) :], *loop[: loop.index(own)]]
    message = (
        f"{shown(str(record.values[chain.field]))} closes a loop in which the record"
        f" {chain.help_text}: {in_words(turned)}; name another one, or leave it empty"
    )
    return RecordError(record.position, chain.field, "loop", message)
