"""Which stretch of time each contract term of an account counts for: specification 4, "Where an
account's revenue comes from".

Decided by the account and the dates, never by the order of rows. Ends are exclusive. Amounts are
ARR in minor units of the term's currency.
"""

from __future__ import annotations

import calendar
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

LINKED_WITHIN_DAYS = 90
_DAY = timedelta(days=1)
# A term of an unnamed line that starts in the grace takes over with this share of the old ARR.
_LEAST_SHARE = Decimal("0.5")


class ContractTerm(NamedTuple):
    """A contract as the ledger sees it.

    `ends_on` is exclusive, None for an open-ended one. `cancelled_on`: the day on which a
    cancellation takes effect; one that renews itself goes on to that day. `uplift` is a share: 0.05
    for five per cent. `replaces`: its source says that it takes the place of the terms that run
    when it starts (True) or counts beside them (False); None: nobody has said.
    """

    key: int
    starts_on: date
    ends_on: date | None
    arr: int
    currency: str
    subscription: str = ""
    product: str = ""
    deal: str = ""
    renews: int | None = None
    cancelled_on: date | None = None
    auto_renews: bool = False
    renewal_months: int = 12
    uplift: Decimal = Decimal(0)
    replaces: bool | None = None
    is_assumed: bool = False

    @property
    def end(self) -> date | None:
        """The first day it does not cover; a cancellation may come before the agreed end."""
        if self.cancelled_on is None:
            return self.ends_on
        return self.cancelled_on if self.ends_on is None else min(self.ends_on, self.cancelled_on)

    @property
    def is_cancelled(self) -> bool:
        """Whether it ends for good on its end, so that nothing is overdue."""
        if self.cancelled_on is None:
            return False
        return not self.auto_renews or self.cancelled_on == self.end

    def ends_after(self, day: date) -> bool:
        end = self.end
        return end is None or end > day


class Stretch(NamedTuple):
    """What a term counts for; `ends_on` is exclusive, None while it goes on.

    `is_taken_over`: another term goes on from its end. `is_step`: it goes on from another row of
    its deal, or renews itself; `steps_on`: the day on which it goes on like that.
    `overdue_since` is the end of a term that counts on in its grace; `is_assumed` where an
    automatic renewal is taken for granted; `renewal_on` the end that nothing takes over yet.
    `given_up_on`: the day on which the grace of one that ended without a word was over.
    """

    key: int
    starts_on: date
    ends_on: date | None
    arr: int
    currency: str
    overdue_since: date | None = None
    is_taken_over: bool = False
    is_assumed: bool = False
    renewal_on: date | None = None
    is_step: bool = False
    steps_on: date | None = None
    given_up_on: date | None = None


def stretches(terms: Iterable[ContractTerm], *, day: date, grace_days: int) -> list[Stretch]:
    """Of one account, as known on `day`: in order of the terms' starts."""
    return stretches_of(AccountTerms.of(terms, grace_days=grace_days), day=day)


def stretches_of(account: AccountTerms, *, day: date) -> list[Stretch]:
    return [
        stretch
        for term in account.terms
        for stretch in _of_term(term, account=account, day=day)
        if stretch.ends_on is None or stretch.ends_on > stretch.starts_on
    ]


def price_days(found: Sequence[Stretch]) -> set[date]:
    """The days on which nothing but a price changed: a contract stepped, or renewed itself."""
    stepped = {s.steps_on for s in found if s.steps_on} & {s.starts_on for s in found if s.is_step}
    others = {s.starts_on for s in found if not s.is_step}
    others |= {s.ends_on for s in found if s.ends_on and s.ends_on != s.steps_on}
    return stepped - others


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two terms that both count: `newer` starts `days` before the end of `older`, None where that
    is open. Of two known products both do; else a source may have meant that one replaces the
    other."""

    older: ContractTerm
    newer: ContractTerm
    days: int | None


def overlaps(account: AccountTerms) -> list[Overlap]:
    """Terms that overlap by more than a day and add up, because nothing says that the newer one
    takes over or counts beside; by the start of the newer one."""
    found = []
    for older in account.terms:
        ends = account.steps_on(older) or account.taken_over(older) or older.end
        for newer in account.starting(older.starts_on + _DAY, (ends or date.max) - 2 * _DAY):
            is_open = newer.replaces is None and not _of_two_products(older, newer)
            if is_open and older.arr and newer.arr:
                days = None if ends is None else (ends - newer.starts_on).days
                found.append(Overlap(older, newer, days))
    return sorted(found, key=lambda overlap: (overlap.newer.starts_on, overlap.newer.key))


@dataclass(frozen=True, slots=True)
class BothAnswers:
    """ARR on a day by currency: if overlapping terms add up, and if a later one replaces."""

    adding: Counter[str]
    replacing: Counter[str]


def both_answers(
    terms: Sequence[ContractTerm], *, newer: Collection[int], day: date, grace_days: int
) -> BothAnswers:
    """Of one account. `newer`: keys of the terms about which it is asked."""
    replacing = [t._replace(replaces=True) if t.key in newer else t for t in terms]
    return BothAnswers(
        _arr_on(terms, day=day, grace_days=grace_days),
        _arr_on(replacing, day=day, grace_days=grace_days),
    )


def _arr_on(terms: Iterable[ContractTerm], *, day: date, grace_days: int) -> Counter[str]:
    arr: Counter[str] = Counter()
    for found in stretches(terms, day=day, grace_days=grace_days):
        if found.starts_on <= day and (found.ends_on is None or day < found.ends_on):
            arr[found.currency] += found.arr
    return arr


def _of_two_products(one: ContractTerm, other: ContractTerm) -> bool:
    return bool(one.product and other.product) and one.product != other.product


def _of_term(term: ContractTerm, *, account: AccountTerms, day: date) -> Iterator[Stretch]:
    """The term itself, and the automatic renewals that have begun by `day`."""
    first_end = term.end
    for number in count(1):
        end, taken_over, steps_on = term.end, account.taken_over(term), account.steps_on(term)
        more: dict[str, Any] = {"is_step": term.is_assumed or account.is_step(term)}
        if steps_on is not None or taken_over is not None:
            more["steps_on"] = steps_on
            yield _stretch(term, steps_on or taken_over, is_taken_over=True, **more)
            return
        if end is None:
            yield _stretch(term, None, **more)
            return
        if not term.is_cancelled and not term.auto_renews:
            yield _ended(term, end=end, last=end + account.grace(term), day=day, more=more)
            return
        if term.is_cancelled or day < end or first_end is None:
            yield _stretch(term, end, renewal_on=end if day < end else None, **more)
            return
        yield _stretch(term, end, steps_on=end, **more)
        ends_on = add_months(first_end, number * term.renewal_months)
        term = _renewed(term, starts_on=end, ends_on=ends_on)


def _stretch(term: ContractTerm, ends_on: date | None, **more: Any) -> Stretch:
    return Stretch(
        term.key,
        term.starts_on,
        ends_on,
        term.arr,
        term.currency,
        is_assumed=term.is_assumed,
        **more,
    )


def _ended(
    term: ContractTerm, *, end: date, last: date, day: date, more: Mapping[str, Any]
) -> Stretch:
    """Until the grace is over, a term that ended counts on as overdue; then it ended on its end."""
    if day >= last:
        return _stretch(term, end, given_up_on=last, **more)
    overdue_since = end if day >= end else None
    return _stretch(term, None, renewal_on=end, overdue_since=overdue_since, **more)


def _renewed(term: ContractTerm, *, starts_on: date, ends_on: date) -> ContractTerm:
    arr = (term.arr * (1 + term.uplift)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return term._replace(starts_on=starts_on, ends_on=ends_on, arr=int(arr), is_assumed=True)


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def end_by_notice(ends_on: date, *, notice_on: date, notice_days: int, renewal_months: int) -> date:
    """The end of a term that renews itself: the first for which notice was given in time,
    `notice_days` days before it or earlier."""
    number = 0
    while (end := add_months(ends_on, number * renewal_months)) - notice_on < timedelta(
        days=notice_days
    ):
        number += 1
    return end


@dataclass(frozen=True)
class AccountTerms:
    """The terms of one account in order of their starts, searched by day."""

    terms: Sequence[ContractTerm]
    grace_days: int

    @classmethod
    def of(cls, terms: Iterable[ContractTerm], *, grace_days: int) -> AccountTerms:
        """One that was cancelled before it started never counts, and takes over from none."""
        counting = [term for term in terms if term.ends_after(term.starts_on)]
        return cls(sorted(counting, key=lambda term: (term.starts_on, term.key)), grace_days)

    @cached_property
    def _starts(self) -> list[date]:
        return [term.starts_on for term in self.terms]

    @cached_property
    def _may_replace(self) -> bool:
        return any(term.subscription or term.replaces for term in self.terms)

    @cached_property
    def _linked(self) -> dict[int, list[ContractTerm]]:
        found: dict[int, list[ContractTerm]] = {}
        for term in self.terms:
            if term.renews is not None and term.renews != term.key:
                found.setdefault(term.renews, []).append(term)
        return found

    @cached_property
    def _steps(self) -> dict[int, ContractTerm]:
        """By the key of a row, the next one of its deal: a row of another product is a line beside
        it, and one that starts when its grace is over is a return."""
        deals: dict[str, list[ContractTerm]] = {}
        for term in self.terms:
            if term.deal:
                deals.setdefault(term.deal, []).append(term)
        return {
            term.key: following
            for rows in deals.values()
            for place, term in enumerate(rows)
            if (following := self._next_of(term, rows[place + 1 :]))
        }

    def _next_of(self, term: ContractTerm, rows: Sequence[ContractTerm]) -> ContractTerm | None:
        end = term.end
        grace = self._grace(term, began=term.starts_on)
        last = date.max if end is None else end + max(grace, 2 * _DAY) - _DAY
        for other in rows:
            is_line = not term.product or not other.product or term.product == other.product
            if is_line and term.starts_on < other.starts_on <= last:
                return other
        return None

    @cached_property
    def _stepped(self) -> frozenset[int]:
        return frozenset(term.key for term in self._steps.values())

    def steps_on(self, term: ContractTerm) -> date | None:
        """When the next row of its deal goes on."""
        following = self._steps.get(term.key)
        return following.starts_on if following else None

    def deal_steps(self) -> dict[int, date]:
        return {key: following.starts_on for key, following in self._steps.items()}

    def is_step(self, term: ContractTerm) -> bool:
        return term.key in self._stepped

    @cached_property
    def deal_starts(self) -> dict[int, date]:
        """By the key of each row of a contract of several, when the contract began."""
        found: dict[int, date] = {}
        for term in self.terms:
            if following := self._steps.get(term.key):
                began = found.setdefault(term.key, term.starts_on)
                found.setdefault(following.key, began)
        return found

    def grace(self, term: ContractTerm) -> timedelta:
        """At most the term, which of a row of a deal is the whole of it; none after a cancellation,
        but for the day that a start may be off."""
        began = term.starts_on if term.is_assumed else self.deal_starts.get(term.key)
        return self._grace(term, began=began or term.starts_on)

    def _grace(self, term: ContractTerm, *, began: date) -> timedelta:
        if term.end is None:
            return timedelta()
        if term.is_cancelled:
            return 2 * _DAY
        return min(timedelta(days=self.grace_days), term.end - began)

    def starting(self, first: date, last: date) -> Sequence[ContractTerm]:
        return self.terms[bisect_left(self._starts, first) : bisect_right(self._starts, last)]

    @cached_property
    def _taken_over(self) -> dict[tuple[int, date], date | None]:
        return {}

    def taken_over(self, term: ContractTerm) -> date | None:
        """The start of the first that takes over from `term`: of those that its source names as
        replacing it while it runs, else by the first rule that finds any."""
        key = (term.key, term.starts_on)  # an automatic renewal is the same contract, later
        if key not in self._taken_over:
            self._taken_over[key] = self._find_taken_over(term)
        return self._taken_over[key]

    def _find_taken_over(self, term: ContractTerm) -> date | None:
        if term.starts_on >= self._starts[-1]:
            return None
        starts = [s.starts_on for s in self._successors(term)]
        if self._may_replace:
            starts += [s.starts_on for s in self._replacing(term)]
        return min(starts, default=None)

    def _replacing(self, term: ContractTerm) -> Iterator[ContractTerm]:
        """Overlapping terms that stand in its place: of the same subscription, or of a source
        where a later term replaces an earlier one."""
        last = (term.end or self._starts[-1] + 2 * _DAY) - 2 * _DAY
        for other in self.starting(term.starts_on + _DAY, last):
            same = bool(term.subscription) and term.subscription == other.subscription
            if same or (other.replaces and _same_line(term, other) is not False):
                yield other

    def _successors(self, term: ContractTerm) -> list[ContractTerm]:
        return self._by_link(term) or self._by_line(term) or self._by_another_line(term)

    def _by_link(self, term: ContractTerm) -> list[ContractTerm]:
        """Rule 1: a term that names it and starts at most 90 days after its end; after a
        cancellation, at most a day: later it is a return."""
        linked = self._linked.get(term.key)
        if not linked:
            return []
        end = term.end
        within = _DAY if term.is_cancelled else timedelta(days=LINKED_WITHIN_DAYS)
        last = date.max if end is None else end + within
        return [other for other in linked if term.starts_on < other.starts_on <= last]

    def _by_line(self, term: ContractTerm) -> list[ContractTerm]:
        """Rule 2: a term of the same line that ends later and starts from the day before the end
        to the last day of the grace."""
        end = term.end
        if end is None:
            return []
        found = []
        for other in self.starting(end - _DAY, end + max(self.grace(term), 2 * _DAY) - _DAY):
            same = _same_line(term, other)
            if other.starts_on <= term.starts_on or same is False or not other.ends_after(end):
                continue
            is_near = abs(other.starts_on - end) <= _DAY
            if same or is_near or _is_large_enough(other, old=term):
                found.append(other)
        return found

    def _by_another_line(self, term: ContractTerm) -> list[ContractTerm]:
        """Rule 3: a term of another line that starts within a day of the end and follows none of
        its own: a plan renamed, a product swapped."""
        end = term.end
        if end is None:
            return []
        return [
            other
            for other in self.starting(end - _DAY, end + _DAY)
            if other.starts_on > term.starts_on
            and _same_line(term, other) is False
            and not self._follows_its_own(other)
        ]

    def _follows_its_own(self, term: ContractTerm) -> bool:
        return any(
            other.starts_on < term.starts_on
            and _same_line(other, term)
            and other.end is not None
            and other.end - _DAY <= term.starts_on < other.end + max(self.grace(other), 2 * _DAY)
            for other in self.terms
        )


def _same_line(one: ContractTerm, other: ContractTerm) -> bool | None:
    """By subscription, else by product; None where that is not known of both."""
    if one.subscription and other.subscription:
        return one.subscription == other.subscription
    if one.product and other.product:
        return one.product == other.product
    return None


def _is_large_enough(new: ContractTerm, *, old: ContractTerm) -> bool:
    """Amounts of two currencies are not compared: it is taken for the same line."""
    return new.currency != old.currency or new.arr >= old.arr * _LEAST_SHARE
