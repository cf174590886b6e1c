"""One thing that a tool says of a record on a day, and the one thing it cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Telling:
    """What a tool says of one record on a day."""

    day: date
    kind: str
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HeardLate:
    """A record has one moment of learning: that somebody left is told as if it was known at once.
    On the days before it was heard the nights differ."""

    account: str
    left: date
    heard: date

    def covers(self, account: str, day: date) -> bool:
        return account == self.account and self.left <= day < self.heard
