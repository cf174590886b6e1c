"""What all row makers share while a block is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from accounts.demo.schema import BlockTables
from accounts.demo.shape import Shape
from accounts.demo.staff import Staff
from accounts.demo.tables import TextTable
from accounts.demo.timeline import Timeline
from accounts.demo.usage import Season

CURRENCY = "USD"
LEARNED_AT_MINUTE = 9 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Ids count up from the block's own range, in the order rows are added."""

    shape: Shape
    staff: Staff
    timeline: Timeline
    season: Season
    tables: BlockTables
    base: int
    usage_from: int

    def next_id(self, table: TextTable) -> int:
        return self.base + len(table.rows) + 1

    def day(self, number: int) -> date:
        return self.timeline.day(number)

    def optional_day(self, number: int | None) -> date | None:
        return None if number is None else self.timeline.day(number)

    def learned(self, number: int) -> datetime:
        """In the morning of that day."""
        return self.timeline.moment(number, minute=LEARNED_AT_MINUTE)


def account_key(account_id: int) -> str:
    """The external id of an account."""
    return f"ACC-{account_id:05d}"
