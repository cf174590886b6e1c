"""Status, segment and tier of the past, against an oracle that goes through it day by day."""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.catalogue import HistoryAttribute
from accounts.intake.account_past import AccountFacts, factors_as_text, past_of
from accounts.intake.tiers import SizeTable
from accounts.money.rates import RateTable

STATUS, SEGMENT, TIER = (
    HistoryAttribute.STATUS,
    HistoryAttribute.SEGMENT,
    HistoryAttribute.TOUCH_TIER,
)
FIRST, DAY = date(2024, 1, 1), date(2024, 12, 31)
OLD = date(1990, 1, 1)
SEGMENTS = (
    ("self_serve", 0), ("smb", 5_000), ("mid_market", 25_000), ("enterprise", 100_000),
    ("strategic", 500_000),
)  # fmt: skip
TIERS = (("tech", 0, None), ("low", 40, 100_000), ("high", 75, None))
SIZES = SizeTable.of(
    segments=[(OLD, key, Decimal(arr)) for key, arr in SEGMENTS],
    tiers=[(OLD, key, Decimal(score), arr and Decimal(arr)) for key, score, arr in TIERS],
)
NO_RATES = RateTable("USD", {})


def facts(*changes, created=DAY, since=None, **said):
    named = {HistoryAttribute(name): steps for name, steps in said.items()}
    ledger = [(day, (rest or ["USD"])[0], amount * 100) for day, amount, *rest in sorted(changes)]
    return AccountFacts(created, since, ledger, named)


def past(known, *, day=DAY, sizes=SIZES, rates=NO_RATES):
    return past_of(known, day=day, sizes=sizes, rates=rates).history


def test_the_past_is_cut_by_what_the_ledger_said_then():
    found = past(
        facts((date(2024, 1, 1), 30_000), (date(2024, 6, 1), 90_000), (date(2024, 9, 1), -119_000))
    )
    assert found[SEGMENT] == [
        (date(2024, 1, 1), "mid_market"),
        (date(2024, 6, 1), "enterprise"),
        (date(2024, 9, 1), "self_serve"),
    ]
    # 30,000 scores 46.2: low at once. 120,000 scores 76.25, past 75 but not by 5 % (78.75): stays.
    # 1,000 scores 4, below 38 at once, and is served by tech from its thirtieth day: 1 October.
    assert found[TIER] == [(date(2024, 1, 1), "low"), (date(2024, 10, 1), "tech")]
    assert found[STATUS] == [(date(2024, 1, 1), "active")]


def test_who_left_and_came_back_is_churned_between():
    found = past(
        facts((date(2024, 1, 1), 900), (date(2024, 3, 1), -900), (date(2024, 5, 1), 1_200))
    )
    assert found[STATUS] == [
        (date(2024, 1, 1), "active"),
        (date(2024, 3, 1), "churned"),
        (date(2024, 5, 1), "active"),
    ]


def test_without_money_the_word_counts_from_its_day_and_active_by_default():
    assert past(facts(created=FIRST))[STATUS] == [(FIRST, "active")]
    assert past(facts(since=FIRST))[STATUS] == [(FIRST, "active")]
    said = facts(since=FIRST, said_status=[(date(2024, 7, 1), "churned")])
    assert past(said)[STATUS] == [(FIRST, "active"), (date(2024, 7, 1), "churned")]


def test_a_trial_ends_with_the_first_paid_day():
    trial = [(FIRST, "trial")]
    assert past(facts(said_status=trial))[STATUS] == [(FIRST, "trial")]
    # A price of nothing is no payment: it neither ends a trial nor begins one.
    free = (date(2024, 2, 1), 0)
    found = past(facts(free, (date(2024, 3, 1), 600), said_status=trial))
    assert found[STATUS] == [(FIRST, "trial"), (date(2024, 3, 1), "active")]
    assert past(facts(free, created=FIRST))[STATUS] == [(FIRST, "active")]


def test_before_the_first_day_nothing_is_known():
    assert past(facts(created=date(2024, 5, 1)))[SEGMENT] == [(date(2024, 5, 1), "self_serve")]
    assert past(facts((FIRST, 60_000)), day=FIRST - timedelta(days=1))[SEGMENT] == [
        (FIRST - timedelta(days=1), "self_serve")
    ]


def test_a_designation_counts_from_its_day_and_an_override_while_it_lasts():
    found = past(
        facts(
            (FIRST, 8_000),
            strategic=[(date(2024, 4, 1), "true")],
            segment_override=[(date(2024, 2, 1), "enterprise"), (date(2024, 8, 1), "")],
        )
    )
    assert found[TIER] == [(FIRST, "tech"), (date(2024, 4, 1), "high")]
    assert found[SEGMENT] == [
        (FIRST, "smb"), (date(2024, 2, 1), "enterprise"), (date(2024, 8, 1), "smb"),
    ]  # fmt: skip


def test_factors_known_on_arrival_are_about_the_whole_past_and_later_ones_are_not():
    # 15,000 with 80, 90 and 100 scores 16 + 20 + 18 + 15 = 69; with zeros 16.
    judged = factors_as_text(0, 0, 0)
    on_arrival = facts(
        (FIRST, 15_000), created=date(2024, 5, 1), factors=[(date(2024, 5, 1), judged)]
    )
    assert past(on_arrival)[TIER] == [(FIRST, "tech")]
    later = facts((FIRST, 15_000), created=FIRST, factors=[(date(2024, 5, 1), judged)])
    assert past(later)[TIER] == [(FIRST, "low"), (date(2024, 5, 31), "tech")]


def test_a_bound_holds_from_its_day_on():
    sizes = SizeTable.of(
        segments=[*((OLD, key, Decimal(arr)) for key, arr in SEGMENTS),
                  (date(2024, 7, 1), "smb", Decimal(8_000))],
        tiers=[(OLD, key, Decimal(score), arr and Decimal(arr)) for key, score, arr in TIERS],
    )  # fmt: skip
    found = past(facts((FIRST, 6_000)), sizes=sizes)
    assert found[SEGMENT] == [(FIRST, "smb"), (date(2024, 7, 1), "self_serve")]


def test_foreign_money_counts_at_the_rate_of_each_day_and_without_one_not_at_all():
    rates = RateTable.of(
        base="USD",
        rows=[("EUR", date(2024, 3, 1), Decimal("1.2")), ("EUR", date(2024, 9, 1), Decimal("0.9"))],
    )
    known = facts((FIRST, 22_000, "EUR"))
    # 26,400 from the first rate (before it as well), then 19,800.
    assert past(known, rates=rates)[SEGMENT] == [(FIRST, "mid_market"), (date(2024, 9, 1), "smb")]
    assert past(known)[SEGMENT] == []
    assert past(known)[STATUS] == [(FIRST, "active")]


def days(first, last):
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


class Oracle:
    """Asks every day anew, in exact fractions, by the words of the specification."""

    def __init__(self, known, *, sizes, rates):
        self.known, self.sizes, self.rates = known, sizes, rates
        self.tier = self.pending = None

    def rows(self, day):
        kept = {STATUS: [], SEGMENT: [], TIER: []}
        first = min([day, *(d for d, _, _ in self.known.changes), self.known.created_on])
        started = False
        for today in days(first, day):
            started = started or today >= min(self.known.created_on, day) or self.has_paid(today)
            if started:
                self._one(today, kept)
        return kept

    def sums(self, today):
        sums = {}
        for since, currency, amount in self.known.changes:
            if since <= today:
                sums[currency] = sums.get(currency, 0) + amount
        return sums

    def pays(self, today):
        return any(amount > 0 for amount in self.sums(today).values())

    def has_paid(self, today):
        return any(self.pays(day) for day, _, _ in self.known.changes if day <= today)

    def _one(self, today, kept):
        status = "active" if self.pays(today) or not self.has_paid(today) else "churned"
        self._keep(kept[STATUS], today, status)
        arr = self._arr(today)
        if arr is None:
            return
        reached = [key for key, floor in SEGMENTS if arr >= self._floor(key, floor, today)]
        self._keep(kept[SEGMENT], today, reached[-1] if reached else "self_serve")
        self._place(today, arr)
        self._keep(kept[TIER], today, self.tier)

    def _arr(self, today):
        total, seen = 0, []
        for currency, amount in self.sums(today).items():
            if amount:
                rate = self._rate(currency, today)
                seen.append(rate is not None)
                total += round(amount * rate) if rate is not None else 0
        return None if seen and not any(seen) else Fraction(total, 100)

    def _rate(self, currency, today):
        if currency == "USD":
            return Fraction(1)
        rows = sorted((since, rate) for code, since, rate in self.rates if code == currency)
        by_then = [rate for since, rate in rows if since <= today]
        return Fraction(by_then[-1] if by_then else rows[0][1]) if rows else None

    def _floor(self, key, floor, today):
        later = [arr for since, name, arr in self.sizes if name == key and since <= today]
        return later[-1] if later else floor

    def _said(self, name, today):
        steps = self.known.said.get(HistoryAttribute(name), ())
        return ([value for since, value in steps if since <= today] or [""])[-1]

    def _place(self, today, arr):
        if self._said("strategic", today):
            self.tier, self.pending = "high", None
            return
        first_payment = self.pays(today) and not self.has_paid(today - timedelta(days=1))
        if self.tier is None or first_payment:
            self.tier, self.pending = self._tier(self._score(arr, today), arr), None
            return
        order = [key for key, _, _ in TIERS]
        score, now = self._score(arr, today), order.index(self.tier)
        plain = order.index(self._tier(score, arr))
        moved = score / Fraction(105, 100) if plain > now else score / Fraction(95, 100)
        careful = order.index(self._tier(moved, arr))
        if (careful <= now) if plain > now else (careful >= now):
            self.pending = None
            return
        if self.pending is None or self.pending[0] != order[careful]:
            self.pending = (order[careful], today)
        if (today - self.pending[1]).days >= 30:
            self.tier, self.pending = order[careful], None

    def _score(self, arr, today):
        curve = [(0, 0), (5_000, 20), (15_000, 40), (100_000, 75), (500_000, 100)]
        base = Fraction(0) if arr <= 0 else Fraction(100)
        for (low, at_low), (high, at_high) in itertools.pairwise(curve):
            if low < arr <= high:
                base = at_low + (arr - low) * (at_high - at_low) / (high - low)
        text = self._said("factors", max(today, self.known.created_on)) or ",,"
        parts = [base if part == "" else Fraction(part) for part in text.split(",")]
        return (40 * base + 25 * parts[0] + 20 * parts[1] + 15 * parts[2]) / 100

    def _tier(self, score, arr):
        fits = [key for key, floor, least in TIERS if score >= floor or (least and arr >= least)]
        return fits[-1]

    def _keep(self, rows, today, value):
        if not rows or rows[-1][1] != value:
            rows.append((today, value))


_DAYS = st.dates(FIRST - timedelta(days=60), DAY)
_AMOUNTS = st.sampled_from([0, 900, 4_999, 5_000, 14_000, 16_000, 42_000, 99_999, 130_000, 600_000])


@st.composite
def ledgers(draw):
    """Any changes, also below zero: what is asked is the walk, not what a loader lets in."""
    signs = st.sampled_from([1, 1, -1])
    currencies = st.sampled_from(["USD", "USD", "EUR", "JPY"])
    change = st.tuples(_DAYS, st.builds(int.__mul__, signs, _AMOUNTS), currencies)
    return draw(st.lists(change, max_size=6))


@settings(max_examples=150, deadline=None)
@given(
    changes=ledgers(),
    created=_DAYS,
    bounds=st.lists(st.tuples(_DAYS, st.just("smb"), st.sampled_from([4_000, 9_000])), max_size=2),
    rates=st.dictionaries(_DAYS, st.sampled_from(["0.9", "1.0", "1.37"]), max_size=3),
    strategic=st.lists(_DAYS, max_size=1),
    factors=st.lists(st.tuples(_DAYS, st.sampled_from(["90,,", "0,0,0", "80,90,100"])), max_size=1),
)
def test_the_past_is_what_every_single_day_would_have_found(
    changes, created, bounds, rates, strategic, factors
):
    bounds = sorted({day: (day, key, arr) for day, key, arr in bounds}.values())
    rows = [("EUR", since, Decimal(rate)) for since, rate in rates.items()]
    known = facts(
        *changes, created=created, strategic=[(d, "true") for d in strategic], factors=factors
    )
    sizes = SizeTable.of(
        segments=[*((OLD, key, Decimal(arr)) for key, arr in SEGMENTS),
                  *((day, key, Decimal(arr)) for day, key, arr in bounds)],
        tiers=[(OLD, key, Decimal(score), arr and Decimal(arr)) for key, score, arr in TIERS],
    )  # fmt: skip
    found = past(known, sizes=sizes, rates=RateTable.of(base="USD", rows=rows))
    assert found == Oracle(known, sizes=bounds, rates=rows).rows(DAY)


@pytest.mark.parametrize("until", [FIRST, date(2024, 5, 5), DAY])
def test_a_day_does_not_know_what_comes_after_it(until):
    known = facts((FIRST, 8_000), (date(2024, 4, 1), 40_000), (date(2024, 11, 1), -48_000))
    whole, part = past(known), past(known, day=until)
    for attribute, steps in part.items():
        assert steps == [step for step in whole[attribute] if step[0] <= until]
