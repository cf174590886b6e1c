"""Records of one kind as they were written: what their follow-ups start from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.intake.records import Record
from accounts.loading.results import LoadResult
from accounts.loading.upsert import Changed


@dataclass(frozen=True, slots=True)
class Loaded:
    records: Sequence[Record]
    changed: Changed
    day: date
    now: datetime
    source: str
    result: LoadResult
