"""What the twelve months to a month-end must be, from the movements of what is paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.golden.ledger.oracle import MINOR, Moved, rate


@dataclass(frozen=True, slots=True)
class Day:
    """What happened to an account on a day, in cents of the report; `pays` when it is over."""

    on: date
    change: int
    pays: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Month:
    """An account at both ends of the twelve months; `kind` of the net change between them."""

    start: int
    end: int
    was_active: bool
    is_active: bool
    kind: str


def cents(amount: int, currency: str, at: date) -> int:
    """Half to even, as every row of a report is converted, at the rates of its last day."""
    return round(amount * rate(currency, at) * 100 / MINOR[currency])


def days_of(moved: Moved, *, at: date) -> list[Day]:
    """An account's rows of a day are one movement, named by what the day made of the account."""
    days: list[Day] = []
    owed: Counter[str] = Counter()
    for on in sorted({day for day, _, _ in moved}):
        rows = [(c, amount) for (day, c, _), amount in moved.items() if day == on]
        for currency, amount in rows:
            owed[currency] += amount
        change, paid = sum(cents(amount, c, at) for c, amount in rows), bool(days) and days[-1].pays
        days.append(Day(on, change, pays=any(owed.values()), kind=""))
        kind = _kind(change, was=paid, is_=days[-1].pays, is_first=len(days) == 1)
        days[-1] = Day(on, change, days[-1].pays, kind)
    return days


def month(days: list[Day], *, start: date, end: date) -> Month:
    before, by_end = ([d for d in days if d.on <= day] for day in (start, end))
    first, final = (sum(d.change for d in part) for part in (before, by_end))
    was, is_ = (bool(part) and part[-1].pays for part in (before, by_end))
    kind = _kind(final - first, was=was, is_=is_, is_first=not before)
    return Month(first, final, was, is_, kind)


def _kind(change: int, *, was: bool, is_: bool, is_first: bool) -> str:
    """Who pays at neither end may be left with a cent of rounding: the bridge counts it as well."""
    if was == is_:
        return "expansion" if change > 0 else "contraction" if change < 0 else ""
    if was:
        return "churn"
    return "new" if is_first else "reactivation"


Part = tuple[Month, list[tuple[str, int]]]
"""An account at both ends, and its changes between them by kind."""


def by_account(month: Month) -> Part:
    return month, [(month.kind, month.end - month.start)]


def by_movements(month: Month, days: list[Day], *, start: date, end: date) -> Part:
    return month, [(d.kind, d.change) for d in days if start < d.on <= end]


def retention(parts: Iterable[Part]) -> Counter[str]:
    """Bridge, cohort and logos; losses as positive amounts."""
    total: Counter[str] = Counter()
    for account, changes in parts:
        total["bridge_start"] += account.start
        total["logos_end"] += account.is_active
        if account.was_active:
            total["cohort_start"] += account.start
            total["logos_start"] += 1
            total["logos_kept"] += account.is_active
        for kind, change in changes:
            amount = abs(change)
            total[f"bridge_{kind}"] += amount
            if account.was_active:
                total[f"cohort_{kind}"] += amount
    return total


def rates(total: Counter[str]) -> dict[str, Fraction | None]:
    start, lost = total["cohort_start"], total["cohort_contraction"] + total["cohort_churn"]
    if not total["logos_start"]:
        return {"nrr": None, "grr": None, "logo": None}
    gained = total["cohort_expansion"] + total["cohort_reactivation"]
    return {
        "nrr": Fraction(start + gained - lost, start),
        "grr": Fraction(start - lost, start),
        "logo": Fraction(total["logos_kept"], total["logos_start"]),
    }


def month_ends(last: date, count: int) -> Iterator[date]:
    """Newest first."""
    day = (last + timedelta(days=1)).replace(day=1)
    for _ in range(count):
        yield day - timedelta(days=1)
        day = (day - timedelta(days=1)).replace(day=1)
