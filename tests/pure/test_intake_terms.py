"""Who takes over from a contract term: the worked table of docs/metrics.md, and what holds for any
terms. Amounts in whole dollars, ends exclusive, a grace of 30 days."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.intake.contract_terms import ContractTerm, add_months, end_by_notice
from accounts.intake.ledger import Period, movements_of, steps_of
from accounts.intake.succession import AccountTerms
from accounts.intake.term_overlaps import overlaps
from accounts.intake.terms import stretches

SIGNED, RENEWAL = date(2025, 1, 1), date(2026, 1, 1)
GRACE = 30
LATER = date(2026, 12, 31)


def term(arr, starts_on=SIGNED, ends_on=RENEWAL, *, key=1, currency="USD", **more):
    return ContractTerm(key, starts_on, ends_on, arr, currency, **more)


def following(arr, starts_on, ends_on=None, *, key=2, **more):
    return term(arr, starts_on, ends_on or add_months(starts_on, 12), key=key, **more)


def ledger(*terms, day=LATER):
    """Kind, amount and day of every movement after the first one."""
    found = stretches(terms, day=day, grace_days=GRACE)
    periods = [Period(s.starts_on, s.ends_on, s.arr, s.currency) for s in found]
    first, *rest = movements_of(steps_of(periods, until=day))
    assert (first.kind, first.effective_on) == ("new", terms[0].starts_on)
    return [(m.kind.value, m.arr, f"{m.effective_on:%m-%d}") for m in rest]


def test_a_renewal_on_the_day_is_one_change():
    assert ledger(term(60_000), following(66_000, RENEWAL), day=date(2026, 3, 1)) == [
        ("expansion", 6_000, "01-01")
    ]


@pytest.mark.parametrize("learned_late", [False, True])
def test_a_late_renewal_inside_the_grace_takes_over_on_its_start(learned_late):
    late = following(66_000, date(2026, 1, 20))
    day = date(2026, 6, 1) if learned_late else date(2026, 1, 20)
    assert ledger(term(60_000), late, day=day) == [("expansion", 6_000, "01-20")]
    (overdue,) = stretches([term(60_000)], day=date(2026, 1, 19), grace_days=GRACE)
    assert (overdue.arr, overdue.ends_on, overdue.overdue_since) == (60_000, None, RENEWAL)


def test_without_a_successor_it_counts_through_the_grace_and_then_ended_on_its_end():
    assert ledger(term(60_000), day=date(2026, 1, 30)) == []
    assert ledger(term(60_000), day=date(2026, 1, 31)) == [("churn", -60_000, "01-01")]


def test_what_starts_after_the_grace_is_a_return():
    assert ledger(term(60_000), following(66_000, date(2026, 2, 10)), day=date(2026, 3, 1)) == [
        ("churn", -60_000, "01-01"),
        ("reactivation", 66_000, "02-10"),
    ]


def test_a_small_purchase_in_the_grace_takes_nothing_over():
    small = following(5_000, date(2026, 1, 5))
    whole = following(63_000, date(2026, 1, 20), key=3)
    assert ledger(term(60_000), small, whole, day=date(2026, 3, 1)) == [
        ("expansion", 5_000, "01-05"),
        ("expansion", 3_000, "01-20"),
    ]


def test_an_add_on_that_ends_with_the_term_is_renewed_with_it():
    add_on = term(12_000, date(2025, 6, 1), key=2)
    whole = following(75_000, RENEWAL, key=3)
    assert ledger(term(60_000), add_on, whole, day=date(2026, 3, 1)) == [
        ("expansion", 12_000, "06-01"),
        ("expansion", 3_000, "01-01"),
    ]


UPGRADED = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("closed", "upgrade"),
    [
        ({"cancelled_on": UPGRADED}, {}),
        ({"cancelled_on": UPGRADED + timedelta(days=1)}, {}),
        ({}, {"renews": 1}),
        ({"subscription": "sub"}, {"subscription": "sub"}),
        ({}, {"replaces": True}),
    ],
)
def test_an_upgrade_in_mid_term_takes_over_where_the_source_says_so(closed, upgrade):
    old, new = term(60_000, **closed), following(70_000, UPGRADED, **upgrade)
    assert ledger(old, new, day=date(2025, 12, 1)) == [("expansion", 10_000, "06-01")]


def test_terms_that_overlap_add_up_where_nobody_says_otherwise():
    assert ledger(term(60_000), following(70_000, UPGRADED), day=date(2025, 12, 1)) == [
        ("expansion", 70_000, "06-01")
    ]
    same_product = term(60_000, product="Core"), following(70_000, UPGRADED, product="Core")
    assert ledger(*same_product, day=date(2025, 12, 1)) == [("expansion", 70_000, "06-01")]


def test_terms_that_add_up_are_named_with_what_they_overlap_by():
    old, new = term(60_000), following(70_000, UPGRADED)
    (found,) = overlaps(AccountTerms.of([new, old], grace_days=GRACE))
    assert (found.older, found.newer, found.days) == (old, new, 214)
    told_apart = [
        following(70_000, UPGRADED, renews=1),
        following(0, UPGRADED),
        following(70_000, RENEWAL - timedelta(days=1)),
        following(70_000, RENEWAL),
    ]
    for new in told_apart:
        assert overlaps(AccountTerms.of([old, new], grace_days=GRACE)) == []
    two_products = term(60_000, product="Core"), following(70_000, UPGRADED, product="Suite")
    assert overlaps(AccountTerms.of(two_products, grace_days=GRACE)) == []
    (found,) = overlaps(
        AccountTerms.of([term(60_000, ends_on=None), following(1, UPGRADED)], grace_days=GRACE)
    )
    assert found.days is None


def test_two_departments_renew_beside_each_other():
    second = term(40_000, key=2)
    renewed = following(66_000, RENEWAL, key=3), following(40_000, RENEWAL, key=4)
    found = ledger(term(60_000), second, *renewed, day=date(2026, 3, 1))
    assert found == [("expansion", 6_000, "01-01")]


def test_a_renamed_plan_takes_over_and_bridges_a_day():
    core = term(60_000, product="Core")
    for starts_on in (RENEWAL, RENEWAL + timedelta(days=1), RENEWAL - timedelta(days=1)):
        suite = following(72_000, starts_on, product="Suite")
        assert ledger(core, suite, day=date(2026, 3, 1)) == [
            ("expansion", 12_000, f"{starts_on:%m-%d}")
        ]


def test_another_product_in_the_grace_is_no_renewal():
    core, suite = (
        term(60_000, product="Core"),
        following(72_000, date(2026, 1, 15), product="Suite"),
    )
    assert ledger(core, suite, day=date(2026, 3, 1)) == [
        ("churn", -60_000, "01-01"),
        ("reactivation", 72_000, "01-15"),
    ]


def test_a_cancelled_term_has_no_grace_and_a_later_start_is_a_return():
    again = following(60_000, date(2026, 1, 12))
    found = ledger(term(60_000, cancelled_on=RENEWAL), again, day=date(2026, 3, 1))
    assert found == [("churn", -60_000, "01-01"), ("reactivation", 60_000, "01-12")]
    linked = following(60_000, date(2026, 1, 12), renews=1)
    assert ledger(term(60_000, cancelled_on=RENEWAL), linked, day=date(2026, 3, 1)) == found


def test_a_renewal_that_was_called_off_before_it_started_takes_nothing_over():
    called_off = following(66_000, date(2026, 1, 20), cancelled_on=date(2026, 1, 20))
    assert ledger(term(60_000), called_off, day=date(2026, 3, 1)) == [("churn", -60_000, "01-01")]


def test_an_automatic_renewal_goes_on_at_its_price_and_says_that_it_is_assumed():
    auto = term(60_000, auto_renews=True, uplift=Decimal("0.05"))
    assert ledger(auto, day=date(2026, 3, 1)) == [("expansion", 3_000, "01-01")]
    _, assumed = stretches([auto], day=date(2026, 3, 1), grace_days=GRACE)
    assert (assumed.is_assumed, assumed.renewal_on) == (True, date(2027, 1, 1))


def test_a_cancellation_of_an_automatic_one_leaves_the_renewals_before_it():
    auto = term(60_000, auto_renews=True, uplift=Decimal("0.05"), cancelled_on=date(2027, 1, 1))
    again = following(60_000, date(2027, 1, 12))
    assert ledger(auto, again, day=date(2027, 3, 1)) == [
        ("expansion", 3_000, "01-01"),
        ("churn", -63_000, "01-01"),
        ("reactivation", 60_000, "01-12"),
    ]
    *_, last = stretches([auto], day=date(2026, 3, 1), grace_days=GRACE)
    assert (last.ends_on, last.renewal_on) == (date(2027, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("notice_on", "days", "end"),
    [
        (date(2025, 12, 2), 30, date(2026, 1, 1)),
        (date(2025, 12, 3), 30, date(2027, 1, 1)),
        (date(2026, 1, 1), 0, date(2026, 1, 1)),
        (date(2027, 5, 1), 30, date(2028, 1, 1)),
    ],
)
def test_notice_ends_an_automatic_renewal_on_the_first_end_it_is_in_time_for(notice_on, days, end):
    found = end_by_notice(RENEWAL, notice_on=notice_on, notice_days=days, renewal_months=12)
    assert found == end


def test_a_late_renewal_of_an_automatic_one_takes_over_from_the_end():
    auto, late = term(60_000, auto_renews=True), following(66_000, date(2026, 1, 20))
    assert ledger(auto, late, day=date(2026, 3, 1)) == [("expansion", 6_000, "01-20")]


def test_a_change_of_currency_is_a_pair_on_one_day():
    euros = following(55_000, RENEWAL, currency="EUR")
    assert ledger(term(60_000), euros, day=date(2026, 3, 1)) == [
        ("expansion", 55_000, "01-01"),
        ("contraction", -60_000, "01-01"),
    ]


@pytest.mark.parametrize("gap", [0, 1])
def test_years_of_flat_terms_in_any_order_are_one_life(gap):
    """Inclusive ends in the file leave a day without cover; five years of it are still one life."""
    starts = [date(year, 1, 1) for year in range(2021, 2027)]
    terms = [
        term(1_200, begins, ends - timedelta(days=gap), key=number)
        for number, (begins, ends) in enumerate(pairwise(starts), start=1)
    ]
    assert ledger(*terms, day=date(2025, 12, 31)) == []


def test_a_short_term_has_no_longer_grace_than_itself():
    monthly = term(1_200, date(2025, 2, 1), date(2025, 3, 1))
    assert ledger(monthly, day=date(2025, 3, 28)) == []
    assert ledger(monthly, day=date(2025, 3, 29)) == [("churn", -1_200, "03-01")]


def test_months_end_on_the_last_day_of_a_shorter_month():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 12, 15), 1) == date(2025, 1, 15)


def test_monthly_automatic_renewals_come_back_to_the_day_they_began_with():
    auto = term(1_200, date(2024, 12, 31), date(2025, 1, 31), auto_renews=True, renewal_months=1)
    found = stretches([auto], day=date(2025, 4, 15), grace_days=GRACE)
    assert [f"{stretch.starts_on:%m-%d}" for stretch in found] == [
        "12-31",
        "01-31",
        "02-28",
        "03-31",
    ]


days = st.integers(0, 900).map(lambda n: SIGNED + timedelta(days=n))


@st.composite
def any_terms(draw):
    found = []
    for key in range(1, draw(st.integers(1, 7)) + 1):
        starts_on = draw(days)
        length = draw(st.sampled_from([28, 30, 31, 90, 364, 365, 366, 730]))
        ends_on = starts_on + timedelta(days=length)
        cancelled = draw(st.none() | st.integers(0, length))
        found.append(
            ContractTerm(
                key,
                starts_on,
                draw(st.sampled_from([ends_on, ends_on, ends_on, None])),
                draw(st.integers(0, 10_000)),
                draw(st.sampled_from(["USD", "USD", "EUR"])),
                subscription=draw(st.sampled_from(["", "", "s1", "s2"])),
                product=draw(st.sampled_from(["", "", "Core", "Suite"])),
                renews=draw(st.none() | st.integers(1, 7)),
                cancelled_on=None if cancelled is None else starts_on + timedelta(days=cancelled),
                auto_renews=draw(st.booleans()),
                renewal_months=draw(st.sampled_from([1, 12])),
                replaces=draw(st.booleans()),
            )
        )
    return found


@given(any_terms(), st.randoms(use_true_random=False), days)
@settings(max_examples=300)
def test_the_order_of_rows_decides_nothing(terms, random, day):
    wanted = stretches(terms, day=day, grace_days=GRACE)
    shuffled = list(terms)
    random.shuffle(shuffled)
    assert stretches(shuffled, day=day, grace_days=GRACE) == wanted


@given(any_terms(), days)
@settings(max_examples=300)
def test_no_term_counts_twice_on_a_day_nor_before_it_starts(terms, day):
    starts = {term.key: term.starts_on for term in terms}
    counted = Counter()
    for stretch in stretches(terms, day=day, grace_days=GRACE):
        assert stretch.starts_on >= starts[stretch.key]
        if stretch.starts_on <= day and (stretch.ends_on is None or day < stretch.ends_on):
            counted[stretch.key] += 1
    assert not counted or max(counted.values()) == 1


@given(any_terms(), days, st.integers(0, 400))
@settings(max_examples=300)
def test_a_day_that_is_settled_does_not_change_as_days_pass(terms, day, more):
    """The terms are known all along: only what was in its grace can end differently."""

    def on(seen):
        found = stretches(terms, day=seen, grace_days=GRACE)
        total = Counter()
        for s in found:
            if s.starts_on <= day and (s.ends_on is None or day < s.ends_on):
                total[s.currency] += s.arr
        return total, any(s.overdue_since and s.overdue_since <= day for s in found)

    (then, has_overdue), (later, _) = on(day), on(day + timedelta(days=more))
    assert has_overdue or then == later


def test_the_grace_of_a_deal_is_that_of_the_whole_and_not_of_its_last_row():
    """A year whose last price holds for twelve days."""
    step = date(2025, 12, 20)
    deal = [
        term(60_000, ends_on=step, deal="d"),
        following(66_000, step, RENEWAL, deal="d"),
    ]
    assert ledger(*deal, day=date(2026, 1, 30)) == [("expansion", 6_000, "12-20")]
    assert ledger(*deal, day=date(2026, 1, 31)) == [
        ("expansion", 6_000, "12-20"),
        ("churn", -66_000, "01-01"),
    ]
