"""Rows of attribute history, written so that what was known on an earlier day can still be read.

A row is changed twice at most: the open one ends when its value changes today or later, and a row
that proves wrong about the past is superseded, beside the rows that say it right (decision 26).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from django.db import connection
from psycopg2 import sql

from accounts.intake.account_past import Steps
from accounts.loading import staging_table
from accounts.loading.staging_table import NULL, copy_escaped

_END = """
    UPDATE accounts_attributehistory h SET valid_to = v.valid_to
    FROM unnest(%s::bigint[], %s::date[]) AS v (id, valid_to) WHERE h.id = v.id
"""
_TABLE = sql.Identifier("accounts_attributehistory")
_ADDED = (
    "account_id", "contact_id", "attribute", "value", "valid_from", "valid_to", "learned_at",
    "backfilled_at",
)  # fmt: skip


NOW: Mapping[date, datetime] = MappingProxyType({})


class HistoryKey(NamedTuple):
    account_id: int
    contact_id: int | None
    attribute: str


# In the order of _ADDED.
AddedRow = tuple[int, int | None, str, str, date, date | None, datetime, datetime | None]


class StoredValue(NamedTuple):
    """A row that is not superseded."""

    id: int
    value: str
    valid_from: date
    valid_to: date | None
    learned_at: datetime
    backfilled_at: datetime | None


@dataclass(slots=True)
class HistoryVersions:
    """Gathers what is to be written for many accounts; `day` is today."""

    day: date
    learned_at: datetime
    _ended: list[tuple[int, date]] = field(default_factory=list)
    _superseded: list[int] = field(default_factory=list)
    _never_seen: list[int] = field(default_factory=list)
    _added: list[AddedRow] = field(default_factory=list)

    def restate(
        self,
        key: HistoryKey,
        *,
        stored: Iterable[StoredValue],
        steps: Steps,
        learned: Mapping[date, datetime] = NOW,
        came_at: datetime | None = None,
    ) -> None:
        """Makes `steps` (ascending, no day twice) what is known now, in place of `stored`.

        `learned`: of days whose value was recorded at the time, when that was; so it is then of a
        value that was only taken for granted when the account came (`came_at`).
        """
        ends: Sequence[date | None] = [*(since for since, _ in steps[1:]), None]
        missing = {since: (value, end) for (since, value), end in zip(steps, ends, strict=True)}
        news: set[date] = set()
        for row in stored:
            value, end = missing.get(row.valid_from, (None, None))
            ends_live = end is not None and row.valid_to is None and end >= self.day
            told = learned.get(row.valid_from)
            was_granted = row.learned_at == came_at and told is not None and told < row.learned_at
            if was_granted and value == row.value and (end is None or end in learned):
                self._give_way(row)
            elif value == row.value and end == row.valid_to:
                del missing[row.valid_from]
            elif value == row.value and end is not None and (ends_live or end in learned):
                self._ended.append((row.id, end))
                del missing[row.valid_from]
            elif self._give_way(row):
                # That it ends on another day is news, whenever the value was learned.
                news.update({row.valid_from} if value == row.value else ())
        for since, (value, end) in missing.items():
            told = learned.get(since) if since not in news else None
            moments = (told or self.learned_at, self.learned_at if told else None)
            self._added.append((*key, value, since, end, *moments))

    def _give_way(self, row: StoredValue) -> bool:
        """Whether it was ever known; one learned in this very moment was not."""
        was_known = (row.backfilled_at or row.learned_at) < self.learned_at
        (self._superseded if was_known else self._never_seen).append(row.id)
        return was_known

    def write(self) -> None:
        """In this order: rows give way before others take their place."""
        with connection.cursor() as cursor, connection.wrap_database_errors:
            if self._never_seen:
                cursor.execute(
                    "DELETE FROM accounts_attributehistory WHERE id = ANY(%s)", [self._never_seen]
                )
            if self._superseded:
                cursor.execute(
                    "UPDATE accounts_attributehistory SET superseded_at = %s WHERE id = ANY(%s)",
                    [self.learned_at, self._superseded],
                )
            if self._ended:
                cursor.execute(_END, [list(column) for column in zip(*self._ended, strict=True)])
        if self._added:
            staging_table.copy(_TABLE, self._added_lines(), columns=_ADDED)

    def _added_lines(self) -> Iterator[str]:
        """Written out: a first import has several for each contract, most of them learned now."""
        now, now_text = self.learned_at, self.learned_at.isoformat()
        for account, contact, attribute, value, since, end, learned, backfilled in self._added:
            yield (
                f"{account}\t{NULL if contact is None else contact}\t{attribute}"
                f"\t{copy_escaped(value)}\t{since.isoformat()}"
                f"\t{NULL if end is None else end.isoformat()}"
                f"\t{now_text if learned is now else learned.isoformat()}"
                f"\t{NULL if backfilled is None else backfilled.isoformat()}\n"
            )
