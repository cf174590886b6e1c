"""What the ledger, statuses, segments and tiers must be, from what is paid day by day.

Pure, slow and plain: the specification's sentences, without anything of the product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from tests.golden.ledger.facts import Paid

# One unit of the currency in dollars from a day on, and minor units of a whole one.
RATES = {
    "USD": ((date(2020, 1, 1), Fraction(1)),),
    "EUR": (
        (date(2020, 1, 1), Fraction("1.0837")),
        (date(2023, 3, 10), Fraction("1.2419")),
        (date(2025, 9, 20), Fraction("1.0106")),
        (date(2026, 2, 3), Fraction("1.1791")),
    ),
    "JPY": (
        (date(2020, 1, 1), Fraction("0.0067")),
        (date(2024, 7, 1), Fraction("0.0091")),
        (date(2025, 12, 12), Fraction("0.0058")),
    ),
}
RATE_DAYS = frozenset(day for rates in RATES.values() for day, _ in rates)
MINOR = {"USD": 100, "EUR": 100, "JPY": 1}
SEGMENTS = ((500_000, "strategic"), (100_000, "enterprise"), (25_000, "mid_market"), (5_000, "smb"))
ARR_SCORES = ((0, 0), (5_000, 20), (15_000, 40), (100_000, 75), (500_000, 100))
WEIGHTS = {"complexity": 25, "growth_potential": 20, "strategic_fit": 15}
TIERS = ("tech", "low", "high")
BOUNDS = {"low": 40, "high": 75}

Moved = Mapping[tuple[date, str, str], int]
"""Minor units by day, currency and kind."""
Arr = Counter[str]
"""Minor units a year by currency."""
Spans = list[tuple[date, str]]
"""A value and the first day it holds, up to the next one."""


def arr_on(paid: Iterable[Paid], day: date) -> Arr:
    total: Arr = Counter()
    for p in paid:
        if p.since <= day and (p.until is None or day < p.until):
            total[p.currency] += p.arr
    return total


def edges(paid: Iterable[Paid], *, last: date) -> list[date]:
    """The days on which what is paid may change."""
    days = {p.since for p in paid} | {p.until for p in paid if p.until}
    return sorted(day for day in days if day <= last)


def movements(paid: Sequence[Paid], *, last: date) -> dict[tuple[date, str, str], int]:
    """By day, currency and kind. The kind comes from the account's whole ARR."""
    found = {}
    before: Arr = Counter()
    has_paid = False
    for day in edges(paid, last=last):
        now = arr_on(paid, day)
        for currency in sorted(before | now):
            change = now[currency] - before[currency]
            if change:
                found[day, currency, _kind(change, before, now, has_paid)] = change
        before, has_paid = now, has_paid or bool(now.total())
    return found


def _kind(change: int, before: Arr, now: Arr, has_paid: bool) -> str:
    if change < 0:
        return "contraction" if now.total() else "churn"
    if before.total():
        return "expansion"
    return "reactivation" if has_paid else "new"


def rate(currency: str, day: date) -> Fraction:
    return next(rate for since, rate in reversed(RATES[currency]) if since <= day)


def dollars(arr: Mapping[str, int], day: date) -> Fraction:
    """Exact, in whole dollars, at the rates of the day."""
    return sum((amount * rate(c, day) / MINOR[c] for c, amount in arr.items()), Fraction(0))


def statuses(paid: Sequence[Paid], *, last: date) -> Spans:
    return _spans(paid, last, lambda arr, _: "active" if arr.total() else "churned")


def segments(paid: Sequence[Paid], *, last: date) -> Spans:
    return _spans(paid, last, lambda arr, day: segment(dollars(arr, day)))


def segment(arr: Fraction) -> str:
    return next((name for least, name in SEGMENTS if arr >= least), "self_serve")


def _spans(paid: Sequence[Paid], last: date, value: Callable[[Arr, date], str]) -> Spans:
    spans: Spans = []
    for day in _turning_days(paid, last=last):
        arr = arr_on(paid, day)
        if (spans or arr.total()) and (not spans or spans[-1][1] != value(arr, day)):
            spans.append((day, value(arr, day)))
    return spans


def _turning_days(paid: Sequence[Paid], *, last: date) -> list[date]:
    """On which what is paid, or what it is worth, may change."""
    return sorted({*edges(paid, last=last), *(day for day in RATE_DAYS if day <= last)})


def arr_score(arr: Fraction) -> Fraction:
    for (low, least), (high, most) in pairwise(ARR_SCORES):
        if arr <= high:
            return least + (arr - low) * (most - least) / (high - low)
    return Fraction(100)


def tier_score(arr: Fraction, factors: Mapping[str, int]) -> Fraction:
    own = arr_score(arr)
    rest = sum(weight * factors.get(name, own) for name, weight in WEIGHTS.items())
    return (40 * own + rest) / 100


def tiers(paid: Sequence[Paid], factors: Mapping[str, int], *, last: date) -> Spans:
    """The first by the table; another one after 30 days of pointing there, day by day."""
    days = _turning_days(paid, last=last)
    first = next((day for day in days if arr_on(paid, day).total()), None)
    if first is None:
        return []
    changes, spans = set(days), []
    arr, score, pending, since = Fraction(0), Fraction(0), "", first
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        if day in changes:
            arr = dollars(arr_on(paid, day), day)
            score = tier_score(arr, factors)
            if not spans:
                spans.append((day, tier(score, arr, of_bound=Fraction(1))))
            towards = clearly(score, arr, current=spans[-1][1])
            if towards != pending:
                pending, since = towards, day
        if pending != spans[-1][1] and day - since >= timedelta(days=30):
            spans.append((day, pending))
    return spans


def tier(score: Fraction, arr: Fraction, *, of_bound: Fraction) -> str:
    """At 100,000 or more never below low; `of_bound` moves the bounds of the score."""
    reached = [name for name, bound in BOUNDS.items() if score >= bound * of_bound]
    least = "low" if arr >= 100_000 else "tech"
    return max([least, *reached], key=TIERS.index)


def clearly(score: Fraction, arr: Fraction, *, current: str) -> str:
    """Where the score is past a boundary by 5 % of it: upward, downward, or nowhere."""
    upward, downward = (tier(score, arr, of_bound=Fraction(n, 100)) for n in (105, 95))
    if TIERS.index(upward) > TIERS.index(current):
        return upward
    return downward if TIERS.index(downward) < TIERS.index(current) else current
