"""What becomes of a renewal, read from the money of its account: specification 4, "Renewals and
forecasts".

A renewal is the end of a term of six months or more of one line of an account. Amounts are ARR in
minor units of the reporting currency. Ends are exclusive: the term does not cover that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class RenewalState(StrEnum):
    RENEWED = "renewed"
    EXPANDED = "expanded"
    CONTRACTED = "contracted"
    SILENT = "renewed_by_silence"
    """It renewed itself, because nobody gave notice: kept, but no save."""
    LOST = "lost"
    LEAVING = "notice_given"
    """Notice was given; the money still comes."""
    WINDOW_CLOSED = "window_closed"
    """It renews itself, and the day to give notice by is past."""
    OPEN = "open"
    OVERDUE = "overdue"
    """It ended, is in its grace, and nothing says what becomes of it."""
    MONTHLY = "month_to_month"
    """No renewal: what an account pays month to month."""
    OPEN_ENDED = "open_ended"
    """No renewal: what an account pays by longer terms until somebody ends them."""


UNDECIDED = (RenewalState.OPEN, RenewalState.OVERDUE)
KEPT = (RenewalState.RENEWED, RenewalState.EXPANDED, RenewalState.CONTRACTED, RenewalState.SILENT)
NEVER_DUE = (RenewalState.MONTHLY, RenewalState.OPEN_ENDED)
WON = (RenewalState.RENEWED, RenewalState.EXPANDED, RenewalState.CONTRACTED)


class Sign(StrEnum):
    """What the source of a contract says of its end by the day of the report."""

    NONE = ""
    RENEWED = "renewed"
    ENDED = "ended"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class EndingTerm:
    """A term of a line that ends. `signed_on`: since when `sign` is known. `notice_by` is the last
    day to give notice, None where it is not known. `settles_on`: the first day after its grace."""

    line: str
    ends_on: date
    settles_on: date
    arr: int
    sign: Sign = Sign.NONE
    signed_on: date | None = None
    renews_itself: bool = False
    notice_by: date | None = None

    @property
    def decides_on(self) -> date:
        return self.notice_by or self.ends_on


@dataclass(frozen=True, slots=True)
class AccountMoney:
    """ARR of an account before one of its ends and since, as of the day of the report: after the
    grace, or before the account's next end, whichever comes first. `moved_on`: the latest change
    between the two."""

    before: int
    after: int
    moved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`arr` is what is due of a term, `kept` what is left of it (never more), None while nobody
    knows; `decided_on` since when."""

    state: RenewalState
    arr: int
    kept: int | None
    decided_on: date | None

    @property
    def is_decided(self) -> bool:
        return self.state not in UNDECIDED


def outcomes(
    terms: Sequence[EndingTerm], *, money: Sequence[AccountMoney], day: date
) -> list[Outcome]:
    """Of the terms of one account in order of their ends, each with the money around its end.

    Due is never more than the account pays: a term counts for what earlier ends, which kept their
    money, leave of it. What the account lost is that of terms whose source says that they ended,
    then of those it says nothing of; what it gained is that of the first that was renewed.
    """
    found: list[Outcome] = []
    kept = place = 0
    while place < len(terms):
        ends_on = terms[place].ends_on
        last = place
        while last < len(terms) and terms[last].ends_on == ends_on:
            last += 1
        around = money[place]
        of_day = _of_one_day(terms[place:last], around, room=around.before - kept, day=day)
        # Before an end its money is still paid, whatever becomes of it.
        is_paid = day < ends_on
        kept += sum(o.arr if is_paid or o.kept is None else o.kept for o in of_day)
        found += of_day
        place = last
    return found


_LOSES_FIRST = (Sign.ENDED, Sign.NOTICE, Sign.NONE, Sign.RENEWED)


def _of_one_day(
    terms: Sequence[EndingTerm], money: AccountMoney, *, room: int, day: date
) -> list[Outcome]:
    due = []
    for term in terms:
        due.append(max(min(term.arr, room), 0))
        room -= due[-1]
    change = money.after - money.before
    lost = [0] * len(terms)
    for index in sorted(range(len(terms)), key=lambda i: _LOSES_FIRST.index(terms[i].sign)):
        lost[index] = min(due[index], max(-change, 0) - sum(lost))
    gaining = _term_that_gains(terms) if change > 0 else None
    return [
        _outcome_of_term(
            term,
            due=due[index],
            lost=lost[index],
            has_gained=index == gaining,
            moved_on=money.moved_on,
            day=day,
        )
        for index, term in enumerate(terms)
    ]


def _term_that_gains(terms: Sequence[EndingTerm]) -> int:
    """A gain is that of the first that was renewed, else of the first that did not end."""
    order = (Sign.RENEWED, Sign.NONE, Sign.NOTICE, Sign.ENDED)
    return min(range(len(terms)), key=lambda index: order.index(terms[index].sign))


def _outcome_of_term(
    term: EndingTerm, *, due: int, lost: int, has_gained: bool, moved_on: date | None, day: date
) -> Outcome:
    if day < term.ends_on:
        return _outcome_before_end(term, due=due, day=day)
    is_lost = lost == due > 0 or (due == 0 == term.arr and term.sign is Sign.ENDED)
    says_so = term.sign in (Sign.RENEWED, Sign.ENDED) and (term.sign is Sign.RENEWED or lost > 0)
    is_decided = day >= term.settles_on or is_lost or says_so or term.renews_itself
    if not is_decided:
        return Outcome(RenewalState.OVERDUE, due, None, None)
    state = _kept_state(term, lost=lost, has_gained=has_gained)
    if is_lost:
        state = RenewalState.LOST
    decided_on = _decided_on(term, is_lost=is_lost, moved_on=moved_on)
    return Outcome(state, due, due - lost, min(decided_on, day))


def _outcome_before_end(term: EndingTerm, *, due: int, day: date) -> Outcome:
    """Before the end, only its source can have decided it, or the day to give notice by."""
    if term.sign is Sign.RENEWED:
        return Outcome(RenewalState.RENEWED, due, due, term.signed_on)
    if term.sign in (Sign.ENDED, Sign.NOTICE):
        return Outcome(RenewalState.LEAVING, due, 0, term.signed_on)
    if term.renews_itself and term.notice_by is not None and term.notice_by <= day:
        return Outcome(RenewalState.WINDOW_CLOSED, due, due, term.notice_by)
    return Outcome(RenewalState.OPEN, due, None, None)


def _kept_state(term: EndingTerm, *, lost: int, has_gained: bool) -> RenewalState:
    if lost:
        return RenewalState.CONTRACTED
    if term.renews_itself and term.sign is not Sign.RENEWED:
        return RenewalState.SILENT
    return RenewalState.EXPANDED if has_gained else RenewalState.RENEWED


def _decided_on(term: EndingTerm, *, is_lost: bool, moved_on: date | None) -> date:
    if term.signed_on is not None and term.sign in (Sign.RENEWED, Sign.ENDED):
        return min(term.signed_on, term.settles_on)
    if is_lost:
        return min(max(moved_on or term.ends_on, term.ends_on), term.settles_on)
    return term.ends_on if term.renews_itself else term.settles_on


def never_due(arr: int, *, book: int, due: int) -> int:
    """ARR of terms without a renewal that run on a day, at most what the account pays (`book`)
    beside the renewals ahead of it and the other terms of that kind."""
    return max(min(arr, book - due), 0)


def grace_end(*, starts_on: date, ends_on: date, grace_days: int) -> date:
    """The first day on which a term that nobody renewed has ended: its grace is at most the
    term."""
    return ends_on + min(timedelta(days=grace_days), ends_on - starts_on)
