"""What is said once a run of all records it is about, with how many they are and their ARR."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.intake.errors import RecordError
from accounts.money.currencies import money_exact


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning at the first record that it is about; `arr` of all of them by currency, in minor
    units."""

    position: int
    field: str
    code: str
    message: str
    count: int = 1
    arr: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def problem(self) -> RecordError:
        message = self.message
        if self.count > 1:
            worth = in_words(self.arr)
            message += f"; so it is for {self.count - 1:,} more: together {worth} a year"
        return RecordError(self.position, self.field, self.code, message, warning=True)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


Notices = Mapping[str, Notice]
"""By code, and what else tells them apart."""


def together(known: Notices, more: Notices) -> dict[str, Notice]:
    """The later ones add to the earlier ones of the same key."""
    return dict(known) | {
        key: _sum_of_notices(known[key], notice) if key in known else notice
        for key, notice in more.items()
    }


def _sum_of_notices(one: Notice, other: Notice) -> Notice:
    arr = Counter(one.arr)
    arr.update(other.arr)
    return dataclasses.replace(one, count=one.count + other.count, arr=dict(arr))


def problems_of(notices: Iterable[Notice]) -> list[RecordError]:
    return [notice.problem() for notice in notices]


def in_words(arr: Mapping[str, int]) -> str:
    told = [money_exact(amount, currency) for currency, amount in sorted(arr.items()) if amount]
    return " and ".join(told) or "nothing"
