"""What became of renewals, against an oracle that walks the ledger a day at a time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.retention.renewals import (
    UNDECIDED,
    AccountMoney,
    EndingTerm,
    RenewalState,
    Sign,
    never_due,
    outcomes,
)

END = date(2026, 1, 1)
GRACE = timedelta(days=30)


def term(arr=60_000, *, ends_on=END, line="core", settles_on=None, **more):
    settled = settles_on or ends_on + GRACE
    return EndingTerm(line=line, ends_on=ends_on, settles_on=settled, arr=arr, **more)


def became(found, before, after, *, day, moved_on=None):
    (outcome,) = outcomes([found], money=[AccountMoney(before, after, moved_on)], day=day)
    return outcome.state.value, outcome.arr, outcome.kept


JAN_15, FEB = date(2026, 1, 15), date(2026, 2, 15)


@pytest.mark.parametrize(
    ("found", "before", "after", "day", "expected"),
    [
        # After the grace the money says it, whatever the source does.
        (term(), 60_000, 60_000, FEB, ("renewed", 60_000, 60_000)),
        (term(), 60_000, 66_000, FEB, ("expanded", 60_000, 60_000)),
        (term(), 60_000, 55_000, FEB, ("contracted", 60_000, 55_000)),
        (term(), 60_000, 0, FEB, ("lost", 60_000, 0)),
        (term(sign=Sign.ENDED), 60_000, 60_000, FEB, ("renewed", 60_000, 60_000)),
        (term(sign=Sign.RENEWED), 60_000, 0, FEB, ("lost", 60_000, 0)),
        # In the grace nothing is known before the source or the money says it.
        (term(), 60_000, 60_000, JAN_15, ("overdue", 60_000, None)),
        (term(sign=Sign.RENEWED), 60_000, 66_000, JAN_15, ("expanded", 60_000, 60_000)),
        (term(), 60_000, 0, JAN_15, ("lost", 60_000, 0)),
        (term(sign=Sign.ENDED), 60_000, 60_000, JAN_15, ("overdue", 60_000, None)),
        # Before the end.
        (term(), 60_000, 60_000, date(2025, 12, 1), ("open", 60_000, None)),
        (term(sign=Sign.RENEWED), 60_000, 60_000, date(2025, 12, 1), ("renewed", 60_000, 60_000)),
        (term(sign=Sign.NOTICE), 60_000, 60_000, date(2025, 12, 1), ("notice_given", 60_000, 0)),
        # The account has more than the line: only what fell is lost.
        (term(20_000), 60_000, 60_000, FEB, ("renewed", 20_000, 20_000)),
        (term(20_000), 60_000, 45_000, FEB, ("contracted", 20_000, 5_000)),
        (term(20_000), 60_000, 10_000, FEB, ("lost", 20_000, 0)),
        # Due is at most what the account pays.
        (term(60_000), 24_000, 24_000, FEB, ("renewed", 24_000, 24_000)),
        (term(60_000), 0, 0, FEB, ("renewed", 0, 0)),
    ],
)
def test_what_became_of_one_renewal(found, before, after, day, expected):
    assert became(found, before, after, day=day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 10, 2), "open"),
        (date(2025, 10, 3), "window_closed"),  # 90 days before the end
        (date(2025, 12, 31), "window_closed"),
        (date(2026, 1, 1), "renewed_by_silence"),
        (FEB, "renewed_by_silence"),
    ],
)
def test_the_clock_of_one_that_renews_itself_is_its_decision_date(day, expected):
    found = term(renews_itself=True, notice_by=END - timedelta(days=90))
    assert found.decides_on == date(2025, 10, 3)
    assert became(found, 60_000, 60_000, day=day)[0] == expected


def test_without_a_known_notice_the_decision_is_at_the_end():
    found = term(renews_itself=True)
    assert found.decides_on == END
    assert became(found, 60_000, 60_000, day=date(2025, 12, 31))[0] == "open"


def test_a_price_that_rises_at_a_silent_renewal_is_still_no_save():
    found = term(renews_itself=True)
    assert became(found, 60_000, 63_000, day=FEB) == ("renewed_by_silence", 60_000, 60_000)
    assert became(replace(found, sign=Sign.RENEWED), 60_000, 63_000, day=FEB)[0] == "expanded"


def test_of_two_lines_that_end_together_the_one_whose_source_ended_is_lost():
    lines = [
        term(40_000, line="a", sign=Sign.RENEWED, signed_on=END),
        term(50_000, line="b", sign=Sign.ENDED, signed_on=FEB),
    ]
    around = AccountMoney(before=90_000, after=40_000, moved_on=END)
    found = outcomes(lines, money=[around] * 2, day=FEB)
    assert [outcome.state.value for outcome in found] == ["renewed", "lost"]
    # Known when its source says so, at the latest when the grace is over.
    assert [outcome.decided_on for outcome in found] == [END, END + GRACE]


def test_a_later_end_has_what_earlier_ones_left():
    """A pays 60,000; two contracts of 60,000 name the same money a month apart."""
    ends = [term(line="a"), term(line="b", ends_on=END + timedelta(days=31))]
    pays = AccountMoney(before=60_000, after=60_000)
    found = outcomes(ends, money=[pays, pays], day=date(2026, 6, 1))
    assert [outcome.arr for outcome in found] == [60_000, 0]


def test_what_is_never_due_is_what_the_renewals_ahead_leave():
    assert never_due(40, book=100, due=60) == 40
    assert never_due(40, book=100, due=80) == 20
    assert never_due(40, book=100, due=120) == 0


# --- any account ---------------------------------------------------------------------------


@st.composite
def accounts(draw):
    """Terms by end, and a ledger: its changes by day, never below zero."""
    ends = sorted(draw(st.lists(st.integers(0, 90), min_size=1, max_size=4)))
    terms = [
        EndingTerm(
            line=str(number),
            ends_on=END + timedelta(days=at),
            settles_on=END + timedelta(days=at + draw(st.sampled_from([0, 30]))),
            arr=draw(st.integers(0, 100)),
            sign=draw(st.sampled_from(Sign)),
            signed_on=END,
            renews_itself=draw(st.booleans()),
        )
        for number, at in enumerate(ends)
    ]
    ledger, balance = {-1: draw(st.integers(0, 300))}, 0
    balance = ledger[-1]
    for at in sorted(draw(st.sets(st.integers(0, 130), max_size=5))):
        ledger[at] = draw(st.integers(-balance, 60))
        balance += ledger[at]
    return terms, ledger, END + timedelta(days=draw(st.integers(-10, 140)))


def money_of(terms, ledger, day):
    """The facts that SQL reads, by hand: before an end, and since, before the next one."""
    ends = sorted({found.ends_on for found in terms})
    around = {}
    for ends_on, following in zip(ends, [*ends[1:], None], strict=True):
        settles = max(t.settles_on for t in terms if t.ends_on == ends_on)
        until = min(
            day,
            max(settles - timedelta(days=1), ends_on),
            (following or date.max) - timedelta(days=1),
        )
        days = {END + timedelta(days=at): amount for at, amount in ledger.items()}
        around[ends_on] = AccountMoney(
            before=sum(a for d, a in days.items() if d < ends_on and d <= until),
            after=sum(a for d, a in days.items() if d <= until),
        )
    return [around[found.ends_on] for found in terms]


def book_on(ledger, day):
    return sum(amount for at, amount in ledger.items() if END + timedelta(days=at) <= day)


@given(accounts())
def test_due_never_exceeds_the_book(account):
    terms, ledger, day = account
    found = outcomes(terms, money=money_of(terms, ledger, day), day=day)
    gained = sum(amount for at, amount in ledger.items() if at >= 0 and amount > 0)
    assert sum(outcome.arr for outcome in found) <= ledger[-1] + gained
    for outcome in found:
        assert 0 <= (outcome.kept or 0) <= outcome.arr


@given(accounts())
def test_nothing_is_lost_whose_ledger_did_not_fall(account):
    terms, ledger, day = account
    found = outcomes(terms, money=money_of(terms, ledger, day), day=day)
    fell = -sum(
        amount
        for at, amount in ledger.items()
        if at >= 0 and amount < 0 and END + timedelta(days=at) <= day
    )
    gone = [o for o in found if o.state in (RenewalState.LOST, RenewalState.CONTRACTED)]
    assert sum(outcome.arr - outcome.kept for outcome in gone) <= fell


@given(accounts())
def test_what_has_ended_and_settled_is_decided_and_what_lies_ahead_keeps_its_money(account):
    terms, ledger, day = account
    for found, outcome in zip(
        terms, outcomes(terms, money=money_of(terms, ledger, day), day=day), strict=True
    ):
        if day >= found.settles_on and day >= found.ends_on:
            assert outcome.is_decided
        if outcome.state in UNDECIDED:
            assert outcome.kept is None
        if day < found.ends_on:
            assert outcome.state is not RenewalState.LOST
        if outcome.decided_on is not None:
            assert outcome.decided_on <= max(day, END)


@given(st.integers(1, 100), st.integers(0, 200), st.integers(-150, 60), st.sampled_from(Sign))
def test_one_line_after_its_grace_is_told_by_the_ledger_alone(arr, other, change, sign):
    """The oracle: an account of this line and `other` ARR, a day after the grace."""
    before = arr + other
    after = max(before + change, 0)
    state, due, kept = became(term(arr, sign=sign), before, after, day=END + GRACE)
    fell = before - after
    assert (due, kept) == (arr, arr - min(max(fell, 0), arr))
    if fell >= arr:
        assert state == "lost"
    elif fell > 0:
        assert state == "contracted"
    else:
        assert state == ("expanded" if fell < 0 else "renewed")
