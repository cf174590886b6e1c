"""Who takes over from a contract term: specification 4. Decided by the account and the dates, never
by the order of rows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from accounts.intake.contract_terms import ContractTerm

LINKED_WITHIN_DAYS = 90
_DAY = timedelta(days=1)
# A term of an unnamed line that starts in the grace takes over with this share of the old ARR.
_LEAST_SHARE = Decimal("0.5")


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
    def _start_days(self) -> list[date]:
        return [term.starts_on for term in self.terms]

    @cached_property
    def _may_replace(self) -> bool:
        return any(term.subscription or term.replaces for term in self.terms)

    @cached_property
    def _linked_terms(self) -> dict[int, list[ContractTerm]]:
        found: dict[int, list[ContractTerm]] = {}
        for term in self.terms:
            if term.renews is not None and term.renews != term.key:
                found.setdefault(term.renews, []).append(term)
        return found

    @cached_property
    def _next_deal_steps(self) -> dict[int, ContractTerm]:
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
        grace = self._grace_period(term, began=term.starts_on)
        last = date.max if end is None else end + max(grace, 2 * _DAY) - _DAY
        for other in rows:
            is_line = not term.product or not other.product or term.product == other.product
            if is_line and term.starts_on < other.starts_on <= last:
                return other
        return None

    @cached_property
    def _deal_step_keys(self) -> frozenset[int]:
        return frozenset(term.key for term in self._next_deal_steps.values())

    def steps_on(self, term: ContractTerm) -> date | None:
        """When the next row of its deal goes on."""
        following = self._next_deal_steps.get(term.key)
        return following.starts_on if following else None

    def deal_steps(self) -> dict[int, date]:
        return {key: following.starts_on for key, following in self._next_deal_steps.items()}

    def is_step(self, term: ContractTerm) -> bool:
        return term.key in self._deal_step_keys

    @cached_property
    def deal_starts(self) -> dict[int, date]:
        """By the key of each row of a contract of several, when the contract began."""
        found: dict[int, date] = {}
        for term in self.terms:
            if following := self._next_deal_steps.get(term.key):
                began = found.setdefault(term.key, term.starts_on)
                found.setdefault(following.key, began)
        return found

    def grace(self, term: ContractTerm) -> timedelta:
        """At most the term, which of a row of a deal is the whole of it; none after a cancellation,
        but for the day that a start may be off."""
        began = term.starts_on if term.is_assumed else self.deal_starts.get(term.key)
        return self._grace_period(term, began=began or term.starts_on)

    def _grace_period(self, term: ContractTerm, *, began: date) -> timedelta:
        if term.end is None:
            return timedelta()
        if term.is_cancelled:
            return 2 * _DAY
        return min(timedelta(days=self.grace_days), term.end - began)

    def starting(self, first: date, last: date) -> Sequence[ContractTerm]:
        return self.terms[
            bisect_left(self._start_days, first) : bisect_right(self._start_days, last)
        ]

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
        if term.starts_on >= self._start_days[-1]:
            return None
        starts = [s.starts_on for s in self._successor_terms(term)]
        if self._may_replace:
            starts += [s.starts_on for s in self._overlapping_replacements(term)]
        return min(starts, default=None)

    def _overlapping_replacements(self, term: ContractTerm) -> Iterator[ContractTerm]:
        """Overlapping terms that stand in its place: of the same subscription, or of a source
        where a later term replaces an earlier one."""
        last = (term.end or self._start_days[-1] + 2 * _DAY) - 2 * _DAY
        for other in self.starting(term.starts_on + _DAY, last):
            same = bool(term.subscription) and term.subscription == other.subscription
            if same or (other.replaces and _same_line(term, other) is not False):
                yield other

    def _successor_terms(self, term: ContractTerm) -> list[ContractTerm]:
        return self._by_link(term) or self._by_line(term) or self._by_another_line(term)

    def _by_link(self, term: ContractTerm) -> list[ContractTerm]:
        """Rule 1: a term that names it and starts at most 90 days after its end; after a
        cancellation, at most a day: later it is a return."""
        linked = self._linked_terms.get(term.key)
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
