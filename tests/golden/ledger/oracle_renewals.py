"""What became of each renewal, from what was paid before its end and since.

A renewal is the end of a term of six months or more that was agreed for a line, and of what was
bought later to the same day. A tool that names no lines has one a customer and day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from tests.golden.ledger.facts import GRACE, Customer, Term, Tool, months_later
from tests.golden.ledger.oracle_months import Day, cents

LEAST_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Renewal:
    """What ended of a customer on a day, in cents of the report: `kept` of what was `due`. `state`
    where it was one line."""

    lines: int
    due: int
    kept: int
    state: str = ""


def ends_of(customer: Customer) -> dict[date, list[Term]]:
    """By the day on which they ended, in order; a start one day early is no other end."""
    ends = sorted(
        (term for term in customer.terms if is_renewed(term, customer)),
        key=lambda t: (t.end, t.line),
    )
    return {day: list(terms) for day, terms in groupby(ends, key=lambda term: term.end)}


def is_renewed(term: Term, customer: Customer) -> bool:
    return is_long(term) or is_co_termed(term, customer)


def is_long(term: Term) -> bool:
    return months_later(term.starts_on, LEAST_MONTHS) <= term.ends_on + timedelta(days=1)


def is_co_termed(term: Term, customer: Customer) -> bool:
    """Bought later than a long one, to the same end; not a month in a row of months."""
    others = [other for other in customer.terms if other is not term]
    ends_with_another = any(
        is_long(o) and o.ends_on == term.ends_on and o.starts_on < term.starts_on for o in others
    )
    named_alike = customer.tool == Tool.CRM
    return ends_with_another and not any(
        abs(o.ends_on - term.starts_on) <= timedelta(days=1)
        and not is_long(o)
        and (named_alike or o.line == term.line)
        for o in others
    )


def renewals(
    customer: Customer, days: Sequence[Day], *, after: date, until: date, at: date
) -> dict[date, Renewal]:
    """Those that ended in the window, at the rates of that day; what earlier ones of it kept is not
    due again."""
    ends = ends_of(customer)
    found: dict[date, Renewal] = {}
    kept = 0
    for end, terms in ends.items():
        following = min((day for day in ends if day > end), default=date.max)
        before = arr_before(days, end, earlier=max((d for d in ends if d < end), default=date.min))
        now = arr_on(days, min(settled_on(terms), following - timedelta(days=1)))
        if after < end <= until:
            due = max(min(sum(cents(t.arr, t.currency, at) for t in terms), before - kept), 0)
            left = due - min(due, max(before - now, 0))
            kept += left
            if due:
                lines = 1 if customer.tool == Tool.CRM else len({term.line for term in terms})
                found[end] = Renewal(lines, due, left)
                if lines == 1:
                    state = _state(terms, due=due, kept=left, gained=now - before)
                    found[end] = replace(found[end], state=state)
    return found


def _state(terms: Sequence[Term], *, due: int, kept: int, gained: int) -> str:
    if kept < due:
        return "contracted" if kept else "lost"
    if all(term.renewed_itself for term in terms):
        return "renewed_by_silence"
    return "expanded" if gained > 0 else "renewed"


def settled_on(terms: Sequence[Term]) -> date:
    """The last day of the grace, which is at most the term."""
    return max(
        term.end + min(timedelta(days=GRACE), term.end - term.starts_on) - timedelta(days=1)
        if term.has_grace
        else term.end
        for term in terms
    )


def arr_before(days: Sequence[Day], end: date, *, earlier: date) -> int:
    """Who follows on may start the day before the end."""
    return arr_on(days, max(end - timedelta(days=2), min(earlier, end - timedelta(days=1))))


def arr_on(days: Sequence[Day], day: date) -> int:
    return sum(moved.change for moved in days if moved.on <= day)
