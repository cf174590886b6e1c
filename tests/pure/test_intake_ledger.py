"""The ledger adds up on every day, for any periods; and equals a published reference."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.catalogue import MovementKind
from accounts.intake import ledger
from accounts.intake.ledger import (
    LedgerMovement,
    MovementKey,
    Period,
    corrections,
    shortfalls,
    steps_of,
)

START = date(2024, 1, 1)
UNTIL = date(2024, 12, 31)
PLAYBOOK = Path(__file__).parents[3] / "shared" / "data" / "mrr_playbook"
days = st.integers(0, 400).map(lambda n: START + timedelta(days=n))
periods = st.lists(
    st.builds(
        Period,
        starts_on=days,
        ends_on=st.none() | days,
        arr=st.integers(0, 10**9),
        currency=st.sampled_from(["USD", "EUR"]),
    ),
    max_size=8,
)


def movements_of(found, *, until):
    return ledger.movements_of(steps_of(found, until=until))


def posted_by(movements: list[LedgerMovement]) -> Counter:
    total: Counter = Counter()
    for movement in movements:
        total[movement.key] += movement.arr
    return Counter({key: amount for key, amount in total.items() if amount})


def arr_on(day: date, movements: list[LedgerMovement]) -> Counter[str]:
    total: Counter[str] = Counter()
    for movement in movements:
        if movement.effective_on <= day:
            total[movement.currency] += movement.arr
    return Counter({c: a for c, a in total.items() if a})


def paid_on(day: date, found: list[Period]) -> Counter[str]:
    total: Counter[str] = Counter()
    for period in found:
        if period.starts_on <= day and (period.ends_on is None or day < period.ends_on):
            total[period.currency] += period.arr
    return Counter({c: a for c, a in total.items() if a})


@given(periods)
def test_movements_sum_to_the_arr_of_every_day(found):
    movements = movements_of(found, until=UNTIL)
    edges = {p.starts_on for p in found} | {p.ends_on for p in found if p.ends_on}
    for edge in edges | {UNTIL}:
        for day in (edge - timedelta(days=1), edge):
            if day <= UNTIL:
                assert arr_on(day, movements) == paid_on(day, found)


@given(periods)
def test_kinds_follow_the_life_of_the_account(found):
    movements = movements_of(found, until=UNTIL)
    paid_before = False
    for day in sorted({m.effective_on for m in movements}):
        was = any(arr_on(day - timedelta(days=1), movements).values())
        now = any(arr_on(day, movements).values())
        for movement in (m for m in movements if m.effective_on == day):
            if movement.arr < 0:
                assert movement.kind == (MovementKind.CONTRACTION if now else MovementKind.CHURN)
            elif was:
                assert movement.kind == MovementKind.EXPANSION
            else:
                first = MovementKind.REACTIVATION if paid_before else MovementKind.NEW
                assert movement.kind == first
        paid_before = paid_before or now
    assert all(m.arr for m in movements)


@given(periods, periods)
def test_corrections_turn_what_is_posted_into_what_is_wanted(wanted, posted):
    want, have = (movements_of(p, until=UNTIL) for p in (wanted, posted))
    whole = have + corrections(want, posted_by(have))
    for day in {m.effective_on for m in whole}:
        assert arr_on(day, whole) == paid_on(day, wanted)
    assert posted_by(whole) == posted_by(want), "sums by kind are those of a fresh derivation"
    growing = {MovementKind.NEW, MovementKind.EXPANSION, MovementKind.REACTIVATION}
    assert all(((m.arr > 0) == (m.kind in growing)) != m.takes_back for m in whole)
    taken_back = Counter({m.key: -m.arr for m in whole if m.takes_back})
    assert all(abs(amount) <= abs(posted_by(have)[key]) for key, amount in taken_back.items())


def test_an_amount_that_was_wrong_is_taken_back_whole():
    """At 1.5 two rows of 3 are 4 and 4, one of 6 is 9: learned in two steps it would be less."""
    day = date(2024, 3, 1)
    key = MovementKey(day, "EUR", MovementKind.EXPANSION)
    found = corrections([LedgerMovement(day, MovementKind.EXPANSION, 6, "EUR")], {key: 3})
    assert [(m.arr, m.takes_back) for m in found] == [(-3, True), (6, False)]


@given(periods)
def test_a_second_derivation_corrects_nothing(found):
    wanted = movements_of(found, until=UNTIL)
    assert corrections(wanted, posted_by(wanted)) == []


signed = st.lists(st.tuples(days, st.integers(-(10**6), 10**6)), max_size=12)


@given(signed, signed)
def test_what_fits_keeps_every_day_at_zero_or_more_and_nothing_else_is_refused(posted, changes):
    good = [change for n, change in enumerate(posted) if n not in shortfalls(posted, posted={})]
    before: Counter[date] = Counter()
    for day, amount in good:
        before[day] += amount
    short = shortfalls(changes, posted=before)
    taken = good + [change for n, change in enumerate(changes) if n not in short]

    def lowest(found, *, since=date.min):
        later = (day for day, _ in found if day >= since)
        return min((sum(amount for on, amount in found if on <= day) for day in later), default=0)

    assert lowest(taken) >= 0
    for place, found in short.items():
        assert changes[place][1] < 0
        assert lowest([*taken, changes[place]], since=changes[place][0]) < 0
        assert found.left >= 0
        assert found.on >= changes[place][0]


def published(name: str) -> list[dict[str, str]]:
    path = PLAYBOOK / name
    if not path.exists():  # it lies beside the project: a clone alone does not have it
        pytest.skip(f"the published example {path} is not on this machine")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_categories_equal_the_published_mrr_playbook():
    """Monthly snapshots of each customer, from its subscription periods, by our derivation."""
    subscriptions = defaultdict(list)
    for row in published("subscription_periods.csv"):
        subscriptions[row["customer_id"]].append(
            Period(
                date.fromisoformat(row["start_date"]),
                date.fromisoformat(row["end_date"]) if row["end_date"] else None,
                int(Decimal(row["monthly_amount"]) * 100) * 12,
                "USD",
            )
        )
    words = {"upgrade": "expansion", "downgrade": "contraction"}
    compared = 0
    for row in published("expected_account_months.csv"):
        month = date.fromisoformat(row["date_month"])
        movements = movements_of(subscriptions[row["customer_id"]], until=month)
        here = [m for m in movements if m.effective_on == month]
        change = sum(m.arr for m in here)
        assert Decimal(change) / 1200 == Decimal(row["mrr_change"]), row
        expected = words.get(row["change_category"], row["change_category"])
        assert {m.kind.value for m in here} == ({expected} if expected else set()), row
        assert Decimal(sum(m.arr for m in movements)) / 1200 == Decimal(row["mrr"]), row
        compared += 1
    assert compared > 400
