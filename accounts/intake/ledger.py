"""From what an account pays when, to the signed movements of its revenue ledger.

Amounts are ARR in minor units; MRR counts × 12, exactly. A period covers its first day and
not its last. For every day, the movements effective up to it sum to the ARR of that day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.catalogue import ContractState, MovementKind


@dataclass(frozen=True, slots=True)
class Period:
    """One priced stretch of time; `ends_on` is exclusive, None while it is open."""

    starts_on: date
    ends_on: date | None
    arr: int
    currency: str


@dataclass(frozen=True, slots=True)
class LedgerMovement:
    effective_on: date
    kind: MovementKind
    arr: int
    currency: str


@dataclass(frozen=True, slots=True)
class ContractTerm:
    """A contract as the ledger sees it: without an end it is open, `renewed_on` is the start of
    the one that renews it, `cancelled_on` the day a cancellation takes effect if not the end."""

    starts_on: date
    ends_on: date | None
    arr: int
    currency: str
    state: ContractState
    renewed_on: date | None
    cancelled_on: date | None = None


Steps = dict[date, Counter[str]]


def steps_of(periods: Iterable[Period], *, until: date) -> Steps:
    """Signed change by day and currency, up to and including `until`; a change of zero is none.

    Overlapping periods add up. A period that ends before it starts, or on that day, is nothing.
    """
    steps: Steps = {}
    for period in periods:
        if period.ends_on is not None and period.ends_on <= period.starts_on:
            continue
        steps.setdefault(period.starts_on, Counter())[period.currency] += period.arr
        if period.ends_on is not None:
            steps.setdefault(period.ends_on, Counter())[period.currency] -= period.arr
    return {day: steps[day] for day in sorted(steps) if day <= until}


def _kind(change: int, *, was_paying: bool, is_paying: bool, paid_before: bool) -> MovementKind:
    if change < 0:
        return MovementKind.CONTRACTION if is_paying else MovementKind.CHURN
    if was_paying:
        return MovementKind.EXPANSION
    return MovementKind.REACTIVATION if paid_before else MovementKind.NEW


def contract_period(contract: ContractTerm, *, day: date, grace_days: int) -> Period:
    """What a contract covers as seen on `day`.

    Renewed early, it ends when the renewal starts. Past its end without a renewal it still
    counts for the grace (an overdue renewal); after that it ended when it ended. Without an end
    it goes on until it is renewed or cancelled.
    """
    ends_on = contract.ends_on
    if contract.state == ContractState.CANCELLED:
        ends_on = _earlier(ends_on, contract.cancelled_on)
    if contract.renewed_on is not None:
        ends_on = _earlier(ends_on, contract.renewed_on)
    elif contract.state == ContractState.ACTIVE and ends_on is not None:
        declared = ends_on + timedelta(days=grace_days)
        ends_on = ends_on if day >= declared else None
    return Period(contract.starts_on, ends_on, contract.arr, contract.currency)


def _earlier(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def corrections(wanted: Steps, posted: Steps) -> list[LedgerMovement]:
    """Movements that turn what is posted into what is wanted, without touching a posted row.

    Each change is named by what the account's whole ARR does: several currencies are one life. A
    correction is dated to the day it is about; what is learned later is told by the
    ledger's own recorded-at.
    """
    days = sorted(set(wanted) | set(posted))
    change: Steps = {}
    arr: Counter[str] = Counter()
    found: list[LedgerMovement] = []
    paid_before = False
    for day in days:
        want, have = wanted.get(day, Counter()), posted.get(day, Counter())
        change[day] = Counter({c: want[c] - have[c] for c in sorted({*want, *have})})
        was_paying = any(arr.values())
        for currency, amount in want.items():
            arr[currency] += amount
        flags = {"was_paying": was_paying, "is_paying": any(arr.values())}
        found += [
            LedgerMovement(day, _kind(amount, **flags, paid_before=paid_before), amount, currency)
            for currency, amount in change[day].items()
            if amount
        ]
        paid_before = paid_before or flags["is_paying"]
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
