"""From what an account pays when, to the signed movements of its revenue ledger.

Amounts are ARR in minor units; MRR counts × 12, exactly. A period covers its first day and
not its last. For every day, the movements effective up to it sum to the ARR of that day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from accounts.catalogue import MovementKind


class Period(NamedTuple):
    """One priced stretch of time; `ends_on` is exclusive, None while it is open."""

    starts_on: date
    ends_on: date | None
    arr: int
    currency: str


class MovementKey(NamedTuple):
    """What the movements of an account are told apart by: one of each on a day."""

    effective_on: date
    currency: str
    kind: MovementKind


class LedgerMovement(NamedTuple):
    """`takes_back`: it corrects a posted movement of its kind, so its sign is the opposite one."""

    effective_on: date
    kind: MovementKind
    arr: int
    currency: str
    takes_back: bool = False
    subtype: str = ""

    @property
    def key(self) -> MovementKey:
        return MovementKey(self.effective_on, self.currency, self.kind)


Steps = dict[date, dict[str, int]]
_WITH_SUBTYPES = (MovementKind.EXPANSION, MovementKind.CONTRACTION)


def steps_of(periods: Iterable[Period], *, until: date) -> Steps:
    """Signed change by day and currency, up to and including `until`; a change of zero is none.

    Overlapping periods add up. A period that ends before it starts, or on that day, is nothing.
    """
    steps: Steps = {}
    for period in periods:
        if period.ends_on is not None and period.ends_on <= period.starts_on:
            continue
        _add_to_step(steps, period.starts_on, period.currency, period.arr)
        if period.ends_on is not None:
            _add_to_step(steps, period.ends_on, period.currency, -period.arr)
    return {day: steps[day] for day in sorted(steps) if day <= until}


def _add_to_step(steps: Steps, day: date, currency: str, amount: int) -> None:
    of_day = steps.setdefault(day, {})
    of_day[currency] = of_day.get(currency, 0) + amount


def _movement_kind(
    change: int, *, was_paying: bool, is_paying: bool, paid_before: bool
) -> MovementKind:
    if change < 0:
        return MovementKind.CONTRACTION if is_paying else MovementKind.CHURN
    if was_paying:
        return MovementKind.EXPANSION
    return MovementKind.REACTIVATION if paid_before else MovementKind.NEW


def movements_of(
    steps: Steps, *, subtypes: Mapping[tuple[date, str], str] | None = None
) -> list[LedgerMovement]:
    """One movement a day and currency, named by what the account's whole ARR does: several
    currencies are one life. `subtypes` by day and currency, of those up and down."""
    subtypes = subtypes or {}
    arr: Counter[str] = Counter()
    found: list[LedgerMovement] = []
    paid_before = False
    for day in sorted(steps):
        was_paying = any(arr.values())
        for currency, amount in steps[day].items():
            arr[currency] += amount
        is_paying = any(arr.values())
        for currency, amount in sorted(steps[day].items()):
            if amount:
                kind = _movement_kind(
                    amount, was_paying=was_paying, is_paying=is_paying, paid_before=paid_before
                )
                subtype = subtypes.get((day, currency), "") if kind in _WITH_SUBTYPES else ""
                found.append(LedgerMovement(day, kind, amount, currency, subtype=subtype))
        paid_before = paid_before or is_paying
    return found


def corrections(
    wanted: Iterable[LedgerMovement], posted: Mapping[MovementKey, int]
) -> list[LedgerMovement]:
    """Movements that turn what is posted into what is wanted, without touching a posted row.

    A take-back carries the kind of what it takes back, so that the sums by kind are those of a
    fresh derivation, whatever was posted on the way. It takes back the whole amount, and what is
    right is posted whole: each row is converted and rounded by itself, and two halves of an amount
    may be a cent more than the amount. It is dated to the day it is about; when it was learned is
    told by the ledger's own recorded-at.
    """
    want = {movement.key: movement for movement in wanted}
    found = []
    for key in sorted({*want, *posted}):
        movement, wrong = want.get(key), posted.get(key, 0)
        if (movement.arr if movement else 0) == wrong:
            continue
        if wrong:
            found.append(
                LedgerMovement(key.effective_on, key.kind, -wrong, key.currency, takes_back=True)
            )
        if movement:
            found.append(movement)
    return found


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Where a change does not fit: the day on which least is left to go, and how much that is."""

    on: date
    left: int


def shortfalls(
    changes: Sequence[tuple[date, int]], *, posted: Mapping[date, int]
) -> dict[int, Shortfall]:
    """Of one account and currency: by place in `changes`, those that would take ARR below zero on
    their day or a later one.

    Growth counts first, so that a history may be corrected in one go. What shrinks is taken by
    its day, then in the order given; one that does not fit leaves the room to those after it.
    """
    steps = Counter(posted)
    for day, amount in changes:
        steps[day] += max(amount, 0)
    least = _least_from(steps)
    found: dict[int, Shortfall] = {}
    taken = 0
    for place, (day, amount) in sorted(enumerate(changes), key=lambda change: change[1][0]):
        if amount < 0:
            left = least[day].left + taken
            if left + amount < 0:
                found[place] = Shortfall(least[day].on, left)
            else:
                taken += amount
    return found


def _least_from(steps: Mapping[date, int]) -> dict[date, Shortfall]:
    """The lowest ARR from each day on, by day."""
    arr = sum(steps.values())
    least: dict[date, Shortfall] = {}
    lowest: Shortfall | None = None
    for day in sorted(steps, reverse=True):
        if lowest is None or arr <= lowest.left:
            lowest = Shortfall(day, arr)
        least[day] = lowest
        arr -= steps[day]
    return least
