"""Causes of movements: days worked by hand, and drawn customers whose purchases are known."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.intake.contract_terms import ContractTerm
from accounts.intake.ledger import Period, movements_of, steps_of
from accounts.intake.movement_causes import (
    Piece,
    groups_among,
    matched_groups,
    parts_of,
    subtypes_of,
)
from accounts.intake.terms import Stretch, stretches

START, END, NEXT, TODAY = (
    date(2025, 1, 1),
    date(2026, 1, 1),
    date(2027, 1, 1),
    date(2026, 6, 1),
)


def term(key, arr, since=END, until=NEXT, currency="USD", **more):
    return ContractTerm(key, since, until, arr, currency, **more)


def first(key=1, arr=60_000, **more):
    return term(key, arr, START, END, **more)


def causes(*terms, day=TODAY):
    found = stretches(terms, day=day, grace_days=30)
    return {
        (str(on), currency, cause.value): amount
        for (on, currency, cause), amount in parts_of(found, terms, until=day).items()
    }


def on_renewal(*terms):
    return {cause: amount for (_, _, cause), amount in causes(*terms).items()}


RENEWED = {
    "more seats at the old price": (
        [first(quantity=60), term(2, 80_000, quantity=80)],
        {"seats": 20_000},
    ),
    "a higher price": ([first(quantity=60), term(2, 66_000, quantity=60)], {"price": 6_000}),
    "more seats at a lower price": (
        [first(quantity=60), term(2, 72_000, quantity=80)],
        {"seats": 20_000, "price": -8_000},
    ),
    "fewer seats, dearer": (
        [first(quantity=60), term(2, 48_000, quantity=40)],
        {"seats": -20_000, "price": 8_000},
    ),
    "a seat priced by halves of a cent goes to the even one": (
        [first(arr=5, quantity=2), term(2, 9, quantity=3)],
        {"seats": 2, "price": 2},
    ),
    "nobody said how many": ([first(), term(2, 66_000)], {"not_told": 6_000}),
    "how many is said of one only": (
        [first(quantity=60), term(2, 66_000)],
        {"not_told": 6_000},
    ),
    "a larger product": (
        [first(product="Core"), term(2, 72_000, product="Suite")],
        {"upsell": 12_000},
    ),
    "a smaller product": (
        [first(product="Suite"), term(2, 50_000, product="Core")],
        {"downgrade": -10_000},
    ),
    "the same for another amount of seats of the larger product": (
        [first(product="Core", quantity=60), term(2, 90_000, product="Suite", quantity=70)],
        {"upsell": 30_000},
    ),
    "a second product": (
        [first(product="Core"), term(2, 60_000, product="Core"), term(3, 9_000, product="Vault")],
        {"cross_sell": 9_000},
    ),
    "a second contract of one that names no product": (
        [first(), term(2, 60_000), term(3, 9_000, product="Vault")],
        {"not_told": 9_000},
    ),
    "one of two products is cancelled": (
        [
            first(product="Core"),
            first(2, 9_000, product="Vault", cancelled_on=END),
            term(3, 60_000, product="Core"),
        ],
        {"line_ended": -9_000},
    ),
    "another currency": (
        [first(), term(2, 55_000, currency="EUR")],
        {"other_currency": -5_000},
    ),
    "an uplift at an automatic renewal": (
        [first(auto_renews=True, uplift=Decimal("0.05"), quantity=9)],
        {"price": 3_000},
    ),
    "a step of a ramp, of which nobody says how many": (
        [first(deal="d"), term(2, 80_000, deal="d")],
        {"price": 20_000},
    ),
    "a step of a ramp by seats": (
        [first(deal="d", quantity=6), term(2, 80_000, deal="d", quantity=8)],
        {"seats": 20_000},
    ),
    "two contracts that became one": (
        [first(), first(2, 12_000), term(3, 75_000)],
        {"not_told": 3_000},
    ),
    "the same again": ([first(quantity=6), term(2, 60_000, quantity=6)], {}),
}


@pytest.mark.parametrize("name", [name for name in RENEWED if name != "another currency"])
def test_a_renewal_moves_by(name):
    terms, wanted = RENEWED[name]
    assert on_renewal(*terms) == wanted


def test_another_currency_is_a_pair():
    assert causes(*RENEWED["another currency"][0]) == {
        ("2026-01-01", "USD", "other_currency"): -60_000,
        ("2026-01-01", "EUR", "other_currency"): 55_000,
    }


def test_an_end_is_cancelled_or_not_renewed():
    assert on_renewal(first()) == {"contract_lapsed": -60_000}
    assert on_renewal(first(cancelled_on=END)) == {"contract_cancelled": -60_000}
    back = term(2, 60_000, date(2026, 3, 1))
    assert on_renewal(first(), back) == {"contract_lapsed": -60_000}  # a return has no parts


def test_more_of_a_product_beside_it_is_seats_where_it_says_how_many():
    core = term(1, 60_000, product="Core", quantity=60)
    middle = date(2026, 3, 1)
    more = term(2, 10_000, middle, product="Core", quantity=10)
    assert on_renewal(core, more) == {"seats": 10_000}
    assert on_renewal(core, more._replace(quantity=None)) == {"not_told": 10_000}


def test_one_cause_that_is_a_subtype_names_the_movement():
    terms, _ = RENEWED["more seats at the old price"]
    found = stretches(terms, day=TODAY, grace_days=30)
    assert subtypes_of(parts_of(found, terms, until=TODAY)) == {(END, "USD"): "seats"}
    terms, _ = RENEWED["more seats at a lower price"]
    found = stretches(terms, day=TODAY, grace_days=30)
    assert subtypes_of(parts_of(found, terms, until=TODAY)) == {}


# What a customer has of each product in each quarter: seats and the price of one, None for nothing.
HELD = st.one_of(st.none(), st.tuples(st.integers(1, 40), st.integers(1, 900)))
LIVES = st.lists(st.tuples(HELD, HELD), min_size=1, max_size=8)
PRODUCTS = ("Core", "Vault")


def quarter(number):
    return date(2020 + number // 4, 1 + 3 * (number % 4), 1)


def exported(life):
    """A row a product and quarter, as a billing tool writes them."""
    rows = [
        (held[place], number, product)
        for number, held in enumerate(life)
        for place, product in enumerate(PRODUCTS)
        if held[place]
    ]
    return [
        term(
            key,
            seats * price,
            quarter(number),
            quarter(number + 1),
            product=product,
            quantity=seats,
        )
        for key, ((seats, price), number, product) in enumerate(rows)
    ]


def worth(held):
    return held[0] * held[1] if held else 0


def truth(life):
    """What moved and why, from what was held: no contract is read."""
    found = Counter()
    for number in range(1, len(life)):
        before, now = life[number - 1], life[number]
        if not any(before):
            continue
        swapped = sorted(map(bool, before)) == sorted(map(bool, now)) == [False, True]
        if swapped and [bool(b) for b in before] != [bool(n) for n in now]:
            change = sum(map(worth, now)) - sum(map(worth, before))
            found[quarter(number), "upsell" if change > 0 else "downgrade"] += change
            continue
        for was, has in zip(before, now, strict=True):
            change = worth(has) - worth(was)
            if was and has and change:
                found[quarter(number), "seats"] += (has[0] - was[0]) * was[1]
                found[quarter(number), "price"] += has[0] * (has[1] - was[1])
            elif not any(now):
                found[quarter(number), "contract_lapsed"] += change
            else:
                found[quarter(number), "cross_sell" if has else "line_ended"] += change
    return {key: amount for key, amount in found.items() if amount}


@given(LIVES)
def test_causes_are_what_the_customer_did(life):
    """Four quarters after the last one every grace is over."""
    day = quarter(len(life) + 4)
    terms = exported(life)
    # The end of the last quarter is a lapse as well.
    told = {(on, c): n for (on, _, c), n in causes_by_day(terms, day).items()}
    assert told == truth([*life, (None, None)])


@given(LIVES, st.randoms())
def test_parts_add_up_to_the_movements_in_any_order_of_rows(life, random):
    day = quarter(len(life) + 4)
    terms = exported(life)
    random.shuffle(terms)
    parts = Counter()
    for (on, currency, _), amount in causes_by_day(terms, day).items():
        parts[on, currency] += amount
    found = stretches(terms, day=day, grace_days=30)
    periods = [Period(s.starts_on, s.ends_on, s.arr, s.currency) for s in found]
    moved = Counter()
    for movement in movements_of(steps_of(periods, until=day)):
        if movement.kind in ("expansion", "contraction", "churn"):
            moved[movement.effective_on, movement.currency] += movement.arr
    assert {key: n for key, n in parts.items() if n} == {key: n for key, n in moved.items() if n}


def causes_by_day(terms, day):
    found = stretches(terms, day=day, grace_days=30)
    parts = parts_of(found, terms, until=day)
    return {(on, currency, cause.value): n for (on, currency, cause), n in parts.items()}


def test_what_comes_later_is_no_part_yet():
    terms = [first(quantity=6), term(2, 80_000, quantity=8)]
    assert causes(*terms, day=END - timedelta(days=1)) == {}


NAMED = st.sampled_from(["", "a", "b"])


@st.composite
def pieces(draw, key):
    own = draw(st.sampled_from([key, 1]))
    terms = term(
        own,
        100,
        subscription=draw(NAMED),
        product=draw(NAMED),
        deal=draw(NAMED),
        renews=draw(st.sampled_from([None, 1, 7])),
    )
    steps_on = draw(st.sampled_from([None, END]))
    is_taken_over, is_step = draw(st.booleans()), draw(st.booleans())
    stretch = Stretch(
        own, START, END, 100, "USD", is_taken_over=is_taken_over, is_step=is_step, steps_on=steps_on
    )
    return Piece(stretch, terms)


@given(pieces(1), pieces(2))
def test_one_that_ended_and_one_that_started_are_matched_as_many_are(old, new):
    assert list(matched_groups([old], [new])) == list(groups_among([old], [new]))
