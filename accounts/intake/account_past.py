"""Status, segment and touch tier of an account on every day of its past: functions of its ledger.

What comes out depends on the facts alone, not on the order or the number of imports that brought
them. A day before the first one here is unknown.
"""

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter

from accounts.catalogue import AccountStatus, HistoryAttribute
from accounts.intake.tiers import (
    SETTLING_DAYS,
    Placement,
    Size,
    Sizes,
    SizeTable,
    TierLadder,
    place,
    segment_of,
)
from accounts.money.conversion import convert
from accounts.money.currencies import major
from accounts.money.rates import RateTable

# (from this day on, this value), in the order of days.
Steps = Sequence[tuple[date, str]]
# (effective on, currency, signed ARR in minor units).
LedgerChange = tuple[date, str, int]

_NO_FACTORS = ",,"
_SETTLING = timedelta(days=SETTLING_DAYS)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`changes` are in the order of days.

    `said` are the dated words about the account: its status, its designation, the factors of its
    tier score, and the overrides of segment and tier.
    """

    created_on: date
    customer_since: date | None
    changes: Sequence[LedgerChange]
    said: Mapping[HistoryAttribute, Steps] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountPast:
    """`segment` and `placement` are what the last day gives before overrides; None where no rate
    or no bound gives one. `first_paid_on`: the first day on which anything was paid."""

    history: Mapping[HistoryAttribute, Steps]
    segment: str | None
    placement: Placement | None
    first_paid_on: date | None

    def value(self, attribute: HistoryAttribute) -> str | None:
        steps = self.history[attribute]
        return steps[-1][1] if steps else None


def factors_as_text(*factors: int | None) -> str:
    """Complexity, growth potential and strategic fit as the history spells them; "" for none."""
    text = ",".join("" if factor is None else str(factor) for factor in factors)
    return "" if text == _NO_FACTORS else text


def past_of(facts: AccountFacts, *, day: date, sizes: SizeTable, rates: RateTable) -> AccountPast:
    """To the end of `day`; what becomes effective later does not count yet."""
    changes = [change for change in facts.changes if change[0] <= day]
    paying = _paying_steps(changes)
    first_paid_on = paying[0][0] if paying else None
    begins = min(facts.created_on, first_paid_on or day, day)
    walk = _Walk(facts, sizes=sizes, rates=rates)
    for point in _change_days(facts, changes, begins=begins, day=day, sizes=sizes, rates=rates):
        walk.settle(before=point)
        walk.look(point, changes)
    walk.settle(before=day + timedelta(days=1))
    history = {
        HistoryAttribute.STATUS: _status_steps(facts, paying, begins=begins, day=day),
        HistoryAttribute.SEGMENT: walk.segments,
        HistoryAttribute.TOUCH_TIER: walk.tiers,
    }
    return AccountPast(history, walk.segment, walk.placement, first_paid_on)


def _paying_steps(changes: Sequence[LedgerChange]) -> list[tuple[date, bool]]:
    """From the first paid day on, when it began and ceased to pay. A debt in one currency does not
    hide what another pays; a price of 0 is no payment."""
    arr: Counter[str] = Counter()
    steps: list[tuple[date, bool]] = []
    for day, of_day in itertools.groupby(changes, key=itemgetter(0)):
        for _, currency, amount in of_day:
            arr[currency] += amount
        pays = any(amount > 0 for amount in arr.values())
        if pays != (steps[-1][1] if steps else False):
            steps.append((day, pays))
    return steps


def _status_steps(
    facts: AccountFacts, paying: Sequence[tuple[date, bool]], *, begins: date, day: date
) -> Steps:
    """Money decides from the first paid day on; before it the word, by default active."""
    said = [step for step in facts.said.get(HistoryAttribute.SAID_STATUS, ()) if step[0] <= day]
    first = min([begins, facts.customer_since or begins, *(since for since, _ in said[:1])])
    words = [(first, AccountStatus.ACTIVE.value), *said]
    paid_from = paying[0][0] if paying else date.max
    money = [
        (since, (AccountStatus.ACTIVE if pays else AccountStatus.CHURNED).value)
        for since, pays in paying
    ]
    return compressed([*(step for step in words if step[0] < paid_from), *money])


def compressed(steps: Iterable[tuple[date, str]]) -> Steps:
    """In the order of days: the last value of a day counts, one that changes nothing is none."""
    kept: list[tuple[date, str]] = []
    for since, value in steps:
        if kept and kept[-1][0] == since:
            kept.pop()
        if not kept or kept[-1][1] != value:
            kept.append((since, value))
    return kept


def _change_days(
    facts: AccountFacts,
    changes: Sequence[LedgerChange],
    *,
    begins: date,
    day: date,
    sizes: SizeTable,
    rates: RateTable,
) -> list[date]:
    """The days on which anything that decides may change, the first one included."""
    days = {begins, *sizes.days, *(since for since, _, _ in changes)}
    for steps in facts.said.values():
        days.update(since for since, _ in steps)
    for currency in {currency for _, currency, _ in changes} - {rates.base}:
        days.update(rate.valid_from for rate in rates.courses.get(currency, ()))
    return sorted(point for point in days if begins <= point <= day)


@dataclass(slots=True)
class _Walk:
    """Goes through the days on which something changes and keeps what was in force."""

    facts: AccountFacts
    sizes: SizeTable
    rates: RateTable
    segments: list[tuple[date, str]] = field(default_factory=list)
    tiers: list[tuple[date, str]] = field(default_factory=list)
    segment: str | None = None
    placement: Placement | None = None
    _arr: Counter[str] = field(default_factory=Counter)
    _taken: int = 0
    _has_paid: bool = False
    _size: Size | None = None
    _cell: tuple[TierLadder, int, bool] | None = None

    def look(self, day: date, changes: Sequence[LedgerChange]) -> None:
        while self._taken < len(changes) and changes[self._taken][0] <= day:
            _, currency, amount = changes[self._taken]
            self._arr[currency] += amount
            self._taken += 1
        had_paid = self._has_paid
        self._has_paid = had_paid or any(amount > 0 for amount in self._arr.values())
        sizes = self.sizes.on(day)
        arr = self._in_base(day)
        # Nothing is guessed without a rate or bounds: what was in force stays.
        self._size = None if arr is None or not sizes.are_given else self._size_on(day, arr)
        if self._size is None:
            self._cell = None
        else:
            # What pays for the first time is placed at once.
            is_first = self._has_paid and not had_paid
            self._place_account(day, self._size, sizes=sizes, is_first=is_first)
        self._append_changed_values(day)

    def _place_account(self, day: date, size: Size, *, sizes: Sizes, is_first: bool) -> None:
        ladder = sizes.ladder(size.factors)
        cell = (ladder, bisect_right(ladder.cuts, size.arr), size.is_strategic)
        if cell == self._cell and not is_first:
            return  # rates move every day, and hardly ever past a bound
        self._cell = cell
        self.segment = segment_of(size.arr, sizes=sizes)
        now_in = None if is_first else self.placement
        self.placement = place(size, now_in=now_in, day=day, sizes=sizes)

    def settle(self, *, before: date) -> None:
        """A tier that has waited its days by then comes into force, though nothing else changes."""
        now = self.placement
        if self._size is None or now is None or now.pending_since is None:
            return
        due = now.pending_since + _SETTLING
        if due < before:
            self.placement = place(self._size, now_in=now, day=due, sizes=self.sizes.on(due))
            self._append_changed_values(due)

    def _in_base(self, day: date) -> int | None:
        """Minor units; what has no rate is left out, None when nothing is left in."""
        total, known, unknown = 0, False, False
        rates = self.rates
        for currency, amount in self._arr.items():
            if not amount:
                continue
            if currency == rates.base:
                total, known = total + amount, True
                continue
            rate = rates.rate(currency, day=day)
            if rate is None:
                unknown = True
            else:
                total, known = total + convert(amount=amount, rate=rate.factor), True
        return None if unknown and not known else total

    def _size_on(self, day: date, minor: int) -> Size:
        arr = major(minor, self.rates.base)
        if not self.facts.said:
            return Size(arr)
        text = self._value_said_by(HistoryAttribute.FACTORS, day) or _NO_FACTORS
        complexity, growth, fit = (int(part) if part else None for part in text.split(","))
        is_strategic = self._value_said_by(HistoryAttribute.STRATEGIC, day) == "true"
        return Size(arr, complexity, growth, fit, is_strategic)

    def _value_said_by(self, attribute: HistoryAttribute, day: date) -> str:
        """Factors that were known when the account came here are about its whole past."""
        steps = self.facts.said.get(attribute)
        if not steps:
            return ""
        if attribute == HistoryAttribute.FACTORS:
            day = max(day, self.facts.created_on)
        return next((value for since, value in reversed(steps) if since <= day), "")

    def _append_changed_values(self, day: date) -> None:
        derived = (
            (self.segments, HistoryAttribute.SEGMENT_OVERRIDE, self.segment),
            (self.tiers, HistoryAttribute.TIER_OVERRIDE, self.placement and self.placement.tier),
        )
        for steps, override, value in derived:
            found = self._value_said_by(override, day) or value
            if found and (not steps or steps[-1][1] != found):
                steps.append((day, found))
