"""Who had a function of an account from when to when, and what a new row does to it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stint:
    """`until` is the last day; None: still."""

    since: date
    until: date | None
    person_id: int

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class StintRow:
    """What a row says. Without `since` it is about today; without `has_until` nothing is said of
    the end."""

    person_id: int
    since: date | None = None
    until: date | None = None
    has_until: bool = False


def in_order(stints: Iterable[Stint]) -> list[Stint]:
    return sorted(stints, key=attrgetter("since"))


def placed(stints: Iterable[Stint], row: StintRow, *, day: date) -> list[Stint]:
    """The function has one person a day: the row takes its days from whoever has them.

    Who has the function already keeps their first day, unless the row says an earlier one. A row
    without an end lasts until the next person begins, so that rows with first days only give the
    same in any order. The end may lie before `day`; one before the first day is a ValueError.
    """
    stints = in_order(stints)
    own = _stint_of_row(stints, row, day=day)
    since = min(row.since or day, own.since) if own else row.since or day
    kept = own.until if own else None
    until = row.until if row.has_until else kept
    if until is None:
        later = [s.since for s in stints if s.since > since and s.person_id != row.person_id]
        until = min(later) - _DAY if later else None
    if until is not None and until < since:
        raise ValueError("the last day is before the first one")
    new = Stint(since, until, row.person_id)
    rest = [part for stint in stints if stint != own for part in _days_outside(stint, new)]
    return in_order([new, *rest])


def vacated(stints: Iterable[Stint], *, day: date) -> list[Stint]:
    """Nobody has the function from `day` on."""
    return [
        replace(stint, until=day - _DAY) if stint.holds_on(day) else stint
        for stint in in_order(stints)
        if stint.since < day
    ]


def _stint_of_row(stints: Iterable[Stint], row: StintRow, *, day: date) -> Stint | None:
    """The stint that the row is about: of the same person, on the row's first day, or begun later
    with nobody in between."""
    first = row.since or day
    for stint in stints:
        if stint.holds_on(first) and stint.person_id == row.person_id:
            return stint
        if stint.since > first:
            is_reached = row.until is None or row.until >= stint.since
            return stint if is_reached and stint.person_id == row.person_id else None
    return None


def _days_outside(stint: Stint, new: Stint) -> list[Stint]:
    """What the new stint leaves of another one: the days before it, and those after it."""
    rest = []
    if stint.since < new.since:
        before = new.since - _DAY
        rest.append(
            replace(stint, until=before if stint.until is None else min(before, stint.until))
        )
    if new.until is not None and (stint.until is None or stint.until > new.until):
        rest.append(replace(stint, since=max(stint.since, new.until + _DAY)))
    return rest
